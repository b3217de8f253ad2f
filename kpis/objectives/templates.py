"""
Templates: objectives worth setting for the relation with customers, each with its baseline taken from history.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kpis.catalogue import CATALOGUE
from kpis.engine import Question
from kpis.model import Kpi
from kpis.objectives.objective import Span
from kpis.words import Text


@dataclass(frozen=True)
class Template:
    """
    An objective to start from.

    Args:
        kpi: The KPI that would be followed.
        why: What a good relation has to do with it.
    """

    kpi: str
    why: Text


TEMPLATES = (
    Template(
        "account_engagement",
        Text(en="Customers who are spoken with stay.", es="El cliente con el que se habla se queda."),
    ),
    Template(
        "engaged_account_rate",
        Text(
            en="Marketing and sales should both be in touch with an account.",
            es="Marketing y ventas deben estar ambos en contacto con la cuenta.",
        ),
    ),
    Template(
        "account_retention_rate",
        Text(en="An account kept need not be won again.", es="Una cuenta conservada no hay que volver a ganarla."),
    ),
    Template(
        "net_mrr_retention_rate",
        Text(en="A good relation grows by itself.", es="Una buena relación crece por sí sola."),
    ),
    Template(
        "product_adoption_rate",
        Text(en="What is used is renewed.", es="Lo que se usa se renueva."),
    ),
    Template(
        "tickets_per_account",
        Text(
            en="Fewer questions mean that the product explains itself.",
            es="Menos consultas indican que el producto se explica solo.",
        ),
    ),
    Template(
        "onboarding_time",
        Text(en="A quick start sets the tone.", es="Un arranque rápido marca el tono."),
    ),
    Template(
        "referrals",
        Text(en="Who is satisfied brings others.", es="Quien está satisfecho trae a otros."),
    ),
)


@dataclass(frozen=True)
class Suggestion:
    """
    An objective without its target, which is for a person to set.

    Args:
        template: What it is made from.
        span: The running period, for which it would be set.
        baseline: The value of the last period that is over; None where there is none.
        reason: Why there is none.
        text: What to do and why; the baseline is told apart, in its own unit.
    """

    template: Template
    span: Span
    baseline: float | None
    reason: str | None
    text: Text

    @property
    def kpi(self) -> Kpi:
        return CATALOGUE[self.template.kpi]

    def row(self) -> dict[str, object]:
        """
        A row for `targets.csv`; its value is left empty.
        """
        return {
            "kpi": self.template.kpi,
            "dimension": "org",
            "member": None,
            "starts_on": self.span.starts_on,
            "ends_on": self.span.ends_on,
            "baseline": self.baseline,
            "value": None,
        }


def history(grain: str, as_of: date, fiscal_year_start: int = 1, kpis: Sequence[str] = ()) -> Question:
    """
    The question whose answers `suggestions` takes: every KPI in the last period that is over.

    Args:
        grain: Length of the period: month, quarter or year.
        as_of: Today.
        fiscal_year_start: Month in which the year begins [1 to 12].
        kpis: Ids of KPIs; those of the templates if none is given.
    """
    before = Span.running(grain, as_of, fiscal_year_start).before(fiscal_year_start)
    ids = tuple(kpis) or tuple(template.kpi for template in TEMPLATES)
    return Question(ids, (grain,), before.starts_on, before.ends_on, as_of)


def suggestions(
    answers: Sequence[Mapping[str, Any]], grain: str, as_of: date, fiscal_year_start: int = 1
) -> list[Suggestion]:
    """
    An objective for each KPI asked, to run over the period of today.

    Args:
        answers: Rows that answer `history`.
        grain: Length of the period.
        as_of: Today.
        fiscal_year_start: Month in which the year begins [1 to 12].

    Returns:
        One suggestion per KPI, in the order of the answers.
    """
    span = Span.running(grain, as_of, fiscal_year_start)
    why = {template.kpi: template for template in TEMPLATES}
    found = []
    for row in answers:
        if row["dimension"] == "org" and row["kpi"] in CATALOGUE:
            kpi = CATALOGUE[row["kpi"]]
            template = why.get(kpi.id, Template(kpi.id, kpi.meaning))
            found.append(Suggestion(template, span, row["value"], row["reason"], _text(kpi, template)))
    return found


def _text(kpi: Kpi, template: Template) -> Text:
    verb = {
        "higher": Text(en="Raise", es="Subir"),
        "lower": Text(en="Lower", es="Bajar"),
        "none": Text(en="Move", es="Mover"),
    }[kpi.better]
    return Text(en=f"{verb.en} “{kpi.name.en}”: {template.why.en}", es=f"{verb.es} «{kpi.name.es}»: {template.why.es}")
