"""
All spreadsheets, and who may open which.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import datetime

from sandbox.google.auth import SCOPE, Identity
from sandbox.google.errors import Json, forbidden, not_found
from sandbox.google.sheets.spreadsheet import Spreadsheet

MIME = "application/vnd.google-apps.spreadsheet"


class Library:
    """
    The files in everybody's Drive.

    Args:
        clock: The present instant.
        timezone: Of new spreadsheets.
        locale: Of new spreadsheets.
    """

    def __init__(self, clock: Callable[[], datetime], timezone: str, locale: str) -> None:
        self.clock, self.timezone, self.locale = clock, timezone, locale
        self.spreadsheets: dict[str, Spreadsheet] = {}

    def create(self, title: str, *, owner: str, properties: Json | None = None, by_app: bool = False) -> Spreadsheet:
        """
        A new spreadsheet with one empty tab.
        """
        spreadsheet = Spreadsheet(
            id=secrets.token_urlsafe(33),
            owner=owner,
            properties={
                "title": title,
                "locale": self.locale,
                "autoRecalc": "ON_CHANGE",
                "timeZone": self.timezone,
                "defaultFormat": {"backgroundColor": {"red": 1, "green": 1, "blue": 1}, "verticalAlignment": "BOTTOM"},
            }
            | (properties or {}),
            sheets=[],
            created=self.now(),
            modified=self.now(),
            by_app=by_app,
        )
        spreadsheet.add_sheet({"sheetId": 0})
        self.spreadsheets[spreadsheet.id] = spreadsheet
        return spreadsheet

    def open(self, spreadsheet_id: str, identity: Identity, *, write: bool = False) -> Spreadsheet:
        """
        Raises:
            ApiError: 404, there is none or the caller's scope does not reach it; 403, it is not shared with the caller.
        """
        spreadsheet = self.spreadsheets.get(spreadsheet_id)
        if spreadsheet is None or not self._in_reach(spreadsheet, identity):
            raise not_found()
        role = self.role(spreadsheet, identity.email)
        if role == "none" or (write and role == "reader"):
            raise forbidden()
        return spreadsheet

    def role(self, spreadsheet: Spreadsheet, email: str) -> str:
        return "owner" if email == spreadsheet.owner else spreadsheet.roles.get(email, "none")

    def visible(self, identity: Identity) -> list[Spreadsheet]:
        """
        What a search finds: the caller's own and what is shared with the caller, newest first.
        """
        found = [
            one
            for one in self.spreadsheets.values()
            if self.role(one, identity.email) != "none" and self._in_reach(one, identity)
        ]
        return sorted(found, key=lambda one: one.modified, reverse=True)

    def keep(self, spreadsheet: Spreadsheet) -> None:
        """
        Put a changed copy in the place of the original.
        """
        spreadsheet.modified = self.now()
        self.spreadsheets[spreadsheet.id] = spreadsheet

    def now(self) -> str:
        return f"{self.clock():%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"

    def _in_reach(self, spreadsheet: Spreadsheet, identity: Identity) -> bool:
        # `drive.file` alone reaches files that the app made, not those a person shared.
        if identity.scopes is None:
            return True
        about_files = {
            scope for scope in identity.scopes if scope.startswith((SCOPE + "drive", SCOPE + "spreadsheets"))
        }
        return about_files != {SCOPE + "drive.file"} or spreadsheet.by_app
