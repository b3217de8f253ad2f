"""
Who may call the played HubSpot, how often, and how it fails when it is told to.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from hubspot import HubSpot as Client
from hubspot.crm.contacts.exceptions import ApiException
from hubspot.oauth.exceptions import ApiException as TokenRefused

from tests.sandbox.hubspot_portal import Portal, running

CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture(scope="module")
def server() -> Iterator[Portal]:
    with running() as portal:
        yield portal


@pytest.fixture
def portal(server) -> Portal:
    return server.start_over()


def revoke(portal, *scopes):
    portal.post("/_sandbox/hubspot/scopes", {"revoke": list(scopes)})


def oauth(portal, **changes):
    hubspot = portal.hubspot.auth
    form = {
        "grant_type": "refresh_token",
        "client_id": hubspot.client_id,
        "client_secret": hubspot.client_secret,
        "refresh_token": hubspot.refresh_token,
    }
    return Client(host=portal.sandbox.url).oauth.tokens_api.create(**{**form, **changes})


def test_wrong_token_is_refused(portal):
    """
    401 with the category and the header that tells it from an expired one.
    """
    response = portal.call("GET", CONTACTS, token="pat-na1-wrong")

    assert (response.status, response.json()["category"]) == (401, "INVALID_AUTHENTICATION")
    assert response.headers["x-hubspot-auth-failure"] == "401 Unauthorized"


def test_the_token_is_the_same_at_every_start(portal):
    """
    Two accounts have one token, of the form that private apps have.
    """
    former = portal.hubspot.access_token

    assert former == portal.start_over({}).hubspot.access_token
    assert former.startswith("pat-na1-")


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("crm.objects.contacts.read", "GET", CONTACTS),
        ("crm.objects.contacts.read", "POST", f"{CONTACTS}/search"),
        ("crm.objects.contacts.write", "POST", f"{CONTACTS}/batch/update"),
        ("crm.objects.contacts.read", "GET", "/crm/v3/objects/calls"),
        ("sales-email-read", "GET", "/crm/v3/objects/emails"),
        ("tickets", "GET", "/crm/v3/pipelines/tickets"),
        ("crm.objects.line_items.read", "GET", "/crm/v3/objects/0-8"),
        ("crm.objects.companies.read", "POST", "/crm/v4/associations/contacts/companies/batch/read"),
        ("crm.schemas.deals.write", "POST", "/crm/v3/properties/deals"),
        ("crm.schemas.contacts.write", "POST", "/crm/v3/properties/contacts/groups"),
        ("crm.objects.owners.read", "GET", "/crm/v3/owners/"),
        ("marketing.campaigns.read", "GET", "/marketing/v3/campaigns"),
        ("marketing.email.read", "GET", "/marketing/v3/emails/"),
        ("settings.currencies.read", "GET", "/settings/v3/currencies/codes"),
    ],
)
def test_a_missing_scope_is_named(portal, scope, method, path):
    """
    With the scope the call is not forbidden; without it 403 names it.
    """
    allowed = portal.call(method, path, {} if method == "POST" else None).status
    revoke(portal, scope)
    refused = portal.call(method, path, {} if method == "POST" else None)

    assert allowed in (200, 400)
    assert (refused.status, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert scope in refused.json()["errors"][0]["context"]["requiredScopes"]


def test_scopes_come_back(portal):
    """
    Revoked in Python, granted by the control route.
    """
    portal.hubspot.revoke_scope("crm.objects.contacts.read")
    refused = portal.call("GET", CONTACTS).status
    portal.post("/_sandbox/hubspot/scopes", {"grant": ["crm.objects.contacts.read"]})

    assert (refused, portal.call("GET", CONTACTS).status) == (403, 200)


def test_properties_can_be_read_with_either_scope(portal):
    """
    The definitions open with the schema scope when the objects are closed.
    """
    revoke(portal, "crm.objects.deals.read")
    with_schema = portal.call("GET", "/crm/v3/properties/deals").status
    revoke(portal, "crm.schemas.deals.read")

    assert (with_schema, portal.call("GET", "/crm/v3/properties/deals").status) == (200, 403)


def test_refresh_token_buys_a_token_that_expires(portal):
    """
    The client's token call gives 1,800 s; expired, the token is told so with the moment.
    """
    bought = oauth(portal)
    works = portal.call("GET", CONTACTS, token=bought.access_token)
    portal.hubspot.auth.expire(bought.access_token)
    refused = portal.call("GET", CONTACTS, token=bought.access_token)

    assert (bought.expires_in, bought.token_type, works.status) == (1800, "bearer", 200)
    assert (refused.status, refused.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert refused.json()["context"]["expire time"][0].endswith("Z")
    assert "X-HubSpot-RateLimit-Daily" not in works.headers


@pytest.mark.parametrize(
    ("change", "status"),
    [({"refresh_token": "no"}, "BAD_REFRESH_TOKEN"), ({"client_secret": "no"}, "BAD_CLIENT_ID")],
)
def test_token_refusals(portal, change, status):
    """
    400 with a status word of its own.
    """
    with pytest.raises(TokenRefused, match=status) as refused:
        oauth(portal, **change)

    assert refused.value.status == 400


def test_rate_headers_count_down_only_under_limits(portal):
    """
    Without limits 189 of 190 remain at every call; with them 189, 188, 187.
    """

    def remaining():
        return [portal.call("GET", CONTACTS).headers["X-HubSpot-RateLimit-Remaining"] for _ in range(3)]

    free = remaining()
    portal.hubspot.set_limits(True)

    assert (free, remaining()) == (["189", "189", "189"], ["189", "188", "187"])


def test_the_window_of_ten_seconds(portal):
    """
    Of a burst of 4 the fifth call is refused in the words of the policy, with the seconds to wait.
    """
    portal.post("/_sandbox/hubspot/limits", {"burst": 4})
    portal.post("/_sandbox/limits", {"on": True, "vendor": "hubspot"})
    responses = [portal.call("GET", CONTACTS) for _ in range(5)]
    last = responses[-1]

    assert [response.status for response in responses] == [200, 200, 200, 200, 429]
    assert (last.json()["policyName"], last.json()["errorType"]) == ("TEN_SECONDLY_ROLLING", "RATE_LIMIT")
    assert last.json()["message"] == "You have reached your ten_secondly_rolling limit."
    assert 9 <= int(last.headers["Retry-After"]) <= 10


def test_searches_have_a_bucket_of_their_own(portal):
    """
    Five searches a second pass and cost the general window nothing; the sixth is refused, and passes a second later.
    """
    portal.hubspot.set_limits(True)
    searches = [portal.call("POST", f"{CONTACTS}/search", {}) for _ in range(6)]
    left = portal.call("GET", CONTACTS).headers["X-HubSpot-RateLimit-Remaining"]
    time.sleep(1.05)

    assert [response.status for response in searches] == [200, 200, 200, 200, 200, 429]
    assert searches[-1].json()["message"] == "You have reached your secondly limit."
    assert (left, portal.call("POST", f"{CONTACTS}/search", {}).status) == ("189", 200)


def test_the_day_is_used_up(portal):
    """
    After two calls of two a day, the third is refused until midnight; without the header when it is switched off.
    """
    portal.post("/_sandbox/hubspot/limits", {"daily": 2, "retry_after": False})
    portal.hubspot.set_limits(True)
    responses = [portal.call("GET", CONTACTS) for _ in range(3)]

    assert [response.status for response in responses] == [200, 200, 429]
    assert responses[-1].json()["policyName"] == "DAILY"
    assert "Retry-After" not in responses[-1].headers
    assert responses[1].headers["X-HubSpot-RateLimit-Daily-Remaining"] == "0"


@pytest.mark.parametrize(
    ("kind", "options", "status", "word"),
    [
        ("expired", {}, 401, "EXPIRED_AUTHENTICATION"),
        ("scope", {}, 403, "crm.objects.contacts.read"),
        ("limit", {"retry_after": 3}, 429, "TEN_SECONDLY_ROLLING"),
        ("error", {}, 500, "internal error"),
        ("unavailable", {}, 503, "<html>"),
    ],
)
def test_faults_are_worded_as_hubspot_does(portal, kind, options, status, word):
    """
    Each fault hits one request of the official client, and the next one passes.
    """
    portal.sandbox.control.inject(kind=kind, vendor="hubspot", options=options)
    api = portal.client.crm.contacts.basic_api
    with pytest.raises(ApiException) as failed:
        api.get_page(_request_timeout=5) if kind != "limit" else portal_without_retries(portal)

    assert (status, True) == (failed.value.status, word in failed.value.body)
    assert failed.value.headers.get("Retry-After") == ("3" if kind == "limit" else None)
    assert len(api.get_page().results) == 3


def portal_without_retries(portal):
    client = Client(access_token=portal.hubspot.access_token, host=portal.sandbox.url, retry=False)
    return client.crm.contacts.basic_api.get_page()


def test_an_expired_fault_for_a_wrong_token(portal):
    """
    Who has no token of ours is told that, not that it expired.
    """
    portal.sandbox.control.inject(kind="expired", vendor="hubspot")

    assert portal.call("GET", CONTACTS, token="nobody").json()["category"] == "INVALID_AUTHENTICATION"
