"""
Records that point at records that are not there.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.touched import RECURRING, STAGES
from kpis.words import Text


def _pointing(at: str, table: str, of: Text, kpis: tuple[str, ...], effect: Text, fix: Text) -> Check:
    return Check(
        at,
        "warning",
        kpis,
        needs=(table,),
        found=Text(
            en=f"Records that name {of.en} that is not there.", es=f"Registros que nombran {of.es} que no está."
        ),
        effect=effect,
        fix=fix,
    )


_READ_IT = Text(
    en="Correct the id, or let the connector read the record it names; ids are those of the same source.",
    es="Corrija el id o deje que el conector lea el registro que nombra; los ids son de la misma fuente.",
)

CHECKS = (
    _pointing(
        "account_unknown",
        "accounts",
        Text(en="an account", es="una cuenta"),
        (*RECURRING, "product_adoption_rate", "account_engagement", "tickets_per_account", "referral_rate"),
        Text(
            en="They are left out of every number per account; elsewhere they stand under (none).",
            es="Quedan fuera de toda cifra por cuenta; en lo demás van en (none).",
        ),
        _READ_IT,
    ),
    _pointing(
        "person_unknown",
        "leads",
        Text(en="a person", es="una persona"),
        ("attributed_conversions", "roi", "romi", "account_engagement", "referrals"),
        Text(
            en="What they tell of the person is left out: a touch on no path, a referral of nobody.",
            es="Lo que dicen de la persona queda fuera: un contacto en ningún recorrido, una referencia de nadie.",
        ),
        _READ_IT,
    ),
    _pointing(
        "deal_unknown",
        "opportunities",
        Text(en="a deal", es="un negocio"),
        (*STAGES, "average_ticket", "roi", "romi"),
        Text(
            en="Their stage changes are left out; invoices count without the deal's campaign and owner.",
            es="Sus cambios de etapa quedan fuera; las facturas cuentan sin la campaña ni el responsable del negocio.",
        ),
        _READ_IT,
    ),
    _pointing(
        "campaign_unknown",
        "campaigns",
        Text(en="a campaign", es="una campaña"),
        ("cost_per_lead", "roi", "romi", "attributed_conversions", "campaign_breakeven_days"),
        Text(en="By campaign they stand under (none).", es="Por campaña van en (none)."),
        _READ_IT,
    ),
    _pointing(
        "owner_unknown",
        "owners",
        Text(en="an owner", es="un responsable"),
        ("new_leads", "win_rate", "won_revenue", "pipeline_coverage", "activities_per_opportunity"),
        Text(en="By owner they stand under (none).", es="Por responsable van en (none)."),
        Text(
            en="Give the record to a person; a queue is nobody's.",
            es="Asigne el registro a una persona; una cola no es de nadie.",
        ),
    ),
    Check(
        "converted_deal_unknown",
        "note",
        ("lead_conversion_rate_cohort", "lead_conversion_rate_period"),
        needs=("opportunities",),
        found=Text(
            en="Leads converted into a deal that is not there.", es="Leads convertidos en un negocio que no está."
        ),
        effect=Text(
            en="They count as converted on the day the lead says, where conversion to an opportunity is asked for.",
            es="Cuentan como convertidos el día que dice el lead, si se pide la conversión a oportunidad.",
        ),
        fix=_READ_IT,
    ),
    Check(
        "ticket_parent_unknown",
        "warning",
        ("support_tickets", "tickets_per_account", "tickets_per_ticketing_account"),
        needs=("tickets",),
        found=Text(
            en="Tickets under a parent ticket that is not there.", es="Tickets bajo un ticket padre que no está."
        ),
        effect=Text(
            en="Left out as children, though no parent counts for them.",
            es="Quedan fuera como hijos, aunque ningún padre cuenta por ellos.",
        ),
        fix=Text(
            en="Take the parent away, or bring the parent ticket back.",
            es="Quite el padre o recupere el ticket padre.",
        ),
    ),
)
