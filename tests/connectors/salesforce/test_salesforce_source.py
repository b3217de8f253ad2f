"""
Reading: pages, resuming, increments, Bulk, hidden fields.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.errors import PermissionMissing
from connectors.salesforce import bulk
from tests.connectors.salesforce.organisation import (
    Org,
    accounts,
    ident,
    ids,
    organisation,
    pull,
    rows,
    stamped,
    stream,
)


def test_all_pages_come_with_their_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Five accounts in pages of two arrive once each; a count stays an integer, a flag a boolean, a stamp its text.
    """
    with organisation(monkeypatch, {"Account": accounts(5, NumberOfEmployees=7)}, max_batch=2) as org:
        batches = pull(org.source(), "Account")

    assert ids(batches) == [ident("001", n) for n in range(1, 6)]
    first = rows(batches)[0]
    assert (first["NumberOfEmployees"], first["IsDeleted"]) == (7, False)
    assert first["SystemModstamp"] == "2026-01-05T10:00:00.000+0000"
    assert batches[-1].complete and batches[-1].total == 5


def test_deleted_rows_come_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A soft-deleted account is read, marked as such.
    """
    records = {"Account": [*accounts(1), stamped("2026-01-06", Id=ident("001", 9), Name="Gone") | {"IsDeleted": True}]}
    with organisation(monkeypatch, records) as org:
        found = {row["Id"]: row["IsDeleted"] for row in rows(pull(org.source(), "Account"))}

    assert found == {ident("001", 1): False, ident("001", 9): True}


def test_a_first_pull_goes_on_where_it_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Of 25 accounts in batches of five pages of two, the first batch holds ten; from its state the other fifteen come.
    """
    with organisation(monkeypatch, {"Account": accounts(25)}, max_batch=2) as org:
        source = org.source()
        begun = next(source.read(stream(source, "Account"), None))
        rest = pull(org.source(), "Account", begun.state)

    assert len(begun.rows) == 10 and not begun.complete
    assert ids([begun, *rest]) == [ident("001", n) for n in range(1, 26)]
    assert "pull" not in rest[-1].state


