"""
What the KPIs have to know of the organisation and its sources.
"""

from __future__ import annotations

import json

from connectors.errors import UserError
from kpis import facts
from kpis.options import OPTIONS, in_force, margin
from sync.model import offered
from sync.settings import Settings
from sync.warehouse import Session

_BUILT = "facts_built_with"
_OF_LIFETIME = ("clv_horizon_months", "clv_monthly_discount", "clv_minimum_months", "clv_minimum_accounts")


def environment(session: Session, settings: Settings) -> facts.Environment:
    """
    What the organisation is, for questions to the facts that stand.

    Raises:
        UserError: An option of the settings cannot be used, or the settings no longer are those that the facts were
            built with.
    """
    own = declared(session, settings)
    built = json.loads(session.recall(_BUILT) or "{}")
    changed = [
        f"{name} was {built[name]} and is {now}"
        for name, now in _held(own, settings).items()
        if built.get(name, now) != now
    ]
    if changed:
        raise UserError(
            f"The settings changed since the facts were built: {', '.join(changed)}.",
            where="settings",
            fix="Run `noria compute`.",
        )
    return own


def declared(session: Session, settings: Settings) -> facts.Environment:
    """
    What the settings say of the organisation.

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


def remember_built(session: Session, settings: Settings) -> None:
    """
    Keep what the facts are built with.
    """
    session.remember(_BUILT, json.dumps(_held(declared(session, settings), settings)))


def _held(own: facts.Environment, settings: Settings) -> dict[str, str]:
    """
    What stands in the facts and cannot be chosen anew by a question.
    """
    options = in_force(settings.kpis.options, own)
    return {
        "timezone": own.timezone,
        "currency": own.currency.upper(),
        "gross_margin": str(own.gross_margin),
        **{option.name: str(getattr(own, option.name)) for option in OPTIONS.values() if option.of_facts},
        **{name: str(options[name]) for name in _OF_LIFETIME},
    }
