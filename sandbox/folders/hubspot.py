"""
A folder of CSV files as HubSpot records.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from sandbox.company.ids import guid, hubspot_id
from sandbox.folders.lines import LONG_AGO, files, lines, moment, unique
from sandbox.vendor import Record, Records


def hubspot_records(folder: Path) -> Records:
    """
    The CSV files of a folder as HubSpot records.

    Args:
        folder: One file per type (`contacts.csv`), also `owners`, `campaigns`, `marketing_emails` (with a column per
            counter) and `deal_pipelines`, `ticket_pipelines` (a row per stage: pipeline, pipeline_label, stage, label,
            is_closed, probability). A column `associations.companies` holds ids joined by `;`, one named
            `history.dealstage` values with their moments, oldest first: `new@2024-01-31T09:00:00Z;won@…`.

    Returns:
        Type -> records; every value stays text.

    Raises:
        ValueError: A file or row that cannot be read, with its name and line.
    """
    found: Records = {}
    for file in files(folder):
        if file.stem not in _TYPES and file.stem not in _SPECIAL:
            raise ValueError(f"{file}: HubSpot has no {file.stem}; known are {', '.join(sorted((*_TYPES, *_SPECIAL)))}")
        found[file.stem] = _SPECIAL.get(file.stem, _hubspot_rows)(file)
    return found


_TYPES = {
    **dict.fromkeys(("contacts", "companies", "deals", "tickets", "line_items", "products", "quotes"), "createdate"),
    **dict.fromkeys(("calls", "emails", "meetings", "notes", "tasks"), "hs_createdate"),
}
_COUNTERS = ("selected", "sent", "delivered", "open", "click", "bounce", "unsubscribed")


def _hubspot_rows(file: Path) -> list[Record]:
    created_name, rows = _TYPES[file.stem], []
    for number, (line, row) in enumerate(lines(file), 1):
        own = {name: value for name, value in row.items() if "." not in name and name not in ("id", "archived")}
        id_ = row.get("id") or row.get("hs_object_id") or hubspot_id(file.stem, number)
        if not id_.isdigit():
            raise ValueError(f"{file}, line {line}: id is {id_!r}, HubSpot's are digits only")
        created = moment(file, line, created_name, row.get(created_name) or LONG_AGO.isoformat())
        changed = row.get("hs_lastmodifieddate") or row.get("lastmodifieddate")
        updated = moment(file, line, "hs_lastmodifieddate", changed) if changed else created
        last = {"hs_lastmodifieddate": _hubspot_moment(updated)}
        if file.stem == "contacts":
            last["lastmodifieddate"] = last["hs_lastmodifieddate"]
        record: Record = {
            **own,
            **last,
            "id": id_,
            "hs_object_id": id_,
            created_name: _hubspot_moment(created),
            "_created": _hubspot_moment(created),
            "_updated": _hubspot_moment(updated),
            "_archived": (row.get("archived") or "").lower() == "true",
            "_associations": {to: _ids(file, line, to, text) for to, text in _nested(row, "associations")},
            "_history": {name: _history(file, line, name, text) for name, text in _nested(row, "history")},
        }
        rows.append((line, record))
    return unique(file, rows, "id")


def _hubspot_moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds" if at.microsecond else "seconds").replace("+00:00", "Z")


def _nested(row: dict[str, str | None], prefix: str) -> list[tuple[str, str]]:
    """
    The columns `prefix.name` that are set, as (name, value).
    """
    columns = [(name.partition("."), value) for name, value in row.items()]
    return [(name, value) for (head, _, name), value in columns if head == prefix and name and value]


def _ids(file: Path, line: int, to: str, text: str) -> list[str]:
    ids = [one.strip() for one in text.split(";") if one.strip()]
    for one in ids:
        if not one.isdigit():
            raise ValueError(f"{file}, line {line}: associations.{to} has {one!r}, HubSpot's ids are digits only")
    return ids


def _history(file: Path, line: int, name: str, text: str) -> list[Record]:
    entries = []
    for part in text.split(";"):
        value, _, at = part.strip().rpartition("@")
        set_at = _hubspot_moment(moment(file, line, f"history.{name}", at))
        entries.append({"value": value, "timestamp": set_at, "sourceType": "IMPORT"})
    return entries[::-1]


def _owners(file: Path) -> list[Record]:
    born = _hubspot_moment(LONG_AGO)
    rows = []
    for number, (line, row) in enumerate(lines(file), 1):
        team = row.get("team")
        record: Record = {
            "id": row.get("id") or hubspot_id("owners", number),
            "email": row.get("email"),
            "type": "PERSON",
            "firstName": row.get("firstName"),
            "lastName": row.get("lastName"),
            "userId": number,
            "createdAt": born,
            "updatedAt": born,
            "archived": (row.get("archived") or "").lower() == "true",
            "teams": [{"id": team, "name": team, "primary": True}] if team else [],
        }
        rows.append((line, record))
    return unique(file, rows, "id")


def _campaigns(file: Path) -> list[Record]:
    rows = []
    for number, (line, row) in enumerate(lines(file), 1):
        record: Record = {**row, "id": row.get("id") or guid("campaign", number), "_created": _hubspot_moment(LONG_AGO)}
        rows.append((line, record))
    return unique(file, rows, "id")


def _marketing_emails(file: Path) -> list[Record]:
    rows = []
    for number, (line, row) in enumerate(lines(file), 1):
        stats = {name: _count(file, line, name, row.get(name) or "0") for name in _COUNTERS}
        kept = {name: value for name, value in row.items() if name not in _COUNTERS}
        record: Record = {**kept, "id": row.get("id") or hubspot_id("marketing_emails", number), "stats": stats}
        record["state"] = row.get("state") or "PUBLISHED"
        rows.append((line, record))
    return unique(file, rows, "id")


def _count(file: Path, line: int, name: str, value: str) -> int:
    if not value.isdigit():
        raise ValueError(f"{file}, line {line}: {name} is {value!r}, not a whole number")
    return int(value)


def _pipelines(file: Path) -> list[Record]:
    found: dict[str, Record] = {}
    born = _hubspot_moment(LONG_AGO)
    for line, row in lines(file):
        pipeline, stage = row.get("pipeline"), row.get("stage")
        if not pipeline or not stage:
            raise ValueError(f"{file}, line {line}: pipeline and stage are needed")
        one = found.setdefault(
            pipeline,
            {"id": pipeline, "label": row.get("pipeline_label") or pipeline, "displayOrder": len(found), "stages": []}
            | {"createdAt": born, "updatedAt": born, "archived": False},
        )
        metadata = {
            "isClosed": (row.get("is_closed") or "false").lower(),
            "probability": row.get("probability") or "0.5",
        }
        place = len(one["stages"])
        label = row.get("label") or stage
        one["stages"].append(
            {"id": stage, "label": label, "displayOrder": place, "metadata": metadata}
            | {"createdAt": born, "updatedAt": born, "archived": False}
        )
    return list(found.values())


_SPECIAL: dict[str, Callable[[Path], list[Record]]] = {
    "owners": _owners,
    "campaigns": _campaigns,
    "marketing_emails": _marketing_emails,
    "deal_pipelines": _pipelines,
    "ticket_pipelines": _pipelines,
}
