"""
HubSpot's official client on our terms: raw answers, time-outs, paced, refusals translated. Knows no schema of ours.

The client's typed models are never used on the way of the data: they cost more than storing the records, and break when
HubSpot adds a field. Each call asks for the raw answer, and its API objects are kept, since each makes its own pool.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

from connectors.contract import Context
from connectors.hubspot import limits
from connectors.hubspot.refusals import TITLE, refusal
from connectors.hubspot.settings import HubSpotSettings
from connectors.hubspot.wire import HOST, PATHS, answer_of, api_factory
from connectors.transport import Answer, Transport

PAGE = 100
PAGE_WITH_HISTORY = 50
SEARCH_PAGE = 200
BATCH = 100
ASSOCIATIONS_BATCH = 1_000


class Client:
    """
    One portal.

    Args:
        settings: Token, time-outs, budgets.
        context: Counts the requests; names the connector in messages.
        paths: The client's paths, and what is sent instead.
    """

    def __init__(self, settings: HubSpotSettings, context: Context, paths: Mapping[str, str] = PATHS) -> None:
        self.settings = settings
        self.context = context
        self._token = settings.access_token.reveal()
        self._transport = Transport(
            TITLE,
            settings,
            context,
            judge=limits.Judge(settings.pause),
            pace=limits.budget(settings, self._token),
        )
        self._options = {
            "_preload_content": False,
            "_request_timeout": (settings.connect_timeout, settings.read_timeout),
        }
        self._paths = paths
        self._made: list[Any] = []
        self.account: Mapping[str, Any] | None = None

    # Reading records

    def page(
        self,
        kind: str,
        *,
        properties: Sequence[str] = (),
        history: Sequence[str] = (),
        associations: Sequence[str] = (),
        after: str | None = None,
        archived: bool = False,
    ) -> Answer:
        """
        One page of a list.
        """
        query: dict[str, Any] = {"limit": self.limit(PAGE_WITH_HISTORY if history else PAGE), "archived": archived}
        if properties:
            query["properties"] = list(properties)
        if history:
            query["properties_with_history"] = list(history)
        if associations:
            query["associations"] = list(associations)
        if after is not None:
            query["after"] = after
        return self._read(lambda: self._objects.get_page(kind, **query, **self._options), kind)

    def search(self, kind: str, body: Mapping[str, Any]) -> Answer:
        """
        One page of a search; `limit` is filled in.
        """
        full = {"limit": self.limit(SEARCH_PAGE), **body}
        return self._read(lambda: self._search.do_search(kind, full, **self._options), kind, lane=limits.SEARCH)

    def read(self, kind: str, ids: Sequence[str], properties: Sequence[str], history: Sequence[str] = ()) -> Answer:
        """
        Up to 100 records by id, 50 with history; ids that are gone are missing from the answer.
        """
        body = {
            "inputs": [{"id": id} for id in ids],
            "properties": list(properties),
            "propertiesWithHistory": list(history),
        }
        return self._read(lambda: self._batch.read(kind, body, **self._options), kind)

    def associated(self, kind: str, to: str, inputs: Sequence[Mapping[str, str]]) -> Answer:
        """
        What up to 1,000 records are associated with.
        """
        body = {"inputs": list(inputs)}
        return self._read(
            lambda: self._associations.get_page(kind, to, body, **self._options), kind, lane=limits.ASSOCIATIONS
        )

    def properties(self, kind: str) -> Answer:
        """
        All definitions of an object type.
        """
        return self._read(
            lambda: self._property_api.get_all(kind, **self._options), kind, what=f"reading the properties of {kind}"
        )

    def groups(self, kind: str) -> Answer:
        """
        The property groups of an object type.
        """
        return self._read(
            lambda: self._group_api.get_all(kind, **self._options), kind, what=f"reading the property groups of {kind}"
        )

    def owners(self, after: str | None, *, archived: bool) -> Answer:
        """
        One page of owners.
        """
        query = {"limit": self.limit(PAGE), "archived": archived} | ({"after": after} if after else {})
        return self._read(lambda: self._owner_api.get_page(**query, **self._options), "owners")

    def pipelines(self, kind: str) -> Answer:
        """
        The pipelines of an object type with their stages.
        """
        return self._read(
            lambda: self._pipeline_api.get_all(kind, **self._options), kind, what=f"reading the pipelines of {kind}"
        )

    def marketing_emails(self, after: str | None, *, stats: bool, archived: bool = False) -> Answer:
        """
        One page of marketing e-mails; with statistics some are left out by HubSpot.
        """
        query: dict[str, Any] = {"limit": self.limit(PAGE), "include_stats": stats, "archived": archived}
        if after:
            query["after"] = after
        return self._read(lambda: self._email_api.get_page(**query, **self._options), "marketing_emails")

    def get(self, path: str, query: Sequence[tuple[str, str]], about: str) -> Answer:
        """
        A resource for which the client has no method, through the same client.
        """
        api = self._objects.api_client
        return self._read(
            lambda: api.call_api(
                path,
                "GET",
                query_params=list(query),
                header_params={"Accept": "application/json"},
                auth_settings=["oauth2"],
                **self._options,
            ),
            about,
        )

    # Writing; a refusal is handed back, since what it means differs from call to call.

    def update(self, kind: str, inputs: Sequence[Mapping[str, Any]]) -> Answer:
        """
        Set properties of up to 100 records; absolute values, so that sending them twice is as good as once.
        """
        body = {"inputs": list(inputs)}
        return self._send(
            lambda: self._batch.update(kind, body, **self._options), f"updating {len(inputs)} {kind}", limits.GENERAL
        )

    def create_group(self, kind: str, group: Mapping[str, Any]) -> Answer:
        """
        A property group; 409 where it exists, so repeating does no harm.
        """
        return self._send(
            lambda: self._group_api.create(kind, dict(group), **self._options),
            f"creating the property group {group['name']} of {kind}",
            limits.GENERAL,
        )

    def create_property(self, kind: str, definition: Mapping[str, Any]) -> Answer:
        """
        A property; 409 where it exists, an archived one of that name comes back.
        """
        return self._send(
            lambda: self._property_api.create(kind, dict(definition), **self._options),
            f"creating the property {definition['name']} of {kind}",
            limits.GENERAL,
        )

    def limit(self, largest: int) -> int:
        """
        Records per request: the run's wish within the vendor's limit.
        """
        return min(self.context.page_size or largest, largest)

    def refused(self, answer: Answer, what: str, about: str) -> Exception:
        """
        The error for a refused write.
        """
        return refusal(answer, self.context.name, what, f"{self.context.name}.{about}")

    def close(self) -> None:
        for api in self._made:
            api.api_client.rest_client.pool_manager.clear()
            api.api_client.close()

    def _read(self, call: Callable[[], Any], about: str, *, what: str = "", lane: str = limits.GENERAL) -> Answer:
        doing = what or f"reading {about}"
        answer = self._send(call, doing, lane)
        if not answer.ok:
            raise refusal(answer, self.context.name, doing, f"{self.context.name}.{about}")
        return answer

    def _send(self, call: Callable[[], Any], what: str, lane: str) -> Answer:
        return self._transport.send(lambda: answer_of(call), what=what, idempotent=True, lane=lane)

    # The client's API objects, made at first use: each package is imported only when its object is read.

    @cached_property
    def _hub(self) -> Any:
        from hubspot import HubSpot
        from urllib3 import Retry

        # The client's own repeats are switched off: one layer repeats, and it knows what must not be repeated.
        return HubSpot(
            access_token=self._token,
            host=self.settings.base_url or HOST,
            retry=Retry(0, redirect=0, raise_on_status=False),
            api_factory=api_factory(self._made, self._paths),
        )

    @cached_property
    def _objects(self) -> Any:
        return self._hub.crm.objects.basic_api

    @cached_property
    def _batch(self) -> Any:
        return self._hub.crm.objects.batch_api

    @cached_property
    def _search(self) -> Any:
        return self._hub.crm.objects.search_api

    @cached_property
    def _associations(self) -> Any:
        return self._hub.crm.associations.v4.batch_api

    @cached_property
    def _property_api(self) -> Any:
        return self._hub.crm.properties.core_api

    @cached_property
    def _group_api(self) -> Any:
        return self._hub.crm.properties.groups_api

    @cached_property
    def _owner_api(self) -> Any:
        return self._hub.crm.owners.owners_api

    @cached_property
    def _pipeline_api(self) -> Any:
        return self._hub.crm.pipelines.pipelines_api

    @cached_property
    def _email_api(self) -> Any:
        return self._hub.marketing.emails.marketing_emails_api
