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
from kpis.attribution import MODELS
from kpis.catalogue import CATALOGUE
from kpis.model import DIMENSIONS, LENGTHS
from kpis.words import FLAGS, REASONS, STATUSES
from sync import console, periods, screen, words
from sync.attribution import Comparison
from sync.check import Checked
from sync.explain.objectives import Objective, Version
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
        "period_end": date(2026, 10, 31),
        "dimension": "org",
        "member": "all",
        "member_id": own.get("member", "all"),
        "value": 0.5,
        "previous": 0.25,
        "year_before": None,
        "reason": None,
        "flags": "",
        "interval_low": None,
        "interval_high": None,
        "target": None,
        "status": None,
    } | own


def table_of(rows, language="en", by=(), width=100):
    return screen.values(rows, by, screen.Look("EUR", language, width))


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
    assert ["Tasa", "de", "éxito", "%", "50,0", "25,0", "–", "mejor", "pocos", "casos"] == line.split()
    assert "Mes" in text


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
        (12345.6, "money_per_month", "12,346 EUR/month", "12.346 EUR/mes"),
        (12.3456, "money_per_day", "12.35 EUR/day", "12,35 EUR/día"),
        (7.25, "months", "7.2 months", "7,2 meses"),
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


def test_a_small_share_shows_where_it_lies():
    """
    Two of three won: below 66.7 stands that anything from 21 to 94 is likely, and what that line is.
    """
    rows = [row(value=2 / 3, flags="low_sample", interval_low=0.2077, interval_high=0.9385)]
    lines = shown(*table_of(rows), *screen.notes(rows, "en")).splitlines()
    [at] = [index for index, line in enumerate(lines) if "66.7¹" in line]
    assert "21–94" == lines[at + 1].strip()
    assert any("95 % confidence" in line for line in lines)


def test_a_target_stands_below_its_value():
    """
    A target of 40 % was met by 50 % and missed by 30 %; of a month that is not over neither is said.
    """
    rows = [
        row(target=0.4, status="met"),
        row(period_start=date(2026, 9, 1), value=0.3, target=0.4, status="missed"),
        row(period_start=date(2026, 11, 1), value=0.3, target=0.4, status="missed", flags="is_partial"),
    ]
    lines = shown(*table_of(rows), *screen.notes(rows, "en")).splitlines()
    [at] = [index for index, line in enumerate(lines) if "Win rate" in line]
    assert ["✗", "40.0", "✓", "40.0", "·", "40.0"] == lines[at + 1].split()
    assert any(line.startswith("Below a value with a target") for line in lines)
    assert not any("was not met" in line for line in lines)


def test_what_an_article_says_of_a_value_is_a_mark():
    """
    A ROMI below zero carries a mark that the notes explain, in the reader's language.
    """
    rows = [row(kpi="romi", value=-0.25, status="loses_money")]
    text = shown(*table_of(rows, "es"), *screen.notes(rows, "es"))
    assert "-25,0¹" in text
    assert "¹ Pierde dinero" in text


def test_members_of_one_name_stay_apart():
    """
    Two owners are called Ana: two lines, each with its own value, told apart by their ids.
    """
    rows = [
        row(dimension="owner", member="Ana", member_id="crm:1", value=0.25),
        row(dimension="owner", member="Ana", member_id="crm:2", value=0.75),
        row(dimension="owner", member="Bo", member_id="crm:3", value=1.0),
    ]
    lines = shown(*table_of(rows, by=("owner",))).splitlines()
    assert [["Ana (crm:1)", "25.0"], ["Ana (crm:2)", "75.0"], ["Bo", "100.0"]] == [
        line.strip().rsplit(maxsplit=1) for line in lines if line.strip().startswith(("Ana", "Bo"))
    ]


def test_trailing_days_are_told_by_their_last():
    """
    90 days to 20 November: the heading says how many and until when.
    """
    rows = [row(grain="90d", period_start=date(2026, 8, 23), period_end=date(2026, 11, 20))]
    lines = shown(*table_of(rows, "es")).splitlines()
    [at] = [index for index, line in enumerate(lines) if "90d hasta" in line]
    assert ["KPI", "2026-11-20"] == lines[at + 1].split()


def test_the_same_days_stand_beside_each_other():
    """
    Half so far, a quarter after as many days of October: better; each with its unit, the year before unknown.
    """
    rows = [row(dimension="channel", member="Email", flags="is_partial"), row(flags="is_partial")]
    text = shown(*screen.same_days(rows, ("channel",), screen.Look("EUR", "en")))
    told = [line.split() for line in text.splitlines() if "50.0 %" in line]
    assert [["Email"], ["Whole", "organisation"]] == [line[:-6] for line in told]
    assert ["50.0", "%", "25.0", "%", "–", "better"] == told[0][-6:]
    assert "So far¹" in text


