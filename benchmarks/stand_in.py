"""
A stand-in with many records, in a process of its own: `python -m benchmarks.stand_in VENDOR RECORDS FIELDS`.

It remembers the bytes of each page of records, so that from the second reading on the readers are timed and not the
stand-in. Prints one line of JSON, its address and how to sign in, then serves until its input closes.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from subprocess import PIPE, Popen

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.app import application
from sandbox.hubspot import HubSpot
from sandbox.salesforce import Salesforce

FIELDS = 40
_PAGES = re.compile(r"/crm/.*objects/contacts|/services/data/v[\d.]+/(query|queryAll|jobs/query/\w+/results)/?.*")


@contextmanager
def running(vendor: str, records: int) -> Iterator[dict[str, str]]:
    """
    A stand-in of this vendor with so many records of 40 fields; gives its address and how to sign in.
    """
    command = [sys.executable, "-m", "benchmarks.stand_in", vendor, str(records), str(FIELDS)]
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


def contacts(count: int, fields: int) -> Iterator[dict[str, object]]:
    """
    HubSpot contacts, properties that the connector asks for among them.
    """
    began = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        created = (began + timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
        yield {
            "id": str(100_000 + number),
            "email": f"person{number}@company{number % 5000}.example",
            "createdate": created,
            "lastmodifieddate": created,
            "lifecyclestage": ("lead", "marketingqualifiedlead", "customer")[number % 3],
            "hs_analytics_source": ("ORGANIC_SEARCH", "PAID_SEARCH", "EMAIL_MARKETING")[number % 3],
            "country": ("Spain", "Mexico", "Chile")[number % 3],
            "_created": created,
            "_updated": created,
            **{name: f"value {number} of {name}" for name in extras(fields - 7)},
        }


def opportunities(count: int, fields: int) -> Iterator[dict[str, object]]:
    """
    Salesforce opportunities, fields that the connector asks for among them.
    """
    began = datetime(2024, 1, 1, tzinfo=UTC)
    for number in range(count):
        at = began + timedelta(minutes=number)
        stamp = at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        is_won, is_closed = number % 3 == 0, number % 3 != 2
        yield {
            "Id": salesforce_id("006", number),
            "Name": f"Deal {number}",
            "AccountId": None,
            "StageName": ("Closed Won", "Closed Lost", "Prospecting")[number % 3],
            "Amount": 1000.5 + number,
            "Probability": (100.0, 0.0, 10.0)[number % 3],
            "CloseDate": at.strftime("%Y-%m-%d"),
            "Type": "New Business",
            "LeadSource": ("Web", "Trade Show", "Partner")[number % 3],
            "CampaignId": None,
            "IsClosed": is_closed,
            "IsWon": is_won,
            "OwnerId": salesforce_id("005", number % 40),
            "CreatedDate": stamp,
            "LastModifiedDate": stamp,
            "SystemModstamp": stamp,
            "IsDeleted": False,
            **{f"{name}__c": f"value {number} of {name}" for name in extras(fields - 17)},
        }


def extras(count: int) -> list[str]:
    """
    Names of the fields that only fill the records up.
    """
    return [f"extra_{index:02d}" for index in range(count)]


def salesforce_id(prefix: str, number: int) -> str:
    """
    A record id of 18 characters.
    """
    short = f"{prefix}Bn{number:010d}"
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    return short + "".join(
        letters[sum(1 << place for place, letter in enumerate(short[at : at + 5]) if letter.isupper())]
        for at in (0, 5, 10)
    )


class _Remembering:
    """
    Gives the bytes of the first answer to whoever asks for the same page of records again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._answers: dict[tuple[str, bytes, bytes, bytes], list[Message]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, is_more = b"", True
        while is_more:
            part = await receive()
            body, is_more = body + part.get("body", b""), part.get("more_body", False)
        accepts = dict(scope["headers"]).get(b"accept-encoding", b"")
        key = (scope["path"], scope["query_string"], accepts, body)
        is_page = scope["method"] == "GET" and _PAGES.fullmatch(scope["path"]) is not None
        # The same query is the same bulk job, so that its pages are the same pages.
        keeps = is_page or (scope["method"] == "POST" and scope["path"].endswith("/jobs/query"))
        if key not in self._answers or not keeps:
            answer: list[Message] = []

            async def given() -> Message:
                return {"type": "http.request", "body": body, "more_body": False}

            async def taken(message: Message) -> None:
                answer.append(message)

            await self.app(scope, given, taken)
            if not keeps:
                for message in answer:
                    await send(message)
                return
            self._answers[key] = answer
        for message in self._answers[key]:
            await send(message)


def main() -> None:
    """
    Serve until the parent goes.
    """
    which, count, fields = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    told: dict[str, str]
    if which == "hubspot":
        portal = HubSpot({"contacts": list(contacts(count, fields))})
        vendor, told = portal, {"secret": portal.access_token}
    else:
        crm = Salesforce({"Opportunity": list(opportunities(count, fields))})
        vendor, told = crm, {"client_id": crm.client_id, "secret": crm.client_secret}
    app, _ = application([vendor])
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.bind(("127.0.0.1", 0))
    config = uvicorn.Config(_Remembering(app), log_level="critical", access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
    print(json.dumps({"url": f"http://127.0.0.1:{listening.getsockname()[1]}", **told}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
