"""
Where deals stood and for how long.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tests.kpis.naive.common import DAY, Fields, Result, pick
from tests.kpis.naive.entities import Naive
from tests.kpis.naive.sums import average


def answer(naive: Naive, kpi: str, start: date, end: date, dimension: str, member: str) -> Result | None:
    if kpi not in ("stage_duration", "stage_age_open"):
        return None
    if not naive.offers("stage_changes", "opportunities"):
        return None, "missing_input"
    values = _lengths(naive, start, end, dimension, member)
    if kpi == "stage_age_open":
        values = _ages(naive, min(end, naive.as_of), dimension, member)
    return average(values, naive.options["statistic"])


def visits(naive: Naive) -> list[Fields]:
    """
    Every visit of a deal to a stage, of the one history that is followed; the closing of a deal ends its last one.
    """
    return naive.once("visits", lambda naive: [v for d in naive.deals for v in _visits(naive, d)])  # type: ignore[no-any-return]


def followed(naive: Naive, deal: Fields) -> tuple[str, list[Fields]]:
    """
    The source whose history of a deal is followed, with its changes: the believed record's, else the next one's.
    """
    changes = [c for c in naive.rows("stage_changes") if c["opportunity_key"] == deal["key"] and c["at"] and c["stage"]]
    sources = [r["source"] for r in deal["records"]] + sorted({c["source"] for c in changes})
    told = next((s for s in sources if any(c["source"] == s for c in changes)), sources[0])
    own = [c for c in changes if c["source"] == told]
    return told, sorted(own, key=lambda c: (c["at"], c["id"]))


def _visits(naive: Naive, deal: Fields) -> list[Fields]:
    source, changes = followed(naive, deal)
    found: list[Fields] = []
    for change in changes:
        pipeline = change["pipeline"]
        member = "/".join(word for word in (pipeline, change["stage"]) if word)
        if found and found[-1]["stage"] == member:
            continue
        if found:
            found[-1] |= {"left_at": change["at"], "left_on": naive.local(change["at"])}
        labels = [
            s
            for s in naive.rows("stages")
            if (s["source"], s["pipeline"], s["stage"]) == (source, pipeline, change["stage"])
        ]
        found.append(
            {
                "deal": deal,
                "stage": member,
                "name": change["stage"],
                "pipeline": pipeline,
                "owner": deal["owner"],
                "segment": deal["segment"],
                "entered_at": change["at"],
                "entered_on": naive.local(change["at"]),
                "left_at": None,
                "left_on": deal["closed_on"]
                or deal["left_on"]
                or (naive.local(change["at"]) if deal["is_closed"] else None),
                "is_closed": bool(pick(labels, "is_closed")),
            }
        )
    return found


def _lengths(naive: Naive, start: date, end: date, dimension: str, member: str) -> list[float]:
    found: list[float] = []
    kept = [v for v in naive.of(visits(naive), dimension, member) if not v["is_closed"]]
    for deal, stage in {(v["deal"]["key"], v["stage"]) for v in kept}:
        own = [v for v in kept if (v["deal"]["key"], v["stage"]) == (deal, stage)]
        if any(v["left_at"] is None for v in own):
            continue
        if naive.inside(naive.local(max(v["left_at"] for v in own)), start, end):
            taken = own[-1:] if naive.options["stage_length"] == "latest" else own
            found.append(sum((v["left_at"] - v["entered_at"]) / DAY for v in taken))
    return found


def _ages(naive: Naive, close: date, dimension: str, member: str) -> list[float]:
    midnight = naive.end_of(close) + timedelta(microseconds=1)
    found = []
    for visit in naive.of(visits(naive), dimension, member):
        has_left = visit["left_on"] is not None and visit["left_on"] <= close
        if visit["entered_on"] <= close and not has_left and not visit["is_closed"]:
            found.append(_elapsed(visit["entered_at"], midnight))
    return found


def _elapsed(first: datetime, last: datetime) -> float:
    return (last.timestamp() - first.timestamp()) / 86400
