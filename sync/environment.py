"""
What the KPIs have to know of the organisation and its sources.
"""

from __future__ import annotations

from kpis import facts
from kpis.options import OPTIONS, in_force, margin
from sync.model import offered
from sync.settings import Settings
from sync.warehouse import Session


def environment(session: Session, settings: Settings) -> facts.Environment:
    """
    What the facts must know of the organisation.

    Raises:
        UserError: An option of the settings cannot be used.
    """
    given = settings.kpis.options
    built = {option.name: given[option.name] for option in OPTIONS.values() if option.of_facts and option.name in given}
    known = facts.Environment(
        timezone=settings.organisation.timezone,
        currency=settings.organisation.currency,
        fiscal_year_start=settings.organisation.fiscal_year_start,
        offered=offered(session),
        gross_margin=margin(given.get("gross_margin")),
    )
    checked = in_force(built, known)
    return facts.replaced(known, {name: checked[name] for name in built})
