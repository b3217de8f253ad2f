"""
What `noria check` says about Salesforce.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from connectors.contract import Finding, Stream
from connectors.errors import PermissionMissing, UserError, close_matches
from connectors.salesforce.client import Client
from connectors.salesforce.describe import Seen, describe
from connectors.salesforce.preparation import RIGHTS
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.streams import OPTIONAL_OBJECTS, essential

_LOW = 0.1


def findings(
    client: Client, settings: SalesforceSettings, streams: Sequence[Stream], *, timezone: str, currency: str
) -> Iterator[Finding]:
    """
    Credentials, allocation, objects, fields, mapping and the right to create fields, in this order.

    Args:
        client: Signs in.
        settings: What is checked.
        streams: What will be read.
        timezone: The reporting time zone.
        currency: The reporting currency.
    """
    try:
        client.user_id()
    except UserError as error:
        yield Finding("error", "credentials", error.what, error.fix)
        return
    yield Finding("ok", "credentials", f"signed in to {settings.site}")
    yield _allocation(client)
    described: dict[str, Mapping[str, Seen] | None] = {}
    for stream in streams:
        described[stream.name] = describe(client, stream.name)
        yield from _stream(stream, described[stream.name], essential(settings))
    yield from _organisation(client, described.get("Organization"), timezone, settings.currency or currency)
    yield from _mapping(client, settings, described)
    yield _creating(client)


def _allocation(client: Client) -> Finding:
    try:
        limits = client.json("GET", "limits/", what="reading the limits")
        told = limits["DailyApiRequests"]
        most, left = int(told["Max"]), int(told["Remaining"])
    except (PermissionMissing, KeyError, TypeError):
        if client.usage is None:
            return Finding("ok", "API requests", "the allocation is not shown to the integration user")
        most, left = client.usage[1], client.usage[1] - client.usage[0]
    text = f"{left:,} of {most:,} API requests are left for these 24 hours"
    if left < most * _LOW:
        return Finding("warning", "API requests", text, "Run later, or find out which other app uses them.")
    return Finding("ok", "API requests", text)


def _stream(
    stream: Stream, seen: Mapping[str, Seen] | None, mapped: Mapping[tuple[str, str], str]
) -> Iterator[Finding]:
    if seen is None:
        if stream.name in OPTIONAL_OBJECTS:
            yield Finding("ok", stream.name, "the organisation has one currency, or does not date its rates")
            return
        feeds = ", ".join(stream.feeds) or "nothing else"
        yield Finding(
            "warning",
            stream.name,
            f"the object is not visible; without it there is no complete {feeds}",
            f"Grant Read and View All on {stream.name} in a permission set of the integration user.",
        )
        return
    hidden = [field.name for field in stream.fields if field.required and field.name not in seen]
    for name in hidden:
        near = close_matches(name, seen)
        fix = f"Grant Read on the field in a permission set; if the name is wrong, {near}."
        setting = mapped.get((stream.name, name))
        text = "the field does not exist or is hidden" + (f"; mapping.{setting} names it" if setting else "")
        yield Finding("error" if setting else "warning", f"{stream.name}.{name}", text, fix)
    if not hidden:
        yield Finding(
            "ok", stream.name, f"all {len(stream.fields)} fields are readable" if stream.fields else "readable"
        )


def _organisation(client: Client, seen: Mapping[str, Seen] | None, timezone: str, currency: str) -> Iterator[Finding]:
    told = [name for name in ("TimeZoneSidKey", "DefaultCurrencyIsoCode") if seen is not None and name in seen]
    if not told:
        return
    row = next(client.select(f"SELECT {', '.join(told)} FROM Organization", what="reading the organisation"), {})  # noqa: S608
    zone, money = row.get("TimeZoneSidKey"), row.get("DefaultCurrencyIsoCode")
    if zone and zone != timezone:
        yield Finding(
            "warning",
            "organisation.timezone",
            f"Salesforce keeps {zone}, the settings say {timezone}: reports of the two draw months differently",
            "Set organisation.timezone to the one that people report by.",
        )
    if money and money != currency:
        yield Finding(
            "warning",
            "currency",
            f"amounts without a currency of their own are in {money}, the settings take them as {currency}",
            f'Set connectors.*.currency = "{money}", and give exchange rates.',
        )


def _mapping(
    client: Client, settings: SalesforceSettings, described: Mapping[str, Mapping[str, Seen] | None]
) -> Iterator[Finding]:
    mapping = settings.mapping
    statuses = described.get("LeadStatus")
    if mapping.qualified_field is None and statuses is not None:
        names = ", ".join(name for name in ("MasterLabel", "ApiName") if name in statuses)
        rows = list(client.select(f"SELECT {names} FROM LeadStatus", what="reading the lead statuses"))  # noqa: S608
        known = {str(value) for row in rows for name, value in row.items() if name != "attributes" and value}
        for status in mapping.qualified_statuses:
            if status not in known:
                yield Finding(
                    "error" if not known.intersection(mapping.qualified_statuses) else "warning",
                    "mapping.qualified_statuses",
                    f"there is no lead status {status!r}",
                    f"Name a status of this organisation; {close_matches(status, known)}.",
                )
        yield from _history(client, described)
    for words, object, field, where in (
        (mapping.channels, "Lead", "LeadSource", "mapping.channels"),
        (mapping.all_campaign_channels, "Campaign", "Type", "mapping.campaign_channels"),
    ):
        seen = described.get(object)
        if seen is not None and field in seen:
            yield from _unmapped(client, object, field, words, where)


def _history(client: Client, described: Mapping[str, Mapping[str, Seen] | None]) -> Iterator[Finding]:
    if described.get("LeadHistory") is None:
        return
    soql = "SELECT Id FROM LeadHistory WHERE Field = 'Status' LIMIT 1"
    if not list(client.select(soql, what="looking for the lead history")):
        yield Finding(
            "warning",
            "LeadHistory",
            "no change of a lead's status has ever been recorded, so no one can say when leads were qualified",
            "Turn on Field History Tracking for Lead Status, or set mapping.qualified_field.",
        )


def _unmapped(client: Client, object: str, field: str, words: Mapping[str, str], where: str) -> Iterator[Finding]:
    soql = f"SELECT {field} FROM {object} WHERE {field} != null GROUP BY {field}"  # noqa: S608 - names of ours
    known = {word.lower() for word in words}
    used = {str(row[field]) for row in client.select(soql, what=f"reading the words of {object}.{field}")}
    unmapped = sorted(word for word in used if word.lower() not in known)
    if unmapped:
        yield Finding(
            "warning",
            where,
            f"{object}.{field} has words that count as Other: {', '.join(unmapped)}",
            f"Give each a channel under {where}.",
        )


def _creating(client: Client) -> Finding:
    about = "creating fields"
    try:
        list(client.select("SELECT Id FROM CustomField LIMIT 1", what="looking for custom fields", tooling=True))
        seen = describe(client, "FieldPermissions")
    except PermissionMissing as error:
        return Finding("warning", about, error.what, RIGHTS)
    if seen is None or not any(field.createable for field in seen.values()):
        return Finding("warning", about, "the integration user may not grant access to fields", RIGHTS)
    return Finding("ok", about, "the integration user may look up custom fields and grant access to them")
