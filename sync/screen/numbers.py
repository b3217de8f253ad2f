"""
Numbers of any unit for one reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kpis.catalogue import CATALOGUE
from kpis.model import Kpi
from sync import words


@dataclass(frozen=True)
class Reader:
    """
    Who reads.

    Args:
        language: en or es.
        currency: The reporting currency.
        fiscal_year_start: Month in which the year begins [1 to 12].
        kpis: KPIs by id.
    """

    language: str
    currency: str
    fiscal_year_start: int = 1
    kpis: Mapping[str, Kpi] = field(default_factory=lambda: CATALOGUE)

    def say(self, en: str, es: str) -> str:
        return es if self.language == "es" else en

    def number(self, value: float | None, kpi: Kpi) -> str:
        return words.number(value, kpi.unit, self.currency, self.language)

    def number_of(self, value: float | None, id: str) -> str:
        """
        A value of a KPI by its id, plainly where there is none of that id.
        """
        return self.number(value, self.kpis[id]) if id in self.kpis else plainly(value, self.language)

    def moved(self, change: float, kpi: Kpi) -> str:
        """
        A difference of two values, with its sign; that of two shares is in points.
        """
        sign = "+" if change > 0 else ""
        if kpi.unit == "percent":
            return f"{sign}{words.figure(change, 'percent', self.language)} {self.say('points', 'puntos')}"
        return f"{sign}{self.number(change, kpi)}"


def plainly(value: float | None, language: str) -> str:
    """
    A number whose unit nobody states: as many digits as it takes to tell it.
    """
    if value is None:
        return "–"
    if float(value).is_integer():
        return words.localized(f"{value + 0.0:,.0f}", language)
    text = f"{value:,.2f}" if abs(value) >= 1 else f"{value:.4g}"
    return words.localized(text, language)
