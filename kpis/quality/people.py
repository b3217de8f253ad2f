"""
People: leads and what became of them, imports, referrals.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import LEADS, QUALIFIED
from kpis.words import Text

CHECKS = (
    Check(
        "lead_without_creation_date",
        "warning",
        LEADS,
        found=Text(en="Leads without a creation date.", es="Leads sin fecha de creación."),
        effect=Text(
            en="Left out of new leads and of cohorts, unless another record of the same person has a date.",
            es="Quedan fuera de los nuevos leads y de las cohortes, salvo que otro registro de la persona tenga fecha.",
        ),
        fix=Text(en="Give the source a creation date for them.", es="Dé a la fuente una fecha de creación para ellos."),
    ),
    Check(
        "lead_qualified_before_created",
        "warning",
        QUALIFIED,
        found=Text(en="Leads qualified before they were created.", es="Leads calificados antes de crearse."),
        effect=Text(
            en="They count as qualified on that earlier day, and in their cohort as qualified in time.",
            es="Cuentan como calificados ese día anterior y, en su cohorte, como calificados a tiempo.",
        ),
        fix=Text(
            en="Correct the qualification date, or map qualified_at to the field that holds it.",
            es="Corrija la fecha de calificación o asigne qualified_at al campo que la tiene.",
        ),
    ),
    Check(
        "lead_converted_before_created",
        "note",
        ("lead_conversion_rate_cohort", "lead_conversion_rate_period", "funnel_stage_conversion_rate"),
        found=Text(en="Leads converted before they were created.", es="Leads convertidos antes de crearse."),
        effect=Text(
            en="Where no deal tells a date, they count as converted on that earlier day.",
            es="Si ningún negocio da una fecha, cuentan como convertidos ese día anterior.",
        ),
        fix=Text(en="Correct the conversion date.", es="Corrija la fecha de conversión."),
    ),
    Check(
        "bulk_import_suspected",
        "warning",
        (*LEADS, "visitor_to_lead_rate"),
        needs=("leads",),
        found=Text(
            en="Leads that look like a bulk import: 20 in one minute, or 100 and 20 times the usual in one day.",
            es="Leads que parecen una importación masiva: 20 en un minuto, o 100 y 20 veces lo usual en un día.",
        ),
        effect=Text(
            en="They count as new leads of that day; no flag says so, for the source does not call them imported.",
            es="Cuentan como nuevos leads de ese día, sin aviso, pues la fuente no dice que sean importados.",
        ),
        fix=Text(
            en="Give them their original creation date, or set is_bulk_import so that numbers are flagged.",
            es="Déles su fecha de creación original o marque is_bulk_import para que las cifras lo avisen.",
        ),
    ),
    Check(
        "referral_of_itself",
        "warning",
        ("referrals", "referral_rate"),
        found=Text(en="Accounts that referred a person of their own.", es="Cuentas que refirieron a alguien propio."),
        effect=Text(en="Left out of referrals.", es="Quedan fuera de las referencias."),
        fix=Text(
            en="Correct who referred whom, or the account of the person.",
            es="Corrija quién refirió a quién, o la cuenta de la persona.",
        ),
    ),
)
