"""
README, example settings and docs say what the code does.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from sync import cli
from sync.settings import build

ROOT = Path(__file__).parents[1]


def test_documents_repeat_the_code():
    """
    What is printed from the code was printed from the code as it is now.
    """
    done = subprocess.run([sys.executable, "docs/build.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert 0 == done.returncode, done.stdout + done.stderr


def test_the_example_settings_can_be_loaded(tmp_path):
    """
    The example is valid as it stands: only its values have to be filled in.
    """
    settings = build(tomllib.loads((ROOT / "settings.example.toml").read_text()), tmp_path)
    assert {"salesforce", "hubspot", "google_analytics", "google_sheets", "files"} == set(settings.connectors)


def test_readme_names_every_command():
    """
    A command that README does not know is one that nobody finds.
    """
    text = (ROOT / "README.md").read_text()
    commands = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    assert set() == {name for name in commands if f"noria {name}" not in text}


def test_changelog_speaks_of_this_version():
    """
    The version in pyproject.toml has an entry.
    """
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert re.search(rf"^## {re.escape(version)}\b", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_no_machine_path_and_no_registry_host_stands_in_the_project():
    """
    Nothing in the project points at one machine or at one package registry.
    """
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        files = [file for file in ROOT.rglob("*") if file.is_file() and ".venv" not in file.parts]
    else:
        files = [ROOT / name for name in listed.stdout.splitlines()]
    hosts = "|".join(("pypi" + r"\.org", "pythonhosted" + r"\.org", "registry" + r"\.npmjs", "deb" + r"\.debian"))
    option = "--index" + "-url"
    pattern = re.compile(rf"{hosts}|{option}|(?<![\w.])/(?:work|home|root)/")
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in files
        if file.suffix in {".py", ".sql", ".md", ".toml", ".txt", ".cfg", ""} and file.is_file()
        for number, line in enumerate(file.read_text(encoding="utf-8", errors="ignore").splitlines(), 1)
        if pattern.search(line)
    ]
    assert [] == found
