"""
Keeps our fields as properties of HubSpot's companies, in a group of their own.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from typing import Any

from connectors.contract import Context, FieldSpec, Outcome, Update, Value
from connectors.errors import BadData, LimitReached, RequestRefused, UnknownOutcome, UserError, VendorUnavailable
from connectors.hubspot import fields, outcomes
from connectors.hubspot.client import BATCH, Client
from connectors.hubspot.rows import object_of
from connectors.hubspot.settings import HubSpotSettings

_CONFLICT = 409


class HubSpotDestination:
    """
    The properties of one portal.

    Args:
        settings: The connector's settings.
        context: The run.
    """

    def __init__(self, settings: HubSpotSettings, context: Context) -> None:
        self.settings = settings
        self.context = context
        self.client = Client(settings, context)
        self._known: dict[str, dict[str, Mapping[str, Any]]] = {}

    def objects(self) -> Sequence[str]:
        return tuple(fields.TYPES)

    def missing(self, specs: Sequence[FieldSpec]) -> Sequence[str]:
        words = []
        for kind, own in self._by_type(specs).items():
            wanted = self._wanted(kind, own)
            if wanted and not self._has_group(kind):
                words.append(f"property group {kind}.{fields.GROUP}")
            words += [f"property {kind}.{name} ({made['type']})" for name, made in wanted.items()]
        return words

    def prepare(self, specs: Sequence[FieldSpec]) -> Sequence[str]:
        created = []
        for kind, own in self._by_type(specs).items():
            wanted = self._wanted(kind, own)
            if not wanted:
                continue
            group = {"name": fields.GROUP, "label": fields.GROUP_LABEL, "displayOrder": -1}
            if not self._has_group(kind) and self._create(
                kind, self.client.create_group(kind, group), "property group"
            ):
                created.append(f"property group {kind}.{fields.GROUP}")
            for name, made in wanted.items():
                if self._create(kind, self.client.create_property(kind, made), f"property {name}"):
                    created.append(f"property {kind}.{name} ({made['type']})")
            self._await(kind, set(wanted))
        return created

    def current(self, object: str, ids: Sequence[str], names: Sequence[str]) -> Mapping[str, Mapping[str, Value]]:
        kind = fields.TYPES[object]
        known = self._definitions(kind)
        shown = {name: fields.property_name(name) for name in names}
        shown = {name: own for name, own in shown.items() if own in known}
        found: dict[str, Mapping[str, Value]] = {}
        for start in range(0, len(ids), self._size):
            answer = self.client.read(kind, ids[start : start + self._size], list(shown.values()))
            for record in object_of(answer.body).get("results") or ():
                values = record.get("properties") or {}
                found[str(record["id"])] = {
                    name: fields.inward(values.get(own), known[own]) for name, own in shown.items()
                }
        return found

    def apply(self, object: str, updates: Sequence[Update]) -> list[Outcome]:
        kind = fields.TYPES[object]
        made: dict[str, Outcome] = {}
        rows: dict[str, dict[str, str]] = {}
        for update in updates:
            try:
                values = self._outward(kind, update)
            except BadData as error:
                made[update.id] = outcomes.invalid(update.id, error.what)
                continue
            if values:
                rows.setdefault(update.id, {}).update(values)
        ids = list(rows)
        for start in range(0, len(ids), BATCH):
            part = ids[start : start + BATCH]
            try:
                made |= self._write(kind, {id: rows[id] for id in part})
            except (VendorUnavailable, UnknownOutcome) as error:
                made |= {id: outcomes.unknown(id, error.what) for id in part}
                made |= {id: outcomes.not_sent(id, error.what) for id in ids[start + BATCH :]}
                break
            except UserError as error:
                if start == 0:
                    raise  # nothing was written: one error says more than the same refusal of every row
                made |= {id: outcomes.not_sent(id, error.what) for id in ids[start:]}
                break
        return [made.get(update.id) or Outcome(update.id, "unchanged") for update in updates]

    def calls(self, changes: Mapping[str, int]) -> int:
        return sum(math.ceil(rows / BATCH) for rows in changes.values())

    def close(self) -> None:
        self.client.close()

    # Parts

    @property
    def _size(self) -> int:
        return self.client.limit(BATCH)

    def _write(self, kind: str, rows: Mapping[str, Mapping[str, str]]) -> dict[str, Outcome]:
        # Without a trace id per row, one bad value would have the whole batch refused.
        traces = {f"{place}-{id}": id for place, id in enumerate(rows)}
        inputs = [{"id": id, "properties": dict(rows[id]), "objectWriteTraceId": trace} for trace, id in traces.items()]
        answer = self.client.update(kind, inputs)
        if answer.status in (401, 403):
            raise self.client.refused(answer, f"updating {kind}", kind)
        return outcomes.of_answer(answer, traces)

    def _outward(self, kind: str, update: Update) -> dict[str, str]:
        known = self._definitions(kind)
        named = {fields.property_name(name): value for name, value in update.values.items()}
        return {name: fields.outward(value, known.get(name, {"name": name})) for name, value in named.items()}

    def _by_type(self, specs: Sequence[FieldSpec]) -> dict[str, list[FieldSpec]]:
        grouped: dict[str, list[FieldSpec]] = {}
        for spec in specs:
            if spec.object in fields.TYPES:
                grouped.setdefault(fields.TYPES[spec.object], []).append(spec)
        return grouped

    def _wanted(self, kind: str, specs: Sequence[FieldSpec]) -> dict[str, dict[str, Any]]:
        """
        Definitions of the properties that do not exist yet.

        Raises:
            UserError: One exists that could not keep the values.
        """
        known = self._definitions(kind)
        wanted = {}
        for spec in specs:
            made = fields.definition(spec, self.context.currency)
            name = made["name"]
            if name not in known:
                wanted[name] = made
                continue
            is_fixed = (known[name].get("modificationMetadata") or {}).get("readOnlyValue")
            if known[name].get("type") != made["type"] or is_fixed:
                stands = "read-only" if is_fixed else f"of type {known[name].get('type')}"
                raise RequestRefused(
                    f"The property {name} exists in HubSpot and is {stands}, not a {made['type']} that takes values.",
                    where=f"{self.context.name}.{kind}.{name}",
                    fix="Rename or delete it in HubSpot (Settings > Properties), then push again.",
                )
        return wanted

    def _definitions(self, kind: str) -> Mapping[str, Mapping[str, Any]]:
        if kind not in self._known:
            body = object_of(self.client.properties(kind).body)
            self._known[kind] = {each["name"]: each for each in body.get("results") or ()}
        return self._known[kind]

    def _has_group(self, kind: str) -> bool:
        if any(each.get("groupName") == fields.GROUP for each in self._definitions(kind).values()):
            return True
        groups = object_of(self.client.groups(kind).body).get("results") or ()
        return any(group.get("name") == fields.GROUP and not group.get("archived") for group in groups)

    def _create(self, kind: str, answer: Any, what: str) -> bool:
        if answer.status == _CONFLICT:  # somebody else was quicker, or an earlier answer was lost
            return False
        if not answer.ok:
            raise self.client.refused(answer, f"creating the {what} of {kind}", kind)
        return True

    def _await(self, kind: str, names: set[str]) -> None:
        # What was created shows up a moment later; a write before that would be refused.
        for _ in range(self.settings.tries):
            self._known.pop(kind, None)
            if names <= set(self._definitions(kind)):
                return
            time.sleep(self.settings.pause / 2)
        raise LimitReached(
            f"HubSpot does not show the properties yet that were created: {', '.join(sorted(names))}.",
            where=f"{self.context.name}.{kind}",
            fix="Push again in a minute.",
        )
