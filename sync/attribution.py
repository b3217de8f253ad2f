"""
Attribution models beside each other: what each gives a channel or campaign, and what none can give.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from connectors.errors import UserError
from kpis.attribution import TRANSITIONS, side_by_side
from kpis.options import in_force
from sync.environment import environment
from sync.settings import Settings
from sync.warehouse import Session

Level = Literal["channel", "campaign"]
Conversion = Literal["customer", "won", "invoices"]

_FACTS = ("fact_conversions", "fact_paths", "attribution_shares", TRANSITIONS)
_NAMES = """
select a.*, coalesce(m.member, a.member) as label
from ({}) as a
left join fact_members as m on m.dimension = ? and m.member_id = a.member
order by a.is_attributed desc, a.linear desc, a.member
"""
_UNCONVERTED = f"""
select count(*) from {TRANSITIONS} where revenue_source = ? and level = ? and after is null and not is_converted
"""


@dataclass(frozen=True)
class Comparison:
    """
    The models beside each other.

    Args:
        by: What credit is given to.
        of: What a conversion is: a new customer, a won deal or an invoice.
        first: The first day of the conversions.
        last: The last one.
        lookback_days: Days that a touch counts before its conversion.
        rows: Per member: is_attributed, member, label, a column per model [money, or customers], lowest, highest.
        flags: What to keep in mind, see `kpis.words.FLAGS`.
    """

    by: Level
    of: Conversion
    first: date
    last: date
    lookback_days: int
    rows: list[dict[str, Any]]
    flags: tuple[str, ...]


def compare(session: Session, settings: Settings, first: date, last: date, *, by: Level, of: Conversion) -> Comparison:
    """
    Every model over the conversions of some days.

    Raises:
        UserError: Nothing was modelled yet.
    """
    if not all(session.has(table) for table in _FACTS):
        raise UserError(
            "Nothing was modelled yet.", where="warehouse", fix="Run `noria run`, or `noria pull` and `noria compute`."
        )
    statement = side_by_side(first, last, by=by, revenue_source=of)
    rows = session.rows(_NAMES.format(statement), [by])
    alone = bool(rows) and not session.value(_UNCONVERTED, [of, by])
    lookback = in_force(settings.kpis.options, environment(session, settings))["lookback_days"]
    assert isinstance(lookback, int)
    return Comparison(by, of, first, last, lookback, rows, ("no_unconverted_paths",) if alone else ())


def rows_of(found: Comparison) -> list[dict[str, Any]]:
    """
    A comparison for programs: one object per member, the unattributed rest with member null.
    """
    asked = {
        "of": found.of,
        "by": found.by,
        "from": found.first,
        "to": found.last,
        "lookback_days": found.lookback_days,
    }
    return [
        {
            **asked,
            "is_attributed": row["is_attributed"],
            "member": row["label"],
            "member_id": row["member"],
            **{name: value for name, value in row.items() if name not in ("is_attributed", "label", "member")},
            "flags": list(found.flags),
        }
        for row in found.rows
    ]
