"""
Customers: subscriptions, tickets, onboardings, offers.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import RECURRING
from kpis.words import Text

CHECKS = (
    Check(
        "subscription_ends_before_start",
        "warning",
        RECURRING,
        found=Text(
            en="Subscriptions that end on or before the day they start.",
            es="Suscripciones que terminan el día en que empiezan o antes.",
        ),
        effect=Text(en="Left out: no day of them is paid.", es="Quedan fuera: ningún día suyo está pagado."),
        fix=Text(
            en="Correct the dates; ends_on is the first day that is not paid.",
            es="Corrija las fechas; ends_on es el primer día que ya no está pagado.",
        ),
    ),
    Check(
        "subscription_with_negative_mrr",
        "warning",
        RECURRING,
        found=Text(en="Subscriptions with a negative MRR.", es="Suscripciones con MRR negativo."),
        effect=Text(en="Left out.", es="Quedan fuera."),
        fix=Text(
            en="Take a discount off the MRR of the subscription it belongs to.",
            es="Reste el descuento del MRR de la suscripción a la que pertenece.",
        ),
    ),
    Check(
        "subscription_without_mrr",
        "warning",
        RECURRING,
        found=Text(en="Subscriptions, no trials, without an MRR.", es="Suscripciones, no de prueba, sin MRR."),
        effect=Text(
            en="Left out: an account that has no other is no paying account.",
            es="Quedan fuera: una cuenta sin otra no es cuenta de pago.",
        ),
        fix=Text(en="Give the MRR, or 0 for a free plan.", es="Ponga el MRR, o 0 si el plan es gratuito."),
    ),
    Check(
        "subscription_without_start",
        "warning",
        RECURRING,
        found=Text(en="Paid subscriptions without a first day.", es="Suscripciones de pago sin primer día."),
        effect=Text(en="Left out.", es="Quedan fuera."),
        fix=Text(en="Enter the day the service starts.", es="Ponga el día en que empieza el servicio."),
    ),
    Check(
        "subscription_without_account",
        "warning",
        RECURRING,
        found=Text(en="Paid subscriptions of no known account.", es="Suscripciones de pago sin cuenta conocida."),
        effect=Text(en="Left out: MRR is too low.", es="Quedan fuera: el MRR es demasiado bajo."),
        fix=Text(en="Link them to an account of the same source.", es="Vincúlelas con una cuenta de la misma fuente."),
    ),
    Check(
        "subscription_twice",
        "warning",
        RECURRING,
        found=Text(
            en="Subscriptions that overlap an equal one: same account, product, plan and MRR.",
            es="Suscripciones que se solapan con una igual: misma cuenta, producto, plan y MRR.",
        ),
        effect=Text(en="Both count: MRR may be too high.", es="Cuentan las dos: el MRR puede ser demasiado alto."),
        fix=Text(
            en="Remove one if it is a copy; two seats of one plan may stay.",
            es="Quite una si es una copia; dos licencias del mismo plan pueden quedarse.",
        ),
    ),
    Check(
        "ticket_closed_before_created",
        "note",
        ("support_tickets",),
        found=Text(en="Tickets closed before they were created.", es="Tickets cerrados antes de crearse."),
        effect=Text(
            en="They count by their creation; no number measures how long they were open.",
            es="Cuentan por su creación; ninguna cifra mide cuánto estuvieron abiertos.",
        ),
        fix=Text(en="Correct the dates.", es="Corrija las fechas."),
    ),
    Check(
        "ticket_without_creation_date",
        "warning",
        ("support_tickets", "tickets_per_account", "tickets_per_ticketing_account"),
        found=Text(en="Tickets without a creation date.", es="Tickets sin fecha de creación."),
        effect=Text(en="Left out.", es="Quedan fuera."),
        fix=Text(en="Give the source their creation date.", es="Dé a la fuente su fecha de creación."),
    ),
    Check(
        "onboarding_completed_before_started",
        "warning",
        ("onboarding_time", "onboarding_completion_rate"),
        found=Text(
            en="Onboardings completed before they were started.", es="Incorporaciones completadas antes de empezar."
        ),
        effect=Text(
            en="Left out of the time an onboarding takes, which is flagged.",
            es="Quedan fuera del tiempo de incorporación, que lo avisa.",
        ),
        fix=Text(en="Correct the dates.", es="Corrija las fechas."),
    ),
    Check(
        "onboarding_without_start",
        "warning",
        ("onboardings_started", "onboarding_time", "onboarding_completion_rate"),
        found=Text(en="Onboardings without a start.", es="Incorporaciones sin inicio."),
        effect=Text(
            en="Left out of those started and of the time they take.",
            es="Quedan fuera de las iniciadas y del tiempo que tardan.",
        ),
        fix=Text(en="Enter when it started.", es="Ponga cuándo empezó."),
    ),
    Check(
        "offer_accepted_before_offered",
        "warning",
        ("upsell_offer_acceptance_rate", "cross_sell_offer_acceptance_rate"),
        found=Text(en="Offers accepted before they were made.", es="Ofertas aceptadas antes de hacerse."),
        effect=Text(en="They count as accepted in time.", es="Cuentan como aceptadas a tiempo."),
        fix=Text(en="Correct the dates.", es="Corrija las fechas."),
    ),
)
