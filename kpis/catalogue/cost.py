"""
Cost and return: what a customer costs, what an order brings, what marketing earns.
"""

from __future__ import annotations

from decimal import Decimal

from kpis.catalogue.articles import article
from kpis.catalogue.figures import conversion, costs, returns, value
from kpis.model import Band, Kpi
from kpis.words import Text

_MARKETING_CAC = costs.marketing_cost_of_customers / conversion.new_customers
_SALARIES = {"partial_cost": costs.salary_cost}

CUSTOMER_ACQUISITION_COST = Kpi(
    "customer_acquisition_cost",
    name=Text(en="CAC", es="Costo de adquisición de clientes"),
    meaning=Text(
        en="Sales and marketing cost per new customer; by channel, media cost only.",
        es="Costo de ventas y marketing por cliente nuevo; por canal, solo el gasto en medios.",
    ),
    formula=value.cac,
    formulas={"channel": value.media_cac},
    unit="money",
    boards=("ceo",),
    better="lower",
    by=("channel",),
    unreported=_SALARIES,
    articles=(article(1, "Costo de ventas y marketing / Clientes nuevos"),),
)

MARKETING_CAC = Kpi(
    "marketing_cac",
    name=Text(en="Marketing-only CAC", es="Costo de marketing por cliente nuevo"),
    meaning=Text(
        en="Marketing cost per new customer, without the cost of sales; by channel, media cost only.",
        es="Costo de marketing por cliente nuevo, sin el costo de ventas; por canal, solo el gasto en medios.",
    ),
    formula=_MARKETING_CAC,
    formulas={"channel": value.media_cac},
    unit="money",
    boards=("marketing",),
    better="lower",
    by=("channel",),
    unreported=_SALARIES,
    articles=(article(0, "Suma de todos los costos de Marketing / Cantidad de Clientes nuevos"),),
)

AVERAGE_TICKET = Kpi(
    "average_ticket",
    name=Text(en="Average ticket", es="Ticket promedio"),
    meaning=Text(
        en="Revenue of the period's orders, less refunds, per order.",
        es="Ingreso de los pedidos del periodo, menos devoluciones, por pedido.",
    ),
    formula=returns.average_order,
    unit="money",
    boards=("marketing",),
    better="higher",
    by=("segment", "product", "account"),
    articles=(article(0),),
)

CAC_TO_TICKET_RATIO = Kpi(
    "cac_to_ticket_ratio",
    name=Text(en="CAC against ticket", es="CAC frente al ticket"),
    meaning=Text(
        en="Marketing cost per new customer in average tickets; above 1 something needs a look.",
        es="Costo de marketing por cliente nuevo en tickets promedio; por encima de 1 algo debe revisarse.",
    ),
    formula=_MARKETING_CAC / returns.average_order,
    bands=(Band("as_expected", Decimal(1), is_included=True), Band("review")),
    unit="ratio",
    boards=("marketing",),
    better="lower",
    unreported=_SALARIES,
    articles=(article(0),),
)

_CREDIT = Text(
    en="Credit shows what went together with the sale, it proves no cause; look at two models before you decide.",
    es="El crédito muestra lo que acompañó a la venta, no prueba causa; mire dos modelos antes de decidir.",
)
_BREAK_EVEN = (Band("below_break_even", Decimal(0)), Band("above_break_even"))

ROI = Kpi(
    "roi",
    name=Text(en="ROI", es="Retorno de inversión"),
    meaning=Text(
        en="What attributed revenue brought beyond the marketing and automation cost, per unit of that cost.",
        es="Lo que el ingreso atribuido dejó sobre el costo de marketing y automatización, por unidad de ese costo.",
    ),
    formula=(returns.attributed_income - costs.marketing_cost) / costs.marketing_cost,
    unit="percent",
    boards=("automation",),
    bands=_BREAK_EVEN,
    caution=_CREDIT,
    better="higher",
    by=("channel", "campaign"),
    articles=(article(3, "(Ingresos Generados – Costos) / Costos × 100"), article(0)),
)

ROMI = Kpi(
    "romi",
    name=Text(en="ROMI", es="Retorno de la inversión en marketing"),
    meaning=Text(
        en="What attributed revenue brought beyond cost of goods and marketing spend, per unit of that spend.",
        es="Lo que el ingreso atribuido dejó tras el costo de ventas y el gasto de marketing, por unidad de ese gasto.",
    ),
    formula=(returns.attributed_income - returns.cost_of_goods - costs.marketing_spend) / costs.marketing_spend,
    unit="percent",
    boards=("ceo",),
    bands=(Band("loses_money", Decimal(0)), Band("recovers_spend", "romi_bar", is_included=True), Band("above_bar")),
    caution=_CREDIT,
    better="higher",
    by=("channel", "campaign"),
    articles=(
        article(1, "(Ingresos de marketing – Costo de bienes – Gastos de marketing) / Gastos de marketing × 100"),
    ),
)

