"""
Recurring revenue: what customers pay every month, and what is lost.
"""

from __future__ import annotations

from kpis.catalogue.articles import article
from kpis.catalogue.figures import recurring
from kpis.formula import Base, WhereOffered
from kpis.model import Kpi
from kpis.words import Text

_CUTS = ("segment", "product", "owner", "channel")
_FOLLOWED = ("day", "week", "month", "quarter", "year", "trailing")
_MONTHS = ("month", "quarter", "year")
_ARPA = recurring.mrr / recurring.paying_accounts
_ARPA_BEFORE = recurring.mrr.year_before() / recurring.paying_accounts.year_before()

MRR = Kpi(
    "mrr",
    name=Text(en="MRR", es="Ingresos recurrentes mensuales"),
    meaning=Text(
        en="What paying accounts pay per month at the end of the period.",
        es="Lo que las cuentas de pago pagan por mes al final del periodo.",
    ),
    formula=recurring.mrr,
    unit="money",
    better="higher",
    by=("account", *_CUTS),
    articles=(article(1),),
)

MRR_MOVEMENTS = Kpi(
    "mrr_movements",
    name=Text(en="MRR movements", es="Movimientos de MRR"),
    meaning=Text(
        en="How MRR changed, one net movement per account and month: new, reactivation, expansion, contraction, churn.",
        es="Cómo cambió el MRR, un movimiento neto por cuenta y mes: nuevo, reactivación, expansión, "
        "contracción, cancelación.",
    ),
    formula=recurring.movements,
    unit="money",
    better="none",
    by=("movement", "account", *_CUTS),
    grains=_MONTHS,
    formulas={"movement": recurring.any_movements},
    caution=Text(
        en="Opening MRR and all movements make the closing MRR; the effect of exchange rates stands on its own "
        "line, and so "
        "do accounts that joined and left within a month (intra_month), which are in no sum.",
        es="MRR inicial y movimientos dan el MRR final; el efecto del tipo de cambio va en su propia línea, "
        "como las cuentas "
        "que entraron y salieron en un mes (intra_month), que no están en ninguna suma.",
    ),
    articles=(article(1),),
)

NET_NEW_MRR = Kpi(
    "net_new_mrr",
    name=Text(en="Net new MRR", es="Ingresos nuevos netos (recurrentes)"),
    meaning=Text(
        en="New, reactivated and expanded MRR of the period, less contraction and churn.",
        es="MRR nuevo, reactivado y ampliado del periodo, menos contracción y cancelación.",
    ),
    formula=recurring.real_movements,
    unit="money",
    better="higher",
    by=("movement", "account", *_CUTS),
    grains=_MONTHS,
    boards=("sales",),
    articles=(article(2),),
)

NET_NEW_REVENUE = Kpi(
    "net_new_revenue",
    name=Text(en="Net new revenue", es="Ingresos nuevos netos"),
    meaning=Text(
        en="Deals won with new business, upsells and cross-sells of the period, less its refunds.",
        es="Negocios ganados de cliente nuevo, upselling y venta cruzada del periodo, menos sus devoluciones.",
    ),
    formula=WhereOffered("revenue", recurring.new_business_amount + recurring.refunds, recurring.new_business_amount),
    unit="money",
    better="higher",
    by=("owner", "segment", "product", "channel"),
    boards=("sales",),
    articles=(article(2),),
)

ARPA = Kpi(
    "arpa",
    name=Text(en="ARPA", es="Ingreso promedio por cuenta"),
    meaning=Text(
        en="MRR per paying account at the end of the period.", es="MRR por cuenta de pago al final del periodo."
    ),
    formula=recurring.mrr / recurring.paying_accounts,
    unit="money_per_month",
    boards=("ceo",),
    better="higher",
    by=_CUTS,
    articles=(article(1, "Ingresos recurrentes mensuales totales / Cuentas totales"),),
)

ARPA_NEW = Kpi(
    "arpa_new",
    name=Text(en="ARPA, new", es="ARPA de cuentas nuevas"),
    meaning=Text(
        en="MRR per account of the accounts that first paid in the period.",
        es="MRR por cuenta de las cuentas que pagaron por primera vez en el periodo.",
    ),
    formula=recurring.new_mrr / recurring.new_payers,
    unit="money_per_month",
    better="higher",
    by=_CUTS,
    grains=_MONTHS,
    articles=(article(1),),
)

ARPA_EXISTING = Kpi(
    "arpa_existing",
    name=Text(en="ARPA, existing", es="ARPA de cuentas existentes"),
    meaning=Text(
        en="MRR per account of the accounts that had paid before the period.",
        es="MRR por cuenta de las cuentas que ya habían pagado antes del periodo.",
    ),
    formula=(recurring.mrr - recurring.new_mrr) / (recurring.paying_accounts - recurring.new_payers),
    unit="money_per_month",
    better="higher",
    by=_CUTS,
    grains=_MONTHS,
    articles=(article(1),),
)

ARPA_YOY_CHANGE = Kpi(
    "arpa_yoy_change",
    name=Text(en="ARPA vs last year", es="ARPA frente al año pasado"),
    meaning=Text(
        en="Change of ARPA against the same period a year before.",
        es="Cambio del ARPA frente al mismo periodo del año anterior.",
    ),
    formula=(_ARPA - _ARPA_BEFORE) / _ARPA_BEFORE,
    unit="percent",
    better="higher",
    by=_CUTS,
    grains=_MONTHS,
    articles=(article(1),),
)

