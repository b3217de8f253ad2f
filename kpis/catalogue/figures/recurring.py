"""
MRR and the accounts that pay it.
"""

from __future__ import annotations

from kpis.catalogue.figures.common import DEALS, MRR
from kpis.formula import choose
from kpis.measure import Balance, Measure, flow, money

_mrr_change = flow("mrr_change", MRR, "sum(change)", at='"on"', faults={"missing_fx_rate": "sum(unconverted_change)"})
_paying_change = flow(
    "paying_accounts_change",
    MRR,
    "sum(cast(is_active_after as integer) - cast(is_active_before as integer))",
    at='"on"',
)
mrr = Balance("mrr", _mrr_change, None, "close")
opening_mrr = Balance("opening_mrr", _mrr_change, None, "open")
paying_accounts = Balance("paying_accounts", _paying_change, None, "close")
opening_accounts = Balance("opening_accounts", _paying_change, None, "open")
lost_mrr = flow(
    "lost_mrr",
    MRR,
    "sum(greatest(exchange_effect - change, 0))",
    at='"on"',
    where="is_active_before",
    faults={"missing_fx_rate": "count_if(unconverted_moves > 0)"},
)
lost_accounts = flow("lost_accounts", MRR, at='"on"', where="is_active_before and not is_active_after")

# What the accounts that paid at the opening pay at the close; the effect of exchange rates is no movement
_UNRATED = {"missing_fx_rate": "count_if(unconverted_moves > 0)"}


def _steps(name: str, aggregate: str, where: str) -> Measure:
    return flow(name, MRR, aggregate, at='"on"', where=where, faults=_UNRATED)


kept_change = _steps("change_of_opening_accounts", "sum(change - exchange_effect)", "is_active_before")
expanded = _steps("expansion", "sum(greatest(change - exchange_effect, 0))", "is_active_before")
_BACK = "not is_active_before and is_active_after and first_paid_on < period_start"
returned = _steps("reactivated_mrr", "sum(closing)", _BACK)
kept_mrr = choose(
    "retention_include_reactivation",
    false=opening_mrr + kept_change,
    true=opening_mrr + kept_change + returned,
)
_NEW = "is_active_after and first_paid_on >= period_start"
new_mrr = _steps("mrr_of_new_accounts", "sum(closing)", _NEW)
new_payers = flow("new_paying_accounts", MRR, at='"on"', where=_NEW)

# The ledger: one net movement per account and month
MOVEMENTS = "fact_mrr_movements"
movements = flow(
    "mrr_movements",
    MOVEMENTS,
    "sum(amount)",
    at='"on"',
    where="movement <> 'intra_month'",
    faults=_UNRATED,
)
any_movements = flow("mrr_movements_of_a_kind", MOVEMENTS, "sum(amount)", at='"on"', faults=_UNRATED)
real_movements = flow(
    "net_new_mrr",
    MOVEMENTS,
    "sum(amount)",
    at='"on"',
    where="movement not in ('intra_month', 'exchange')",
    faults=_UNRATED,
)
new_business_amount = money(
    "won_new_business", DEALS, at="closed_on", where="is_won and not is_renewal", needs=(("opportunities",),)
)
refunds = money("refunds", "fact_revenue", at='"on"', where="is_refund")  # negative amounts
