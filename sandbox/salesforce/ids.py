"""
Record ids: 15 case-sensitive characters, and 3 more that make them safe where case is lost.
"""

from __future__ import annotations

import re
import string

_SUFFIX = string.ascii_uppercase + "012345"
_DIGITS = string.digits + string.ascii_uppercase
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Z0-5]{3})?\Z")


def long_id(short: str) -> str:
    """
    The 18-character form of a 15-character id.
    """
    blocks = (short[0:5], short[5:10], short[10:15])
    return short + "".join(_SUFFIX[sum(1 << i for i, c in enumerate(block) if c.isupper())] for block in blocks)


def normal_id(value: object) -> str | None:
    """
    The 18-character form of an id written either way; None where it is no id.
    """
    if not isinstance(value, str) or not _ID.match(value):
        return None
    whole = long_id(value[:15])
    return whole if len(value) == 15 or value == whole else None


def numbered_id(prefix: str, number: int) -> str:
    """
    The id that the sandbox gives to the n-th record of a kind.
    """
    digits = ""
    while number:
        number, rest = divmod(number, len(_DIGITS))
        digits = _DIGITS[rest] + digits
    return long_id(f"{prefix}Nr00000{digits.rjust(5, '0')}")
