"""
What stands on the screen: outside text that cannot harm, numbers and periods as each language writes them.
"""

from __future__ import annotations

import io
import json
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from connectors.contract import Finding
from connectors.errors import WrongUse, keep_secret
from sync import console, periods, screen, words
from sync.check import Checked
from sync.runs import Run

HOSTILE = "[bold red]Ads[/] \x1b[31m\x9b1mred\x07 \u202egnp.exe eve@example.com\nnoria: all is well"


def shown(*things, width=100):
    """
    What a terminal would receive.
    """
    screen_of = Console(file=io.StringIO(), width=width, force_terminal=True, color_system=None)
    for thing in things:
        screen_of.print(thing)
    return screen_of.file.getvalue()


def row(**own):
    return {
        "kpi": "win_rate",
        "grain": "month",
        "period_start": date(2026, 10, 1),
        "dimension": "org",
        "member": "all",
        "value": 0.5,
        "previous": 0.25,
        "year_before": None,
        "reason": None,
        "flags": "",
    } | own


def table_of(rows, language="en", by=(), width=100):
    return screen.values(rows, "month", by, currency="EUR", language=language, width=width)


@pytest.mark.parametrize(
    "made",
    [
        lambda: table_of([row(dimension="channel", member=HOSTILE), row()], by=("channel",)),
        lambda: [screen.findings([Checked("crm", Finding("warning", HOSTILE, HOSTILE, HOSTILE))], "en")],
        lambda: [screen.runs([Run(HOSTILE, HOSTILE, datetime.now(UTC), status=HOSTILE)], UTC, "en")],
        lambda: screen.identity([], [dict.fromkeys(("entity", "a", "b", "reason"), HOSTILE)], "en"),
    ],
)
def test_text_from_outside_stays_text(made):
    """
    Markup is printed as it is written; no control or direction character, no address gets through; one line stays one.
    """
    text = shown(*made(), width=400)
    assert "[bold red]Ads[/]" in text
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(text)
    assert "eve@" not in text
    assert not any(line.strip().startswith("noria: all is well") for line in text.splitlines())


def test_json_keeps_the_terminal_clean_too(capsys):
    """
    A program's answer holds no raw control or direction character, no address and no secret, and is still JSON.
    """
    keep_secret("s3cr3t-value")
    console.answer_json([{"member": HOSTILE + " s3cr3t-value", "value": 0.5, "period_start": date(2026, 10, 1)}])
    printed = capsys.readouterr().out
    assert not {"\x1b", "\x9b", "\x07", "\u202e"} & set(printed)
    [told] = json.loads(printed)
    assert told["member"].startswith("[bold red]Ads[/]")
    assert "\u202e" in told["member"]
    assert "eve@example.com" not in printed
    assert "s3cr3t-value" not in printed
    assert (0.5, "2026-10-01") == (told["value"], told["period_start"])


def test_values_read_spanish():
    """
    Names, headings, numbers, reasons and flags are Spanish: 1.234,50 of money, 50,0 of a percentage.
    """
    rows = [
        row(dimension="channel", member="Email", value=None, reason="zero_denominator"),
        row(dimension="channel", member="Ads", flags="low_sample"),
        row(),
    ]
    text = shown(*table_of(rows, "es", ("channel",)), *screen.notes(rows, "es"))
    assert "Tasa de éxito (%)" in text
    assert "Canal" in text
    assert "Toda la organización" in text
    assert "50,0¹" in text
    assert "–²" in text
    assert "¹ Se apoya en pocos casos y puede oscilar por azar." in text
    assert "² No hay entre qué dividir en este periodo." in text


def test_a_board_reads_spanish():
    """
    From a quarter to a half is better where higher is; the year before is unknown.
    """
    text = shown(screen.board([row(flags="low_sample")], "EUR", "es"))
    line = next(line for line in text.splitlines() if "Tasa de éxito" in line)
    assert ["Tasa", "de", "éxito", "50,0", "%", "25,0", "%", "–", "mejor", "pocos", "casos"] == line.split()
    assert "Mes anterior" in text


def test_how_a_run_ended_reads_spanish():
    """
    The history says in Spanish what is kept in English.
    """
    ended = [
        Run("1", "pull", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), status="failed at pull (stopped)"),
        Run("2", "run", datetime(2026, 7, 1, 22, 30, tzinfo=UTC), status="done, something left out"),
    ]
    text = shown(screen.runs(ended, ZoneInfo("Europe/Madrid"), "es"))
    assert "falló en pull (detenido)" in text
    assert "hecho, algo quedó fuera" in text
    assert "2026-07-02 00:30:00" in text


