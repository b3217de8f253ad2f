"""
Every statement passes through here: parsed, its placeholders bound as values, its tables placed, printed for an engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from connectors.contract import Expression
from connectors.errors import UserError, close_matches

DIALECT = "duckdb"

# What an expression of the settings may not contain: anything that reads elsewhere or is more than an expression.
_FORBIDDEN = (exp.Query, exp.Command, exp.DDL, exp.DML, exp.Table, exp.Star, exp.Placeholder, exp.Parameter, exp.Window)
_FUNCTIONS = frozenset(
    "abs and case cast coalesce concat date_trunc exists ends_with greatest if least left length lower ltrim nullif or"
    " regexp_matches replace right round rtrim split_part starts_with strpos substring substr timestamp_trunc trim"
    " try_cast upper xor not startswith endswith regexp_like str_position dpipe anonymous".split()
)


def literal(value: Any) -> exp.Expr:
    """
    A value as SQL, typed where a plain literal would be ambiguous.
    """
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat()), "timestamptz")
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), "date")
    if isinstance(value, Decimal):
        return exp.cast(exp.Literal.number(format(value, "f")), "decimal(18, 4)")
    return exp.convert(value)


def parse(sql: str) -> exp.Expr:
    """
    One statement of our own.
    """
    return _parsed(sql).copy()


@lru_cache(maxsize=256)
def _parsed(sql: str) -> exp.Expr:
    return sqlglot.parse_one(sql, dialect=DIALECT)


def expression(sql: str, *, where: str, columns: Iterable[str] | None = None) -> exp.Expr:
    """
    An expression that a person wrote into the settings.

    Args:
        sql: The expression, in SQL.
        where: The dotted setting, for the message.
        columns: The columns it may use; None leaves that to the statement it goes into.
    Raises:
        UserError: It does not parse, is more than an expression, or names a column or a function it may not.
    """
    try:
        trees = sqlglot.parse(f"select {sql}", dialect=DIALECT)
    except SqlglotError as error:
        raise UserError(
            f"{sql!r} is not an expression: {str(error).splitlines()[0]}", where=where, fix="Write one SQL expression."
        ) from error
    tree = trees[0] if len(trees) == 1 else None
    if (
        not isinstance(tree, exp.Select)
        or len(tree.selects) != 1
        or any(tree.args.get(k) for k in ("from_", "from", "where", "joins"))
    ):
        raise UserError(f"{sql!r} is more than an expression.", where=where, fix="Write one SQL expression.")
    found = tree.selects[0].unalias()
    for node in found.walk():
        if isinstance(node, _FORBIDDEN):
            raise UserError(
                f"{sql!r} is more than an expression over columns.", where=where, fix="Write one SQL expression."
            )
        if isinstance(node, exp.Func):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            if name not in _FUNCTIONS:
                raise UserError(
                    f"The function {name} is not allowed in {sql!r}.", where=where, fix=close_matches(name, _FUNCTIONS)
                )
        if columns is not None and isinstance(node, exp.Column) and node.name not in set(columns):
            raise UserError(f"There is no column {node.name!r}.", where=where, fix=close_matches(node.name, columns))
    return found


def read(file: Path) -> exp.Expr:
    """
    The select of a normalize file, with the selects of its folder `shared` that it names as tables.
    """
    tree = parse(file.read_text(encoding="utf-8"))
    shared: dict[str, exp.Expr] = {}

    def collect(part: exp.Expr) -> None:
        for table in part.find_all(exp.Table):
            found = file.parent / "shared" / f"{table.name}.sql"
            if table.name not in shared and found.is_file():
                inner = parse(found.read_text(encoding="utf-8"))
                collect(inner)
                shared[table.name] = inner

    collect(tree)
    own = tree.args.get("with_")
    ctes = [exp.CTE(this=inner, alias=exp.TableAlias(this=exp.to_identifier(name))) for name, inner in shared.items()]
    if ctes:
        tree.set("with_", exp.With(expressions=[*ctes, *(own.expressions if own else [])]))
    return tree


def bind(
    sql: str | exp.Expr, placeholders: Mapping[str, Any], schema: str | None = None, *, where: str = ""
) -> exp.Expr:
    """
    A statement of ours with its placeholders filled and its tables placed.

    Args:
        sql: One select, as text or parsed, with `:name` placeholders.
        placeholders: What they stand for: an `Expression`, a value, or a list of values for `in (:names)`.
        schema: The warehouse schema in which its tables lie; None leaves them unplaced.
        where: Whose statement it is, for messages.
    Raises:
        UserError: A placeholder stands for nothing, or an expression of the settings is not one.
    """
    tree = parse(sql) if isinstance(sql, str) else sql
    for node in list(tree.find_all(exp.Placeholder)):
        name = node.name
        if name not in placeholders:
            raise UserError(f"Nothing is given for :{name}.", where=where, fix=close_matches(name, placeholders))
        given = placeholders[name]
        if isinstance(given, Expression):
            node.replace(exp.paren(expression(given.sql, where=f"{where} :{name}")))
        elif isinstance(given, str) or not isinstance(given, Iterable):
            node.replace(literal(given))
        else:
            _spread(node, [literal(item) for item in given])
    if schema is not None:
        place(tree, schema)
    return tree


def _spread(node: exp.Expr, items: list[exp.Expr]) -> None:
    parent = node.parent
    if not isinstance(parent, exp.In):
        raise AssertionError("a list can only stand in `in (:names)`")
    parent.set("expressions", items or [exp.null()])


def place(tree: exp.Expr, schema: str) -> None:
    """
    Put the tables that a statement reads into a warehouse schema; its own CTEs stay.
    """
    own = {cte.alias for cte in tree.find_all(exp.CTE)}
    for table in tree.find_all(exp.Table):
        if table.db or table.name in own or not isinstance(table.this, exp.Identifier):
            continue
        table.set("db", exp.to_identifier(schema, quoted=True))
        table.this.set("quoted", True)


def drivers(tree: exp.Expr) -> set[str]:
    """
    The tables whose rows a select gives: what it reads from, not what it looks up by joins.
    """
    ctes = {cte.alias: cte.this for cte in tree.find_all(exp.CTE)}

    def of(part: exp.Expr) -> set[str]:
        if isinstance(part, exp.SetOperation):
            return of(part.this) | of(part.expression)
        if isinstance(part, exp.Subquery):
            return of(part.this)
        source = part.find(exp.From) if isinstance(part, exp.Select) else None
        if source is None:
            return set()
        if isinstance(source.this, exp.Table):
            name = source.this.name
            return of(ctes[name]) if name in ctes and not source.this.db else {name}
        return of(source.this)

    return of(tree)


def render(tree: exp.Expr, dialect: str = DIALECT) -> str:
    """
    The statement as text for an engine.
    """
    return tree.sql(dialect=dialect)


def name(*parts: str) -> str:
    """
    A quoted, possibly dotted name.
    """
    return ".".join(exp.to_identifier(part, quoted=True).sql(dialect=DIALECT) for part in parts)
