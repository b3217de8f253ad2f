"""
Custom KPIs from the settings to the CRM and the spreadsheet.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from connectors.errors import SettingsError
from sync.cli import app
from sync.compute import Asked, answer
from sync.frames import frame
from sync.kpis_known import known, listed
from sync.settings import build, load
from tests.sync.organisation import TODAY, organisation

OWN = """
[kpis.custom.deals_per_account]
name = { en = "Deals won, counted by hand", es = "Negocios ganados, a mano" }
meaning = "Deals won in the period, in the words of the settings."
formula = "wins"
unit = "count"
better = "higher"
by = ["account", "channel"]

[kpis.custom.deals_per_account.measures.wins]
fact = "deals"
at = "closed_on"
where = "is_won and amount > 0"

[kpis.custom.own_win_rate]
name = "Own win rate"
meaning = "Won of won and lost."
formula = "wins / (wins + losses)"
unit = "percent"
by = ["channel"]
measures.wins = { fact = "deals", at = "closed_on", where = "is_won and not is_renewal" }
measures.losses = { fact = "deals", at = "closed_on", where = "is_lost and not is_renewal" }
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """
    A company that was pulled, computed and pushed with two KPIs of its own, one of them onto companies.
    """
    with organisation(tmp_path_factory.mktemp("custom")) as made:
        text = made.file.read_text() + OWN
        made.file.write_text(text.replace("[push.hubspot]", '[push.hubspot]\naccounts = ["mrr", "deals_per_account"]'))
        report = made.run(made.settings("hubspot", "google_sheets"))
        assert "done" == report.run.status, report.run.problems
        yield made


def test_a_custom_kpi_is_written_onto_companies(company):
    """
    HubSpot has a property for it, named in the organisation's language, and the companies carry what `show` says.
    """
    fields = company.sandbox.hubspot.state()["properties"]["companies"]
    stands = {
        one["id"]: one["properties"].get("noria_deals_per_account")
        for one in company.sandbox.hubspot.state()["objects"]["companies"]
    }
    written = {id: float(value) for id, value in stands.items() if value not in (None, "")}
    assert "Deals won, counted by hand" in json.dumps(fields)
    settings = company.settings("hubspot", "google_sheets")
    with company.warehouse("hubspot", "google_sheets").open() as session:
        told = answer(session, settings, Asked(("deals_per_account",), grain="all", by=("account",)), TODAY).to_pylist()
        keys = {row["id"]: row["key"] for row in session.rows("select id, key from noria.keys_accounts")}
    values = {row["member_id"]: row["value"] for row in told if row["dimension"] == "account"}
    assert sum(written.values()) > 0
    assert {id: values[keys[id]] for id in written} == written


def test_a_custom_kpi_is_kept_and_stands_in_the_spreadsheet(company):
    """
    Computed ahead by month and channel like the others, the same as the built-in one, with its definition in the tabs.
    """
    with company.warehouse("hubspot", "google_sheets").open(read_only=True) as session:
        mine, built_in = (
            session.rows(
                "select grain, period_start, dimension, member_id, value, reason from kpi_values where kpi = ?"
                " and dimension in ('org', 'channel') order by all",
                [kpi],
            )
            for kpi in ("own_win_rate", "win_rate")
        )
    assert any(row["value"] for row in mine)
    assert built_in == mine
    sheets = json.dumps(company.sandbox.google.state(), default=str)
    assert "Own win rate" in sheets
    assert "Won of won and lost." in sheets


def test_a_second_push_writes_nothing(company):
    """
    The fields of custom KPIs are compared like the others.
    """
    before = company.writes()
    company.run(company.settings("hubspot", "google_sheets"), steps=("push",), kind="push")
    assert before == company.writes()


def test_a_kpi_taken_out_of_the_settings_is_left_alone(company):
    """
    What was kept of it is no longer pushed, and does not stop the push of the others.
    """
    content = tomllib.loads(company.file.read_text())
    content["connectors"] = {name: content["connectors"][name] for name in ("hubspot", "google_sheets")}
    content["push"] = {"google_sheets": content["push"]["google_sheets"]}
    del content["kpis"]["custom"]["own_win_rate"]
    report = company.run(build(content, company.file.parent), steps=("push",), kind="push")
    assert "done" == report.run.status, report.run.problems


