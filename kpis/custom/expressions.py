"""
What settings say in SQL: conditions, aggregates and dates over the columns of a fact, and nothing more.
"""

from __future__ import annotations

from sqlglot import exp

from connectors.errors import close_matches
from kpis.custom.checked import Checked, Refused, of_kind, quoted, short
from kpis.custom.facts import OpenFact
from kpis.custom.nodes import Reader


def condition(text: str, fact: OpenFact) -> Checked:
    """
    An expression that is true or false of a row.

    Raises:
        Refused: It is none.
    """
    return of_kind(Reader(fact, text).read(), "bool", text, "a condition such as kind = 'new'")


def aggregate(text: str, fact: OpenFact) -> tuple[str, Checked | None]:
    """
    How rows are taken together.

    Returns:
        `count`, `sum` or `median`, and what is summed.
    Raises:
        Refused: It is none of them.
    """
    reader = Reader(fact, text)
    tree = reader.tree()
    if isinstance(tree, exp.Count) and isinstance(tree.this, exp.Star) and not any(tree.this.args.values()):
        return "count", None
    for name, kind in (("sum", exp.Sum), ("median", exp.Median)):
        if type(tree) is kind:
            inner = reader.checked(tree.this, 0)
            return name, of_kind(inner, "number", text, f"{name}() of numbers")
    raise Refused(
        f"{short(text)} is no aggregate of the allowed ones.",
        "Write count(*), sum(...) or median(...); a mean is a sum over a count in the formula, and `per` counts"
        " accounts or people.",
    )


def date_column(name: str, fact: OpenFact) -> str:
    """
    A column that holds a date, fit for SQL.

    Raises:
        Refused: There is no such column, or it holds something else.
    """
    dates = [column for column, kind in fact.columns.items() if kind == "date"]
    if name not in dates:
        raise Refused(f"{fact.name} has no date {short(name)}.", close_matches(name, dates))
    return quoted(name)