def test_a_pull_begun_without_a_field_is_not_resumed(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A mapping that changes in the middle of a first pull begins it anew: no account is left without the new field.
    """
    with organisation(monkeypatch, {"Account": accounts(25, Segment__c="SMB")}, max_batch=2) as org:
        source = org.source()
        begun = next(source.read(stream(source, "Account"), None))
        rest = pull(org.source(mapping={"segment_field": "Segment__c"}), "Account", begun.state)

    assert [row["Segment__c"] for row in rows(rest)] == ["SMB"] * 25


def test_a_forgotten_place_begins_the_stream_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A locator that Salesforce no longer knows costs a restart, not the records.
    """
    with organisation(monkeypatch, {"Account": accounts(3)}) as org:
        source = org.source()
        state = {**pull(source, "Account")[-1].state}
        state.pop("high")
        state["pull"] = {"began": "2026-01-01T00:00:00+00:00", "since": None, "until": None, "asked": state["visible"],
                         "next": "/services/data/v59.0/query/01gDEAD00000000-2000"}  # fmt: skip
        batches = pull(org.source(), "Account", state)

    assert ids(batches) == [ident("001", n) for n in (1, 2, 3)]


def test_an_unchanged_pull_costs_one_request_per_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The second pull sends one query per visible object, no describe, no count, and brings only the short lists.
    """
    with organisation(monkeypatch, {"Account": accounts(3), "Lead": []}) as org:
        source = org.source()
        states = {each.name: pull(source, each.name)[-1].state for each in source.streams()}
        org.control.reset()
        again = {each.name: pull(source, each.name, states[each.name]) for each in source.streams()}
        requests = [(entry["method"], entry["path"]) for entry in org.control.log]

    visible = [name for name, state in states.items() if state["visible"] is not None]
    assert requests == [("GET", "/services/data/v59.0/queryAll/")] * len(visible)
    assert ids(again["Account"]) == []


def test_an_increment_looks_back_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A change is pulled once more within ten minutes, for rows that are committed late, and not after.
    """
    with organisation(monkeypatch, {"Account": accounts(3)}) as org:
        state = pull(org.source(), "Account")[-1].state
        changed = ident("001", 2)
        org.source().client.json("PATCH", f"sobjects/Account/{changed}", what="test", json={"Name": "Changed"})
        first = pull(org.source(), "Account", state)
        second = pull(org.source(), "Account", first[-1].state)
        later = datetime.fromisoformat(second[-1].state["high"]) + timedelta(minutes=11)
        third = pull(org.source(), "Account", {**second[-1].state, "high": later.isoformat()})

    assert rows(first)[0]["Name"] == "Changed"
    assert [ids(batches) for batches in (first, second, third)] == [[changed], [changed], []]


def test_formulas_are_read_in_full_once_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A mapped formula moves no stamp: a day after the last full pull the unchanged accounts come again.
    """
    with organisation(monkeypatch, {"Account": accounts(2)}) as org:
        state = {**pull(org.source(), "Account")[-1].state, "has_formula": True}
        same_day = pull(org.source(), "Account", state)
        yesterday = datetime.fromisoformat(state["full_at"]) - timedelta(days=1)
        next_day = pull(org.source(), "Account", {**state, "full_at": yesterday.isoformat()})

    assert (ids(same_day), ids(next_day)) == ([], [ident("001", 1), ident("001", 2)])


def test_since_leaves_older_records_out_until_it_is_lowered(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With `since` only newer records come; taking it back pulls the rest, though none of them has changed.
    """
    records = {"Account": [*accounts(1), stamped("2026-03-01", Id=ident("001", 2), Name="New")]}
    with organisation(monkeypatch, records) as org:
        newer = pull(org.source(since="2026-02-01"), "Account")
        everything = pull(org.source(), "Account", newer[-1].state)

    assert ids(newer) == [ident("001", 2)]
    assert ids(everything) == [ident("001", 1), ident("001", 2)]


@pytest.mark.parametrize("object", ["Account", "Lead"])
def test_a_hidden_field_is_dropped_and_reported(monkeypatch: pytest.MonkeyPatch, object: str) -> None:
    """
    A field without field-level security is left out of the query and named; the rest is read.
    """
    with organisation(monkeypatch, {"Account": accounts(1), "Lead": []}) as org:
        org.vendor.hide_field(object, "Industry")
        source = org.source()
        batches = pull(source, object)

        assert list(source.dropped(stream(source, object))) == ["Industry"]
    assert "Industry" not in batches[-1].rows.column_names


def test_a_field_hidden_between_two_pulls_costs_a_new_describe(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A query refused for an unknown field is asked again without it.
    """
    with organisation(monkeypatch, {"Account": accounts(2)}) as org:
        state = pull(org.source(), "Account")[-1].state
        org.vendor.hide_field("Account", "Website")
        source = org.source()
        batches = pull(source, "Account", state)

        assert "Website" in source.dropped(stream(source, "Account"))
    assert batches[-1].complete


def test_a_field_that_comes_into_sight_is_filled_for_all_records(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A mapped field that was hidden moved no stamp when it was granted: the whole object is pulled again.
    """
    records: Any = {"Account": accounts(2, Segment__c="SMB")}
    with organisation(monkeypatch, records) as org:
        state = pull(org.source(), "Account")[-1].state
        mapped = org.source(mapping={"segment_field": "Segment__c"})
        batches = pull(mapped, "Account", state)

    assert [row["Segment__c"] for row in rows(batches)] == ["SMB", "SMB"]


def test_a_hidden_object_is_a_missing_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The refusal names the object and where to grant it.
    """
    with organisation(monkeypatch, {}) as org:
        org.vendor.hide_object("Case")
        with pytest.raises(PermissionMissing) as refused:
            pull(org.source(), "Case")

    assert refused.value.where == "salesforce.Case"
    assert "Permission Sets" in refused.value.fix


def test_a_mapped_field_that_does_not_exist_stops_its_object(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    With a misspelt MRR field recurring revenue would be 0: the object is not read, and the setting is named.
    """
    records: Any = {"Opportunity": [stamped("2026-01-05", Id=ident("006", 1), Name="Deal", MRR__c=5)]}
    with organisation(monkeypatch, records) as org, pytest.raises(PermissionMissing) as refused:
        pull(org.source(mapping={"mrr_field": "MMR__c"}), "Opportunity")

    assert refused.value.where == "connectors.salesforce.mapping.mrr_field"
    assert "MRR__c" in refused.value.fix


def test_an_organisation_with_one_currency_has_no_rates(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The currency objects exist with multicurrency only: their absence is an empty list, and asked for once a day.
    """
    with organisation(monkeypatch, {}) as org:
        source = org.source()
        (batch,) = pull(source, "CurrencyType")
        org.control.reset()
        pull(source, "CurrencyType", batch.state)

        assert org.control.requests() == 0
    assert batch.complete and batch.rows.num_rows == 0


def test_a_status_that_does_not_exist_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A qualified status that the organisation does not know would count no lead: it is named with those there are.
    """
    statuses = [{"Id": ident("01J", 1), "MasterLabel": "Working", "ApiName": "Working"}]
    with organisation(monkeypatch, {"LeadStatus": statuses}) as org:
        source = org.source()
        pull(source, "LeadStatus")
        reason = source.dropped(stream(source, "LeadStatus"))["mapping.qualified_statuses"]

    assert "called Qualified" in reason and "there are Working" in reason


def bulk_paths(org: Org) -> list[str]:
    return [entry["path"] for entry in org.control.log if "/jobs/query" in entry["path"]]


def test_many_records_come_by_bulk(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Above the threshold a Bulk job reads the same rows: quotes, line breaks, commas, empty values and the text NA.
    """
    texts = ['say "hi", you', "two\nlines", None, "NA", "null"]
    records = {"Account": [dict(row, Name=f"A{n}", Industry=text, NumberOfEmployees=n or None)
                           for n, (row, text) in enumerate(zip(accounts(5), texts, strict=True))]}  # fmt: skip
    with organisation(monkeypatch, records, max_batch=2) as org:
        by_bulk = rows(pull(org.source(use_bulk_above=3), "Account"))
        paths = bulk_paths(org)
        by_rest = rows(pull(org.source(use_bulk_above=0), "Account"))

    assert [row["Industry"] for row in by_bulk] == texts
    assert [row["NumberOfEmployees"] for row in by_bulk] == [None, 1, 2, 3, 4]
    differing = ("SystemModstamp", "CreatedDate")  # …000Z here, …000+0000 there
    assert [{k: v for k, v in row.items() if k not in differing} for row in by_bulk] == [
        {k: v for k, v in row.items() if k not in differing} for row in by_rest
    ]
    assert sum(path.endswith("/results") for path in paths) == 3


def test_a_bulk_pull_goes_on_where_it_was_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    The job's id is kept before its first page, its locator after each: no second job is made, no page read twice.
    """
    with organisation(monkeypatch, {"Account": accounts(5)}, max_batch=2) as org:
        source = org.source(use_bulk_above=3)
        reading = source.read(stream(source, "Account"), None)
        started, first = next(reading), next(reading)
        org.control.reset()
        rest = pull(org.source(use_bulk_above=3), "Account", first.state)

        assert started.rows.num_rows == 0 and started.state["pull"]["job"]
        assert org.control.requests(method="POST", path="/jobs/query") == 0
    assert ids([first, *rest]) == [ident("001", n) for n in range(1, 6)]


def test_a_dead_bulk_job_begins_the_stream_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A job that Salesforce has thrown away is replaced.
    """
    with organisation(monkeypatch, {"Account": accounts(3)}) as org:
        state = {**pull(org.source(), "Account")[-1].state}
        state.pop("high")
        state["pull"] = {"began": "2026-01-01T00:00:00+00:00", "since": None, "until": None, "asked": state["visible"],
                         "job": "750000000000999AAA", "locator": ""}  # fmt: skip
        batches = pull(org.source(), "Account", state)

    assert ids(batches) == [ident("001", n) for n in (1, 2, 3)]


def test_an_object_that_bulk_does_not_serve_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A refusal of Bulk for the object is no error of the pull: the source then goes on by REST.
    """
    with organisation(monkeypatch, {}) as org, pytest.raises(bulk.NotServed):
        bulk.start_query(org.source().client, "SELECT Id FROM CaseStatus", "CaseStatus")
