"""
The records of one object, in order and by key.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import dataclass, field
from typing import Any

from sandbox.salesforce.model import Entity, Row


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


@dataclass
class Table:
    """
    The records of one object, and their ids in order.
    """

    entity: Entity
    rows: dict[str, Row] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    indexes: dict[str, dict[Any, set[str]]] = field(default_factory=dict)

    def add(self, row: Row) -> None:
        self.rows[row["Id"]] = row
        insort(self.order, row["Id"])
        self.note(row)

    def note(self, row: Row) -> None:
        """
        Let a record be found by the keys that it carries now.
        """
        for name, index in self.indexes.items():
            index.setdefault(_folded(row[name]), set()).add(row["Id"])

    def with_value(self, name: str, value: Any) -> list[Row]:
        """
        The records with a value in a field, deleted ones too; texts in any case.
        """
        wanted = _folded(value)
        index = self.indexes.get(name)
        if index is None:
            index = self.indexes[name] = {}
            for row in self.rows.values():
                index.setdefault(_folded(row[name]), set()).add(row["Id"])
        # An index only grows: what it finds is looked at again.
        found = (self.rows.get(row_id) for row_id in sorted(index.get(wanted, ())))
        return [row for row in found if row is not None and _folded(row[name]) == wanted]

    def discard(self, row_id: str) -> None:
        del self.rows[row_id]
        del self.order[bisect_left(self.order, row_id)]
