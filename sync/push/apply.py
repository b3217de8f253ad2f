"""
Apply: write what the plan shows, keep old and new value and the outcome of each cell.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from connectors.contract import Destination, Outcome, TabPlan, Update
from connectors.errors import UserError, redact
from sync.push.plan import GUARDED, Cell, DestinationPlan, ObjectPlan, Plan, destination, publisher, same
from sync.push.wanted import COMPUTED_AT
from sync.settings import Settings
from sync.warehouse import Session, Warehouse

CHUNK = 10_000
"""
Records per call of a destination: their outcomes are kept before the next go out.
"""

Progress = Callable[[str, str, int, int], None]


@dataclass
class Applied:
    """
    What a push did at one destination.

    Args:
        created: Fields, objects and permissions made.
        written: (object) -> records written.
        rejected: What the vendor refused, each with its reason.
        conflicts: Values that somebody else changed, left as they are.
        tabs: What changed in the spreadsheet.
        problem: Why it stopped.
        stopped: The guards that held it back.
        url: Where to look.
    """

    connector: str
    created: list[str] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    unchanged: int = 0
    rejected: list[tuple[str, Outcome]] = field(default_factory=list)
    conflicts: list[tuple[str, Cell]] = field(default_factory=list)
    tabs: list[TabPlan] = field(default_factory=list)
    problem: UserError | None = None
    stopped: list[str] = field(default_factory=list)
    url: str = ""


def apply(
    warehouse: Warehouse, settings: Settings, plan: Plan, run: str, now: datetime, progress: Progress | None = None
) -> list[Applied]:
    """
    Carry out a plan, one destination after the other; one that fails does not keep the others from being written.
    """
    return [_one(warehouse, settings, one, run, now, progress) for one in plan.destinations]


def _one(
    warehouse: Warehouse,
    settings: Settings,
    one: DestinationPlan,
    run: str,
    now: datetime,
    progress: Progress | None,
) -> Applied:
    name = one.connector.name
    done = Applied(name, problem=one.problem, stopped=list(one.stopped))
    done.conflicts = [(each.wanted.object, cell) for each in one.objects for cell in each.conflicts]
    done.unchanged = sum(each.unchanged for each in one.objects)
    if one.problem is not None or one.stopped:
        return done
    try:
        if one.connector.connector.publisher is not None:
            keeper = publisher(one.connector, settings, now)
            try:
                done.tabs = list(keeper.publish(one.contents, run))
                done.url = keeper.url()
            finally:
                keeper.close()
        else:
            _fields(warehouse, settings, one, done, run, now, progress)
    except UserError as error:
        done.problem = error
    return done


def _fields(
    warehouse: Warehouse,
    settings: Settings,
    one: DestinationPlan,
    done: Applied,
    run: str,
    now: datetime,
    progress: Progress | None,
) -> None:
    target = destination(one.connector, settings, now)
    try:
        if one.creates:
            done.created = list(target.prepare([spec for each in one.objects for spec in each.wanted.specs]))
        for each in one.objects:
            _keep_adopted(warehouse, one.connector.name, each, each.adopted, run)
            updates = each.updates(now)
            for start in range(0, len(updates), CHUNK):
                sent, arrived, late = _still_as_planned(target, each, updates[start : start + CHUNK])
                part = _only(updates[start : start + CHUNK], sent, [*arrived, *late])
                done.conflicts += [(each.wanted.object, cell) for cell in late]
                done.unchanged += len(arrived)
                _keep_adopted(warehouse, one.connector.name, each, arrived, run)
                _announce(warehouse, one.connector.name, each, sent, run)
                outcomes = [_clean(outcome) for outcome in target.apply(each.wanted.object, part)]
                _keep(warehouse, one.connector.name, each, sent, outcomes, run)
                for outcome in outcomes:
                    if outcome.status in ("written", "unchanged"):
                        done.written[each.wanted.object] = done.written.get(each.wanted.object, 0) + 1
                    else:
                        done.rejected.append((each.wanted.object, outcome))
                if progress is not None:
                    progress(one.connector.name, each.wanted.object, start + len(part), len(updates))
    finally:
        target.close()


def _still_as_planned(
    target: Destination, each: ObjectPlan, updates: Sequence[Update]
) -> tuple[list[Cell], list[Cell], list[Cell]]:
    """
    One more look before writing: what somebody changed since the plan was made is a conflict, not overwritten. What a
    push that died had sent may arrive only now, and is ours.

    Returns:
        The cells to write, those that stand as wanted by now, and the conflicts.
    """
    records = {update.id for update in updates}
    planned = [cell for cell in each.cells if cell.record in records]
    stands = target.current(each.wanted.object, sorted(records), sorted({cell.field for cell in planned}))
    going, arrived, late = [], [], []
    for cell in planned:
        seen = replace(cell, old=stands.get(cell.record, {}).get(cell.field))
        if same(seen.old, cell.old):
            going.append(cell)
        elif same(seen.old, cell.new):
            arrived.append(seen)
        elif each.was_sent(cell.record, cell.field, seen.old):
            going.append(seen)
        else:
            late.append(seen)
    return going, arrived, late


def _only(updates: Sequence[Update], going: Sequence[Cell], left: Sequence[Cell]) -> list[Update]:
    """
    The updates of the cells that go out, without the values that stay as they are.
    """
    records = {cell.record for cell in going}
    stay = {(cell.record, cell.field) for cell in left}
    return [
        replace(update, values={name: value for name, value in update.values.items() if (update.id, name) not in stay})
        for update in updates
        if update.id in records
    ]


def _clean(outcome: Outcome) -> Outcome:
    """
    A vendor's words may quote what people wrote, addresses among it.
    """
    return replace(outcome, message=redact(outcome.message), fix=redact(outcome.fix))


def _announce(warehouse: Warehouse, connector: str, each: ObjectPlan, cells: list[Cell], run: str) -> None:
    """
    Keep old and new value before they are sent: if the process dies on the way, what it did can still be told. So can
    how many records it rested on, for the guards of the next push.
    """
    if not cells:
        return
    log = [_logged(cell, connector, each.wanted.object, run, Outcome(cell.record, "unknown"), "sent") for cell in cells]
    with warehouse.open() as session, session.transaction():
        session.load("noria.writes", pa.Table.from_pylist(log))
        _remember_sizes(session, connector)


def _logged(cell: Cell, connector: str, object: str, run: str, outcome: Outcome, status: str) -> dict[str, Any]:
    return {
        "run": run,
        "connector": connector,
        "object": object,
        "record": cell.record,
        "field": cell.field,
        "old": _json(cell.old),
        "new": _json(cell.new),
        "status": status,
        "code": outcome.code,
        "message": outcome.message,
        "written_at": datetime.now(UTC),
    }


def _keep(
    warehouse: Warehouse, connector: str, each: ObjectPlan, sent: list[Cell], outcomes: Iterable[Outcome], run: str
) -> None:
    by_record = {outcome.id: outcome for outcome in outcomes}
    object = each.wanted.object
    cells = [cell for cell in sent if cell.record in by_record]
    written = [cell for cell in cells if by_record[cell.record].status in ("written", "unchanged")]
    log = [
        _logged(cell, connector, object, run, by_record[cell.record], by_record[cell.record].status) for cell in cells
    ]
    with warehouse.open() as session, session.transaction():
        session.execute(
            "delete from noria.writes where run = ? and connector = ? and object = ? and status = 'sent'",
            [run, connector, object],
        )
        if log:
            session.load("noria.writes", pa.Table.from_pylist(log))
        _now_written(session, connector, object, written, run, datetime.now(UTC))


def _keep_adopted(warehouse: Warehouse, connector: str, each: ObjectPlan, found: Sequence[Cell], run: str) -> None:
    cells = [cell for cell in found if cell.field != COMPUTED_AT]
    if cells:
        with warehouse.open() as session, session.transaction():
            _now_written(session, connector, each.wanted.object, cells, run, datetime.now(UTC))


def _now_written(session: Session, connector: str, object: str, cells: list[Cell], run: str, at: datetime) -> None:
    if not cells:
        return
    rows = pa.Table.from_pylist(
        [
            {
                "connector": connector,
                "object": object,
                "record": cell.record,
                "field": cell.field,
                "value": _json(cell.new),
                "run": run,
                "written_at": at,
            }
            for cell in cells
        ]
    )
    session.execute("create or replace temp table now_written as select * from noria.written limit 0")
    session.load("now_written", rows)
    session.execute(
        "delete from noria.written as held using now_written as new where held.connector = new.connector"
        " and held.object = new.object and held.record = new.record and held.field = new.field"
    )
    session.execute("insert into noria.written by name select * from now_written")
    # What stands is known again: older sends of these cells that were never answered explain nothing any more.
    session.execute(
        "update noria.writes as log set status = 'superseded' from now_written as new"
        " where log.connector = new.connector and log.object = new.object and log.record = new.record"
        " and log.field = new.field and log.status in ('sent', 'unknown')"
    )


def _remember_sizes(session: Session, connector: str) -> None:
    for table in GUARDED:
        rows = session.value(f"select count(*) from {table} where not is_deleted")
        session.remember(f"pushed:{connector}:{table}", str(rows))


def _json(value: Any) -> str:
    return json.dumps(value, default=str)
