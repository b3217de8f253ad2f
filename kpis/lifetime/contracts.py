"""
Lifetime value of accounts that pay by subscription.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from connectors.errors import BadData
from kpis.lifetime import cohorts
from kpis.lifetime.cohorts import Cohorts
from kpis.lifetime.columns import Days, Numbers, months_before, plus_months, whole_months
from kpis.lifetime.groups import Groups, group
from kpis.lifetime.likelihood import Floats
from kpis.lifetime.model import Estimate, Forecast, Holdout, Terms
from kpis.lifetime.retention import discounted_lifetime, survival
from kpis.lifetime.scarcity import check_events, history_months, holdout_months, low_sample, table, too_little
from kpis.lifetime.simulation import Played, draw_random, play
from kpis.lifetime.spells import Book, Spells, read, spells
from kpis.lifetime.survival import kaplan_meier

MODEL = "shifted_beta_geometric"
_LEAST, _MOST = 1e-12, 1 - 1e-12


@dataclass(frozen=True)
class _Standing:
    """
    The accounts that pay at as_of.

    Args:
        account: Number of the account.
        cohort: Which model holds for it.
        renewals: Renewals behind it.
        served: Share of its present month that is over [fraction].
        money: What a month of it is worth [money].
    """

    account: Numbers
    cohort: Numbers
    renewals: Numbers
    served: Floats
    money: Floats


def forecast(table_of_spans: pa.Table, terms: Terms, members: pa.Table | None = None) -> Forecast:
    """
    What every account brought and is still to bring.

    Args:
        table_of_spans: account_key, starts_on, ends_on (exclusive, null while it runs), mrr.
        terms: What is asked.
        members: account_key, member: the groups to answer for besides; None for none.
    """
    book = read(table_of_spans, terms.as_of)
    today = np.datetime64(terms.as_of, "D")
    historic = book.revenue(None, today) * terms.share
    stretches = spells(book, terms.as_of)
    history = history_months(stretches.start, terms.as_of)
    lost = int((~stretches.is_open).sum())
    reason = too_little(len(book.accounts.keys), history, terms)
    if reason is None:
        try:
            check_events(lost)
            fitted = cohorts.fit(stretches, terms)
        except BadData:
            reason = "insufficient_history"
    if reason is not None:
        values = table(book.accounts.keys, historic)
        return Forecast(MODEL, terms, values, len(book.accounts.keys), history, left_out=book.left_out, reason=reason)
    standing = _standing(book, stretches, fitted, terms)
    groups = group(book.accounts.keys, members)
    expected, played = _future(standing, fitted, terms, groups)
    monthly = float(standing.money.mean()) if standing.money.size else 0.0
    lifetime = discounted_lifetime(fitted.common, terms.monthly_discount, horizon=terms.horizon_months)
    return Forecast(
        MODEL,
        terms,
        table(book.accounts.keys, historic, expected, played.low, played.high),
        total=Estimate(float(expected.sum()), *played.total),
        groups=groups.table(historic, expected, played.groups) if members is not None else None,
        accounts=len(book.accounts.keys),
        history_months=history,
        new_account=monthly * lifetime,
        parameters=fitted.parameters() | {"lifetime_months": lifetime},
        holdout=_holdout(book, terms),
        curve=_curve(stretches, fitted, terms),
        flags=low_sample(lost),
        left_out=book.left_out,
    )


def _standing(book: Book, stretches: Spells, fitted: Cohorts, terms: Terms) -> _Standing:
    today = np.datetime64(terms.as_of, "D")
    account, start = stretches.account[stretches.is_open], stretches.start[stretches.is_open]
    renewals = whole_months(start, today)
    return _Standing(
        account,
        fitted.of(start),
        renewals,
        _served(start, renewals, today),
        book.mrr_at(today)[account] * terms.share,
    )


def _served(start: Days, renewals: Numbers, today: np.datetime64) -> Floats:
    begun, due = plus_months(start, renewals), plus_months(start, renewals + 1)
    return np.asarray((today + np.timedelta64(1, "D") - begun).astype(float) / (due - begun).astype(float))


def _future(standing: _Standing, fitted: Cohorts, terms: Terms, groups: Groups) -> tuple[Floats, Played]:
    """
    The rest of the present month is paid for; every later one only if the account renews.
    """
    paid = _Payments(standing, terms)
    expected = _expected(standing, fitted, terms, paid)
    random = draw_random()
    drawn = np.stack([model.fit.draws(terms.draws, random) for model in fitted.models()])

    def future(rows: slice, draw: int, chance: np.random.Generator) -> Floats:
        alpha, beta = drawn[standing.cohort[rows], draw].T
        leaves = np.clip(chance.beta(alpha, beta + standing.renewals[rows]), _LEAST, _MOST)
        renewed = np.floor(np.log1p(-chance.random(leaves.size)) / np.log1p(-leaves))
        return paid.of(rows, np.minimum(renewed, terms.horizon_months).astype(np.int64))

    played = play(groups.of_account[standing.account], len(groups.members), future, terms)
    accounts = groups.of_account.size
    low, high = _among(played.low, standing, accounts), _among(played.high, standing, accounts)
    return _among(expected, standing, accounts), replace(played, low=low, high=high)


def _among(values: Floats, standing: _Standing, accounts: int) -> Floats:
    """
    Values of the accounts that pay among all; those that are gone are worth nothing more.
    """
    found = np.zeros(accounts)
    found[standing.account] = values
    return found


class _Payments:
    """
    What an account pays within the horizon when it renews so many times.
    """

    def __init__(self, standing: _Standing, terms: Terms) -> None:
        self._standing = standing
        self._horizon = terms.horizon_months
        self.factor = 1 / (1 + terms.monthly_discount)
        # Of the months after the present one the last is cut off by the horizon; the others are whole.
        self._whole = np.concatenate([[0.0], np.cumsum(self.factor ** np.arange(1, self._horizon)), [0.0]])
        self._whole[-1] = self._whole[-2]

    def of(self, rows: slice, renewed: Numbers) -> Floats:
        served, money = self._standing.served[rows], self._standing.money[rows]
        last = np.where(renewed >= self._horizon, served * self.factor**self._horizon, 0)
        return np.asarray(money * (1 - served + (self._whole[renewed] + last) / self.factor**served))


def _expected(standing: _Standing, fitted: Cohorts, terms: Terms, paid: _Payments) -> Floats:
    horizon = terms.horizon_months
    ahead = np.arange(1, horizon + 1)
    weights = paid.factor**ahead
    pairs, which = np.unique(np.stack([standing.cohort, standing.renewals]), axis=1, return_inverse=True)
    models = fitted.models()
    alpha, beta = (np.array([getattr(model, name) for model in models])[pairs[0]] for name in ("alpha", "beta"))
    stays = survival(alpha[:, None], (beta + pairs[1])[:, None], ahead) * weights
    whole, last = stays[:, :-1].sum(axis=1)[which], stays[:, -1][which]
    served = standing.served
    return np.asarray(standing.money * (1 - served + (whole + served * last) / paid.factor**served))


def _holdout(book: Book, terms: Terms) -> Holdout | None:
    months = holdout_months(history_months(book.starts, terms.as_of))
    earlier = months_before(terms.as_of, months)
    then = replace(terms, as_of=earlier, margin=None, monthly_discount=0.0, horizon_months=months)
    stretches = spells(book, earlier)
    try:
        fitted = cohorts.fit(stretches, then)
    except BadData:
        return None
    standing = _standing(book, stretches, fitted, then)
    predicted = _expected(standing, fitted, then, _Payments(standing, then)).sum()
    came = book.revenue(np.datetime64(earlier, "D"), np.datetime64(terms.as_of, "D"))
    return Holdout(earlier, months, float(predicted), float(came[standing.account].sum()))


def _curve(stretches: Spells, fitted: Cohorts, terms: Terms) -> pa.Table:
    seen = kaplan_meier(stretches.renewals, ~stretches.is_open, terms.level)
    return pa.table(
        {
            "renewals": seen.time.astype(np.int64),
            "at_risk": seen.at_risk.astype(np.int64),
            "observed": seen.survival,
            "low": seen.low,
            "high": seen.high,
            "model": fitted.survival(stretches.start, seen.time),
        }
    )
