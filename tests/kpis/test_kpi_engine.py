"""
The engine itself: periods, empty warehouses, refusals, scans and other dialects.
"""

from __future__ import annotations

import json
import math
from datetime import date

import pytest
import sqlglot
from sqlglot import exp

from connectors.errors import UserError
from kpis.catalogue import CATALOGUE
from kpis.engine import Question, compile
from kpis.facts import statements
from kpis.formula import LastMonths, choose
from kpis.measure import flow
from kpis.model import DIMENSIONS, GRAINS, Kpi
from kpis.words import FLAGS, REASONS, Text
from tests.kpis.build import TODAY, Warehouse, cost, deal, environment, instant, lead, row, subscription

LISTED = [kpi.id for kpi in CATALOGUE.values() if not kpi.supporting]
FORMULAS = tuple(kpi.id for kpi in CATALOGUE.values() if not kpi.over_kpis)
CUTS = tuple(name for name in DIMENSIONS if name not in ("org", "target"))
SUMS = {
    "mrr",
    "mrr_movements",
    "net_new_mrr",
    "net_new_revenue",
    "unrecovered_cac",
    "won_revenue",
    "open_pipeline_amount",
    "attributed_revenue",
    "unattributed_revenue",
}


TWENTY = (
    "new_leads new_qualified_leads qualified_lead_rate cost_per_lead lead_velocity_rate website_visits organic_visits"
    " email_open_rate email_click_through_rate lead_conversion_rate_cohort lead_conversion_rate_period"
    " close_rate_pipeline win_rate sales_cycle_length stage_duration customer_acquisition_cost marketing_cac"
    " average_ticket cac_to_ticket_ratio roi"
).split()


def everything(kpis: tuple[str, ...] = FORMULAS, grains: tuple[str, ...] = GRAINS) -> Question:
    return Question(kpis, grains, date(2026, 1, 1), date(2026, 3, 31), TODAY, CUTS)


def test_every_kpi_on_an_empty_warehouse() -> None:
    """
    Counts and sums are 0, everything else has a reason, nothing is NaN, and each period asked is there.
    """
    warehouse = Warehouse()
    answers = warehouse.ask(*CATALOGUE, grain=GRAINS, last="2026-03-31")
    plain = {k.id for k in CATALOGUE.values() if k.unit == "count"} | SUMS

    assert len(answers) == len(CATALOGUE) * (31 + 6 + 1 + 1 + 1 + 1)
    for answer in answers:
        if answer.grain not in CATALOGUE[answer.kpi].grains:
            assert (answer.value, answer.reason) == (None, "not_applicable")
            continue
        assert (answer.value == 0 and answer.reason is None) == (answer.kpi in plain), answer
        assert answer.value is None or math.isfinite(answer.value)
        assert answer.reason is None or answer.reason in REASONS


def test_every_kpi_when_nothing_is_offered() -> None:
    """
    What no source offers is unknown, never 0.
    """
    warehouse = Warehouse(offered=frozenset())
    answers = warehouse.ask(*CATALOGUE, by=CUTS)

    assert [(a.kpi, a.value, a.reason) for a in answers] == [(kpi, None, "missing_input") for kpi in CATALOGUE]


def test_only_the_figures_that_need_a_missing_table_are_unknown() -> None:
    """
    Leads are offered and costs are not: leads count, their cost is unknown, by channel too.
    """
    warehouse = Warehouse(lead(channel="Email"), offered=frozenset({"leads"}))

    assert warehouse.value("new_leads") == 1
    assert warehouse.one("cost_per_lead", by="channel", member="Email").reason == "missing_input"
    assert warehouse.one("lead_conversion_rate_cohort").reason == "missing_input"


def test_periods_of_every_length() -> None:
    """
    4 March 2026 lies in the ISO week from 2 March, the fiscal quarter from February and the fiscal year from 2025-02
    on; everything up to today has neither a period before nor a start.
    """
    warehouse = Warehouse(lead("2026-03-04"), lead("2026-02-01"), fiscal_year_start=2)
    answers = {a.grain: a for a in warehouse.ask("new_leads", grain=GRAINS, first="2026-03-04")}

    periods = {grain: (str(a.period_start), str(a.period_end), a.value) for grain, a in answers.items()}
    assert periods == {
        "day": ("2026-03-04", "2026-03-04", 1),
        "week": ("2026-03-02", "2026-03-08", 1),
        "month": ("2026-03-01", "2026-03-31", 1),
        "quarter": ("2026-02-01", "2026-04-30", 2),
        "year": ("2026-02-01", "2027-01-31", 2),
        "all": ("1970-01-01", "2026-11-15", 2),
    }
    assert {grain: a.flags for grain, a in answers.items() if a.flags} == {"year": "is_partial"}
    assert answers["month"].previous == 1 and answers["all"].previous is None


