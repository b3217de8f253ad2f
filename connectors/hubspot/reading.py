"""
Reads one object type: everything once, then what changed, now and then what was deleted.

- A full read lists all records; its cursor is stored with each batch. It is repeated every `full_read_days`, since
  computed properties and associations change without a trace, and erased records leave none.
- An incremental read searches by modification, from a while before the last one on (the search index is late), in the
  order of ids and from the last id on: a search never pages beyond 10,000 results, and records that change meanwhile
  cannot shift others across a page border.
- Deletions never show in a search: archived records are listed every `reconcile_hours`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.constants import TRUE, scalar
from connectors.contract import Batch
from connectors.errors import UserError, close_matches
from connectors.hubspot import rows
from connectors.hubspot.client import ASSOCIATIONS_BATCH, BATCH, PAGE_WITH_HISTORY, Client
from connectors.hubspot.progress import Progress, clock, is_older
from connectors.hubspot.streams import COMPUTED_PER_STAGE, HISTORY, PASS, ObjectType

PAGES = 100
BYTES = 2_000_000
LOOKED_UP_FOR = timedelta(days=1)


class Reader:
    """
    The pull of one object type.

    Args:
        client: The portal.
        kind: What to read.
        now: The time of the run, for what is due by age.
        dropped: Filled with required properties that the portal lacks, with the reason.
    """

    def __init__(self, client: Client, kind: ObjectType, now: datetime, dropped: dict[str, str]) -> None:
        self.client = client
        self.kind = kind
        self.now = now
        self.dropped = dropped

    def read(self, state: Mapping[str, Any] | None) -> Iterator[Batch]:
        """
        Batches from a state on.
        """
        progress = self._look_up(Progress.load(state))
        settings = self.client.settings
        resumes = bool(progress.asked) and set(progress.known) <= set(progress.asked)
        if progress.phase == "list" and not progress.is_done and resumes:
            yield from self._list(progress)
            return
        if not resumes or is_older(progress.listed, self.now, timedelta(days=settings.full_read_days)):
            yield from self._list(progress.full_read(progress.known))
            return
        if progress.phase == "archived" and not progress.is_done:
            for batch in self._deletions(progress, is_last=False):
                progress = Progress.load(batch.state)
                yield batch
        due = is_older(progress.deletions, self.now, timedelta(hours=settings.reconcile_hours))
        resumed = progress.phase == "search" and not progress.is_done
        for batch in self._changes(progress if resumed else progress.start("search"), is_last=not due):
            progress = Progress.load(batch.state)
            yield batch
        if due:
            yield from self._deletions(progress.start("archived"), is_last=True)

    def look_up(self) -> None:
        """
        Hold the settings against the portal's properties; reads no record.
        """
        self._look_up(Progress())

    # The three ways of reading

    def _list(self, progress: Progress) -> Iterator[Batch]:
        bodies: list[bytes] = []
        while True:
            answer = self.client.page(
                self.kind.name,
                properties=progress.asked,
                history=[self.kind.history] if self.kind.history else (),
                associations=list(self.kind.links),
                after=progress.after,
            )
            bodies.append(answer.body)
            after = rows.after(answer.body)
            progress = progress.at(after, clock(answer))
            if after is None:
                older = (PASS, 0, progress.read_pass - 1) if progress.read_pass > 1 else None
                yield Batch(self._listed(bodies, progress), progress.done().dump(), complete=True, replaces=older)
                return
            if _is_enough(bodies):
                yield Batch(self._listed(bodies, progress), progress.dump())
                bodies = []

    def _changes(self, progress: Progress, *, is_last: bool) -> Iterator[Batch]:
        bodies: list[bytes] = []
        found: int | None = None
        while True:
            answer = self.client.search(self.kind.name, self._query(progress))
            found = rows.total(answer.body) if found is None else found
            bodies.append(answer.body)
            page = rows.records(self.kind, [answer.body], [])
            last = pc.max(pc.struct_field(page, "id").cast(pa.int64())).as_py()
            more = rows.after(answer.body) is not None
            progress = progress.at(None if last is None else str(last), clock(answer))
            if not more:
                yield Batch(self._changed(bodies, progress), progress.done().dump(), complete=is_last, total=found)
                return
            if _is_enough(bodies):
                yield Batch(self._changed(bodies, progress), progress.dump(), total=found)
                bodies = []

    def _deletions(self, progress: Progress, *, is_last: bool) -> Iterator[Batch]:
        bodies: list[bytes] = []
        bound = self._from(progress.deletions)
        while True:
            answer = self.client.page(self.kind.name, properties=progress.asked, after=progress.after, archived=True)
            bodies.append(answer.body)
            after = rows.after(answer.body)
            progress = progress.at(after, clock(answer))
            if after is None or _is_enough(bodies):
                found = rows.records(self.kind, bodies, progress.asked)
                stamps = pc.struct_field(found, "archivedAt")
                recent = found.filter(
                    pc.coalesce(pc.greater_equal(stamps, scalar(bound.isoformat(), pa.string())), TRUE)
                )
                table = rows.table(self.kind, recent, progress.read_pass)
                table = table.set_column(
                    table.schema.get_field_index("archived"), "archived", pa.repeat(TRUE, table.num_rows)
                )
                if after is None:
                    yield Batch(table, progress.done().dump(), complete=is_last)
                    return
                yield Batch(table, progress.dump())
                bodies = []

    # Their parts

    def _listed(self, bodies: Sequence[bytes], progress: Progress) -> pa.Table:
        found = rows.records(self.kind, bodies, progress.asked)
        table = rows.table(self.kind, found, progress.read_pass)
        for to, column in self.kind.links.items():
            short = rows.cut_short(found, to)
            if short:
                whole = self._linked(table["id"].combine_chunks(), to, short)
                kept = table[column].combine_chunks()
                index = table.schema.get_field_index(column)
                table = table.set_column(index, column, pc.coalesce(whole, kept))
        return table

    def _changed(self, bodies: Sequence[bytes], progress: Progress) -> pa.Table:
        # A search tells neither associations nor history: they are asked for by id before the rows are handed over.
        table = rows.table(self.kind, rows.records(self.kind, bodies, progress.asked), progress.read_pass)
        ids = table["id"].combine_chunks()
        if not len(ids):
            return table
        for to, column in self.kind.links.items():
            index = table.schema.get_field_index(column)
            table = table.set_column(index, column, self._linked(ids, to, ids.to_pylist()))
        if self.kind.history:
            index = table.schema.get_field_index(HISTORY)
            table = table.set_column(index, HISTORY, self._history(ids))
        return table

    def _linked(self, ids: pa.Array, to: str, asked: Sequence[str]) -> pa.Array:
        parts: list[pa.Table] = []
        inputs = [{"id": id} for id in asked]
        while inputs:
            now, inputs = inputs[:ASSOCIATIONS_BATCH], inputs[ASSOCIATIONS_BATCH:]
            pairs, continued = rows.associated([self.client.associated(self.kind.name, to, now).body])
            parts.append(pairs)
            inputs += continued
        return rows.linked(ids, pa.concat_tables(parts))

    def _history(self, ids: pa.Array) -> pa.Array:
        history = self.kind.history
        assert history is not None
        size = min(PAGE_WITH_HISTORY, self.client.limit(BATCH))
        bodies = [
            self.client.read(self.kind.name, ids.slice(at, size).to_pylist(), (), history=[history]).body
            for at in range(0, len(ids), size)
        ]
        found = rows.records(self.kind, bodies, ())
        texts = rows.history(pc.struct_field(found, ["propertiesWithHistory", history]))
        return texts.take(pc.index_in(ids, value_set=pc.struct_field(found, "id")))

    def _query(self, progress: Progress) -> dict[str, Any]:
        since = int(self._from(progress.since).timestamp() * 1000)
        filters = [{"propertyName": self.kind.modified, "operator": "GTE", "value": str(since)}]
        if progress.after is not None:
            filters.append({"propertyName": "hs_object_id", "operator": "GT", "value": progress.after})
        return {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
            "properties": list(progress.asked),
        }

    def _from(self, stamp: str | None) -> datetime:
        assert stamp is not None
        return datetime.fromisoformat(stamp).astimezone(UTC) - self.kind.stream.lag

    # Properties

    def _look_up(self, progress: Progress) -> Progress:
        wanted = tuple(field.name for field in self.kind.properties)
        if progress.wanted != wanted or is_older(progress.known_at, self.now, LOOKED_UP_FOR):
            answer = self.client.properties(self.kind.name)
            definitions = {each["name"]: each for each in rows.object_of(answer.body).get("results") or ()}
            self._check_stages(definitions)
            known = tuple(name for name in wanted if name in definitions or name.startswith(COMPUTED_PER_STAGE))
            progress = replace(progress, wanted=wanted, known=known, known_at=self.now.isoformat())
        for field in self.kind.properties:
            if field.required and field.name not in progress.known:
                self.dropped[field.name] = "the portal has no such property, or the token may not read it"
        return progress

    def _check_stages(self, definitions: Mapping[str, Mapping[str, Any]]) -> None:
        # A misspelt stage would be a property that exists nowhere: empty for every contact, so nobody ever qualified.
        stages = [option["value"] for option in definitions.get("lifecyclestage", {}).get("options") or ()]
        mapping = self.client.settings.mapping
        if self.kind.name != "contacts" or not stages:
            return
        for setting in ("qualified_stage", "customer_stage"):
            stage = getattr(mapping, setting)
            if stage not in stages:
                raise UserError(
                    f"The portal has no life-cycle stage {stage!r}.",
                    where=f"connectors.{self.client.context.name}.mapping.{setting}",
                    fix=f"Name one by its internal name: {close_matches(stage, stages)}",
                )


def _is_enough(bodies: Sequence[bytes]) -> bool:
    return len(bodies) >= PAGES or sum(map(len, bodies)) >= BYTES
