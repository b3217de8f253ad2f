"""
Sign-in and every way in which Salesforce, or the line to it, may refuse.
"""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import (
    BadData,
    CredentialsRefused,
    LimitReached,
    PermissionMissing,
    UserError,
    VendorUnavailable,
)
from connectors.salesforce.settings import SalesforceSettings
from tests.connectors.salesforce.organisation import accounts, ids, organisation, pull

TWO = {"Account": accounts(2)}
QUERY = "/queryAll"


def test_jwt_signs_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A private key and a user name are enough.
    """
    with organisation(monkeypatch, TWO) as org:
        signed = {"client_secret": None, "username": org.vendor.username, "private_key": "env:TEST_SALESFORCE_KEY"}
        assert len(ids(pull(org.source(**signed), "Account"))) == 2
        assert org.control.requests(path="/oauth2/token") == 1


def test_one_sign_in_serves_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Three objects read, one token asked for.
    """
    with organisation(monkeypatch, TWO) as org:
        source = org.source()
        for name in ("Account", "Lead", "Campaign"):
            pull(source, name)

        assert org.control.requests(path="/oauth2/token") == 1


def test_a_given_token_works_until_it_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A pasted access token is used as it is; when it runs out, the message names its setting and no sign-in is tried.
    """
    with organisation(monkeypatch, TWO) as org:
        owner = org.source()
        pull(owner, "Account")
        monkeypatch.setenv("TEST_SALESFORCE_TOKEN", owner.client._client().session_id)
        given = {"client_id": None, "client_secret": None, "access_token": "env:TEST_SALESFORCE_TOKEN"}
        source = org.source(**given, instance_url="https://noria-sandbox.my.salesforce.com")
        assert len(ids(pull(source, "Account"))) == 2

        org.vendor.expire_sessions()
        with pytest.raises(CredentialsRefused) as refused:
            pull(source, "Account")
        assert org.control.requests(path="/oauth2/token") == 1

    assert refused.value.where == "connectors.salesforce.access_token"


def test_a_wrong_secret_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The refusal points at the setting; the secret stands in no message.
    """
    with organisation(monkeypatch, TWO) as org:
        monkeypatch.setenv("TEST_SALESFORCE_SECRET", "a-wrong-secret-of-ours")
        with pytest.raises(CredentialsRefused) as refused:
            pull(org.source(), "Account")

    assert refused.value.where == "connectors.salesforce.client_secret"
    assert "a-wrong-secret-of-ours" not in str(refused.value)


def test_a_private_key_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A broken PEM is a refused credential, and nothing is sent.
    """
    with organisation(monkeypatch, TWO) as org:
        monkeypatch.setenv("TEST_SALESFORCE_KEY", "-----BEGIN PRIVATE KEY-----")
        signed = {"client_secret": None, "username": org.vendor.username, "private_key": "env:TEST_SALESFORCE_KEY"}
        with pytest.raises(CredentialsRefused) as refused:
            pull(org.source(**signed), "Account")

        assert org.control.requests() == 0
    assert refused.value.where == "connectors.salesforce.private_key"


def test_an_expired_session_is_renewed_once_and_headers_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Sessions that end between two requests cost one sign-in; the repeated write still keeps assignment rules off.
    """
    with organisation(monkeypatch, TWO) as org:
        source = org.source()
        pull(source, "Account")
        org.vendor.expire_sessions()
        assert len(ids(pull(source, "Account"))) == 2
        assert org.control.requests(path="/oauth2/token") == 2


