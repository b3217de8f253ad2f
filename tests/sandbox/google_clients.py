"""
Google's own Python clients, pointed at a sandbox on this machine.
"""

from __future__ import annotations

from typing import Any

import httplib2
import requests
from google.analytics.data_v1beta import BetaAnalyticsDataClient
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account
from googleapiclient.discovery import build

from sandbox.app import Sandbox
from sandbox.google import Google

ANALYTICS = "https://www.googleapis.com/auth/analytics.readonly"
SPREADSHEETS = "https://www.googleapis.com/auth/spreadsheets"
DRIVE = "https://www.googleapis.com/auth/drive"
DRIVE_FILE = "https://www.googleapis.com/auth/drive.file"


class LocalCredentials(service_account.Credentials):
    """
    Service-account credentials that ask nobody on the internet which regions they may be used from.
    """

    def _is_regional_access_boundary_lookup_required(self) -> bool:
        return False


class RequestsHttp:
    """
    The transport that googleapiclient is given: requests never sends a POST twice on its own.
    """

    def __init__(self, session: requests.Session) -> None:
        self.session = session

    def request(
        self,
        uri: str,
        method: str = "GET",
        body: Any = None,
        headers: dict[str, str] | None = None,
        redirections: int = 0,
        connection_type: Any = None,
    ) -> tuple[httplib2.Response, bytes]:
        kept = {k: v for k, v in (headers or {}).items() if k.lower() not in ("accept-encoding", "content-length")}
        answer = self.session.request(method, uri, data=body, headers=kept, timeout=10, allow_redirects=False)
        shown = httplib2.Response({k.lower(): v for k, v in answer.headers.items()})
        shown.status, shown.reason = answer.status_code, answer.reason
        return shown, answer.content

    def close(self) -> None:
        self.session.close()


def credentials(google: Google, url: str, *scopes: str) -> LocalCredentials:
    return LocalCredentials.from_service_account_info(google.service_account_for(url), scopes=list(scopes) or None)


def analytics(google: Google, sandbox: Sandbox, *scopes: str) -> BetaAnalyticsDataClient:
    return BetaAnalyticsDataClient(
        credentials=credentials(google, sandbox.url, *scopes),
        transport="rest",
        client_options={"api_endpoint": sandbox.url},
    )


def sheets(google: Google, sandbox: Sandbox, *scopes: str) -> Any:
    session = AuthorizedSession(credentials(google, sandbox.url, *(scopes or (SPREADSHEETS,))))
    options = {"api_endpoint": sandbox.url}
    return build(
        "sheets", "v4", http=RequestsHttp(session), client_options=options, static_discovery=True
    ).spreadsheets()


def drive(google: Google, sandbox: Sandbox, *scopes: str) -> Any:
    session = AuthorizedSession(credentials(google, sandbox.url, *(scopes or (DRIVE,))))
    options = {"api_endpoint": f"{sandbox.url}/drive/v3/"}
    return build("drive", "v3", http=RequestsHttp(session), client_options=options, static_discovery=True)


def person(google: Google) -> requests.Session:
    """
    The owner of the spreadsheet, in front of a browser.
    """
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {google.access_token()}"
    return session
