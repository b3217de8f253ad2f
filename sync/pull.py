"""
Pull: vendor to raw tables, one connector beside the other, each stream from where it stopped.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime

import pyarrow as pa
import structlog

from connectors.contract import Batch, Context, RowProblem, Source, Stream
from connectors.errors import BadData, PermissionMissing, UserError
from sync import mailbox, raw
from sync.settings import Connected, Settings
from sync.warehouse import Warehouse

log = structlog.get_logger("noria.pull")

Progress = Callable[[str, str, int, int | None], None]
"""
Called with connector, stream, records so far and how many there are (None: not told).
"""


@dataclass
class Pulled:
    """
    What a pull brought.

    Args:
        records: (connector, stream) -> records taken.
        requests: connector -> requests sent.
        problems: What was left out, each with where and fix; a run with any of them is not green.
        notes: What a person should know but nothing was left out for.
        rows: Rows of files that do not parse, the first of each file.
        left_out: File -> how many of its rows do not parse.
        failed: Connectors that stopped early.
    """

    records: dict[tuple[str, str], int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    problems: list[UserError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    rows: list[RowProblem] = field(default_factory=list)
    left_out: dict[str, int] = field(default_factory=dict)
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
    hasher = _hasher(warehouse)
    result = Pulled()
    lock = threading.Lock()

    def one(connected: Connected) -> None:
        work = _Work(warehouse, connected, context(connected, settings, now, page_size), hasher, result, lock)
        work.run(progress, stop or threading.Event())

    with ThreadPoolExecutor(max_workers=max(1, len(sources)), thread_name_prefix="pull") as pool:
        for done in [pool.submit(one, connected) for connected in sources]:
            done.result()
    result.problems.sort(key=lambda problem: problem.where)
    _remember_failures(warehouse, [connected.name for connected in sources], result.failed)
    return result


def _remember_failures(warehouse: Warehouse, pulled: Sequence[str], failed: Sequence[str]) -> None:
    """
    Keep which connectors stopped early, until a pull of theirs is whole: what is computed meanwhile lacks records.
    """
    with warehouse.open() as session, session.transaction():
        for name in pulled:
            session.forget(f"pull failed:{name}")
            if name in failed:
                session.remember(f"pull failed:{name}", name)


def only_fits(only: Sequence[str], connector: str) -> bool:
    """
    Whether a connector is among those asked for.
    """
    return not only or connector in only


def _hasher(warehouse: Warehouse) -> mailbox.Hasher:
    with warehouse.open(threads=1) as session:
        known = session.recall("email_key")
        hasher = mailbox.key_beside(warehouse.file, known)
        if known is None:
            session.remember("email_key", hasher.fingerprint)
    return hasher


class _Work:
    """
    The pull of one connector, in its own thread.

    Batches wait in memory until a few thousand records or a second have come together: the warehouse file is opened
    once for all of them, and they are one transaction with the states they lead to.
    """

    ROWS = 3_000
    SECONDS = 1.0

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
        self._waiting: list[tuple[Stream, Batch, bool]] = []
        self._since = 0.0
        self._notes: dict[str, raw.StreamState] = {}

    def run(self, progress: Progress | None, stop: threading.Event) -> None:
        name = self.connected.name
        source: Source | None = None
        try:
            make = self.connected.connector.source
            assert make is not None
            source = make(self.connected.settings, self.context)
            streams = source.streams()
            with self.lock, self.warehouse.open(threads=1) as session:
                raw.prepare(session, name, streams)
                known = raw.states(session, name)
            for stream in streams:
                if stop.is_set():
                    self._stopped(f"before {stream.name}")
                    break
                self._stream(source, stream, known.get(stream.name, raw.StreamState()), progress, stop)
        except UserError as error:
            self._problem(error, failed=True)
        finally:
            self._flush()
            with self.lock:
                self.result.requests[name] = self.context.requests.get(name, 0)
                if source is not None:
                    self.result.rows.extend(source.problems())
                    self.result.left_out |= getattr(source, "left_out", dict)()
            if source is not None:
                source.close()

    def _stream(
        self,
        source: Source,
        stream: Stream,
        known: raw.StreamState,
        progress: Progress | None,
        stop: threading.Event,
    ) -> None:
        name = self.connected.name
        taken = 0
        first = True
        self.result.records[name, stream.name] = 0
        try:
            for batch in source.read(stream, known.state):
                self._take(stream, batch, first)
                first = False
                taken += batch.rows.num_rows
                self.result.records[name, stream.name] = taken
                if progress is not None:
                    progress(name, stream.name, taken, batch.total)
                if stop.is_set() and not batch.complete:
                    self._stopped(f"within {stream.name}")
                    return
        except PermissionMissing as error:
            self._notes[stream.name] = replace(known, is_offered=False, problem=str(error))
            self._problem(error)
            return
        except BadData as error:
            self._problem(error)
            return
        dropped = dict(source.dropped(stream))
        if dropped or dropped != known.dropped:
            self._notes[stream.name] = raw.StreamState(dropped=dropped)
        for missing, why in dropped.items():
            self._problem(
                PermissionMissing(
                    f"{self.connected.connector.title} does not show the field {missing}: {why}.",
                    where=f"{name}.{stream.name}.{missing}",
                    fix="Let the integration user read this field, or take it out of the mapping.",
                )
            )

    def _take(self, stream: Stream, batch: Batch, first: bool) -> None:
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append((stream, batch, first))
        rows = sum(batch.rows.num_rows for _, batch, _ in self._waiting)
        if rows >= self.ROWS or time.monotonic() - self._since > self.SECONDS:
            self._flush()

    def _flush(self) -> None:
        if not self._waiting and not self._notes:
            return
        name = self.connected.name
        with self.lock, self.warehouse.open(threads=1) as session, session.transaction():
            for stream, batch, first in _joined(self._waiting):
                raw.store(session, name, stream, batch, self.hasher, first=first)
            now_known = raw.states(session, name)
            for noted, state in self._notes.items():
                held = now_known.get(noted, raw.StreamState())
                raw.keep(
                    session,
                    name,
                    noted,
                    replace(held, is_offered=state.is_offered, problem=state.problem, dropped=state.dropped),
                )
        self._waiting.clear()
        self._notes.clear()

    def _stopped(self, where: str) -> None:
        with self.lock:
            self.result.notes.append(f"{self.connected.name}: stopped {where}; the next run goes on there.")
            self.result.failed.append(self.connected.name)

    def _problem(self, error: UserError, *, failed: bool = False) -> None:
        log.warning("left out", connector=self.connected.name, what=error.what, where=error.where)
        with self.lock:
            self.result.problems.append(error)
            if failed:
                self.result.failed.append(self.connected.name)


def _joined(waiting: Sequence[tuple[Stream, Batch, bool]]) -> list[tuple[Stream, Batch, bool]]:
    """
    Batches that follow each other in one stream as one: it is merged with one look at the table, not with several.
    """
    found: list[tuple[Stream, Batch, bool]] = []
    for stream, batch, first in waiting:
        if found:
            same, before, was_first = found[-1]
            if same is stream and batch.replaces is None and batch.rows.schema == before.rows.schema:
                rows = pa.concat_tables([before.rows, batch.rows])
                found[-1] = (stream, replace(batch, rows=rows, replaces=before.replaces), was_first)
                continue
        found.append((stream, batch, first))
    return found
