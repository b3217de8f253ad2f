"""
Outside text made fit for a terminal.
"""

from __future__ import annotations

import re

from rich.markup import escape

from connectors.errors import redact

# They turn the direction of the text around them and can so make a line read as another.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: object) -> str:
    """
    Outside text for a line of its own: no control characters, no secret, no address. Print it without markup.
    """
    return _TURNS.sub("", redact(str(text)))


def safe(text: object) -> str:
    """
    Outside text for a cell: as `plain`, on one line, and without markup.
    """
    return escape(" ".join(plain(text).split()))
