"""
Tables that a person likes to read, in English and Spanish; nothing here prints.
"""

from sync.screen.attribution import attribution
from sync.screen.catalogue import card, catalogue, cautions
from sync.screen.cells import notes
from sync.screen.compared import board, same_days
from sync.screen.explain import Asked, explained
from sync.screen.history import findings, identity, pulled, run_details, runs
from sync.screen.numbers import Reader
from sync.screen.objectives import objectives, suggested
from sync.screen.pushes import applied, plan
from sync.screen.quality import quality
from sync.screen.values import Look, values

__all__ = [
    "Asked",
    "Look",
    "Reader",
    "applied",
    "attribution",
    "board",
    "card",
    "catalogue",
    "cautions",
    "explained",
    "findings",
    "identity",
    "notes",
    "objectives",
    "plan",
    "pulled",
    "quality",
    "run_details",
    "runs",
    "same_days",
    "suggested",
    "values",
]
