"""
Pull: vendor to raw tables, one connector beside the other, each stream from where it stopped.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from connectors.contract import Context, RowProblem, Source, Stream
from connectors.errors import (
    BadData,
    CredentialsRefused,
    LimitReached,
    PermissionMissing,
    UserError,
    VendorUnavailable,
)
from sync import mailbox
from sync.settings import Connected, Settings
from sync.warehouse import Warehouse

log = structlog.get_logger("noria.pull")

Progress = Callable[[str, str, int, int | None], None]
"""
Called with connector, stream, records so far and how many there are (None: not told).
"""

# Refusals of the whole connector: its other streams would meet the same.
_STOPS = (CredentialsRefused, VendorUnavailable, LimitReached)


@dataclass
class Pulled:
    """
    What a pull brought.

    Args:
        records: (connector, stream) -> records taken.
        requests: connector -> requests sent.
        problems: What was left out, each with where and fix; a run with any of them is not green.
        notes: What a person should know but nothing was left out for.
        rows: Rows of files that do not parse.
        failed: Connectors that stopped early.
    """

    records: dict[tuple[str, str], int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    problems: list[UserError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: list[RowProblem] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


def context(connected: Connected, settings: Settings, now: datetime, page_size: int | None = None) -> Context:
    """
    What a connector is told about this run.
    """
    return Context(
        name=connected.name,
        timezone=settings.organisation.timezone,
        currency=settings.organisation.currency,
        started_at=now,
        page_size=page_size,
        folder=settings.folder,
    )


def pull(
    warehouse: Warehouse,
    settings: Settings,
    now: datetime,
    *,
    only: Sequence[str] = (),
    progress: Progress | None = None,
    stop: threading.Event | None = None,
    page_size: int | None = None,
) -> Pulled:
    """
    Bring the raw tables up to date.

    Args:
        only: Names of connectors; empty for all.
        progress: Told of each batch.
        stop: When set, each connector ends after its current batch.
        page_size: Records per request; None for the vendors' largest.
    """
    sources = [c for c in settings.connectors.values() if c.connector.source is not None and only_fits(only, c.name)]
    hasher = mailbox.key_beside(warehouse.file)
    _check_key(warehouse, hasher)
    result = Pulled()
    lock = threading.Lock()

    def one(connected: Connected) -> None:
        work = _Work(warehouse, connected, context(connected, settings, now, page_size), hasher, result, lock)
        work.run(progress, stop or threading.Event())

    with ThreadPoolExecutor(max_workers=max(1, len(sources)), thread_name_prefix="pull") as pool:
        for done in [pool.submit(one, connected) for connected in sources]:
            done.result()
    result.problems.sort(key=lambda problem: problem.where)
    return result


def only_fits(only: Sequence[str], connector: str) -> bool:
    """
    Whether a connector is among those asked for.
    """
    return not only or connector in only


def _check_key(warehouse: Warehouse, hasher: mailbox.Hasher) -> None:
    with warehouse.open() as session:
        known = session.value("select value from noria.facts_of where key = 'email_key'")
        if known is None:
            session.execute("insert into noria.facts_of values ('email_key', ?)", [hasher.fingerprint])
        elif known != hasher.fingerprint:
            raise UserError(
                "The key file is not the one this warehouse was hashed with.",
                where=f"{warehouse.file.name}.key",
                fix="Put the right key file back, or delete the warehouse and pull anew.",
            )


class _Work:
    """
    The pull of one connector, in its own thread; the warehouse takes one batch at a time.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        connected: Connected,
        context: Context,
        hasher: mailbox.Hasher,
        result: Pulled,
        lock: threading.Lock,
    ) -> None:
        self.warehouse = warehouse
        self.connected = connected
        self.context = context
        self.hasher = hasher
        self.result = result
        self.lock = lock

    def run(self, progress: Progress | None, stop: threading.Event) -> None:
        name = self.connected.name
        source: Source | None = None
        try:
            source = self._source()
            for stream in source.streams():
                if stop.is_set():
                    self._note(f"{name}: stopped before {stream.name}; the next run goes on there.", failed=True)
                    return
                self._stream(source, stream, progress, stop)
        except _STOPS as error:
            self._problem(error, failed=True)
        except UserError as error:
            self._problem(error, failed=True)
        finally:
            with self.lock:
                self.result.requests[name] = self.context.requests.get(name, 0)
                if source is not None:
                    self.result.rows.extend(source.problems())
            if source is not None:
                source.close()

    def _source(self) -> Source:
        make = self.connected.connector.source
        assert make is not None
        return make(self.connected.settings, self.context)

    def _stream(self, source: Source, stream: Stream, progress: Progress | None, stop: threading.Event) -> None:
        name = self.connected.name
        with self.lock, self.warehouse.open() as session:
            session.ensure_stream(name, stream)
            known = session.stream_state(name, stream.name)
        taken = 0
        first = True
        try:
            for batch in source.read(stream, known.state if known else None):
                with self.lock, self.warehouse.open() as session:
                    taken += session.store(name, stream, batch, self.hasher, first=first)
                first = False
                if progress is not None:
                    progress(name, stream.name, taken, batch.total)
                if stop.is_set() and not batch.complete:
                    self._note(f"{name}: stopped within {stream.name}; the next run goes on there.", failed=True)
                    break
        except PermissionMissing as error:
            with self.lock, self.warehouse.open() as session:
                session.note_stream(name, stream.name, problem=str(error), is_offered=False)
            self._problem(error)
            return
        except BadData as error:
            self._problem(error)
            return
        finally:
            with self.lock:
                self.result.records[name, stream.name] = taken
        dropped = dict(source.dropped(stream))
        with self.lock, self.warehouse.open() as session:
            session.note_stream(name, stream.name, dropped=dropped)
        for missing, why in dropped.items():
            self._problem(
                PermissionMissing(
                    f"{self.connected.connector.title} does not show the field {missing}: {why}.",
                    where=f"{name}.{stream.name}.{missing}",
                    fix="Let the integration user read this field, or take it out of the mapping.",
                )
            )

    def _problem(self, error: UserError, *, failed: bool = False) -> None:
        log.warning("left out", connector=self.connected.name, what=error.what, where=error.where)
        with self.lock:
            self.result.problems.append(error)
            if failed:
                self.result.failed.append(self.connected.name)

    def _note(self, text: str, *, failed: bool = False) -> None:
        with self.lock:
            self.result.notes.append(text)
            if failed:
                self.result.failed.append(self.connected.name)
