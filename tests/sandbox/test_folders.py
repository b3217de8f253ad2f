from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.folders import hubspot_records, salesforce_records


def write(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_salesforce_columns_are_typed_only_when_every_value_agrees(tmp_path: Path) -> None:
    """
    Whole numbers stay whole, one decimal makes the column decimal, codes and mixed columns stay text, empty is null.
    """
    write(
        tmp_path,
        "Opportunity.csv",
        "Id,Name,Amount,Probability,IsWon,Code__c,Mixed__c,Zip__c,CloseDate\n"
        "0065g00000AbCdE,2024,1200.50,60,true,17,5,08001,2024-03-31\n"
        "0065g00000AbCdF,Deal,900,,FALSE,18,n/a,28013,\n",
    )

    first, second = salesforce_records(tmp_path)["Opportunity"]

    assert (first["Name"], first["Amount"], first["Probability"], first["IsWon"]) == ("2024", 1200.5, 60, True)
    assert (second["Amount"], second["Probability"], second["IsWon"], second["CloseDate"]) == (900.0, None, False, None)
    assert isinstance(first["Probability"], int)
    assert tuple(first[n] for n in ("Code__c", "Mixed__c", "Zip__c", "CloseDate")) == (17, "5", "08001", "2024-03-31")


def test_salesforce_ids_are_completed_to_18_characters(tmp_path: Path) -> None:
    """
    Both keys and references: 00000 -> A, AbCdE -> 10101 = 21 -> V.
    """
    write(tmp_path, "Account.csv", "Id,ParentId\n0015g00000AbCdE,\n0015g00000AbCdF,0015g00000AbCdE\n")

    parent, child = salesforce_records(tmp_path)["Account"]

    assert "0015g00000AbCdEAAV" == parent["Id"] == child["ParentId"]


def test_salesforce_system_fields_are_filled_in(tmp_path: Path) -> None:
    """
    Ids get the object's prefix and are the same each time; moments are UTC; objects without IsDeleted do not get it.
    """
    write(tmp_path, "Lead.csv", "Email,CreatedDate\na@example.com,2024-05-01T10:00:00+02:00\nb@example.com,\n")
    write(tmp_path, "User.csv", "Name\nAna\n")

    first, again = salesforce_records(tmp_path), salesforce_records(tmp_path)
    known, unknown = first["Lead"]

    assert first == again
    assert known["Id"].startswith("00Q")
    assert known["Id"] != unknown["Id"]
    assert "2024-05-01T08:00:00.000+0000" == known["CreatedDate"] == known["SystemModstamp"]
    assert known["IsDeleted"] is False
    assert unknown["CreatedDate"] == "2024-01-01T00:00:00.000+0000"
    assert "IsDeleted" not in first["User"][0]


def test_hubspot_values_stay_text_and_links_become_lists(tmp_path: Path) -> None:
    """
    A number stays the text it was; associations and history are read out of their columns.
    """
    write(
        tmp_path,
        "deals.csv",
        "id,dealname,amount,createdate,archived,associations.companies,history.dealstage\n"
        "12,Deal,1500.00,2024-02-01,,7; 8,new@2024-02-01T09:00:00Z;won@2024-03-01T09:30:00.250Z\n"
        "13,Old,,1706778000000,true,,\n",
    )

    first, second = hubspot_records(tmp_path)["deals"]

    assert (first["id"], first["hs_object_id"], first["amount"]) == ("12", "12", "1500.00")
    assert first["_associations"] == {"companies": ["7", "8"]}
    assert [(entry["value"], entry["timestamp"]) for entry in first["_history"]["dealstage"]] == [
        ("won", "2024-03-01T09:30:00.250Z"),
        ("new", "2024-02-01T09:00:00Z"),
    ]
    assert "2024-02-01T00:00:00Z" == first["createdate"] == first["_updated"]
    assert (second["amount"], second["_archived"], second["_associations"]) == (None, True, {})
    assert second["_created"] == "2024-02-01T09:00:00Z"


def test_hubspot_pipelines_owners_and_mails_take_their_shapes(tmp_path: Path) -> None:
    """
    Stages gather under their pipeline, teams under their owner, counters under the statistics.
    """
    write(
        tmp_path,
        "deal_pipelines.csv",
        "pipeline,pipeline_label,stage,label,is_closed,probability\np,Sales,a,New,false,0.1\np,Sales,b,Won,true,1.0\n",
    )
    write(tmp_path, "owners.csv", "id,email,team\n5,ana@example.com,Sales\n")
    write(tmp_path, "marketing_emails.csv", "id,name,publishDate,sent,open\n1,May,2024-05-01T08:00:00Z,100,40\n")
    write(tmp_path, "campaigns.csv", "hs_name,hs_spend_items_sum_amount\nSpring,120\n")

    records = hubspot_records(tmp_path)

    (pipeline,) = records["deal_pipelines"]
    assert [(s["id"], s["metadata"]["isClosed"]) for s in pipeline["stages"]] == [("a", "false"), ("b", "true")]
    assert records["owners"][0]["teams"] == [{"id": "Sales", "name": "Sales", "primary": True}]
    assert tuple(records["marketing_emails"][0]["stats"][name] for name in ("sent", "open", "click")) == (100, 40, 0)
    assert tuple(records["campaigns"][0][n] for n in ("hs_name", "hs_spend_items_sum_amount")) == ("Spring", "120")


def test_line_breaks_inside_quotes_belong_to_the_value(tmp_path: Path) -> None:
    """
    A name of two lines is one value, and the error in the row after it names the fourth line.
    """
    write(tmp_path, "contacts.csv", 'id,firstname\n1,"Ana\nMaría"\nx,Eva\n')

    with pytest.raises(ValueError, match=r"contacts.csv, line 4: id is 'x'"):
        hubspot_records(tmp_path)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("Lead.csv", "Email,Status\na@example.com\n", "Lead.csv, line 2: 1 values for 2 columns"),
        ("Lead.csv", "Email,Email\n", "Lead.csv, line 1: a column has no name, or two have the same"),
        ("Lead.csv", "Id\n00Q1\n00Q1\n", "Lead.csv, line 3: Id 00Q1 is already on line 2"),
        ("Lead.csv", "CreatedDate\nyesterday\n", "Lead.csv, line 2: CreatedDate is 'yesterday'"),
    ],
)
def test_a_bad_salesforce_row_is_told_with_file_and_line(tmp_path: Path, name: str, text: str, words: str) -> None:
    """
    A short row, a doubled column, a doubled id, a moment that is none.
    """
    with pytest.raises(ValueError) as error:
        salesforce_records(write(tmp_path, name, text))

    assert words in str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("people.csv", "id\n1\n", "HubSpot has no people; known are"),
        ("deals.csv", "id,associations.companies\n1,acme\n", "deals.csv, line 2: associations.companies has 'acme'"),
        ("deals.csv", "id,createdate\n1,soon\n", "deals.csv, line 2: createdate is 'soon'"),
        ("marketing_emails.csv", "id,sent\n1,many\n", "marketing_emails.csv, line 2: sent is 'many'"),
        ("deal_pipelines.csv", "pipeline,stage\np,\n", "deal_pipelines.csv, line 2: pipeline and stage are needed"),
    ],
)
def test_a_bad_hubspot_row_is_told_with_file_and_line(tmp_path: Path, name: str, text: str, words: str) -> None:
    """
    An unknown type, an id that is no number, a moment, a count and a stage that are none.
    """
    with pytest.raises(ValueError) as error:
        hubspot_records(write(tmp_path, name, text))

    assert words in str(error.value)


def test_a_folder_without_files_is_refused(tmp_path: Path) -> None:
    """
    An empty folder and a missing one are both told by name.
    """
    with pytest.raises(ValueError, match="there is no CSV file in it"):
        salesforce_records(tmp_path)
    with pytest.raises(ValueError, match="there is no such folder"):
        hubspot_records(tmp_path / "nowhere")