def test_the_catalogue_reads_by_board():
    """
    A KPI of two boards stands under both, one of none under the others, and a board alone has only its own.
    """
    cards = [CATALOGUE[id].card() for id in ("cost_per_lead", "mrr")]
    text = shown(*screen.catalogue(cards, "en"))
    heads = [line.strip() for line in text.splitlines() if line and not line.startswith(" ")]
    assert ["The process: for the marketing team", "Five measures of marketing", "All others"] == heads
    assert 2 == text.count("Cost per lead")
    alone = shown(*screen.catalogue([CATALOGUE["cost_per_lead"].card()], "es", "process"))
    assert 1 == alone.count("cost_per_lead")
    assert "El proceso" in alone


def test_a_card_says_how_a_kpi_misleads():
    """
    The card of ROMI: what it says, its caution, the article's own formula, its bands with their bounds, its options.
    """
    text = " ".join(shown(screen.card(CATALOGUE["romi"].card(), "en"), width=200).split())
    for told in ("Caution", "Ingresos de marketing", "< 0.0 %: Loses money", "≤ romi_bar", "lookback_days = 90"):
        assert told in text, told


def test_every_code_has_spanish_words():
    """
    Units, dimensions, lengths of period, statuses, and the short form of every reason and flag.
    """
    for said, codes in (
        (words.unit, {kpi.unit for kpi in CATALOGUE.values()} - {"percent"}),
        (words.grain, LENGTHS),
        (words.brief, {*REASONS, *FLAGS, *STATUSES} - {"met", "missed", "on_track", "behind"}),
        (words.judged, STATUSES),
        (words.standing, ("met", "missed", "on_track", "behind")),
        (words.dimension, set(DIMENSIONS) - {"pipeline"}),
    ):
        for code in codes:
            assert said(code, "es").lower() not in (code, code.replace("_", " ")), code


def credits(member, **own):
    """
    What models give a member: half a customer each unless told otherwise.
    """
    models = dict.fromkeys(MODELS, 0.5) | own
    told = [value for name, value in models.items() if name not in ("auto", "primary_campaign")]
    is_attributed = member is not None
    return models | {
        "is_attributed": is_attributed,
        "member": member,
        "label": member,
        "lowest": min(told),
        "highest": max(told),
    }


def test_models_stand_beside_each_other():
    """
    Ads get 0.5, by the last touch 2.5; half a customer is attributed to nothing, so each model has 1 or 3 in all; a
    channel that no model credits is named apart. Never wider than the screen.
    """
    nothing = dict.fromkeys(MODELS, 0.0)
    rows = [credits("Ads", last=2.5), credits("Email", **nothing), credits(None)]
    found = Comparison("channel", "customer", date(2026, 1, 1), date(2026, 3, 31), 90, rows, ())
    text = shown(*screen.attribution(found, "EUR", "en", 70), width=70)
    assert max(len(line) for line in text.splitlines()) <= 70
    assert "0.50–2.50" in text
    assert "No credit in any model: Email." in text
    [first, *_] = [line.split() for line in text.splitlines() if "Total" in line]
    assert {"1.00", "3.00"} == set(first[1:])
    assert "Unattributed" in text


def test_an_objective_says_who_and_what_next():
    """
    From 10 to 16 on the way to 18 is three quarters, after half of the time: on track; it was 15 before.
    """
    versions = (
        Version(18.0, 10.0, datetime(2026, 2, 1, tzinfo=UTC)),
        Version(15.0, 10.0, datetime(2026, 1, 1, tzinfo=UTC)),
    )
    aim = Objective(
        kpi="new_leads",
        dimension="org",
        member="all",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 30),
        target=18.0,
        baseline=10.0,
        actual=16.0,
        value=0.75,
        reason=None,
        status="on_track",
        owner="Ana [bold]",
        next_step="Call them",
        versions=versions,
        period=None,
    )
    text = shown(*screen.objectives([aim], date(2026, 3, 15), screen.Look("EUR", "en")))
    [line] = [line for line in text.splitlines() if "New leads" in line]
    assert ["10", "16", "18", "75.0", "%", "50.0", "%", "on", "track"] == line.split()[2:]
    for told in ("was 15 2026-01-01", "Ana [bold]", "→ Call them", "2026-03-01 – 2026-03-30"):
        assert told in text, told
    narrow = shown(*screen.objectives([aim], date(2026, 3, 15), screen.Look("EUR", "es", 70)), width=70)
    assert max(len(line) for line in narrow.splitlines()) <= 70
    for told in ("inicio 10", "real 16", "meta 18", "75,0 %", "50,0 % del tiempo", "en plazo"):
        assert told in narrow, told
    assert "Ningún objetivo" in shown(*screen.objectives([], date(2026, 3, 15), screen.Look("EUR", "es")))


@pytest.mark.parametrize("text", ["month", "90d", "1d", "all"])
def test_lengths_of_period(text):
    """
    Those of the calendar, and any number of trailing days.
    """
    assert text == periods.grain(text, where="--period")


@pytest.mark.parametrize("text", ["", "d", "0d", "-3d", "months", "9999999999999d", "٣d", "1.5d"])
def test_what_is_no_length_is_refused(text):
    """
    Nothing, no days, too many, other digits: refused with what can be asked.
    """
    with pytest.raises(WrongUse, match="trailing days such as 90d"):
        periods.grain(text, where="--period")
