"""
Existing customers: who leaves, and what one is worth.
"""

from __future__ import annotations

from kpis.catalogue.articles import article
from kpis.catalogue.figures import recurring, returns, value
from kpis.formula import choose
from kpis.model import Kpi
from kpis.words import Text

CUSTOMER_CHURN_RATE = Kpi(
    "customer_churn_rate",
    name=Text(en="Customer churn", es="Tasa de cancelación de clientes"),
    meaning=Text(
        en="Share of the accounts paying at the start of the period that no longer pay at its end.",
        es="Parte de las cuentas que pagaban al inicio del periodo y ya no pagan al final.",
    ),
    formula=recurring.lost_accounts / recurring.opening_accounts,
    unit="percent",
    better="lower",
    by=("segment", "product", "owner", "channel"),
    grains=("day", "week", "month", "quarter", "year", "trailing"),
    whole_periods=True,
    articles=(article(1),),
)

ACCOUNT_RETENTION_RATE = Kpi(
    "account_retention_rate",
    name=Text(en="Account retention", es="Tasa de retención de cuenta"),
    meaning=Text(
        en="Share of the accounts paying at the start of the period that still pay at its end.",
        es="Parte de las cuentas que pagaban al inicio del periodo y siguen pagando al final.",
    ),
    formula=(recurring.opening_accounts - recurring.lost_accounts) / recurring.opening_accounts,
    unit="percent",
    better="higher",
    by=("segment", "product", "owner", "channel"),
    grains=("day", "week", "month", "quarter", "year", "trailing"),
    whole_periods=True,
    boards=("customer_success",),
    articles=(article(2),),
)

CUSTOMER_LIFETIME_VALUE = Kpi(
    "customer_lifetime_value",
    name=Text(en="CLTV", es="Valor de por vida del cliente"),
    meaning=Text(
        en="What an average account pays until it leaves, if the monthly churn stays as it is.",
        es="Lo que paga una cuenta media hasta irse, si la cancelación mensual sigue igual.",
    ),
    formula=choose("cltv_basis", revenue=value.arpa, gross_profit=value.arpa * returns.margin) / value.monthly_churn,
    unit="money",
    boards=("ceo", "automation"),
    better="higher",
    by=("segment", "channel"),
    grains=("month", "quarter", "year"),
    whole_periods=True,
    sample=recurring.opening_accounts,
    articles=(article(1, "Ingresos promedio por cuenta / Tasa de cancelación de clientes"), article(3)),
)

CUSTOMER_LIFETIME_VALUE_PREDICTIVE = Kpi(
    "customer_lifetime_value_predictive",
    name=Text(en="Predictive CLV", es="CLV estimado por modelo"),
    meaning=Text(
        en="What a model fitted to who left and who stayed expects the customers to bring within its horizon.",
        es="Lo que un modelo ajustado a quien se fue y quien se quedó espera que traigan los clientes en su horizonte.",
    ),
    formula=value.predicted,
    unit="money",
    better="higher",
    by=("account", "segment", "owner", "channel"),
    grains=("month", "quarter", "year", "all"),
    boards=("automation",),
    caution=Text(
        en="Known for the last whole month only. `noria explain` shows the model, its interval and how wrong it was "
        "on the months held out. ARPA over churn stays the headline.",
        es="Solo se conoce para el último mes completo. `noria explain` muestra el modelo, su intervalo y cuánto erró "
        "en los meses reservados. ARPA entre cancelación sigue siendo la cifra principal.",
    ),
    articles=(article(3),),
)

CUSTOMER_HISTORIC_VALUE = Kpi(
    "customer_historic_value",
    name=Text(en="Historic customer value", es="Valor histórico del cliente"),
    meaning=Text(
        en="What the customers have brought until the last whole month: gross profit where a margin is set, "
        "else revenue.",
        es="Lo que los clientes han dejado hasta el último mes completo: margen bruto si hay un margen fijado, "
        "si no ingreso.",
    ),
    formula=value.historic,
    unit="money",
    better="higher",
    by=("account", "segment", "owner", "channel"),
    grains=("month", "quarter", "year", "all"),
    supporting=True,
    articles=(article(3),),
)

KPIS = (
    CUSTOMER_CHURN_RATE,
    ACCOUNT_RETENTION_RATE,
    CUSTOMER_LIFETIME_VALUE,
    CUSTOMER_LIFETIME_VALUE_PREDICTIVE,
    CUSTOMER_HISTORIC_VALUE,
)
