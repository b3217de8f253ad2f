"""
What properties and groups the portal has, and what was created or archived since.
"""

from __future__ import annotations

from typing import Any

from sandbox.hubspot.definitions import Definition, standard_definitions, types_by_name
from sandbox.hubspot.object_types import ObjectType
from sandbox.hubspot.store import Store


class Catalogue:
    """
    Property definitions and groups per object type.

    Args:
        store: Whose properties are to be defined.
        stages: Object type -> the stages that leave moments of entry and exit.
    """

    def __init__(self, store: Store, stages: dict[str, list[str]]) -> None:
        self.properties: dict[str, dict[str, Definition]] = {}
        self.groups: dict[str, dict[str, dict[str, Any]]] = {}
        for plural, table in store.tables.items():
            present: dict[str, object] = {}
            for item in table.items.values():
                present.update(item.properties)
            seen: dict[str, set[str]] = {name: set() for name in present}
            for name, type_ in types_by_name(table.kind).items():
                if type_ == "enumeration" and name in present:
                    values = {item.properties.get(name, "") for item in table.items.values()}
                    seen[name] = {word for value in values for word in value.split(";") if word}
            self.properties[plural] = standard_definitions(table.kind, seen, stages.get(plural, []))
            names = sorted({d["groupName"] for d in self.properties[plural].values()})
            self.groups[plural] = {
                name: {"name": name, "label": name.capitalize(), "displayOrder": position, "archived": False}
                for position, name in enumerate(names)
            }

    def find(self, kind: ObjectType, name: str) -> Definition | None:
        """
        A definition that is in use; None when there is none or it is archived.
        """
        found = self.properties[kind.plural].get(name)
        return found if found is not None and not found["archived"] else None

    def type_of(self, kind: ObjectType, name: str) -> str:
        found = self.find(kind, name)
        return found["type"] if found else ""

    def known(self, kind: ObjectType, names: list[str]) -> list[str]:
        """
        The names to answer with: those always there, then the asked ones that exist.
        """
        definitions = self.properties[kind.plural]
        asked = [name for name in names if name in definitions and not definitions[name]["archived"]]
        return list(dict.fromkeys((*kind.always, *asked)))

    def created(self) -> tuple[dict[str, list[Definition]], dict[str, list[dict[str, Any]]]]:
        """
        Definitions and groups that the portal did not have from the start.
        """
        properties = {
            plural: [d for d in table.values() if not d["hubspotDefined"]] for plural, table in self.properties.items()
        }
        groups = {
            plural: [group for group in table.values() if "createdHere" in group]
            for plural, table in self.groups.items()
        }
        shown = {
            plural: [{k: v for k, v in group.items() if k != "createdHere"} for group in table]
            for plural, table in groups.items()
        }
        return {k: v for k, v in properties.items() if v}, {k: v for k, v in shown.items() if v}
