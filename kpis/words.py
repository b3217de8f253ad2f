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
        en="This figure has no meaning for periods of this length, or for several objectives together.",
        es="Esta cifra no tiene sentido para periodos de esta duración o para varios objetivos juntos.",
    ),
}

FLAGS: dict[str, Text] = {
    "bulk_import": Text(
        en="Counts leads that came in by a bulk import.", es="Cuenta leads que llegaron en una importación masiva."
    ),
    "frequency_value_correlated": Text(
        en="Accounts that order often have orders of another value, which the model takes as unrelated.",
        es="Las cuentas que compran a menudo hacen pedidos de otro valor, y el modelo los supone sin relación.",
    ),
    "is_partial": Text(en="The period is not over yet.", es="El periodo aún no ha terminado."),
    "low_sample": Text(
        en="Rests on few cases and may swing by chance.", es="Se apoya en pocos casos y puede oscilar por azar."
    ),
    "missing_created_at": Text(
        en="Some deals have no creation date and are in no opening pipeline.",
        es="Algunos negocios no tienen fecha de creación y no están en ningún pipeline inicial.",
    ),
    "duplicates_left_out": Text(
        en="Equal records of one minute were counted once.",
        es="Registros iguales del mismo minuto se contaron una vez.",
    ),
    "missing_fx_rate": REASONS["missing_fx_rate"],
    "negative_duration": Text(
        en="What ended before it began was left out.",
        es="Se dejó fuera lo que terminó antes de empezar.",
    ),
    "not_deduplicated": Text(
        en="Visitors are summed over days, so some count more than once.",
        es="Los visitantes se suman por días y algunos cuentan más de una vez.",
    ),
    "no_cost_that_month": Text(
        en="Some accounts began in a month without cost; what they cost is unknown and left out.",
        es="Algunas cuentas empezaron en un mes sin costos; lo que costaron se desconoce y queda fuera.",
    ),
    "no_unconverted_paths": Text(
        en="Fitted to journeys that all converted, so it only measures presence.",
        es="Ajustado a recorridos que convirtieron todos, así que solo mide presencia.",
    ),
    "read_with_care": Text(
        en="The win rate fell well below its six months: more leads need not mean more sales.",
        es="La tasa de éxito cayó muy por debajo de sus seis meses: más leads no implican más ventas.",
    ),
    "partial_cost": Text(
        en="No salaries were reported, so the cost is not whole.",
        es="No se informaron salarios, así que el costo no está completo.",
    ),
}

STATUSES: dict[str, Text] = {
    "loses_money": Text(
        en="Loses money: adjust it before stopping it.", es="Pierde dinero: conviene ajustarlo antes de pararlo."
    ),
    "recovers_spend": Text(
        en="Recovers its spend, below the article's bar: adjust it before stopping it.",
        es="Recupera lo gastado, por debajo del listón del artículo: conviene ajustarlo antes de pararlo.",
    ),
    "above_bar": Text(en="Above the article's bar.", es="Por encima del listón del artículo."),
    "below_break_even": Text(en="Brought back less than it cost.", es="Devolvió menos de lo que costó."),
    "above_break_even": Text(en="Brought back more than it cost.", es="Devolvió más de lo que costó."),
    "as_expected": Text(en="As the article expects.", es="Como espera el artículo."),
    "review": Text(
        en="A customer costs more than an average ticket: look at it. This is a general exercise, not the real detail.",
        es="Un cliente cuesta más que un ticket medio: hay que revisarlo. Es un ejercicio general, no el detalle real.",
    ),
    "traffic_drop": Text(
        en="Visits fell sharply: look for technical faults, a search penalty or broken links.",
        es="Las visitas cayeron mucho: busque fallos técnicos, una penalización del buscador o enlaces rotos.",
    ),
    "met": Text(en="The target was met.", es="Se cumplió el objetivo."),
    "missed": Text(en="The target was not met.", es="No se cumplió el objetivo."),
    "on_track": Text(en="Got at least as far as time has.", es="Avanzó al menos tanto como el tiempo."),
    "behind": Text(en="Got less far than time has.", es="Avanzó menos que el tiempo."),
}

BOARDS: dict[str, Text] = {
    "process": Text(en="The process: for the marketing team", es="El proceso: para el equipo de marketing"),
    "ceo": Text(en="Results and cost: for the CEO", es="Resultados y costo: para la dirección"),
    "sales": Text(en="Sales team", es="Equipo de ventas"),
    "customer_success": Text(en="Customer success", es="Éxito del cliente"),
    "marketing": Text(en="Five measures of marketing", es="Cinco medidores de marketing"),
    "automation": Text(en="CRM automation", es="Automatización de CRM"),
}
