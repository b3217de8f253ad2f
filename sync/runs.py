"""
Runs: what was started, how it ended, what was left out.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connectors.errors import UserError, redact
from sync.warehouse import Session, Warehouse

DONE = "done"
LEFT_OUT = "done, something left out"
RUNNING = "running"
DIED = "failed: the process ended"


@dataclass
class Run:
    """
    One run and what came of it.

    Args:
        id: Sortable by time.
        kind: `run`, `pull`, `compute`, `push`.
        started_at: UTC.
        ended_at: UTC; None while it runs, or if the process died.
        status: `running`, `done`, `done, something left out`, `failed at …`.
        summary: Counts per step, problems in words.
    """

    id: str
    kind: str
    started_at: datetime
    ended_at: datetime | None = None
    status: str = RUNNING
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        return list(self.summary.get("problems", []))

    def left_out(self, problem: UserError | str) -> None:
        """
        Note that something was left out: the run is then not green.
        """
        self.summary.setdefault("problems", []).append(
            redact(str(problem)) if isinstance(problem, str) else str(problem)
        )


def begin(warehouse: Warehouse, kind: str, now: datetime) -> Run:
    """
    Write down that a run began; runs that never ended are marked as such.
    """
    run = Run(f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}", kind, now)
    with warehouse.open() as session:
        # The lock is ours: whoever still counts as running is dead.
        session.execute("update noria.runs set status = ? where status = ?", [DIED, RUNNING])
        session.execute(
            "insert into noria.runs values (?, ?, ?, null, ?, ?)", [run.id, run.kind, run.started_at, RUNNING, "{}"]
        )
    return run


def end(warehouse: Warehouse, run: Run, *, failed_at: str = "") -> Run:
    """
    Write down how a run ended.

    Args:
        failed_at: The step that could not be finished; empty when all steps were.
    """
    run.ended_at = datetime.now(UTC)
    run.status = f"failed at {failed_at}" if failed_at else LEFT_OUT if run.problems else DONE
    with warehouse.open() as session:
        session.execute(
            "update noria.runs set status = ?, ended_at = ?, summary = ? where id = ?",
            [run.status, run.ended_at, json.dumps(run.summary, default=str), run.id],
        )
    return run


def history(session: Session, limit: int = 20, *, is_running: bool = True) -> list[Run]:
    """
    The latest runs, newest first.

    Args:
        is_running: False where no process holds the lock: what still counts as running then died.
    """
    found = [_read(row) for row in session.rows("select * from noria.runs order by started_at desc limit ?", [limit])]
    if not is_running:
        found = [replace(run, status=DIED) if run.status == RUNNING else run for run in found]
    return found


def _read(row: Mapping[str, Any]) -> Run:
    return Run(
        id=row["id"],
        kind=row["kind"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        status=row["status"],
        summary=json.loads(row["summary"] or "{}"),
    )
