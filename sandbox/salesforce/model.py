"""
What an object and a field are: the names, types and rules that describe, queries and writes all go by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

SCALARS = frozenset({"double", "currency", "percent"})
"""
Types of numbers that carry a precision and a scale; always floats on the wire.
"""
_SYSTEM = frozenset({"Id", "Name", "IsDeleted", "OwnerId", "SystemModstamp"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d\Z")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_REFERENCE = re.compile(r"[A-Za-z0-9]{18}\Z")


class Row(dict[str, Any]):
    """
    A record; a field that was never set reads as null.
    """

    def __missing__(self, name: str) -> None:
        return None


@dataclass
class Field:
    """
    A field as `describe` shows it.

    Args:
        refers_to: Objects that a reference may point to.
        relationship: The name that a query follows the reference by.
        compound: The compound field that this is a part of.
        metadata: What a custom field was defined with; None where it stood there from the beginning.
        id: The id of a custom field's definition.
    """

    name: str
    type: str
    label: str = ""
    length: int = 0
    precision: int = 0
    scale: int = 0
    digits: int = 0
    nillable: bool = True
    required: bool = False
    createable: bool = True
    updateable: bool = True
    filterable: bool = True
    unique: bool = False
    external_id: bool = False
    id_lookup: bool = False
    auto_number: bool = False
    case_sensitive: bool = False
    refers_to: tuple[str, ...] = ()
    relationship: str | None = None
    compound: str = ""
    help: str | None = None
    default: Any = None
    metadata: dict[str, Any] | None = None
    id: str = ""

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def permissionable(self) -> bool:
        """
        Whether field-level security can hide it: system and required fields it cannot.
        """
        if self.custom:
            return not self.required
        return (self.nillable or self.type == "boolean") and self.name not in _SYSTEM and self.type != "address"


@dataclass
class Entity:
    """
    An object as `describe` shows it.
    """

    name: str
    label: str
    plural: str
    prefix: str
    custom: bool = False
    read_only: bool = False
    fields: dict[str, Field] = field(default_factory=dict)
    metadata: dict[str, Any] | None = None
    id: str = ""
    _lower: dict[str, Field] = field(default_factory=dict, repr=False)
    _relations: dict[str, Field] = field(default_factory=dict, repr=False)

    @cached_property
    def checkboxes(self) -> list[Field]:
        """
        Fields that are never null: false where nobody said true.
        """
        return [about for about in self.fields.values() if about.type == "boolean"]

    def add(self, new: Field) -> None:
        self.__dict__.pop("checkboxes", None)
        new.label = new.label or spaced(new.name)
        self.fields[new.name] = new
        self._lower[new.name.lower()] = new
        if new.relationship:
            self._relations[new.relationship.lower()] = new

    def remove(self, name: str) -> None:
        self.__dict__.pop("checkboxes", None)
        gone = self.fields.pop(name)
        del self._lower[name.lower()]
        if gone.relationship:
            self._relations.pop(gone.relationship.lower(), None)

    def field(self, name: str) -> Field | None:
        """
        A field by its name in any case.
        """
        return self._lower.get(name.lower())

    def relation(self, name: str) -> Field | None:
        """
        The reference field behind a relationship name in any case.
        """
        return self._relations.get(name.lower())


def spaced(name: str) -> str:
    """
    The label that an API name suggests.
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("__c").removesuffix("Id")).replace("_", " ") or name


def inferred(name: str, values: Iterable[Any], prefixes: dict[str, str]) -> Field:
    """
    The definition that a field's values suggest.

    Args:
        prefixes: Key prefix -> object, to tell a reference from a text.
    """
    kinds: set[str] = set()
    targets: set[str] = set()
    longest = 0
    for value in values:
        if value is None:
            continue
        if isinstance(value, bool):
            kinds.add("boolean")
        elif isinstance(value, int | float):
            kinds.add("double")
        else:
            text = str(value)
            longest = max(longest, len(text))
            if _INSTANT.match(text):
                kinds.add("datetime")
            elif _DATE.match(text):
                kinds.add("date")
            elif _REFERENCE.match(text) and text[:3] in prefixes:
                kinds.add("reference")
                targets.add(prefixes[text[:3]])
            else:
                kinds.add("string")
    kind = kinds.pop() if len(kinds) == 1 else "string"
    if kind == "string" and longest > 255:
        return Field(name, "textarea", length=32768, filterable=False)
    made = Field(name, kind, length={"string": 255, "reference": 18}.get(kind, 0))
    if kind == "double":
        made.precision, made.scale = 18, 4
    elif kind == "boolean":
        made.nillable = False
    elif kind == "reference":
        made.refers_to = tuple(sorted(targets))
        made.relationship = name.removesuffix("__c") + "__r" if name.endswith("__c") else name.removesuffix("Id")
    return made
