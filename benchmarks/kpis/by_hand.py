"""
The whole catalogue as an analyst would write it in SQL, with nothing of the engine: one scan per fact and date.

Each scan groups its months once as a whole and once per dimension. What repeats from scan to scan is put in here; what
each of them counts, and every ratio, stands in `by_hand_all.sql` line by line.
"""

from __future__ import annotations

import re
from pathlib import Path

_FOLDER = Path(__file__).parent
THIRTY = (_FOLDER / "by_hand_30.sql").read_text(encoding="utf-8")
"""
Thirty KPIs by month and channel.
"""
_SCAN = re.compile(r"-- scan (?P<name>\w+) by (?P<cuts>[\w, ]+)\n(?P<body>.*?)\n\n", re.DOTALL)
_WHOLE = """
{name} as (
    select month, 'org' as dimension, 'all' as member, {figures}
    from {rows}
    group by month
),
"""
_GROUPED = """
{name} as (
    select
        month,
        case {dimensions} else 'org' end as dimension,
        case {members} else 'all' end as member,
        {figures}
    from {rows}
    group by grouping sets ((month{level}), {sets}){having}
),
"""


def whole_catalogue() -> str:
    """
    Every KPI by month and channel, campaign, owner, segment, product and stage; one row per month and member.
    """
    text = (_FOLDER / "by_hand_all.sql").read_text(encoding="utf-8")
    names = [found["name"] for found in _SCAN.finditer(text)]
    places = " union ".join(f"select dimension, member from {name}" for name in names)
    joins = " ".join(f"left join {name} using (month, dimension, member)" for name in names)
    return _SCAN.sub(_grouped, text).replace("{places}", places).replace("{joins}", joins)


def _grouped(found: re.Match[str]) -> str:
    figures, _, rows = found["body"].partition("\nfrom ")
    rows, _, having = rows.partition("\nhaving ")
    level = ", level" if having else ""
    cuts = [name.strip() for name in found["cuts"].split(",") if name.strip() != "nothing"]
    if not cuts:
        return _WHOLE.format(name=found["name"], figures=figures, rows=rows)
    return _GROUPED.format(
        name=found["name"],
        dimensions=" ".join(f"when grouping({cut}) = 0 then '{cut}'" for cut in cuts),
        members=" ".join(f"when grouping({cut}) = 0 then coalesce({cut}, '(none)')" for cut in cuts),
        figures=figures,
        rows=rows,
        sets=", ".join(f"(month{level}, {cut})" for cut in cuts),
        level=level,
        having=f" having {having}" if having else "",
    )
