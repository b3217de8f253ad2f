"""
Customer success: what more customers buy, whom they bring, how they use, ask and begin.
"""

from __future__ import annotations

from kpis.catalogue.articles import article
from kpis.catalogue.figures import pipeline, recurring, success
from kpis.model import Kpi
from kpis.words import Text

_EVENT_CUTS = ("owner", "product", "segment")

UPSELL_RATE = Kpi(
    "upsell_rate",
    name=Text(en="Upsell rate", es="Tasa de ventas adicionales"),
    meaning=Text(
        en="Of the accounts active at the start of the period, the share that bought more of what it had.",
        es="De las cuentas activas al inicio del periodo, la parte que compró más de lo que tenía.",
    ),
    formula=success.upsold / success.active_at_start,
    unit="percent",
    better="higher",
    by=("owner", "product", "segment"),
    formulas={"product": success.upsold / success.active_at_start.whole()},
    boards=("marketing", "sales"),
    articles=(article(0), article(2)),
)

CROSS_SELL_RATE = Kpi(
    "cross_sell_rate",
    name=Text(en="Cross-sell rate", es="Tasa de venta cruzada"),
    meaning=Text(
        en="Of the accounts active at the start of the period, the share that bought a product it had not had.",
        es="De las cuentas activas al inicio del periodo, la parte que compró un producto que no tenía.",
    ),
    formula=success.cross_sold / success.active_at_start,
    unit="percent",
    better="higher",
    by=("owner", "product", "segment"),
    formulas={"product": success.cross_sold / success.active_at_start.whole()},
    boards=("marketing",),
    articles=(article(0),),
)

EXPANSION_REVENUE_SHARE = Kpi(
    "expansion_revenue_share",
    name=Text(en="Expansion share", es="Nivel de expansión"),
    meaning=Text(
        en="MRR that the accounts paying at the start added until the end, per unit of what they paid.",
        es="MRR que las cuentas que pagaban al inicio añadieron hasta el final, por unidad de lo que pagaban.",
    ),
    formula=recurring.expanded / recurring.opening_mrr,
    unit="percent",
    better="higher",
    by=("segment", "product", "owner"),
    grains=("day", "week", "month", "quarter", "year", "trailing"),
    whole_periods=True,
    sample=recurring.opening_accounts,
    boards=("marketing",),
    articles=(article(0),),
)

UPSELL_OFFER_ACCEPTANCE_RATE = Kpi(
    "upsell_offer_acceptance_rate",
    name=Text(en="Upsell acceptance", es="Aceptación de upselling"),
    meaning=Text(
        en="Of the upsell offers made in the period, the share accepted within the window.",
        es="De las ofertas de upselling hechas en el periodo, la parte aceptada dentro de la ventana.",
    ),
    formula=success.upsell_accepted / success.upsell_offers,
    unit="percent",
    better="higher",
    by=("segment", "owner"),
)

CROSS_SELL_OFFER_ACCEPTANCE_RATE = Kpi(
    "cross_sell_offer_acceptance_rate",
    name=Text(en="Cross-sell acceptance", es="Aceptación de venta cruzada"),
    meaning=Text(
        en="Of the cross-sell offers made in the period, the share accepted within the window.",
        es="De las ofertas de venta cruzada hechas en el periodo, la parte aceptada dentro de la ventana.",
    ),
    formula=success.cross_sell_accepted / success.cross_sell_offers,
    unit="percent",
    better="higher",
    by=("segment", "owner"),
)

REPEAT_PURCHASE_RATE = Kpi(
    "repeat_purchase_rate",
    name=Text(en="Repeat purchase", es="Recurrencia en la compra"),
    meaning=Text(
        en="Of the accounts that ordered in the twelve months up to the end of the period, the share that did "
        "so on two days or more.",
        es="De las cuentas que pidieron en los doce meses hasta el final del periodo, la parte que lo hizo en "
        "dos días o más.",
    ),
    formula=success.repeat_buyers / success.buyers,
    unit="percent",
    better="higher",
    by=("segment",),
    boards=("marketing",),
    articles=(article(0),),
)

REFERRALS = Kpi(
    "referrals",
    name=Text(en="Referrals", es="Referencias"),
    meaning=Text(
        en="People that customers recommended us to in the period.",
        es="Personas a las que los clientes nos recomendaron en el periodo.",
    ),
    formula=success.referred,
    unit="count",
    better="higher",
    by=("segment", "account"),
    boards=("customer_success",),
    articles=(article(2),),
)

