"""
What a KPI is: a name in every language, a formula, a unit, and what it can be cut by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Literal

from kpis.facts import FACTS
from kpis.formula import Below, Formula, OverKpis, Previous, Whole, YearBefore
from kpis.measure import Balance, Figure, Measure, Needs
from kpis.options import OPTIONS
from kpis.words import BOARDS, FLAGS, REASONS, STATUSES, Text

Unit = Literal["count", "percent", "money", "money_per_month", "money_per_day", "days", "months", "ratio"]
Better = Literal["higher", "lower", "none"]

ORG = "org"
DIMENSIONS = (
    "org",
    "channel",
    "campaign",
    "owner",
    "segment",
    "account",
    "stage",
    "pipeline",
    "product",
    "movement",
    "team",
    "kind",
    "target",
)
GRAINS = ("day", "week", "month", "quarter", "year", "all")
LENGTHS = (*GRAINS, "trailing")
"""
Grains of the calendar, and so many trailing days such as `90d`.
"""


@dataclass(frozen=True)
class Article:
    """
    Where an article speaks of a KPI, with its own formula where it gives one.
    """

    title: str
    formula: str = ""

    def __str__(self) -> str:
        return f"{self.title}: {self.formula}" if self.formula else self.title


@dataclass(frozen=True)
class Band:
    """
    What an article says of values up to a bound.

    Args:
        status: Its code, see `kpis.words.STATUSES`.
        below: The bound, a number or the option that holds it; None for everything above the other bounds.
        is_included: True where the bound itself still belongs to the band.
    """

    status: str
    below: Decimal | str | None = None
    is_included: bool = False


@dataclass(frozen=True, eq=False)
class Kpi:
    """
    A key performance indicator.

    Args:
        id: Never renamed: CRM fields are called after it.
        name: What people call it.
        meaning: What it says, in one sentence.
        formula: Arithmetic over measures; what is shown is what runs.
        unit: How the value reads; percent values are fractions.
        better: Which direction is good.
        by: Dimensions besides the organisation.
        formulas: Dimension -> another formula, where only a part of the figures can be told apart by it.
        grains: Period lengths that make sense.
        articles: The articles that speak of it.
        sample: The figure whose size tells a small sample; by default the denominator of a share when it is a count.
        unreported: Flag -> figure; the flag is raised where the figure is unknown for the organisation.
        whole_periods: True where a part of a period would mislead; always so for growth and for what follows a set.
        supporting: True for figures that others are made of; left out of the listing.
        defaults: Option -> the value that holds for this KPI where nobody chose.
        bands: What the articles say of its values, lowest first.
        warnings: Flag -> comparison that raises it.
        boards: Boards that show it besides `all`.
        caution: How it misleads, and what an article advises.
        is_custom: True where the settings declare it.
    """

    id: str
    name: Text
    meaning: Text
    formula: Formula
    unit: Unit
    better: Better
    by: tuple[str, ...] = ()
    formulas: Mapping[str, Formula] = field(default_factory=dict)
    grains: tuple[str, ...] = LENGTHS
    articles: tuple[Article, ...] = ()
    sample: Figure | None = None
    unreported: Mapping[str, Figure] = field(default_factory=dict)
    whole_periods: bool = False
    supporting: bool = False
    defaults: Mapping[str, object] = field(default_factory=dict)
    bands: tuple[Band, ...] = ()
    warnings: Mapping[str, Below] = field(default_factory=dict)
    boards: tuple[str, ...] = ()
    caution: Text | None = None
    is_custom: bool = False

    def __post_init__(self) -> None:
        strangers = set(self.by) - set(DIMENSIONS) - {ORG}
        if strangers:
            raise ValueError(f"KPI {self.id}: there is no dimension {', '.join(sorted(strangers))}")
        if set(self.formulas) - set(self.by):
            raise ValueError(f"KPI {self.id}: a formula for a dimension that it cannot be cut by")
        for dimension in self.by:
            for measure in cut(self.formula_by(dimension)):
                if dimension not in FACTS[measure.fact].columns:
                    raise ValueError(f"KPI {self.id}: {measure.fact} of {measure.name} has no {dimension}")
        for code in (*self.warnings, *self.unreported):
            if code not in FLAGS:
                raise ValueError(f"KPI {self.id}: there is no flag {code}")
        for band in self.bands:
            if band.status not in STATUSES:
                raise ValueError(f"KPI {self.id}: there is no status {band.status}")
        unknown_boards = set(self.boards) - set(BOARDS)
        if unknown_boards:
            raise ValueError(f"KPI {self.id}: there is no board {', '.join(sorted(unknown_boards))}")
        unknown = self.option_names() - set(OPTIONS)
        if unknown:
            raise ValueError(f"KPI {self.id}: there is no option {', '.join(sorted(unknown))}")

    def formula_by(self, dimension: str) -> Formula:
        return self.formulas.get(dimension, self.formula)

    def all_formulas(self) -> tuple[Formula, ...]:
        return (self.formula, *self.formulas.values())

    @cached_property
    def _option_names(self) -> frozenset[str]:
        names: set[str] = set()
        for formula in self.all_formulas():
            names |= formula.option_names()
            names |= {name for measure in measures(formula) for name in measure.option_names()}
        names |= {name for m in self.all_measures() for name in FACTS[m.fact].settings if name in OPTIONS}
        names |= {band.below for band in self.bands if isinstance(band.below, str)}
        names |= {below.share_off for below in self.warnings.values()}
        return frozenset(names)

    def option_names(self) -> frozenset[str]:
        """
        The options that change it.
        """
        return self._option_names

    def all_measures(self) -> tuple[Measure, ...]:
        return tuple(dict.fromkeys(measure for formula in self.all_formulas() for measure in measures(formula)))

    def needs_whole_periods(self) -> bool:
        return self.whole_periods or any(isinstance(part, Previous | YearBefore) for part in self.formula.walk())

    @property
    def over_kpis(self) -> bool:
        """
        True where it is worked out from the values of other KPIs, not from measures.
        """
        return isinstance(self.formula, OverKpis)

    def needs(self) -> Needs:
        own = self.formula.needs if isinstance(self.formula, OverKpis) else ()
        return tuple(sorted({*own, *(group for measure in self.all_measures() for group in measure.all_needs)}))

    def card(self) -> dict[str, object]:
        """
        Everything a person may want to know about the KPI, as JSON types.
        """
        return {
            "kpi": self.id,
            "name": self.name.as_dict(),
            "meaning": self.meaning.as_dict(),
            "formula": str(self.formula),
            "formulas": {dimension: str(formula) for dimension, formula in self.formulas.items()},
            "unit": self.unit,
            "better": self.better,
            "by": [ORG, *self.by],
            "grains": list(self.grains),
            "article": "; ".join(str(article) for article in self.articles) or None,
            "options": [OPTIONS[name].as_dict() for name in sorted(self.option_names())],
            "reasons_en": {name: text.en for name, text in REASONS.items()},
            "reasons_es": {name: text.es for name, text in REASONS.items()},
            "needs": sorted({table for group in self.needs() for table in group}),
            "supporting": self.supporting,
            "boards": list(self.boards),
            "caution": self.caution.as_dict() if self.caution else None,
            "statuses": [
                {
                    "status": band.status,
                    "below": float(band.below) if isinstance(band.below, Decimal) else band.below,
                    "is_included": band.is_included,
                    "meaning": STATUSES[band.status].as_dict(),
                }
                for band in self.bands
            ],
        }


def measures(formula: Formula) -> tuple[Measure, ...]:
    """
    The measures that a formula is made of, whatever the options say.
    """
    return tuple(dict.fromkeys(part for part in formula.walk() if isinstance(part, Measure)))


def cut(formula: Formula) -> tuple[Measure, ...]:
    """
    The measures that are told apart when the formula is cut: all but those taken of the whole organisation.
    """
    if isinstance(formula, Whole):
        return ()
    own = (formula,) if isinstance(formula, Measure) else ()
    return (*own, *(measure for part in formula.parts() for measure in cut(part)))


def figures(formula: Formula) -> tuple[Figure, ...]:
    """
    The leaves of a formula: measures and balances.
    """
    found: dict[Figure, None] = {}
    for part in formula.walk():
        if isinstance(part, Balance | Measure):
            found[part] = None
    inner = {measure for part in found if isinstance(part, Balance) for measure in (part.enters, part.leaves)}
    return tuple(part for part in found if part not in inner)
