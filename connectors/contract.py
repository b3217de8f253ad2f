"""
What a connector promises: streams of raw records in, field updates out.

Connectors yield records and write fields; they know no KPI, open no warehouse and print nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, Protocol

import pyarrow as pa
from pydantic import BaseModel

from connectors.errors import UserError

RawType = Literal["text", "instant", "date", "number", "integer", "boolean", "email"]
"""
How a raw field is stored. `instant` takes ISO 8601 with an offset or epoch milliseconds. `email` never reaches the
disk: the warehouse stores its keyed hash under the same name, and `<name>_domain`, `<name>_is_shared` beside it.
"""


@dataclass(frozen=True)
class Field:
    """
    A field of a vendor's object, as it is asked for and as it is stored.

    Args:
        name: The vendor's own name; also the column of the raw table.
        type: How the raw table stores it.
        required: False where many organisations lack it; it is then null and nobody is told.
    """

    name: str
    type: RawType = "text"
    required: bool = True


@dataclass(frozen=True)
class Stream:
    """
    One kind of record that a source reads.

    Args:
        name: The vendor's object; also the name of the raw table.
        key: The fields that tell two records apart.
        fields: What is asked for, keys included.
        cursor: The field an incremental pull goes by; None reads everything every time.
        lag: How far an incremental pull looks back behind the cursor, for records that surfaced late.
        feeds: The normalized tables that need this stream.
        snapshot: True where each pull replaces the whole raw table (short lists such as stages or owners).
    """

    name: str
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    cursor: str | None = None
    lag: timedelta = timedelta()
    feeds: tuple[str, ...] = ()
    snapshot: bool = False


@dataclass(frozen=True)
class Batch:
    """
    Some pages of a stream, and the state to come back with once they are stored.

    Args:
        rows: Raw records; columns named after the stream's fields, missing ones are stored as null.
        state: JSON-able: handed to `Source.read` next time. Stored in the same transaction as the rows.
        complete: True on the last batch: the pull of this stream reached its end.
        total: How many records the vendor said this pull has, where it says so; for the progress bar.
        replaces: (column, low, high): stored rows whose column lies in that range, both ends included, leave in the
            same transaction, so that what vanished at the vendor vanishes here.
    """

    rows: pa.Table
    state: Mapping[str, Any]
    complete: bool = False
    total: int | None = None
    replaces: tuple[str, Any, Any] | None = None


@dataclass(frozen=True)
class RowProblem:
    """
    A row that was left out because it does not parse.

    Args:
        file: Where it stands.
        line: Its first line, counted from 1 with the header.
        column: Which column does not parse.
        value: What stood there.
        why: What was expected.
    """

    file: str
    line: int
    column: str
    value: str
    why: str


@dataclass(frozen=True)
class Context:
    """
    What a connector is told about the run.

    Args:
        name: The connector's name in the settings, e.g. `salesforce`.
        timezone: IANA name of the organisation's time zone.
        currency: The reporting currency, ISO.
        started_at: When the run began; an upper bound where a vendor tells no time of its own.
        page_size: Records per request where the vendor lets one choose; None takes the vendor's largest.
        folder: Where relative paths of the settings start.
        requests: Counts requests per vendor, filled by the transport layer.
    """

    name: str
    timezone: str = "UTC"
    currency: str = "USD"
    started_at: datetime | None = None
    page_size: int | None = None
    folder: Path = Path()
    requests: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Finding:
    """
    One line of `noria check`.

    Args:
        level: `ok`, `warning` (the run goes on without it) or `error` (this connector cannot run).
        about: What was looked at: `credentials`, an object, a field, a scope.
        text: What was found.
        fix: What to do about it; empty when ok.
    """

    level: Literal["ok", "warning", "error"]
    about: str
    text: str
    fix: str = ""


class Source(Protocol):
    """
    Reads one vendor.
    """

    def streams(self) -> Sequence[Stream]:
        """
        The streams that the settings ask for; needs no network.
        """
        ...

    def read(self, stream: Stream, state: Mapping[str, Any] | None) -> Iterator[Batch]:
        """
        Batches of bounded size, from `state` on (None: from the beginning).

        Raises:
            PermissionMissing: The object cannot be read; the run goes on with the other streams.
            UserError: Anything else a person can mend.
        """
        ...

    def dropped(self, stream: Stream) -> Mapping[str, str]:
        """
        Required fields the vendor does not show us, with the reason; known after `read` began.
        """
        ...

    def check(self) -> Iterator[Finding]:
        """
        Credentials, permissions, fields and limits, one finding each; reads little.
        """
        ...

    def problems(self) -> Sequence[RowProblem]:
        """
        Rows that `read` left out so far.
        """
        ...

    def close(self) -> None: ...


Value = Decimal | float | int | str | bool | datetime | date | None
FieldKind = Literal["money", "number", "percent", "integer", "text", "date", "datetime"]


@dataclass(frozen=True)
class FieldSpec:
    """
    A field that Noria keeps in the CRM.

    Args:
        object: Normalized table whose records carry it (`accounts`, `campaigns`), or `organisation`.
        name: Its plain name, e.g. `mrr`; the destination makes the vendor's name of it (`Noria_MRR__c`, `noria_mrr`).
        label: What people see.
        help: Its meaning, for the field's help text.
        kind: What it holds. Percent values come as fractions; the destination shows them as the vendor does.
    """

    object: str
    name: str
    label: str
    help: str
    kind: FieldKind


@dataclass(frozen=True)
class Update:
    """
    New values for the fields of one record.

    Args:
        object: As in `FieldSpec`.
        id: The vendor's record id; for `organisation` the external key (`win_rate|month|2026-10`).
        values: Plain field name -> value; None clears the field.
    """

    object: str
    id: str
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Outcome:
    """
    What became of one update.

    Args:
        id: The update's record.
        status: `written`, `unchanged`, `rejected` (the vendor said no), or `unknown` (no answer came).
        code: The vendor's code, when rejected.
        message: The vendor's reason in plain words, when rejected.
        fix: What to do about it.
    """

    id: str
    status: Literal["written", "unchanged", "rejected", "unknown"]
    code: str = ""
    message: str = ""
    fix: str = ""


class Destination(Protocol):
    """
    Writes fields of CRM records. Knows no KPI.
    """

    def objects(self) -> Sequence[str]:
        """
        Which of `accounts`, `campaigns`, `organisation` this vendor can carry.
        """
        ...

    def missing(self, specs: Sequence[FieldSpec]) -> Sequence[str]:
        """
        What `prepare` would create, in words for the plan (`field Account.Noria_MRR__c (Currency 18,2)`).
        """
        ...

    def prepare(self, specs: Sequence[FieldSpec]) -> Sequence[str]:
        """
        Create the fields and the permission to use them; idempotent. Returns what was created.

        Raises:
            PermissionMissing: Which permission, and where to grant it.
        """
        ...

    def current(self, object: str, ids: Sequence[str], names: Sequence[str]) -> Mapping[str, Mapping[str, Value]]:
        """
        What stands in the CRM now: id -> field -> value. An id that is gone is absent; a field that does not exist yet
        is absent from its row.
        """
        ...

    def apply(self, object: str, updates: Sequence[Update]) -> list[Outcome]:
        """
        One outcome per update, in the same order.
        """
        ...

    def calls(self, changes: Mapping[str, int]) -> int:
        """
        Requests that `apply` would send for so many updates per object, for the plan.
        """
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Tab:
    """
    A table for a spreadsheet.

    Args:
        name: Stable name of the tab (`summary`, `history`, `channel`, `definitions`); never shown.
        title: What people see on a new tab.
        columns: Header texts.
        kinds: What each column holds; decides the number format.
        rows: The cells; None is an empty cell.
        keyed: True where the first column is a key: rows are found by it, updated in place, added at the end,
            and rows not named stay (History). False: the tab is rewritten as a whole.
        row_kinds: Per row, what its `number` columns hold (`percent`, `money` …); empty: plain numbers in every row.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    kinds: tuple[FieldKind, ...]
    rows: Sequence[Sequence[Value]]
    keyed: bool = False
    row_kinds: Sequence[FieldKind] = ()


