"""
Sign-in to the played Salesforce, with the vendor's own client.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from simple_salesforce import Salesforce as Client
from simple_salesforce import SalesforceExpiredSession
from simple_salesforce.exceptions import SalesforceAuthenticationFailed

from sandbox.salesforce import Salesforce
from tests.sandbox.salesforce_org import Org, running

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    with running() as made:
        yield made


def token(org: Org, **form: str) -> requests.Response:
    return requests.post(f"{org.url}/services/oauth2/token", data=form, timeout=5)


def assertion(org: Org, key: object = None, **changed: object) -> str:
    claims = {
        "iss": org.vendor.client_id,
        "sub": org.vendor.username,
        "aud": "https://login.salesforce.com",
        "exp": str(int(time.time()) + 180),
    }
    return jwt.encode({**claims, **changed}, key or org.vendor.private_key, algorithm="RS256")


def test_client_credentials_in_the_header_open_a_session(org: Org) -> None:
    """
    The Python client sends key and secret in a Basic header; its session then reads.
    """
    assert org.client.query("SELECT COUNT() FROM Account")["totalSize"] == 2


def test_client_credentials_in_the_body_open_a_session(org: Org) -> None:
    """
    Other clients send key and secret in the form; the answer names this machine as instance.
    """
    answer = token(
        org,
        grant_type="client_credentials",
        client_id=org.vendor.client_id,
        client_secret=org.vendor.client_secret,
    )

    assert answer.status_code == 200
    assert org.url == answer.json()["instance_url"]
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["issued_at"].isdigit()


def test_the_clients_own_jwt_is_taken(org: Org) -> None:
    """
    The Python client signs with the private key and writes `exp` as a string.
    """
    client = Client(
        username=org.vendor.username,
        consumer_key=org.vendor.client_id,
        privatekey=org.vendor.private_key,
        session=org.session,
    )

    assert client.query("SELECT COUNT() FROM Account")["totalSize"] == 2


@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"iss": "someone else"}, "invalid_client_id", "client identifier invalid"),
        ({"sub": "nobody@example.com"}, "invalid_grant", "user hasn't approved this consumer"),
        ({"aud": "https://example.com"}, "invalid_grant", "audience is invalid"),
        ({"exp": "1600000000"}, "invalid_grant", "expired authorization code"),
    ],
)
def test_a_wrong_claim_is_refused(org: Org, changed: dict[str, str], error: str, description: str) -> None:
    """
    Each claim of the assertion is looked at, and a refusal is a 400 with an OAuth body.
    """
    answer = token(org, grant_type=GRANT, assertion=assertion(org, **changed))

    assert (400, {"error": error, "error_description": description}) == (answer.status_code, answer.json())


def test_a_foreign_signature_is_refused(org: Org) -> None:
    """
    An assertion that another key signed opens nothing.
    """
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    answer = token(org, grant_type=GRANT, assertion=assertion(org, key=stranger))

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_wrong_secret_is_the_clients_own_exception(org: Org) -> None:
    """
    The official client turns the 400 into its authentication failure.
    """
    with pytest.raises(SalesforceAuthenticationFailed, match="invalid client credentials"):
        Client(
            consumer_key=org.vendor.client_id, consumer_secret="wrong", domain="noria-sandbox.my", session=org.session
        )


def test_keys_are_the_same_in_every_run() -> None:
    """
    Two organisations have the same key and secret, so that a settings file goes on working.
    """
    one, other = Salesforce({}), Salesforce({})

    assert (one.client_id, one.client_secret) == (other.client_id, other.client_secret)


def test_the_user_can_be_asked_for(org: Org) -> None:
    """
    User info tells the id of the integration user, who stands among the users.
    """
    told = org.client.oauth2("userinfo")

    assert org.vendor.username == org.record("User", told["user_id"])["Username"]
    assert requests.get(f"{org.url}/services/oauth2/userinfo", timeout=5).status_code == 403


def test_an_ended_session_is_a_list_and_the_client_signs_in_again() -> None:
    """
    Ended sessions answer 401 with a list body; a client that knows its secrets recovers, a bare session does not.
    """
    with running() as org:
        bare = Client(session_id=org.client.session_id, instance_url=org.url, session=org.session)
        org.vendor.expire_sessions()
        answer = org.rest("GET", "limits")

        assert answer.status_code == 401
        assert answer.json() == [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]
        with pytest.raises(SalesforceExpiredSession):
            bare.query("SELECT Id FROM Account")
        assert org.client.query("SELECT COUNT() FROM Account")["totalSize"] == 2


def test_a_host_name_that_was_kept_stays_the_instance() -> None:
    """
    A client that keeps the name of its own domain in the request is sent back there.
    """
    with running() as org:
        answer = requests.post(
            f"{org.url}/services/oauth2/token",
            data={
                "grant_type": "client_credentials",
                "client_id": org.vendor.client_id,
                "client_secret": org.vendor.client_secret,
            },
            headers={"Host": "acme.my.salesforce.com"},
            timeout=5,
        )

        assert answer.json()["instance_url"] == "https://acme.my.salesforce.com"
