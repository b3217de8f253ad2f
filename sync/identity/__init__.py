"""
Identity: one person, one account, one deal, however many records describe it.

Links are collected in order of trust (`links.py`), records that hang together get one key (`components.py`), and every
table's `*_id` columns get the key beside them (`keys.py`).
"""

from sync.identity.components import Identified, identify
from sync.identity.keys import add_keys

__all__ = ["Identified", "add_keys", "identify"]
