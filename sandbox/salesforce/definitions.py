"""
Custom fields and objects: what a definition must say, and what comes of it.

Whoever defines a field or an object has no right to it yet: it stays invisible until permissions are granted.
"""

from __future__ import annotations

import re
import string
from typing import Any

from sandbox.salesforce.answers import RowRefusal
from sandbox.salesforce.model import Entity, Field
from sandbox.salesforce.standard import custom_entity
from sandbox.salesforce.store import Store

Metadata = dict[str, Any]

_NAME = re.compile(r"[A-Za-z](?:[A-Za-z0-9]|_(?!_))*(?<!_)__c\Z")
_TYPES = {
    "Number": "double", "Currency": "currency", "Percent": "percent", "Text": "string", "Date": "date",
    "DateTime": "datetime", "Checkbox": "boolean", "Email": "email", "Phone": "phone", "Url": "url",
    "TextArea": "textarea", "LongTextArea": "textarea", "Picklist": "picklist",
    "Lookup": "reference", "AutoNumber": "string",
}  # fmt: skip
_NUMBERS = ("Number", "Currency", "Percent")
_EXTERNAL = ("Text", "Number", "Email", "AutoNumber")
_MOST_FIELDS, _MOST_EXTERNAL, _MOST_LABEL = 500, 25, 40


def _wrong(message: str, *fields: str) -> RowRefusal:
    return RowRefusal("FIELD_INTEGRITY_EXCEPTION", message, fields)


def _check_name(name: str) -> None:
    if not _NAME.match(name) or len(name) > 43:
        raise _wrong(
            f"The API name {name} must begin with a letter, hold only letters, digits and single underscores, not "
            "end with an underscore, be at most 40 characters long and be followed by __c.",
            "FullName",
        )


def _whole(meta: Metadata, name: str, least: int, most: int) -> int:
    value = meta.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise _wrong(f"Must specify '{name}' for a CustomField of type {meta.get('type')}", name)
    if not least <= value <= most:
        raise _wrong(
            f"The {name} of a CustomField of type {meta.get('type')} must lie between {least} and {most}", name
        )
    return value


def _label(meta: Metadata, name: str = "label") -> str:
    label = meta.get(name)
    if not isinstance(label, str) or not label:
        raise RowRefusal("REQUIRED_FIELD_MISSING", f"Required field is missing: {name}", [name])
    if len(label) > _MOST_LABEL:
        message = f"Label: data value too large: {label} (max length={_MOST_LABEL})"
        raise RowRefusal("STRING_TOO_LONG", message, [name])
    return label


def field_from(store: Store, name: str, meta: Metadata) -> Field:
    """
    The field that a definition describes.

    Raises:
        RowRefusal: The definition says too little, too much, or what cannot be.
    """
    kind = str(meta.get("type"))
    if kind not in _TYPES:
        raise RowRefusal("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", f"Unknown field type: {kind}", ["type"])
    made = Field(name, _TYPES[kind], _label(meta), metadata=dict(meta), help=meta.get("inlineHelpText"))
    made.required = bool(meta.get("required"))
    made.nillable = not made.required and kind != "Checkbox"
    made.unique, made.external_id = bool(meta.get("unique")), bool(meta.get("externalId"))
    made.case_sensitive = bool(meta.get("caseSensitive"))
    if made.external_id and kind not in _EXTERNAL:
        raise _wrong(f"Can not specify 'externalId' for a CustomField of type {kind}", "externalId")
    if made.unique and kind not in _EXTERNAL:
        raise _wrong(f"Can not specify 'unique' for a CustomField of type {kind}", "unique")
    if kind in _NUMBERS:
        made.precision = _whole(meta, "precision", 1, 18)
        made.scale = _whole(meta, "scale", 0, made.precision)
    elif "precision" in meta or "scale" in meta:
        raise _wrong(f"Can not specify 'precision' for a CustomField of type {kind}", "precision")
    if kind == "Text":
        made.length = _whole(meta, "length", 1, 255)
    elif kind == "LongTextArea":
        made.length = _whole(meta, "length", 256, 131_072)
        _whole(meta, "visibleLines", 2, 50)
        made.filterable = False
    elif "length" in meta:
        raise _wrong(f"Can not specify 'length' for a CustomField of type {kind}", "length")
    else:
        made.length = {"Email": 80, "Phone": 40, "Lookup": 18}.get(kind, 255 if made.type in ("url", "textarea") else 0)
    if kind == "Checkbox":
        if meta.get("defaultValue") is None:
            raise _wrong("Must specify 'defaultValue' for a CustomField of type Checkbox", "defaultValue")
        made.default = str(meta["defaultValue"]).lower() == "true"
    if kind == "AutoNumber":
        made.auto_number, made.createable, made.updateable = True, False, False
    if kind == "Lookup":
        target = store.any_entity(str(meta.get("referenceTo")))
        if target is None:
            raise _wrong(f"Unknown object in 'referenceTo': {meta.get('referenceTo')}", "referenceTo")
        made.refers_to = (target.name,)
        made.relationship = name.removesuffix("__c") + "__r"
    return made