def test_a_push_stops_where_a_definition_changed_since_it_was_computed(company):
    """
    Values of the old definition are not written under the new one; `noria compute` mends it.
    """
    text = company.file.read_text()
    changed = tomllib.loads(text.replace("is_lost and not is_renewal", "is_lost"))
    changed["connectors"] = {"google_sheets": changed["connectors"]["google_sheets"]}
    changed["push"] = {"google_sheets": changed["push"]["google_sheets"]}
    before = company.writes()
    report = company.run(build(changed, company.file.parent), steps=("push",), kind="push")
    [stopped] = report.applied[0].stopped
    assert "own_win_rate" in stopped and "noria compute" in stopped and "deals_per_account" not in stopped
    assert before == company.writes()


def test_commands_and_notebooks_know_custom_kpis(company):
    """
    `noria kpis` prints the card, `noria show` and a DataFrame the values, `--language es` the Spanish name.
    """

    def noria(*words):
        done = CliRunner().invoke(app, [*words, "--settings", str(company.file)])
        assert 0 == done.exit_code, done.output
        return done.stdout

    [card] = json.loads(noria("kpis", "own_win_rate", "--format", "json"))
    assert ("wins / (wins + losses)", ["org", "channel"]) == (card["formula"], card["by"])
    assert "deals_per_account" in noria("kpis")
    shown = json.loads(noria("show", "own_win_rate", "--as-of", "2026-11-20", "--period", "year", "--format", "json"))
    assert "own_win_rate" == shown[0]["kpi"]
    assert "Negocios ganados" in noria("show", "deals_per_account", "--as-of", "2026-11-20", "--language", "es")
    table = frame("own_win_rate", "win_rate", settings=company.file, period="year", as_of=TODAY).dropna(subset="value")
    mine, built_in = (table[table.kpi == kpi].value.tolist() for kpi in ("own_win_rate", "win_rate"))
    assert mine
    assert built_in == mine
    assert {"own_win_rate", "win_rate"} <= set(listed(load(company.file)))


def problems(text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        build(tomllib.loads(text), Path())
    return str(caught.value)


def test_problems_of_custom_kpis_come_with_all_others():
    """
    A misspelt key, a wrong unit, an unknown column and a wrong time zone are told at once, each by its dotted name.
    """
    report = problems(
        """
        organisation.timezone = "Europe/Madird"
        [kpis.custom.own]
        name = "Own"
        meaning = "One."
        formula = "wins"
        unit = "percentage"
        [kpis.custom.own.measures.wins]
        fact = "deals"
        att = "closed_on"
        """
    )
    assert "3 problems" in report
    assert "kpis.custom.own.unit" in report and "percent" in report
    assert "kpis.custom.own.measures.wins.att" in report and "did you mean at" in report
    report = problems(
        """
        connectors.crm.kind = "salesfroce"
        [kpis.custom.own]
        name = "Own"
        meaning = "One."
        formula = "wins"
        unit = "count"
        measures.wins = { fact = "deals", at = "closed_on", where = "is_one" }
        """
    )
    assert "2 problems" in report
    assert "settings.toml, kpis.custom.own.measures.wins.where" in report and "did you mean is_won" in report


def test_what_is_pushed_has_to_be_there_and_fit_the_record():
    """
    An unknown KPI, and one that has no value for an account, are told when the settings load.
    """
    report = problems(
        OWN
        + """
        [connectors.hubspot]
        kind = "hubspot"
        access_token = "env:NORIA_NO_SUCH"
        [push.hubspot]
        accounts = ["mrr", "deals_per_acount", "own_win_rate", "win_rate"]
        organisation = ["all", "own_win_rate"]
        """
    )
    assert "3 problems" in report
    assert "push.hubspot.accounts" in report and "did you mean deals_per_account" in report
    assert "Add account to kpis.custom.own_win_rate.by." in report
    assert "The KPI win_rate cannot be cut by account." in report


def test_one_text_counts_for_both_languages_and_two_have_to_be_there():
    """
    A name may be one text; a table of texts lacks none.
    """
    content = tomllib.loads(OWN)
    settings = build(content, Path())
    assert "Own win rate" == settings.kpis.custom["own_win_rate"].name.es
    assert "Negocios ganados, a mano" == known(settings)["deals_per_account"].name.es
    report = problems(OWN.replace(', es = "Negocios ganados, a mano"', ""))
    assert "kpis.custom.deals_per_account.name.es" in report
