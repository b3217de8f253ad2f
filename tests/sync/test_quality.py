"""
`noria check --data`: nonsense in the records of a folder of files, listed for people and for programs.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sync import job, quality, screen
from sync.cli import app
from sync.model import model
from sync.pull import pull
from sync.settings import load

TODAY = date(2026, 11, 15)
NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
PAGE = "https://crm.example/deal/"

SETTINGS = """
[organisation]
timezone = "Europe/Madrid"
currency = "EUR"
language = "{language}"
[connectors.books]
kind = "files"
folder = "tables"
[kpis.options]
{options}
"""

NONSENSE = {
    "accounts": "id,name\nacme,Acme\n",
    "opportunities": "id,url,account_id,pipeline,stage,amount,currency,created_at,closed_on,is_closed,is_won\n"
    f"d1,{PAGE}d1,acme,sales,won,100,EUR,2026-03-10,2026-03-01,true,true\n"
    f"d2,{PAGE}d2,acme,sales,won,100,EUR,2026-03-10,2026-03-02,true,true\n"
    f"d3,{PAGE}d3,acme,sales,moon,100,USD,2026-03-10,2026-03-20,true,true\n"
    f"d4,{PAGE}d4,acme,sales,won,100,EUR,2026-03-10,2026-03-20,true,true\n",
    "stages": "id,pipeline,stage,is_closed,is_won\ns1,sales,won,true,true\n",
    "stage_changes": "id,opportunity_id,stage,at\nc1,d4,won,2026-01-01\n",
    "leads": "id,created_at,channel,source_detail\nl1,2026-03-01,Other,[bold red]fair[/]\n",
    "costs": "id,kind,channel,amount,currency,starts_on\nc1,salary,,50,EUR,2026-03-01\n",
}


class Books:
    """
    A folder of files that was pulled and modelled.
    """

    def __init__(self, folder, tables, language="en", options=""):
        self.file = folder / "settings.toml"
        self.file.write_text(SETTINGS.format(language=language, options=options))
        (folder / "tables").mkdir()
        for table, text in tables.items():
            (folder / "tables" / f"{table}.csv").write_text(text)
        self.settings = load(self.file)
        self.warehouse = job.warehouse_of(self.settings)
        pull(self.warehouse, self.settings, NOW)
        model(self.warehouse, self.settings, NOW)

    def look(self, **given):
        with self.warehouse.open(read_only=True) as session:
            return quality.inspect(session, self.settings, TODAY, **given)

    def found(self, **given):
        return {one.check.id: one for one in self.look(**given).found}

    def noria(self, *words):
        return CliRunner().invoke(app, ["check", *words, "--settings", str(self.file)])


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return Books(tmp_path_factory.mktemp("books"), NONSENSE)


@pytest.fixture(scope="module")
def seen(books):
    return books.look()


@pytest.fixture(scope="module")
def found(seen):
    return {one.check.id: one for one in seen.found}


def test_counts_all_and_lists_the_first_with_their_pages(books):
    """
    Two deals closed before they were created; asked for one, one is listed, by id, with its link.
    """
    one = books.found(limit=1)["deal_closed_before_created"]
    assert 2 == one.records
    (record,) = one.first
    assert ("opportunities", "books", "d1", f"{PAGE}d1") == (record.table, record.source, record.id, record.url)
    assert "created_at=2026-03-10 00:00:00 closed=2026-03-01" == record.what


def test_finds_what_the_files_hold_and_no_more(found):
    """
    Each line of nonsense above is found once; nothing else is said to be wrong.
    """
    found = {id: one.records for id, one in found.items()}
    assert {
        "deal_closed_before_created": 2,
        "deal_stage_unknown": 1,
        "deal_close_date_far_from_history": 1,
        "history_before_creation": 1,
        "amount_without_rate": 1,
        "channel_unmapped": 1,
    } == found


def test_a_record_without_a_page_has_that_of_its_deal(found):
    """
    A stage change has no page of its own: the deal's is given.
    """
    (record,) = found["history_before_creation"].first
    assert ("stage_changes", "c1", f"{PAGE}d4") == (record.table, record.id, record.url)


def test_parts_tell_which_currency_since_when(found):
    """
    One amount in dollars on 20 March, and no rate at all.
    """
    assert {"USD 2026-03-20 … 2026-03-20": 1} == found["amount_without_rate"].parts


def test_kpis_that_lack_data_say_what_they_need(seen):
    """
    The only cost is a salary, and nobody gives subscriptions or web traffic; new leads lack nothing.
    """
    lacking = {one.kpi: [text.en for text in one.needs] for one in seen.lacking}
    asked = "needs costs with kind media: connect a source that has them or add them to costs.csv"
    assert [asked] == lacking["cost_per_lead"]
    assert ["needs subscriptions: connect a source or add subscriptions.csv"] == lacking["mrr"]
    assert ["needs web_traffic: connect a source or add web_traffic.csv"] == lacking["website_visits"]
    assert not {"new_leads", "win_rate", "customer_acquisition_cost"} & set(lacking)


def test_a_check_without_its_tables_is_not_made(tmp_path):
    """
    Without stages no stage is unknown, and what was not looked at is said.
    """
    seen = Books(tmp_path, {table: text for table, text in NONSENSE.items() if table != "stages"}).look()
    assert "deal_stage_unknown" not in {one.check.id for one in seen.found}
    assert "deal_stage_unknown" in {check.id for check in seen.skipped}
    assert len(quality.CHECKS) == len(seen.found) + seen.sound + len(seen.skipped)


def test_only_the_connectors_asked_for(books, found):
    """
    All of it is of the one connector; of another there is nothing.
    """
    assert found == books.found(only=("books",))
    assert {} == books.found(only=("crm",))


def test_a_margin_of_80_is_found_though_nothing_can_be_computed_with_it(tmp_path):
    """
    The margin is refused by whatever computes; the look at the data says where it stands and goes on.
    """
    found = Books(tmp_path, NONSENSE, options="gross_margin = 80").found()
    (record,) = found["margin_out_of_range"].first
    assert ("settings", "kpis.options.gross_margin", "gross_margin=80.0") == (record.table, record.id, record.what)
    assert "deal_closed_before_created" in found


def test_json_for_programs(books):
    """
    An object per finding, with both languages, its records and the KPIs it touches; then one per KPI without data.
    """
    answered = books.noria("--data", "--format", "json", "--limit", "1")
    rows = json.loads(answered.stdout)
    (one,) = [row for row in rows if row["check"] == "deal_closed_before_created"]
    assert ("warning", 2, ["d1"]) == (one["level"], one["records"], [record["id"] for record in one["first"]])
    assert {"en", "es"} == set(one["text"]) == set(one["effect"]) == set(one["fix"])
    assert "sales_cycle_length" in one["kpis"]
    assert {"cost_per_lead", "mrr"} <= {row["kpi"] for row in rows if row["check"] == "kpi_without_data"}


def test_the_exit_status_says_how_bad_it_is(books, tmp_path):
    """
    1 for an amount that nothing can convert, 3 for records left out, 0 for sound records though KPIs lack data.
    """
    assert 1 == books.noria("--data").exit_code
    (tmp_path / "warned").mkdir()
    euros = {"opportunities": NONSENSE["opportunities"].replace("USD", "EUR")}
    assert 3 == Books(tmp_path / "warned", NONSENSE | euros).noria("--data").exit_code
    (tmp_path / "sound").mkdir()
    sound = Books(tmp_path / "sound", {"accounts": NONSENSE["accounts"]}).noria("--data")
    assert (0, True) == (sound.exit_code, "KPIs without data" in sound.stdout)


def test_a_plain_check_says_what_nobody_connected_gives(books):
    """
    One line per thing that is needed, with the KPIs that wait for it; it is no fault.
    """
    rows = json.loads(books.noria("--format", "json").stdout)
    waiting = {row["text"]: (row["level"], row["about"].split(", ")) for row in rows if row["connector"] == "kpis"}
    level, kpis = waiting["needs web_traffic: connect a source or add web_traffic.csv"]
    assert "ok" == level
    assert {"website_visits", "organic_visits"} <= set(kpis)


def test_a_plain_check_refuses_an_option_that_is_none(tmp_path):
    """
    The option is named, with what it may be, beside whatever else is found.
    """
    answered = Books(tmp_path, NONSENSE, options='qualified_rule = "guess"').noria("--format", "json")
    (error,) = [row for row in json.loads(answered.stdout) if row["level"] == "error"]
    assert (1, "kpis.options.qualified_rule") == (answered.exit_code, error["about"])
    assert "choose one of flag, responded" == error["fix"]


def test_nothing_modelled_is_said(tmp_path):
    """
    Before the first run there is nothing to look at, and the command says what to do.
    """
    (tmp_path / "settings.toml").write_text(SETTINGS.format(language="en", options=""))
    answered = CliRunner().invoke(app, ["check", "--data", "--settings", str(tmp_path / "settings.toml")])
    assert 1 == answered.exit_code
    assert "noria run" in answered.stderr


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Deals closed before they were created."), ("es", "Negocios cerrados antes de crearse.")],
)
def test_people_read_it_in_their_language(seen, language, told):
    """
    What was found, the records, and what comes from outside stays text.
    """
    wide = Console(file=io.StringIO(), width=300)
    for shown in screen.quality(seen, language):
        wide.print(shown)
    text = wide.file.getvalue()
    assert told in text
    assert f"books opportunities d1  created_at=2026-03-10 00:00:00 closed=2026-03-01  {PAGE}d1" in text
    assert "books: [bold red]fair[/] (1)" in text
