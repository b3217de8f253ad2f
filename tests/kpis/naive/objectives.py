"""
Objectives: what was aimed at, against what came of it.
"""

from __future__ import annotations

from datetime import date

from tests.kpis.naive.bases import close_of
from tests.kpis.naive.common import DAY, NONE, Fields, Result, UnknownKpi, months_before, ratio
from tests.kpis.naive.entities import Naive

# Of all other KPIs more is better, or no worse.
LESS_IS_BETTER = frozenset(
    """
    cost_per_lead cost_per_qualified_lead funnel_drop_off_rate stage_duration stage_age_open sales_cycle_length
    customer_acquisition_cost marketing_cac cac_to_ticket_ratio campaign_breakeven_days cac_payback_months
    unrecovered_cac gross_mrr_churn_rate net_mrr_churn_rate customer_churn_rate activities_per_opportunity
    support_tickets tickets_per_account tickets_per_ticketing_account onboarding_time
    """.split()
)
OWN = ("target_attainment", "relationship_objective_progress", "objectives_on_track_share")
# What a KPI cannot be cut by, though its records would tell.
UNCUT = {"support_tickets": ("owner", "channel")}
# What a member may be called besides its key.
NAMED = {
    "owner": ("owners", "owner_key"),
    "account": ("accounts", "account_key"),
    "campaign": ("campaigns", "campaign_key"),
}


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi not in OWN:
        return None
    if not naive.offers("targets"):
        return None, "missing_input"
    close = close_of(naive, end)
    if kpi == "target_attainment":
        targets = [row for row in targets_of(naive) if (row["starts_on"], row["ends_on"]) == (start, end)]
    else:
        targets = [row for row in targets_of(naive) if row["starts_on"] <= close <= row["ends_on"]]
    names = names_of(naive, targets)
    targets = [row for row, name in zip(targets, names, strict=True) if is_about(naive, row, dimension, member, name)]
    if kpi == "target_attainment":
        return only([attainment(naive, row) for row in targets])
    if kpi == "relationship_objective_progress":
        return only([progress(naive, row, close) for row in targets])
    marks = [is_on_track(naive, row, close) for row in targets]
    return ratio(sum(mark for mark in marks if mark), sum(mark is not None for mark in marks))


def targets_of(naive: Naive) -> list[Fields]:
    """
    The targets that hold: of several for one KPI, member and span the one changed last.
    """
    told = [
        row
        for row in naive.rows("targets")
        if row["kpi"] not in (None, "quota", *OWN) and row["value"] is not None and row["starts_on"] and row["ends_on"]
    ]
    told.sort(key=lambda row: (row["changed_at"] is not None, row["changed_at"] or 0, row["source"], row["id"]))
    return list({(row["kpi"], *scope(naive, row), row["starts_on"], row["ends_on"]): row for row in told}.values())


def scope(naive: Naive, row: Fields) -> tuple[str, str]:
    """
    The dimension that a target is set in, and the member.
    """
    dimension = row["dimension"] or "org"
    return dimension, key_of(naive, dimension, row["member"])


def names_of(naive: Naive, targets: list[Fields]) -> list[str]:
    """
    The KPI, with the member it is set for; and with its span where several would have one name.
    """
    names = []
    for row in targets:
        own, key = scope(naive, row)
        names.append(row["kpi"] if own == "org" else f"{row['kpi']}/{own}/{key}")
    return [
        name if names.count(name) == 1 else f"{name}/{length(row)}" for name, row in zip(names, targets, strict=True)
    ]


def length(row: Fields) -> str:
    """
    What a span of whole months of the calendar is called.
    """
    months = row["ends_on"].month - row["starts_on"].month + 1
    return {1: "month", 3: "quarter", 12: "year"}[months]


def is_about(naive: Naive, row: Fields, dimension: str, member: str, name: str) -> bool:
    """
    The whole is about every objective, a member about its own, an owner also about those that he answers for.
    """
    if dimension == "org":
        return True
    if dimension == "target":
        return name == member
    own, key = scope(naive, row)
    if dimension == "owner" and own != "owner":
        return bool(row["owner_key"] == member)
    return own == dimension and key == member


def key_of(naive: Naive, dimension: str, word: str | None) -> str:
    if dimension == "org":
        return "all"
    if dimension in NAMED and word is not None:
        table, key = NAMED[dimension]
        for row in naive.rows(table):
            if word in (row[key], row["id"], row.get("name")):
                return str(row[key])
    return word or NONE


def only(found: list[Result]) -> Result:
    """
    Attainments do not add up: there is a number only where there is one objective.
    """
    if not found:
        return None, "missing_input"
    return found[0] if len(found) == 1 else (None, "not_applicable")


def actual(naive: Naive, row: Fields, close: date) -> Result:
    """
    The KPI over the objective's span, as it stood at a day's close where the span goes on after it.
    """
    if close < min(row["ends_on"], naive.as_of):
        naive = Naive(naive.tables, close, str(naive.zone), naive.currency, naive.options, naive.offered)
    dimension, member = scope(naive, row)
    if dimension in UNCUT.get(row["kpi"], ()):
        return None, "missing_input"
    try:
        return naive.answer(row["kpi"], row["starts_on"], row["ends_on"], dimension, member)
    except UnknownKpi:
        return None, "missing_input"


def attainment(naive: Naive, row: Fields) -> Result:
    value, why = actual(naive, row, row["ends_on"])
    if why or value is None:
        return None, why
    if not row["value"]:
        return None, "zero_denominator"
    return ratio(row["value"], value) if row["kpi"] in LESS_IS_BETTER else ratio(value, row["value"])


def progress(naive: Naive, row: Fields, close: date) -> Result:
    value, why = actual(naive, row, close)
    if why or value is None:
        return None, why
    baseline, why = (row["baseline"], None) if row["baseline"] is not None else history(naive, row)
    if why or baseline is None:
        return None, why
    wanted = baseline - row["value"] if row["kpi"] in LESS_IS_BETTER else row["value"] - baseline
    if wanted < 0:
        return None, "not_applicable"
    return ratio(value - baseline, row["value"] - baseline)


def history(naive: Naive, row: Fields) -> Result:
    """
    Where nobody told the baseline: what the KPI came to in the whole months, as many, before the span.
    """
    months = {"month": 1, "quarter": 3, "year": 12}[length(row)]
    before = {**row, "starts_on": months_before(row["starts_on"], months), "ends_on": row["starts_on"] - DAY}
    return actual(naive, before, before["ends_on"])


def is_on_track(naive: Naive, row: Fields, close: date) -> bool | None:
    """
    Got at least as far as time has; None where the objective has no value.
    """
    got, _ = progress(naive, row, close)
    # to the last digits, which a computer's fractions lose
    gone = ((close - row["starts_on"]).days + 1) / ((row["ends_on"] - row["starts_on"]).days + 1)
    return None if got is None else got >= gone - 1e-9
