"""
Conversion and pipeline: from lead to customer, from deal to won.
"""

from __future__ import annotations

from kpis.catalogue import measures as m
from kpis.catalogue.articles import article
from kpis.model import Kpi
from kpis.words import Text

_LEAD_CUTS = ("channel", "campaign", "owner", "segment")
_DEAL_CUTS = ("channel", "owner", "segment", "product", "pipeline")

LEAD_CONVERSION_RATE_COHORT = Kpi(
    "lead_conversion_rate_cohort",
    name=Text(en="Lead conversion, cohort", es="Tasa de conversión de leads (cohorte)"),
    meaning=Text(
        en="Of the leads created in the period, the share whose account became a customer within the window.",
        es="De los leads creados en el periodo, la parte cuya cuenta se hizo cliente dentro de la ventana.",
    ),
    formula=m.converted_of_cohort / m.prospect_cohort,
    unit="percent",
    better="higher",
    by=_LEAD_CUTS,
    articles=(article(0), article(3, "(Número de Clientes / Número de Leads) × 100")),
)

LEAD_CONVERSION_RATE_PERIOD = Kpi(
    "lead_conversion_rate_period",
    name=Text(en="Lead conversion, period", es="Tasa de conversión de leads (periodo)"),
    meaning=Text(
        en="New customers of the period against the leads created in it; may pass 100 %.",
        es="Clientes nuevos del periodo frente a los leads creados en él; puede pasar del 100 %.",
    ),
    formula=(m.new_customers + m.customers_without_account) / m.prospects,
    unit="percent",
    better="higher",
    by=_LEAD_CUTS,
    articles=(article(3, "(Número de Clientes / Número de Leads) × 100"), article(0)),
)

CLOSE_RATE_PIPELINE = Kpi(
    "close_rate_pipeline",
    name=Text(en="Close rate", es="Tasa de cierre"),
    meaning=Text(
        en="Deals won, of those open at the start of the period or created in it.",
        es="Negocios ganados, de los abiertos al inicio del periodo o creados en él.",
    ),
    formula=m.won_of_pipeline / (m.open_at_start + m.created),
    unit="percent",
    better="higher",
    by=_DEAL_CUTS,
    articles=(article(2, "acuerdos cerrados en comparación con los clientes potenciales en el pipeline"),),
)

WIN_RATE = Kpi(
    "win_rate",
    name=Text(en="Win rate", es="Tasa de éxito"),
    meaning=Text(en="Deals won, of those closed in the period.", es="Negocios ganados, de los cerrados en el periodo."),
    formula=m.won / (m.won + m.lost),
    unit="percent",
    better="higher",
    by=_DEAL_CUTS,
)

SALES_CYCLE_LENGTH = Kpi(
    "sales_cycle_length",
    name=Text(en="Sales cycle", es="Duración del ciclo de ventas"),
    meaning=Text(
        en="Days from the creation of a deal to its winning, of those won in the period.",
        es="Días desde que se crea un negocio hasta que se gana, de los ganados en el periodo.",
    ),
    formula=m.sales_cycle,
    unit="days",
    better="lower",
    by=_DEAL_CUTS,
    articles=(article(2),),
)

STAGE_DURATION = Kpi(
    "stage_duration",
    name=Text(en="Stage length", es="Longitud de cada etapa"),
    meaning=Text(
        en="Days that deals spent in a stage, of those that left it for good in the period.",
        es="Días que los negocios pasaron en una etapa, de los que la dejaron definitivamente en el periodo.",
    ),
    formula=m.stage_length,
    unit="days",
    better="lower",
    by=("stage", "owner", "segment", "pipeline"),
    articles=(article(2),),
)

OPEN_PIPELINE_AMOUNT = Kpi(
    "open_pipeline_amount",
    name=Text(en="Open pipeline", es="Pipeline abierto"),
    meaning=Text(
        en="Amount of the deals that were open at the end of the period.",
        es="Importe de los negocios abiertos al final del periodo.",
    ),
    formula=m.open_amount,
    unit="money",
    better="higher",
    by=("account", *_DEAL_CUTS),
    supporting=True,
)

WON_REVENUE = Kpi(
    "won_revenue",
    name=Text(en="Won revenue", es="Ingresos ganados"),
    meaning=Text(
        en="Amount of the deals won in the period, renewals included.",
        es="Importe de los negocios ganados en el periodo, renovaciones incluidas.",
    ),
    formula=m.won_amount,
    unit="money",
    better="higher",
    by=("account", "campaign", *_DEAL_CUTS),
    supporting=True,
)

KPIS = (
    LEAD_CONVERSION_RATE_COHORT,
    LEAD_CONVERSION_RATE_PERIOD,
    CLOSE_RATE_PIPELINE,
    WIN_RATE,
    SALES_CYCLE_LENGTH,
    STAGE_DURATION,
    OPEN_PIPELINE_AMOUNT,
    WON_REVENUE,
)
