"""
How values read: numbers with their unit, reasons and flags as sentences, in English and Spanish.
"""

from __future__ import annotations

from kpis.words import FLAGS, REASONS

_UNITS = {
    "percent": {"en": "%", "es": "%"},
    "count": {"en": "count", "es": "cantidad"},
    "days": {"en": "days", "es": "días"},
    "ratio": {"en": "ratio", "es": "proporción"},
    "money": {"en": "money", "es": "dinero"},
    "money_per_month": {"en": "money per month", "es": "dinero al mes"},
}
_STATUS = {
    "better": {"en": "better", "es": "mejor"},
    "worse": {"en": "worse", "es": "peor"},
    "same": {"en": "unchanged", "es": "sin cambio"},
    "none": {"en": "–", "es": "–"},
}


def unit(name: str, language: str) -> str:
    """
    A unit in words.
    """
    return _UNITS.get(name, {}).get(language, name)


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
        return _STATUS["none"][language]
    if value == before:
        return _STATUS["same"][language]
    rose = value > before
    return _STATUS["better" if rose == (better == "higher") else "worse"][language]


def number(value: float | None, unit: str, currency: str = "", language: str = "en") -> str:
    """
    A value for the eye: rounded, with its unit.
    """
    if value is None:
        return "–"
    if unit == "percent":
        text = f"{value * 100:,.1f} %"
    elif unit == "count":
        text = f"{value:,.0f}"
    elif unit.startswith("money"):
        digits = 0 if abs(value) >= 1000 else 2
        text = f"{value:,.{digits}f} {currency}".rstrip()
    elif unit == "days":
        text = f"{value:,.1f} " + {"en": "days", "es": "días"}[language]
    else:
        text = f"{value:,.2f}"
    return text.translate(str.maketrans(",.", ".,")) if language == "es" else text
