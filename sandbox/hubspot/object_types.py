"""
The object types of the CRM: their names, ids, default properties and the scopes that open them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ObjectType:
    """
    An object type of the CRM.

    Args:
        plural: The name used in paths and in the records.
        singular: The name used in messages and association types.
        id: HubSpot's own id of the type, e.g. `0-1`.
        defaults: The properties that every answer carries.
        search: The properties that a search's `query` looks at.
        created: The property that holds the moment of creation.
        modified: The property that holds the moment of the last change; what an incremental read goes by.
        read: Scopes that let one read; one of each group is needed.
        write: Scopes that let one write; one of each group is needed.
        schema_read: Scopes any of which lets one read the property definitions.
        schema_write: Scopes any of which lets one change them.
    """

    plural: str
    singular: str
    id: str
    defaults: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    created: str = "hs_createdate"
    modified: str = "hs_lastmodifieddate"
    read: tuple[tuple[str, ...], ...] = ()
    write: tuple[tuple[str, ...], ...] = ()
    schema_read: tuple[str, ...] = ()
    schema_write: tuple[str, ...] = ()

    @property
    def always(self) -> tuple[str, ...]:
        """
        The properties in every answer, whatever was asked for.
        """
        return (*self.defaults, self.created, "hs_object_id", self.modified)


def _main(plural: str, singular: str, id_: str, defaults: str, search: str, modified: str) -> ObjectType:
    scope = f"crm.objects.{plural}"
    schema = f"crm.schemas.{plural}"
    return ObjectType(
        plural,
        singular,
        id_,
        tuple(defaults.split()),
        tuple(search.split()),
        "createdate",
        modified,
        ((f"{scope}.read",),),
        ((f"{scope}.write",),),
        (f"{schema}.read", f"{scope}.read"),
        (f"{schema}.write",),
    )


def _commerce(plural: str, singular: str, id_: str, defaults: str) -> ObjectType:
    scope = f"crm.objects.{plural}"
    schema = f"crm.schemas.{plural}"
    return ObjectType(
        plural,
        singular,
        id_,
        tuple(defaults.split()),
        tuple(defaults.split()),
        "createdate" if plural in ("products", "line_items") else "hs_createdate",
        read=((f"{scope}.read", "e-commerce"),),
        write=((f"{scope}.write", "e-commerce"),),
        schema_read=(f"{schema}.read", f"{scope}.read", "e-commerce"),
        schema_write=(f"{schema}.write", "e-commerce"),
    )


def _engagement(plural: str, singular: str, id_: str, search: str, extra_scope: str = "") -> ObjectType:
    more = ((extra_scope,),) if extra_scope else ()
    return ObjectType(
        plural,
        singular,
        id_,
        search=tuple(search.split()),
        read=(("crm.objects.contacts.read",), *more),
        write=(("crm.objects.contacts.write",), *more),
        schema_read=("crm.schemas.contacts.read", "crm.objects.contacts.read"),
        schema_write=("crm.schemas.contacts.write",),
    )


def _other(plural: str, singular: str, id_: str, scope: str) -> ObjectType:
    return ObjectType(
        plural,
        singular,
        id_,
        read=((f"{scope}.read",),),
        write=((f"{scope}.write",),),
        schema_read=(f"{scope}.read",),
        schema_write=(f"{scope.replace('objects', 'schemas')}.write",),
    )


OBJECT_TYPES: tuple[ObjectType, ...] = (
    _main(
        "contacts",
        "contact",
        "0-1",
        "firstname lastname email",
        "firstname lastname email phone company",
        "lastmodifieddate",
    ),
    _main("companies", "company", "0-2", "name domain", "name domain phone website", "hs_lastmodifieddate"),
    _main(
        "deals",
        "deal",
        "0-3",
        "dealname amount closedate pipeline dealstage",
        "dealname pipeline dealstage description dealtype",
        "hs_lastmodifieddate",
    ),
    ObjectType(
        "tickets",
        "ticket",
        "0-5",
        ("content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority", "subject"),
        ("subject", "content", "hs_pipeline_stage"),
        "createdate",
        read=(("tickets",),),
        write=(("tickets",),),
        schema_read=("tickets",),
        schema_write=("tickets",),
    ),
    _commerce("products", "product", "0-7", "name description price"),
    _commerce("line_items", "line_item", "0-8", "quantity amount price"),
    _commerce("quotes", "quote", "0-14", "hs_createdate hs_expiration_date hs_status hs_title"),
    _commerce("invoices", "invoice", "0-53", "hs_invoice_status"),
    _commerce("subscriptions", "subscription", "0-69", "hs_status"),
    _commerce("commerce_payments", "commerce_payment", "0-101", "hs_latest_status"),
    _commerce("orders", "order", "0-123", "hs_order_name"),
    _engagement("tasks", "task", "0-27", "hs_task_subject hs_task_body"),
    _engagement("notes", "note", "0-46", "hs_note_body"),
    _engagement("meetings", "meeting", "0-47", "hs_meeting_title hs_meeting_body"),
    _engagement("calls", "call", "0-48", "hs_call_title hs_call_body"),
    _engagement("emails", "email", "0-49", "hs_email_subject", "sales-email-read"),
    _engagement("communications", "communication", "0-18", "hs_communication_body"),
    _engagement("postal_mail", "postal_mail", "0-116", "hs_postal_mail_body"),
    _other("leads", "lead", "0-136", "crm.objects.leads"),
    _other("goal_targets", "goal_target", "0-74", "crm.objects.goals"),
    _other("users", "user", "0-115", "crm.objects.users"),
    _other("feedback_submissions", "feedback_submission", "0-19", "crm.objects.feedback_submissions"),
)

_NAMES = {
    name: kind
    for kind in OBJECT_TYPES
    for name in (kind.plural, kind.singular, kind.id, kind.plural.replace("_", ""), kind.singular.replace("_", ""))
}


def object_type(name: str) -> ObjectType | None:
    """
    The type that a path means by a plural, a singular or an id; None when there is none.
    """
    return _NAMES.get(name.lower())


# Umbrella scopes of old apps: they open what their finer successors open, and are not granted unless asked for.
UMBRELLA_SCOPES = frozenset(
    {"e-commerce", "content", "marketing.email.write", "marketing.campaigns.lite.read", "marketing.campaigns.full.read"}
)

OTHER_SCOPES = (
    "oauth",
    "crm.objects.owners.read",
    "crm.schemas.custom.read",
    "crm.schemas.custom.write",
    "crm.objects.custom.read",
    "crm.objects.custom.write",
    "marketing.campaigns.read",
    "marketing.campaigns.revenue.read",
    "marketing.email.read",
    "settings.currencies.read",
)

ALL_SCOPES: frozenset[str] = (
    frozenset(
        scope
        for kind in OBJECT_TYPES
        for group in (*kind.read, *kind.write, kind.schema_read, kind.schema_write)
        for scope in group
    )
    | frozenset(OTHER_SCOPES)
) - UMBRELLA_SCOPES

# from singular, to singular -> (type id of the plain association, type id of the primary one or None)
ASSOCIATION_TYPES: dict[tuple[str, str], tuple[int, int | None]] = {
    ("contact", "company"): (279, 1),
    ("company", "contact"): (280, 2),
    ("deal", "company"): (341, 5),
    ("company", "deal"): (342, 6),
    ("ticket", "company"): (339, 26),
    ("company", "ticket"): (340, 25),
}


def _pairs(names: str, first: int) -> None:
    here, there = names.split()
    ASSOCIATION_TYPES[here, there] = (first, None)
    ASSOCIATION_TYPES[there, here] = (first + 1, None)


for _names, _first in (
    ("deal contact", 3),
    ("contact ticket", 15),
    ("deal line_item", 19),
    ("deal ticket", 27),
    ("deal quote", 63),
    ("quote line_item", 67),
    ("quote contact", 69),
    ("quote company", 71),
    ("contact feedback_submission", 97),
    ("ticket feedback_submission", 99),
    ("company call", 181),
    ("company email", 185),
    ("company meeting", 187),
    ("company note", 189),
    ("company task", 191),
    ("contact call", 193),
    ("contact email", 197),
    ("contact meeting", 199),
    ("contact note", 201),
    ("contact task", 203),
    ("deal call", 205),
    ("deal email", 209),
    ("deal meeting", 211),
    ("deal note", 213),
    ("deal task", 215),
    ("quote task", 217),
    ("ticket call", 219),
    ("ticket email", 223),
    ("ticket meeting", 225),
    ("ticket note", 227),
    ("ticket task", 229),
    ("call meeting", 399),
):
    _pairs(_names, _first)


def has_primary(kind: ObjectType, to: ObjectType) -> bool:
    """
    Whether one of several links between records of these types can be the primary one.
    """
    return ASSOCIATION_TYPES.get((kind.singular, to.singular), (0, None))[1] is not None
