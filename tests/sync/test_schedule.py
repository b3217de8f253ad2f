"""
When the job runs, that it runs alone, and that it ends cleanly.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sync import runs
from sync.cron import Cron
from sync.warehouse import Warehouse
from tests.sync.organisation import organisation

MADRID = ZoneInfo("Europe/Madrid")
NOON = datetime(2026, 3, 27, 12, tzinfo=MADRID)  # a Friday; the clock goes forward in the night to Sunday 29 March
AUTUMN = datetime(2026, 10, 23, 12, tzinfo=MADRID)  # a Friday; it goes back in the night to Sunday 25 October


def fires(expression, since, times):
    """
    The next fire times, as the scheduler asks for them: day, time and offset.
    """
    cron = Cron(expression, MADRID)
    found, at = [], None
    for _ in range(times):
        at = cron.get_next_fire_time(at, at or since)
        found.append(f"{at:%d %H:%M %z}")
    return found


@pytest.mark.parametrize(
    ("expression", "since", "expected"),
    [
        ("0 6 * * *", NOON, ["28 06:00 +0100", "29 06:00 +0200", "30 06:00 +0200"]),
        ("0 6 * * *", AUTUMN, ["24 06:00 +0200", "25 06:00 +0100", "26 06:00 +0100"]),
        # 02:30 does not exist on 29 March: an hour later by the clock
        ("30 2 * * *", NOON, ["28 02:30 +0100", "29 03:30 +0200", "30 02:30 +0200"]),
        # 02:30 comes twice on 25 October: the first one counts
        ("30 2 * * *", AUTUMN, ["24 02:30 +0200", "25 02:30 +0200", "26 02:30 +0100"]),
    ],
)
def test_a_daily_job_runs_once_a_day_over_both_clock_changes(expression, since, expected):
    """
    At its time by the organisation's clock, on the days of the change too.
    """
    assert expected == fires(expression, since, 3)


def test_an_hourly_job_runs_every_hour_over_both_clock_changes():
    """
    One hour of real time apart, though the clock leaves an hour out or shows it twice.
    """
    spring = fires("30 * * * *", datetime(2026, 3, 29, 1, tzinfo=MADRID), 3)
    autumn = fires("30 * * * *", datetime(2026, 10, 25, 2, tzinfo=MADRID), 3)
    assert ["29 01:30 +0100", "29 03:30 +0200", "29 04:30 +0200"] == spring
    assert ["25 02:30 +0200", "25 02:30 +0100", "25 03:30 +0100"] == autumn


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", ["29"]),  # Sunday
        ("7", ["29"]),
        ("1", ["30"]),  # Monday
        ("1-5", ["30", "31", "01", "02", "03"]),
        ("5-7", ["28", "29", "03"]),
        ("sat,SUN", ["28", "29", "04"]),
        ("*/2", ["28", "29", "31"]),  # Saturday 6, Sunday 0, Tuesday 2
    ],
)
def test_days_of_the_week_are_those_of_crontab(field, days):
    """
    0 and 7 are Sunday, 1 is Monday; the scheduler's library counts from Monday as 0.
    """
    assert days == [fire[:2] for fire in fires(f"0 6 * * {field}", NOON, len(days))]


def test_a_day_of_the_month_or_of_the_week_is_enough():
    """
    The first of the month and every Monday: 30 March is a Monday, 1 April a Wednesday, 6 April a Monday.
    """
    assert ["30", "01", "06"] == [fire[:2] for fire in fires("0 6 1 * 1", NOON, 3)]


@pytest.mark.parametrize(
    "expression", ["", "0 6 * *", "61 * * * *", "0 6 * * 8", "0 6 * * mo", "0 6 * * 5-2", "@daily"]
)
def test_what_is_no_crontab_line_is_refused(expression):
    """
    Too few fields, minutes and days that do not exist.
    """
    with pytest.raises(ValueError, match=r"."):
        Cron(expression)


@pytest.fixture(scope="module")
def slow(tmp_path_factory):
    """
    A company whose HubSpot takes 0.4 s for each answer: a first pull of it takes a quarter of a minute.
    """
    folder = tmp_path_factory.mktemp("slow")
    with organisation(folder) as company:
        company.sandbox.control.inject(kind="slow", vendor="hubspot", times=-1, options={"seconds": 0.4})
        yield company


def noria(company, *words, warehouse):
    """
    A process that runs a command with a warehouse of its own.
    """
    file = company.file.with_name(f"{warehouse}.toml")
    file.write_text(company.file.read_text().replace("settings.duckdb", f"{warehouse}.duckdb"))
    command = [sys.executable, "-m", "sync.cli", *words, "--settings", str(file)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(condition, process, seconds=20):
    """
    Wait for a condition while the process lives.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def pulling(company):
    """
    A condition: HubSpot was asked at least three more times than now.
    """
    before = company.sandbox.control.requests("hubspot")
    return lambda: company.sandbox.control.requests("hubspot") >= before + 3


