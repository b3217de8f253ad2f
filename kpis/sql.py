"""
Small pieces of SQL as trees: parsed once, filled with literals, never pasted together as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

import sqlglot
from sqlglot import exp

DIALECT = "duckdb"


# DuckDB's dialect reads a leading `:name` as an alias; its own sign for parameters is `$`. Texts and
# comments stay as they are.
_HOLE = re.compile(r"""(--[^\n]*|'(?:[^']|'')*')|(?<![:\w]):(?=[a-z_])""")


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    return sqlglot.parse_one(_HOLE.sub(lambda found: found[1] or "$", text), read=DIALECT)


def literal(value: object) -> exp.Expression:
    """
    A value as an SQL literal; dates are cast, so that no engine guesses.
    """
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, Decimal):
        return exp.Literal.number(f"{value:f}")
    return cast("exp.Expression", exp.convert(value))


def fill(text: str, values: Mapping[str, object] | None = None) -> exp.Expression:
    """
    The tree of `text` with each `:name` replaced: a tree stays a tree, a list becomes list items, else a literal.

    Raises:
        KeyError: A placeholder has no value.
    """
    tree: exp.Expression = _parsed(text).copy()
    for hole in list(tree.find_all(exp.Placeholder)):
        value = (values or {})[hole.name]
        if isinstance(value, exp.Expression):
            # a tree that hangs nowhere yet is taken as it is: copying was most of the time that compiling took
            new: Any = value if value.parent is None else value.copy()
        elif isinstance(value, list | tuple | set | frozenset):
            new = [item if isinstance(item, exp.Expression) else literal(item) for item in value]
        else:
            new = literal(value)
        if tree is hole:
            return cast("exp.Expression", new)
        hole.replace(new)
    return tree


def named(tree: exp.Expression, name: str) -> exp.Expression:
    """
    A tree under a name.
    """
    return exp.Alias(this=tree, alias=exp.to_identifier(name))


def columns(*names: str, of: str | None = None) -> list[exp.Expression]:
    """
    Columns by name.
    """
    return [exp.column(name, table=of) for name in names]


def select(items: Iterable[exp.Expression], source: exp.Expression | str) -> exp.Select:
    """
    A select from a table or a subquery; takes the trees as they are.
    """
    table = exp.to_table(source, dialect=DIALECT) if isinstance(source, str) else source
    return exp.Select(expressions=list(items), from_=exp.From(this=table))


def subquery(query: exp.Expression, name: str) -> exp.Expression:
    """
    A query in brackets under a name.
    """
    return exp.Subquery(this=query, alias=exp.TableAlias(this=exp.to_identifier(name)))


def column_names(text: str) -> frozenset[str]:
    """
    The columns that an expression reads.
    """
    return frozenset(column.name for column in _parsed(text).find_all(exp.Column))


def placeholder_names(text: str) -> frozenset[str]:
    """
    The `:names` that an expression waits for.
    """
    return frozenset(hole.name for hole in _parsed(text).find_all(exp.Placeholder))


def output_names(text: str) -> tuple[str, ...]:
    """
    The columns that a select yields.
    """
    tree = _parsed(text)
    return tuple(tree.named_selects) if isinstance(tree, exp.Query) else ()


def first_known(items: Iterable[exp.Expression]) -> exp.Expression:
    """
    `coalesce` of the items; null when there are none.
    """
    found = list(items)
    if not found:
        return exp.null()
    return found[0] if len(found) == 1 else exp.Coalesce(this=found[0], expressions=found[1:])


def union(selects: Sequence[exp.Expression]) -> exp.Expression:
    """
    `union all` of selects with the same columns.
    """
    whole: exp.Expression = selects[0]
    for select in selects[1:]:
        whole = exp.Union(this=whole, expression=select, distinct=False)
    return whole
