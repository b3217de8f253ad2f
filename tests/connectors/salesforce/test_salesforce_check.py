"""
What `noria check` finds.
"""

from __future__ import annotations

import pytest

from connectors.contract import Finding
from tests.connectors.salesforce.organisation import Org, accounts, ident, organisation, stamped


def found(org: Org, **given: object) -> dict[str, Finding]:
    return {finding.about: finding for finding in org.source(**given).check()}


def test_a_ready_organisation_is_all_green(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Statuses, history, channels, zone and currency fit: no warning and no error.
    """
    records = {
        "Account": accounts(1),
        "Organization": [
            {"Id": ident("00D", 1), "Name": "Acme", "TimeZoneSidKey": "Europe/Madrid", "DefaultCurrencyIsoCode": "EUR"}
        ],
        "LeadStatus": [{"Id": ident("01J", 1), "MasterLabel": "Qualified", "ApiName": "Qualified"}],
        "Lead": [stamped("2026-01-05", Id=ident("00Q", 1), Status="Qualified", LeadSource="web")],
        "LeadHistory": [
            {"Id": ident("017", 1), "LeadId": ident("00Q", 1), "Field": "Status", "NewValue": "Qualified",
             "CreatedDate": "2026-01-06T10:00:00.000+0000"}
        ],
    }  # fmt: skip
    with organisation(monkeypatch, records, timezone="Europe/Madrid") as org:
        findings = found(org, mapping={"channels": {"Web": "Direct"}})

    assert {finding.level for finding in findings.values()} == {"ok"}
    assert "15,000" in findings["API requests"].text


def test_every_gap_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A misspelt field and status, a hidden object, an unmapped source and no history: one finding each, with a fix.
    """
    records = {
        "Account": accounts(1),
        "Opportunity": [stamped("2026-01-05", Id=ident("006", 1), Name="Deal", MRR__c=5)],
        "LeadStatus": [{"Id": ident("01J", 1), "MasterLabel": "Qualified", "ApiName": "Qualified"}],
        "Lead": [stamped("2026-01-05", Id=ident("00Q", 1), Status="New", LeadSource="Trade Show")],
    }
    with organisation(monkeypatch, records) as org:
        org.vendor.hide_object("Case")
        findings = found(org, mapping={"mrr_field": "MMR__c", "qualified_statuses": ["Qualifed"]})

    assert findings["Opportunity.MMR__c"].level == "error" and "MRR__c" in findings["Opportunity.MMR__c"].fix
    assert findings["mapping.qualified_statuses"].level == "error"
    assert "Qualified" in findings["mapping.qualified_statuses"].fix
    assert findings["Case"].level == "warning"
    assert "Trade Show" in findings["mapping.channels"].text
    assert findings["LeadHistory"].level == "warning"
    assert findings["organisation.timezone"].level == "warning"


def test_refused_credentials_end_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With a wrong secret there is one finding and no more questions.
    """
    with organisation(monkeypatch, {}) as org:
        monkeypatch.setenv("TEST_SALESFORCE_SECRET", "wrong-secret")
        findings = list(org.source().check())

    assert [(finding.level, finding.about) for finding in findings] == [("error", "credentials")]
