"""
The schedule: the job by cron in the organisation's time zone, one at a time, ended cleanly by SIGTERM.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from connectors.errors import UserError
from sync import job
from sync.cron import Cron
from sync.settings import Settings
from sync.stopping import stopped_by_signals

log = structlog.get_logger("noria.schedule")


def trigger(settings: Settings) -> Cron:
    """
    When the job runs.
    """
    return Cron(settings.schedule.cron, settings.zone)


def next_time(settings: Settings, now: datetime) -> datetime | None:
    """
    The next time the job runs after `now`.
    """
    return trigger(settings).get_next_fire_time(None, now)


def serve(settings: Settings, tell: Callable[[str], None], *, at_once: bool = False) -> None:
    """
    Run the job on schedule until SIGTERM or SIGINT, which let the current page be stored and then end.

    Args:
        tell: Told of each beginning and end.
        at_once: Run when it starts, too.
    """
    with stopped_by_signals() as stop:

        def once() -> None:
            if stop.is_set():
                return
            tell("run started")
            try:
                report = job.run(settings, stop=stop)
            except UserError as error:
                tell(f"run failed: {error}")
            except Exception:
                # A bug in one run must not end the schedule; the traceback is kept.
                log.exception("run failed")
                tell("run failed: see the traceback above")
            else:
                for problem in report.run.problems:
                    tell(problem)
                tell(f"run {report.run.id}: {report.run.status}")

        scheduler = BackgroundScheduler(timezone=settings.zone)
        # A time that comes while a run is still going is left out; times missed while the machine slept are made up
        # by one run when it wakes.
        own = {"next_run_time": datetime.now(settings.zone)} if at_once else {}
        scheduler.add_job(once, trigger(settings), max_instances=1, coalesce=True, misfire_grace_time=None, **own)
        scheduler.start()
        try:
            stop.wait()
        finally:
            stop.set()
            tell("ending: the current page is stored first")
            scheduler.shutdown(wait=True)
            tell("ended")