_CLAIMS = Text(
    en="Sourced and influenced are two claims: never add them, nor influenced shares of campaigns.",
    es="Originado e influido son dos afirmaciones: no las sume, ni las partes influidas de campañas.",
)

ACTIVITY_ROI = Kpi(
    "activity_roi",
    name=Text(en="ROI per activity", es="ROI de cada actividad"),
    meaning=Text(
        en="What the revenue credited to an activity brought beyond its marketing cost, per unit of that cost.",
        es="Lo que el ingreso acreditado a una actividad dejó sobre su costo de marketing, por unidad de ese costo.",
    ),
    formula=(returns.attributed_income - costs.marketing_cost) / costs.marketing_cost,
    unit="percent",
    better="higher",
    by=("channel", "campaign"),
    bands=_BREAK_EVEN,
    boards=("marketing",),
    caution=_CREDIT,
    articles=(article(0),),
)

CAMPAIGN_BREAKEVEN_DAYS = Kpi(
    "campaign_breakeven_days",
    name=Text(en="Time to break even", es="Cuándo se recupera la inversión"),
    meaning=Text(
        en="Days from the start of a campaign until its credited gross profit had paid for it, of those "
        "started in the period.",
        es="Días desde el inicio de una campaña hasta que su margen acreditado la pagó, de las iniciadas en el "
        "periodo.",
    ),
    formula=returns.breakeven_days / returns.broken_even,
    unit="days",
    better="lower",
    by=("campaign", "channel"),
    caution=_CREDIT,
    articles=(article(1),),
)

ATTRIBUTED_CONVERSIONS = Kpi(
    "attributed_conversions",
    name=Text(en="Converting actions", es="Acciones y campañas que convierten"),
    meaning=Text(
        en="New customers, each split over the contacts that led to it.",
        es="Clientes nuevos, cada uno repartido entre los contactos que llevaron a él.",
    ),
    formula=returns.conversions,
    unit="count",
    better="higher",
    by=("channel", "campaign", "team", "kind"),
    boards=("automation",),
    caution=_CREDIT,
    articles=(article(3),),
)

ATTRIBUTED_CONVERSION_RATE = Kpi(
    "attributed_conversion_rate",
    name=Text(en="Credits per person touched", es="Créditos por persona contactada"),
    meaning=Text(
        en="Credits of new customers per person that was contacted in the period.",
        es="Créditos de clientes nuevos por persona contactada en el periodo.",
    ),
    formula=returns.conversions / returns.touched_people,
    unit="percent",
    better="higher",
    by=("channel", "campaign", "team", "kind"),
    supporting=True,
)

MARKETING_SOURCED_REVENUE_SHARE = Kpi(
    "marketing_sourced_revenue_share",
    name=Text(en="Sourced revenue", es="Ingresos originados por marketing"),
    meaning=Text(
        en="Of the won amount, the share whose first contact or lead came from marketing.",
        es="Del importe ganado, la parte cuyo primer contacto o lead vino de marketing.",
    ),
    formula=returns.sourced_orders / returns.won_orders,
    unit="percent",
    better="higher",
    by=("segment", "channel"),
    caution=_CLAIMS,
    articles=(article(1),),
)

MARKETING_INFLUENCED_REVENUE_SHARE = Kpi(
    "marketing_influenced_revenue_share",
    name=Text(en="Influenced revenue", es="Ingresos influidos por marketing"),
    meaning=Text(
        en="Of the won amount, the share that marketing was in touch with before the closing, within the look-back.",
        es="Del importe ganado, la parte con la que marketing tuvo contacto antes del cierre, dentro de la ventana.",
    ),
    formula=returns.influenced_orders / returns.won_orders,
    unit="percent",
    better="higher",
    by=("segment",),
    caution=_CLAIMS,
    articles=(article(1),),
)

MARKETING_SOURCED_CUSTOMER_SHARE = Kpi(
    "marketing_sourced_customer_share",
    name=Text(en="Sourced customers", es="Clientes originados por marketing"),
    meaning=Text(
        en="Of the new customers, the share whose first contact or lead came from marketing.",
        es="De los clientes nuevos, la parte cuyo primer contacto o lead vino de marketing.",
    ),
    formula=returns.customers_sourced / returns.customers_won,
    unit="percent",
    better="higher",
    by=("segment",),
    caution=_CLAIMS,
    articles=(article(1),),
)

GROSS_MARGIN = Kpi(
    "gross_margin",
    name=Text(en="Gross margin", es="Margen bruto"),
    meaning=Text(
        en="Share of the invoiced revenue left after the cost of goods.",
        es="Parte del ingreso facturado que queda tras el costo de ventas.",
    ),
    formula=returns.gross_margin,
    unit="percent",
    better="higher",
    by=("segment", "product", "account"),
    articles=(article(1),),
)

