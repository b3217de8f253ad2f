"""
`noria explain`: a number opened to its formula, its parts and its records, and held against another period.
"""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from rich.console import Console
from typer.testing import CliRunner

from sync import explain, facts, job, record_frames, screen
from sync.cli import app
from sync.model import model
from sync.pull import pull
from sync.settings import load

TODAY = date(2026, 4, 15)
NOW = datetime(2026, 4, 15, 12, tzinfo=UTC)
CRM, MAIL = "https://crm.example/", "https://mail.example/"

SETTINGS = """
[organisation]
timezone = "Europe/Madrid"
currency = "EUR"
[connectors.crm]
kind = "files"
folder = "crm"
[connectors.mail]
kind = "files"
folder = "mail"
"""
DEALS = (
    "id,url,name,account_id,owner_id,campaign_id,amount,currency,created_at,closed_on,is_closed,is_won,pipeline,stage\n"
)
TABLES = {
    "crm": {
        "accounts": f"id,url,name\nacme,{CRM}acme,Acme\nbolt,{CRM}bolt,Bolt\ncore,,Core\n",
        "owners": "id,name,team\no1,Ana,sales\no2,Bea,sales\no3,Bea,sales\n",
        "campaigns": "id,url,name,channel,starts_on\n"
        f"c1,{CRM}c1,Spring fair,Events,2026-03-01\nc2,{CRM}c2,Mailing,Email,2026-03-10\n",
        "leads": f"id,url,kind,account_id,channel,created_at\nl1,{CRM}l1,lead,acme,Email,2026-03-02\n",
        "opportunities": DEALS
        + f"d1,{CRM}d1,[bold red]Big[/] deal,acme,o1,,100,EUR,2026-02-01,2026-03-10,true,true,sales,won\n"
        f"d2,{CRM}d2,Second,acme,o1,,50,EUR,2026-02-01,2026-03-20,true,true,sales,won\n"
        f"d3,{CRM}d3,Third,bolt,o2,,70,EUR,2026-02-01,2026-03-25,true,false,sales,lost\n"
        f"d4,{CRM}d4,Fourth,bolt,o3,c1,70,EUR,2026-01-01,2026-02-20,true,true,sales,won\n",
        "touches": "id,url,lead_id,account_id,campaign_id,channel,kind,team,at\n"
        f"t1,{CRM}t1,l1,acme,c1,Events,visit,marketing,2026-03-03T10:00:00\n"
        f"t2,{CRM}t2,l1,acme,c2,Email,click,marketing,2026-03-05T10:00:00\n",
        "subscriptions": "id,account_id,mrr,currency,starts_on,ends_on\n"
        "s1,acme,100,EUR,2026-01-01,\ns2,bolt,60,EUR,2026-01-01,2026-03-15\ns3,acme,20,EUR,2026-03-05,\n"
        "s4,core,40,EUR,2026-01-01,2026-02-10\n",
        "costs": "id,kind,campaign_id,amount,currency,starts_on,ends_on\nk1,agency,c2,500,EUR,2026-03-10,2026-03-10\n",
        "targets": "id,kpi,dimension,member,starts_on,ends_on,baseline,value,next_step\n"
        "t1,won_revenue,,,2026-03-01,2026-03-31,0,200,call Bolt\n",
    },
    "mail": {
        "leads": "id,url,kind,channel,created_at,linked_source,linked_id\n"
        f"m1,{MAIL}m1,contact,Email,2026-03-02,crm,l1\n",
    },
}


class Books:
    """
    Two folders of files that were pulled, modelled and made into facts.
    """

    def __init__(self, folder, tables):
        self.file = folder / "settings.toml"
        self.file.write_text(SETTINGS)
        for connector, texts in tables.items():
            (folder / connector).mkdir()
            for table, text in texts.items():
                (folder / connector / f"{table}.csv").write_text(text)
        self.settings = load(self.file)
        self.warehouse = job.warehouse_of(self.settings)
        pull(self.warehouse, self.settings, NOW)
        model(self.warehouse, self.settings, NOW)
        with self.warehouse.open() as session, session.transaction():
            facts.build(session, self.settings, TODAY)

    def explain(self, kpi, period, **given):
        with self.warehouse.open(read_only=True) as session:
            return explain.explain(session, self.settings, explain.Wanted(kpi, period, **given), TODAY)

    def noria(self, *words, code=0):
        given = ["explain", *words, "--settings", str(self.file), "--as-of", TODAY.isoformat()]
        result = CliRunner().invoke(app, given)
        assert code == result.exit_code, result.output
        return result

    def json(self, *words):
        return json.loads(self.noria(*words, "--format", "json").stdout)


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    return Books(tmp_path_factory.mktemp("books"), TABLES)


