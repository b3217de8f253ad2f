"""
spreadsheets.batchUpdate: many requests, all of them or none.
"""

from __future__ import annotations

from sandbox.google.errors import ApiError, Json, bad_payload, invalid, not_played
from sandbox.google.sheets import changes_cells, changes_objects, changes_sheets, developer_metadata
from sandbox.google.sheets.changing import Handler
from sandbox.google.sheets.spreadsheet import Spreadsheet

MOST = 100_000
HANDLERS: dict[str, Handler] = {
    **changes_sheets.HANDLERS,
    **changes_cells.HANDLERS,
    **changes_objects.HANDLERS,
    **developer_metadata.HANDLERS,
}


def apply(book: Spreadsheet, requests: list[Json], email: str) -> list[Json]:
    """
    Change a copy of the spreadsheet as the requests say, one after the other.

    Args:
        book: The copy; after an error it is in between and to be thrown away.
        requests: Each with one kind of request in it.
        email: The caller.

    Returns:
        One reply per request, in the same order.

    Raises:
        ApiError: 400, naming the request that failed.
    """
    if not requests:
        raise invalid("Must specify at least one request.")
    if len(requests) > MOST:
        raise invalid(f"The number of requests {len(requests)} exceeds the limit of {MOST}.")
    replies = []
    for at, request in enumerate(requests):
        if not request:
            raise invalid(f"Invalid requests[{at}]: No request set.")
        kind, *more = request
        if more:
            raise bad_payload(
                f"Invalid value at 'requests[{at}]' (oneof), oneof field 'kind' is already set. Cannot set '{more[0]}'"
            )
        if kind not in HANDLERS:
            raise not_played(kind)
        try:
            replies.append(HANDLERS[kind](book, request[kind], email))
        except ApiError as error:
            raise ApiError(error.code, f"Invalid requests[{at}].{kind}: {error.message}") from None
    return replies
