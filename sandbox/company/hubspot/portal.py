"""
The records of the HubSpot portal while they are written, and the ids by which they name each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from sandbox.company.ids import hubspot_id, hubspot_time
from sandbox.company.model import Account, Deal, Owner, Person, World
from sandbox.vendor import Record, Records

TYPES = ("contacts", "companies", "deals", "tickets", "line_items", "calls", "emails", "meetings")

SALES_PIPELINE = "default"
SALES_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
# Pipelines that people add themselves have numbers for names.
RENEWAL_PIPELINE = "684129077"
RENEWAL_STAGES = tuple(
    (str(1_004_871_200 + 7 * place), label, probability)
    for place, (label, probability) in enumerate(
        (
            ("Term ends soon", "0.6"),
            ("Reviewed with customer", "0.7"),
            ("Offer sent", "0.8"),
            ("Negotiation", "0.8"),
            ("Contract sent", "0.9"),
            ("Renewed", "1.0"),
            ("Not renewed", "0.0"),
        )
    )
)


def pipeline_of(deal: Deal) -> tuple[str, tuple[tuple[str, str, str], ...]]:
    """
    The pipeline that a deal stands in, and its stages in the order of `model.STAGES`.
    """
    return (RENEWAL_PIPELINE, RENEWAL_STAGES) if deal.kind == "Renewal" else (SALES_PIPELINE, SALES_STAGES)


class Portal:
    """
    The portal's records, by type.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.records: Records = {name: [] for name in TYPES}

    def add(
        self,
        plural: str,
        number: int,
        created: datetime,
        updated: datetime | None,
        properties: Mapping[str, str | None],
        associations: Mapping[str, Sequence[str]] | None = None,
        history: Mapping[str, Sequence[tuple[str, datetime]]] | None = None,
    ) -> Record:
        """
        A record.

        Args:
            plural: Its type.
            number: Counts from 1 within the type.
            created: When it was created.
            updated: Its last change, where there was one later.
            properties: Property -> text as the API answers it.
            associations: Type -> ids of the records linked with it.
            history: Property -> values and when each was set, oldest first.
        """
        last = hubspot_time(max(updated or created, created))
        row: Record = {
            "id": hubspot_id(plural, number),
            **properties,
            "hs_object_id": hubspot_id(plural, number),
            _CREATED.get(plural, "createdate"): hubspot_time(created),
            "hs_lastmodifieddate": last,
            "_created": hubspot_time(created),
            "_updated": last,
            "_archived": False,
            "_associations": {to: list(ids) for to, ids in (associations or {}).items() if ids},
            "_history": {
                name: [
                    {"value": value, "timestamp": hubspot_time(at), "sourceType": "INTEGRATION" if n else "CRM_UI"}
                    for n, (value, at) in enumerate(values)
                ][::-1]
                for name, values in (history or {}).items()
            },
        }
        if plural == "contacts":
            row["lastmodifieddate"] = last
        self.records[plural].append(row)
        return row


_TEAMS = ("Marketing", "Sales", "Service")
_CREATED = {"calls": "hs_createdate", "emails": "hs_createdate", "meetings": "hs_createdate"}


def owner_id(owner: Owner) -> str:
    return hubspot_id("owners", owner.number)


def contact_id(person: Person | None) -> str | None:
    return hubspot_id("contacts", person.number) if person and person.in_hubspot else None


def company_id(account: Account | None) -> str | None:
    return hubspot_id("companies", account.number) if account and account.in_hubspot else None


def deal_id(deal: Deal | None) -> str | None:
    """
    The deal's copy in HubSpot: its only place, or kept there by the sync with Salesforce.
    """
    if deal is None or not deal.account.in_hubspot:
        return None
    return hubspot_id("deals", deal.number) if deal.is_synced or not deal.account.in_salesforce else None


def only(*ids: str | None) -> list[str]:
    return [one for one in ids if one]


def long_decimal(text: str) -> str:
    """
    A number the way HubSpot prints what it computed: with all the digits of its binary form.
    """
    return str(Decimal(float(text)))


def owners(world: World) -> list[Record]:
    created = datetime(world.calendar.start.year - 3, 1, 7, 9, tzinfo=UTC)
    teams = {name: {"id": str(n), "name": name, "primary": True} for n, name in enumerate(_TEAMS, 1)}
    return [
        {
            "id": owner_id(owner),
            "email": owner.email,
            "type": "PERSON",
            "firstName": owner.first,
            "lastName": owner.last,
            "userId": int(hubspot_id("users", owner.number)) if owner.is_active else None,
            "userIdIncludingInactive": int(hubspot_id("users", owner.number)),
            "createdAt": hubspot_time(created),
            "updatedAt": hubspot_time(created),
            "archived": not owner.is_active,
            "teams": [teams[owner.team]],
        }
        for owner in world.owners
    ]


def deal_pipelines() -> list[Record]:
    return [
        _pipeline(SALES_PIPELINE, "Sales Pipeline", 0, SALES_STAGES),
        _pipeline(RENEWAL_PIPELINE, "Renewals", 1, RENEWAL_STAGES),
    ]


_DAWN = "1970-01-01T00:00:00Z"


def _pipeline(id_: str, label: str, order: int, stages: Sequence[tuple[str, str, str]]) -> Record:
    listed = [
        _stage(stage, name, place, {"isClosed": str(probability in ("1.0", "0.0")).lower(), "probability": probability})
        for place, (stage, name, probability) in enumerate(stages)
    ]
    # HubSpot lists stages in no particular order.
    return {
        "id": id_, "label": label, "displayOrder": order, "stages": listed[-1:] + listed[:-1],
        "createdAt": _DAWN, "updatedAt": _DAWN, "archived": False,
    }  # fmt: skip


def _stage(id_: str, label: str, order: int, metadata: dict[str, str]) -> Record:
    return {
        "id": id_, "label": label, "displayOrder": order, "metadata": metadata, "createdAt": _DAWN, "updatedAt": _DAWN,
        "archived": False, "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }  # fmt: skip


def ticket_pipelines() -> list[Record]:
    stages = (
        ("1", "New", "OPEN"),
        ("2", "Waiting on contact", "OPEN"),
        ("3", "Waiting on us", "OPEN"),
        ("4", "Closed", "CLOSED"),
    )
    return [
        {
            "id": "0",
            "label": "Support Pipeline",
            "displayOrder": 0,
            "stages": [
                _stage(id_, label, place, {"isClosed": str(state == "CLOSED").lower(), "ticketState": state})
                for place, (id_, label, state) in enumerate(stages)
            ],
            "createdAt": _DAWN,
            "updatedAt": _DAWN,
            "archived": False,
        }
    ]
