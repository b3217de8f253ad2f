"""
Imports point one way, every vendor folder has the same parts.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from connectors import registry
from connectors.contract import Connector

ROOT = Path(__file__).parents[1]


def test_imports_point_one_way():
    """
    The contracts in pyproject.toml hold.
    """
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_vendor_folder_has_the_same_parts(kind):
    """
    Who knows one vendor's folder knows them all.
    """
    folder = ROOT / "connectors" / kind
    connector = registry.connector(kind)
    assert isinstance(connector, Connector)
    assert kind == connector.kind
    assert ["CONNECTOR"] == list(import_module(f"connectors.{kind}").__all__)
    parts = {"settings.py", "client.py"}
    if connector.source is not None:
        parts |= {"source.py", "normalize"}
    if connector.destination is not None or connector.publisher is not None:
        parts |= {"destination.py"}
    assert set() == {part for part in parts if not (folder / part).exists()}


@pytest.mark.parametrize("kind", registry.KINDS)
def test_every_setting_says_what_it_is(kind):
    """
    A person who fills in the settings finds a sentence for each.
    """
    fields = registry.connector(kind).settings.model_fields
    assert [] == [name for name, field in fields.items() if not field.description]
