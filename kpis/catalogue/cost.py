"""
Cost and return: what a customer costs, what an order brings, what marketing earns.
"""

from __future__ import annotations

from kpis.catalogue import measures as m
from kpis.catalogue.articles import article
from kpis.model import Kpi
from kpis.words import Text

_SALARIES = {"partial_cost": m.salary_cost}

CUSTOMER_ACQUISITION_COST = Kpi(
    "customer_acquisition_cost",
    name=Text(en="CAC", es="Costo de adquisición de clientes"),
    meaning=Text(
        en="Sales and marketing cost per new customer; by channel, media cost only.",
        es="Costo de ventas y marketing por cliente nuevo; por canal, solo el gasto en medios.",
    ),
    formula=m.total_cost / m.new_customers,
    formulas={"channel": m.media_cost / m.new_customers},
    unit="money",
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
    formula=m.marketing_cost / m.new_customers,
    formulas={"channel": m.media_cost / m.new_customers},
    unit="money",
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
    formula=m.average_order,
    unit="money",
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
    formula=(m.marketing_cost / m.new_customers) / m.average_order,
    unit="ratio",
    better="lower",
    unreported=_SALARIES,
    articles=(article(0),),
)

ROI = Kpi(
    "roi",
    name=Text(en="ROI", es="Retorno de inversión"),
    meaning=Text(
        en="What attributed revenue brought beyond the marketing and automation cost, per unit of that cost.",
        es="Lo que el ingreso atribuido dejó sobre el costo de marketing y automatización, por unidad de ese costo.",
    ),
    formula=(m.attributed_income - m.marketing_cost) / m.marketing_cost,
    unit="percent",
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
    formula=(m.attributed_income - m.cost_of_goods - m.marketing_spend) / m.marketing_spend,
    unit="percent",
    better="higher",
    by=("channel", "campaign"),
    articles=(
        article(1, "(Ingresos de marketing – Costo de bienes – Gastos de marketing) / Gastos de marketing × 100"),
    ),
)

NEW_CUSTOMERS = Kpi(
    "new_customers",
    name=Text(en="New customers", es="Clientes nuevos"),
    meaning=Text(
        en="Accounts that became a customer for the first time in their life.",
        es="Cuentas que se hicieron cliente por primera vez en su vida.",
    ),
    formula=m.new_customers,
    unit="count",
    better="higher",
    by=("channel", "campaign", "owner", "segment"),
    supporting=True,
)

MEDIA_COST = Kpi(
    "media_cost",
    name=Text(en="Media cost", es="Gasto en medios"),
    meaning=Text(en="Cost of advertising in the period.", es="Costo de publicidad en el periodo."),
    formula=m.media_cost,
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
    formula=m.attributed_income,
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
    formula=m.unattributed_income,
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
    NEW_CUSTOMERS,
    MEDIA_COST,
    ATTRIBUTED_REVENUE,
    UNATTRIBUTED_REVENUE,
)
