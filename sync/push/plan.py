"""
The plan: what differs between what should stand at a destination, what we last wrote, and what stands there now.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from connectors.contract import Destination, Publisher, Tab, TabPlan, Update, Value
from connectors.errors import UserError
from sync.compute import computed_as_of, computed_without, redefined
from sync.pull import context, only_fits
from sync.push.tabs import tabs
from sync.push.wanted import COMPUTED_AT, DECIMALS, Wanted, wanted
from sync.settings import Connected, PushSettings, Settings
from sync.warehouse import Session, Warehouse


@dataclass(frozen=True)
class Cell:
    """
    One value of one record.

    Args:
        old: What stands there now.
        new: What should.
    """

    record: str
    field: str
    old: Value
    new: Value


@dataclass
class ObjectPlan:
    """
    What would change in one kind of record.

    Args:
        cells: What will be written.
        conflicts: What somebody else changed: reported, not overwritten.
        adopted: Cells that already stand as wanted though we did not know: the answer to an earlier write was lost.
        unchanged: Cells that stand as wanted.
        gone: Records that are no longer there.
        sent: (record, field) -> values that were sent and never answered.
    """

    wanted: Wanted
    cells: list[Cell] = field(default_factory=list)
    conflicts: list[Cell] = field(default_factory=list)
    adopted: list[Cell] = field(default_factory=list)
    unchanged: int = 0
    gone: int = 0
    sent: Mapping[tuple[str, str], Sequence[Any]] = field(default_factory=dict)

    def was_sent(self, record: str, name: str, value: Any) -> bool:
        """
        Whether a value that stands there may be one that was sent and never answered.
        """
        return any(same(value, sent) for sent in self.sent.get((record, name), ()))

    def updates(self, now: datetime) -> list[Update]:
        """
        One update per record that changes, stamped with the time.
        """
        values: dict[str, dict[str, Value]] = {}
        for cell in self.cells:
            values.setdefault(cell.record, {})[cell.field] = cell.new
        stamped = any(spec.name == COMPUTED_AT for spec in self.wanted.specs)
        stamp: dict[str, Value] = {COMPUTED_AT: now.replace(microsecond=0)} if stamped else {}
        return [Update(self.wanted.object, record, {**own, **stamp}) for record, own in values.items()]


@dataclass
class DestinationPlan:
    """
    What would change at one destination.

    Args:
        creates: Fields, objects and permissions that would be made.
        stopped: Why this push stops itself; empty when it may go on.
        problem: Why there is no plan.
        calls: Requests that the writes take.
    """

    connector: Connected
    creates: list[str] = field(default_factory=list)
    objects: list[ObjectPlan] = field(default_factory=list)
    tabs: list[TabPlan] = field(default_factory=list)
    contents: Sequence[Tab] = ()
    stopped: list[str] = field(default_factory=list)
    problem: UserError | None = None
    calls: int = 0

    @property
    def changes(self) -> int:
        cells = sum(len(plan.cells) for plan in self.objects)
        return cells + sum(tab.changed_cells + tab.added_rows + tab.removed_rows for tab in self.tabs)

    @property
    def conflicts(self) -> int:
        return sum(len(plan.conflicts) for plan in self.objects)

    @property
    def is_empty(self) -> bool:
        return not (self.creates or self.changes or any(tab.is_new for tab in self.tabs))


@dataclass
class Plan:
    """
    What a push would do, destination by destination.
    """

    destinations: list[DestinationPlan] = field(default_factory=list)
    as_of: date | None = None


def plan(
    warehouse: Warehouse,
    settings: Settings,
    now: datetime,
    *,
    only: Sequence[str] = (),
    overwrite: bool = False,
) -> Plan:
    """
    Compare; nothing is written anywhere. All values are those of the last compute, of the day that it was of.

    Args:
        only: Names of destinations; empty for all.
        overwrite: Take our value where somebody else changed ours.
    """
    with warehouse.open(read_only=True) as session:
        as_of, lacking, changed = computed_as_of(session), computed_without(session), redefined(session, settings)
    made = Plan(as_of=as_of)
    for name, own in settings.push.items():
        connected = settings.connectors[name]
        if not own.enabled or not only_fits(only, name):
            continue
        one = DestinationPlan(connected)
        made.destinations.append(one)
        if lacking:
            one.stopped.append(
                f"The values were computed without all records ({lacking}): run `noria pull` until it is whole, then"
                " `noria compute`."
            )
            continue
        if changed:
            one.stopped.append(
                f"The values of {', '.join(changed)} were computed by another definition than the settings have now:"
                " run `noria compute`."
            )
            continue
        try:
            if connected.connector.publisher is not None:
                _plan_tabs(warehouse, settings, one, now)
            else:
                _plan_fields(warehouse, settings, one, own, now, as_of, overwrite=overwrite)
        except UserError as error:
            one.problem = error
    return made


def destination(connected: Connected, settings: Settings, now: datetime) -> Destination:
    """
    The destination of a connector that writes fields.
    """
    make = connected.connector.destination
    assert make is not None
    return make(connected.settings, context(connected, settings, now))


def publisher(connected: Connected, settings: Settings, now: datetime) -> Publisher:
    """
    The publisher of a connector that keeps a spreadsheet.
    """
    make = connected.connector.publisher
    assert make is not None
    return make(connected.settings, context(connected, settings, now))


def _plan_tabs(warehouse: Warehouse, settings: Settings, one: DestinationPlan, now: datetime) -> None:
    with warehouse.open(read_only=True) as session:
        one.contents = tabs(session, settings)
    keeper = publisher(one.connector, settings, now)
    try:
        one.tabs = list(keeper.plan(one.contents))
    finally:
        keeper.close()
    one.calls = 1 if not one.is_empty else 0


def _plan_fields(
    warehouse: Warehouse,
    settings: Settings,
    one: DestinationPlan,
    own: PushSettings,
    now: datetime,
    as_of: date,
    *,
    overwrite: bool,
) -> None:
    name = one.connector.name
    target = destination(one.connector, settings, now)
    try:
        with warehouse.open(read_only=True) as session:
            made = list(wanted(session, settings, name, own, target.objects(), as_of))
            last = {each.object: _last(session, name, each.object) for each in made}
            sent = {each.object: _sent(session, name, each.object) for each in made}
            shrunk = _shrunk(session, own, name)
        one.creates = list(target.missing([spec for each in made for spec in each.specs]))
        for each in made:
            compared = _compare(target, each, last[each.object], sent[each.object], overwrite=overwrite)
            one.objects.append(compared)
            one.stopped += _guards(compared, last[each.object], own, name)
        if any(each.cells for each in one.objects):
            one.stopped += shrunk
        one.calls = target.calls({each.wanted.object: len(each.updates(now)) for each in one.objects})
    finally:
        target.close()


def _last(session: Session, connector: str, object: str) -> dict[tuple[str, str], Any]:
    rows = session.rows(
        "select record, field, value from noria.written where connector = ? and object = ?", [connector, object]
    )
    return {(row["record"], row["field"]): json.loads(row["value"]) for row in rows}


def _sent(session: Session, connector: str, object: str) -> dict[tuple[str, str], list[Any]]:
    """
    Values that were sent and never answered: if one of them stands, it is ours.
    """
    rows = session.rows(
        "select record, field, new from noria.writes"
        " where connector = ? and object = ? and status in ('sent', 'unknown')",
        [connector, object],
    )
    found: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        found.setdefault((row["record"], row["field"]), []).append(json.loads(row["new"]))
    return found


def _compare(
    target: Destination,
    each: Wanted,
    last: Mapping[tuple[str, str], Any],
    sent: Mapping[tuple[str, str], Sequence[Any]],
    *,
    overwrite: bool,
) -> ObjectPlan:
    made = ObjectPlan(each, sent=sent)
    kinds = {spec.name: spec.kind for spec in each.specs}
    values: dict[str, Mapping[str, Value]] = {update.id: update.values for update in each.updates}
    # What we wrote once and have no value for now is blanked, not left to go stale; a period that is too old to be
    # kept up stays as it is.
    for record, name in last if each.object != "organisation" else ():
        if name in kinds and name != COMPUTED_AT and record not in values:
            values[record] = dict.fromkeys(n for n in kinds if n != COMPUTED_AT)
    names = [name for name in kinds if name != COMPUTED_AT]
    current = target.current(each.object, list(values), names)
    for record, own in values.items():
        stands = current.get(record)
        if stands is None:
            if each.object != "organisation":
                made.gone += 1
                continue
            stands = {}
        for name, new in own.items():
            now_there = stands.get(name)
            wrote = last.get((record, name))
            ours = same(now_there, wrote) or made.was_sent(record, name, now_there)
            if same(new, now_there):
                made.unchanged += 1
                if not same(new, wrote) or ((record, name) not in last and new is not None):
                    made.adopted.append(Cell(record, name, now_there, new))
            # A field that is gone as a whole is written again; one that somebody emptied is somebody's word.
            elif not ours and not overwrite and (now_there is not None or (wrote is not None and name in stands)):
                made.conflicts.append(Cell(record, name, now_there, new))
            else:
                made.cells.append(Cell(record, name, now_there, new))
    return made


def same(one: Any, other: Any) -> bool:
    """
    Whether two values are one as far as a CRM field can tell.
    """
    one, other = _plain(one), _plain(other)
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one - other) <= Decimal(1).scaleb(-max(DECIMALS.values()) - 1)
    return bool(one == other)


def _plain(value: Any) -> Any:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        return Decimal(str(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    try:
        return Decimal(text) if not any(c.isalpha() for c in text) else text
    except ArithmeticError:
        return text


def _guards(made: ObjectPlan, last: Mapping[tuple[str, str], Any], own: PushSettings, connector: str) -> list[str]:
    """
    Reasons for a push to stop itself: it would change or blank more than a person would expect.
    """
    reasons = []
    held = {record for record, _ in last}
    if len(held) < 20:  # too few to call anything a share
        return []
    changed = {cell.record for cell in made.cells} & held
    if len(changed) / len(held) > own.max_changed_share:
        reasons.append(
            f"{len(changed)} of {len(held)} {made.wanted.object} written before would change"
            f" (push.{connector}.max_changed_share = {own.max_changed_share})."
        )
    values = sum(1 for value in last.values() if value is not None)
    blanked = sum(1 for cell in made.cells if cell.new is None and cell.old is not None)
    if values and blanked / values > own.max_blanked_share:
        reasons.append(
            f"{blanked} of {values} values of {made.wanted.object} written before would be blanked"
            f" (push.{connector}.max_blanked_share = {own.max_blanked_share})."
        )
    return reasons


GUARDED = ("accounts", "leads", "opportunities", "subscriptions")


def _shrunk(session: Session, own: PushSettings, connector: str) -> list[str]:
    reasons = []
    for table in GUARDED:
        before = session.recall(f"pushed:{connector}:{table}")
        now_there = session.value(f"select count(*) from {table} where not is_deleted")
        if before and int(before) >= 20 and (int(before) - int(now_there)) / int(before) > own.max_lost_share:
            reasons.append(
                f"{table} shrank from {before} to {now_there} rows since the last push"
                f" (max_lost_share = {own.max_lost_share})."
            )
    return reasons