def test_formula_numbers_and_records_agree(books):
    """
    Of three deals closed in March two were won: 2 / (2 + 1), counted again from the three deals, each with its page.
    """
    told = books.json("win_rate", "2026-03", "--records")

    assert 2 / 3 == told["value"] == pytest.approx(told["counted"])
    assert "won_deals / (won_deals + lost_deals)" == told["formula"]
    assert "2 / (2 + 1)" == told["in_numbers"]
    assert told["agrees"] and 3 == told["records"]
    won, lost = told["terms"]
    assert ("both", "denominator") == (won["role"], lost["role"])
    assert [f"{CRM}d3"] == [link["url"] for record in lost["first"] for link in record["links"]]
    assert {("crm:d1", "2026-03-10", 1.0), ("crm:d2", "2026-03-20", 1.0)} == {
        (record["key"], record["first_on"], record["contribution"]) for record in won["first"]
    }


def test_tables_show_hostile_names_as_text(books):
    """
    A deal called like terminal markup is printed as it is written, with its page beside it.
    """
    shown = books.noria("win_rate", "2026-03", "--records").stdout

    assert "[bold red]Big[/] deal" in shown
    assert f"{CRM}d1" in shown
    assert "Counted again from 3 records: 66.7 %" in shown


def test_person_in_two_systems_has_two_links(books):
    """
    The lead that both systems know counts once and opens in both.
    """
    (lead,) = books.explain("new_leads", "2026-03", records=True).explained.terms[0].records

    assert {f"{CRM}l1", f"{MAIL}m1"} == {link.url for link in lead.links}


def test_limit_shows_the_rest_as_a_count(books):
    """
    Of two won deals one is listed, and the other told as a number.
    """
    assert "… and 1 more" in books.noria("won_revenue", "2026-03", "--records", "--limit", "1").stdout


def test_member_by_label_or_key(books):
    """
    Ana won both of her deals of March, whether she is named or given by her key; two people are called Bea.
    """
    assert 1 == books.json("win_rate", "2026-03", "--by", "owner=ana")["value"]
    assert 1 == books.json("win_rate", "2026-03", "--by", "owner=crm:o1")["value"]
    told = books.noria("win_rate", "2026-03", "--by", "owner=Bea", code=2).stderr
    assert "2 members of owner were called 'Bea'" in told and "crm:o2, crm:o3" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("win_rat", "2026-03"), "did you mean win_rate"),
        (("win_rate", "2026-13"), "is no period"),
        (("win_rate", "2027-01"), "had not begun"),
        (("win_rate", "2026-03", "--by", "onwer=Ana"), "did you mean owner"),
        (("win_rate", "2026-03", "--by", "owner=Anna"), "did you mean Ana"),
        (("win_rate", "2026-03", "--by", "owner"), "named no member"),
        (("website_visits", "2026-03", "--by", "owner=Ana"), "could not be cut by owner"),
        (("win_rate", "2026-03", "--option", "close_rate_by=weight"), "close_rate_by"),
        (("win_rate", "all", "--versus", "previous"), "no period before"),
    ],
)
def test_unknown_names_bring_close_matches(books, words, told):
    """
    What is not there is refused as wrong use, with what comes closest.
    """
    assert told in books.noria(*words, code=2).stderr


def test_change_is_split_between_both_sides(books):
    """
    From 160 MRR of two accounts to 120 of one: more per account, and half the accounts. ARPA rose from 80 to 120; of
    these 40, MRR took -40 x (1/1 + 1/2) / 2 = -30 and the accounts gave (1/1 - 1/2) x (160 + 120) / 2 = 70.
    """
    change = books.explain("arpa", "2026-03", versus="previous").change

    assert (80, {"numerator": -30, "denominator": 70}) == (
        change.then.row["value"],
        {effect.role: effect.effect for effect in change.effects},
    )
    mrr = next(term for term in change.terms if term.name == "mrr")
    assert {"went": 1, "changed": 1} == mrr.counts
    assert [("went", "Bolt", -60), ("changed", "Acme", 20)] == [
        (one.kind, one.record.name, one.effect) for one in mrr.moved
    ]


def test_change_of_cltv_has_an_arpa_and_a_churn_part(books):
    """
    ARPA rose from 80 to 120 and churn from a third to a half: 240 both times, since ARPA gave 40 x (2 + 3) / 2 = 100
    and churn took (2 - 3) x (120 + 80) / 2 = -100.
    """
    change = books.explain(
        "customer_lifetime_value", "2026-03", versus="previous", options={"cltv_churn_months": 1}
    ).change

    assert 240 == pytest.approx(change.then.row["value"])
    assert {"ARPA": 100, "Customer churn": -100} == pytest.approx(
        {effect.name.en: effect.effect for effect in change.effects}
    )
    assert "+40.00 EUR" in books.noria("arpa", "2026-03", "--versus", "previous").stdout