def test_periods_that_find_no_room_go_below():
    """
    Twelve months in 60 characters: no line is wider, no number is broken, each month stands once.
    """
    rows = [
        row(period_start=date(2026, month, 1), dimension=dimension, member=member, value=0.1234)
        for month in range(1, 13)
        for dimension, member in (("channel", "Organic Search"), ("org", "all"))
    ]
    text = shown(*table_of(rows, by=("channel",), width=60), width=60)
    assert max(len(line) for line in text.splitlines()) <= 60
    assert 24 == text.count("12.3")
    assert [1] * 12 == [text.count(f"2026-{month:02d}") for month in range(1, 13)]


def test_an_unfinished_period_is_marked_in_its_heading():
    """
    November is not over: its heading carries the mark, its cells only what is their own.
    """
    rows = [row(), row(period_start=date(2026, 11, 1), flags="is_partial,low_sample")]
    text = shown(*table_of(rows))
    assert "2026-11¹" in text
    assert "50.0²" in text
    assert "2026-10 " in text


@pytest.mark.parametrize(
    ("value", "unit", "english", "spanish"),
    [
        (0.12345, "percent", "12.3 %", "12,3 %"),
        (-0.0001, "percent", "0.0 %", "0,0 %"),
        (1234567.0, "count", "1,234,567", "1.234.567"),
        (999.994, "money", "999.99 EUR", "999,99 EUR"),
        (12345.6, "money_per_month", "12,346 EUR", "12.346 EUR"),
        (3.25, "days", "3.2 days", "3,2 días"),
        (1.5, "ratio", "1.50", "1,50"),
        (None, "money", "–", "–"),
    ],
)
def test_numbers_for_the_eye(value, unit, english, spanish):
    """
    Rounded, with their unit, with the marks of the language; what rounds to nothing has no sign.
    """
    assert english == words.number(value, unit, "EUR", "en")
    assert spanish == words.number(value, unit, "EUR", "es")


@pytest.mark.parametrize(
    ("text", "begins", "first", "last"),
    [
        ("2026-02", 1, date(2026, 2, 1), date(2026, 2, 28)),
        ("2026-Q4", 1, date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-t1", 1, date(2026, 1, 1), date(2026, 3, 31)),
        ("2026-Q4", 4, date(2027, 1, 1), date(2027, 3, 31)),
        ("2026", 1, date(2026, 1, 1), date(2026, 12, 31)),
        ("2026", 7, date(2026, 7, 1), date(2027, 6, 30)),
        ("2026-W01", 1, date(2025, 12, 29), date(2026, 1, 4)),
        ("2024-02-29", 1, date(2024, 2, 29), date(2024, 2, 29)),
    ],
)
def test_periods_as_people_write_them(text, begins, first, last):
    """
    A period has a first and a last day; quarters and years follow the fiscal year.
    """
    assert (first, last) == periods.span(text, where="--from", fiscal_year_start=begins)


@pytest.mark.parametrize("text", ["2026-13", "2026-00", "2026-Q5", "26-01", "2025-02-29", "2025-W53", "October", ""])
def test_what_is_no_period_is_refused(text):
    """
    Months, quarters, weeks and days that are not in the calendar.
    """
    with pytest.raises(WrongUse):
        periods.span(text, where="--from")


@pytest.mark.parametrize("begins", [1, 2, 4, 12])
@pytest.mark.parametrize("grain", ["quarter", "year"])
def test_a_period_is_found_again_by_its_name(grain, begins):
    """
    What a table calls a period is what --from takes, whenever the fiscal year begins.
    """
    for offset in (0, 3, 6, 9) if grain == "quarter" else (0,):
        month = (begins - 1 + offset) % 12 + 1
        start = date(2026, month, 1)
        name = periods.label(grain, start, "en", begins)
        assert start == periods.span(name, where="--from", fiscal_year_start=begins)[0]


def test_statuses_need_no_target():
    """
    Lower is better for a cost: from 10 to 8 is better, to 12 worse, 10 to 10 unchanged; nothing before says nothing.
    """
    told = [words.status("lower", value, 10.0, "en") for value in (8.0, 12.0, 10.0)]
    assert ["better", "worse", "unchanged"] == told
    assert "–" == words.status("lower", 8.0, None, "en")
