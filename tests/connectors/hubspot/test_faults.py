"""
HubSpot's failures, one by one, as the vendor words them.
"""

from __future__ import annotations

import time

import pytest

from connectors.errors import CredentialsRefused, LimitReached, PermissionMissing, VendorUnavailable
from connectors.hubspot.limits import Judge
from connectors.transport import Answer, Kind

ALL = {"201", "202", "203", "204", "205"}


def test_a_refused_token(portal):
    """
    A static token cannot be renewed: one request, and the message names the setting, not the token.
    """
    portal.control.inject(kind="expired", vendor="hubspot", times=-1)
    with pytest.raises(CredentialsRefused) as raised:
        portal.pull("contacts")

    assert raised.value.where == "connectors.hubspot.access_token"
    assert portal.hubspot.access_token not in str(raised.value)
    assert portal.requests() == 1


def test_a_missing_scope(portal):
    """
    The message names the scope, so that a person can grant it.
    """
    portal.hubspot.revoke_scope("crm.objects.deals.read")
    portal.hubspot.revoke_scope("crm.schemas.deals.read")
    with pytest.raises(PermissionMissing, match=r"crm\.objects\.deals\.read") as raised:
        portal.pull("deals")
    assert raised.value.where == "hubspot.deals"


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "limit", "options": {"retry_after": 0.05}},
        {"kind": "limit"},
        {"kind": "error"},
        {"kind": "unavailable"},
        {"kind": "cut"},
    ],
    ids=["429 with Retry-After", "429 without", "500", "503 page", "cut connection"],
)
def test_a_passing_failure_is_got_over(portal, fault):
    """
    The second page fails once: every contact arrives all the same.
    """
    portal.control.inject(vendor="hubspot", path="/objects/contacts", after=1, **fault)
    stored = portal.pull("contacts")

    assert stored.ids() == ALL
    assert portal.requests("GET", "/objects/contacts") == 4


def test_a_slow_answer_is_given_up_and_asked_again(portal):
    """
    No answer within the time-out counts as a failure, not as a reason to hang.
    """
    portal.control.inject(kind="slow", vendor="hubspot", path="/objects/contacts", options={"seconds": 1})
    began = time.monotonic()
    stored = portal.pull("contacts", read_timeout=0.2)

    assert stored.ids() == ALL
    assert time.monotonic() - began < 1


def test_a_vendor_that_stays_down(portal):
    """
    After as many tries as the settings allow the pull ends, and says that nothing is lost.
    """
    portal.control.inject(kind="unavailable", vendor="hubspot", times=-1)
    with pytest.raises(VendorUnavailable, match="HTTP 503"):
        portal.pull("contacts", tries=2)
    assert portal.requests() == 2


def test_a_failure_in_the_middle_keeps_what_was_stored(portal):
    """
    The third page fails for good; the next pull starts from the state before and brings all.
    """
    portal.control.inject(kind="unavailable", vendor="hubspot", path="/objects/contacts", times=2, after=2)
    with pytest.raises(VendorUnavailable):
        portal.pull("contacts", tries=2)

    assert portal.pull("contacts").ids() == ALL


def test_windows_of_the_rate_limits():
    """
    Without Retry-After the policy says how long: ten seconds, one second, or the rest of the day.
    """
    judge = Judge(pause=1)

    def wait(policy: str) -> float | None:
        verdict = judge(Answer(429, {}, b'{"policyName": "%s"}' % policy.encode()))
        assert verdict.kind is Kind.WAIT
        return verdict.wait

    assert (wait("TEN_SECONDLY_ROLLING"), wait("SECONDLY"), wait("DAILY")) == (10, 1, 86_400)
    assert judge(Answer(429, {"retry-after": "7"}, b"<html>")).wait == 7
    assert judge(Answer(477, {"retry-after": "3600"}, b"")).wait == 3600
    assert judge(Answer(423, {}, b"")).wait == 2
    assert judge(Answer(524, {}, b"<html>")).kind is Kind.RETRY


def test_a_used_up_day_ends_the_pull(portal):
    """
    Nobody waits until midnight: the pull stops and says so.
    """
    portal.control.inject(kind="limit", vendor="hubspot", options={"retry_after": 40_000})
    with pytest.raises(LimitReached):
        portal.pull("contacts")


def test_our_own_budget_keeps_hubspot_from_refusing(portal):
    """
    With HubSpot's search limit on, twelve searches go through without one refusal.
    """
    stored = portal.pull("companies")
    portal.sandbox.vendors["hubspot"].set_limits(True)
    source = portal.source()
    stream = next(stream for stream in source.streams() if stream.name == "companies")
    for _ in range(12):
        for batch in source.read(stream, stored.state):
            stored.take(batch)

    assert {entry["status"] for entry in portal.control.log} == {200}
    assert portal.requests("POST", "/companies/search") == 12


def test_what_a_portal_does_not_offer_is_left_out(portal):
    """
    A resource that HubSpot does not know there stops its own stream only, not the connector.
    """
    client = portal.source().client
    with pytest.raises(PermissionMissing, match="does not know"):
        client.get("/marketing/v3/campaigns-of-another-edition", (), "campaigns")
