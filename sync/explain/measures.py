"""
What a term counts, in words: the fact, the date that places a row, the condition.
"""

from __future__ import annotations

import re

from kpis.engine.explain import Explanation
from kpis.formula import Formula, InMonths, Lagged, LastMonths, Previous, Setting, WherePaid, Whole, YearBefore
from kpis.measure import Balance, Measure, Standing, Trailing
from kpis.words import Text


def meaning(explanation: Explanation, term: str, as_of: object, lag_months: int) -> Text:
    """
    A term in words.

    Args:
        as_of: The organisation's day.
        lag_months: How long a median sales cycle takes [months].
    """
    leaf = explanation.terms[term]
    if isinstance(leaf, Setting):
        return Text(en=f"the option {leaf.option}", es=f"la opción {leaf.option}")
    figure = explanation.figure(term)
    values = {**explanation.options, "as_of": as_of, "start": explanation.asked.start, "timezone": ""}
    if isinstance(figure, Balance):
        told = _balance(figure, values)
    else:
        assert isinstance(figure, Measure)
        told = _measure(figure, values)
    beside = _beside(leaf, lag_months)
    return Text(en=f"{told.en}{beside.en}", es=f"{told.es}{beside.es}") if beside else told


def _beside(leaf: Formula, lag_months: int) -> Text | None:
    if isinstance(leaf, Previous):
        return Text(en="; of the period before", es="; del periodo anterior")
    if isinstance(leaf, YearBefore):
        return Text(en="; of the same period a year before", es="; del mismo periodo un año antes")
    if isinstance(leaf, Whole):
        return Text(en="; of the whole organisation", es="; de toda la organización")
    if isinstance(leaf, Lagged):
        return Text(
            en=f"; {lag_months} months earlier, as a median sales cycle takes",
            es=f"; {lag_months} meses antes, lo que dura un ciclo de venta mediano",
        )
    if isinstance(leaf, LastMonths):
        months = "month" if leaf.months == 1 else f"{leaf.months} months"
        meses = "último mes" if leaf.months == 1 else f"{leaf.months} últimos meses"
        return Text(en=f"; of the last {months}", es=f"; del {meses}" if leaf.months == 1 else f"; de los {meses}")
    if isinstance(leaf, WherePaid):
        return Text(
            en="; of the whole organisation only those of channels with a cost",
            es="; de toda la organización solo los de canales con costo",
        )
    if isinstance(leaf, InMonths):
        return Text(en="; of months what whole months say", es="; de los meses lo que dicen los meses enteros")
    return None


def _measure(figure: Measure, values: dict[str, object]) -> Text:
    what = _what(figure, values)
    when = _when(figure, values)
    where = _condition(figure.where, values)
    return Text(
        en=f"{what.en}, {when.en}{f', where {where}' if where else ''}",
        es=f"{what.es}, {when.es}{f', donde {where}' if where else ''}",
    )


def _balance(figure: Balance, values: dict[str, object]) -> Text:
    what = _what(figure.enters, values)
    edge = {
        "open": Text(en="at the opening of the period", es="al inicio del periodo"),
        "close": Text(en="at the close of the period", es="al cierre del periodo"),
    }[figure.edge]
    if figure.leaves is None:
        ends = Text(en="all changes up to then", es="todos los cambios hasta entonces")
    else:
        ends = Text(
            en=f"from {_column(figure.enters.at)} until {_column(figure.leaves.at)}",
            es=f"desde {_column(figure.enters.at)} hasta {_column(figure.leaves.at)}",
        )
    where = _condition(figure.enters.where, values)
    return Text(
        en=f"{what.en} {edge.en}, {ends.en}{f', where {where}' if where else ''}",
        es=f"{what.es} {edge.es}, {ends.es}{f', donde {where}' if where else ''}",
    )


def _what(figure: Measure, values: dict[str, object]) -> Text:
    fact = figure.fact.removeprefix("fact_")
    if figure.per:
        return Text(
            en=f"how many {figure.per} in {fact}, each once",
            es=f"cuántos {figure.per} en {fact}, cada uno una vez",
        )
    kind, _, inner = figure.aggregate.partition("(")
    if kind == "count":
        return Text(en=f"number of rows of {fact}", es=f"número de filas de {fact}")
    of = _written(inner.removesuffix(")"), values)
    word = {"sum": Text(en="sum", es="suma"), "median": Text(en="median", es="mediana")}[kind]
    return Text(en=f"{word.en} of {of} in {fact}", es=f"{word.es} de {of} en {fact}")


def _when(figure: Measure, values: dict[str, object]) -> Text:
    at = _column(figure.at)
    if isinstance(figure.rule, Standing):
        until = _column(figure.rule.until)
        return Text(
            en=f"open at the close of the period ({at} to {until})",
            es=f"abiertas al cierre del periodo ({at} a {until})",
        )
    if isinstance(figure.rule, Trailing):
        size = figure.rule.length(values)
        days = {"day": "días", "month": "meses"}[figure.rule.unit]
        return Text(
            en=f"with {at} in the {size} {figure.rule.unit}s up to its close",
            es=f"con {at} en los {size} {days} hasta su cierre",
        )
    return Text(en=f"with {at} in the period", es=f"con {at} en el periodo")


def _column(at: str) -> str:
    return at.replace('"', "")


def _condition(where: str | None, values: dict[str, object]) -> str | None:
    return None if where is None else _written(where.replace("(true) and ", ""), values)


def _written(text: str, values: dict[str, object]) -> str:
    """
    An expression as the catalogue has it, with the options in force in place of their names.
    """
    return re.sub(r"(?<!:):([a-z_]+)", lambda hole: _value(values.get(hole[1])), text).replace('"', "")


def _value(value: object) -> str:
    if value is None:
        return "null"
    return f"'{value}'" if isinstance(value, str) else str(value)
