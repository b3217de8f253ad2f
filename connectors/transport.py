"""
How every request to a vendor is sent: with time-outs, bounded retries, one new login, and nothing secret in a message.

The vendors' official clients still speak to the vendor; this layer stands around their calls. A call hands back an
`Answer`, whatever its status; the vendor's `judge` says what the status means there. What is retried:

- refusals that say "not now" (429 and the vendor's own words for it): always, since nothing was done. `Retry-After` is
  honoured; a wait longer than `max_wait` ends in `LimitReached`.
- server errors, broken connections, time-outs: only if repeating does no harm. A write that may have happened is
  reported as `UnknownOutcome`, never sent twice.
- an expired login: one new login, one repeat.
"""

from __future__ import annotations

import email.utils
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import requests
import stamina
import structlog
import urllib3
from pydantic import BaseModel, ConfigDict, Field
from requests.adapters import HTTPAdapter

from connectors.contract import Context
from connectors.errors import CredentialsRefused, LimitReached, UnknownOutcome, VendorUnavailable, redact

log = structlog.get_logger("noria.transport")
stamina.instrumentation.set_on_retry_hooks([])  # this module tells of each repeat itself, redacted

TRANSIENT = frozenset({408, 420, 423, 500, 502, 503, 504, 520, 521, 522, 523, 524})

# The request certainly never reached the vendor, so even a write may be sent again.
_NOT_SENT = (
    requests.exceptions.ConnectTimeout,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
)
_BROKEN = (
    requests.exceptions.ConnectionError,
    requests.exceptions.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    urllib3.exceptions.HTTPError,
    ConnectionError,
    TimeoutError,
)


class ConnectorSettings(BaseModel):
    """
    Settings that every connector has.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(description="Which vendor this is.")
    base_url: str | None = Field(
        default=None, description="Another address than the vendor's, e.g. of `noria sandbox`; leave out otherwise."
    )
    connect_timeout: float = Field(default=10, gt=0, description="Seconds to wait for a connection.")
    read_timeout: float = Field(default=120, gt=0, description="Seconds to wait for an answer.")
    tries: int = Field(default=5, ge=1, le=20, description="How often a request is sent before the run gives up on it.")
    pause: float = Field(default=1, ge=0, description="Seconds before the first repeat; each further one waits longer.")
    max_wait: float = Field(
        default=120,
        ge=0,
        description="Longest wait in seconds that a vendor may ask for; beyond it the run stops there.",
    )


@dataclass(frozen=True)
class Answer:
    """
    What came back.

    Args:
        status: HTTP status.
        headers: Keys in lower case.
        body: The bytes, decoded from any transfer compression.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def text(self, limit: int = 400) -> str:
        """
        The beginning of the body, fit for a message.
        """
        return redact(self.body[: limit * 4].decode("utf-8", "replace"))[:limit]


def answer_of(response: requests.Response) -> Answer:
    """
    An `Answer` from a response of the requests library.
    """
    return Answer(response.status_code, {k.lower(): v for k, v in response.headers.items()}, response.content)


class Kind(Enum):
    """
    What an answer means for the sender.
    """

    DONE = "done"  # take it, or translate the refusal: repeating would not help
    RETRY = "retry"  # the vendor failed; try again if that does no harm
    WAIT = "wait"  # the vendor did nothing yet and asks for patience
    LOGIN = "login"  # the login ran out


@dataclass(frozen=True)
class Verdict:
    """
    A judged answer.

    Args:
        kind: What to do.
        wait: Seconds the vendor asked for; None leaves it to the back-off.
    """

    kind: Kind
    wait: float | None = None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """
    Seconds that a `Retry-After` header asks for, given as a number or as a date; None without one.
    """
    given = headers.get("retry-after")
    if not given:
        return None
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(given).timestamp() - time.time())
    except (TypeError, ValueError):
        return None


def judge(answer: Answer) -> Verdict:
    """
    What HTTP statuses mean where a vendor has no words of its own.
    """
    if answer.status == 401:
        return Verdict(Kind.LOGIN)
    if answer.status == 429:
        return Verdict(Kind.WAIT, retry_after(answer.headers))
    if answer.status in TRANSIENT:
        return Verdict(Kind.RETRY, retry_after(answer.headers))
    return Verdict(Kind.DONE)


class _Again(Exception):
    def __init__(self, verdict: Verdict, answer: Answer | None, cause: Exception | None) -> None:
        super().__init__(verdict.kind.value)
        self.verdict, self.answer, self.cause = verdict, answer, cause


