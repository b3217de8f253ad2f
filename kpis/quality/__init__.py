"""
Checks of the data: nonsense that the numbers leave out or cannot make sense of, each found by one select.

A family per file, in the order in which a person reads them; `selects/` holds a select per check, named like it.
"""

from __future__ import annotations

from kpis.quality.check import Check
from kpis.quality.customers import CHECKS as _CUSTOMERS
from kpis.quality.deals import CHECKS as _DEALS
from kpis.quality.history import CHECKS as _HISTORY
from kpis.quality.marketing import CHECKS as _MARKETING
from kpis.quality.money import CHECKS as _MONEY
from kpis.quality.people import CHECKS as _PEOPLE
from kpis.quality.references import CHECKS as _REFERENCES
from kpis.quality.targets import CHECKS as _TARGETS

CHECKS: dict[str, Check] = {
    check.id: check
    for family in (_DEALS, _HISTORY, _PEOPLE, _MONEY, _CUSTOMERS, _MARKETING, _TARGETS, _REFERENCES)
    for check in family
}

__all__ = ["CHECKS", "Check"]
