"""
The portal: everything that stands in one HubSpot account, and the way a record is written.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from sandbox.hubspot.calculated import follow_ups, is_backward
from sandbox.hubspot.catalogue import Catalogue
from sandbox.hubspot.clock import iso, now_ms
from sandbox.hubspot.definitions import STAGES
from sandbox.hubspot.object_types import ASSOCIATION_TYPES, ObjectType, object_type
from sandbox.hubspot.store import PORTAL_ID, Item, Store
from sandbox.hubspot.values import Problem, clean
from sandbox.hubspot.wording import bad_request, unknown_object_type
from sandbox.vendor import Record, Records

_EPOCH = "1970-01-01T00:00:00Z"
_DEAL_STAGES = (
    ("appointmentscheduled", "Appointment Scheduled", "0.2"),
    ("qualifiedtobuy", "Qualified To Buy", "0.4"),
    ("presentationscheduled", "Presentation Scheduled", "0.6"),
    ("decisionmakerboughtin", "Decision Maker Bought-In", "0.8"),
    ("contractsent", "Contract Sent", "0.9"),
    ("closedwon", "Closed Won", "1.0"),
    ("closedlost", "Closed Lost", "0.0"),
)
_TICKET_STAGES = (("1", "New"), ("2", "Waiting on contact"), ("3", "Waiting on us"), ("4", "Closed"))


def _stage(id_: str, label: str, position: int, metadata: Mapping[str, str]) -> Record:
    return {
        "id": id_,
        "label": label,
        "displayOrder": position,
        "metadata": dict(metadata),
        "createdAt": _EPOCH,
        "updatedAt": _EPOCH,
        "archived": False,
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
    }


def _pipeline(id_: str, label: str, stages: list[Record]) -> Record:
    moments = {"createdAt": _EPOCH, "updatedAt": _EPOCH}
    # Neither does HubSpot list the stages in their display order.
    return {"id": id_, "label": label, "displayOrder": 0, "stages": stages[::-1], **moments, "archived": False}


def _default_pipelines() -> dict[str, list[Record]]:
    deals = [
        _stage(id_, label, n, {"isClosed": str(id_.startswith("closed")).lower(), "probability": probability})
        for n, (id_, label, probability) in enumerate(_DEAL_STAGES)
    ]
    tickets = [
        _stage(id_, label, n, {"ticketState": "CLOSED" if id_ == "4" else "OPEN", "isClosed": str(id_ == "4").lower()})
        for n, (id_, label) in enumerate(_TICKET_STAGES)
    ]
    contacts = [
        _stage(id_, label, n, {"isClosed": str(id_ == "customer").lower(), "state": "OPEN"})
        for n, (id_, label) in enumerate(STAGES)
    ]
    return {
        "deals": [_pipeline("default", "Sales Pipeline", deals)],
        "tickets": [_pipeline("0", "Support Pipeline", tickets)],
        "contacts": [_pipeline("contacts-lifecycle-pipeline", "Lifecycle Stage Pipeline", contacts)],
    }


class Portal:
    """
    One HubSpot account.

    Args:
        records: As `sandbox.vendor.Records`.
        timezone: IANA name.
        currency: The home currency, ISO.
        index_lag: How long a search does not see a write [s].
    """

    def __init__(self, records: Records, timezone: str, currency: str, index_lag: float) -> None:
        self.timezone, self.currency, self.index_lag = timezone, currency, index_lag
        self.store = Store(records)
        self.pipelines = _default_pipelines()
        for plural, key in (("deals", "deal_pipelines"), ("tickets", "ticket_pipelines")):
            if records.get(key):
                self.pipelines[plural] = [_whole(pipeline) for pipeline in copy.deepcopy(records[key])]
        self.owners = [_owner(owner) for owner in records.get("owners", ())]
        self.campaigns = copy.deepcopy(records.get("campaigns", []))
        self.marketing_emails = copy.deepcopy(records.get("marketing_emails", []))
        self.exchange_rates = copy.deepcopy(records.get("exchange_rates", []))
        self.catalogue = Catalogue(self.store, {plural: list(self.stages(plural)) for plural in self.pipelines})
        self.refusals: dict[tuple[str, str], str] = {}
        # The last search of each type with its matches, for the pages that follow.
        self.searches: dict[str, tuple[tuple[int, bytes], list[Item]]] = {}

    def stages(self, plural: str) -> dict[str, Record]:
        return {stage["id"]: stage for pipeline in self.pipelines.get(plural, ()) for stage in pipeline["stages"]}

    def life_cycle(self) -> list[str]:
        """
        The life-cycle stages in their order.
        """
        stages = self.stages("contacts").values()
        return [stage["id"] for stage in sorted(stages, key=lambda stage: stage["displayOrder"])]

    def external_options(self, kind: ObjectType) -> dict[str, list[tuple[str, str]]]:
        """
        The options of properties that have them in pipelines or owners.
        """
        pipelines = [(p["id"], p["label"]) for p in self.pipelines.get(kind.plural, ())]
        stages = [(id_, stage["label"]) for id_, stage in self.stages(kind.plural).items()]
        owners = [(owner["id"], owner["email"]) for owner in self.owners]
        return {
            "pipeline": pipelines,
            "hs_pipeline": pipelines,
            "dealstage": stages,
            "hs_pipeline_stage": stages,
            "hubspot_owner_id": owners,
        }

    def check(self, kind: ObjectType, properties: Mapping[str, Any]) -> tuple[dict[str, str], list[Problem]]:
        """
        The values that a write may store, and what is wrong with the others.
        """
        return clean(self.catalogue.properties[kind.plural], self.external_options(kind), properties)

    def write(self, kind: ObjectType, item: Item, values: Mapping[str, str]) -> None:
        """
        Store checked values, then what follows from them.
        """
        table = self.store.tables[kind.plural]
        before = dict(item.properties)
        stage = values.get("lifecyclestage")
        if stage and is_backward(before.get("lifecyclestage", ""), stage, self.life_cycle()):
            values = {name: value for name, value in values.items() if name != "lifecyclestage"}
        if not values:
            return
        table.write(item, values)
        follow = follow_ups(kind, item, before, self.stages(kind.plural), self.currency)
        known = {name: value for name, value in follow.items() if self.catalogue.find(kind, name)}
        if known:
            table.write(item, known, calculated=True)

    def create(self, kind: ObjectType, values: Mapping[str, str]) -> Item:
        table = self.store.tables[kind.plural]
        moment = iso(now_ms())
        number = table.next_id()
        item = Item(number, {"hs_object_id": str(number), kind.created: moment}, moment, moment)
        if kind.plural == "contacts" and not values.get("lifecyclestage"):
            item.properties["lifecyclestage"] = "lead"
        table.add(item)
        self.write(kind, item, values)
        table.touch(item, now_ms())
        item.indexed = None
        item.written = now_ms()
        return item

    def associate(self, kind: ObjectType, item: Item, associations: list[dict[str, Any]]) -> None:
        """
        Link a new record as its request says.

        Raises:
            Answer: 400 when a target does not exist or a type does not fit.
        """
        for id_, to_kind, primary in self.association_targets(kind, associations):
            self.store.link(kind, item.id, to_kind, id_, primary=primary)

    def association_targets(
        self, kind: ObjectType, associations: list[dict[str, Any]]
    ) -> list[tuple[int, ObjectType, bool]]:
        found = []
        for association in associations:
            id_ = str((association.get("to") or {}).get("id", ""))
            for spec in association.get("types") or [{}]:
                to_kind, primary = self._target(kind, spec.get("associationTypeId"))
                target = self.store.tables[to_kind.plural].find(id_) if to_kind else None
                if to_kind is None or target is None:
                    raise bad_request("One or more associations are invalid", INVALID_OBJECT_IDS=[id_])
                found.append((target.id, to_kind, primary))
        return found

    def _target(self, kind: ObjectType, type_id: Any) -> tuple[ObjectType | None, bool]:
        for (here, there), (plain, primary) in ASSOCIATION_TYPES.items():
            if here == kind.singular and type_id in (plain, primary) and type_id is not None:
                return self.kind(there), type_id == primary
        return None, False

    def kind(self, name: str) -> ObjectType:
        """
        The object type that a request names.

        Raises:
            Answer: 400 when there is none of that name.
        """
        found = object_type(name)
        if found is None:
            raise unknown_object_type(name)
        return found


def record_url(kind: ObjectType, id_: int) -> str:
    return f"https://app.hubspot.com/contacts/{PORTAL_ID}/record/{kind.id}/{id_}"


def _whole(pipeline: Record) -> Record:
    stages = [
        {**_stage(stage["id"], stage.get("label", stage["id"]), position, {}), **stage}
        for position, stage in enumerate(pipeline.get("stages", ()))
    ]
    return {**_pipeline(pipeline["id"], pipeline["id"], []), **pipeline, "stages": stages}


def _owner(owner: Record) -> Record:
    number = int("".join(filter(str.isdigit, str(owner["id"]))) or 0)
    archived = bool(owner.get("archived"))
    whole = {
        "id": str(owner["id"]),
        "email": "",
        "type": "PERSON",
        "firstName": "",
        "lastName": "",
        "userId": None if archived else number + 1,
        "userIdIncludingInactive": number + 1,
        "createdAt": "2024-01-01T00:00:00Z",
        "updatedAt": "2024-01-01T00:00:00Z",
        "archived": archived,
    }
    return {**whole, **{key: value for key, value in owner.items() if not key.startswith("_")}, "id": str(owner["id"])}
