"""
KPIs that settings declare, computed.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kpis.custom import OPEN_FACTS, CustomKpi, build, page
from kpis.engine.explain import Asked, Explanation
from kpis.facts import FACTS
from kpis.model import Kpi
from tests.kpis.build import ALL_TABLES, TODAY, Warehouse, account, cost, day, deal, lead, row, subscription, touch
from tests.kpis.worlds import World

WON = {"fact": "deals", "at": "closed_on", "where": "is_won and not is_renewal"}
LOST = {"fact": "deals", "at": "closed_on", "where": "is_lost and not is_renewal"}


def custom(formula: str, by: tuple[str, ...] = (), unit: str = "ratio", **measures: dict[str, Any]) -> dict[str, Kpi]:
    """
    One KPI named `own`.
    """
    declared = {"name": "Own", "meaning": "One.", "formula": formula, "unit": unit, "by": by, "measures": measures}
    made, problems = build({"own": CustomKpi.model_validate(declared)})
    assert [] == problems
    return made


def value(warehouse: Warehouse, kpis: dict[str, Kpi], **question: Any) -> float | None:
    return warehouse.one("own", custom=kpis, **question).value


@pytest.mark.parametrize("seed", range(4))
def test_a_custom_win_rate_is_the_built_in_one(seed):
    """
    Written in the settings, the win rate is the same in every period and for every channel of a random company.
    """
    world = World(seed)
    warehouse = Warehouse(*((name, one) for name, rows in world.tables.items() for one in rows), offered=ALL_TABLES)
    own = custom("mine / (mine + theirs)", ("channel", "segment"), "percent", mine=WON, theirs=LOST)
    question: dict[str, Any] = {"first": "2025-12-01", "last": "2026-05-01", "by": ("channel", "segment")}
    told = warehouse.ask("own", "win_rate", custom=own, as_of=world.as_of, **question)
    mine, built_in = (
        [
            (a.period_start, a.dimension, a.member_id, a.value, a.numerator, a.denominator, a.reason, a.flags)
            for a in told
            if a.kpi == kpi
        ]
        for kpi in ("own", "win_rate")
    )
    assert mine
    assert built_in == mine


@pytest.mark.parametrize("seed", range(3))
def test_a_custom_cohort_is_the_built_in_one(seed):
    """
    Prospects that became customers within the window, of those created: the same number, immature for as long.
    """
    world = World(seed)
    warehouse = Warehouse(*((name, one) for name, rows in world.tables.items() for one in rows), offered=ALL_TABLES)
    begun = {"fact": "people", "rule": "cohort", "at": "created_on", "where": "not was_customer_before"}
    own = custom("got / began", ("channel",), "percent", got={**begun, "reached": "customer_on"}, began=begun)
    question: dict[str, Any] = {"first": "2025-12-01", "last": "2026-05-01", "by": ("channel",), "as_of": world.as_of}
    told = warehouse.ask("own", "lead_conversion_rate_cohort", custom=own, **question)
    mine, built_in = (
        [(a.period_start, a.member_id, a.value, a.reason) for a in told if a.kpi == kpi]
        for kpi in ("own", "lead_conversion_rate_cohort")
    )
    assert mine
    assert built_in == mine


def test_a_cohort_waits_until_everybody_had_the_time():
    """
    One of two leads of March is qualified within the window; before the window is over there is no value.
    """
    warehouse = Warehouse(lead("2026-03-02", qualified_at=_noon("2026-03-20")), lead("2026-03-03"))
    begun = {"fact": "people", "rule": "cohort", "at": "created_on"}
    own = custom("got / began", got={**begun, "reached": "qualified_on"}, began=begun)
    assert 0.5 == value(warehouse, own)
    early = warehouse.one("own", custom=own, as_of=date(2026, 4, 10))
    assert (None, "immature_cohort") == (early.value, early.reason)


def test_a_balance_stands_until_it_is_left():
    """
    Of three deals created by the end of March one was closed in it: three stood or came, two stand at the close, and
    one at the opening.
    """
    warehouse = Warehouse(
        deal("open", closed=None, created="2026-02-10"),
        deal("won", created="2026-03-02", closed="2026-03-20"),
        deal("open", closed=None, created="2026-03-05"),
    )
    standing = {"fact": "deals", "rule": "balance", "opens": "created_on", "closes": "left_pipeline_on"}
    assert 2 == value(warehouse, custom("stock", stock=standing))
    assert 1 == value(warehouse, custom("stock", stock={**standing, "edge": "open"}))
    now = {"fact": "deals", "rule": "standing", "at": "created_on", "until": "left_pipeline_on"}
    assert 2 == value(warehouse, custom("stock", stock=now))


def test_a_balance_takes_every_alternative_of_its_condition():
    """
    `or` in a condition does not undo that the deal must have begun.
    """
    warehouse = Warehouse(
        deal("open", closed=None, created="2026-02-10", pipeline="a"),
        deal("open", closed=None, created=None, pipeline="b"),
    )
    standing = {"fact": "deals", "rule": "balance", "opens": "created_on", "closes": "left_pipeline_on"}
    assert 1 == value(warehouse, custom("stock", stock={**standing, "where": "pipeline = 'a' or pipeline = 'b'"}))


def test_trailing_days_and_months_end_with_the_period():
    """
    Of wins on 20 March, 25 February and 31 December, 30 days up to 31 March hold one, two months two.
    """
    warehouse = Warehouse(
        *(deal("won", created="2025-12-01", closed=on) for on in ("2026-03-20", "2026-02-25", "2025-12-31"))
    )
    trailing = {**WON, "rule": "trailing"}
    assert 1 == value(warehouse, custom("wins", wins={**trailing, "days": 30}))
    assert 2 == value(warehouse, custom("wins", wins={**trailing, "months": 2}))
    assert 3 == value(warehouse, custom("wins", wins={**trailing, "days": 91}))


def test_accounts_are_counted_once():
    """
    Three tickets of two accounts and one of nobody are two accounts, one of them with a ticket of kind bug.
    """
    tickets = [("acme", "bug"), ("acme", "question"), ("bolt", "question"), (None, "bug")]
    warehouse = Warehouse(
        account("acme"),
        account("bolt"),
        *(row("tickets", account_key=key, kind=kind, created_at=_noon("2026-03-04")) for key, kind in tickets),
    )
    whose = {"fact": "tickets", "at": "created_on", "per": "account"}
    assert 2 == value(warehouse, custom("whose", whose=whose))
    assert 1 == value(warehouse, custom("whose", whose={**whose, "where": "kind = 'bug'"}))


def test_a_sum_and_a_median_of_nothing_differ():
    """
    A sum of no deals is 0, or unknown where the settings say so; a median of none is unknown; so are costs that nobody
    reported.
    """
    warehouse = Warehouse()
    summed = {**WON, "aggregate": "sum(amount)"}
    assert 0 == value(warehouse, custom("total", total=summed))
    for measure, reason in (
        ({**summed, "empty": "missing_input"}, "missing_input"),
        ({**WON, "aggregate": "median(cycle_days)"}, "zero_denominator"),
        ({"fact": "costs", "at": "on", "aggregate": "sum(amount)"}, "missing_input"),
    ):
        told = warehouse.one("own", custom=custom("total", total=measure))
        assert (None, reason) == (told.value, told.reason)


def test_an_amount_without_exchange_rate_is_no_number():
    """
    A deal in dollars without a rate: its sum has no value, nor has a count of deals above a threshold, nor of accounts
    with one; a count that asks for no amount does.
    """
    warehouse = Warehouse(
        deal("won", amount=100, account_key="acme"), deal("won", amount=100, currency="USD", account_key="bolt")
    )
    for measure in (
        {**WON, "aggregate": "sum(amount)"},
        {**WON, "aggregate": "median(amount)"},
        {**WON, "where": "is_won and amount > 50"},
        {**WON, "where": "is_won and amount > 50", "per": "account"},
    ):
        told = warehouse.one("own", custom=custom("total", total=measure))
        assert (None, "missing_fx_rate") == (told.value, told.reason), measure
    assert 2 == value(warehouse, custom("total", total=WON))


def test_an_invoice_without_exchange_rate_is_neither_large_nor_small():
    """
    One invoice of 100 euros and one of 10 dollars without a rate: whether the second passes 50 is unknown; of March,
    where there is none, it is not.
    """
    warehouse = Warehouse(
        row("revenue", kind="invoice", on=day("2026-03-04"), amount=100, currency="EUR"),
        row("revenue", kind="invoice", on=day("2026-04-04"), amount=10, currency="USD"),
        offered=ALL_TABLES,
    )
    large = custom("large", large={"fact": "revenue", "at": "on", "where": "amount > 50"})
    assert 1 == value(warehouse, large)
    told = warehouse.one("own", custom=large, first="2026-04-01")
    assert (None, "missing_fx_rate") == (told.value, told.reason)


def test_people_of_a_bulk_import_are_flagged():
    """
    As in built-in KPIs, leads that came in by an import are counted, and the number says so.
    """
    warehouse = Warehouse(lead(is_bulk_import=True), lead())
    told = warehouse.one("own", custom=custom("got", got={"fact": "people", "at": "created_on"}))
    assert (2, "bulk_import") == (told.value, told.flags)


def test_a_row_divided_by_nothing_adds_nothing():
    """
    Of a mailing opened 5 times by 10 and one delivered to nobody, the shares add up to one half, not to infinity.
    """
    warehouse = Warehouse(
        *(
            row("email_sends", sent_at=_noon("2026-03-04"), delivered=delivered, unique_opens=opens)
            for delivered, opens in ((10, 5), (0, 3))
        )
    )
    share = {"fact": "emails", "at": "sent_on", "aggregate": "sum(unique_opens / delivered)"}
    assert 0.5 == value(warehouse, custom("share", share=share))


def test_texts_stay_as_they_were_written():
    """
    A stage may hold what looks like a placeholder, quotes or a comment.
    """
    stage = "a :as_of -- 'b' $1"
    warehouse = Warehouse(deal("won", stage=stage), deal("won", stage="a $as_of"))
    where = "current_stage = 'a :as_of -- ''b'' $1'"
    assert 1 == value(warehouse, custom("wins", wins={**WON, "where": where}))


def test_built_in_measures_and_kpis_stand_in_formulas():
    """
    Two deals for four leads are a half; the whole of the organisation, the month before and a year before can be named;
    a KPI by its id stands for its formula.
    """
    warehouse = Warehouse(
        *(lead("2026-03-10", channel=channel) for channel in ("Email", "Email", "Email", "Direct")),
        lead("2026-02-10", channel="Email"),
        deal("won", channel="Email"),
        deal("lost", channel="Direct"),
    )
    share = custom("new_leads / whole(new_leads)", ("channel",))
    assert 0.75 == value(warehouse, share, by="channel", member="Email")
    assert 3 == value(warehouse, custom("new_leads - previous(new_leads)"))
    grown = warehouse.one("own", custom=custom("new_leads / year_before(new_leads)"))
    assert (None, "no_prior_period") == (grown.value, grown.reason)
    assert 50 == value(warehouse, custom("100 * win_rate"))
    assert 8 == value(warehouse, custom("(new_leads * 4) / (wins + 1)", wins=WON))


def test_what_nobody_connected_is_missing_not_zero():
    """
    Customers of leads take opportunities or subscriptions besides leads; without them there is no value.
    """
    warehouse = Warehouse(lead(), offered=frozenset({"leads"}))
    told = warehouse.one("own", custom=custom("n", n={"fact": "people", "at": "customer_on"}))
    assert (None, "missing_input") == (told.value, told.reason)
    assert 1 == value(warehouse, custom("n", n={"fact": "people", "at": "created_on"}))


def test_figures_bring_the_periods_that_they_make_sense_for():
    """
    MRR movements are told by months: a KPI made of them is not applicable to days.
    """
    warehouse = Warehouse(subscription("acme", "2026-03-05", None, 100))
    own = custom("net_new_mrr / new_leads")
    told = warehouse.one("own", custom=own, grain="day", first="2026-03-05")
    assert (None, "not_applicable") == (told.value, told.reason)


def test_every_number_opens_to_its_records():
    """
    The parts of a custom KPI are explained like those of a built-in one, over trailing days and per account, too.
    """
    warehouse = Warehouse(deal("won", account_key="acme"), deal("won", account_key="acme"), lead())
    warehouse.facts()
    measures = {"wins": {**WON, "rule": "trailing", "days": 20}, "winners": {**WON, "per": "account"}}
    kpis = custom("wins / winners + new_leads", **measures)
    asked = Asked("own", "month", date(2026, 3, 1), date(2026, 3, 31), TODAY)
    explanation = Explanation(asked, warehouse.environment, custom=kpis)
    told = explanation.told({name: warehouse.query(select) for name, select in explanation.statements.items()})
    values = {name: value for name, (value, _) in told.items()}
    assert {"wins": 2, "winners": 1, "new_leads": 1} == values
    for term, expected in values.items():
        rows = warehouse.connection.execute(explanation.records_sql(term, values)).fetchall()
        assert expected == explanation.recounted(term, [contribution for *_, contribution in rows])


@pytest.fixture(scope="module")
def empty() -> Warehouse:
    """
    A warehouse into which no source put anything, though all are connected.
    """
    warehouse = Warehouse(offered=ALL_TABLES)
    warehouse.facts()
    return warehouse


def test_open_facts_are_facts_with_columns_of_the_kinds_they_claim(empty):
    """
    Every fact that settings may name exists, and each of its columns has the type that expressions are checked by.
    """
    types = {
        "text": {"VARCHAR"},
        "date": {"DATE"},
        "bool": {"BOOLEAN"},
        "number": {"DOUBLE", "BIGINT", "INTEGER", "HUGEINT"},
    }
    for fact in OPEN_FACTS.values():
        assert fact.table in FACTS
        assert FACTS[fact.table].needs, "without needs nothing would be zero instead of unknown"
        described = {name: type for name, type, *_ in empty.connection.execute(f"describe {fact.table}").fetchall()}
        for name, kind in fact.columns.items():
            known = described[name].startswith("DECIMAL") if kind == "money" else described[name] in types[kind]
            assert known, (fact.name, name, described[name])


@pytest.mark.parametrize("fact", OPEN_FACTS)
def test_every_open_fact_can_be_counted_and_cut(fact, empty):
    """
    Of an empty warehouse each fact counts nothing, by rows, by units, and cut by each of its dimensions.
    """
    known = OPEN_FACTS[fact]
    at = next(name for name, kind in known.columns.items() if kind == "date")
    measures = {"all_rows": {"fact": fact, "at": at}}
    for unit in known.units():
        measures[f"each_{unit}"] = {"fact": fact, "at": at, "per": unit}
    told = empty.ask("own", custom=custom(" + ".join(measures), known.dimensions, **measures), by=known.dimensions)
    assert [0] == [answer.value for answer in told]


def test_every_function_runs():
    """
    What the allow-list offers is what DuckDB understands.
    """
    warehouse = Warehouse(deal("won", amount=10, stage="Offer", channel="Email"), touch("2026-03-02"), cost(5))
    for condition in (
        "abs(-1) = 1 and ceil(cycle_days / 7) >= 1 and floor(1.5) = 1 and round(1.26, 1) = 1.3 and round(2.4) = 2",
        "coalesce(channel, 'x') = 'Email' and nullif(channel, 'Email') is null and greatest(1, 2, 3) = 3",
        "least(created_on, '2026-02-01') = '2026-02-01' and length(channel) = 5 and trim(' a ') = 'a'",
        "lower(channel) = 'email' and upper(channel) = 'EMAIL' and contains(channel, 'mai')",
        "starts_with(channel, 'E') and ends_with(channel, 'l') and channel like 'E%' and channel ilike 'e_ail'",
        "year(closed_on) = 2026 and month(closed_on) = 3 and date_diff('day', created_on, closed_on) = 19",
        "closed_on - created_on = 19 and created_on + 19 = closed_on",
        "closed_on between '2026-03-01' and '2026-03-31'",
        "case when amount > 5 then true else false end and channel in ('Email', 'Direct') and not (is_lost is true)",
        "owner is null and channel is not null and owner is distinct from channel and amount * 2 * 3 * 4 * 5 = 1200",
        "closed_on - '2026-03-01' = 19 and closed_on > date '2026-01-01'",
        "amount / 4 = 2.5 and -amount < 0 and (channel <> 'x' or false)",
    ):
        assert 1 == value(warehouse, custom("n", n={**WON, "where": condition})), condition


def test_the_page_names_every_column():
    """
    What may be named in settings stands in the documentation.
    """
    printed = page()
    for fact in OPEN_FACTS.values():
        line = next(line for line in printed.splitlines() if line.startswith(f"| `{fact.name}` |"))
        assert all(f"`{name}`" in line for name in fact.columns)


def _noon(text: str) -> Any:
    return f"{day(text)}T12:00:00+00:00"