REFERRED_CUSTOMERS = Kpi(
    "referred_customers",
    name=Text(en="Referred customers", es="Clientes referidos"),
    meaning=Text(
        en="New customers of the period that a customer had recommended.",
        es="Clientes nuevos del periodo que otro cliente había recomendado.",
    ),
    formula=success.referred_customers,
    unit="count",
    better="higher",
    by=("segment", "account"),
    supporting=True,
)

REFERRAL_RATE = Kpi(
    "referral_rate",
    name=Text(en="Referral rate", es="Tasa de referencias"),
    meaning=Text(
        en="New customers that a customer had recommended, per account active at the start of the period.",
        es="Clientes nuevos que otro cliente había recomendado, por cuenta activa al inicio del periodo.",
    ),
    formula=success.referred_customers / success.active_at_start,
    unit="percent",
    better="higher",
    by=("segment", "account"),
    boards=("customer_success",),
    articles=(article(2),),
)

ACCOUNT_ENGAGEMENT = Kpi(
    "account_engagement",
    name=Text(en="Engagement", es="Nivel de compromiso del cliente"),
    meaning=Text(
        en="Interactions with active customers in the period, per account active at its end.",
        es="Interacciones con clientes activos en el periodo, por cuenta activa al final.",
    ),
    formula=success.interactions / success.active_at_end,
    unit="ratio",
    better="higher",
    by=("team", "owner", "segment", "account"),
    formulas={
        "team": success.interactions / success.active_at_end.whole(),
        "owner": success.interactions / success.active_at_end.whole(),
    },
    boards=("marketing",),
    caution=Text(
        en="Many contacts with a few accounts can hide the others: read it with coverage. Mass mail is no interaction.",
        es="Muchos contactos con pocas cuentas pueden ocultar a las demás: léalo con la cobertura. El correo "
        "masivo no cuenta.",
    ),
    articles=(article(0), article(3)),
)

ENGAGED_ACCOUNT_RATE = Kpi(
    "engaged_account_rate",
    name=Text(en="Engaged accounts", es="Cuentas comprometidas"),
    meaning=Text(
        en="Of the accounts active at the end of the period, the share that marketing and sales both exchanged "
        "something with in it.",
        es="De las cuentas activas al final del periodo, la parte con la que marketing y ventas tuvieron trato en él.",
    ),
    formula=success.engaged / success.active_at_end,
    unit="percent",
    better="higher",
    by=("segment",),
    boards=("marketing",),
    articles=(article(0),),
)

ACCOUNT_COVERAGE = Kpi(
    "account_coverage",
    name=Text(en="Coverage", es="Cobertura de cuentas"),
    meaning=Text(
        en="Accounts with any interaction in the period.",
        es="Cuentas con alguna interacción en el periodo.",
    ),
    formula=success.reached_accounts,
    unit="count",
    better="higher",
    by=("owner", "team", "segment"),
)

ACTIVITIES_PER_OPPORTUNITY = Kpi(
    "activities_per_opportunity",
    name=Text(en="Effort per opportunity", es="Actividades por oportunidad"),
    meaning=Text(
        en="Activities of the period per deal created in it.",
        es="Actividades del periodo por negocio creado en él.",
    ),
    formula=success.activities / pipeline.all_created,
    unit="ratio",
    better="lower",
    by=("owner", "kind", "segment"),
    formulas={"kind": success.activities / pipeline.all_created.whole()},
)

PRODUCT_ADOPTION_RATE = Kpi(
    "product_adoption_rate",
    name=Text(en="Adoption", es="Adopción de productos"),
    meaning=Text(
        en="Of the accounts entitled to it at the end of the period, the share that used it on several days of "
        "the last month.",
        es="De las cuentas con derecho a usarlo al final del periodo, la parte que lo usó varios días del último mes.",
    ),
    formula=success.adopters / recurring.paying_accounts,
    unit="percent",
    better="higher",
    by=("product", "segment"),
    formulas={"product": success.adopters_of_product / recurring.paying_accounts},
    boards=("customer_success",),
    articles=(article(2),),
)

SUPPORT_TICKETS = Kpi(
    "support_tickets",
    name=Text(en="Tickets", es="Tickets de soporte"),
    meaning=Text(
        en="Support tickets opened in the period.",
        es="Tickets de soporte abiertos en el periodo.",
    ),
    formula=success.tickets,
    unit="count",
    better="lower",
    by=("account", "segment", "product", "kind"),
    boards=("customer_success",),
    caution=Text(
        en="Judge the figure per account: raw counts grow with the base. Few tickets with falling use are a warning.",
        es="Juzgue la cifra por cuenta: el total crece con la base. Pocos tickets con uso en caída son una alerta.",
    ),
    articles=(article(2),),
)

