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
_BETTER = {"higher": {"en": "higher", "es": "más alto"}, "lower": {"en": "lower", "es": "más bajo"}}
_DIMENSIONS = {
    "org": {"en": "Whole organisation", "es": "Toda la organización"},
    "channel": {"en": "Channel", "es": "Canal"},
    "campaign": {"en": "Campaign", "es": "Campaña"},
    "owner": {"en": "Owner", "es": "Responsable"},
    "segment": {"en": "Segment", "es": "Segmento"},
    "account": {"en": "Account", "es": "Cuenta"},
    "stage": {"en": "Stage", "es": "Etapa"},
    "product": {"en": "Product", "es": "Producto"},
}
_BRIEF = {
    "zero_denominator": {"en": "nothing to divide by", "es": "sin base"},
    "missing_input": {"en": "no source gives it", "es": "ninguna fuente lo da"},
    "no_prior_period": {"en": "nothing before", "es": "nada anterior"},
    "partial_period": {"en": "period not over", "es": "periodo sin terminar"},
    "immature_cohort": {"en": "too early to say", "es": "aún es pronto"},
    "insufficient_history": {"en": "too little history", "es": "poca historia"},
    "non_positive_margin": {"en": "no margin", "es": "sin margen"},
    "missing_fx_rate": {"en": "no exchange rate", "es": "sin tipo de cambio"},
    "not_applicable": {"en": "no such period", "es": "periodo sin sentido"},
    "bulk_import": {"en": "bulk import", "es": "importación masiva"},
    "is_partial": {"en": "not over yet", "es": "sin terminar"},
    "low_sample": {"en": "few cases", "es": "pocos casos"},
    "missing_created_at": {"en": "dates missing", "es": "faltan fechas"},
    "negative_duration": {"en": "bad dates left out", "es": "sin fechas erróneas"},
    "not_deduplicated": {"en": "visitors repeat", "es": "visitantes repetidos"},
    "partial_cost": {"en": "no salaries", "es": "sin salarios"},
}
_RUN_STATUS = {
    "done, something left out": "hecho, algo quedó fuera",
    "done": "hecho",
    "running": "en curso",
    "failed: the process ended": "falló: el proceso terminó",
}
_STEPS = {
    "pull": {"en": "Pulling", "es": "Leyendo"},
    "model": {"en": "Finding who is one with whom", "es": "Viendo quién es quién"},
    "compute": {"en": "Computing", "es": "Calculando"},
    "push": {"en": "Writing back", "es": "Escribiendo"},
}
_KINDS = {"run": "todo", "pull": "lectura", "compute": "cálculo", "push": "escritura"}


def unit(name: str, language: str) -> str:
    """
    A unit in words.
    """
    return _UNITS.get(name, {}).get(language, name)


def unit_sign(name: str, currency: str, language: str) -> str:
    """
    What stands beside a number of this unit; nothing beside plain numbers.
    """
    if name.startswith("money"):
        return currency
    return unit(name, language) if name in ("percent", "days") else ""


def better(direction: str, language: str) -> str:
    """
    The good direction in words.
    """
    return _BETTER.get(direction, {}).get(language, "–")


def dimension(name: str, language: str) -> str:
    """
    A dimension as a heading.
    """
    return _DIMENSIONS.get(name, {}).get(language, name.capitalize())


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


def brief(code: str, language: str) -> str:
    """
    A reason or flag in two or three words, for a narrow column.
    """
    return _BRIEF.get(code, {}).get(language, code.replace("_", " "))


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


def run_status(status: str, language: str) -> str:
    """
    How a run ended; kept in English, shown in the reader's language.
    """
    if language == "en":
        return status
    if status.startswith("failed at "):
        return f"falló en {status.removeprefix('failed at ').replace('(stopped)', '(detenido)')}"
    return _RUN_STATUS.get(status, status)


def run_kind(kind: str, language: str) -> str:
    """
    What a run did.
    """
    return kind if language == "en" else _KINDS.get(kind, kind)


def step(name: str, language: str) -> str:
    """
    What a job is doing.
    """
    return _STEPS.get(name, {}).get(language, name)


def figure(value: float | None, unit: str, language: str = "en") -> str:
    """
    A value rounded for the eye, without its unit.
    """
    if value is None:
        return "–"
    digits = {"percent": 1, "count": 0, "days": 1, "ratio": 2}.get(unit, 0 if abs(value) >= 1000 else 2)
    shown = round(value * 100 if unit == "percent" else value, digits)
    return localized(f"{shown + 0.0:,.{digits}f}", language)  # + 0.0: what rounds to nothing has no sign


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