GROSS_MRR_CHURN_RATE = Kpi(
    "gross_mrr_churn_rate",
    name=Text(en="Gross MRR churn", es="Tasa de rotación de MRR bruto"),
    meaning=Text(
        en="Share of the opening MRR that the same accounts no longer pay at the close; growth never offsets it.",
        es="Parte del MRR inicial que las mismas cuentas ya no pagan al cierre; el crecimiento nunca la compensa.",
    ),
    formula=recurring.lost_mrr / recurring.opening_mrr,
    unit="percent",
    boards=("ceo",),
    better="lower",
    by=_CUTS,
    grains=_FOLLOWED,
    whole_periods=True,
    sample=recurring.opening_accounts,
    articles=(article(1, "(Total MRR Churn este mes / Total MRR al comienzo de este mes) × 100"),),
)

GROSS_MRR_RETENTION_RATE = Kpi(
    "gross_mrr_retention_rate",
    name=Text(en="Gross MRR retention", es="Retención bruta de MRR"),
    meaning=Text(
        en="Share of the opening MRR that the same accounts still pay at the close, growth left out.",
        es="Parte del MRR inicial que las mismas cuentas siguen pagando al cierre, sin contar el crecimiento.",
    ),
    formula=(recurring.opening_mrr - recurring.lost_mrr) / recurring.opening_mrr,
    unit="percent",
    better="higher",
    by=_CUTS,
    grains=_FOLLOWED,
    whole_periods=True,
    sample=recurring.opening_accounts,
    articles=(article(1),),
)

NET_MRR_RETENTION_RATE = Kpi(
    "net_mrr_retention_rate",
    name=Text(en="MRR retention", es="Tasa de retención de MRR"),
    meaning=Text(
        en="What the accounts that paid at the opening pay at the close, per unit of their opening MRR.",
        es="Lo que pagan al cierre las cuentas que pagaban al inicio, por unidad de su MRR inicial.",
    ),
    formula=recurring.kept_mrr / recurring.opening_mrr,
    unit="percent",
    better="higher",
    by=_CUTS,
    grains=_FOLLOWED,
    whole_periods=True,
    sample=recurring.opening_accounts,
    boards=("customer_success",),
    caution=Text(
        en="Net of growth, so read gross retention beside it; a year is no product of months.",
        es="Es neta de crecimiento, así que lea al lado la retención bruta; un año no es el producto de sus meses.",
    ),
    articles=(article(2),),
)

NET_MRR_CHURN_RATE = Kpi(
    "net_mrr_churn_rate",
    name=Text(en="Net MRR churn", es="Rotación neta de MRR"),
    meaning=Text(
        en="Share of the opening MRR lost after growth of the same accounts; below zero when they grew.",
        es="Parte del MRR inicial perdida tras el crecimiento de las mismas cuentas; bajo cero si crecieron.",
    ),
    formula=(recurring.opening_mrr - recurring.kept_mrr) / recurring.opening_mrr,
    unit="percent",
    better="lower",
    by=_CUTS,
    grains=_FOLLOWED,
    whole_periods=True,
    sample=recurring.opening_accounts,
)

PORTFOLIO_GROWTH_RATE = Kpi(
    "portfolio_growth_rate",
    name=Text(en="Portfolio growth", es="Crecimiento de la cartera"),
    meaning=Text(
        en="Growth of MRR from the start of the period to its end.",
        es="Crecimiento del MRR desde el inicio del periodo hasta su final.",
    ),
    formula=(recurring.mrr - recurring.opening_mrr) / Base(recurring.opening_mrr),
    unit="percent",
    better="higher",
    by=("owner", "segment"),
    grains=_FOLLOWED,
    whole_periods=True,
    sample=recurring.opening_accounts,
    boards=("customer_success",),
    caution=Text(
        en="Accounts go by their manager of today: an account that was handed over counts for the new one from "
        "the start.",
        es="Cada cuenta va con su gestor de hoy: la que cambió de manos cuenta desde el inicio para el nuevo.",
    ),
    articles=(article(2),),
)

PAYING_ACCOUNTS = Kpi(
    "paying_accounts",
    name=Text(en="Paying accounts", es="Cuentas de pago"),
    meaning=Text(
        en="Accounts with MRR above zero at the end of the period.",
        es="Cuentas con MRR mayor que cero al final del periodo.",
    ),
    formula=recurring.paying_accounts,
    unit="count",
    better="higher",
    by=_CUTS,
    supporting=True,
)

KPIS = (
    MRR,
    MRR_MOVEMENTS,
    NET_NEW_MRR,
    NET_NEW_REVENUE,
    ARPA,
    ARPA_NEW,
    ARPA_EXISTING,
    ARPA_YOY_CHANGE,
    GROSS_MRR_CHURN_RATE,
    GROSS_MRR_RETENTION_RATE,
    NET_MRR_RETENTION_RATE,
    NET_MRR_CHURN_RATE,
    PORTFOLIO_GROWTH_RATE,
    PAYING_ACCOUNTS,
)
