"""
Errors a person can act on: what happened, where, what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_SECRETS: set[str] = set()
_PATTERNS = (
    (re.compile(r"(?i)(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), r"\1 [redacted]"),
    (
        re.compile(
            r"(?i)((?:access_token|refresh_token|client_secret|assertion|password|sid)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,}]+"
        ),
        r"\1[redacted]",
    ),
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", re.S), "[redacted key]"),
    # A service account is no person, and its address is what a file has to be shared with.
    (
        re.compile(
            r"[A-Za-z0-9._%+-]+@(?![A-Za-z0-9.-]*\.iam\.gserviceaccount\.com\b)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
        ),
        "[redacted address]",
    ),
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


def keep_secret(value: str) -> str:
    """
    Register a secret so that no message or log line ever shows it.
    """
    if len(value) >= 4:
        _SECRETS.add(value)
    return value


def redact(text: str) -> str:
    """
    Text fit for a log or a screen: without secrets, addresses, and control characters that could forge a line.
    """
    for secret in sorted(_SECRETS, key=len, reverse=True):
        text = text.replace(secret, "[redacted]")
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return _CONTROL.sub(" ", text)


class UserError(Exception):
    """
    Something a person can mend; shown bare, without a traceback.

    Args:
        what: What happened, in the past tense.
        where: The dotted setting, `vendor.object.field`, file and line, or KPI.
        fix: An imperative: what to do about it.
    """

    def __init__(self, what: str, *, where: str = "", fix: str = "") -> None:
        self.what, self.where, self.fix = redact(what), redact(where), redact(fix)
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.fix:
            lines.append(f"  fix:   {self.fix}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.what, self.where, self.fix))


class WrongUse(UserError):
    """
    What was asked names something that is not there, or cannot be asked like that.
    """


def _rebuild(kind: type[UserError], what: str, where: str, fix: str) -> UserError:
    return kind(what, where=where, fix=fix)


class SettingsError(UserError):
    """
    The settings cannot be used; carries every problem at once.
    """

    @classmethod
    def of(cls, problems: Iterable[UserError]) -> SettingsError:
        found = list(problems)
        error = cls(f"The settings have {len(found)} problem{'s' if len(found) != 1 else ''}.")
        error.problems = found
        error.args = (str(error),)
        return error

    problems: list[UserError] = []  # noqa: RUF012 - set per instance by `of`

    def __str__(self) -> str:
        return "\n".join([super().__str__(), *(str(problem) for problem in self.problems)])


class CredentialsRefused(UserError):
    """
    The vendor did not accept who we say we are.
    """


class PermissionMissing(UserError):
    """
    The vendor knows us but does not let us read or write this: a scope, a field permission, a product tier.
    """


class VendorUnavailable(UserError):
    """
    The vendor could not be reached or kept failing; data and cursor stay as they were.
    """


class LimitReached(UserError):
    """
    A quota is used up for longer than a run should wait.
    """


class RequestRefused(UserError):
    """
    The vendor refused one request and repeating it would not help.
    """


class UnknownOutcome(UserError):
    """
    A write was sent and no answer came: it may or may not have happened, so it is not repeated blindly.
    """


class BadData(UserError):
    """
    Records that cannot be read as what they claim to be.
    """


def close_matches(word: str, known: Iterable[str]) -> str:
    """
    A hint for an unknown name: the closest known ones, else all of them.
    """
    from difflib import get_close_matches

    names = sorted(known)
    near = get_close_matches(word, names, n=3, cutoff=0.6)
    # a part of a name, such as churn, is like none of them
    near = near or [name for name in names if len(word) > 2 and word.lower() in name.lower()][:5]
    return f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(names)}"
