"""
Words that people read, in every language Noria speaks.
"""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Text:
    """
    One text in English and Spanish; neither may be empty.
    """

    en: str
    es: str

    def __post_init__(self) -> None:
        missing = [field.name for field in fields(self) if not str(getattr(self, field.name)).strip()]
        if missing:
            raise ValueError(f"a text has no words in: {', '.join(missing)}")

    def as_dict(self) -> dict[str, str]:
        return {"en": self.en, "es": self.es}


REASONS: dict[str, Text] = {
    "zero_denominator": Text(en="Nothing to divide by in this period.", es="No hay entre qué dividir en este periodo."),
    "missing_input": Text(
        en="No connected source gave the figures this needs.",
        es="Ninguna fuente conectada dio los datos que hacen falta.",
    ),
    "no_prior_period": Text(
        en="The period before had nothing to compare with.", es="El periodo anterior no tiene con qué comparar."
    ),
    "partial_period": Text(
        en="The period is not over, and a part of it would mislead.",
        es="El periodo no ha terminado y una parte engañaría.",
    ),
    "immature_cohort": Text(
        en="Some of these leads still have time to get there.", es="Algunos de estos leads todavía están a tiempo."
    ),
    "insufficient_history": Text(en="There are too few months of history.", es="Hay muy pocos meses de historia."),
    "non_positive_margin": Text(en="The gross margin is zero or less.", es="El margen bruto es cero o menor."),
    "missing_fx_rate": Text(
        en="An amount has a currency without an exchange rate for its day.",
        es="Un importe tiene una moneda sin tipo de cambio para su día.",
    ),
    "not_applicable": Text(
        en="This figure has no meaning for periods of this length.",
        es="Esta cifra no tiene sentido para periodos de esta duración.",
    ),
}

FLAGS: dict[str, Text] = {
    "bulk_import": Text(
        en="Counts leads that came in by a bulk import.", es="Cuenta leads que llegaron en una importación masiva."
    ),
    "is_partial": Text(en="The period is not over yet.", es="El periodo aún no ha terminado."),
    "low_sample": Text(
        en="Rests on few cases and may swing by chance.", es="Se apoya en pocos casos y puede oscilar por azar."
    ),
    "missing_created_at": Text(
        en="Some deals have no creation date and are in no opening pipeline.",
        es="Algunos negocios no tienen fecha de creación y no están en ningún pipeline inicial.",
    ),
    "missing_fx_rate": REASONS["missing_fx_rate"],
    "negative_duration": Text(
        en="Deals that closed before they were created were left out.",
        es="Se dejaron fuera negocios cerrados antes de crearse.",
    ),
    "not_deduplicated": Text(
        en="Visitors are summed over days, so some count more than once.",
        es="Los visitantes se suman por días y algunos cuentan más de una vez.",
    ),
    "partial_cost": Text(
        en="No salaries were reported, so the cost is not whole.",
        es="No se informaron salarios, así que el costo no está completo.",
    ),
}
