"""
Success and engagement, recounted: interactions, adoption, tickets and onboardings.
"""

from __future__ import annotations

from datetime import date, timedelta

from tests.kpis.naive.bases import (
    account_of,
    active_at,
    among,
    close_of,
    elapsed_days,
    in_window,
    is_immature,
    knows_customers,
    member_of,
    share,
    stands,
    typical,
)
from tests.kpis.naive.common import DAY, NONE, Fields, Result, ratio
from tests.kpis.naive.entities import Naive

TALKS = ("call", "meeting")
NOT_ASKED = ("spam", "internal")


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi in ("account_engagement", "engaged_account_rate", "account_coverage"):
        return engagement(naive, kpi, start, end, dimension, member)
    if kpi == "activities_per_opportunity":
        return effort(naive, start, end, dimension, member)
    if kpi == "product_adoption_rate":
        return adoption(naive, end, dimension, member)
    if kpi in ("support_tickets", "tickets_per_account", "tickets_per_ticketing_account"):
        return tickets(naive, kpi, start, end, dimension, member)
    if kpi.startswith("onboarding"):
        return onboardings(naive, kpi, start, end, dimension, member)
    return None


# interactions


def engagement(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    if not (naive.offers("activities") or naive.offers("touches")):
        return None, "missing_input"
    if kpi != "account_coverage" and not knows_customers(naive):
        return None, "missing_input"
    seen = [each for each in interactions_of(naive) if each["account"] and naive.inside(each["on"], start, end)]
    if dimension in ("team", "owner", "kind"):
        seen = [each for each in seen if (each[dimension] or NONE) == member]
    elif dimension != "org":
        seen = [each for each in seen if member_of(naive, each["account"], dimension) == member]
    if kpi == "account_coverage":
        return float(len({each["account"] for each in seen})), None
    active = active_at(naive, close_of(naive, end))
    base = active if dimension == "owner" else among(naive, active, dimension, member)
    if kpi == "account_engagement":
        return ratio(sum(each["account"] in active_at(naive, each["on"]) for each in seen), len(base))
    talked = [each for each in seen if each["is_two_way"]]
    engaged = {each["account"] for each in talked}
    if naive.options["engagement_teams"] == "both":
        for team in ("marketing", "sales"):
            engaged &= {each["account"] for each in talked if each["team"] == team}
    return share(engaged & base, base)


def interactions_of(naive: Naive) -> list[Fields]:
    return [*naive.once("activities", activities_of), *naive.once("responses", responses_of)]


def activities_of(naive: Naive) -> list[Fields]:
    """
    Activities with somebody, each once: one record of each, and once what was logged again within the minute.
    """
    told = [row for row in naive.rows("activities") if row["at"] and not row["is_mass"] and row["activity_key"]]
    told.sort(key=lambda row: (not is_own(row, "activity_key"), row["source"], row["id"]))
    single: dict[str, Fields] = {}
    for row in told:
        single.setdefault(row["activity_key"], row)
    teams = {row["owner_key"]: row["team"] for row in naive.rows("owners")}
    kept: dict[tuple[object, ...], Fields] = {}
    for row in sorted(single.values(), key=lambda row: (row["at"], row["source"], row["id"])):
        account, kind = account_of(naive, row), row["kind"].lower() if row["kind"] else None
        party = row["person_key"] or account or ("alone", row["activity_key"])
        found = {
            "on": naive.local(row["at"]),
            "account": account,
            "owner": row["owner_key"],
            "team": row["team"] or teams.get(row["owner_key"]),
            "kind": kind,
            "is_two_way": kind in TALKS or row["direction"] == "in",
        }
        kept.setdefault((kind, party, row["at"].replace(second=0, microsecond=0)), found)
    return list(kept.values())


def is_own(row: Fields, key: str) -> bool:
    """
    The key is this record's own: of several records of one thing, the one that the others are linked to.
    """
    return bool(f"{row['source']}:{row['id']}" == row[key])


def responses_of(naive: Naive) -> list[Fields]:
    return [
        {
            "on": naive.local(row["at"]),
            "account": account_of(naive, row),
            "owner": None,
            "team": row.get("team") or "marketing",
            "kind": row.get("kind"),
            "is_two_way": True,
        }
        for row in naive.rows("touches")
        if row["is_response"] and row["at"]
    ]


def effort(naive: Naive, start: date, end: date, dimension: str, member: str) -> Result:
    if not (naive.offers("activities") and naive.offers("opportunities")):
        return None, "missing_input"
    done = [each for each in naive.once("activities", activities_of) if naive.inside(each["on"], start, end)]
    if dimension in ("owner", "kind", "team"):
        done = [each for each in done if (each[dimension] or NONE) == member]
    elif dimension != "org":
        done = [each for each in done if member_of(naive, each["account"], dimension) == member]
    deals = naive.deals if dimension in ("kind", "team") else naive.of(naive.deals, dimension, member)
    return ratio(len(done), naive.count(deals, "created_on", start, end))


# products in use


def adoption(naive: Naive, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("product_usage") or not knows_customers(naive):
        return None, "missing_input"
    close = close_of(naive, end)
    base = among(naive, active_at(naive, close), dimension, member)
    product = member if dimension == "product" else None
    if product is not None:
        base = {row["account_key"] for row in entitling(naive, product) if stands(row, close)}
    since = close - timedelta(days=naive.options["adoption_days"] - 1)
    days: dict[str, set[date]] = {account: set() for account in base}
    for row in naive.rows("product_usage"):
        is_used = row["events"] != 0 and naive.inside(row["on"], since, close)
        if row["account_key"] in base and is_used and (product is None or is_of(naive, row, product)):
            days[row["account_key"]].add(row["on"])
    return share([account for account in base if len(days[account]) >= naive.options["adoption_uses"]], base)


def entitling(naive: Naive, family: str) -> list[Fields]:
    return [row for row in naive.subscriptions if (row["product_family"] or NONE) == family]


def is_of(naive: Naive, usage: Fields, family: str) -> bool:
    """
    The product in use is the family, or one that the account took in it.
    """
    if usage["product"] is None:
        return family == NONE
    own = [row for row in entitling(naive, family) if row["account_key"] == usage["account_key"]]
    return any(usage["product"] in (row["product_family"], row["product"]) for row in own)


# tickets


def tickets(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result:
    if not naive.offers("tickets") or (kpi == "tickets_per_account" and not knows_customers(naive)):
        return None, "missing_input"
    asked = [each for each in tickets_of(naive) if naive.inside(each["on"], start, end)]
    if dimension in ("product", "kind"):
        asked = [each for each in asked if (each[dimension] or NONE) == member]
    elif dimension != "org":
        asked = [each for each in asked if member_of(naive, each["account"], dimension) == member]
    if kpi == "support_tickets":
        return float(len(asked)), None
    if kpi == "tickets_per_ticketing_account":
        accounts = [each["account"] for each in asked if each["account"]]
        return ratio(len(accounts), len(set(accounts)))
    opening = among(naive, active_at(naive, start - DAY), dimension, member)
    closing = among(naive, active_at(naive, close_of(naive, end)), dimension, member)
    return ratio(len(asked), (len(opening) + len(closing)) / 2)


def tickets_of(naive: Naive) -> list[Fields]:
    """
    One record of each ticket, unless it is part of another one, spam or our own.
    """
    found = []
    for rows in naive.merged("tickets", "ticket_key").values():
        row = rows[0]
        if row["parent_id"] is None and (row["kind"] or "").lower() not in NOT_ASKED:
            found.append(
                {
                    "on": naive.local(row["created_at"]),
                    "account": row["account_key"],
                    "product": row["product"],
                    "kind": row["kind"],
                }
            )
    return found


# onboardings


def onboardings(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if not naive.offers("onboardings"):
        return None, "missing_input"
    rows = naive.rows("onboardings")
    if dimension == "segment":
        rows = [row for row in rows if member_of(naive, row["account_key"], "segment") == member]
    elif dimension != "org":
        rows = [row for row in rows if (row["owner_key" if dimension == "owner" else dimension] or NONE) == member]
    begun = [row for row in rows if naive.inside(naive.local(row["started_at"]), start, end)]
    finished = [row for row in rows if not is_cancelled(row) and row["completed_at"]]
    ended = [row for row in finished if naive.inside(naive.local(row["completed_at"]), start, end)]
    if kpi == "onboardings_started":
        return float(len(begun)), None
    if kpi == "onboardings_completed":
        return float(len(ended)), None
    if kpi == "onboarding_time":
        days = [elapsed_days(row["started_at"], row["completed_at"]) for row in ended if row["started_at"]]
        return typical(naive, [length for length in days if length >= 0], "median")
    if kpi != "onboarding_completion_rate":
        return None
    if is_immature(naive, end):
        return None, "immature_cohort"
    done = [row for row in begun if row in finished]
    in_time = [in_window(naive, naive.local(row["started_at"]), naive.local(row["completed_at"])) for row in done]
    return ratio(sum(in_time), len(begun))


def is_cancelled(row: Fields) -> bool:
    return (row["state"] or "").lower() == "cancelled"
