"""
What Salesforce itself changes beside a written record: defaults, a deal's closed and won marks, its history.
"""

from __future__ import annotations

from sandbox.salesforce.clock import instant
from sandbox.salesforce.model import Entity, Row
from sandbox.salesforce.store import Store
from sandbox.vendor import Record

_DEFAULTS: dict[str, dict[str, str | bool]] = {
    "Lead": {"Status": "Open - Not Contacted"},
    "Task": {"Status": "Not Started", "Priority": "Normal"},
    "Case": {"Status": "New", "Origin": "Web"},
    "PermissionSet": {"IsCustom": True},
}
_TRACKED = ("StageName", "Amount", "Probability", "CloseDate")


def defaults(entity: Entity, row: Record) -> None:
    """
    Fill what a new record gets when nobody says otherwise.
    """
    for name, value in _DEFAULTS.get(entity.name, {}).items():
        if row.get(name) is None:
            row[name] = value


def created(store: Store, entity: Entity, row: Row) -> tuple[Entity, Row] | None:
    """
    Follow the insert of a record; a record written beside it is returned.
    """
    if entity.name != "Opportunity":
        return None
    _stage(store, row)
    return _note(store, row)


def updated(store: Store, entity: Entity, row: Row, before: Record) -> tuple[Entity, Row] | None:
    """
    Follow the change of a record; a record written beside it is returned.
    """
    if entity.name != "Opportunity" or all(row[name] == before.get(name) for name in _TRACKED):
        return None
    if row["StageName"] != before.get("StageName"):
        row["LastStageChangeDate"] = instant(store.now())
        _stage(store, row, keep=row["Probability"] != before.get("Probability"))
    return _note(store, row)


def _stage(store: Store, row: Row, *, keep: bool = False) -> None:
    for stage in store.tables["OpportunityStage"].rows.values():
        if row["StageName"] in (stage["ApiName"], stage["MasterLabel"]):
            row["IsClosed"], row["IsWon"] = stage["IsClosed"], stage["IsWon"]
            if not keep:
                row["Probability"] = stage["DefaultProbability"]


def _note(store: Store, row: Row) -> tuple[Entity, Row]:
    entity = store.tables["OpportunityHistory"].entity
    return entity, store.insert(entity, {"OpportunityId": row["Id"], **{name: row[name] for name in _TRACKED}})