def test_what_it_was_before() -> None:
    """
    The month before and the same month a year before stand beside the value, for every length that has them.
    """
    warehouse = Warehouse(*(lead(f"{month}-05") for month in ("2025-03", "2026-02", "2026-02", "2026-03")))
    month = warehouse.one("new_leads")

    assert (month.value, month.previous, month.year_before) == (1, 2, 1)
    assert warehouse.one("new_leads", grain="year").year_before == 1
    assert warehouse.one("new_leads", grain="day", first="2026-03-05").year_before == 1


def test_the_same_days_of_a_quarter_whatever_else_is_asked() -> None:
    """
    By 10 May the quarter has had 40 days: 4 deals were won in them, and 2 in the first 40 of the quarter before, whose
    third came in March. A KPI of the four months up to June beside it sees that one, and changes nothing.
    """
    days = ("2026-01-05", "2026-01-20", "2026-03-20", "2026-04-10", "2026-04-11", "2026-05-02", "2026-05-03")
    warehouse = Warehouse(*(deal(closed=day, created=day) for day in days))
    won = flow("won", "fact_deals", at="closed_on", where="is_won")
    words = Text(en="x", es="x")
    growth = Kpi("growth", words, words, won / won.previous(), "ratio", "higher")
    recent = Kpi("recent", words, words, LastMonths(won, 4), "count", "higher")
    asked = {"grain": "quarter", "first": "2026-05-10", "as_of": date(2026, 5, 10), "same_days": True}
    asked["custom"] = {kpi.id: kpi for kpi in (growth, recent)}
    alone = warehouse.ask("growth", **asked)
    beside = warehouse.ask("growth", "recent", **asked)

    assert [(a.value, a.numerator, a.denominator) for a in alone] == [(2.0, 4, 2)]
    assert beside[0] == alone[0]
    assert beside[1].value == 5


def test_an_answer_does_not_depend_on_what_else_is_asked() -> None:
    """
    MRR of 100 came in March: the quarter says so beside the year as it does alone, no month being asked. Lifetime
    value by quarter is what it is alone when months are asked beside it.
    """
    warehouse = Warehouse(subscription("a", "2026-03-05", None, 100), subscription("b", "2025-01-01", "2025-12-31", 50))

    def asked(kpi: str, grains: tuple[str, ...], last: str) -> list[object]:
        return [a for a in warehouse.ask(kpi, grain=grains, first="2026-01-01", last=last) if a.grain == "quarter"]

    assert warehouse.one("net_new_mrr", grain="quarter").value == 100
    assert asked("net_new_mrr", ("quarter", "year"), "2026-03-31") == asked("net_new_mrr", ("quarter",), "2026-03-31")
    assert asked("customer_lifetime_value", ("month", "quarter"), "2026-02-10") == asked(
        "customer_lifetime_value", ("quarter",), "2026-02-10"
    )


def test_what_never_was_is_not_nothing() -> None:
    """
    Trailing days overlap no year before, and before everything so far there is nothing: no value, and not 0.
    """
    warehouse = Warehouse(lead("2025-03-05"), lead())

    assert warehouse.one("new_leads", grain="90d").year_before is None
    assert warehouse.one("new_leads").year_before == 1
    assert warehouse.one("new_leads", first="2026-01-05").year_before == 0


def test_the_month_that_holds_today_is_partial() -> None:
    """
    Up to and including its last day a month is not over.
    """
    warehouse = Warehouse(lead())

    assert warehouse.one("new_leads", as_of=date(2026, 3, 31)).flags == "is_partial"
    assert warehouse.one("new_leads", as_of=date(2026, 4, 1)).flags == ""


def test_ratios_roll_up_as_sum_over_sum() -> None:
    """
    1 of 2 and 1,000 of 1,001 make 1,001 of 1,003, not the mean of the two rates.
    """
    parts = [("small", "won", 1), ("small", "lost", 1), ("large", "won", 1000), ("large", "lost", 1)]
    warehouse = Warehouse()
    warehouse.add(*(deal(outcome, product_family=name) for name, outcome, number in parts for _ in range(number)))

    assert warehouse.value("win_rate") == pytest.approx(1001 / 1003)
    assert warehouse.value("win_rate", by="product", member="small") == 0.5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"kpis": ("win_rates",)}, "There is no KPI win_rates.*did you mean win_rate"),
        ({"grains": ("months",)}, "There is no grain months.*did you mean month"),
        ({"dimensions": ("chanel",)}, "There is no dimension chanel.*did you mean channel"),
        ({"options": {"statistics": 1}}, "There is no option statistics.*did you mean statistic"),
        ({"options": {"statistic": "mode"}}, "statistic was mode.*choose one of mean, median"),
        ({"options": {"cohort_window_days": "soon"}}, "cohort_window_days was soon.*whole number"),
        ({"dimensions": ("stage",)}, "could not be cut by stage: opportunities carry no stage.*cut by org or channel"),
        ({"last": date(2020, 1, 1)}, "swap the two days"),
        ({"kpis": ()}, "named no KPI"),
    ],
)
def test_refusals_say_what_to_do(change: dict[str, object], words: str) -> None:
    """
    Whatever is unknown or makes no sense is refused with its name and the way out.
    """
    asked = {"kpis": ("win_rate",), "grains": ("month",), "first": date(2026, 3, 1), "last": date(2026, 3, 1)}
    with pytest.raises(UserError, match=rf"(?s){words}"):
        compile(Question(**{**asked, "as_of": TODAY, **change}), environment())  # type: ignore[arg-type]


