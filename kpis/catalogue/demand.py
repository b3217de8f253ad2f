"""
Demand: leads, what they cost, visits and e-mails.
"""

from __future__ import annotations

from kpis.catalogue import measures as m
from kpis.catalogue.articles import article
from kpis.model import Kpi
from kpis.words import Text

_LEAD_CUTS = ("channel", "campaign", "owner", "segment")

NEW_LEADS = Kpi(
    "new_leads",
    name=Text(en="New leads", es="Nuevos leads"),
    meaning=Text(
        en="People who became known in the period, each counted once over all systems.",
        es="Personas que se dieron a conocer en el periodo, cada una contada una vez entre todos los sistemas.",
    ),
    formula=m.leads,
    unit="count",
    better="higher",
    by=_LEAD_CUTS,
    articles=(article(0),),
)

NEW_QUALIFIED_LEADS = Kpi(
    "new_qualified_leads",
    name=Text(en="New qualified leads", es="Leads calificados"),
    meaning=Text(
        en="People who qualified for the first time in the period.",
        es="Personas que se calificaron por primera vez en el periodo.",
    ),
    formula=m.qualified,
    unit="count",
    better="higher",
    by=_LEAD_CUTS,
    articles=(article(0), article(1)),
)

QUALIFIED_LEAD_RATE = Kpi(
    "qualified_lead_rate",
    name=Text(en="Qualified lead rate", es="Tasa de clientes potenciales calificados"),
    meaning=Text(
        en="Of the leads created in the period, the share that qualified within the window.",
        es="De los leads creados en el periodo, la parte que se calificó dentro de la ventana.",
    ),
    formula=m.qualified_of_cohort / m.lead_cohort,
    unit="percent",
    better="higher",
    by=_LEAD_CUTS,
    articles=(article(1, "(clientes potenciales calificados / clientes potenciales totales) × 100"),),
)

COST_PER_LEAD = Kpi(
    "cost_per_lead",
    name=Text(en="Cost per lead", es="Costo por cliente potencial"),
    meaning=Text(
        en="Media cost per lead of the channels that have media cost in the period.",
        es="Gasto en medios por lead de los canales que tienen gasto en medios en el periodo.",
    ),
    formula=m.media_cost / m.paid_leads,
    unit="money",
    better="lower",
    by=("channel", "campaign"),
    articles=(article(1, "Gasto publicitario total / Clientes potenciales atribuidos totales"), article(0)),
)

LEAD_VELOCITY_RATE = Kpi(
    "lead_velocity_rate",
    name=Text(en="Lead velocity rate", es="Velocidad de clientes potenciales (LVR)"),
    meaning=Text(
        en="Growth of newly qualified leads against the period before.",
        es="Crecimiento de los leads recién calificados frente al periodo anterior.",
    ),
    formula=(m.qualified - m.qualified_before) / m.qualified_before,
    unit="percent",
    better="higher",
    by=("channel", "owner", "segment"),
    grains=("day", "week", "month", "quarter", "year"),
    articles=(article(1, "(calificados mes actual – calificados mes pasado) / calificados mes pasado × 100"),),
)

WEBSITE_VISITS = Kpi(
    "website_visits",
    name=Text(en="Website traffic", es="Tráfico del sitio web"),
    meaning=Text(en="Visits to the website in the period.", es="Visitas al sitio web en el periodo."),
    formula=m.visits,
    unit="count",
    better="higher",
    by=("channel",),
    articles=(article(1),),
)

ORGANIC_VISITS = Kpi(
    "organic_visits",
    name=Text(en="Organic traffic", es="Tráfico orgánico"),
    meaning=Text(
        en="Visits that came from unpaid search results.",
        es="Visitas que llegaron desde resultados de búsqueda no pagados.",
    ),
    formula=m.organic_visits,
    unit="count",
    better="higher",
    by=("channel",),
    articles=(article(1),),
)

EMAIL_OPEN_RATE = Kpi(
    "email_open_rate",
    name=Text(en="Open rate", es="Tasa de apertura"),
    meaning=Text(
        en="Of the e-mails delivered by sends of the period, the share that was opened.",
        es="De los correos entregados por los envíos del periodo, la parte que se abrió.",
    ),
    formula=m.opens / m.delivered_of_opens,
    unit="percent",
    better="higher",
    by=("campaign",),
    articles=(article(3),),
)

EMAIL_CLICK_THROUGH_RATE = Kpi(
    "email_click_through_rate",
    name=Text(en="Click rate", es="Tasa de clics"),
    meaning=Text(
        en="Of the e-mails delivered by sends of the period, the share that was clicked.",
        es="De los correos entregados por los envíos del periodo, la parte en que se hizo clic.",
    ),
    formula=m.clicks / m.delivered_of_clicks,
    unit="percent",
    better="higher",
    by=("campaign",),
    articles=(article(3),),
)

KPIS = (
    NEW_LEADS,
    NEW_QUALIFIED_LEADS,
    QUALIFIED_LEAD_RATE,
    COST_PER_LEAD,
    LEAD_VELOCITY_RATE,
    WEBSITE_VISITS,
    ORGANIC_VISITS,
    EMAIL_OPEN_RATE,
    EMAIL_CLICK_THROUGH_RATE,
)