class Transport:
    """
    Sends the calls of one connector.

    Args:
        vendor: The vendor's name for people, as it stands in messages.
        settings: Time-outs and patience.
        context: Counts the requests.
        judge: What an answer means at this vendor.
        login: Makes a new login; called at most once per call, None where no new login is possible.
        pace: Called before each request; waits until the vendor's budget allows it.
    """

    def __init__(
        self,
        vendor: str,
        settings: ConnectorSettings,
        context: Context,
        *,
        judge: Callable[[Answer], Verdict] = judge,
        login: Callable[[], None] | None = None,
        pace: Callable[[str], None] | None = None,
    ) -> None:
        self.vendor = vendor
        self.settings = settings
        self.context = context
        self._judge = judge
        self._login = login
        self._pace = pace

    def send(self, call: Callable[[], Answer], *, what: str, idempotent: bool, lane: str = "") -> Answer:
        """
        Make a call until it is answered for good.

        Args:
            call: Sends one request through the vendor's client and gives back what came, whatever the status.
            what: The request in words, for messages: `reading contacts`.
            idempotent: True if sending it twice leaves the same as once (reads, absolute writes).
            lane: Which of the vendor's budgets it draws on; handed to `pace`.
        Returns:
            The answer; a refusal that repeating would not mend comes back too, for the caller to translate.
        Raises:
            VendorUnavailable: It failed as often as the settings allow.
            UnknownOutcome: A write that must not be repeated got no answer.
            LimitReached: The vendor asks for a longer wait than the settings allow.
            CredentialsRefused: The login ran out and no new one is possible.
        """
        renewed = False

        def backoff(error: Exception) -> bool | float:
            if not isinstance(error, _Again):
                return False
            wait = error.verdict.wait
            if wait is None:
                return True
            if wait > self.settings.max_wait:
                return False
            return wait

        try:
            for attempt in stamina.retry_context(
                on=backoff,
                attempts=self.settings.tries,
                timeout=None,
                wait_initial=self.settings.pause,
                wait_max=max(self.settings.pause, 30.0),
                wait_jitter=self.settings.pause / 2,
            ):
                with attempt:
                    answer, verdict = self._once(call, what, idempotent, lane)
                    if verdict.kind is Kind.LOGIN and not renewed and self._login is not None:
                        renewed = True
                        log.info("login expired, logging in again", vendor=self.vendor)
                        self._login()
                        answer, verdict = self._once(call, what, idempotent, lane)
                    if verdict.kind in (Kind.DONE, Kind.LOGIN):
                        return answer
                    log.warning(
                        "asked to repeat",
                        vendor=self.vendor,
                        what=what,
                        status=answer.status,
                        wait=verdict.wait,
                        attempt=attempt.num,
                    )
                    raise _Again(verdict, answer, None)
        except _Again as error:
            raise self._give_up(error, what, idempotent) from error.cause
        raise AssertionError("unreachable")

    def _once(self, call: Callable[[], Answer], what: str, idempotent: bool, lane: str) -> tuple[Answer, Verdict]:
        if self._pace is not None:
            self._pace(lane)
        counts = self.context.requests
        counts[self.context.name] = counts.get(self.context.name, 0) + 1
        try:
            answer = call()
        except _BROKEN as error:
            if not idempotent and not _never_sent(error):
                raise self._unknown(what, "no answer came") from error
            log.warning("connection failed", vendor=self.vendor, what=what, error=type(error).__name__)
            raise _Again(Verdict(Kind.RETRY), None, error) from error
        verdict = self._judge(answer)
        if verdict.kind is Kind.RETRY and not idempotent:
            raise self._unknown(what, f"HTTP {answer.status}")
        return answer, verdict

    def _unknown(self, what: str, how: str) -> UnknownOutcome:
        return UnknownOutcome(
            f"{self.vendor} may or may not have done this: {what} ({how}).",
            where=f"connectors.{self.context.name}",
            fix="Run again: what stands there is compared first, and only what is missing is sent.",
        )

    def _give_up(self, error: _Again, what: str, idempotent: bool) -> Exception:
        where = f"connectors.{self.context.name}"
        wait = error.verdict.wait
        if error.verdict.kind is Kind.WAIT:
            asked = f" and asks to wait {wait:.0f} s" if wait else ""
            return LimitReached(
                f"{self.vendor} refused more requests for now while {what}{asked}.",
                where=where,
                fix="Run again later: the pull goes on where it stopped. Or slow down this account's other apps.",
            )
        how = f"HTTP {error.answer.status}" if error.answer else _in_words(error.cause)
        return VendorUnavailable(
            f"{self.vendor} did not answer properly while {what}: {how}, {self.settings.tries} times.",
            where=where,
            fix="Run again later: data and cursor are as they were, the next run goes on from there.",
        )


def _never_sent(error: BaseException) -> bool:
    seen: set[int] = set()
    queue: list[Any] = [error]
    while queue:
        current = queue.pop()
        if not isinstance(current, BaseException) or id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, _NOT_SENT):
            return True
        queue += [current.__cause__, current.__context__, getattr(current, "reason", None), *current.args]
    return False


def _in_words(error: BaseException | None) -> str:
    name = type(error).__name__
    if "Timeout" in name:
        return "no answer within the time-out"
    return f"the connection broke ({name})"


class Adapter(HTTPAdapter):
    """
    For clients built on requests: a time-out on every call, and another address in place of the vendor's.

    Args:
        settings: Time-outs, and the `base_url` that stands in for the vendor's hosts.
    """

    def __init__(self, settings: ConnectorSettings) -> None:
        super().__init__(max_retries=0, pool_connections=4, pool_maxsize=8)
        self._timeout = (settings.connect_timeout, settings.read_timeout)
        self._base = urlsplit(settings.base_url) if settings.base_url else None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if self._base is not None and request.url is not None:
            request.url = urlsplit(request.url)._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()
        if kwargs.get("timeout") is None:
            kwargs["timeout"] = self._timeout
        return super().send(request, *args, **kwargs)


def session(settings: ConnectorSettings) -> requests.Session:
    """
    A requests session that has time-outs and goes to `base_url` where one is set.
    """
    made = requests.Session()
    adapter = Adapter(settings)
    made.mount("https://", adapter)
    made.mount("http://", adapter)
    if settings.base_url:
        made.trust_env = False  # a proxy of the environment has no business with a stand-in on this machine
    return made


def refused_login(vendor: str, where: str, detail: str, fix: str) -> CredentialsRefused:
    """
    The vendor did not accept the credentials.
    """
    return CredentialsRefused(f"{vendor} refused the credentials ({detail}).", where=where, fix=fix)
