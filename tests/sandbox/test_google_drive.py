"""
The played Drive, and what a service account may not do there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import requests
from googleapiclient.errors import HttpError

from sandbox.app import Sandbox
from sandbox.google import Google
from tests.sandbox.google_clients import DRIVE_FILE, drive, person, sheets

MIME = "application/vnd.google-apps.spreadsheet"


@pytest.fixture
def google() -> Google:
    return Google({})


@pytest.fixture
def sandbox(google: Google) -> Iterator[Sandbox]:
    with Sandbox([google]) as running:
        yield running


def test_a_shared_file_is_found_by_name(google: Google, sandbox: Sandbox) -> None:
    """
    The search by type and name finds the shared spreadsheet, answers the fields asked for, and no other name's.
    """
    files = drive(google, sandbox).files()

    def named(name: str) -> list[dict[str, str]]:
        q = f"mimeType='{MIME}' and name='{name}' and trashed=false"
        return files.list(q=q, fields="nextPageToken,files(id,name)").execute().get("files", [])

    assert named("KPIs") == [{"id": google.spreadsheet_id, "name": "KPIs"}]
    assert named(r"it\'s") == []
    assert files.list(q='name contains "kp"').execute()["files"][0]["kind"] == "drive#file"
    assert drive(google, sandbox, DRIVE_FILE).files().list().execute()["files"] == []
    with pytest.raises(HttpError) as raised:
        files.list(q="name ~ 'x'").execute()
    assert (raised.value.status_code, raised.value.reason) == (400, "Invalid Value")


def test_a_service_account_cannot_own_files(google: Google, sandbox: Sandbox) -> None:
    """
    Creating a spreadsheet fails through Drive and through Sheets; a person may.
    """
    with pytest.raises(HttpError) as raised:
        drive(google, sandbox).files().create(body={"name": "New", "mimeType": MIME}).execute()
    assert raised.value.status_code == 403
    assert raised.value.reason == "The user's Drive storage quota has been exceeded."
    assert raised.value.error_details[0]["reason"] == "storageQuotaExceeded"
    with pytest.raises(HttpError) as raised:
        sheets(google, sandbox).create(body={"properties": {"title": "New"}}).execute()
    assert raised.value.status_code == 403

    made = person(google).post(f"{sandbox.url}/v4/spreadsheets", json={"properties": {"title": "Mine"}}).json()
    assert made["properties"]["title"] == "Mine"


def test_sharing_opens_a_file(google: Google, sandbox: Sandbox) -> None:
    """
    A file of the person is not there for the service account until a permission is made.
    """
    session = person(google)
    made = session.post(f"{sandbox.url}/drive/v3/files", json={"name": "Mine", "mimeType": MIME}).json()["id"]
    files = drive(google, sandbox).files()
    with pytest.raises(HttpError) as raised:
        files.get(fileId=made).execute()
    assert (raised.value.status_code, raised.value.reason) == (404, f"File not found: {made}.")

    mail = google.service_account_for(sandbox.url)["client_email"]
    body = {"type": "user", "role": "writer", "emailAddress": mail}
    shared = session.post(f"{sandbox.url}/drive/v3/files/{made}/permissions?sendNotificationEmail=False", json=body)

    assert set(shared.json()) == {"kind", "id", "type", "role"}
    assert files.get(fileId=made, fields="name").execute() == {"name": "Mine"}
    listed = drive(google, sandbox).permissions().list(fileId=made).execute()["permissions"]
    assert [one["role"] for one in listed] == ["owner", "writer"]


def test_a_file_can_be_taken_away(google: Google, sandbox: Sandbox) -> None:
    """
    Unshared, the spreadsheet answers 403; shared to read, reading works and writing is 403; an unknown one is 404.
    """
    service = sheets(google, sandbox)
    url = f"{sandbox.url}/_sandbox/google/share"

    def write() -> None:
        body = {"values": [["x"]]}
        service.values().update(
            spreadsheetId=google.spreadsheet_id, range="A1", valueInputOption="RAW", body=body
        ).execute()

    requests.post(url, json={"spreadsheet": google.spreadsheet_id, "role": "none"}, timeout=5)
    with pytest.raises(HttpError) as raised:
        service.get(spreadsheetId=google.spreadsheet_id).execute()
    assert (raised.value.status_code, raised.value.reason) == (403, "The caller does not have permission")

    requests.post(url, json={"role": "reader"}, timeout=5)
    service.get(spreadsheetId=google.spreadsheet_id).execute()
    with pytest.raises(HttpError) as raised:
        write()
    assert raised.value.status_code == 403

    requests.post(url, json={"role": "writer"}, timeout=5)
    write()
    with pytest.raises(HttpError) as raised:
        service.get(spreadsheetId="unknown").execute()
    assert (raised.value.status_code, raised.value.reason) == (404, "Requested entity was not found.")
    assert requests.post(url, json={"role": "king"}, timeout=5).status_code == 400