def split_name(store: Store, full_name: str) -> tuple[Entity, str]:
    """
    Object and field of a full name, e.g. `Account.KPI__c`.

    Raises:
        RowRefusal: There is no such object.
    """
    name, _, field = full_name.partition(".")
    entity = store.any_entity(name)
    if entity is None or not field:
        raise RowRefusal("INVALID_CROSS_REFERENCE_KEY", f"Entity '{name}' of the field '{full_name}' was not found")
    return entity, field


def create_field(store: Store, full_name: str, meta: Metadata) -> Field:
    """
    Define a field; nobody may see it before permissions are granted.

    Raises:
        RowRefusal: It exists already, or the definition is wrong.
    """
    entity, name = split_name(store, full_name)
    _check_name(name)
    if entity.field(name) is not None:
        message = f"There is already a field named {name.removesuffix('__c')} on {entity.label}."
        raise RowRefusal("DUPLICATE_DEVELOPER_NAME", message)
    made = field_from(store, name, meta)
    custom = [about for about in entity.fields.values() if about.custom]
    if len(custom) >= _MOST_FIELDS:
        raise RowRefusal("LIMIT_EXCEEDED", f"The maximum number of custom fields on {entity.label} has been reached")
    if made.external_id and sum(about.external_id for about in custom) >= _MOST_EXTERNAL:
        raise RowRefusal("LIMIT_EXCEEDED", f"The maximum number of external ids on {entity.label} has been reached")
    made.id = store.new_id("00N", {about.id for about in definitions(store)})
    entity.add(made)
    if not made.required:
        store.hidden_fields.add((entity.name, name))
    if made.default is not None:
        for row in store.rows(entity):
            row[name] = made.default
    return made


def update_field(store: Store, full_name: str, meta: Metadata) -> Field:
    """
    Change a definition; values and permissions stay.

    Raises:
        RowRefusal: There is no such field, or the definition is wrong.
    """
    entity, name = split_name(store, full_name)
    old = entity.field(name)
    if old is None or not old.custom:
        raise RowRefusal(
            "INVALID_CROSS_REFERENCE_KEY", f"In field: CustomField - no CustomField named {full_name} found"
        )
    made = field_from(store, old.name, {**metadata_of(old), **meta})
    if made.type != old.type and store.tables[entity.name].rows:
        raise _wrong(f"The type of {full_name} cannot be changed from {old.type} to {made.type}", "type")
    made.id = old.id
    entity.add(made)
    return made


def delete_field(store: Store, full_name: str) -> None:
    """
    Take a custom field away with its values and permissions.

    Raises:
        RowRefusal: There is no such field.
    """
    entity, name = split_name(store, full_name)
    about = entity.field(name)
    if about is None or not about.custom:
        raise RowRefusal(
            "INVALID_CROSS_REFERENCE_KEY", f"In field: CustomField - no CustomField named {full_name} found"
        )
    entity.remove(about.name)
    store.hidden_fields.discard((entity.name, about.name))
    for row in store.rows(entity):
        row.pop(about.name, None)
    granted = store.tables["FieldPermissions"].entity
    for row in store.rows(granted):
        if row["Field"] == f"{entity.name}.{about.name}":
            store.remove(granted, row)


