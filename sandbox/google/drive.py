"""
Drive v3, as far as spreadsheets need it: find, name, share; and refuse to keep files for service accounts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from starlette.routing import BaseRoute, Route

from sandbox.google.auth import SCOPE, Accounts, Identity
from sandbox.google.errors import ApiError, Json, storage_full
from sandbox.google.front import Call, Front
from sandbox.google.payload import Description
from sandbox.google.quotas import MinuteQuota, drive_exhausted
from sandbox.google.sheets.library import MIME, Library
from sandbox.google.sheets.spreadsheet import Spreadsheet

WRITE = (SCOPE + "drive", SCOPE + "drive.file")
READ = (*WRITE, SCOPE + "drive.readonly", SCOPE + "drive.metadata.readonly")
_FILE = "kind,id,name,mimeType"
_PERMISSION = "kind,id,type,role"
_TERM = re.compile(
    r"""\s*(name|mimeType|trashed|fullText)\s*(=|!=|contains)\s*(true|false|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")\s*"""
)


class Drive:
    """
    The part of Drive that finds and shares spreadsheets.
    """

    def __init__(self, accounts: Accounts, library: Library, clock: Callable[[], datetime]) -> None:
        self.library = library
        self.quota = MinuteQuota(clock, size=200)
        self._front = Front(accounts, Description("drive", "v3"), "www.googleapis.com", drive=True)

    def routes(self) -> Sequence[BaseRoute]:
        return [
            self._route("/files", "GET", self.list_files, "FileList", f"kind,files({_FILE}),nextPageToken"),
            self._route("/files", "POST", self.create_file, "File", _FILE, "File"),
            self._route("/files/{id}", "GET", self.get_file, "File", _FILE),
            self._route(
                "/files/{id}/permissions",
                "GET",
                self.list_permissions,
                "PermissionList",
                f"kind,permissions({_PERMISSION})",
            ),
            self._route(
                "/files/{id}/permissions", "POST", self.create_permission, "Permission", _PERMISSION, "Permission"
            ),
        ]

    def _route(
        self, path: str, method: str, handle: Callable[[Call], Json], reply: str, default: str, message: str = ""
    ) -> Route:
        endpoint = self._front.endpoint(
            handle,
            scopes=READ if method == "GET" else WRITE,
            message=message,
            reply=reply,
            charge=self._charge,
            default_fields=default,
        )
        return Route(path, endpoint, methods=[method])

    def _charge(self, identity: Identity) -> None:
        try:
            self.quota.charge("Read", identity.email)
        except ApiError:
            raise drive_exhausted() from None

    def list_files(self, call: Call) -> Json:
        found = [_file(one) for one in self.library.visible(call.identity)]
        found = [one for one in found if _matches(call.query.get("q", ""), one)]
        size, start = int(call.query.get("pageSize") or 100), int(call.query.get("pageToken") or 0)
        page: Json = {"kind": "drive#fileList", "incompleteSearch": False, "files": found[start : start + size]}
        return page | ({"nextPageToken": str(start + size)} if start + size < len(found) else {})

    def create_file(self, call: Call) -> Json:
        if call.identity.is_service_account:
            raise storage_full()
        if call.body.get("mimeType") != MIME:
            raise ApiError(501, "The sandbox keeps spreadsheets only.", reason="notImplemented")
        title = call.body.get("name", "Untitled")
        return _file(self.library.create(title, owner=call.identity.email, by_app=True))

    def get_file(self, call: Call) -> Json:
        return _file(self._open(call))

    def list_permissions(self, call: Call) -> Json:
        spreadsheet = self._open(call)
        everybody = {spreadsheet.owner: "owner", **spreadsheet.roles}
        permissions = [_permission(email, role) for email, role in everybody.items()]
        return {"kind": "drive#permissionList", "permissions": permissions}

    def create_permission(self, call: Call) -> Json:
        spreadsheet = self._open(call)
        if self.library.role(spreadsheet, call.identity.email) == "reader":
            raise ApiError(
                403,
                "The user does not have sufficient permissions for this file.",
                reason="insufficientFilePermissions",
            )
        role, email = call.body.get("role"), call.body.get("emailAddress")
        if role not in ("reader", "writer") or call.body.get("type") != "user" or not email:
            raise ApiError(400, "The permission type field is required.", reason="required")
        spreadsheet.share(email, role)
        return _permission(email, role)

    def _open(self, call: Call) -> Spreadsheet:
        # Drive does not tell a file that is not there from one that is not shared.
        for one in self.library.visible(call.identity):
            if one.id == call.path["id"]:
                return one
        raise ApiError(404, f"File not found: {call.path['id']}.", reason="notFound")


def _file(spreadsheet: Spreadsheet) -> Json:
    return {
        "kind": "drive#file",
        "id": spreadsheet.id,
        "name": spreadsheet.title,
        "mimeType": MIME,
        "trashed": False,
        "createdTime": spreadsheet.created,
        "modifiedTime": spreadsheet.modified,
        "owners": [{"kind": "drive#user", "emailAddress": spreadsheet.owner, "displayName": spreadsheet.owner}],
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{spreadsheet.id}/edit?usp=drivesdk",
    }


def _permission(email: str, role: str) -> Json:
    number = sum(ord(letter) * 31**at for at, letter in enumerate(email)) % 10**20
    return {"kind": "drive#permission", "id": f"{number:020d}", "type": "user", "role": role, "emailAddress": email}


def _matches(q: str, file: Json) -> bool:
    """
    Whether a file fits a query of terms joined by `and`.

    Raises:
        ApiError: 400; the query cannot be read.
    """
    at = 0
    fits = True
    while at < len(q):
        found = _TERM.match(q, at)
        if found is None:
            raise ApiError(400, "Invalid Value", reason="invalid")
        name, compared, wanted = found.groups()
        fits = fits and _holds(file["name" if name == "fullText" else name], compared, wanted)
        at = found.end()
        if at < len(q):
            if not q.startswith("and ", at):
                raise ApiError(400, "Invalid Value", reason="invalid")
            at += len("and ")
    return fits


def _holds(value: str | bool, compared: str, wanted: str) -> bool:
    if wanted in ("true", "false"):
        return (value is (wanted == "true")) == (compared == "=")
    text = re.sub(r"\\(.)", r"\1", wanted[1:-1]).casefold()
    if compared == "contains":
        return text in str(value).casefold()
    return (str(value).casefold() == text) == (compared == "=")