def latest(company, warehouse):
    """
    How the latest run of a warehouse ended.
    """
    with Warehouse(company.file.with_name(f"{warehouse}.duckdb")).open(read_only=True) as session:
        return runs.history(session)[0].status


def test_serve_ends_cleanly_and_the_next_pull_goes_on(slow):
    """
    SIGTERM in the middle of a slow pull: `noria serve` ends within seconds with status 0, the run is on record as
    stopped, nothing was written to a vendor, and a pull without the slowness goes on and is done.
    """
    process = noria(slow, "serve", "--now", warehouse="served")
    until(pulling(slow), process)
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert 0 == process.returncode, said
    assert time.monotonic() - asked < 8
    assert "next run" in said
    assert "Traceback" not in said
    assert "failed at pull (stopped)" == latest(slow, "served")
    assert 0 == slow.writes()
    faults, slow.sandbox.control.faults[:] = list(slow.sandbox.control.faults), []
    try:
        again = noria(slow, "pull", "--only", "hubspot", warehouse="served")
        _, said = again.communicate(timeout=20)
    finally:
        slow.sandbox.control.faults[:] = faults
    assert 0 == again.returncode, said
    assert "done" == latest(slow, "served")


def test_two_runs_at_once_and_a_run_that_is_ended(slow):
    """
    The second run says who holds the lock and ends with 1; SIGTERM ends the first after its page, with 1, on record.
    """
    first = noria(slow, "run", warehouse="shared")
    until(pulling(slow), first)
    second = noria(slow, "pull", warehouse="shared")
    _, said = second.communicate(timeout=20)
    assert 1 == second.returncode
    assert f"`noria run` (process {first.pid} on " in said
    assert "fix:" in said
    first.send_signal(signal.SIGTERM)
    _, said = first.communicate(timeout=20)
    assert 1 == first.returncode, said
    assert "the next run goes on there" in said
    assert "failed at pull (stopped)" == latest(slow, "shared")


def test_ending_the_demo_leaves_nothing(tmp_path):
    """
    SIGTERM while the demo works: it ends with 1, its folder is gone, no process of it is left.
    """
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "sync.cli", "demo", "--accounts", "12"]
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    until(lambda: list(tmp_path.glob("noria-demo-*/settings.duckdb")), process)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=20)
    assert 1 == process.returncode, said
    assert "Traceback" not in said
    assert [] == list(tmp_path.iterdir())
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_fire_times_do_not_depend_on_the_machine():
    """
    Asked in UTC, 6 o'clock of the organisation is 4 o'clock UTC in summer.
    """
    at = Cron("0 6 * * *", MADRID).get_next_fire_time(None, datetime(2026, 7, 1, 3, tzinfo=UTC))
    assert datetime(2026, 7, 1, 4, tzinfo=UTC) == at