CAC_PAYBACK_MONTHS = Kpi(
    "cac_payback_months",
    name=Text(en="CAC payback", es="Tiempo de amortización del CAC"),
    meaning=Text(
        en="Months of gross profit of an average account that pay for winning one.",
        es="Meses de margen bruto de una cuenta media que pagan lo que costó ganarla.",
    ),
    formula=value.payback(value.cac),
    unit="months",
    better="lower",
    by=("channel",),
    formulas={"channel": value.payback(value.media_cac)},
    unreported=_SALARIES,
    boards=("ceo",),
    caution=Text(
        en="It tells how much cash growth needs before it pays; shorter also means less lost with those who leave.",
        es="Dice cuánto efectivo pide crecer antes de ganar; más corto es también perder menos con quien se va.",
    ),
    articles=(article(1, "CAC / (ARPA × Margen bruto)"),),
)

UNRECOVERED_CAC = Kpi(
    "unrecovered_cac",
    name=Text(en="CAC lost", es="CAC perdido"),
    meaning=Text(
        en="Of the accounts that left in the period, what winning them had cost beyond the gross profit they brought.",
        es="De las cuentas que se fueron en el periodo, lo que costó ganarlas más allá del margen que dejaron.",
    ),
    formula=returns.unrecovered,
    unit="money",
    better="lower",
    by=("segment", "owner", "channel"),
    articles=(article(1),),
)

LTV_TO_CAC_RATIO = Kpi(
    "ltv_to_cac_ratio",
    name=Text(en="LTV:CAC", es="Relación CLTV a CAC"),
    meaning=Text(
        en="Lifetime gross profit of an average account per unit of what winning one costs.",
        es="Margen bruto de por vida de una cuenta media por unidad de lo que cuesta ganarla.",
    ),
    formula=value.lifetime_profit / value.cac,
    unit="ratio",
    better="higher",
    by=("channel",),
    formulas={"channel": value.lifetime_profit / value.media_cac},
    grains=("month", "quarter", "year"),
    whole_periods=True,
    unreported=_SALARIES,
    caution=Text(en="Compare value and cost of the same group only.", es="Compare valor y costo solo del mismo grupo."),
)

NEW_CUSTOMERS = Kpi(
    "new_customers",
    name=Text(en="New customers", es="Clientes nuevos"),
    meaning=Text(
        en="Accounts that became a customer for the first time in their life.",
        es="Cuentas que se hicieron cliente por primera vez en su vida.",
    ),
    formula=conversion.new_customers,
    unit="count",
    better="higher",
    by=("channel", "campaign", "owner", "segment"),
    supporting=True,
)

MEDIA_COST = Kpi(
    "media_cost",
    name=Text(en="Media cost", es="Gasto en medios"),
    meaning=Text(en="Cost of advertising in the period.", es="Costo de publicidad en el periodo."),
    formula=costs.media_cost,
    unit="money",
    better="none",
    by=("channel", "campaign"),
    supporting=True,
)

ATTRIBUTED_REVENUE = Kpi(
    "attributed_revenue",
    name=Text(en="Attributed revenue", es="Ingresos atribuidos"),
    meaning=Text(
        en="Order revenue credited to touches, campaigns or channels.",
        es="Ingreso de pedidos acreditado a contactos, campañas o canales.",
    ),
    formula=returns.attributed_income,
    unit="money",
    better="higher",
    by=("channel", "campaign"),
    supporting=True,
)

UNATTRIBUTED_REVENUE = Kpi(
    "unattributed_revenue",
    name=Text(en="Unattributed revenue", es="Ingresos sin atribuir"),
    meaning=Text(
        en="Order revenue that no touch, campaign or channel can be credited with.",
        es="Ingreso de pedidos que no puede acreditarse a ningún contacto, campaña o canal.",
    ),
    formula=returns.unattributed_income,
    unit="money",
    better="lower",
    supporting=True,
)

KPIS = (
    CUSTOMER_ACQUISITION_COST,
    MARKETING_CAC,
    AVERAGE_TICKET,
    CAC_TO_TICKET_RATIO,
    ROI,
    ROMI,
    ACTIVITY_ROI,
    CAMPAIGN_BREAKEVEN_DAYS,
    ATTRIBUTED_CONVERSIONS,
    ATTRIBUTED_CONVERSION_RATE,
    MARKETING_SOURCED_REVENUE_SHARE,
    MARKETING_INFLUENCED_REVENUE_SHARE,
    MARKETING_SOURCED_CUSTOMER_SHARE,
    CAC_PAYBACK_MONTHS,
    UNRECOVERED_CAC,
    GROSS_MARGIN,
    LTV_TO_CAC_RATIO,
    NEW_CUSTOMERS,
    MEDIA_COST,
    ATTRIBUTED_REVENUE,
    UNATTRIBUTED_REVENUE,
)
