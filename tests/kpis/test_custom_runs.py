"""
What is accepted in settings runs: random expressions over deals with and without values.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from kpis.custom.checked import Refused
from kpis.custom.expressions import aggregate, condition
from kpis.custom.facts import OPEN_FACTS
from kpis.sql import DIALECT, fill
from tests.kpis.build import Warehouse, deal

DEALS = OPEN_FACTS["deals"]
LEAVES = {
    "text": ["'a'", "'2026-01-31'", "channel", "owner", "current_stage"],
    "number": ["1", "0", "2.5", "123456789012.123456", "amount", "cycle_days"],
    "date": ["'2026-01-31'", "date '2026-01-31'", "created_on", "closed_on"],
    "bool": ["true", "false", "is_won", "is_renewal"],
}
OF_ANY = (
    "coalesce({k}, {k})",
    "nullif({k}, {k})",
    "greatest({k}, {k})",
    "least({k}, {k}, {k})",
    "case when {bool} then {k} else null end",
    "({k})",
)
OF_KIND = {
    "text": ("lower({text})", "trim({text})"),
    "number": (
        "{number} + {number}",
        "{number} - {number}",
        "{number} * {number}",
        "{number} / {number}",
        "-{number}",
        "abs({number})",
        "round({number}, 2)",
        "floor({number})",
        "length({text})",
        "year({date})",
        "{date} - {date}",
        "date_diff('month', {date}, {date})",
    ),
    "date": ("{date} + 99999", "{date} - 3"),
    "bool": (
        "{bool} and {bool}",
        "{bool} or {bool}",
        "not {bool}",
        "{any} = {any}",
        "{any} <> {any}",
        "{any} < {any}",
        "{any} is distinct from {any}",
        "{any} is not null",
        "{any} in ({any}, {any})",
        "{any} between {any} and {any}",
        "{text} ilike {text}",
        "ends_with({text}, {text})",
    ),
}


class Written:
    """
    A random expression of a kind; `{any}` is one kind throughout a template.
    """

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def of(self, kind: str, depth: int) -> str:
        if depth == 0 or self.chance.random() < 0.2:
            return self.chance.choice(LEAVES[kind])
        text = self.chance.choice(OF_ANY + 2 * OF_KIND[kind])
        kinds = {"k": kind, "any": self.chance.choice(list(LEAVES)), **{name: name for name in LEAVES}}
        parts: dict[str, Callable[[], str]] = {
            f"{{{name}}}": lambda of=of: self.of(of, depth - 1) for name, of in kinds.items()
        }
        for hole, make in parts.items():
            while hole in text:
                text = text.replace(hole, make(), 1)
        return text


def test_what_is_accepted_runs_and_gives_numbers():
    """
    Whatever the check lets in, DuckDB computes over known, unknown and unconverted values without an error, and never
    to infinity; most of what is written in the right kinds is let in.
    """
    warehouse = Warehouse(
        deal("won", amount=10, channel="Email", stage="x", owner_key="salesforce:u1"),
        deal("open", closed=None, created=None, amount=None),
        deal("lost", amount=5, currency="USD"),
    )
    warehouse.facts([DEALS.table])
    written, accepted = Written(random.Random(5)), 0
    for number in range(400):
        try:
            if number % 2:
                text = f"count(*) filter (where {condition(written.of('bool', number % 4), DEALS).sql})"
            else:
                name, what = aggregate(
                    f"{('sum', 'median')[number // 2 % 2]}({written.of('number', number % 4)})", DEALS
                )
                assert what is not None
                text = f"{name}({what.sql})"
        except Refused:
            continue
        accepted += 1
        sql = fill(f"select {text} from {DEALS.table}").sql(DIALECT)
        [[value]] = warehouse.connection.execute(sql).fetchall()
        assert value is None or math.isfinite(value), text
    assert accepted > 300
