"""
The connectors there are, by the word that settings call them.
"""

from __future__ import annotations

from importlib import import_module

from connectors.contract import Connector
from connectors.errors import UserError, close_matches

KINDS = ("salesforce", "hubspot", "google_analytics", "google_sheets", "files")


def connector(kind: str) -> Connector:
    """
    The connector of a kind; its folder is imported only now, so that a run pays for the vendors it uses.

    Raises:
        UserError: There is no such kind.
    """
    if kind not in KINDS:
        raise UserError(
            f"There is no connector of kind {kind!r}.", where="connectors.*.kind", fix=close_matches(kind, KINDS)
        )
    found = import_module(f"connectors.{kind}").CONNECTOR
    assert isinstance(found, Connector)
    return found
