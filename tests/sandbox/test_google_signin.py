"""
Who may call the played Google, and how it refuses the others.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests
from google.api_core.exceptions import Forbidden
from google.auth import crypt, jwt
from google.auth.exceptions import RefreshError
from google.auth.transport.requests import AuthorizedSession, Request
from google.oauth2.credentials import Credentials
from googleapiclient.errors import HttpError

from sandbox.app import Sandbox
from sandbox.google import Google
from tests.sandbox.google_clients import ANALYTICS, DRIVE_FILE, SPREADSHEETS, analytics, credentials, person, sheets

PROPERTY = "properties/100000001"


@pytest.fixture
def google() -> Google:
    return Google({})


@pytest.fixture
def sandbox(google: Google) -> Iterator[Sandbox]:
    with Sandbox([google]) as running:
        yield running


def assertion(google: Google, sandbox: Sandbox, **claims: object) -> str:
    """
    A signed token with some claims other than they should be; None leaves one out.
    """
    key, now = google.service_account_for(sandbox.url), int(time.time())
    good = {
        "iss": key["client_email"],
        "aud": "https://oauth2.googleapis.com/token",
        "scope": SPREADSHEETS,
        "iat": now,
        "exp": now + 3600,
    }
    payload = {name: value for name, value in (good | claims).items() if value is not None}
    return jwt.encode(crypt.RSASigner.from_service_account_info(key), payload).decode()


def exchange(sandbox: Sandbox, token: str) -> requests.Response:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": token}
    return requests.post(f"{sandbox.url}/token", data=form, timeout=5)


def test_google_auth_exchanges_a_key_for_a_token(google: Google, sandbox: Sandbox) -> None:
    """
    google-auth gets a token for its key, and Sheets lets it in.
    """
    found = credentials(google, sandbox.url, SPREADSHEETS)
    found.refresh(Request())

    assert found.token.startswith("ya29.")
    assert AuthorizedSession(found).get(f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}").status_code == 200


def test_token_endpoint_refuses_in_googles_words(google: Google, sandbox: Sandbox) -> None:
    """
    Each thing wrong with a signed token has its own answer; of two, the one that Google checks first.
    """
    now = int(time.time())
    good = assertion(google, sandbox)
    cases = {
        "not.a.token": ("invalid_request", "Bad Request"),
        good[:-8] + "AAAAAAAA": ("invalid_grant", "Invalid JWT Signature."),
        assertion(google, sandbox, iss="x@y.example", iat=None): ("invalid_grant", "Invalid grant: account not found"),
        assertion(google, sandbox, exp=now + 9000, scope=""): ("invalid_grant", "Invalid JWT: Token must be a short-"),
        assertion(google, sandbox, iat=None): ("invalid_grant", "Invalid JWT: Token must be a short-lived token"),
        assertion(google, sandbox, scope="", aud="x"): ("invalid_scope", "Invalid OAuth scope or ID token audience"),
        assertion(google, sandbox, aud="https://x.example"): ("invalid_grant", "Invalid JWT: Failed audience check."),
    }
    for token, (error, words) in cases.items():
        answer = exchange(sandbox, token)
        assert answer.status_code == 400
        assert answer.json()["error"] == error
        assert answer.json()["error_description"].startswith(words)

    assert exchange(sandbox, good).json()["expires_in"] == 3599
    assert "access_token" not in exchange(sandbox, assertion(google, sandbox, scope="https://x.example/no")).json()


def test_a_refused_key_is_a_refresh_error(google: Google, sandbox: Sandbox) -> None:
    """
    A key whose address Google does not know fails once, in google-auth's own exception.
    """
    key = google.service_account_for(sandbox.url) | {"client_email": "gone@noria-sandbox.iam.gserviceaccount.com"}
    stale = type(credentials(google, sandbox.url)).from_service_account_info(key, scopes=[SPREADSHEETS])

    with pytest.raises(RefreshError, match="account not found") as raised:
        stale.refresh(Request())
    assert not raised.value.retryable
    assert sandbox.control.requests(path="/token") == 1


def test_a_person_refreshes_until_the_grant_is_revoked(google: Google, sandbox: Sandbox) -> None:
    """
    A refresh token of a person gives access; once revoked it gives `invalid_grant`.
    """
    accounts = google.accounts
    token = google.refresh_token([SPREADSHEETS])
    found = Credentials(
        None,
        refresh_token=token,
        token_uri=f"{sandbox.url}/token",
        client_id=accounts.client_id,
        client_secret=accounts.client_secret,
    )
    session = AuthorizedSession(found)
    assert session.get(f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}").status_code == 200

    accounts.refresh_tokens.clear()
    with pytest.raises(RefreshError, match="expired or revoked"):
        found.refresh(Request())


def test_analytics_takes_self_signed_tokens(google: Google, sandbox: Sandbox) -> None:
    """
    The Analytics client signs for itself, with scopes and without; the token endpoint is never asked.
    """
    for scopes in ((), (ANALYTICS,)):
        assert analytics(google, sandbox, *scopes).get_metadata(name=f"{PROPERTY}/metadata").metrics

    assert sandbox.control.requests(path="/token") == 0


def test_a_self_signed_token_must_be_ours(google: Google, sandbox: Sandbox) -> None:
    """
    A token for another API, a changed one and an expired one get 401, as does no token at all.
    """
    url, now = f"{sandbox.url}/v1beta/{PROPERTY}/metadata", int(time.time())
    mail = google.service_account_for(sandbox.url)["client_email"]
    api = "https://analyticsdata.googleapis.com/"
    good = assertion(google, sandbox, aud=api, sub=mail, scope=None)
    wrong = [
        assertion(google, sandbox, aud="https://sheets.googleapis.com/", sub=mail, scope=None),
        assertion(google, sandbox, aud=api, sub=mail, scope=None, iat=now - 7200, exp=now - 3600),
        good[:-8] + "AAAAAAAA",
        "ya29.unknown",
    ]
    assert requests.get(url, headers={"Authorization": f"Bearer {good}"}, timeout=5).status_code == 200
    for token in wrong:
        answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
        assert (answer.status_code, answer.json()["error"]["status"]) == (401, "UNAUTHENTICATED")
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    missing = requests.get(url, timeout=5)
    assert missing.json()["error"]["details"][0]["reason"] == "CREDENTIALS_MISSING"


def test_scopes_bound_what_a_token_does(google: Google, sandbox: Sandbox) -> None:
    """
    A token for Analytics opens no spreadsheet, one for Sheets no report; `drive.file` sees no file of a person.
    """
    with pytest.raises(HttpError) as raised:
        sheets(google, sandbox, ANALYTICS).get(spreadsheetId=google.spreadsheet_id).execute()
    assert raised.value.status_code == 403
    assert raised.value.error_details[0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    with pytest.raises(Forbidden, match="insufficient authentication scopes"):
        analytics(google, sandbox, SPREADSHEETS).get_metadata(name=f"{PROPERTY}/metadata")
    with pytest.raises(HttpError) as raised:
        sheets(google, sandbox, DRIVE_FILE).get(spreadsheetId=google.spreadsheet_id).execute()
    assert (raised.value.status_code, raised.value.reason) == (404, "Requested entity was not found.")


def test_an_expired_token_is_replaced(google: Google, sandbox: Sandbox) -> None:
    """
    After all tokens ended, the session of google-auth gets one 401, a new token, and goes on.
    """
    service = sheets(google, sandbox)
    service.get(spreadsheetId=google.spreadsheet_id).execute()
    requests.post(f"{sandbox.url}/_sandbox/google/expire", timeout=5)
    service.get(spreadsheetId=google.spreadsheet_id).execute()

    statuses = [entry["status"] for entry in sandbox.control.log if entry["path"].startswith("/v4")]
    assert statuses == [200, 401, 200]
    assert sandbox.control.requests(path="/token") == 2


def test_tokens_end_by_themselves() -> None:
    """
    A token of one hour is good after 59 minutes and refused after 61.
    """
    now = [datetime(2026, 11, 20, 12, tzinfo=UTC)]
    google = Google({}, clock=lambda: now[0])
    session = person(google)
    with Sandbox([google]) as sandbox:
        url = f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}"
        now[0] += timedelta(minutes=59)
        assert session.get(url).status_code == 200
        now[0] += timedelta(minutes=2)
        assert session.get(url).status_code == 401


def test_faults_have_the_wording_of_their_api(google: Google, sandbox: Sandbox) -> None:
    """
    Every injected failure reads as Google's: codes, statuses, reasons; no Retry-After unless one was asked for.
    """
    urls = {
        "analytics": f"{sandbox.url}/v1beta/{PROPERTY}/metadata",
        "sheets": f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}",
        "drive": f"{sandbox.url}/drive/v3/files",
    }
    expected = {
        ("expired", "analytics"): (401, "UNAUTHENTICATED", "invalid authentication credentials"),
        ("scope", "sheets"): (403, "PERMISSION_DENIED", "insufficient authentication scopes"),
        ("limit", "analytics"): (429, "RESOURCE_EXHAUSTED", "Exhausted property tokens for a project per hour."),
        ("limit", "sheets"): (429, "RESOURCE_EXHAUSTED", "'Read requests per minute per user'"),
        ("limit", "drive"): (403, None, "User Rate Limit Exceeded"),
        ("error", "sheets"): (500, "INTERNAL", "Internal error encountered."),
    }
    for (kind, api), (code, status, words) in expected.items():
        sandbox.control.inject(kind=kind, vendor="google")
        answer = person(google).get(urls[api])
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error.get("status")) == (code, code, status)
        assert words in error["message"]
        assert "Retry-After" not in answer.headers
    assert error.get("errors") is None

    sandbox.control.inject(kind="unavailable", vendor="google")
    page = person(google).get(urls["sheets"])
    assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    sandbox.control.inject(kind="unavailable", vendor="google", options={"json": True, "retry_after": 7})
    assert person(google).get(urls["sheets"]).json()["error"]["status"] == "UNAVAILABLE"
    sandbox.control.inject(kind="error", vendor="google", path="/token")
    assert exchange(sandbox, assertion(google, sandbox)).json()["error"] == "internal_failure"


def test_unknown_paths_are_pages(google: Google, sandbox: Sandbox) -> None:
    """
    A path that is no API, or an API with the wrong verb, shows an HTML page with 404, never JSON, never 405.
    """
    session = person(google)
    for answer in (
        session.get(f"{sandbox.url}/v1beta/{PROPERTY}:runReport"),
        session.get(f"{sandbox.url}/v4/nothing"),
        session.delete(f"{sandbox.url}/v4/spreadsheets/{google.spreadsheet_id}"),
    ):
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
