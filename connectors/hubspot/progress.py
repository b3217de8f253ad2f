"""
Where a pull of one object type stands: stored with the rows it brought, so that any interruption is resumed.
"""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from connectors.transport import Answer

Phase = Literal["list", "search", "archived"]


@dataclass(frozen=True)
class Progress:
    """
    The state of one object type.

    Args:
        phase: What is being read, or was read last: all records, changes, or deletions.
        after: Cursor within the phase: HubSpot's own in lists, the last id in searches; None at its start.
        is_done: Whether the phase reached its end.
        began: When the phase began, by HubSpot's clock; None before its first answer.
        since: From when on changes have not been read yet; None before the first list is complete.
        deletions: From when on deletions have not been read yet.
        listed: When the last full read began.
        read_pass: Counts full reads; rows carry it, so that a later full read can drop what it no longer saw.
        asked: The properties that the last full read asked for.
        known: The properties that exist, of those wanted.
        known_at: When that was looked up.
        wanted: The properties that were looked up.
    """

    phase: Phase = "list"
    after: str | None = None
    is_done: bool = False
    began: str | None = None
    since: str | None = None
    deletions: str | None = None
    listed: str | None = None
    read_pass: int = 1
    asked: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    known_at: str | None = None
    wanted: tuple[str, ...] = ()

    @classmethod
    def load(cls, state: Mapping[str, Any] | None) -> Progress:
        if not state:
            return cls()
        own: dict[str, Any] = {field.name: state[field.name] for field in fields(cls) if field.name in state}
        for name in ("asked", "known", "wanted"):
            own[name] = tuple(own.get(name) or ())
        return cls(**own)

    def dump(self) -> dict[str, Any]:
        return asdict(self)

    def full_read(self, names: tuple[str, ...]) -> Progress:
        """
        At the start of another full read.
        """
        again = self.read_pass + 1 if self.listed or self.after else self.read_pass
        return replace(self, phase="list", after=None, is_done=False, began=None, asked=names, read_pass=again)

    def start(self, phase: Phase) -> Progress:
        """
        At the start of another phase.
        """
        return replace(self, phase=phase, after=None, is_done=False, began=None)

    def at(self, after: str | None, began: str) -> Progress:
        """
        Further within the phase.
        """
        return replace(self, after=after, began=self.began or began)

    def done(self) -> Progress:
        """
        At the end of the phase.
        """
        ended = replace(self, after=None, is_done=True)
        if self.phase == "list":
            return replace(ended, since=self.began, deletions=self.began, listed=self.began)
        if self.phase == "search":
            return replace(ended, since=self.began)
        return replace(ended, deletions=self.began)


def is_older(stamp: str | None, now: datetime, age: timedelta) -> bool:
    """
    Whether a stamp is missing or at least so old.
    """
    return stamp is None or now - datetime.fromisoformat(stamp) >= age


def clock(answer: Answer) -> str:
    """
    The vendor's own time of an answer; ours only if it tells none.
    """
    try:
        told = email.utils.parsedate_to_datetime(answer.headers["date"])
    except (KeyError, ValueError, TypeError):
        told = datetime.now(UTC)
    return told.astimezone(UTC).isoformat()
