"""
The schedule: the job by cron in the organisation's time zone, one at a time, ended cleanly by SIGTERM.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from datetime import datetime
from types import FrameType
from typing import Any

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from connectors.errors import UserError
from sync import job
from sync.settings import Settings

log = structlog.get_logger("noria.schedule")


def trigger(settings: Settings) -> CronTrigger:
    """
    When the job runs.
    """
    return CronTrigger.from_crontab(settings.schedule.cron, timezone=settings.zone)


def next_time(settings: Settings, now: datetime) -> datetime | None:
    """
    The next time the job runs after `now`.
    """
    found: datetime | None = trigger(settings).get_next_fire_time(None, now)
    return found


def serve(settings: Settings, tell: Callable[[str], None]) -> None:
    """
    Run the job on schedule until SIGTERM or SIGINT, which let the current page be stored and then end.

    Args:
        tell: Told of each beginning and end.
    """
    stop = threading.Event()

    def once() -> None:
        if stop.is_set():
            return
        tell("run started")
        try:
            report = job.run(settings, stop=stop)
        except UserError as error:
            log.error("run failed", what=error.what, where=error.where, fix=error.fix)
            tell(f"run failed: {error}")
        except Exception:
            # A bug in one run must not end the schedule; the traceback is kept.
            log.exception("run failed")
            tell("run failed: see the log")
        else:
            tell(f"run {report.run.id}: {report.run.status}")

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    previous: dict[int, Any] = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    scheduler = BackgroundScheduler(timezone=settings.zone)
    # A run that overlaps the next waits for it once; times missed while the machine slept are made up by one run.
    scheduler.add_job(once, trigger(settings), max_instances=1, coalesce=True, misfire_grace_time=3600)
    scheduler.start()
    try:
        while not stop.wait(timeout=0.5):
            pass
    finally:
        tell("ending: the current page is stored first")
        scheduler.shutdown(wait=True)
        for number, handler in previous.items():
            signal.signal(number, handler)
