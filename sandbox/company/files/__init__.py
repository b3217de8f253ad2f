"""
What no vendor tells, as rows of the files source: costs, exchange rates, targets, and the exports of billing, product
analytics and the project tool.
"""

from __future__ import annotations

from sandbox.company import rates
from sandbox.company.files import costs, exports, links, targets
from sandbox.company.model import World
from sandbox.vendor import Records


def records(world: World) -> Records:
    """
    Normalized table -> rows.
    """
    return {
        "costs": costs.rows(world),
        "exchange_rates": rates.table(world.seed, world.calendar),
        "targets": targets.rows(world),
        "accounts": links.accounts(world),
        "leads": links.leads(world),
        "opportunities": links.opportunities(world),
        "owners": links.owners(world),
        "revenue": exports.revenue(world),
        "product_usage": exports.product_usage(world),
        "onboardings": exports.onboardings(world),
        "referrals": exports.referrals(world),
        "offers": exports.offers(world),
    }
