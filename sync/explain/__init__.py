"""
How a number came about: formula, parts, SQL and the records behind them, and what changed since another period.
"""

from sync.explain.change import Change, Effect, Moved, TermChange
from sync.explain.credits import Credit
from sync.explain.number import Explained, Term
from sync.explain.objectives import Objective
from sync.explain.records import Link, Record
from sync.explain.story import VERSUS, Story, Wanted, explain
from sync.explain.told import told

__all__ = [
    "VERSUS",
    "Change",
    "Credit",
    "Effect",
    "Explained",
    "Link",
    "Moved",
    "Objective",
    "Record",
    "Story",
    "Term",
    "TermChange",
    "Wanted",
    "explain",
    "told",
]