def test_a_session_that_stays_expired_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A sign-in that does not help is not repeated for ever: two sign-ins, two queries, an error.
    """
    with organisation(monkeypatch, TWO) as org:
        org.control.inject(kind="expired", path=QUERY, times=-1)
        with pytest.raises(CredentialsRefused):
            pull(org.source(), "Account")

        assert org.control.requests(path="/oauth2/token") == 2
        assert org.control.requests(path=QUERY) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "error"},
        {"kind": "unavailable"},
        {"kind": "cut"},
        {"kind": "lost"},
        {"kind": "slow", "options": {"seconds": 1}},
        {"kind": "limit", "options": {"status": 429, "retry_after": 0}},
        {"kind": "limit", "options": {"status": 429}},
        {"kind": "expired"},
    ],
    ids=lambda fault: f"{fault['kind']}-{len(fault.get('options', {}))}",
)
def test_a_passing_fault_loses_nothing(monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any]) -> None:
    """
    Whatever fails once at sign-in, at describe and at the query: the pull ends with both accounts.
    """
    with organisation(monkeypatch, TWO) as org:
        for path in (QUERY, "/describe", "/oauth2/token"):
            if fault["kind"] != "expired" or path != "/oauth2/token":
                org.control.inject(path=path, **fault)

        assert len(ids(pull(org.source(read_timeout=0.4), "Account"))) == 2
        assert not any(waiting.times for waiting in org.control.faults)


@pytest.mark.parametrize(
    ("fault", "error", "fix"),
    [
        ({"kind": "error"}, VendorUnavailable, "Run again later"),
        ({"kind": "unavailable"}, VendorUnavailable, "Run again later"),
        ({"kind": "cut"}, VendorUnavailable, "Run again later"),
        ({"kind": "scope"}, PermissionMissing, "permission set"),
        ({"kind": "limit"}, LimitReached, "24-hour allocation"),
        ({"kind": "limit", "options": {"status": 429, "retry_after": 900}}, LimitReached, "Run again later"),
    ],
    ids=["error", "unavailable", "cut", "scope", "day", "long-wait"],
)
def test_a_lasting_fault_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, fault: dict[str, Any], error: type[UserError], fix: str
) -> None:
    """
    What does not pass ends as an error of its own kind, after at most the tries that the settings allow.
    """
    with organisation(monkeypatch, TWO) as org:
        org.control.inject(path=QUERY, times=-1, **fault)
        with pytest.raises(error) as refused:
            pull(org.source(), "Account")

        assert org.control.requests(path=QUERY) <= 3
    assert type(refused.value) is error
    assert fix in refused.value.fix


def test_the_allocation_of_the_day_stops_the_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With no requests left one refusal is enough: it is not tried again.
    """
    with organisation(monkeypatch, TWO) as org:
        source = org.source()
        pull(source, "Account")
        org.control.reset()
        org.vendor.set_daily_requests(100, 100)
        org.vendor.set_limits(True)
        with pytest.raises(LimitReached):
            pull(source, "Account")

        assert org.control.requests() == 1


def test_a_run_takes_no_more_than_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With a share of 5 % of 100 requests the sixth is not sent.
    """
    with organisation(monkeypatch, {"Account": accounts(30)}, max_batch=2) as org:
        org.vendor.set_daily_requests(100)
        with pytest.raises(LimitReached) as stopped:
            pull(org.source(daily_share=0.05), "Account")

        assert org.control.requests(path="/services/data/") == 5
    assert stopped.value.where == "connectors.salesforce.daily_share"


def test_an_address_that_is_no_salesforce_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    HTML in place of a token is a refused sign-in with the page's beginning, not a crash.
    """
    with organisation(monkeypatch, TWO) as org, pytest.raises((CredentialsRefused, BadData)) as refused:
        pull(org.source(base_url=org.url + "/nowhere", domain="nowhere.my", client_id="wrong"), "Account")

    assert "signing in" in refused.value.what or "credentials" in refused.value.what


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"domain": "acme.my", "client_id": "x"}, "client_secret, or username and private_key"),
        ({"client_id": "x", "client_secret": "env:X"}, "give domain, client_id and client_secret"),
        ({"access_token": "env:X"}, "instance_url"),
        ({"domain": "login", "client_id": "x", "client_secret": "env:X"}, "no My Domain"),
        ({"domain": "acme.my", "client_id": "x", "client_secret": "plain-text"}, "never written into the settings"),
        (
            {"domain": "acme.my", "client_id": "x", "client_secret": "env:X", "mapping": {"mrr_field": "MRR c"}},
            "API name",
        ),
        (
            {"domain": "acme.my", "client_id": "x", "client_secret": "env:X", "mapping": {"channels": {"Web": "Net"}}},
            "is not a channel",
        ),
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, Any], words: str) -> None:
    """
    A missing half of the credentials, a login host, a plain secret, a field label, an unknown channel: each is named.
    """
    with pytest.raises(ValueError, match=words):
        SalesforceSettings(**given)


@pytest.mark.parametrize("given", ["acme.my", "https://acme.my.salesforce.com/", "acme.my.salesforce.com"])
def test_a_domain_may_be_pasted_as_an_address(given: str) -> None:
    """
    My Domain, its host name and its address mean the same.
    """
    settings = SalesforceSettings(domain=given, client_id="x", client_secret="env:X")

    assert (settings.domain, settings.site) == ("acme.my", "https://acme.my.salesforce.com")
