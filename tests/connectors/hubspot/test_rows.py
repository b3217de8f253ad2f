"""
Answers of HubSpot as raw rows, and the settings.
"""

from __future__ import annotations

import orjson
import pytest
from pydantic import ValidationError

from connectors.errors import BadData
from connectors.hubspot import rows
from connectors.hubspot.client import Client
from connectors.hubspot.settings import HubSpotSettings
from connectors.hubspot.streams import object_types

KINDS = {kind.name: kind for kind in object_types(HubSpotSettings(access_token="env:NOBODY"))}


def deals(*properties):
    found = [{"id": str(n), "properties": given} for n, given in enumerate(properties)]
    kind = KINDS["deals"]
    names = [field.name for field in kind.properties]
    return rows.table(kind, rows.records(kind, [orjson.dumps({"results": found})], names), 1).to_pylist()


def test_values_are_typed_and_emptied_ones_are_null():
    """
    HubSpot writes everything as text; long decimals, booleans, and an empty text for what was cleared.
    """
    first, second = deals(
        {"amount": "1500.00", "hs_is_closed": "true", "hs_deal_stage_probability": "0.2000000000000000111"},
        {"amount": "", "hs_is_closed": None, "closedate": ""},
    )

    assert (first["amount"], first["hs_is_closed"], first["hs_deal_stage_probability"]) == (1500.0, True, 0.2)
    assert (second["amount"], second["hs_is_closed"], second["closedate"]) == (None, None, None)


def test_a_text_where_a_number_belongs_is_an_error():
    """
    Better no number than a wrong one: the message names the property.
    """
    with pytest.raises(BadData, match=r"1\.500,00") as raised:
        deals({"amount": "1.500,00"})
    assert raised.value.where == "hubspot.deals.amount"


@pytest.mark.parametrize(
    ("body", "cursor"),
    [
        (b'{"results":[],"paging":{"next":{"after":"12","link":"https://x/?after=12"}}}', "12"),
        (b'{"paging": {"next": {"after": "Mg%3D%3D"}}, "results": []}', "Mg%3D%3D"),
        (b'{"results":[{"id":"1","associations":{"a":{"paging":{"next":{"after":"7"}}}}}]}', None),
        (b'{"total":0,"results":[]}', None),
    ],
)
def test_the_cursor_is_the_answers_own(body, cursor):
    """
    Wherever paging stands; that of a record's associations is not the page's.
    """
    assert rows.after(body) == cursor


def test_an_answer_that_is_not_json_is_an_error():
    """
    A page of a proxy with status 200 is not an empty list.
    """
    with pytest.raises(BadData):
        rows.after(b"<html>sign in</html>")


def test_settings_add_to_the_defaults():
    """
    A person names one source; the others keep their channel. An unknown key and a secret in plain text are refused.
    """
    settings = HubSpotSettings(access_token="env:X", mapping={"channels": {"OFFLINE": "Events"}})
    assert settings.mapping.channels["OFFLINE"] == "Events"
    assert settings.mapping.channels["PAID_SEARCH"] == "Paid Search"
    for wrong in ({"access_token": "pat-na1-123"}, {"access_token": "env:X", "acess_token": "env:X"}):
        with pytest.raises(ValidationError):
            HubSpotSettings(**wrong)


def test_a_misspelt_channel_is_refused():
    """
    It would become a channel of its own beside the one meant.
    """
    for setting in ("channels", "campaign_channels"):
        with pytest.raises(ValidationError, match="did you mean Paid Search"):
            HubSpotSettings(access_token="env:X", mapping={setting: {"x": "Paid Serch"}})


def test_every_setting_says_what_it_is():
    """
    The description is what a person reads in the example settings.
    """
    for model in (HubSpotSettings, type(HubSpotSettings(access_token="env:X").mapping)):
        assert [name for name, field in model.model_fields.items() if not field.description] == []


def test_dated_paths_are_a_table_away(portal):
    """
    HubSpot drops numbered versions in 2027; with the dated twins in the table the same calls are answered.
    """
    dated = {"/crm/v3/objects": "/crm/objects/2026-09", "/crm/v4/associations": "/crm/associations/2026-09"}
    client = Client(portal.settings(), portal.context(), dated)
    listed = client.page("deals", properties=["dealname"])
    linked = client.associated("deals", "contacts", [{"id": "301"}])
    client.close()

    assert rows.after(listed.body) is not None
    assert rows.associated([linked.body])[0].num_rows == 2
    assert portal.requests("GET", "/crm/objects/2026-09/deals") == 1
    assert portal.requests("POST", "/crm/associations/2026-09/") == 1
