"""
A HubSpot stand-in with many contacts, in a process of its own: `python -m benchmarks.portal CONTACTS PROPERTIES`.

Prints its address and its token on one line each, then serves until its input closes.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from sandbox.app import Sandbox
from sandbox.hubspot import HubSpot


def contacts(count: int, properties: int) -> list[dict[str, object]]:
    """
    Contacts with so many properties, those that the connector asks for among them.
    """
    began = datetime(2024, 1, 1, tzinfo=UTC)
    made: list[dict[str, object]] = []
    for number in range(count):
        created = (began + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        record: dict[str, object] = {
            "id": str(100_000 + number),
            "email": f"person{number}@company{number % 5000}.example",
            "createdate": created,
            "lastmodifieddate": created,
            "lifecyclestage": ("lead", "marketingqualifiedlead", "customer")[number % 3],
            "hs_analytics_source": ("ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING")[number % 3],
            "country": ("Spain", "Mexico", "Chile")[number % 3],
            "_created": created,
            "_updated": created,
        }
        for index in range(properties - 7):
            record[f"extra_{index:02d}"] = f"value {number} of property {index}"
        made.append(record)
    return made


def main() -> None:
    """
    Serve until the parent goes.
    """
    count, properties = int(sys.argv[1]), int(sys.argv[2])
    portal = HubSpot({"contacts": contacts(count, properties)})
    with Sandbox([portal]) as served:
        print(served.url)
        print(portal.access_token, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
