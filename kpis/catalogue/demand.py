"""
Demand: leads, what they cost, visits and e-mails.
"""

from __future__ import annotations

from kpis.catalogue.articles import article
from kpis.catalogue.figures import costs, demand, pipeline
from kpis.formula import Below, LastMonths
from kpis.model import Band, Kpi
from kpis.words import Text

_LEAD_CUTS = ("channel", "campaign", "owner", "segment")

_VOLUME = Text(
    en="Read it beside the number of leads, medium by medium; the target comes from the goals, not from a fixed share.",
    es="Léalo junto al número de leads, medio por medio; la meta sale de los objetivos, no de un porcentaje fijo.",
)
_TRACKING = Text(
    en="Untagged links fall into organic or direct, blockers hide visits, and a change of tags is no change of "
    "traffic.",
    es="Los enlaces sin etiquetar caen en orgánico o directo, los bloqueadores ocultan visitas y cambiar "
    "etiquetas no es "
    "cambiar el tráfico.",
)
_MACHINES = Text(
    en="Mail programs open and click by themselves; email_opens=reliable leaves out the opens that are known "
    "to be theirs.",
    es="Los programas de correo abren y hacen clic solos; email_opens=reliable deja fuera las aperturas que se "
    "saben suyas.",
)

NEW_LEADS = Kpi(
    "new_leads",
    name=Text(en="New leads", es="Nuevos leads"),
    meaning=Text(
        en="People who became known in the period, each counted once over all systems.",
        es="Personas que se dieron a conocer en el periodo, cada una contada una vez entre todos los sistemas.",
    ),
    formula=demand.leads,
    unit="count",
    boards=("marketing",),
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
    formula=demand.qualified,
    unit="count",
    boards=("marketing",),
    better="higher",
    by=_LEAD_CUTS,
    articles=(article(0), article(1)),
)

NEW_OPPORTUNITIES = Kpi(
    "new_opportunities",
    name=Text(en="New opportunities", es="Nuevas oportunidades"),
    meaning=Text(
        en="Deals of any kind created in the period.",
        es="Negocios de cualquier tipo creados en el periodo.",
    ),
    formula=demand.opportunities,
    unit="count",
    boards=("marketing",),
    better="higher",
    by=("channel", "campaign", "owner", "segment", "product", "pipeline"),
    articles=(article(0),),
)

NEW_BUSINESS_OPPORTUNITIES = Kpi(
    "new_business_opportunities",
    name=Text(en="New opportunities, new business", es="Nuevas oportunidades, negocio nuevo"),
    meaning=Text(
        en="Deals with new customers created in the period.",
        es="Negocios con clientes nuevos creados en el periodo.",
    ),
    formula=demand.new_business,
    unit="count",
    better="higher",
    by=("channel", "campaign", "owner", "segment", "product", "pipeline"),
    supporting=True,
)

QUALIFIED_LEAD_RATE = Kpi(
    "qualified_lead_rate",
    name=Text(en="Qualified lead rate", es="Tasa de clientes potenciales calificados"),
    meaning=Text(
        en="Of the leads created in the period, the share that qualified within the window.",
        es="De los leads creados en el periodo, la parte que se calificó dentro de la ventana.",
    ),
    formula=demand.qualified_of_cohort / demand.lead_cohort,
    unit="percent",
    boards=("process",),
    caution=Text(
        en="Reach leads by call or meeting, not only by mass e-mail.",
        es="Contacte a los leads por llamada o reunión, no solo por correo masivo.",
    ),
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
    formula=costs.media_cost / demand.paid_leads,
    unit="money",
    boards=("process", "marketing"),
    caution=_VOLUME,
    better="lower",
    by=("channel", "campaign"),
    articles=(article(1, "Gasto publicitario total / Clientes potenciales atribuidos totales"), article(0)),
)

COST_PER_QUALIFIED_LEAD = Kpi(
    "cost_per_qualified_lead",
    name=Text(en="Cost per qualified lead", es="Costo por lead calificado"),
    meaning=Text(
        en="Media cost per newly qualified lead of the channels that have media cost in the period.",
        es="Gasto en medios por lead recién calificado de los canales que tienen gasto en medios en el periodo.",
    ),
    formula=costs.media_cost / demand.paid_qualified,
    unit="money",
    boards=("marketing",),
    better="lower",
    by=("channel", "campaign"),
    caution=_VOLUME,
    articles=(article(0),),
)

LEAD_VELOCITY_RATE = Kpi(
    "lead_velocity_rate",
    name=Text(en="Lead velocity rate", es="Velocidad de clientes potenciales (LVR)"),
    meaning=Text(
        en="Growth of newly qualified leads against the period before.",
        es="Crecimiento de los leads recién calificados frente al periodo anterior.",
    ),
    formula=(demand.qualified - demand.qualified_before) / demand.qualified_before,
    unit="percent",
    better="higher",
    by=("channel", "owner", "segment"),
    grains=("day", "week", "month", "quarter", "year"),
    warnings={
        "read_with_care": Below(
            pipeline.won_in_months / pipeline.closed_in_months,
            LastMonths(pipeline.won_in_months, 6) / LastMonths(pipeline.closed_in_months, 6),
            "win_rate_fall",
        )
    },
    boards=("ceo",),
    caution=Text(
        en="It is growth of leads, not revenue; a changed rule of qualifying breaks the series. Read it with "
        "the win rate.",
        es="Es crecimiento de leads, no ingreso; cambiar la regla de calificación rompe la serie. Léalo con la "
        "tasa de éxito.",
    ),
    articles=(article(1, "(calificados mes actual – calificados mes pasado) / calificados mes pasado × 100"),),
)

