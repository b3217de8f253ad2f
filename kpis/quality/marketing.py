"""
Marketing: web traffic, e-mail, campaigns, channels.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import EMAIL, WEB
from kpis.words import Text

CHECKS = (
    Check(
        "email_opens_over_delivered",
        "warning",
        EMAIL,
        found=Text(
            en="E-mails with more delivered than sent, opened than delivered, or opened by machines than at all.",
            es="Correos con más entregas que envíos, aperturas que entregas, o aperturas automáticas que totales.",
        ),
        effect=Text(
            en="They count as they stand; a rate may pass 100 %.",
            es="Cuentan como están; una tasa puede pasar de 100 %.",
        ),
        fix=Text(
            en="See whether total opens were given instead of unique ones.",
            es="Mire si se dieron aperturas totales en vez de únicas.",
        ),
    ),
    Check(
        "email_clicks_over_opens",
        "note",
        EMAIL[2:],
        found=Text(en="E-mails with more clicks than opens.", es="Correos con más clics que aperturas."),
        effect=Text(
            en="They count as they stand; some readers' opens are not seen.",
            es="Cuentan como están; de algunos lectores no se ve la apertura.",
        ),
        fix=Text(
            en="Nothing, if there are few; else see whether total clicks were given instead of unique ones.",
            es="Nada, si son pocos; si no, mire si se dieron clics totales en vez de únicos.",
        ),
    ),
    Check(
        "negative_count",
        "warning",
        (*WEB, *EMAIL, "product_adoption_rate"),
        found=Text(en="Negative visits, e-mails or uses.", es="Visitas, correos o usos negativos."),
        effect=Text(en="They count as they stand.", es="Cuentan como están."),
        fix=Text(en="Correct the row.", es="Corrija la fila."),
    ),
    Check(
        "web_engaged_over_sessions",
        "warning",
        ("website_engagement_rate",),
        found=Text(
            en="Traffic with more engaged visits than visits.",
            es="Tráfico con más visitas con interacción que visitas.",
        ),
        effect=Text(
            en="It counts as it stands; the rate may pass 100 %.", es="Cuenta como está; la tasa puede pasar de 100 %."
        ),
        fix=Text(en="Correct the row.", es="Corrija la fila."),
    ),
    Check(
        "web_month_without_visitors",
        "note",
        ("visitor_to_lead_rate",),
        needs=("web_traffic",),
        found=Text(
            en="Months whose traffic is known by day but not for the month.",
            es="Meses con tráfico por día pero sin el del mes.",
        ),
        effect=Text(
            en="Visitors are summed over days, so some count more than once; the number is flagged.",
            es="Los visitantes se suman por días y algunos cuentan más de una vez; la cifra lo avisa.",
        ),
        fix=Text(
            en="Add a row with grain month and the month's own visitors, or pull that month again.",
            es="Añada una fila con grain month y los visitantes del mes, o vuelva a leer ese mes.",
        ),
    ),
    Check(
        "web_days_missing",
        "note",
        WEB,
        needs=("web_traffic",),
        found=Text(
            en="Days without any traffic between days that have some.", es="Días sin tráfico entre días que lo tienen."
        ),
        effect=Text(en="They count as no visits.", es="Cuentan como sin visitas."),
        fix=Text(
            en="See whether the site was measured on these days; if so, pull or add them.",
            es="Mire si el sitio se medía esos días; si es así, léalos o añádalos.",
        ),
    ),
    Check(
        "campaign_ends_before_start",
        "warning",
        ("campaign_breakeven_days", "cost_per_lead", "roi"),
        found=Text(en="Campaigns that end before they start.", es="Campañas que terminan antes de empezar."),
        effect=Text(
            en="Costs that take their dates from the campaign count on its first day.",
            es="Los costos que toman sus fechas de la campaña cuentan en su primer día.",
        ),
        fix=Text(en="Correct the dates.", es="Corrija las fechas."),
    ),
    Check(
        "channel_unmapped",
        "warning",
        ("new_leads", "cost_per_lead", "lead_conversion_rate_cohort", "roi"),
        found=Text(en="Leads of a source that has no channel yet.", es="Leads de un origen que aún no tiene canal."),
        effect=Text(en="They count under the channel Other.", es="Cuentan en el canal Other."),
        fix=Text(
            en="Add the word under [connectors.NAME.mapping.channels].",
            es="Añada la palabra en [connectors.NOMBRE.mapping.channels].",
        ),
    ),
    Check(
        "channel_unknown",
        "warning",
        ("new_leads", "cost_per_lead", "website_visits", "roi", "attributed_conversions"),
        found=Text(
            en="Records whose channel is none of the common channels.",
            es="Registros cuyo canal no es ninguno de los comunes.",
        ),
        effect=Text(
            en="It counts as a channel of its own, so costs, visits and leads of one channel may not meet.",
            es="Cuenta como un canal propio, así que costos, visitas y leads de un canal pueden no coincidir.",
        ),
        fix=Text(
            en="Write the channel as Google Analytics does, e.g. Paid Search.",
            es="Escriba el canal como Google Analytics, p. ej. Paid Search.",
        ),
    ),
)
