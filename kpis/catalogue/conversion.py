"""
Conversion and pipeline: from lead to customer, from deal to won.
"""

from __future__ import annotations

from kpis.catalogue.articles import article
from kpis.catalogue.figures import conversion, funnel, pipeline
from kpis.formula import Positive
from kpis.model import Kpi
from kpis.words import Text

_LEAD_CUTS = ("channel", "campaign", "owner", "segment")
_FUNNEL_CUTS = ("stage", "pipeline", "channel", "owner", "segment")
_DENOMINATORS = Text(
    en="Never compare rates with different denominators, of two companies or in two charts.",
    es="Nunca compare tasas con denominadores distintos, de dos empresas o en dos gráficos.",
)
_DEAL_CUTS = ("channel", "owner", "segment", "product", "pipeline")

_VELOCITY = (
    pipeline.open_deals
    * (pipeline.recent_amount / pipeline.recently_valued)
    * (pipeline.recently_won / pipeline.recently_closed)
    / Positive(pipeline.recent_days / pipeline.recent_cycles)
)

LEAD_CONVERSION_RATE_COHORT = Kpi(
    "lead_conversion_rate_cohort",
    name=Text(en="Lead conversion, cohort", es="Tasa de conversión de leads (cohorte)"),
    meaning=Text(
        en="Of the leads created in the period, the share whose account became a customer within the window.",
        es="De los leads creados en el periodo, la parte cuya cuenta se hizo cliente dentro de la ventana.",
    ),
    formula=conversion.converted_of_cohort / conversion.prospect_cohort,
    unit="percent",
    boards=("automation",),
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
    formula=conversion.converted / conversion.prospects,
    unit="percent",
    boards=("marketing", "automation"),
    better="higher",
    by=_LEAD_CUTS,
    articles=(article(3, "(Número de Clientes / Número de Leads) × 100"), article(0)),
)

FUNNEL_STAGE_CONVERSION_RATE = Kpi(
    "funnel_stage_conversion_rate",
    name=Text(en="Stage conversion", es="Conversión por etapa"),
    meaning=Text(
        en="Of the deals and leads that began in the period and reached a stage, the share that got further.",
        es="De los negocios y leads que empezaron en el periodo y alcanzaron una etapa, la parte que siguió adelante.",
    ),
    formula=funnel.advanced / funnel.reached,
    unit="percent",
    better="higher",
    by=_FUNNEL_CUTS,
    articles=(article(3),),
)

FUNNEL_DROP_OFF_RATE = Kpi(
    "funnel_drop_off_rate",
    name=Text(en="Funnel drop-off", es="Tasa de abandono del embudo"),
    meaning=Text(
        en="Of the deals and leads that began in the period and reached a stage, the share that was lost there.",
        es="De los negocios y leads que empezaron en el periodo y alcanzaron una etapa, la parte que se perdió "
        "en ella.",
    ),
    formula=funnel.dropped / funnel.reached,
    unit="percent",
    better="lower",
    by=_FUNNEL_CUTS,
    boards=("automation",),
    caution=Text(
        en="The rest went on or is still there; the three shares make 100 %.",
        es="El resto siguió adelante o sigue allí; las tres partes suman 100 %.",
    ),
    articles=(article(3),),
)

CLOSE_RATE_PIPELINE = Kpi(
    "close_rate_pipeline",
    name=Text(en="Close rate", es="Tasa de cierre"),
    meaning=Text(
        en="Deals won, of those open at the start of the period or created in it.",
        es="Negocios ganados, de los abiertos al inicio del periodo o creados en él.",
    ),
    formula=pipeline.won_of_pipeline / (pipeline.open_at_start + pipeline.created),
    unit="percent",
    boards=("sales",),
    caution=_DENOMINATORS,
    better="higher",
    by=_DEAL_CUTS,
    articles=(article(2, "acuerdos cerrados en comparación con los clientes potenciales en el pipeline"),),
)

