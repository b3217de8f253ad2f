"""
Reads a HubSpot portal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from connectors.contract import Batch, Context, Finding, RowProblem, Stream
from connectors.errors import PermissionMissing, UserError
from connectors.hubspot import lists, rows
from connectors.hubspot.client import Client
from connectors.hubspot.reading import Reader
from connectors.hubspot.settings import HubSpotSettings
from connectors.hubspot.streams import (
    ACCOUNT,
    CAMPAIGNS,
    DEAL_STAGES,
    EXCHANGE_RATES,
    MARKETING_EMAILS,
    OWNERS,
    TICKET_STAGES,
    ObjectType,
    object_types,
)

USAGE_PATH = "/account-info/v3/api-usage/daily/private-apps"
ENGAGEMENTS = ("calls", "meetings", "emails")


class HubSpotSource:
    """
    The streams of one portal.

    Args:
        settings: The connector's settings.
        context: The run.
    """

    def __init__(self, settings: HubSpotSettings, context: Context) -> None:
        self.settings = settings
        self.context = context
        self.now = context.started_at or datetime.now(UTC)
        self._types: dict[str, ObjectType] = {kind.name: kind for kind in object_types(settings)}
        # Their raw tables stay, empty: the select over all activities names them.
        self._left_out = set(ENGAGEMENTS) - set(settings.engagements)
        self._dropped: dict[str, dict[str, str]] = {}
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        if self._client is None:
            self._client = Client(self.settings, self.context)
        return self._client

    def streams(self) -> Sequence[Stream]:
        short = (ACCOUNT, EXCHANGE_RATES, OWNERS, DEAL_STAGES, TICKET_STAGES, CAMPAIGNS, MARKETING_EMAILS)
        return (*short, *(kind.stream for kind in self._types.values()))

    def read(self, stream: Stream, state: Mapping[str, Any] | None) -> Iterator[Batch]:
        every = timedelta(hours=self.settings.reconcile_hours)
        if stream.name in self._left_out:
            return iter([Batch(rows.shaped(stream, {}, 0), state or {}, complete=True)])
        if stream.name in self._types:
            dropped = self._dropped.setdefault(stream.name, {})
            return Reader(self.client, self._types[stream.name], self.now, dropped).read(state)
        read = {
            ACCOUNT.name: partial(lists.read_account, self.client),
            EXCHANGE_RATES.name: partial(lists.read_exchange_rates, self.client),
            OWNERS.name: partial(lists.read_owners, self.client, state, self.now, every),
            DEAL_STAGES.name: partial(lists.read_stages, self.client, DEAL_STAGES, "deals"),
            TICKET_STAGES.name: partial(lists.read_stages, self.client, TICKET_STAGES, "tickets"),
            CAMPAIGNS.name: partial(lists.read_campaigns, self.client),
            MARKETING_EMAILS.name: partial(lists.read_marketing_emails, self.client, state, self.now, every),
        }
        return read[stream.name]()

    def dropped(self, stream: Stream) -> Mapping[str, str]:
        return self._dropped.get(stream.name, {})

    def problems(self) -> Sequence[RowProblem]:
        return ()

    def check(self) -> Iterator[Finding]:
        try:
            details = lists.account(self.client)
        except UserError as error:
            yield Finding("error", "credentials", error.what, error.fix)
            return
        yield Finding("ok", "credentials", f"The token opens portal {details.get('portalId')}.")
        for kind in self._types.values():
            if kind.name not in self._left_out:
                yield from self._check_type(kind)
        for stream, probe in (
            (EXCHANGE_RATES, partial(next, lists.read_exchange_rates(self.client))),
            (OWNERS, partial(self.client.owners, None, archived=False)),
            (CAMPAIGNS, partial(self.client.get, lists.CAMPAIGNS_PATH, [("limit", "1")], CAMPAIGNS.name)),
            (MARKETING_EMAILS, partial(self.client.marketing_emails, None, stats=True)),
        ):
            try:
                probe()
            except PermissionMissing as error:
                yield Finding("warning", stream.name, error.what, error.fix)
            else:
                yield Finding("ok", stream.name, "Readable.")
        yield from self._check_limit()

    def _check_type(self, kind: ObjectType) -> Iterator[Finding]:
        reader = Reader(self.client, kind, self.now, self._dropped.setdefault(kind.name, {}))
        try:
            self.client.page(kind.name)
            reader.look_up()
        except PermissionMissing as error:
            yield Finding("warning", kind.name, error.what, error.fix)
            return
        except UserError as error:
            yield Finding("error", error.where or kind.name, error.what, error.fix)
            return
        yield Finding("ok", kind.name, "Readable.")
        for name, why in self.dropped(kind.stream).items():
            yield Finding(
                "warning",
                f"{kind.name}.{name}",
                f"Left out: {why}.",
                "Name another property in the mapping, or let the token read this one.",
            )

    def _check_limit(self) -> Iterator[Finding]:
        try:
            answer = self.client.get(USAGE_PATH, (), "account")
        except UserError:
            return  # portals of some editions and kinds of token tell no usage
        for usage in rows.object_of(answer.body).get("results") or ():
            allowed, used = usage.get("usageLimit"), usage.get("currentUsage")
            if allowed and used is not None:
                share = used / allowed
                yield Finding(
                    "ok" if share < 0.9 else "warning",
                    "daily limit",
                    f"{used:,} of {allowed:,} requests of today are used.",
                    "" if share < 0.9 else "Run after midnight of the portal's time zone, or raise the limit.",
                )

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None
