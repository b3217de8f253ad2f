"""
What marketing keeps in HubSpot, and what its sync with Salesforce brought over.
"""

from __future__ import annotations

from sandbox.company import rates
from sandbox.company.hubspot import days, deals, marketing, people, portal
from sandbox.company.hubspot.portal import Portal
from sandbox.company.ids import hubspot_id
from sandbox.company.model import World
from sandbox.vendor import Records


def records(world: World) -> Records:
    """
    All object types, owners, pipelines, campaigns and marketing e-mails.
    """
    written = Portal(world)
    people.write(written)
    deals.write(written)
    days.write(written)
    _mistakes(written)
    return {
        **written.records,
        "owners": portal.owners(world),
        "deal_pipelines": portal.deal_pipelines(),
        "ticket_pipelines": portal.ticket_pipelines(),
        "campaigns": marketing.campaigns(world),
        "marketing_emails": marketing.emails(world),
        "exchange_rates": rates.table(world.seed, world.calendar),
    }


def _mistakes(written: Portal) -> None:
    """
    Records that somebody entered by mistake and deleted.
    """
    words: dict[str, dict[str, str | None]] = {
        "contacts": {"firstname": "Test", "email": "test{}@test.example.com"},
        "companies": {"name": "TEST {}", "domain": "test{}.example.com"},
        "deals": {"dealname": "Test deal {}", "hs_salesforceopportunityid": None},
    }
    for plural, changes in words.items():
        for nth, row in enumerate(written.records[plural][5:400:131]):
            copy = {
                name: None if name.startswith("salesforce") or name == "hs_merged_object_ids" else value
                for name, value in row.items()
            }
            new_id = hubspot_id(plural, 3_000_000 + nth)
            changed = {name: text and text.format(nth) for name, text in changes.items()}
            written.records[plural].append(
                {**copy, **changed, "id": new_id, "hs_object_id": new_id, "_archived": True, "_associations": {}}
            )
