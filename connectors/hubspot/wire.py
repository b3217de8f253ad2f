"""
HubSpot's official client on the wire: the paths it sends, and its raw answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from connectors.transport import Answer

# The client's paths, and what is sent instead. Numbered versions lose support from 2027 on; the dated twin of each is
# its one line here: "/crm/v3/objects": "/crm/objects/2026-09".
PATHS: Mapping[str, str] = {
    "/crm/v3/objects": "/crm/v3/objects",
    "/crm/v3/properties": "/crm/v3/properties",
    "/crm/v3/pipelines": "/crm/v3/pipelines",
    "/crm/v3/owners": "/crm/v3/owners",
    "/crm/v4/associations": "/crm/v4/associations",
    "/marketing/v3/emails": "/marketing/v3/emails",
    "/marketing/v3/campaigns": "/marketing/v3/campaigns",
    "/account-info/v3": "/account-info/v3",
    "/settings/v3/currencies": "/settings/v3/currencies",
}
HOST = "https://api.hubapi.com"


def api_factory(made: list[Any], paths: Mapping[str, str] = PATHS) -> Callable[[Any, str, Mapping[str, Any]], Any]:
    """
    What the client calls for each of its API objects.

    Args:
        made: Every object made is added here, for closing.
        paths: The client's paths, and what is sent instead.
    """

    def make(package: Any, name: str, config: Mapping[str, Any]) -> Any:
        configuration = package.Configuration()
        configuration.access_token = config["access_token"]
        configuration.host = config["host"].rstrip("/")
        configuration.retries = config["retry"]
        client = dated(package.ApiClient, paths)(configuration=configuration)
        client.user_agent = "noria (hubspot-api-client-python)"
        client.set_default_header("Accept-Encoding", "gzip")
        api = getattr(package, name)(api_client=client)
        made.append(api)
        return api

    return make


def dated(api_client: Any, paths: Mapping[str, str]) -> Any:
    """
    The client's own API client, sending each path under the version that `paths` names.
    """

    class Dated(api_client):  # type: ignore[misc]
        def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
            host = self.configuration.host
            path = url.removeprefix(host)
            for theirs, ours in paths.items():
                if path.startswith(theirs):
                    path = ours + path.removeprefix(theirs)
                    break
            return super().request(method, host + path, *args, **kwargs)

    return Dated


def answer_of(call: Callable[[], Any]) -> Answer:
    """
    The answer to a call of the client, whatever its status.

    Raises:
        ConnectionError: The handshake failed; other broken connections come as urllib3 raises them.
    """
    try:
        response = call()
    except Exception as raised:
        # Each of the client's packages has an ApiException of its own, without a common base. The client decodes their
        # bodies as UTF-8, which an HTML page of some proxy may not be.
        error: Any = raised.__context__ if isinstance(raised, UnicodeDecodeError) else raised
        status = getattr(error, "status", None)
        if status is None or not hasattr(error, "body"):
            raise
        if status == 0:  # the client's word for a failed TLS handshake
            raise ConnectionError(getattr(error, "reason", "")) from raised
        body: Any = error.body
        headers = getattr(error, "headers", None) or {}
        return Answer(int(status), _lower(headers), body.encode() if isinstance(body, str) else body or b"")
    try:
        return Answer(response.status, _lower(response.headers), response.data)
    finally:
        response.release_conn()


def _lower(headers: Any) -> dict[str, str]:
    return {str(key).lower(): str(value) for key, value in headers.items()}
