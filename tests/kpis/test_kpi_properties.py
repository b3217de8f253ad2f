"""
Every KPI over random tables against the row-by-row reference.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.kpis.build import Warehouse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.kpis.naive import Naive

from kpis.catalogue import CATALOGUE

LISTED = [kpi for kpi in CATALOGUE.values() if not kpi.supporting]
DIMENSIONS = ("channel", "segment", "owner", "product", "stage")

# Both sides of local midnights, of month ends, and of the clock changes in Madrid
_EDGES = (
    "2026-01-31T22:59",
    "2026-01-31T23:00",
    "2026-02-28T23:30",
    "2026-03-29T00:59",
    "2026-03-29T01:00",
    "2026-03-31T22:00",
)
_DAYS = [date(2025, 11, 20) + timedelta(days=number) for number in range(0, 200, 7)]
_DAYS += [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 31), date(2026, 4, 1)]

days = st.sampled_from(_DAYS)
instants = st.one_of(
    st.sampled_from([datetime.fromisoformat(text).replace(tzinfo=UTC) for text in _EDGES]),
    st.builds(
        lambda day, hour: datetime(day.year, day.month, day.day, hour, tzinfo=UTC), days, st.sampled_from([0, 9, 23])
    ),
)
money = st.sampled_from([Decimal("0"), Decimal("10.01"), Decimal("33.3333"), Decimal("100"), Decimal("250.5")])
currencies = st.sampled_from(["EUR", "EUR", "USD", "usd", None])
sources = st.sampled_from(["salesforce", "hubspot"])
channels = st.sampled_from(["Email", "Paid Search", "Organic Search"])
segments = st.sampled_from(["small", "large"])
accounts = st.sampled_from(["salesforce:a1", "hubspot:a2", "salesforce:a3"])
people = st.sampled_from(["salesforce:p1", "hubspot:p2", "salesforce:p3", "hubspot:p4"])
deals = st.sampled_from(["salesforce:o1", "hubspot:o2", "salesforce:o3", "salesforce:o4", "hubspot:o5"])
owners = st.sampled_from(["salesforce:u1", "hubspot:u2"])
rarely = st.sampled_from([None, False, False, False, False, True])


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(strategy, strategy, strategy, st.none())


def listed(size: int, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({"source": sources, "is_deleted": rarely, **fields}), max_size=size)


TABLES = st.fixed_dictionaries(
    {
        "accounts": listed(
            4, account_key=accounts, segment=maybe(segments), owner_key=maybe(owners), created_at=maybe(instants)
        ),
        "leads": listed(
            7,
            kind=st.sampled_from(["lead", "contact"]),
            person_key=people,
            account_key=maybe(accounts),
            channel=maybe(channels),
            owner_key=maybe(owners),
            segment=maybe(segments),
            campaign_key=st.none(),
            created_at=maybe(instants),
            qualified_at=maybe(instants),
            became_customer_at=maybe(instants),
        ),
        "opportunities": listed(
            8,
            opportunity_key=deals,
            account_key=maybe(accounts),
            person_key=maybe(people),
            owner_key=maybe(owners),
            channel=maybe(channels),
            campaign_key=st.none(),
            product_family=maybe(st.sampled_from(["core", "extra"])),
            kind=maybe(st.sampled_from(["new", "upsell", "renewal"])),
            created_at=maybe(instants),
            closed_on=maybe(days),
            closed_at=maybe(instants),
            is_closed=maybe(st.booleans()),
            is_won=maybe(st.booleans()),
            amount=maybe(money),
            currency=currencies,
        ),
        "stage_changes": listed(8, opportunity_key=deals, stage=st.sampled_from(["demo", "offer", "won"]), at=instants),
        "touches": listed(
            8,
            person_key=maybe(people),
            account_key=st.one_of(st.none(), accounts),
            opportunity_key=st.one_of(st.none(), deals),
            campaign_key=st.none(),
            channel=maybe(channels),
            at=instants,
            is_response=maybe(st.booleans()),
        ),
        "costs": listed(
            5,
            kind=st.sampled_from(["media", "salary", "sales", "automation"]),
            channel=maybe(channels),
            amount=maybe(money),
            currency=currencies,
            starts_on=maybe(days),
            ends_on=maybe(days),
        ),
        "subscriptions": listed(
            7,
            account_key=maybe(accounts),
            product_family=maybe(st.sampled_from(["core", "extra"])),
            mrr=maybe(money),
            currency=currencies,
            starts_on=maybe(days),
            ends_on=maybe(days),
            is_trial=rarely,
        ),
        "email_sends": listed(
            3,
            sent_at=instants,
            delivered=maybe(st.integers(0, 50)),
            unique_opens=maybe(st.integers(0, 50)),
            unique_clicks=maybe(st.integers(0, 50)),
        ),
        "web_traffic": listed(
            4,
            grain=st.sampled_from(["day", "month"]),
            on=days,
            channel=maybe(channels),
            sessions=maybe(st.integers(0, 9)),
        ),
    }
)
RATES = st.sampled_from([[], [(date(2025, 1, 1), 0.5)], [(date(2026, 1, 10), 0.9), (date(2026, 3, 1), 0.8)]])


@pytest.fixture(scope="module")
def warehouse() -> Warehouse:
    return Warehouse()


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(tables=TABLES, rates=RATES, as_of=st.sampled_from([date(2026, 12, 31), date(2026, 3, 31), date(2026, 4, 15)]))
def test_engine_agrees_with_the_reference(
    warehouse: Warehouse, tables: dict[str, list[dict[str, Any]]], rates: list[tuple[date, float]], as_of: date
) -> None:
    """
    Value and reason of all KPIs, by month and every dimension, are those of the row-by-row reference.
    """
    for table, rows in tables.items():
        for number, row in enumerate(rows):
            row["id"] = f"{table[0]}{number}"
    if any(c["source"] != "salesforce" for c in tables["stage_changes"]):
        tables["stage_changes"] = [c | {"source": "salesforce"} for c in tables["stage_changes"]]
    tables["exchange_rates"] = [
        {"source": "files", "id": f"r{number}", "currency": "USD", "on": on, "rate": value}
        for number, (on, value) in enumerate(rates)
    ]
    for table in tables:
        warehouse.connection.execute(f"delete from {table}")
    labels = [{"source": "salesforce", "id": s, "stage": s, "is_closed": s == "won"} for s in ("demo", "offer", "won")]
    warehouse.connection.execute("delete from stages")
    warehouse.add(*((table, row) for table, rows in {**tables, "stages": labels}.items() for row in rows))
    reference = Naive(tables, as_of, "Europe/Madrid", "EUR")

    answers = warehouse.ask(
        *(kpi.id for kpi in LISTED), first="2026-01-01", last="2026-06-01", by=DIMENSIONS, as_of=as_of
    )

    assert len(answers) >= len(LISTED) * (3 if as_of.month == 3 else 4)
    for answer in answers:
        value, reason = reference.answer(
            answer.kpi, answer.period_start, answer.period_end, answer.dimension, answer.member_id
        )
        expected = None if value is None else pytest.approx(value, abs=1e-3, rel=1e-6)
        assert (answer.value, answer.reason) == (expected, reason), answer
    shown = {(a.kpi, a.period_start, a.dimension, a.member_id) for a in answers}
    for kpi in LISTED:
        for dimension in set(DIMENSIONS) & set(kpi.by):
            for member in ("Email", "Paid Search", "small", "large", "salesforce:u1", "core", "demo", "(none)"):
                for start, end in ((date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))):
                    value, _ = reference.answer(kpi.id, start, end, dimension, member)
                    assert not value or (kpi.id, start, dimension, member) in shown
