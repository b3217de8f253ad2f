"""
How each vendor writes ids and moments.
"""

from __future__ import annotations

import string
from datetime import datetime
from functools import lru_cache
from uuid import NAMESPACE_URL, uuid5

_DIGITS = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SUFFIX = string.ascii_uppercase + "012345"

# Key prefixes by which Salesforce tells objects apart.
PREFIXES = {
    "Organization": "00D",
    "User": "005",
    "Account": "001",
    "Contact": "003",
    "Lead": "00Q",
    "LeadStatus": "01J",
    "LeadHistory": "017",
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "OpportunityStage": "01J",
    "OpportunityContactRole": "00K",
    "OpportunityLineItem": "00k",
    "Product2": "01t",
    "Campaign": "701",
    "CampaignMember": "00v",
    "Task": "00T",
    "Event": "00U",
    "Case": "500",
}

# HubSpot's ids are long numbers that share nothing between types.
_FIRST_ID = {
    "contacts": 101_000_000_000,
    "companies": 17_200_000_000,
    "deals": 18_300_000_000,
    "tickets": 2_400_000_000,
    "line_items": 7_500_000_000,
    "calls": 51_000_000_000,
    "emails": 52_000_000_000,
    "meetings": 53_000_000_000,
    "owners": 700_000_000,
    "users": 60_000_000,
    "campaigns": 350_000_000,
    "marketing_emails": 160_000_000_000,
}


def long_form(short: str) -> str:
    """
    The 18-character form of a 15-character id: one more character per five says which of them are capitals.
    """
    return short + _capitals(short[:5]) + _capitals(short[5:10]) + _capitals(short[10:])


@lru_cache(maxsize=4096)
def _capitals(five: str) -> str:
    return _SUFFIX[sum(1 << place for place, character in enumerate(five) if "A" <= character <= "Z")]


def salesforce_id(sobject: str, number: int) -> str:
    """
    The id of the n-th record of an object.

    Args:
        sobject: API name; unknown ones get the prefix of custom objects.
        number: Counts from 1.
    """
    body = ""
    for _ in range(7):
        number, digit = divmod(number, 62)
        body = _DIGITS[digit] + body
    return long_form(f"{PREFIXES.get(sobject, 'a00')}5g{_DIGITS[len(sobject)]}0Y{body}")


def hubspot_id(plural: str, number: int) -> str:
    """
    The id of the n-th record of a type.
    """
    return str(_FIRST_ID.get(plural, 90_000_000_000) + number * 37)


def guid(kind: str, number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"https://noria.example.com/{kind}/{number}"))


def salesforce_time(at: datetime) -> str:
    return f"{at.isoformat()[:19]}.000+0000"


def hubspot_time(at: datetime) -> str:
    return f"{at.isoformat()[:19]}Z"
