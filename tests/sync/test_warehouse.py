"""
The warehouse: batches with their state in one transaction, addresses only as keyed hashes, one writer at a time.
"""

from __future__ import annotations

import hashlib
import hmac
import subprocess
import sys
import textwrap
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from connectors.contract import Batch, Field, Stream
from connectors.errors import UserError
from sync import raw
from sync.lock import Locked, is_held, run_lock
from sync.mailbox import Hasher, key_beside
from sync.warehouse import Warehouse

DEALS = Stream(
    "Deal",
    key=("Id",),
    fields=(
        Field("Id"),
        Field("Amount", "number"),
        Field("At", "instant"),
        Field("On", "date"),
        Field("Mail", "email"),
    ),
)
HASHER = Hasher(b"k" * 32)


@pytest.fixture
def warehouse(tmp_path):
    return Warehouse(tmp_path / "noria.duckdb")


def store(warehouse, *rows, state=None, complete=True, stream=DEALS, first=True, replaces=None):
    batch = Batch(pa.Table.from_pylist(list(rows)), state or {}, complete, replaces=replaces)
    with warehouse.open() as session:
        raw.prepare(session, "crm", [stream])
        raw.store(session, "crm", stream, batch, HASHER, first=first)


def deals(warehouse, columns='"Id", "Amount"'):
    with warehouse.open() as session:
        return session.rows(f'select {columns} from raw_crm."Deal" order by "Id"')


def test_a_record_that_comes_again_replaces_the_old_one(warehouse):
    """
    Merged by key: the newer value stands, no record twice; a key twice in one batch keeps its last record.
    """
    store(warehouse, {"Id": "1", "Amount": 10.0}, {"Id": "2", "Amount": 20.0})
    store(warehouse, {"Id": "2", "Amount": 21.0}, {"Id": "3", "Amount": 30.0}, {"Id": "3", "Amount": 31.0})
    assert [("1", 10.0), ("2", 21.0), ("3", 31.0)] == [(d["Id"], d["Amount"]) for d in deals(warehouse)]


def test_rows_and_state_stand_or_fall_together(warehouse):
    """
    A batch whose state cannot be kept leaves no row either: nothing is skipped and nothing repeated next time.
    """
    store(warehouse, {"Id": "1", "Amount": 1.0}, state={"after": "p1"}, complete=False)
    with pytest.raises(TypeError, match="not JSON serializable"):
        store(warehouse, {"Id": "2", "Amount": 2.0}, state={"after": object()})
    with warehouse.open() as session:
        assert {"after": "p1"} == raw.states(session, "crm")["Deal"].state
    assert ["1"] == [d["Id"] for d in deals(warehouse)]


def test_instants_are_read_as_vendors_write_them(warehouse):
    """
    ISO with Z, with an offset, with milliseconds, and epoch milliseconds are the same instant; a date keeps its day.
    """
    forms = ("2026-03-17T16:21:26Z", "2026-03-17T17:21:26.000+0100", "2026-03-17T16:21:26.000Z", "1773764486000")
    store(warehouse, *({"Id": str(i), "At": form, "On": "2026-03-31"} for i, form in enumerate(forms)))
    found = deals(warehouse, '"Id", "At", "On"')
    assert {datetime(2026, 3, 17, 16, 21, 26, tzinfo=UTC)} == {row["At"] for row in found}
    assert {"2026-03-31"} == {row["On"].isoformat() for row in found}


def test_an_address_is_kept_only_as_a_keyed_hash(warehouse):
    """
    HMAC-SHA-256 of the trimmed, lower-cased address, its domain, and whether several people read it; the address itself
    is nowhere in the file.
    """
    store(
        warehouse,
        {"Id": "1", "Mail": " Ana@Acme.example "},
        {"Id": "2", "Mail": "info@acme.example"},
        {"Id": "3", "Mail": "?"},
    )
    found = deals(warehouse, '"Mail", "Mail_domain", "Mail_is_shared"')
    expected = hmac.new(b"k" * 32, b"ana@acme.example", hashlib.sha256).hexdigest()
    assert {"Mail": expected, "Mail_domain": "acme.example", "Mail_is_shared": False} == found[0]
    assert found[1]["Mail_is_shared"] is True
    assert {"Mail": None, "Mail_domain": None, "Mail_is_shared": None} == found[2]
    assert b"ana@acme" not in warehouse.file.read_bytes().lower()


def test_a_replaced_range_forgets_what_vanished(warehouse):
    """
    A day that the vendor tells again anew loses the rows that it no longer has; other days keep theirs.
    """
    store(warehouse, {"Id": "1", "On": "2026-03-01"}, {"Id": "2", "On": "2026-03-02"}, {"Id": "3", "On": "2026-03-03"})
    store(warehouse, {"Id": "9", "On": "2026-03-02"}, replaces=("On", "2026-03-02", "2026-03-02"))
    assert ["1", "3", "9"] == [d["Id"] for d in deals(warehouse)]


def test_the_second_run_is_told_who_holds_the_lock(warehouse):
    """
    Owner, process and since when stand in the message; when the holder's process dies, the lock is free, and whoever
    only looks can tell.
    """
    code = textwrap.dedent(
        f"""
        from pathlib import Path
        from sync.lock import run_lock
        with run_lock(Path({str(warehouse.file)!r}), "noria run"):
            print("held", flush=True)
            input()
        """
    )
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert "held\n" == holder.stdout.readline()
    assert is_held(warehouse.file)
    with (
        pytest.raises(Locked, match=rf"noria run.*process {holder.pid} .*since 20"),
        run_lock(warehouse.file, "noria pull"),
    ):
        pass
    holder.kill()
    holder.wait()
    assert not is_held(warehouse.file)
    with run_lock(warehouse.file, "noria pull"):
        assert is_held(warehouse.file)
    assert not is_held(warehouse.file)


def test_a_lost_or_foreign_key_is_an_error_not_a_new_key(tmp_path):
    """
    New hashes would never meet the old ones: people would silently count twice.
    """
    file = tmp_path / "noria.duckdb"
    known = key_beside(file).fingerprint
    assert known == key_beside(file, known).fingerprint
    key = tmp_path / "noria.duckdb.key"
    key.write_text("ab" * 32)
    with pytest.raises(UserError, match="not the key"):
        key_beside(file, known)
    key.unlink()
    with pytest.raises(UserError, match="is gone"):
        key_beside(file, known)
    assert not key.exists()


def test_too_little_memory_names_the_setting(tmp_path):
    """
    A statement that needs more memory than the settings allow ends with the setting to change, not as a bug.
    """
    with (
        Warehouse(tmp_path / "small.duckdb", memory="20MB").open() as session,
        pytest.raises(UserError, match=r"(?s)needed more memory.*warehouse\.memory"),
    ):
        session.execute("create table big as select list(i) as whole from range(20000000) as numbers (i)")
