"""
Signing in to Google with a service account, for the connectors that speak to Google.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson
import requests
from google.auth import exceptions
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2 import service_account

from connectors.contract import Context
from connectors.errors import CredentialsRefused, PermissionMissing, UserError, VendorUnavailable, keep_secret
from connectors.secrets import Secret
from connectors.transport import Adapter, Answer, ConnectorSettings, session

_MEMBERS = ("client_email", "private_key", "token_uri")


class ServiceAccountCredentials(service_account.Credentials):
    """
    Service-account credentials that speak to the token endpoint and to nobody else.

    google-auth 2.62 has every authorised call start a background request to `iamcredentials.googleapis.com` for the
    regions an account may be used from, even when the API stands on this machine, and offers no switch against it.
    The answer would only add a header that is not required.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False

    def _maybe_start_regional_access_boundary_refresh(self, request: Any, url: Any) -> None:
        return None


# google-auth's constructors carry no types.
_from_key: Any = ServiceAccountCredentials.from_service_account_info
_authorized: Any = AuthorizedSession


class _TokenRequest:
    """
    Requests to the token endpoint, with the time-outs of the settings in place of google-auth's 120 seconds.
    """

    def __init__(self, made: requests.Session, timeout: tuple[float, float]) -> None:
        self._request: Any = Request(made)
        self._timeout = timeout

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._request(*args, **{**kwargs, "timeout": self._timeout})


class GoogleLogin:
    """
    A service account that is signed in.

    Args:
        secret: The account's key: the JSON that Google's console gives, or the path of a file with it.
        scopes: What it asks to do.
        settings: Time-outs, and the `base_url` of a stand-in.
        context: The connector's name, and where a relative path starts.
    Raises:
        UserError: The secret holds no key.
    """

    def __init__(self, secret: Secret, scopes: Sequence[str], settings: ConnectorSettings, context: Context) -> None:
        self._where = f"connectors.{context.name}.service_account"
        key = self._key(secret, context)
        try:
            self.credentials: Any = _from_key(key, scopes=list(scopes))
        except (ValueError, exceptions.GoogleAuthError) as error:
            raise self._no_key("its private key cannot be read") from error
        self.email: str = key["client_email"]
        self._session = session(settings)
        self._request = _TokenRequest(self._session, (settings.connect_timeout, settings.read_timeout))
        self._settings = settings

    def session(self) -> requests.Session:
        """
        A session that signs its requests; a 401 comes back as it is, for the transport to have the login renewed.
        """
        made: requests.Session = _authorized(self.credentials, refresh_status_codes=(), auth_request=self._request)
        made.trust_env = self._session.trust_env
        made.mount("https://", Adapter(self._settings))
        made.mount("http://", Adapter(self._settings))
        return made

    def renew(self) -> None:
        """
        Get a new access token.

        Raises:
            CredentialsRefused: Google does not accept the key.
            VendorUnavailable: Google did not answer.
        """
        with self.translated():
            self.credentials.refresh(self._request)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """
        Turns google-auth's errors into ours, around requests that may have to get a token first.

        Raises:
            CredentialsRefused: Google does not accept the key.
            VendorUnavailable: Google did not answer.
        """
        try:
            yield
        except exceptions.RefreshError as error:
            if error.retryable:
                raise self._unavailable() from error
            reason = error.args[0] if error.args else "no reason given"
            raise CredentialsRefused(
                f"Google refused the key of the service account {self.email} ({reason}).",
                where=self._where,
                fix="Make a new JSON key for the account in Google Cloud (IAM, Service accounts, Keys) and store it; "
                "check that this machine's clock is right.",
            ) from error
        except exceptions.TransportError as error:
            raise self._unavailable() from error

    def close(self) -> None:
        """
        Close the connection to the token endpoint.
        """
        self._session.close()

    def _unavailable(self) -> VendorUnavailable:
        return VendorUnavailable(
            f"Google gave no access token to {self.email}: its token endpoint did not answer properly.",
            where=self._where,
            fix="Run again later: nothing was read or written.",
        )

    def _key(self, secret: Secret, context: Context) -> dict[str, Any]:
        text = secret.reveal().strip()
        if not text.startswith("{"):
            path = context.folder / text
            try:
                text = path.read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise self._no_key("it is neither JSON nor the path of a file that can be read") from error
        try:
            key = json.loads(text)
        except ValueError as error:
            raise self._no_key("it is not JSON") from error
        missing = [name for name in _MEMBERS if not isinstance(key, dict) or not isinstance(key.get(name), str)]
        if missing:
            raise self._no_key(f"it has no {' and no '.join(missing)}")
        keep_secret(key["private_key"])
        return dict(key)

    def _no_key(self, why: str) -> UserError:
        return UserError(
            f"The service account's key cannot be used: {why}.",
            where=self._where,
            fix="Store the JSON key that Google Cloud gives (IAM, Service accounts, Keys), or the path of that file.",
        )


def reading(answer: Answer) -> tuple[str, set[str]]:
    """
    The message of a refusal, and the reasons that its details name.
    """
    try:
        error = orjson.loads(answer.body)["error"]
        reasons = {str(detail.get("reason", "")) for detail in error.get("details", ()) if isinstance(detail, dict)}
        return str(error.get("message", "")).strip(), reasons
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return answer.text(200), set()


def refusal(answer: Answer, *, api: str, scope: str, email: str, name: str, what: str) -> UserError | None:
    """
    What every Google API refuses in the same words; None where the refusal is the API's own.

    Args:
        api: Name of the API as Google Cloud lists it.
        scope: The scope that it needs.
        email: Address of the service account.
        name: The connector's name in the settings.
        what: The request in words.
    """
    message, reasons = reading(answer)
    where = f"connectors.{name}.service_account"
    if answer.status == 401:
        return CredentialsRefused(
            f"Google refused the service account {email} while {what} (HTTP 401: {message}).",
            where=where,
            fix="Make a new JSON key for the account in Google Cloud and store it.",
        )
    if "SERVICE_DISABLED" in reasons or "has not been used in project" in message:
        return PermissionMissing(
            f"The {api} is switched off in the service account's project ({message}).",
            where=where,
            fix=f"Switch the {api} on in Google Cloud, under APIs & Services, and run again.",
        )
    if "ACCESS_TOKEN_SCOPE_INSUFFICIENT" in reasons:
        return PermissionMissing(
            f"The access token lacks the scope {scope}.", where=where, fix="Allow the service account this scope."
        )
    return None
