"""
The command line as a person and a program meet it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pandas as pd
import pytest
from typer.testing import CliRunner

from connectors.errors import WrongUse
from sync import check, job
from sync.cli import app
from sync.facts import build
from sync.model import model
from sync.pull import pull
from sync.settings import load
from tests.sync.organisation import organisation

TODAY = "2026-11-20"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ENGLISH, SPANISH = LANGUAGES = "settings.toml", "es.toml"


class Played:
    """
    A company that was pulled, computed and pushed once from the command line, and commands against it.
    """

    def __init__(self, company):
        self.company = company
        self.folder = company.file.parent
        spanish = company.file.read_text().replace('language = "en"', 'language = "es"')
        (self.folder / SPANISH).write_text(spanish)

    def noria(self, *words, settings=ENGLISH):
        return CliRunner().invoke(app, [*words, "--settings", str(self.folder / settings)])

    def rows(self, *words):
        answered = self.noria(*words, "--format", "json")
        assert 0 == answered.exit_code, answered.output
        return json.loads(answered.stdout)

    def process(self, command, **environment):
        """
        A shell that runs a command with `noria` in it.
        """
        shell = command.replace("noria", f"{sys.executable} -m sync.cli")
        return subprocess.run(
            ["bash", "-o", "pipefail", "-c", shell],
            cwd=self.folder,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=30,
        )


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    with organisation(tmp_path_factory.mktemp("played")) as company:
        made = Played(company)
        made.first = made.noria("run", "--as-of", TODAY)
        assert 0 == made.first.exit_code, made.first.output
        yield made


def test_a_run_says_what_it_did(played):
    """
    Records per connector, the plan, what was written where, and how it ended; nothing on stderr when all went well.
    """
    said = played.first.stdout
    for told in ("salesforce", "hubspot", "google_analytics", "files", "google_sheets", "KPI values computed", "Plan"):
        assert told in said
    assert said.rstrip().endswith(": done")
    assert "" == played.first.stderr


def test_kpis_for_programs(played):
    """
    Each KPI has its id, name and meaning in both languages, formula, unit, direction, dimensions and article.
    """
    cards = {card["kpi"]: card for card in played.rows("kpis")}
    win_rate = cards["win_rate"]
    assert {"en": "Win rate", "es": "Tasa de éxito"} == win_rate["name"]
    assert {"en", "es"} == set(win_rate["meaning"])
    assert ("won_deals / (won_deals + lost_deals)", "percent", "higher") == tuple(
        win_rate[key] for key in ("formula", "unit", "better")
    )
    assert "channel" in win_rate["by"]
    assert all("article" in card for card in cards.values())


def test_two_boards_have_the_lists_of_the_article(played):
    """
    The process for the team, results and cost for the CEO; the list says which KPI stands where, alone and in all.
    """
    process = ["qualified_lead_rate", "cost_per_lead", "website_visits", "organic_visits"]
    ceo = {"lead_velocity_rate", "customer_acquisition_cost", "romi", "arpa", "cac_payback_months"}
    ceo |= {"gross_mrr_churn_rate", "customer_lifetime_value"}
    assert process == [card["kpi"] for card in played.rows("kpis", "--board", "process")]
    assert ceo == {card["kpi"] for card in played.rows("kpis", "--board", "ceo")}
    every = played.rows("kpis")
    assert 84 == len({card["kpi"] for card in every})
    assert set(process) == {card["kpi"] for card in every if "process" in card["boards"]}
    said = played.noria("kpis").stdout
    assert said.index("The process") < said.index("Results and cost") < said.index("Sales team")
    assert {"caution", "statuses", "grains", "options"} <= set(every[0])


def test_values_of_a_board_over_trailing_days(played):
    """
    The CEO's KPIs over 90 days up to today: each period 90 days long, named by its ends, the last one ending today.
    """
    rows = played.rows("show", "--board", "ceo", "--period", "90d", "--as-of", TODAY)
    assert 7 == len({row["kpi"] for row in rows})
    for row in rows:
        first, last = (date.fromisoformat(row[key]) for key in ("period_start", "period_end"))
        assert 90 == (last - first).days + 1
        assert f"{first}/{last}" == row["period"]
    assert TODAY == max(row["period_end"] for row in rows)


def test_the_same_days_of_the_period_before(played):
    """
    As of 20 November, the period before is what October had brought by the 20th, not all of October.
    """
    [running] = played.rows("show", "website_visits", "--same-days", "--as-of", TODAY)
    [october] = played.rows("show", "website_visits", "--from", "2026-10", "--as-of", "2026-10-20")
    [whole] = played.rows("show", "website_visits", "--from", "2026-10", "--to", "2026-10", "--as-of", TODAY)
    assert ("2026-11", october["value"]) == (running["period"], running["previous"])
    assert october["value"] < whole["value"]
    assert "Same days" in played.noria("show", "website_visits", "--same-days", "--as-of", TODAY).stdout


def test_a_question_with_another_option(played):
    """
    The median instead of the mean, and the result says so.
    """
    asked = ("show", "sales_cycle_length", "--period", "year", "--from", "2026", "--as-of", TODAY)
    [mean] = played.rows(*asked)
    [median] = played.rows(*asked, "--option", "statistic=median")
    assert "statistic=mean" in mean["definition"]
    assert "statistic=median" in median["definition"]
    assert mean["value"] != median["value"]


def test_a_dimension_that_some_kpis_lack(played):
    """
    Of two KPIs one cannot be cut by campaign: it is left out, the reason is told, the other one is answered.
    """
    answered = played.noria("show", "mrr", "new_leads", "--by", "campaign", "--format", "json")
    assert 0 == answered.exit_code, answered.output
    assert {"new_leads"} == {row["kpi"] for row in json.loads(answered.stdout)}
    assert "Not cut by campaign, since subscriptions carry no campaign: mrr." in answered.stderr


def test_models_give_the_same_in_all(played):
    """
    Whatever the model, what it gives and what it leaves add up to the new customers of those months.
    """
    asked = ("--from", "2026-01", "--to", "2026-10", "--as-of", TODAY)
    rows = played.rows("attribution", *asked)
    customers = sum(row["value"] for row in played.rows("show", "new_customers", *asked))
    assert customers > 0
    models = set(rows[0]) - {
        *("of", "by", "from", "to", "lookback_days", "is_attributed", "member", "member_id"),
        *("lowest", "highest", "flags"),
    }
    assert {"first", "last", "linear", "w_shaped", "time_decay", "markov", "shapley", "primary_campaign"} <= models
    for name in models:
        assert customers == pytest.approx(sum(row[name] for row in rows)), name
    said = played.noria("attribution", "--by", "campaign", "--of", "invoices", *asked).stdout
    assert "Invoiced amount (EUR), 2026-01-01 – 2026-10-31, look-back 90 days" in said
    assert "Unattributed" in said


def test_objectives_and_how_far_they_got(played):
    """
    Those that run today, each by what it got from baseline to target; on track where it got as far as time has.
    """
    rows = played.rows("objectives", "--as-of", TODAY)
    assert rows
    for row in rows:
        assert row["starts_on"] <= TODAY <= row["ends_on"]
        if row["progress"] is not None:
            moved, aimed = row["actual"] - row["baseline"], row["target"] - row["baseline"]
            assert row["progress"] == pytest.approx(moved / aimed)
            assert row["is_on_track"] == (row["progress"] >= row["elapsed"] - 1e-9 or row["status"] == "met")
    [share] = played.rows("show", "objectives_on_track_share", "--from", "2026-11", "--as-of", TODAY)
    told = [row["is_on_track"] for row in rows if row["is_on_track"] is not None]
    assert share["value"] == pytest.approx(sum(told) / len(told))
    proposed = played.rows("objectives", "--suggest", "--as-of", TODAY)
    assert {(None, "2026-10-01")} == {(row["value"], row["starts_on"]) for row in proposed}
    assert "Objetivo" in played.noria("objectives", "--as-of", TODAY, settings=SPANISH).stdout


def test_data_that_nobody_connected(tmp_path):
    """
    With leads alone: what MRR and the cost per lead need is told, below the table and for programs.
    """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "leads.csv").write_text("id,created_at,channel\nl1,2026-10-01,Email\n")
    file = tmp_path / "settings.toml"
    file.write_text('[connectors.files]\nkind = "files"\nfolder = "data"\n')
    settings = load(file)
    pull(job.warehouse_of(settings), settings, NOW)
    model(job.warehouse_of(settings), settings, NOW)
    with job.warehouse_of(settings).open() as session, session.transaction():
        build(session, settings, NOW.date())
    asked = [
        "show",
        "new_leads",
        "mrr",
        "cost_per_lead",
        "--from",
        "2026-10",
        "--as-of",
        TODAY,
        "--settings",
        str(file),
    ]
    said = CliRunner().invoke(app, asked)
    assert 0 == said.exit_code, said.output
    assert "MRR: needs subscriptions: connect a source or add subscriptions.csv" in said.stdout
    assert "Cost per lead: needs costs with kind media: connect a source or add costs.csv" in said.stdout
    rows = json.loads(CliRunner().invoke(app, [*asked, "--format", "json"]).stdout)
    needs = {row["kpi"]: row["needs"] for row in rows}
    assert needs["new_leads"] is None
    assert ["necesita subscriptions: conecte una fuente o añada subscriptions.csv"] == needs["mrr"]["es"]


def test_values_for_programs(played):
    """
    One object per KPI, period and member; ratios are fractions; each value or its reason; ten months as asked.
    """
    asked = ("show", "win_rate", "mrr", "--period", "month", "--from", "2026-01", "--to", "2026-10", "--by", "channel")
    rows = played.rows(*asked)
    wanted = {"kpi", "period", "period_start", "dimension", "member", "value", "numerator", "denominator", "reason"}
    assert all(wanted | {"flags"} <= set(row) for row in rows)
    assert {"channel"} == {row["dimension"] for row in rows}
    assert {f"2026-{month:02d}" for month in range(1, 11)} == {row["period"] for row in rows}
    assert {"2026-10-01"} == {row["period_start"] for row in rows if row["period"] == "2026-10"}
    rates = [row for row in rows if row["kpi"] == "win_rate" and row["value"] is not None]
    assert rates
    assert all(row["value"] == pytest.approx(row["numerator"] / row["denominator"]) for row in rates)
    assert all((row["value"] is None) == (row["reason"] is not None) for row in rows)
    assert all(isinstance(row["flags"], list) for row in rows)


def test_a_longer_period_bounds_by_its_ends(played):
    """
    From and to the third quarter are July, August and September.
    """
    rows = played.rows("show", "new_leads", "--from", "2026-Q3", "--to", "2026-Q3")
    assert ["2026-07", "2026-08", "2026-09"] == [row["period"] for row in rows]


def test_values_as_of_a_day(played):
    """
    As of mid-October that month is not over and November has not begun.
    """
    rows = played.rows("show", "new_leads", "--from", "2026-09", "--as-of", "2026-10-15")
    assert [("2026-09", False), ("2026-10", True)] == [(row["period"], "is_partial" in row["flags"]) for row in rows]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "winrate"), "did you mean win_rate"),
        (("show", "win_rate", "--by", "chanel"), "did you mean channel"),
        (("show", "win_rate", "--period", "monht"), "did you mean month"),
        (("show", "cost_per_lead", "--by", "owner"), "could not be cut by owner"),
        (("show", "win_rate", "--from", "2026-13"), "is no period"),
        (("show", "win_rate", "--from", "2026-10", "--to", "2026-01"), "ended before"),
        (("show", "win_rate", "--from", "2999"), "had not begun"),
        (("show", "win_rate", "--as-of", "yesterday"), "is no day"),
        (("show", "win_rate", "--option", "statistics=median"), "did you mean statistic"),
        (("show", "win_rate", "--option", "statistic=mode"), "mean, median"),
        (("show", "win_rate", "--language", "fr"), "--language"),
        (("show", "winrate"), "`noria kpis` lists them"),
        (("show", "win_rate", "--by", "chanel"), "There are: org, channel, campaign"),
        (("show", "win_rate", "--period", ""), "90d"),
        (("show", "--board", "ceoo"), "did you mean ceo?"),
        (("show", "win_rate", "--board", "ceo"), "Name one of the two"),
        (("show", "win_rate", "--same-days", "--from", "2026-10"), "Leave --from and --to out"),
        (("show", "win_rate", "--same-days", "--period", "90d"), "never half over"),
        (("show", "mrr", "--option", "clv_horizon_months=3"), "under [kpis.options]"),
        (("kpis", "--board", "all the rest"), "There are: process, ceo"),
        (("attribution", "--by", "owner"), "--by"),
        (("attribution", "--from", "2999"), "had not begun"),
        (("compute", "--as-of", "2026-02-30"), "is no day"),
        (("pull", "--only", "hubspt"), "did you mean hubspot"),
        (("check", "--only", "hubspt"), "did you mean hubspot"),
        (("push", "--only", "files"), "push.files"),
        (("kpis", "winrate"), "did you mean win_rate"),
        (("runs", "nope"), "noria runs"),
        (("identity", "--same", "salesforce:x", "hubspot:y"), "source:id"),
        (("nope",), "No such command"),
    ],
)
def test_wrong_use(played, words, told):
    """
    What does not exist or cannot be asked ends with 2, says what to do, and answers nothing.
    """
    answered = played.noria(*words)
    assert 2 == answered.exit_code
    assert told in answered.stderr
    assert "" == answered.stdout


def test_failures(tmp_path, played):
    """
    No settings, no warehouse: 1, with where and fix.
    """
    for words in (["runs"], ["show"], ["push"], ["run"]):
        answered = CliRunner().invoke(app, [*words, "--settings", str(tmp_path / "none.toml")])
        assert 1 == answered.exit_code
        assert "There is no settings file" in answered.stderr
    (tmp_path / "empty.toml").write_text("[push]\n")
    answered = CliRunner().invoke(app, ["show", "--settings", str(tmp_path / "empty.toml")])
    assert 1 == answered.exit_code
    assert "fix:   Run `noria run` first." in answered.stderr


def test_rows_left_out_end_with_3(tmp_path):
    """
    One row of a file does not parse: the other is loaded, the row is told with file and line, on the spot and later.
    """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "costs.csv").write_text(
        "starts_on,ends_on,kind,amount,currency\n2026-10-01,2026-10-31,media,100,EUR\nsoon,2026-10-31,media,1,EUR\n"
    )
    (tmp_path / "settings.toml").write_text('[connectors.files]\nkind = "files"\nfolder = "data"\n')
    words = ["--settings", str(tmp_path / "settings.toml")]
    answered = CliRunner().invoke(app, ["pull", *words])
    assert 3 == answered.exit_code
    assert "costs.csv, line 3, starts_on" in answered.stderr
    [run] = json.loads(CliRunner().invoke(app, ["runs", "--format", "json", *words]).stdout)
    assert "done, something left out" == run["status"]
    told = CliRunner().invoke(app, ["runs", run["id"], *words])
    assert 0 == told.exit_code
    assert "costs.csv, line 3, starts_on" in told.stdout


def test_a_plan_writes_nothing_and_says_so(played):
    """
    As of May other values are due: the plan shows each change by the account's name, how many requests it takes (a
    hundred companies each), and the command that would write it; planning itself writes nothing.
    """
    before = played.company.writes()
    assert 0 == played.noria("compute", "--as-of", "2026-05-31").exit_code
    words = ("push", "--only", "hubspot")
    [destination] = played.rows(*words)["destinations"]
    [accounts] = destination["objects"]
    assert accounts["changes"] > 0
    assert destination["requests"] == -(-accounts["records"] // 100)
    cell = accounts["cells"][0]
    assert {"record", "field", "old", "new"} == set(cell)
    answered = played.noria(*words)
    assert 0 == answered.exit_code, answered.output
    companies = played.company.sandbox.hubspot.state()["objects"]["companies"]
    [name] = [company["properties"]["name"] for company in companies if company["id"] == cell["record"]]
    said = " ".join(answered.stdout.split())
    assert name in said
    same = "noria push --apply --only hubspot --settings"
    assert f"Nothing was written. Write it with: {same}" in said
    assert before == played.company.writes()
    assert 0 == played.noria("compute", "--as-of", TODAY).exit_code


def test_a_plan_that_failed_says_no_more_than_it_knows(played):
    """
    A KPI that accounts do not have: the plan fails with 1 and does not claim that all is well.
    """
    wrong = (played.folder / ENGLISH).read_text().replace("[push.hubspot]", '[push.hubspot]\naccounts = ["new_leads"]')
    (played.folder / "wrong.toml").write_text(wrong)
    answered = played.noria("push", "--only", "hubspot", settings="wrong.toml")
    assert 1 == answered.exit_code
    assert "cut by account" in answered.stderr
    assert "Everything stands" not in answered.stdout


def test_a_plan_without_changes_says_so(played):
    """
    After the run everything stands; nothing is left to write.
    """
    answered = played.noria("push", "--only", "hubspot")
    assert 0 == answered.exit_code
    assert "Everything stands as it should. Nothing was written." in answered.stdout


def test_a_push_for_programs_is_json_alone(played):
    """
    What was written is one JSON object, nothing else on stdout.
    """
    answered = played.noria("push", "--apply", "--format", "json", "--only", "hubspot")
    assert 0 == answered.exit_code, answered.output
    told = json.loads(answered.stdout)
    assert "done" == told["status"]
    assert ["hubspot"] == [one["destination"] for one in told["destinations"]]


def test_check_finds_what_needs_a_person_first(played):
    """
    Each connector is asked; the status follows the worst finding.
    """
    answered = played.noria("check", "--format", "json")
    found = json.loads(answered.stdout)
    levels = {one["level"] for one in found}
    assert {"salesforce", "hubspot", "google_analytics", "google_sheets", "files"} <= {f["connector"] for f in found}
    assert (3 if "warning" in levels else 0) == answered.exit_code
    assert "error" not in levels


def test_settings_that_changed_since_the_facts_were_built_are_told(played):
    """
    Euros do not become dollars by a word in the settings, and a margin not another: what stands is not read with them.
    """
    text = (played.folder / ENGLISH).read_text()
    (played.folder / "usd.toml").write_text(text.replace('currency = "EUR"', 'currency = "USD"'))
    for command in (("show", "mrr"), ("explain", "mrr", "2026-10"), ("attribution",), ("objectives",)):
        told = played.noria(*command, settings="usd.toml")
        assert (1, "") == (told.exit_code, told.stdout)
        assert "currency was EUR and is USD" in told.stderr
        assert "noria compute" in told.stderr


def test_check_finds_the_same_in_spanish(played):
    """
    Every finding reads in Spanish, those of the vendors' too; programs read the same in either language.
    """
    loaded = load(played.folder / SPANISH)
    found = list(check.check(loaded, NOW))
    assert 40 < len(found)
    assert [] == [one.finding.text for one in found if one.told("es").text == one.finding.text]
    assert [] == [one.finding.fix for one in found if one.finding.fix and one.told("es").fix == one.finding.fix]
    text = played.noria("check", settings=SPANISH).stdout
    assert "credenciales" in text
    assert "columnas de la tabla" in text
    assert "Readable" not in text
    english, spanish = (json.loads(played.noria("check", "--format", "json", settings=s).stdout) for s in LANGUAGES)
    counted = ("API requests", "daily limit", "quota")  # the first look used some of them
    assert [] == [(a, b) for a, b in zip(english, spanish, strict=True) if a != b and a["about"] not in counted]


def test_history(played):
    """
    The first run is there with what it pulled, wrote and took; one run in full names streams and objects.
    """
    run = played.rows("runs", "--limit", "100")[-1]
    assert ("run", "done", []) == (run["kind"], run["status"], run["problems"])
    told = played.noria("runs", run["id"])
    assert 0 == told.exit_code
    assert "salesforce.Opportunity" in told.stdout
    assert "organisation" in told.stdout, told.stdout


def test_the_settings_decide_the_language(played):
    """
    In Spanish: names, headings, numbers, the plan and the history; programs read the same in either language.
    """
    asked = ("show", "win_rate", "mrr", "--from", "2026-09", "--to", "2026-10", "--by", "channel")
    text = played.noria(*asked, settings=SPANISH).stdout
    assert "Tasa de éxito (%)" in text
    assert "Canal" in text
    assert "Toda la organización" in text
    assert "Ingresos recurrentes mensuales (EUR)" in text
    assert "Ejecución" in played.noria("runs", settings=SPANISH).stdout
    assert "Qué dice" in played.noria("kpis", "win_rate", settings=SPANISH).stdout
    assert "Conector" in played.noria("check", "--only", "files", settings=SPANISH).stdout
    plan = played.noria("push", "--only", "hubspot", settings=SPANISH)
    assert "Todo está como debe. No se escribió nada." in plan.stdout
    english = played.noria(*asked, "--format", "json").stdout
    assert english == played.noria(*asked, "--format", "json", settings=SPANISH).stdout


def test_piped_output(played):
    """
    Without a terminal there are no colours; a narrow screen is never overrun; a reader who leaves early is no error.
    """
    narrow = played.process("noria show win_rate --by channel", COLUMNS="60")
    assert 0 == narrow.returncode, narrow.stderr
    assert "\x1b" not in narrow.stdout
    assert max(len(line) for line in narrow.stdout.splitlines()) <= 60
    for command in ("noria kpis --format json | head -1", "noria --help | head -1"):
        left = played.process(command)
        assert (0, "") == (left.returncode, left.stderr)


BUG = """
import typer
from connectors.errors import keep_secret
from sync import console
app = typer.Typer(cls=console.Commands)
@app.command()
def one(): raise ValueError("token=" + keep_secret("s3cr3t-token") + " of eve@example.com")
@app.command()
def two(): pass
console.start(app)
"""


def test_a_bug_keeps_its_traceback():
    """
    What is no error of the user's is shown with its traceback, without secrets and addresses, and ends with 1.
    """
    ended = subprocess.run([sys.executable, "-c", BUG, "one"], capture_output=True, text=True, timeout=30)
    assert 1 == ended.returncode
    assert "Traceback (most recent call last)" in ended.stderr
    assert "ValueError" in ended.stderr
    assert "s3cr3t-token of" not in ended.stderr
    assert "eve@example.com" not in ended.stderr
    assert "" == ended.stdout


def test_settings_to_fill_in(tmp_path):
    """
    `noria init` writes them once and does not touch what is there.
    """
    file = tmp_path / "settings.toml"
    assert 0 == CliRunner().invoke(app, ["init", "--settings", str(file)]).exit_code
    written = file.read_text()
    again = CliRunner().invoke(app, ["init", "--settings", str(file)])
    assert 1 == again.exit_code
    assert "is there already" in again.stderr
    assert written == file.read_text()


def test_values_for_notebooks_are_those_of_the_command_line(played):
    """
    The same rows as a DataFrame; ratios as fractions, dates as dates.
    """
    from sync.frames import frame

    file = played.folder / ENGLISH
    rows = played.rows("show", "win_rate", "--from", "2026-03", "--to", "2026-05", "--as-of", TODAY)
    table = frame("win_rate", settings=file, first="2026-03", last="2026-05", as_of=date.fromisoformat(TODAY))
    assert [row["value"] for row in rows] == [None if pd.isna(value) else value for value in table["value"]]
    assert [row["period_start"] for row in rows] == [day.isoformat() for day in table["period_start"]]
    assert {"org"} == set(table["dimension"])
    ceo = frame(settings=file, board="ceo", period="90d", as_of=date.fromisoformat(TODAY))
    assert 7 == ceo["kpi"].nunique()
    [running] = frame("new_leads", settings=file, same_days=True, as_of=date.fromisoformat(TODAY)).to_dict("records")
    assert date(2026, 11, 1) == running["period_start"]
    with pytest.raises(WrongUse, match="did you mean statistic"):
        frame("win_rate", settings=file, options={"statistics": "median"})


def test_the_catalogue_for_notebooks(played):
    """
    One row per KPI with its words, its formula, its boards and what it needs.
    """
    from sync.frames import catalogue

    kpis = catalogue(played.folder / ENGLISH, language="es")
    assert "Tasa de éxito" == kpis.loc["win_rate", "name"]
    assert ("opportunities",) == kpis.loc["win_rate", "needs"]
    assert "process" in kpis.loc["cost_per_lead", "boards"]
    assert 84 == (~kpis["supporting"]).sum()
    assert set(catalogue().index) == set(kpis.index)
