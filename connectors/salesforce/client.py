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
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
import requests

from connectors.contract import Context
from connectors.errors import BadData, LimitReached, UserError
from connectors.salesforce.refusals import VENDOR, explain, judge, judge_login, soap_refusal
from connectors.salesforce.settings import SalesforceSettings
from connectors.salesforce.sign_in import Token, credential_of, fetch_token
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
        self._user = ""
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
        credential = f"{self.where}.{credential_of(self.settings)}"
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
        if not self._user:
            self._client()
        if not self._user:
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
            opened = Token(self.settings.access_token.reveal(), urlsplit(self.settings.site).netloc)
        else:
            opened = fetch_token(
                self.settings,
                self.where,
                lambda call: self._sign_in.send(partial(self._caught, call), what="signing in", idempotent=True),
                self._session,
            )
        made = Salesforce(
            session_id=opened.token,
            instance_url=f"https://{opened.host}",
            session=self._session,
            version=self.settings.api_version,
        )
        self._user = self._user or opened.user
        self._salesforce = made
        self._generation += 1

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
        answer = answer_of(self._seen.response)
        self._seen.response = None
        return answer

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
