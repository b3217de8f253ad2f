"""
One run at a time: a lock that dies with its process and says who holds it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from connectors.errors import UserError


class Locked(UserError):
    """
    Another run holds the lock.
    """


@contextlib.contextmanager
def run_lock(warehouse: Path, owner: str) -> Iterator[None]:
    """
    Hold the lock of a warehouse.

    Args:
        warehouse: Its file; the lock lies beside it.
        owner: What takes the lock, for the other's message: `noria run`.
    Raises:
        Locked: Who holds it, and since when.
    """
    file = warehouse.with_name(warehouse.name + ".lock")
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            raise _held(handle.read(), file) from error
        handle.seek(0)
        handle.truncate()
        json.dump(
            {
                "owner": owner,
                "pid": os.getpid(),
                "host": socket.gethostname(),
                "since": datetime.now(UTC).isoformat(timespec="seconds"),
            },
            handle,
        )
        handle.flush()
        try:
            yield
        finally:
            handle.seek(0)
            handle.truncate()
            handle.flush()


def is_held(warehouse: Path) -> bool:
    """
    Whether some process seems to hold the lock of a warehouse. Only looks: taking the lock, for however short, could
    turn away a run that begins just then.
    """
    try:
        holder = json.loads(warehouse.with_name(warehouse.name + ".lock").read_text(encoding="utf-8"))
        if holder["host"] != socket.gethostname():
            return True
        os.kill(int(holder["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return isinstance(error, PermissionError)  # alive, but of somebody else
    return True


def _held(content: str, file: Path) -> Locked:
    try:
        holder = json.loads(content)
        who = f"`{holder['owner']}` (process {holder['pid']} on {holder['host']}, since {holder['since']})"
    except (ValueError, KeyError):
        who = "another process"
    return Locked(
        f"Another run holds the lock: {who}.",
        where=str(file),
        fix="Wait until it ends, or end that process; the lock goes with it.",
    )