@dataclass(frozen=True)
class TabPlan:
    """
    What publishing would change in one tab: cells that differ, rows to add, or that the tab is new.

    Args:
        notes: What a person should know, e.g. that a text was longer than a cell holds.
    """

    title: str
    is_new: bool
    changed_cells: int
    added_rows: int
    removed_rows: int = 0
    notes: tuple[str, ...] = ()


class Publisher(Protocol):
    """
    Keeps a report in a spreadsheet.
    """

    def plan(self, tabs: Sequence[Tab]) -> Sequence[TabPlan]:
        """
        Compare with what stands there now; writes nothing.
        """
        ...

    def publish(self, tabs: Sequence[Tab], run: str) -> Sequence[TabPlan]:
        """
        One atomic update; no request at all when nothing differs. Returns what it changed.
        """
        ...

    def check(self) -> Iterator[Finding]: ...

    def url(self) -> str: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Connector:
    """
    What a vendor folder offers to the rest: its only public name is `CONNECTOR`.

    Args:
        kind: The word in the settings: `kind = "salesforce"`.
        title: The vendor's name for people.
        settings: Pydantic model of the connector's own keys.
        source: Makes a source; None for a pure destination.
        destination: Makes a destination for fields; None where there is none.
        publisher: Makes a publisher of tabs; None where there is none.
        normalize: Folder with one `<table>.sql` per normalized table; selects that several of them name as tables lie
            in its folder `shared`.
        placeholders: Settings -> the SQL expressions and values that the `:names` in those files stand for.
        secrets: Names of the settings that hold secrets.
    """

    kind: str
    title: str
    settings: type[BaseModel]
    source: Callable[[Any, Context], Source] | None = None
    destination: Callable[[Any, Context], Destination] | None = None
    publisher: Callable[[Any, Context], Publisher] | None = None
    normalize: Path | None = None
    placeholders: Callable[[Any, Context], Mapping[str, Placeholder]] | None = None
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Expression:
    """
    An SQL expression for a placeholder, written by us or by the user; parsed and checked, never pasted.
    """

    sql: str


Placeholder = Expression | Value | Iterable[Any]
"""
What a `:name` in a normalize file stands for: an expression, a literal, or a list of literals for `in (:names)`.
"""

__all__ = [
    "Batch",
    "Connector",
    "Context",
    "Destination",
    "Expression",
    "Field",
    "FieldKind",
    "FieldSpec",
    "Finding",
    "Outcome",
    "Placeholder",
    "Publisher",
    "RawType",
    "RowProblem",
    "Source",
    "Stream",
    "Tab",
    "TabPlan",
    "Update",
    "UserError",
    "Value",
]
