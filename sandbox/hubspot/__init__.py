"""
HubSpot, played on this machine: its CRM, marketing, account and OAuth APIs over records held in memory.

Every path is answered in its numbered form (`/crm/v3/objects/contacts`) and in its dated one
(`/crm/objects/2026-09/contacts`), object types by plural, singular or id (`contacts`, `contact`, `0-1`).

Where HubSpot's behaviour is not known for certain, the stand-in takes the choice that is harder for a client: a write
moves the moments of modification even when it writes an unchanged value, a cleared property reads as an empty text,
and searching drops records that a lagging index has not seen.

Left out: custom objects and their schemas, lists, workflows, imports, webhooks, files, association labels of the
account's own, legacy v1 and v2 routes (but `/properties/v2/{type}/properties`), associations v3 (but reading one
record's), writing pipelines (but their labels), campaigns, budget and spend items, marketing e-mails and currencies,
the audit of pipelines, restoring archived records, required properties and other validation rules of an
administrator, exchange rates that deals convert by, roll-ups over linked records, and the moment that a new property
takes to appear.
"""

from sandbox.hubspot.server import HubSpot

__all__ = ["HubSpot"]
