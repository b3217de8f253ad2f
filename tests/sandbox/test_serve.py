from __future__ import annotations

import csv
import json
import stat
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import requests
from dotenv import dotenv_values

from sandbox.serve import PlayedCompany, open_sandbox, write_settings


@pytest.fixture(scope="module")
def sandbox() -> Iterator[PlayedCompany]:
    with open_sandbox(accounts=12, until=date(2026, 3, 10)) as played:
        yield played


def test_settings_say_all_that_noria_needs(sandbox: PlayedCompany, tmp_path: Path) -> None:
    """
    The file is TOML with every connector at the sandbox's address and each secret only by name.
    """
    write_settings(sandbox, tmp_path / "demo.toml")

    settings = tomllib.loads((tmp_path / "demo.toml").read_text(encoding="utf-8"))
    connectors = settings["connectors"]
    assert list(connectors) == ["salesforce", "hubspot", "google_analytics", "files", "google_sheets"]
    assert {sandbox.url} == {one["base_url"] for name, one in connectors.items() if name != "files"}
    assert connectors["salesforce"]["mapping"]["channels"]["Trade Show"] == "Events"
    assert (settings["env_file"], settings["warehouse"]["url"]) == ("demo.env", "duckdb:///demo.duckdb")
    assert settings["push"] == {"salesforce": {}, "hubspot": {}, "google_sheets": {}}
    assert sandbox.hubspot.access_token not in (tmp_path / "demo.toml").read_text(encoding="utf-8")


def test_secrets_are_for_the_owner_alone_and_survive_the_env_file(sandbox: PlayedCompany, tmp_path: Path) -> None:
    """
    Mode 0600, also where an open file stood before; the service account's key is whole JSON with its line breaks.
    """
    env = tmp_path / "demo.env"
    env.write_text("")
    env.chmod(0o644)

    write_settings(sandbox, tmp_path / "demo.toml")

    secrets = dotenv_values(env)
    key = json.loads(secrets["GOOGLE_SERVICE_ACCOUNT"] or "")
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert f"{sandbox.url}/token" == key["token_uri"]
    assert key["private_key"].startswith("-----BEGIN PRIVATE KEY-----\n")
    assert sandbox.salesforce.client_secret == secrets["SALESFORCE_CLIENT_SECRET"]
    assert sandbox.hubspot.access_token == secrets["HUBSPOT_ACCESS_TOKEN"]


def test_the_files_source_stands_beside_the_settings(sandbox: PlayedCompany, tmp_path: Path) -> None:
    """
    One CSV per table, with a row for each of the company's; a table without rows has its header at least.
    """
    sandbox.files["offers"].clear()
    write_settings(sandbox, tmp_path / "demo.toml")

    folder = tmp_path / "demo-files"
    tables = (
        "accounts costs exchange_rates leads offers onboardings opportunities owners product_usage referrals revenue"
        " targets"
    )
    assert tables.split() == sorted(file.stem for file in folder.iterdir())
    for table in ("accounts", "costs", "revenue"):
        with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as text:
            assert sandbox.files[table] == [
                {name: cell or None for name, cell in row.items()} for row in csv.DictReader(text)
            ]
    assert "id\n" == (folder / "offers.csv").read_text(encoding="utf-8")


def test_all_vendors_answer_with_the_same_company(sandbox: PlayedCompany) -> None:
    """
    Each vendor's state has the records of the story.
    """
    state = requests.get(f"{sandbox.url}/_sandbox/state", timeout=20).json()

    assert len(state["salesforce"]["records"]["Account"]) > 5
    assert len(state["hubspot"]["objects"]["contacts"]) > 20
    assert state["google"]["web_traffic"] > 500


def test_the_story_ends_yesterday() -> None:
    """
    Without a last day nothing is dated after the present.
    """
    latest = max(row["SystemModstamp"] for row in open_sandbox(accounts=5).salesforce.state()["records"]["Lead"])

    assert datetime.fromisoformat(latest) < datetime.now(UTC)
    assert datetime.fromisoformat(latest) > datetime.now(UTC) - timedelta(days=60)


def test_with_a_folder_nothing_is_made_up(tmp_path: Path) -> None:
    """
    A folder replaces its vendor; the others stay empty and out of the settings: no invented number joins real ones.
    """
    (tmp_path / "sales").mkdir()
    (tmp_path / "sales" / "Account.csv").write_text("Id,Name\n0015g00000AbCdE,Only one\n")

    played = open_sandbox(salesforce=tmp_path / "sales")
    write_settings(played, tmp_path / "own.toml")

    assert [row["Name"] for row in played.salesforce.state()["records"]["Account"]] == ["Only one"]
    assert not played.hubspot.state()["objects"].get("contacts")
    settings = tomllib.loads((tmp_path / "own.toml").read_text(encoding="utf-8"))
    assert list(settings["connectors"]) == ["salesforce", "google_sheets"]
    assert list(settings["push"]) == ["salesforce", "google_sheets"]
    assert not (tmp_path / "own-files").exists()