def create_object(store: Store, name: str, meta: Metadata) -> Entity:
    """
    Define an object with the fields that stand in its definition.

    Raises:
        RowRefusal: It exists already, or the definition is wrong.
    """
    _check_name(name)
    if store.any_entity(name) is not None:
        message = "That object name is already in use: it is either the name of an object or was one recently."
        raise RowRefusal("DUPLICATE_DEVELOPER_NAME", message)
    label, plural = _label(meta), _label(meta, "pluralLabel")
    for needed in ("nameField", "sharingModel", "deploymentStatus"):
        if not meta.get(needed):
            raise RowRefusal("REQUIRED_FIELD_MISSING", f"Must specify {needed} for CustomObject", [needed])
    entity = custom_entity(name, label, plural, _free_prefix(store))
    entity.id = store.new_id("01I", {other.id for other in store.all_entities()})
    entity.metadata = {key: value for key, value in meta.items() if key != "fields"}
    entity.add(_name_field(meta["nameField"]))
    store.add_entity(entity)
    store.hidden_objects.add(name)
    fields = meta.get("fields") or []
    try:
        for field in fields if isinstance(fields, list) else [fields]:
            create_field(store, f"{name}.{field.get('fullName')}", {k: v for k, v in field.items() if k != "fullName"})
    except RowRefusal:
        delete_object(store, name)
        raise
    return entity


def _name_field(meta: Metadata) -> Field:
    kind = meta.get("type")
    if kind not in ("Text", "AutoNumber"):
        raise _wrong("The name field must be of the type Text or AutoNumber", "nameField")
    made = Field("Name", "string", _label(meta), length=80, nillable=False, id_lookup=True, metadata=dict(meta))
    if kind == "AutoNumber":
        made.auto_number, made.createable, made.updateable = True, False, False
    return made


def update_object(store: Store, name: str, meta: Metadata) -> Entity:
    """
    Change an object's labels and alike; its fields stay.

    Raises:
        RowRefusal: There is no such object.
    """
    entity = store.any_entity(name)
    if entity is None:
        raise RowRefusal("INVALID_CROSS_REFERENCE_KEY", f"no CustomObject named {name} found")
    entity.label = str(meta.get("label") or entity.label)
    entity.plural = str(meta.get("pluralLabel") or entity.plural)
    entity.metadata = {**(entity.metadata or {}), **{k: v for k, v in meta.items() if k != "fields"}}
    return entity


def delete_object(store: Store, name: str) -> None:
    """
    Take a custom object away with its records and permissions.

    Raises:
        RowRefusal: There is no such object.
    """
    entity = store.any_entity(name)
    if entity is None or not entity.custom:
        raise RowRefusal("INVALID_CROSS_REFERENCE_KEY", f"no CustomObject named {name} found")
    for about in [about for about in entity.fields.values() if about.custom]:
        delete_field(store, f"{entity.name}.{about.name}")
    granted = store.tables["ObjectPermissions"].entity
    for row in store.rows(granted):
        if row["SobjectType"] == entity.name:
            store.remove(granted, row)
    store.hidden_objects.discard(entity.name)
    store.remove_entity(entity.name)


def _free_prefix(store: Store) -> str:
    signs = string.digits + string.ascii_uppercase + string.ascii_lowercase
    return next(p for a in signs for b in signs if (p := f"a{a}{b}") not in store.prefixes)


def definitions(store: Store) -> list[Field]:
    """
    Every custom field of every object.
    """
    return [about for entity in store.all_entities() for about in entity.fields.values() if about.custom]


def metadata_of(about: Field) -> Metadata:
    """
    The definition of a custom field; of one that stood there from the beginning, what it must have been.
    """
    if about.metadata is not None:
        return dict(about.metadata)
    kind = next(name for name, told in _TYPES.items() if told == about.type)
    meta: Metadata = {"label": about.label, "type": kind, "required": False}
    if kind in _NUMBERS:
        meta.update(precision=about.precision, scale=about.scale)
    elif kind == "Text":
        meta["length"] = about.length
    elif kind == "Checkbox":
        meta["defaultValue"] = "false"
    elif about.refers_to:
        meta["referenceTo"] = about.refers_to[0]
    return meta