WEBSITE_VISITS = Kpi(
    "website_visits",
    name=Text(en="Website traffic", es="Tráfico del sitio web"),
    meaning=Text(en="Visits to the website in the period.", es="Visitas al sitio web en el periodo."),
    formula=demand.visits,
    unit="count",
    boards=("process",),
    caution=_TRACKING,
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
    formula=demand.organic_visits,
    unit="count",
    boards=("process",),
    better="higher",
    by=("channel",),
    articles=(article(1),),
)

ORGANIC_TRAFFIC_SHARE = Kpi(
    "organic_traffic_share",
    name=Text(en="Organic share", es="Cuota de tráfico orgánico"),
    meaning=Text(
        en="Of the visits, the share that came from unpaid search results.",
        es="De las visitas, la parte que llegó desde resultados de búsqueda no pagados.",
    ),
    formula=demand.organic_visits / demand.visits,
    unit="percent",
    better="higher",
    caution=_TRACKING,
    articles=(article(1),),
)

WEBSITE_TRAFFIC_GROWTH_RATE = Kpi(
    "website_traffic_growth_rate",
    name=Text(en="Traffic growth", es="Crecimiento del tráfico"),
    meaning=Text(
        en="Growth of visits against the period before.",
        es="Crecimiento de las visitas frente al periodo anterior.",
    ),
    formula=(demand.visits - demand.visits_before) / demand.visits_before,
    unit="percent",
    better="higher",
    by=("channel",),
    grains=("day", "week", "month", "quarter", "year"),
    bands=(Band("traffic_drop", "traffic_drop"), Band("as_expected")),
    caution=_TRACKING,
    articles=(article(1),),
)

WEBSITE_ENGAGEMENT_RATE = Kpi(
    "website_engagement_rate",
    name=Text(en="Engaged visits", es="Visitas con interacción"),
    meaning=Text(
        en="Of the visits, the share that lasted over ten seconds, saw two pages or did something that counts.",
        es="De las visitas, la parte que duró más de diez segundos, vio dos páginas o hizo algo que cuenta.",
    ),
    formula=demand.engaged_visits / demand.visits_with_engagement,
    unit="percent",
    better="higher",
    by=("channel",),
)

VISITOR_TO_LEAD_RATE = Kpi(
    "visitor_to_lead_rate",
    name=Text(en="Visitor to lead", es="Visitantes a leads"),
    meaning=Text(
        en="Leads that came through the website, per visitor of the period.",
        es="Leads que llegaron por el sitio web, por visitante del periodo.",
    ),
    formula=demand.web_leads / demand.visitors,
    unit="percent",
    better="higher",
    by=("channel",),
    caution=_TRACKING,
)

EMAIL_OPEN_RATE = Kpi(
    "email_open_rate",
    name=Text(en="Open rate", es="Tasa de apertura"),
    meaning=Text(
        en="Of the e-mails delivered by sends of the period, the share that was opened.",
        es="De los correos entregados por los envíos del periodo, la parte que se abrió.",
    ),
    formula=demand.opens / demand.delivered_of_opens,
    unit="percent",
    boards=("automation",),
    caution=_MACHINES,
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
    formula=demand.clicks / demand.delivered_of_clicks,
    unit="percent",
    boards=("automation",),
    caution=_MACHINES,
    better="higher",
    by=("campaign",),
    articles=(article(3),),
)

EMAIL_CLICK_TO_OPEN_RATE = Kpi(
    "email_click_to_open_rate",
    name=Text(en="Click to open", es="Clics sobre aperturas"),
    meaning=Text(
        en="Of the opened e-mails, the share in which somebody clicked.",
        es="De los correos abiertos, la parte en que alguien hizo clic.",
    ),
    formula=demand.clicks_of_opens / demand.opens_of_clicks,
    unit="percent",
    better="higher",
    by=("campaign",),
    caution=_MACHINES,
)

KPIS = (
    NEW_LEADS,
    NEW_QUALIFIED_LEADS,
    NEW_OPPORTUNITIES,
    NEW_BUSINESS_OPPORTUNITIES,
    QUALIFIED_LEAD_RATE,
    COST_PER_LEAD,
    COST_PER_QUALIFIED_LEAD,
    LEAD_VELOCITY_RATE,
    WEBSITE_VISITS,
    ORGANIC_VISITS,
    ORGANIC_TRAFFIC_SHARE,
    WEBSITE_TRAFFIC_GROWTH_RATE,
    WEBSITE_ENGAGEMENT_RATE,
    VISITOR_TO_LEAD_RATE,
    EMAIL_OPEN_RATE,
    EMAIL_CLICK_THROUGH_RATE,
    EMAIL_CLICK_TO_OPEN_RATE,
)
