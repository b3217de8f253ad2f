"""
Bulk results: CSV as Salesforce writes it.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

from connectors.errors import BadData
from connectors.salesforce.bulk import Page, rows, table

FIELDS = pa.struct([("Id", pa.string()), ("Name", pa.string()), ("Amount", pa.float64()), ("IsWon", pa.bool_())])


@pytest.mark.parametrize("body", [b"", b"\n", b'"Id","Name","Amount","IsWon"\n'])
def test_no_rows(body: bytes) -> None:
    """
    Nothing at all and a lonely header are both an empty table with its columns.
    """
    found = table(body, FIELDS)

    assert found.num_rows == 0
    assert found.schema.types == [field.type for field in FIELDS]


def test_every_cell_is_quoted_and_only_empty_is_null() -> None:
    """
    Numbers and booleans arrive in quotes; line breaks and quotes stay; NUL leaves; NA is a word.
    """
    body = b'"Id","Name","Amount","IsWon"\n"a","x\n""y"", \0z","1.5E3","true"\n"b","NA","","false"\n'

    assert table(body, FIELDS).to_pylist() == [
        {"Id": "a", "Name": 'x\n"y", z', "Amount": 1500.0, "IsWon": True},
        {"Id": "b", "Name": "NA", "Amount": None, "IsWon": False},
    ]


def test_a_column_that_did_not_come_is_null() -> None:
    """
    Columns are found by name in any order; one that is missing is empty.
    """
    assert table(b'"Name","Id"\n"n","a"\n', FIELDS).to_pylist() == [
        {"Id": "a", "Name": "n", "Amount": None, "IsWon": None}
    ]


def test_a_very_long_text_is_no_obstacle() -> None:
    """
    Two megabytes in one cell are read whole.
    """
    text = "long\n" * 400_000
    found = table(f'"Id","Name"\n"a","{text}"\n'.encode(), FIELDS)

    assert found["Name"].to_pylist() == [text]


def test_what_is_no_number_is_bad_data() -> None:
    """
    A word where the description promised a number is refused, not made null.
    """
    with pytest.raises(BadData):
        table(b'"Id","Amount"\n"a","many"\n', FIELDS)


def test_a_page_that_lost_records_is_bad_data() -> None:
    """
    Salesforce announced two records and one came: an error, not one record less.
    """
    body = b'"Id"\n"a"\n'
    assert rows(Page(body, "", 1), FIELDS).num_rows == 1
    with pytest.raises(BadData):
        rows(Page(body, "", 2), FIELDS)
