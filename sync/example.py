"""
The example settings, printed from the settings models: each key with its meaning and its default.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connectors import registry
from connectors.transport import ConnectorSettings
from kpis.custom import CustomKpi, CustomMeasure
from kpis.options import OPTIONS
from sync.settings import IdentitySettings, Organisation, PushSettings, Schedule, WarehouseSettings

# What a first-time user has to fill in; all other keys stand as comments with their defaults.
_GIVEN: dict[str, Any] = {
    "organisation.name": "Acme",
    "organisation.timezone": "Europe/Madrid",
    "organisation.currency": "EUR",
    "salesforce.domain": "acme.my",
    "salesforce.client_id": "3MVG9…",
    "salesforce.client_secret": "env:SALESFORCE_CLIENT_SECRET",
    "hubspot.access_token": "env:HUBSPOT_ACCESS_TOKEN",
    "google_analytics.property_id": "123456789",
    "google_analytics.service_account": "env:GOOGLE_SERVICE_ACCOUNT",
    "google_sheets.spreadsheet_id": "https://docs.google.com/spreadsheets/d/your-spreadsheet/edit",
    "google_sheets.service_account": "env:GOOGLE_SERVICE_ACCOUNT",
    "files.folder": "files",
}

_COMMON = frozenset(ConnectorSettings.model_fields)
"""
Keys that every connector takes: told once, with the first.
"""

_HEAD = """\
# Noria's settings. Copy to settings.toml and fill in the lines without a leading #.
# Lines with a leading # show the defaults. Secrets never stand here: write env:NAME or keyring:NAME instead.

# File of NAME=value lines where env:NAME also looks; the environment comes first.
# env_file = "noria.env"
"""


def text() -> str:
    """
    The whole example file.
    """
    parts = [_HEAD]
    parts.append("\n".join(["[organisation]", *_keys(Organisation, "organisation")]))
    parts.append("\n".join(["[warehouse]", *_keys(WarehouseSettings, "warehouse")]))
    for kind in registry.KINDS:
        connector = registry.connector(kind)
        parts.append(
            "\n".join(
                [
                    f"# -- {connector.title} ".ljust(118, "-"),
                    f"[connectors.{kind}]",
                    f'kind = "{kind}"',
                    *_keys(connector.settings, kind, f"connectors.{kind}"),
                ]
            )
        )
    parts.append("\n".join(["# -- KPIs ".ljust(118, "-"), "[kpis.options]", *_options()]))
    parts.append("\n".join(_custom()))
    parts.append("\n".join(["[identity]", *_keys(IdentitySettings, "identity")]))
    push = [f"[push.{kind}]" for kind in registry.KINDS if registry.connector(kind).destination]
    parts.append(
        "\n".join(
            [
                "# -- What is written; without its table nothing is ".ljust(118, "-"),
                push[0],
                *_keys(PushSettings, "push"),
            ]
        )
    )
    parts += [f"{table}\n# The same keys." for table in push[1:]]
    parts.append("[push.google_sheets]\n# enabled = true")
    parts.append("\n".join(["[schedule]", *_keys(Schedule, "schedule")]))
    return "\n\n".join(parts) + "\n"


def _keys(model: type[BaseModel], path: str, table: str = "") -> Iterator[str]:
    nested: list[tuple[str, type[BaseModel]]] = []
    for name, field in model.model_fields.items():
        if (name == "kind" and table) or (name in _COMMON and path in registry.KINDS[1:]):
            continue
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            nested.append((name, kind))
            continue
        yield from _comment(field)
        given = _GIVEN.get(f"{path}.{name}")
        default = field.get_default(call_default_factory=True)
        if given is not None:
            yield f"{name} = {_toml(given)}"
        elif field.is_required() or default is None:
            yield f"# {name} ="
        else:
            yield f"# {name} = {_toml(default)}"
    for name, inner in nested:
        # Commented as a whole: a table header alone would do no harm, but says nothing.
        yield ""
        yield f"# [{table}.{name}]"
        yield from _keys(inner, f"{path}.{name}", f"{table}.{name}")


def _comment(field: FieldInfo) -> Iterator[str]:
    words = (field.description or "").split()
    line = "#"
    for word in words:
        if len(line) + 1 + len(word) > 118:
            yield line
            line = "#"
        line += f" {word}"
    if line != "#":
        yield line


def _options() -> Iterator[str]:
    for option in OPTIONS.values():
        told = option.as_dict()
        meaning = told.get("meaning")
        sentence = meaning.get("en") if isinstance(meaning, dict) else meaning
        yield from _comment(FieldInfo(description=str(sentence or "")))
        values = told.get("values")
        if isinstance(values, list) and values:
            yield f"# one of: {', '.join(str(value) for value in values)}"
        default = told.get("default")
        yield f"# {option.name} = {_toml(default)}" if default is not None else f"# {option.name} ="


# A KPI of one's own that is worth having: how many leads get to a demonstration.
_CUSTOM: dict[str, Any] = {
    "name": {"en": "Demo rate", "es": "Tasa de demos"},
    "meaning": {
        "en": "Meetings held for every new lead of the period.",
        "es": "Reuniones celebradas por cada lead nuevo del periodo.",
    },
    "formula": "demos / new_leads",
    "unit": "ratio",
    "better": "higher",
    "by": ["owner", "segment"],
}
_CUSTOM_MEASURE: dict[str, Any] = {"fact": "activities", "at": "on", "where": "kind = 'meeting' and is_activity"}


def _custom() -> Iterator[str]:
    """
    A custom KPI as comments: each key with its meaning.
    """
    yield "# KPIs of your own; docs/custom-kpis.md lists the facts and their columns."
    for table, model, given in (
        ("kpis.custom.demo_rate", CustomKpi, _CUSTOM),
        ("kpis.custom.demo_rate.measures.demos", CustomMeasure, _CUSTOM_MEASURE),
    ):
        yield f"# [{table}]"
        for name, field in model.model_fields.items():
            if name != "measures":
                yield from _comment(field)
                default = given.get(name, field.get_default())
                yield f"# {name} = {_toml(default)}" if name in given or default else f"# {name} ="


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | Path):
        return json.dumps(str(value), ensure_ascii=False)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(str(k), ensure_ascii=False)} = {_toml(v)}" for k, v in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list | tuple | set | frozenset):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return str(value)
