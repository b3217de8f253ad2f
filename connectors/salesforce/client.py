"""
Sign-in, requests and what Salesforce's refusals mean, around the simple-salesforce client.

The client is always built on a ready session (`session_id`), so that its own renewal of the login, which has no end
and loses request headers, never runs: this module signs in once, and once more when Salesforce says that the session
ran out. Answers are kept as bytes.
"""

from __future__ import annotations

import email.utils
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import requests

from connectors.contract import Context
from connectors.errors import BadData, LimitReached, UserError
from connectors.salesforce.refusals import VENDOR, explain, judge, judge_login, refusal, soap_refusal
from connectors.salesforce.settings import SalesforceSettings
from connectors.transport import Adapter, Answer, Transport, answer_of, refused_login, session

# The client asks for indented JSON, half as large again; None takes its header out of the request.
COMPACT: Mapping[str, str | None] = {"X-PrettyPrint": None}

_USAGE = re.compile(r"api-usage=(\d+)/(\d+)")


class Client:
    """
    One organisation.

    Args:
        settings: Where it is and who we are.
        context: Counts the requests.
    """

    def __init__(self, settings: SalesforceSettings, context: Context) -> None:
        self.settings = settings
        self.context = context
        self.where = f"connectors.{context.name}"
        self.usage: tuple[int, int] | None = None
        self._session = session(settings)
        self._session.hooks["response"].append(self._note)
        self._seen = threading.local()
        self._lock = threading.Lock()
        self._salesforce: Any = None
        self._generation = 0
        self._sent = 0
        self._clock: tuple[datetime, float] | None = None
        self._user: str | None = None
        self._transport = Transport(VENDOR, settings, context, judge=judge, login=self._renew, pace=self._pace)
        self._sign_in = Transport(VENDOR, settings, context, judge=judge_login)

    # Sending

    def send(
        self,
        method: str,
        path: str,
        *,
        what: str,
        idempotent: bool = True,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Answer:
        """
        One request through the client; a refusal comes back as an answer.

        Args:
            method: HTTP method.
            path: Below `/services/data/vNN.0/`; from the host's root when it begins with `/`.
            what: The request in words: `reading Account`.
            idempotent: True if sending it twice does no harm.
            headers: Beside the client's own.
            request: `params`, `data`, `json` as the requests library takes them.
        """

        def call() -> Answer:
            client = self._client()
            base = f"https://{client.sf_instance}" if path.startswith("/") else client.base_url
            return self._caught(
                lambda: client._call_salesforce(method, base + path, headers={**COMPACT, **(headers or {})}, **request)
            )

        return self._transport.send(call, what=what, idempotent=idempotent)

    def get(self, method: str, path: str, *, what: str, where: str = "", **request: Any) -> Answer:
        """
        Like `send`, but a refusal is raised.

        Raises:
            UserError: What Salesforce refused, in words.
        """
        answer = self.send(method, path, what=what, **request)
        if not answer.ok:
            raise self.error(answer, what=what, where=where)
        return answer

    def json(self, method: str, path: str, *, what: str, where: str = "", **request: Any) -> Any:
        """
        Like `get`, parsed; for small answers.
        """
        answer = self.get(method, path, what=what, where=where, **request)
        if not answer.body:
            return None
        try:
            return orjson.loads(answer.body)
        except orjson.JSONDecodeError as error:
            raise BadData(
                f"{VENDOR} answered with something else than JSON while {what}: {answer.text(100)}",
                where=where or self.where,
                fix="Run again; check that `domain` or `base_url` is the organisation's API address.",
            ) from error

    def select(self, soql: str, *, what: str, where: str = "", tooling: bool = False) -> Iterator[dict[str, Any]]:
        """
        The records of a query as dictionaries; for short lists only.
        """
        path = "tooling/query/" if tooling else "query/"
        page = self.json("GET", path, what=what, where=where, params={"q": soql})
        while True:
            yield from page["records"]
            following = page.get("nextRecordsUrl")
            if not following:
                return
            page = self.json("GET", following, what=what, where=where)

    def soap(self, call: Callable[[Any], Any], *, what: str) -> Any:
        """
        A call of the Metadata API.

        Args:
            call: Given the client's Metadata API handler, calls it.
            what: In words.
        Raises:
            UserError: What Salesforce refused, in words.
        """
        result: list[Any] = []

        def once() -> Answer:
            result.clear()
            handler = self._metadata()
            self._seen.response = None
            try:
                result.append(call(handler))
            except Exception as error:
                given = None if self._seen.response is None else answer_of(self._seen.response)
                refused = soap_refusal(error, given)
                if refused is None:
                    raise
                return refused
            return Answer(200)

        answer = self._transport.send(once, what=what, idempotent=True)
        if not answer.ok:
            raise self.error(answer, what=what)
        return result[0]

    def error(self, answer: Answer, *, what: str, where: str = "") -> UserError:
        """
        A refusal in words.
        """
        credential = f"{self.where}.{self._credential()}"
        return explain(answer, what=what, where=where or self.where, connector=self.where, credential=credential)

    # Who and when

    def now(self) -> datetime:
        """
        The time by Salesforce's clock, rounded up to the second, as its answers carry whole seconds.
        """
        if self._clock is None:
            self._client()
        if self._clock is None:  # a given token: no sign-in told the time; the version list is not counted as a request
            self.get("GET", "/services/data/", what="asking the time")
        if self._clock is None:
            raise BadData(f"{VENDOR} told no date in its answers.", where=self.where, fix="Check the proxy in between.")
        told, at = self._clock
        return told + timedelta(seconds=int(time.monotonic() - at) + 1)

    def user_id(self) -> str:
        """
        The integration user's own id.
        """
        if self._user is None:
            info = self.json("GET", "/services/oauth2/userinfo", what="asking who we are")
            self._user = str(info["user_id"])
        return self._user

    def close(self) -> None:
        self._session.close()
        handler = getattr(self._salesforce, "_mdapi", None)
        if handler is not None:
            handler._client.transport.session.close()

    # Signing in

    def _client(self) -> Any:
        with self._lock:
            if self._salesforce is None:
                self._log_in()
            self._seen.generation = self._generation
            return self._salesforce

    def _renew(self) -> None:
        with self._lock:
            if self._generation != getattr(self._seen, "generation", 0):
                return  # another thread signed in meanwhile
            if self.settings.access_token is not None:
                raise refused_login(
                    VENDOR,
                    f"{self.where}.access_token",
                    "the session expired or is invalid",
                    "Paste a fresh access token, or use client_id and client_secret, which renew themselves.",
                )
            self._log_in()

    def _log_in(self) -> None:
        from simple_salesforce.api import Salesforce

        if self.settings.access_token is not None:
            token, host = self.settings.access_token.reveal(), self.settings.site
        else:
            token, host = self._fetch_token()
        made = Salesforce(
            session_id=token,
            instance_url=host if "://" in host else f"https://{host}",
            session=self._session,
            version=self.settings.api_version,
        )
        self._salesforce = made
        self._generation += 1

    def _fetch_token(self) -> tuple[str, str]:
        from simple_salesforce.login import SalesforceLogin

        settings = self.settings
        if settings.client_secret is not None:
            given: dict[str, Any] = {"domain": settings.domain, "consumer_secret": settings.client_secret.reveal()}
        else:
            assert settings.private_key is not None and settings.domain is not None
            given = {
                "domain": "test" if ".sandbox" in settings.domain else "login",  # the audience of the assertion
                "instance_url": settings.domain,
                "username": settings.username,
                "privatekey": settings.private_key.reveal(),
            }
        found: list[tuple[str, str]] = []

        def call() -> Answer:
            found.clear()
            return self._caught(
                lambda: found.append(SalesforceLogin(session=self._session, consumer_key=settings.client_id, **given))
            )

        answer = self._sign_in.send(call, what="signing in", idempotent=True)
        if not found or not all(isinstance(part, str) for part in found[0]):
            raise self._refused(answer)
        return found[0]

    def _refused(self, answer: Answer) -> UserError:
        code, message = refusal(answer)
        if code == "REQUEST_LIMIT_EXCEEDED":
            return self.error(answer, what="signing in")
        fixes = {
            "invalid_client_id": "Check client_id: the consumer key of the app.",
            "invalid_client": "Check client_secret: the consumer secret of the app.",
            "invalid_grant": "Let an administrator pre-authorise the integration user for the app (and check username,"
            " domain and private_key).",
        }
        fix = fixes.get(code, "Check domain, client_id and the secret against the External Client App.")
        detail = f"HTTP {answer.status}, {code}: {message}" if code else f"HTTP {answer.status}, {answer.text(100)}"
        return refused_login(VENDOR, f"{self.where}.{self._credential()}", detail, fix)

    def _credential(self) -> str:
        if self.settings.access_token is not None:
            return "access_token"
        return "client_secret" if self.settings.client_secret is not None else "private_key"

    # Below the client

    def _metadata(self) -> Any:
        handler = self._client().mdapi
        transport = handler._client.transport
        # This part of the client speaks through a session of its own, without our time-outs and address.
        transport.session.mount("https://", Adapter(self.settings))
        transport.session.trust_env = self._session.trust_env
        if not transport.session.hooks["response"]:
            transport.session.hooks["response"].append(self._note)
        return handler

    def _caught(self, call: Callable[[], Any]) -> Answer:
        from simple_salesforce.exceptions import SalesforceError

        self._seen.response = None
        try:
            call()
        except (SalesforceError, AttributeError, KeyError, TypeError, ValueError):
            # The client's exceptions carry no headers, and it trips over refusals at sign-in that are lists: the answer
            # was noted on its way in.
            if self._seen.response is None:
                raise
        return answer_of(self._seen.response)

    def _note(self, response: requests.Response, **_: Any) -> None:
        self._seen.response = response
        told = response.headers.get("Date")
        if told:
            self._clock = (email.utils.parsedate_to_datetime(told).astimezone(UTC), time.monotonic())
        used = _USAGE.search(response.headers.get("Sforce-Limit-Info", ""))
        if used:
            self.usage = (int(used[1]), int(used[2]))

    def _pace(self, lane: str) -> None:
        if self.usage is not None and self._sent >= max(1, int(self.usage[1] * self.settings.daily_share)):
            raise LimitReached(
                f"This run has sent {self._sent} requests to {VENDOR}, its share of the {self.usage[1]} a day.",
                where=f"{self.where}.daily_share",
                fix="Run again: the pull goes on where it stopped. Or allow a larger share.",
            )
        self._sent += 1
