"""
Existing customers: who leaves, and what one is worth.
"""

from __future__ import annotations

from kpis.catalogue import measures as m
from kpis.catalogue.articles import article
from kpis.formula import MonthlyRate, Setting, choose
from kpis.model import Kpi
from kpis.words import Text

CUSTOMER_CHURN_RATE = Kpi(
    "customer_churn_rate",
    name=Text(en="Customer churn", es="Tasa de cancelación de clientes"),
    meaning=Text(
        en="Share of the accounts paying at the start of the period that no longer pay at its end.",
        es="Parte de las cuentas que pagaban al inicio del periodo y ya no pagan al final.",
    ),
    formula=m.lost_accounts / m.opening_accounts,
    unit="percent",
    better="lower",
    by=("segment", "product", "owner", "channel"),
    grains=("day", "week", "month", "quarter", "year"),
    whole_periods=True,
    articles=(article(1),),
)

_ARPA = m.mrr / m.paying_accounts

CUSTOMER_LIFETIME_VALUE = Kpi(
    "customer_lifetime_value",
    name=Text(en="CLTV", es="Valor de por vida del cliente"),
    meaning=Text(
        en="What an average account pays until it leaves, if the monthly churn stays as it is.",
        es="Lo que paga una cuenta media hasta irse, si la cancelación mensual sigue igual.",
    ),
    formula=choose("cltv_basis", revenue=_ARPA, gross_profit=_ARPA * Setting("gross_margin"))
    / MonthlyRate(m.lost_accounts, m.opening_accounts, "cltv_churn_months"),
    unit="money",
    better="higher",
    by=("segment", "channel"),
    grains=("month", "quarter", "year"),
    whole_periods=True,
    sample=m.opening_accounts,
    articles=(article(1, "Ingresos promedio por cuenta / Tasa de cancelación de clientes"), article(3)),
)

KPIS = (CUSTOMER_CHURN_RATE, CUSTOMER_LIFETIME_VALUE)
