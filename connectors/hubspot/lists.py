"""
Reads what is short and read whole: owners, stages, campaigns, marketing e-mails, the account itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from connectors import pages
from connectors.constants import EMPTY, FALSE, SPACE, array, scalar
from connectors.contract import Batch, Stream
from connectors.hubspot import rows
from connectors.hubspot.client import PAGE, Client
from connectors.hubspot.progress import clock, is_older
from connectors.hubspot.streams import (
    ACCOUNT,
    CAMPAIGN_PROPERTIES,
    CAMPAIGNS,
    COUNTERS,
    EXCHANGE_RATES,
    MARKETING_EMAILS,
    OWNERS,
)
from connectors.transport import Answer

CAMPAIGNS_PATH = "/marketing/v3/campaigns"
RATES_PATH = "/settings/v3/currencies/exchange-rates"
ACCOUNT_PATH = "/account-info/v3/details"

_TRUE, _CLOSED = (scalar(text, pa.string()) for text in ("true", "CLOSED"))
_STAMPS = [("createdAt", pa.string()), ("updatedAt", pa.string()), ("archived", pa.bool_())]
_OWNER = pa.struct(
    [
        *((name, pa.string()) for name in ("id", "email", "firstName", "lastName")),
        ("teams", pa.list_(pa.struct([("name", pa.string())]))),
        *_STAMPS,
    ]
)
_STAGE = pa.struct(
    [
        ("id", pa.string()),
        ("label", pa.string()),
        ("displayOrder", pa.int64()),
        ("metadata", pa.struct([(name, pa.string()) for name in ("isClosed", "probability", "ticketState")])),
        *_STAMPS,
    ]
)
_PIPELINE = pa.struct([("id", pa.string()), ("label", pa.string()), ("stages", pa.list_(_STAGE))])
_CAMPAIGN = pa.struct(
    [("id", pa.string()), ("properties", pa.struct([(name, pa.string()) for name in CAMPAIGN_PROPERTIES])), *_STAMPS]
)
_EMAIL = pa.struct(
    [
        *((name, pa.string()) for name in ("id", "name", "state", "campaign", "publishDate")),
        ("stats", pa.struct([("counters", pa.struct([(name, pa.int64()) for name in COUNTERS]))])),
        *_STAMPS,
    ]
)
_RATE = pa.struct(
    [
        *((name, pa.string()) for name in ("id", "fromCurrencyCode", "toCurrencyCode", "effectiveAt")),
        ("conversionRate", pa.float64()),
    ]
)


def paged(fetch: Callable[[str | None], Answer]) -> list[Answer]:
    """
    All pages of a list.
    """
    answers = [fetch(None)]
    while (cursor := rows.after(answers[-1].body)) is not None:
        answers.append(fetch(cursor))
    return answers


def account(client: Client) -> Mapping[str, Any]:
    """
    The account's details, asked for once.
    """
    if client.account is None:
        client.account = rows.object_of(client.get(ACCOUNT_PATH, (), "account").body)
    return client.account


def read_account(client: Client) -> Iterator[Batch]:
    """
    One row: the portal.
    """
    details = account(client)
    row = {
        "portal_id": str(details.get("portalId", "")),
        "currency": details.get("companyCurrency"),
        "timezone": details.get("timeZone"),
        "ui_domain": details.get("uiDomain"),
    }
    yield Batch(
        rows.shaped(ACCOUNT, {name: array([value], pa.string()) for name, value in row.items()}, 1), {}, complete=True
    )


def read_owners(client: Client, state: Mapping[str, Any] | None, now: datetime, every: timedelta) -> Iterator[Batch]:
    """
    Owners; those who left only when deletions are due, since deals keep them for ever.
    """
    known = dict(state or {})
    due = is_older(known.get("archived_at"), now, every)
    answers = paged(lambda after: client.owners(after, archived=False))
    if due:
        # Those who are active come last: where one id stands in both lists, the later row is the one that counts.
        left = paged(lambda after: client.owners(after, archived=True))
        known["archived_at"] = clock(left[0])
        answers = left + answers
    found = pages.from_json([answer.body for answer in answers], "results", _OWNER)
    first, last = (pc.coalesce(pc.struct_field(found, name), EMPTY) for name in ("firstName", "lastName"))
    teams = pc.struct_field(found, "teams")
    columns = {
        "id": pc.struct_field(found, "id"),
        "name": _or_null(pc.utf8_trim_whitespace(pc.binary_join_element_wise(first, last, SPACE))),
        "email": _or_null(pc.struct_field(found, "email")),
        "team_names": rows.joined_texts(teams, pc.struct_field(pc.list_flatten(teams), "name")),
        "archived": pc.coalesce(pc.struct_field(found, "archived"), FALSE),
        "updated_at": pc.struct_field(found, "updatedAt"),
    }
    yield Batch(rows.shaped(OWNERS, columns, len(found)), known, complete=True)


def read_stages(client: Client, stream: Stream, kind: str) -> Iterator[Batch]:
    """
    The stages of an object type's pipelines; their numbers and booleans come as text.
    """
    pipelines = pages.from_json([client.pipelines(kind).body], "results", _PIPELINE)
    lists = pc.struct_field(pipelines, "stages")
    stages = pc.list_flatten(lists)
    of = pc.list_parent_indices(lists)
    closed = pc.struct_field(stages, ["metadata", "isClosed"])
    state = pc.struct_field(stages, ["metadata", "ticketState"])
    columns = {
        "pipeline": pc.struct_field(pipelines, "id").take(of),
        "pipeline_label": pc.struct_field(pipelines, "label").take(of),
        "stage": pc.struct_field(stages, "id"),
        "label": pc.struct_field(stages, "label"),
        "position": pc.struct_field(stages, "displayOrder"),
        "is_closed": pc.coalesce(pc.equal(pc.utf8_lower(closed), _TRUE), pc.equal(state, _CLOSED)),
        "probability": _or_null(pc.struct_field(stages, ["metadata", "probability"])).cast(pa.float64()),
        "updated_at": pc.struct_field(stages, "updatedAt"),
    }
    yield Batch(rows.shaped(stream, columns, len(stages)), {}, complete=True)


def read_campaigns(client: Client) -> Iterator[Batch]:
    """
    Marketing campaigns with budget and spend.
    """

    def fetch(after: str | None) -> Answer:
        query = [("limit", str(client.limit(PAGE))), ("properties", ",".join(CAMPAIGN_PROPERTIES))]
        # The cursor comes percent-encoded and is encoded again on sending.
        return client.get(CAMPAIGNS_PATH, query + ([("after", unquote(after))] if after else []), "campaigns")

    found = pages.from_json([answer.body for answer in paged(fetch)], "results", _CAMPAIGN)
    columns = {
        "id": pc.struct_field(found, "id"),
        "created_at": pc.struct_field(found, "createdAt"),
        "updated_at": pc.struct_field(found, "updatedAt"),
    }
    for field in CAMPAIGNS.fields:
        if field.name in CAMPAIGN_PROPERTIES:
            columns[field.name] = rows.typed(
                pc.struct_field(found, ["properties", field.name]), field, "hubspot.campaigns"
            )
    yield Batch(rows.shaped(CAMPAIGNS, columns, len(found)), {}, complete=True)


def read_exchange_rates(client: Client) -> Iterator[Batch]:
    """
    What the portal's further currencies are worth; a portal with one currency is not asked, for it needs no scope.
    """
    bodies: list[bytes] = []
    if account(client).get("additionalCurrencies"):
        bodies.append(client.get(RATES_PATH, (), "exchange_rates").body)
    found = pages.from_json(bodies, "results", _RATE)
    columns = {
        "id": pc.struct_field(found, "id"),
        "from_currency": pc.struct_field(found, "fromCurrencyCode"),
        "to_currency": pc.struct_field(found, "toCurrencyCode"),
        "rate": pc.struct_field(found, "conversionRate"),
        "effective_at": pc.struct_field(found, "effectiveAt"),
    }
    yield Batch(rows.shaped(EXCHANGE_RATES, columns, len(found)), {}, complete=True)


def read_marketing_emails(
    client: Client, state: Mapping[str, Any] | None, now: datetime, every: timedelta
) -> Iterator[Batch]:
    """
    Marketing e-mails: each time with statistics, which keep growing; now and then also those that HubSpot leaves out
    of a list with statistics, and archived ones.
    """
    known = dict(state or {})

    def bodies(*, stats: bool, archived: bool) -> list[Answer]:
        return paged(lambda after: client.marketing_emails(after and unquote(after), stats=stats, archived=archived))

    answers = bodies(stats=True, archived=False)
    if is_older(known.get("all_at"), now, every):
        known["all_at"] = clock(answers[0])
        answers = bodies(stats=False, archived=False) + bodies(stats=True, archived=True) + answers
    found = pages.from_json([answer.body for answer in answers], "results", _EMAIL)
    columns = {
        "id": pc.struct_field(found, "id"),
        "name": pc.struct_field(found, "name"),
        "state": pc.struct_field(found, "state"),
        "campaign": _or_null(pc.struct_field(found, "campaign")),
        "published_at": _or_null(pc.struct_field(found, "publishDate")),
        "updated_at": pc.struct_field(found, "updatedAt"),
        "archived": pc.coalesce(pc.struct_field(found, "archived"), FALSE),
        **{name: pc.struct_field(found, ["stats", "counters", name]) for name in COUNTERS},
    }
    # The list with statistics was put last, so its row is the one kept where an e-mail stands in several.
    yield Batch(rows.shaped(MARKETING_EMAILS, columns, len(found)), known, complete=True)


def _or_null(texts: pa.Array) -> pa.Array:
    return pc.if_else(pc.equal(texts, EMPTY), pa.NULL, texts)
