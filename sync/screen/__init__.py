"""
Tables that a person likes to read, in English and Spanish; nothing here prints.
"""

from sync.screen.catalogue import card, catalogue
from sync.screen.history import findings, identity, pulled, run_details, runs
from sync.screen.pushes import applied, plan
from sync.screen.values import board, notes, values

__all__ = [
    "applied",
    "board",
    "card",
    "catalogue",
    "findings",
    "identity",
    "notes",
    "plan",
    "pulled",
    "run_details",
    "runs",
    "values",
]
