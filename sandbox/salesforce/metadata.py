"""
The Metadata API over SOAP: custom objects and fields, as `sf.mdapi` of simple-salesforce sends them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from starlette.responses import Response

from sandbox.salesforce import definitions
from sandbox.salesforce.answers import RowRefusal
from sandbox.salesforce.clock import instant
from sandbox.salesforce.model import Entity
from sandbox.salesforce.store import Store

_SPACE = "http://soap.sforce.com/2006/04/metadata"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
_MOST = 10
_KINDS = ("CustomField", "CustomObject")
_NUMBERS = {"precision", "scale", "length", "visibleLines", "startingNumber"}


class Fault(Exception):
    """
    A call that is refused as a whole.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    def answer(self) -> Response:
        text = escape(f"{self.code}: {self.message}")
        body = f"<soapenv:Fault><faultcode>sf:{self.code}</faultcode><faultstring>{text}</faultstring></soapenv:Fault>"
        return _envelope(body, 500)


def session_fault() -> Fault:
    return Fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")


def _envelope(body: str, status: int = 200) -> Response:
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<soapenv:Envelope xmlns:soapenv="{_ENVELOPE}" xmlns="{_SPACE}" xmlns:sf="{_SPACE}" xmlns:xsi="{_INSTANCE}">'
        f"<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    )
    return Response(text, status, media_type="text/xml;charset=UTF-8")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _value(name: str, element: ElementTree.Element) -> Any:
    if len(element):
        return _tree(element)
    text = element.text or ""
    if name in _NUMBERS and text.lstrip("-").isdigit():
        return int(text)
    if text in ("true", "false") and name != "defaultValue":
        return text == "true"
    return text


def _tree(element: ElementTree.Element) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for child in element:
        name = _local(child.tag)
        if child.get(f"{{{_INSTANCE}}}nil") == "true":
            continue
        value = _value(name, child)
        if name in made:
            kept = made[name]
            made[name] = [*kept, value] if isinstance(kept, list) else [kept, value]
        else:
            made[name] = value
    return made


def _xml(value: Any) -> str:
    if isinstance(value, dict):
        parts = []
        for name, inner in value.items():
            for one in inner if isinstance(inner, list) else [inner]:
                if one is not None:
                    parts.append(f"<{name}>{_xml(one)}</{name}>")
        return "".join(parts)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


