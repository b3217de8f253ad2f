"""
Facts: the tables that KPIs are computed over, and the two models that SQL cannot fit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from kpis import facts
from kpis.attribution import SHARES, TRANSITIONS, shares
from kpis.lifetime import forecast, words
from kpis.lifetime.model import Forecast
from kpis.options import in_force
from sync.environment import declared, remember_built
from sync.settings import Settings
from sync.warehouse import Session

LIFETIME = "fact_lifetime"
_SPANS = "select account_key, starts_on, ends_on, cast(mrr as double) as mrr from fact_subscriptions where {}"
_RATED = "account_key not in (select account_key from fact_subscriptions where is_unconverted)"
_ORDERS = """
select account as account_key, "on", cast(amount as double) as amount
from fact_orders
where revenue_source = '{}' and account is not null and not is_unconverted and amount is not null
"""


def build(session: Session, settings: Settings, as_of: date) -> None:
    """
    Make the fact tables anew from the normalized ones.

    Args:
        as_of: The organisation's day; lifetime values are those of the last month that was over by then.
    """
    own = declared(session, settings)
    for statement in facts.statements(own):
        session.execute(statement.sql)
        if statement.name == SHARES:
            fit_attribution(session)
    _fit_lifetime(session, own, in_force(settings.kpis.options, own), as_of)
    remember_built(session, settings)


def fit_attribution(session: Session) -> None:
    """
    Solve the Markov model before any credit is given.
    """
    session.load(SHARES, shares(session.query(f"select * from {TRANSITIONS}")))


def _fit_lifetime(session: Session, own: facts.Environment, options: Mapping[str, Any], as_of: date) -> None:
    close = as_of if (as_of + timedelta(days=1)).day == 1 else as_of.replace(day=1) - timedelta(days=1)
    terms = {
        "as_of": close,
        "margin": None if options["gross_margin"] is None else float(options["gross_margin"]),
        "monthly_discount": float(options["clv_monthly_discount"]),
        "horizon_months": options["clv_horizon_months"],
        "minimum_months": options["clv_minimum_months"],
        "minimum_accounts": options["clv_minimum_accounts"],
    }
    if "subscriptions" in own.offered:
        fitted = forecast.contractual(session.query(_SPANS.format(_RATED)), **terms)
    else:
        fitted = forecast.orders(session.query(_ORDERS.format(options["revenue_source"])), **terms)
    flag = fitted.flags[0] if fitted.flags else None
    with session.given("fitted_values", fitted.values):
        session.execute(
            f"insert into {LIFETIME} select f.account_key, a.segment, a.owner, a.channel, cast(? as date), f.historic,"
            " f.expected, f.low, f.high, ?, ? from fitted_values as f left join fact_accounts as a"
            " on a.account_key = f.account_key",
            [close, fitted.reason, flag],
        )
    session.remember("lifetime", json.dumps(_summary(fitted)))


def _summary(fitted: Forecast) -> dict[str, Any]:
    """
    What a person wants to know of a fit, as JSON types.
    """
    tried = words.holdout(fitted)
    return {
        "model": fitted.model,
        "meaning": words.MODELS[fitted.model].as_dict() if fitted.model in words.MODELS else None,
        "parameters": dict(fitted.parameters),
        "accounts": fitted.accounts,
        "history_months": fitted.history_months,
        "reason": fitted.reason,
        "scarce": words.scarce(fitted).as_dict() if fitted.reason else None,
        "expected": fitted.total.expected if fitted.total else None,
        "low": fitted.total.low if fitted.total else None,
        "high": fitted.total.high if fitted.total else None,
        "interval": words.interval(fitted).as_dict() if fitted.total else None,
        "holdout_error": fitted.holdout_error,
        "holdout": tried.as_dict() if tried else None,
        "left_out": fitted.left_out,
        "basis": fitted.basis,
    }