def test_credit_opens_to_its_touches(books):
    """
    Of 100 euros won on 10 March, linear attribution gives the fair and the mailing before it 50 each.
    """
    told = books.json(
        "attributed_revenue", "2026-03", "--records", "--option", "attribution_model=linear", "--by", "channel=Email"
    )
    order = next(record for record in told["terms"][0]["first"] if record["key"] == "crm:d1")

    assert 50 == order["contribution"]
    assert [("2026-03-03", "Spring fair", 0.5, 50), ("2026-03-05", "Mailing", 0.5, 50)] == [
        (touch["on"], touch["campaign"], touch["share"], touch["amount"]) for touch in order["touches"]
    ]
    assert f"{CRM}t1" == order["touches"][0]["links"][0]["url"]


def test_missing_data_says_what_is_needed(books):
    """
    Nobody gives visits, and the explanation says so instead of a number.
    """
    shown = " ".join(books.noria("website_visits", "2026-03").stdout.split())

    assert "needs web_traffic: connect a source or add web_traffic.csv" in shown


@pytest.mark.parametrize("model", ["auto", "linear", "markov", "shapley"])
def test_no_model_loses_an_order_without_touches(books, model):
    """
    Of the quarter's 220 euros 70 were won without a touch and go to the deal's own campaign, whatever the model says
    of the other 150; counting the credits again gives the same.
    """
    explained = books.explain("attributed_revenue", "2026-Q1", options={"attribution_model": model}).explained

    assert (220, 220, True) == (explained.row["value"], pytest.approx(explained.counted), explained.agrees)


def test_campaign_that_has_not_paid_says_since_when_it_is_open(books):
    """
    The mailing cost 500 on 10 March and earned nothing by 15 April: open since 36 days.
    """
    (waiting,) = books.explain("campaign_breakeven_days", "2026-03", options={"gross_margin": 0.5}).waiting

    assert ("crm:c2", 36) == (waiting.campaign.key, waiting.days)
    shown = books.noria("campaign_breakeven_days", "2026-03", "--option", "gross_margin=0.5").stdout
    assert "open since 36 days" in shown


def test_objective_shows_target_actual_and_where_to_look(books):
    """
    Of 200 euros aimed at in March 150 were won: three quarters, missed.
    """
    (aim,) = books.explain("target_attainment", "2026-03").objectives

    assert (200, 150, 0.75, "missed", "call Bolt") == (aim.target, aim.actual, aim.value, aim.status, aim.next_step)
    assert "won_revenue 2026-03" == aim.explained_by


def test_sql_gives_the_number_and_its_records(books):
    """
    The statement of a part, run by hand, lists the two won deals; the one it was computed by gives their sum.
    """
    told = books.json("won_revenue", "2026-03", "--sql")
    with books.warehouse.open(read_only=True) as session:
        rows = session.rows(told["terms"][0]["sql"])
        [passed] = [session.rows(statement) for statement in told["sql"]]

    assert {("crm:d1", 100.0), ("crm:d2", 50.0)} == {(row["record_key"], row["contribution"]) for row in rows}
    assert [150] == [row["won_amount_1"] for row in passed if row["period_start"] == date(2026, 3, 1)]


def test_a_recount_that_differs_is_told_loudly(books):
    """
    Where the records give another number, that is what stands out, and the story does not agree.
    """
    story = books.explain("won_revenue", "2026-03")
    wrong = replace(story.explained, terms=(replace(story.explained.terms[0], counted=149.0),), counted=149.0)
    out = Console(width=100, file=io.StringIO())
    for shown in screen.explained(replace(story, explained=wrong), screen.Reader("en", "EUR"), screen.Asked()):
        out.print(shown)

    assert story.agrees and not replace(story, explained=wrong).agrees
    printed = out.file.getvalue()
    assert "ANOTHER NUMBER" in printed and "won_amount: 150 ≠ 149" in printed


def test_records_as_a_data_frame(books):
    """
    A notebook gets a row per part and record.
    """
    found = record_frames.records("win_rate", "2026-03", settings=books.file, as_of=TODAY)

    assert {("won_deals", "crm:d1"), ("won_deals", "crm:d2"), ("lost_deals", "crm:d3")} == set(
        zip(found["term"], found["key"], strict=True)
    )


def test_spanish_reader(books):
    """
    The same in Spanish, numbers with Spanish marks.
    """
    shown = books.noria("win_rate", "2026-03", "--language", "es").stdout

    assert "Tasa de éxito" in shown and "66,7 %" in shown and "Recontado con 3 registros" in shown