WIN_RATE = Kpi(
    "win_rate",
    name=Text(en="Win rate", es="Tasa de éxito"),
    meaning=Text(en="Deals won, of those closed in the period.", es="Negocios ganados, de los cerrados en el periodo."),
    formula=pipeline.won / (pipeline.won + pipeline.lost),
    unit="percent",
    caution=_DENOMINATORS,
    better="higher",
    by=_DEAL_CUTS,
)

CLOSE_RATE_CREATED = Kpi(
    "close_rate_created",
    name=Text(en="Won to created", es="Ganadas sobre creadas"),
    meaning=Text(
        en="Deals won in the period against those created in it.",
        es="Negocios ganados en el periodo frente a los creados en él.",
    ),
    formula=pipeline.won / pipeline.created,
    unit="percent",
    better="higher",
    by=_DEAL_CUTS,
    caution=_DENOMINATORS,
)

SALES_CYCLE_LENGTH = Kpi(
    "sales_cycle_length",
    name=Text(en="Sales cycle", es="Duración del ciclo de ventas"),
    meaning=Text(
        en="Days from the creation of a deal to its winning, of those won in the period.",
        es="Días desde que se crea un negocio hasta que se gana, de los ganados en el periodo.",
    ),
    formula=pipeline.sales_cycle,
    unit="days",
    boards=("sales",),
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
    formula=pipeline.stage_length,
    unit="days",
    boards=("sales",),
    better="lower",
    by=("stage", "owner", "segment", "pipeline"),
    articles=(article(2),),
)

STAGE_AGE_OPEN = Kpi(
    "stage_age_open",
    name=Text(en="Age in stage", es="Antigüedad en la etapa"),
    meaning=Text(
        en="Days that open deals have been in their stage at the end of the period.",
        es="Días que los negocios abiertos llevan en su etapa al final del periodo.",
    ),
    formula=pipeline.stage_age,
    unit="days",
    better="lower",
    by=("stage", "owner", "segment", "pipeline"),
)

PIPELINE_VELOCITY = Kpi(
    "pipeline_velocity",
    name=Text(en="Pipeline velocity", es="Velocidad del pipeline"),
    meaning=Text(
        en="What the open pipeline brings per day: open deals, times average won amount, times win rate, over "
        "cycle days.",
        es="Lo que el pipeline abierto trae por día: negocios abiertos por importe medio ganado por tasa de "
        "éxito, entre los días del ciclo.",
    ),
    formula=_VELOCITY,
    unit="money_per_day",
    better="higher",
    by=("owner", "segment"),
    articles=(article(1),),
)

PIPELINE_COVERAGE = Kpi(
    "pipeline_coverage",
    name=Text(en="Pipeline coverage", es="Cobertura del pipeline"),
    meaning=Text(
        en="Open pipeline at the end of the period against the sales target of the period.",
        es="Pipeline abierto al final del periodo frente a la meta de ventas del periodo.",
    ),
    formula=pipeline.open_amount / pipeline.quota,
    unit="ratio",
    better="higher",
    by=("owner",),
    formulas={"owner": pipeline.open_amount / pipeline.quota_of_owner},
)

OPEN_PIPELINE_AMOUNT = Kpi(
    "open_pipeline_amount",
    name=Text(en="Open pipeline", es="Pipeline abierto"),
    meaning=Text(
        en="Amount of the deals that were open at the end of the period.",
        es="Importe de los negocios abiertos al final del periodo.",
    ),
    formula=pipeline.open_amount_of_all,
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
    formula=pipeline.won_amount,
    unit="money",
    better="higher",
    by=("account", "campaign", *_DEAL_CUTS),
    supporting=True,
)

KPIS = (
    LEAD_CONVERSION_RATE_COHORT,
    LEAD_CONVERSION_RATE_PERIOD,
    FUNNEL_STAGE_CONVERSION_RATE,
    FUNNEL_DROP_OFF_RATE,
    CLOSE_RATE_PIPELINE,
    WIN_RATE,
    CLOSE_RATE_CREATED,
    STAGE_DURATION,
    STAGE_AGE_OPEN,
    SALES_CYCLE_LENGTH,
    PIPELINE_VELOCITY,
    PIPELINE_COVERAGE,
    OPEN_PIPELINE_AMOUNT,
    WON_REVENUE,
)