TICKETS_PER_ACCOUNT = Kpi(
    "tickets_per_account",
    name=Text(en="Tickets per account", es="Tickets por cuenta"),
    meaning=Text(
        en="Support tickets of the period per active account, the mean of its start and end.",
        es="Tickets de soporte del periodo por cuenta activa, media entre su inicio y su final.",
    ),
    formula=success.tickets / ((success.active_at_start + success.active_at_end) / 2),
    unit="ratio",
    better="lower",
    by=("account", "segment"),
    boards=("customer_success",),
    articles=(article(2),),
)

TICKETS_PER_TICKETING_ACCOUNT = Kpi(
    "tickets_per_ticketing_account",
    name=Text(en="Tickets per asking account", es="Tickets por cuenta que consulta"),
    meaning=Text(
        en="Support tickets of the period per account that opened one.",
        es="Tickets de soporte del periodo por cuenta que abrió alguno.",
    ),
    formula=success.tickets_of_accounts / success.ticketing_accounts,
    unit="ratio",
    better="lower",
    by=("segment", "product"),
)

ONBOARDING_TIME = Kpi(
    "onboarding_time",
    name=Text(en="Onboarding time", es="Incorporación más rápida"),
    meaning=Text(
        en="Days from the start of an onboarding to its end, of those completed in the period.",
        es="Días desde el inicio de una incorporación hasta su final, de las completadas en el periodo.",
    ),
    formula=success.onboarding_length,
    unit="days",
    better="lower",
    by=("owner", "segment", "product"),
    defaults={"statistic": "median"},
    boards=("customer_success",),
    caution=Text(
        en="Only finished ones have a length; look at the age of those still open, too.",
        es="Solo las terminadas tienen duración; mire también la antigüedad de las abiertas.",
    ),
    articles=(article(2),),
)

ONBOARDINGS_STARTED = Kpi(
    "onboardings_started",
    name=Text(en="Onboardings started", es="Incorporaciones iniciadas"),
    meaning=Text(
        en="Onboardings that began in the period.",
        es="Incorporaciones que empezaron en el periodo.",
    ),
    formula=success.onboardings_started,
    unit="count",
    better="higher",
    by=("owner", "segment", "product"),
)

ONBOARDINGS_COMPLETED = Kpi(
    "onboardings_completed",
    name=Text(en="Onboardings completed", es="Incorporaciones mensuales"),
    meaning=Text(
        en="Onboardings that were completed in the period.",
        es="Incorporaciones que se completaron en el periodo.",
    ),
    formula=success.onboardings_completed,
    unit="count",
    better="higher",
    by=("owner", "segment", "product"),
    boards=("customer_success",),
    articles=(article(2),),
)

ONBOARDING_COMPLETION_RATE = Kpi(
    "onboarding_completion_rate",
    name=Text(en="Onboarding completion", es="Incorporaciones completadas"),
    meaning=Text(
        en="Of the onboardings that began in the period, the share completed within the window.",
        es="De las incorporaciones que empezaron en el periodo, la parte completada dentro de la ventana.",
    ),
    formula=success.onboarded / success.onboarding_cohort,
    unit="percent",
    better="higher",
    by=("owner", "segment", "product"),
)

KPIS = (
    UPSELL_RATE,
    CROSS_SELL_RATE,
    EXPANSION_REVENUE_SHARE,
    UPSELL_OFFER_ACCEPTANCE_RATE,
    CROSS_SELL_OFFER_ACCEPTANCE_RATE,
    REPEAT_PURCHASE_RATE,
    REFERRALS,
    REFERRED_CUSTOMERS,
    REFERRAL_RATE,
    ACCOUNT_ENGAGEMENT,
    ENGAGED_ACCOUNT_RATE,
    ACCOUNT_COVERAGE,
    ACTIVITIES_PER_OPPORTUNITY,
    PRODUCT_ADOPTION_RATE,
    SUPPORT_TICKETS,
    TICKETS_PER_ACCOUNT,
    TICKETS_PER_TICKETING_ACCOUNT,
    ONBOARDING_TIME,
    ONBOARDINGS_STARTED,
    ONBOARDINGS_COMPLETED,
    ONBOARDING_COMPLETION_RATE,
)