def test_values_with_quotes_stay_values() -> None:
    """
    A time zone or a currency with a quote in it can only be a value.
    """
    wicked = environment(timezone="x'); drop table leads; --", currency="';--")
    parsed = [tree for s in statements(wicked) for tree in sqlglot.parse(s.sql, read="duckdb")]

    assert len(parsed) == len(statements(wicked))
    assert {type(tree) for tree in parsed} == {exp.Create}


def test_everything_speaks_spark() -> None:
    """
    Every fact and every statement of the whole catalogue are written in Spark's SQL and parse again.
    """
    texts = [statement.sql for statement in statements(environment())]
    texts += compile(everything(), environment()).statements.values()

    for text in texts:
        spark = sqlglot.transpile(text, read="duckdb", write="spark")
        assert len(spark) == 1
        assert isinstance(sqlglot.parse_one(spark[0], read="spark"), exp.Create | exp.Query)


def test_each_fact_is_scanned_once_per_date() -> None:
    """
    The plan of twenty KPIs by month, quarter and channel reads each fact once for each date that places its rows.
    """
    known = {"qualified_at": instant("2026-03-12"), "became_customer_at": instant("2026-03-13")}
    warehouse = Warehouse(
        deal(amount=5, account_key="a"), cost(1), lead(**known), subscription("a", "2026-01-01", None, 5)
    )
    warehouse.facts()
    question = Question(tuple(TWENTY), ("month", "quarter"), date(2026, 1, 1), TODAY, TODAY, ("channel",))
    waiting = []
    for text in compile(question, warehouse.environment).statements.values():
        waiting += json.loads(warehouse.connection.execute(f"explain (format json) {text}").fetchall()[0][1])

    reads: dict[str, int] = {}
    while waiting:
        node = waiting.pop()
        waiting += node.get("children", [])
        table = str(node.get("extra_info", {}).get("Table", "")).split(".")[-1]
        if table.startswith("fact_"):
            reads[table] = reads.get(table, 0) + 1
    # deals by creation, by closing and by leaving the pipeline; people by creation, qualification and conversion
    assert reads["fact_deals"] == 3
    assert reads["fact_people"] == 3
    assert {reads[name] for name in ("fact_costs", "fact_orders", "fact_credits", "fact_accounts")} == {1}


def test_cards_are_complete() -> None:
    """
    A card prints as JSON; its formula is the one that runs; every KPI of the catalogue has both languages.
    """
    cards = {kpi.id: kpi.card() for kpi in CATALOGUE.values()}

    assert len(LISTED) == 84
    assert json.loads(json.dumps(cards)) == cards
    assert cards["win_rate"]["formula"] == "won_deals / (won_deals + lost_deals)"
    assert (
        cards["cac_to_ticket_ratio"]["formula"] == "marketing_cost / new_customers / (won_order_revenue / won_orders)"
    )
    assert cards["roi"]["name"] == {"en": "ROI", "es": "Retorno de inversión"}
    assert cards["new_leads"]["needs"] == ["leads"]
    assert all(text.en and text.es for text in (*REASONS.values(), *FLAGS.values()))


def test_misdeclared_kpis_are_refused() -> None:
    """
    A missing language, an unknown column, dimension or option, and a dimension that the fact lacks are refused at once.
    """
    leads = flow("some_leads", "fact_people", at="created_on")
    words = Text(en="x", es="x")

    def declare(**change: object) -> Kpi:
        return Kpi(
            **{
                "id": "x",
                "name": words,
                "meaning": words,
                "formula": leads,
                "unit": "count",
                "better": "none",
                **change,
            }
        )  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="no words in: es"):
        Text(en="x", es=" ")
    with pytest.raises(ValueError, match="fact_people has no column colour"):
        flow("x", "fact_people", at="created_on", where="colour = 'red'")
    with pytest.raises(ValueError, match="there is no fact fact_x"):
        flow("x", "fact_x", at="created_on")
    with pytest.raises(ValueError, match="has no product"):
        declare(by=("product",))
    with pytest.raises(ValueError, match="there is no dimension colour"):
        declare(by=("colour",))
    with pytest.raises(ValueError, match="there is no option colour"):
        declare(formula=choose("colour", red=leads))


def test_a_member_carries_its_name() -> None:
    """
    Owners are shown by name and known by key; who has none is (none).
    """
    warehouse = Warehouse(
        row("owners", id="u1", owner_key="salesforce:u1", name="Ana"), lead(owner_key="salesforce:u1"), lead()
    )
    answers = warehouse.ask("new_leads", by=["owner"])

    assert [(a.member, a.member_id) for a in answers if a.dimension == "owner"] == [
        ("(none)", "(none)"),
        ("Ana", "salesforce:u1"),
    ]