class Metadata:
    """
    `/services/Soap/m/…`.

    Args:
        signed_in: Tells whether a session id is good.
    """

    def __init__(self, store: Store, signed_in: Callable[[str], bool]) -> None:
        self._store, self._signed_in = store, signed_in

    def answer(self, body: bytes) -> Response:
        """
        Answer one SOAP call.
        """
        try:
            root = ElementTree.fromstring(body)  # noqa: S314 - a stand-in that only its own machine can reach
            session = root.findtext(f".//{{{_SPACE}}}sessionId") or ""
            envelope = root.find(f"{{{_ENVELOPE}}}Body")
            if envelope is None or not len(envelope):
                raise Fault("INVALID_XML", "The SOAP body is empty")
            if not self._signed_in(session.strip()):
                raise session_fault()
            return self._called(envelope[0])
        except ElementTree.ParseError as error:
            return Fault("INVALID_XML", str(error)).answer()
        except Fault as fault:
            return fault.answer()

    def _called(self, call: ElementTree.Element) -> Response:
        name = _local(call.tag)
        calls: dict[str, Callable[[ElementTree.Element], str]] = {
            "createMetadata": lambda it: self._write(it, self._create),
            "updateMetadata": lambda it: self._write(it, self._update),
            "upsertMetadata": lambda it: self._write(it, self._upsert),
            "deleteMetadata": self._delete,
            "readMetadata": self._read,
            "listMetadata": self._list,
            "describeMetadata": lambda it: self._describe(),
        }
        if name not in calls:
            raise Fault("UNSUPPORTED_OPERATION", f"{name} is left out of this sandbox")
        return _envelope(f"<{name}Response>{calls[name](call)}</{name}Response>")

    def _write(self, call: ElementTree.Element, write: Callable[[str, str, dict[str, Any]], bool | None]) -> str:
        components = list(call)
        self._count(len(components))
        results = []
        for component in components:
            kind = (component.get(f"{{{_INSTANCE}}}type") or "").rpartition(":")[2]
            meta = _tree(component)
            name = str(meta.pop("fullName", ""))
            self._kind(kind)
            try:
                created = write(kind, name, meta)
                told = "" if created is None else f"<created>{str(created).lower()}</created>"
                results.append(f"<result>{told}<fullName>{escape(name)}</fullName><success>true</success></result>")
            except RowRefusal as refusal:
                results.append(_failure(name, refusal, created=write == self._upsert))
        return "".join(results)

    def _count(self, count: int) -> None:
        if count > _MOST:
            message = f"record limit reached. cannot submit more than {_MOST} records into this operation"
            raise Fault("LIMIT_EXCEEDED", message)

    def _kind(self, kind: str) -> None:
        if kind not in _KINDS:
            raise Fault("INVALID_TYPE", f"The metadata type {kind} is left out of this sandbox")

    def _create(self, kind: str, name: str, meta: dict[str, Any]) -> None:
        if kind == "CustomField":
            definitions.create_field(self._store, name, meta)
        else:
            definitions.create_object(self._store, name, meta)

    def _update(self, kind: str, name: str, meta: dict[str, Any]) -> None:
        if kind == "CustomField":
            definitions.update_field(self._store, name, meta)
        else:
            definitions.update_object(self._store, name, meta)

    def _upsert(self, kind: str, name: str, meta: dict[str, Any]) -> bool:
        created = not self._exists(kind, name)
        (self._create if created else self._update)(kind, name, meta)
        return created

    def _exists(self, kind: str, name: str) -> bool:
        owner, _, field = name.partition(".")
        entity = self._store.any_entity(owner)
        if kind == "CustomObject" or entity is None:
            return entity is not None
        return entity.field(field) is not None

    def _delete(self, call: ElementTree.Element) -> str:
        kind, names = self._asked(call)
        results = []
        for name in names:
            try:
                if kind == "CustomField":
                    definitions.delete_field(self._store, name)
                else:
                    definitions.delete_object(self._store, name)
                results.append(f"<result><fullName>{escape(name)}</fullName><success>true</success></result>")
            except RowRefusal as refusal:
                results.append(_failure(name, refusal, created=False))
        return "".join(results)

    def _asked(self, call: ElementTree.Element) -> tuple[str, list[str]]:
        kind = call.findtext(f"{{{_SPACE}}}type") or ""
        names = [element.text or "" for element in call.findall(f"{{{_SPACE}}}fullNames")]
        self._kind(kind)
        self._count(len(names))
        return kind, names

    def _read(self, call: ElementTree.Element) -> str:
        kind, names = self._asked(call)
        records = []
        for name in names:
            found = self._metadata(kind, name)
            if found is None:
                records.append('<records xsi:nil="true"/>')
            else:
                records.append(f'<records xsi:type="{kind}">{_xml(found)}</records>')
        return f"<result>{''.join(records)}</result>"

    def _metadata(self, kind: str, name: str) -> dict[str, Any] | None:
        owner, _, field = name.partition(".")
        entity = self._store.any_entity(owner)
        if entity is None:
            return None
        if kind == "CustomObject":
            fields = [
                {"fullName": about.name, **definitions.metadata_of(about)}
                for about in entity.fields.values()
                if about.custom
            ]
            labels = {"label": entity.label, "pluralLabel": entity.plural}
            return {"fullName": entity.name, **(entity.metadata or labels), "fields": fields}
        about = entity.field(field)
        if about is None or not about.custom:
            return None
        return {"fullName": f"{entity.name}.{about.name}", **definitions.metadata_of(about)}

    def _list(self, call: ElementTree.Element) -> str:
        results = []
        for query in call.findall(f"{{{_SPACE}}}queries"):
            kind = query.findtext(f"{{{_SPACE}}}type") or ""
            self._kind(kind)
            for entity in self._store.all_entities():
                if kind == "CustomObject":
                    results.append(self._file(kind, entity, entity.name, entity.id))
                else:
                    for about in entity.fields.values():
                        if about.custom:
                            results.append(self._file(kind, entity, f"{entity.name}.{about.name}", about.id))
        return "".join(results)

    def _file(self, kind: str, entity: Entity, name: str, row_id: str) -> str:
        user, stamp = self._store.user, instant(self._store.now()).replace("+0000", "Z")
        properties = {
            "createdById": user["Id"], "createdByName": user["Name"], "createdDate": stamp,
            "fileName": f"objects/{entity.name}.object", "fullName": name, "id": row_id, "lastModifiedById": user["Id"],
            "lastModifiedByName": user["Name"], "lastModifiedDate": stamp, "manageableState": "unmanaged", "type": kind,
        }  # fmt: skip
        return f"<result>{_xml(properties)}</result>"

    def _describe(self) -> str:
        objects = [
            {"childXmlNames": ["CustomField"], "directoryName": "objects", "inFolder": False, "metaFile": False,
             "suffix": "object", "xmlName": "CustomObject"}
        ]  # fmt: skip
        told = {
            "metadataObjects": objects,
            "organizationNamespace": "",
            "partialSaveAllowed": True,
            "testRequired": False,
        }
        return f"<result>{_xml(told)}</result>"


def _failure(name: str, refusal: RowRefusal, *, created: bool) -> str:
    fields = "".join(f"<fields>{escape(field)}</fields>" for field in refusal.fields)
    told = "<created>false</created>" if created else ""
    error = f"{fields}<message>{escape(refusal.message)}</message><statusCode>{refusal.code}</statusCode>"
    return f"<result>{told}<errors>{error}</errors><fullName>{escape(name)}</fullName><success>false</success></result>"
