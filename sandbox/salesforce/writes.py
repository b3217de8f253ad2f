"""
Changing records, one at a time: the rules that single calls, collections and Bulk jobs share.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sandbox.salesforce import permissions, sales
from sandbox.salesforce.answers import RowRefusal
from sandbox.salesforce.ids import normal_id
from sandbox.salesforce.model import Entity, Field, Row
from sandbox.salesforce.store import Store
from sandbox.salesforce.values import converted
from sandbox.vendor import Record

CLEAR = "#N/A"
"""
The CSV cell that empties a field; an empty cell leaves it alone.
"""


class Writes:
    """
    Creates, changes and deletes records, and can take a request's changes back.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._refusals: dict[tuple[str, str], tuple[str, str, list[int]]] = {}
        self._undo: list[Callable[[], None]] | None = None
        self.assignment_owner: str | None = None

    def refuse(self, entity: str, row_id: str, code: str, message: str, times: int = -1) -> None:
        """
        Let writes to one record fail.

        Args:
            times: How many of them; -1 for all that come.
        """
        self._refusals[entity, normal_id(row_id) or row_id] = (code, message, [times])

    def accept(self) -> None:
        """
        Forget every refusal.
        """
        self._refusals.clear()

    def begin(self) -> None:
        """
        From here to `keep` or `take_back` changes can be undone.
        """
        self._undo = []

    def keep(self) -> None:
        """
        Let the changes stand.
        """
        self._undo = None

    def take_back(self) -> None:
        """
        Undo every change since `begin`.
        """
        for undo in reversed(self._undo or []):
            undo()
        self.keep()
        self._store.forget_grants()

    def create(self, entity: Entity, values: Record, *, text: bool = False, assign: bool = True) -> Row:
        """
        Insert one record.

        Raises:
            RowRefusal: It is not taken.
        """
        if any(name.lower() == "id" for name in values):
            raise RowRefusal("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ["Id"])
        if entity.read_only or not self._store.may(entity, "PermissionsCreate"):
            raise RowRefusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {entity.label}")
        row = self._converted(entity, values, text=text, creating=True)
        for about in entity.fields.values():
            if row.get(about.name) is None and about.default is not None:
                row[about.name] = about.default
        sales.defaults(entity, row)
        missing = [
            about.name
            for about in entity.fields.values()
            if not about.nillable and about.createable and about.type != "boolean" and row.get(about.name) is None
            and about.name not in ("OwnerId", "ProfileId") and not (entity.custom and about.name == "Name")
        ]  # fmt: skip
        if missing:
            message = f"Required fields are missing: [{', '.join(missing)}]"
            raise RowRefusal("REQUIRED_FIELD_MISSING", message, missing)
        self._check_unique(entity, row, "")
        permissions.check(self._store, entity, row)
        self._assign(entity, row, assign)
        made = self._store.insert(entity, row)
        self._name(entity, made)
        self._note(lambda: self._store.tables[entity.name].discard(made["Id"]))
        self._beside(sales.created(self._store, entity, made))
        return made

    def update(self, entity: Entity, row_id: object, values: Record, *, text: bool = False, assign: bool = True) -> Row:
        """
        Change one record.

        Raises:
            RowRefusal: It is not taken.
        """
        row = self._row(entity, row_id)
        if entity.read_only or not self._store.may(entity, "PermissionsEdit"):
            message = "insufficient access rights on object id"
            raise RowRefusal("INSUFFICIENT_ACCESS_OR_READONLY", message)
        changes = self._converted(entity, values, text=text, creating=False)
        if row["IsConverted"] and entity.name == "Lead":
            raise RowRefusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
        self._stop_refused(entity, row)
        empty = [name for name, value in changes.items() if value is None and not entity.fields[name].nillable]
        if empty:
            raise RowRefusal("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(empty)}]", empty)
        self._check_unique(entity, changes, row["Id"])
        permissions.check(self._store, entity, {**row, **changes}, row["Id"])
        before = dict(row)
        self._note(lambda: _restore(row, before))
        row.update(changes)
        self._assign(entity, row, assign)
        self._store.touch(entity, row)
        self._beside(sales.updated(self._store, entity, row, before))
        return row

    def upsert(
        self,
        entity: Entity,
        key: Field,
        value: Any,
        values: Record,
        *,
        text: bool = False,
        assign: bool = True,
    ) -> tuple[Row, bool]:
        """
        Change the record that a key names, or insert it; also tells whether it was inserted.

        Raises:
            RowRefusal: It is not taken, or the key names several.
        """
        if key.name == "Id":
            if value is None or value == "":
                return self.create(entity, values, text=text, assign=assign), True
            return self.update(entity, value, values, text=text, assign=assign), False
        if value is None or value == "":
            raise RowRefusal("MISSING_ARGUMENT", f"{key.name} not specified")
        found = self.by_key(entity, key, value)
        if len(found) > 1:
            ids = ", ".join(row["Id"] for row in found)
            message = f"{key.name}: more than one record found for external id field: [{ids}]"
            raise RowRefusal("DUPLICATE_EXTERNAL_ID", message, [key.name])
        if found:
            return self.update(entity, found[0]["Id"], values, text=text, assign=assign), False
        return self.create(entity, {**values, key.name: value}, text=text, assign=assign), True

    def by_key(self, entity: Entity, key: Field, value: Any) -> list[Row]:
        """
        The records that carry a key; texts are compared without regard to case.
        """
        wanted = converted(self._store, key, value, text=True)
        found = self._store.tables[entity.name].with_value(key.name, wanted)
        exact = key.case_sensitive
        return [row for row in found if not row["IsDeleted"] and (not exact or row[key.name] == wanted)]

    def delete(self, entity: Entity, row_id: object, *, hard: bool = False) -> Row:
        """
        Delete one record.

        Raises:
            RowRefusal: It cannot be deleted.
        """
        row = self._row(entity, row_id)
        if entity.read_only or not self._store.may(entity, "PermissionsDelete"):
            message = "insufficient access rights on object id"
            raise RowRefusal("INSUFFICIENT_ACCESS_OR_READONLY", message)
        self._stop_refused(entity, row)
        before = dict(row)
        if hard:
            self._store.tables[entity.name].discard(row["Id"])
        else:
            self._store.remove(entity, row)
        permissions.removed(self._store, entity, row)
        self._note(lambda: self._return(entity, row, before))
        return row

    def _note(self, undo: Callable[[], None]) -> None:
        if self._undo is not None:
            self._undo.append(undo)

    def _name(self, entity: Entity, row: Row) -> None:
        about = entity.fields.get("Name")
        if about is not None and entity.custom and row["Name"] is None:
            shape = str((about.metadata or {}).get("displayFormat") or "{0}")
            number = len(self._store.tables[entity.name].rows)
            numbered = re.sub(r"\{(0+)\}", lambda zeros: str(number).zfill(len(zeros[1])), shape)
            row["Name"] = numbered if about.auto_number else row["Id"]

    def _beside(self, made: tuple[Entity, Row] | None) -> None:
        if made is not None:
            entity, row = made
            self._note(lambda: self._store.tables[entity.name].discard(row["Id"]))

    def _return(self, entity: Entity, row: Row, before: Record) -> None:
        _restore(row, before)
        if row["Id"] not in self._store.tables[entity.name].rows:
            self._store.tables[entity.name].add(row)

    def _row(self, entity: Entity, row_id: object) -> Row:
        # Most ids are those of records: only the others need a look at their letters.
        known = isinstance(row_id, str) and row_id in self._store.tables[entity.name].rows
        found = str(row_id) if known else normal_id(row_id)
        if found is None or found[:3] != entity.prefix:
            raise RowRefusal("MALFORMED_ID", f"{entity.label} ID: id value of incorrect type: {row_id}", ["Id"])
        row = self._store.get(entity, found)
        if row is None:
            raise RowRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row["IsDeleted"]:
            raise RowRefusal("ENTITY_IS_DELETED", "entity is deleted")
        return row

    def _stop_refused(self, entity: Entity, row: Row) -> None:
        refusal = self._refusals.get((entity.name, row["Id"]))
        if refusal is not None and refusal[2][0] != 0:
            refusal[2][0] -= 1
            raise RowRefusal(refusal[0], refusal[1])

    def _converted(self, entity: Entity, values: Record, *, text: bool, creating: bool) -> Record:
        made: Record = {}
        refused: list[str] = []
        for name, value in values.items():
            if name.lower() in ("id", "attributes") or (text and value == ""):
                continue
            about = entity.field(name)
            if about is None or not self._store.readable(entity, about.name):
                refused.append(name)
            elif not (about.createable if creating else about.updateable) or not self._store.editable(
                entity, about.name
            ):
                refused.append(about.name)
            else:
                cleared = text and value == CLEAR
                made[about.name] = None if cleared else converted(self._store, about, value, text=text)
        if refused:
            message = (
                f"Unable to create/update fields: {', '.join(refused)}. Please check the security settings of this "
                "field and verify that it is read/write for your profile or permission set."
            )
            raise RowRefusal("INVALID_FIELD_FOR_INSERT_UPDATE", message, refused)
        return made

    def _check_unique(self, entity: Entity, values: Record, own_id: str) -> None:
        for name, value in values.items():
            about = entity.fields[name]
            if not about.unique or value is None:
                continue
            other = next((row for row in self.by_key(entity, about, value) if row["Id"] != own_id), None)
            if other is not None:
                message = f"duplicate value found: {name} duplicates value on record with id: {other['Id']}"
                raise RowRefusal("DUPLICATE_VALUE", message)

    def _assign(self, entity: Entity, row: Record, assign: bool) -> None:
        # Active assignment rules move a lead or case to a new owner unless the request forbids it.
        if assign and self.assignment_owner and entity.name in ("Lead", "Case"):
            row["OwnerId"] = self.assignment_owner


def _restore(row: Row, before: Record) -> None:
    row.clear()
    row.update(before)
