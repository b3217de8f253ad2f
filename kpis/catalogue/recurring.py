"""
Recurring revenue: what customers pay every month, and what is lost.
"""

from __future__ import annotations

from kpis.catalogue import measures as m
from kpis.catalogue.articles import article
from kpis.model import Kpi
from kpis.words import Text

_CUTS = ("segment", "product", "owner", "channel")
_FOLLOWED = ("day", "week", "month", "quarter", "year")

MRR = Kpi(
    "mrr",
    name=Text(en="MRR", es="Ingresos recurrentes mensuales"),
    meaning=Text(
        en="What paying accounts pay per month at the end of the period.",
        es="Lo que las cuentas de pago pagan por mes al final del periodo.",
    ),
    formula=m.mrr,
    unit="money",
    better="higher",
    by=("account", *_CUTS),
    articles=(article(1),),
)

ARPA = Kpi(
    "arpa",
    name=Text(en="ARPA", es="Ingreso promedio por cuenta"),
    meaning=Text(
        en="MRR per paying account at the end of the period.", es="MRR por cuenta de pago al final del periodo."
    ),
    formula=m.mrr / m.paying_accounts,
    unit="money_per_month",
    better="higher",
    by=_CUTS,
    articles=(article(1, "Ingresos recurrentes mensuales totales / Cuentas totales"),),
)

GROSS_MRR_CHURN_RATE = Kpi(
    "gross_mrr_churn_rate",
    name=Text(en="Gross MRR churn", es="Tasa de rotación de MRR bruto"),
    meaning=Text(
        en="Share of the opening MRR that the same accounts no longer pay at the close; growth never offsets it.",
        es="Parte del MRR inicial que las mismas cuentas ya no pagan al cierre; el crecimiento nunca la compensa.",
    ),
    formula=m.lost_mrr / m.opening_mrr,
    unit="percent",
    better="lower",
    by=_CUTS,
    grains=_FOLLOWED,
    whole_periods=True,
    sample=m.opening_accounts,
    articles=(article(1, "(Total MRR Churn este mes / Total MRR al comienzo de este mes) × 100"),),
)

PAYING_ACCOUNTS = Kpi(
    "paying_accounts",
    name=Text(en="Paying accounts", es="Cuentas de pago"),
    meaning=Text(
        en="Accounts with MRR above zero at the end of the period.",
        es="Cuentas con MRR mayor que cero al final del periodo.",
    ),
    formula=m.paying_accounts,
    unit="count",
    better="higher",
    by=_CUTS,
    supporting=True,
)

KPIS = (MRR, ARPA, GROSS_MRR_CHURN_RATE, PAYING_ACCOUNTS)
