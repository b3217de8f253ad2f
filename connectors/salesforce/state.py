"""
Where the pull of an object stands, and the query that goes on from there.

The state of a stream holds
- `visible`, `cursor`, `has_formula`, `described_at`: what the describe call told; None in `visible` for no such object,
- `shape`: a hash of what the settings want, so that another mapping asks anew,
- `from`: the setting `since`,
- `high`, `full_at`: server time at which the last finished pull began, and the last full one,
- `fields`: what that pull asked for,
- `pull`, while one is under way: `began`, its window (`since`, `until`, `full`), the fields `asked` for, and the place
  in it (`next`, or `job` and `locator`).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.contract import Stream
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import FILTERS

State = dict[str, Any]


def shape(stream: Stream) -> str:
    """
    A hash of the fields wanted.
    """
    told = repr([(field.name, field.type) for field in stream.fields])
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def window(stream: Stream, known: State, now: datetime, settings: SalesforceSettings) -> State:
    """
    The beginning of a pull: what changed since the last one, or everything.

    Args:
        stream: What is read.
        known: Its state.
        now: The time by the server's clock.
        settings: How far back a full pull goes, and how often formulas need one.
    """
    begin = f"{settings.since.isoformat()}T00:00:00Z" if settings.since else None
    # A full pull has no upper bound: whatever is newer than its beginning comes again with the next one.
    until = None
    if known.get("high") and known["cursor"] and not _formulas_are_due(known, now, settings):
        begin = _literal(datetime.fromisoformat(known["high"]) - stream.lag)
        until = _literal(now)
    since = begin if known["cursor"] else None
    asked = list(known["visible"])
    return {"began": now.isoformat(), "since": since, "until": until, "full": until is None, "asked": asked}


def query(stream: Stream, known: State, pull: State) -> str:
    """
    The SOQL of a pull.
    """
    conditions = [FILTERS[stream.name]] if stream.name in FILTERS else []
    if pull["since"]:
        conditions.append(f"{known['cursor']} >= {pull['since']}")
    if pull["until"]:
        conditions.append(f"{known['cursor']} < {pull['until']}")
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"SELECT {', '.join(known['visible'])} FROM {stream.name}{where}"  # noqa: S608 - names from describe


def finished(known: State, pull: State) -> State:
    """
    The state once the pull has reached its end.
    """
    done = {name: value for name, value in known.items() if name != "pull"}
    done |= {"high": pull["began"], "fields": pull["asked"]}
    if pull.get("full"):
        done["full_at"] = pull["began"]
    return done


def _formulas_are_due(known: State, now: datetime, settings: SalesforceSettings) -> bool:
    if not known.get("has_formula") or not known.get("full_at"):
        return False
    return now - datetime.fromisoformat(known["full_at"]) >= timedelta(days=settings.formula_days)


def _literal(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
