"""
How values read: numbers with their unit, reasons and flags as sentences, in English and Spanish.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kpis.words import FLAGS, REASONS, STATUSES
from sync import vocabulary


def unit(name: str, language: str) -> str:
    """
    A unit in words.
    """
    return vocabulary.UNITS.get(name, {}).get(language, name)


def unit_sign(name: str, currency: str, language: str) -> str:
    """
    What stands beside a number of this unit; nothing beside plain numbers.
    """
    if name.startswith("money"):
        return currency + vocabulary.PER.get(name, {}).get(language, "")
    return unit(name, language) if name in ("percent", "days", "months") else ""


def better(direction: str, language: str) -> str:
    """
    The good direction in words.
    """
    return vocabulary.BETTER.get(direction, {}).get(language, "–")


def dimension(name: str, language: str) -> str:
    """
    A dimension as a heading.
    """
    return vocabulary.DIMENSIONS.get(name, {}).get(language, name.capitalize())


def grain(name: str, language: str) -> str:
    """
    A length of period in words.
    """
    return vocabulary.GRAINS.get(name, {}).get(language, name)


def reason(code: str | None, language: str) -> str | None:
    """
    Why there is no value, as a sentence.
    """
    if not code:
        return None
    text = REASONS.get(code)
    return getattr(text, language) if text else code


def flags(codes: str | None, language: str) -> str | None:
    """
    What to keep in mind about a value, as sentences.
    """
    if not codes:
        return None
    return " ".join(getattr(FLAGS[code], language) if code in FLAGS else code for code in codes.split(","))


def judged(code: str, language: str) -> str:
    """
    What an article, or a target, says of a value, as a sentence.
    """
    return getattr(STATUSES[code], language) if code in STATUSES else code


def standing(code: str, language: str) -> str:
    """
    How an objective stands, in two words.
    """
    return vocabulary.STANDING.get(code, {}).get(language, code)


def brief(code: str, language: str) -> str:
    """
    A reason or flag in two or three words, for a narrow column.
    """
    return vocabulary.BRIEF.get(code, {}).get(language, code.replace("_", " "))


def band(status: Mapping[str, Any], unit: str, language: str) -> str:
    """
    A status of a KPI's card: up to which value it holds, and what it says.
    """
    below, meaning = status["below"], status["meaning"][language]
    if below is None:
        return f"{vocabulary.BEYOND[language]}: {meaning}"
    bound = (
        str(below) if isinstance(below, str) else figure(below, unit, language) + (" %" if unit == "percent" else "")
    )
    return f"{'≤' if status['is_included'] else '<'} {bound}: {meaning}"


def option(held: Mapping[str, Any], language: str) -> str:
    """
    An option of a KPI's card: its default, the words it takes, what it decides.
    """
    default = "–" if held["default"] is None else held["default"]
    choices = f" ({', '.join(held['values'])})" if held["values"] else ""
    return f"{held['name']} = {default}{choices}: {held['meaning'][language]}"


def change(value: float | None, before: float | None) -> float | None:
    """
    The relative change; None where it would mean nothing.
    """
    if value is None or not before:
        return None
    return (value - before) / abs(before)


def status(better: str, value: float | None, before: float | None, language: str) -> str:
    """
    Whether a value moved the right way; no target is needed for that.
    """
    if value is None or before is None or better == "none":
        return vocabulary.STATUS["none"][language]
    if value == before:
        return vocabulary.STATUS["same"][language]
    rose = value > before
    return vocabulary.STATUS["better" if rose == (better == "higher") else "worse"][language]


def run_status(status: str, language: str) -> str:
    """
    How a run ended; kept in English, shown in the reader's language.
    """
    if language == "en":
        return status
    if status.startswith("failed at "):
        return f"falló en {status.removeprefix('failed at ').replace('(stopped)', '(detenido)')}"
    return vocabulary.RUN_STATUS.get(status, status)


def run_kind(kind: str, language: str) -> str:
    """
    What a run did.
    """
    return kind if language == "en" else vocabulary.KINDS.get(kind, kind)


def step(name: str, language: str) -> str:
    """
    What a job is doing.
    """
    return vocabulary.STEPS.get(name, {}).get(language, name)


def figure(value: float | None, unit: str, language: str = "en") -> str:
    """
    A value rounded for the eye, without its unit.
    """
    if value is None:
        return "–"
    digits = {"percent": 1, "count": 0, "days": 1, "months": 1, "ratio": 2}.get(unit, 0 if abs(value) >= 1000 else 2)
    shown = round(value * 100 if unit == "percent" else value, digits)
    return localized(f"{shown + 0.0:,.{digits}f}", language)  # + 0.0: what rounds to nothing has no sign


def span(low: float, high: float, unit: str, language: str = "en") -> str:
    """
    An interval without its unit, rounded one step more than a value.
    """
    if unit == "percent":
        return f"{round(low * 100)}–{round(high * 100)}"
    return f"{figure(low, unit, language)}–{figure(high, unit, language)}"


def localized(text: str, language: str) -> str:
    """
    An English number with the marks of a language.
    """
    return text.translate(str.maketrans(",.", ".,")) if language == "es" else text


def number(value: float | None, unit: str, currency: str = "", language: str = "en") -> str:
    """
    A value for the eye: rounded, with its unit.
    """
    sign = unit_sign(unit, currency, language)
    return figure(value, unit, language) + (f" {sign}" if sign and value is not None else "")
