"""
The parts that expressions of the settings may have: each is checked and written anew; what is not here is refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from connectors.errors import close_matches
from kpis.custom.checked import Checked, Refused, as_day, converted, kind_of, of_kind, quoted, short
from kpis.custom.facts import OpenFact
from kpis.sql import DIALECT

_LONGEST = 1000
_DEEPEST = 40
_NUMBER = re.compile(r"\d{1,12}(\.\d{1,6})?")
_WHOLE = re.compile(r"\d{1,5}")
_DECIMALS = tuple("0123456")
_PARTS = ("day", "week", "month", "quarter", "year")
_SIGNS: dict[type[exp.Expression], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.NullSafeEQ: "is not distinct from",
    exp.NullSafeNEQ: "is distinct from",
}
FUNCTIONS = (
    "abs ceil coalesce contains date_diff ends_with floor greatest least length lower month nullif round starts_with"
    " trim upper year"
).split()
# arguments that the parser fills in by itself
_UNSAID = frozenset({"big_int", "safe", "ignore_nulls", "date_part_boundary", "is_coalesce"})


class Reader:
    """
    Reads one expression over the columns of a fact.
    """

    def __init__(self, fact: OpenFact, text: str) -> None:
        self._fact, self._text = fact, text

    def tree(self) -> Any:
        text = self._text
        if len(text) > _LONGEST:
            raise Refused(f"The expression had {len(text)} characters.", f"Keep it within {_LONGEST}.")
        if any(not char.isprintable() and char not in "\n\r\t" for char in text):
            raise Refused("The expression held characters that nobody sees.", "Take them out.")
        try:
            tokens = sqlglot.tokenize(text, read=DIALECT)
            statements = sqlglot.parse(f"select (\n{text}\n)", read=DIALECT)
        except (SqlglotError, RecursionError, ValueError) as error:
            raise Refused(f"{short(text)} is no expression.", _WRITE) from error
        if any(token.comments for token in tokens):
            raise Refused(f"{short(text)} holds a comment.", "Take the comment out.")
        whole = statements[0] if len(statements) == 1 else None
        only = whole.selects[0] if isinstance(whole, exp.Select) and len(whole.selects) == 1 else None
        said = {key for key, value in whole.args.items() if value} if isinstance(whole, exp.Select) else set()
        if said != {"expressions"} or type(only) is not exp.Paren:
            raise Refused(f"{short(text)} is more than one expression.", _WRITE)
        return only.this

    def read(self) -> Checked:
        return self.checked(self.tree(), 0)

    def checked(self, node: Any, depth: int) -> Checked:
        if depth > _DEEPEST:
            raise Refused("The expression was nested too deeply.", "Write it flatter.")
        make = _NODES.get(type(node))
        if make is None:
            self._refuse(node)
        assert make is not None
        return make(self, node, depth + 1)

    def _refuse(self, node: Any) -> None:
        if isinstance(node, exp.AggFunc):
            raise Refused(f"{short(self._text)} holds an aggregate where rows are read.", _WRITE)
        if isinstance(node, exp.Func) and not isinstance(node, exp.Cast | exp.Query):
            name = (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()
            raise Refused(f"The function {short(name)} is not allowed.", close_matches(name, FUNCTIONS))
        raise Refused(f"{short(self._text)} is more than an expression over columns.", _WRITE)

    # -- leaves

    def column(self, node: exp.Column, depth: int) -> Checked:
        columns = self._fact.columns
        if node.args.get("table") is not None:
            raise Refused(
                f"{short(node.sql(DIALECT))} names a column of another table.",
                f"Use the columns of {self._fact.name} alone, by their bare names.",
            )
        if node.name not in columns:
            raise Refused(f"{self._fact.name} has no column {short(node.name)}.", close_matches(node.name, columns))
        kind, sql = columns[node.name], quoted(node.name)
        if kind == "money" and self._fact.keeps_unrated:
            sql = f"(case when not is_unconverted then {sql} end)"
        return Checked(sql, "number" if kind == "money" else kind, frozenset({node.name}))

    def constant(self, node: exp.Literal, depth: int) -> Checked:
        if node.is_string:
            return Checked(exp.Literal.string(node.this).sql(DIALECT), "text", literal=node.this)
        if not _NUMBER.fullmatch(node.this):
            raise Refused(f"The number {short(node.this)} cannot be used.", "Write at most twelve digits.")
        return Checked(node.this, "number", literal=node.this)

    def truth(self, node: exp.Boolean, depth: int) -> Checked:
        return Checked("true" if node.this else "false", "bool")

    def nothing(self, node: exp.Null, depth: int) -> Checked:
        return Checked("null", "null")

    def day(self, node: exp.Cast, depth: int) -> Checked:
        self._only(node, "this", "to")
        given = node.this
        if node.to.this != exp.DataType.Type.DATE or not (isinstance(given, exp.Literal) and given.is_string):
            raise Refused("Casts are not allowed.", "Compare values of one kind; write dates as '2026-01-31'.")
        return as_day(given.this)

    # -- what stands around other expressions

    def paren(self, node: exp.Paren, depth: int) -> Checked:
        # whatever is made of parts stands in brackets already
        return self.checked(node.this, depth)

    def both(self, node: Any, depth: int) -> Checked:
        sides = self._all([node.this, node.expression], "bool", depth)
        return self._made(f"({sides[0].sql} {node.key} {sides[1].sql})", "bool", *sides)

    def negation(self, node: exp.Not, depth: int) -> Checked:
        inner = self._all([node.this], "bool", depth)[0]
        return self._made(f"(not {inner.sql})", "bool", inner)

    def minus(self, node: exp.Neg, depth: int) -> Checked:
        inner = self._all([node.this], "number", depth)[0]
        return self._made(f"(-{inner.sql})", "number", inner)

    def comparison(self, node: Any, depth: int) -> Checked:
        left, right = self._compared([node.this, node.expression], depth)
        return self._made(f"({left.sql} {_SIGNS[type(node)]} {right.sql})", "bool", left, right)

    def likeness(self, node: Any, depth: int) -> Checked:
        left, right = self._all([node.this, node.expression], "text", depth)
        return self._made(f"({left.sql} {node.key} {right.sql})", "bool", left, right)

    def unknown(self, node: exp.Is, depth: int) -> Checked:
        inner, what = self.checked(node.this, depth), node.expression
        if isinstance(what, exp.Boolean):
            inner = of_kind(inner, "bool", self._text, "a condition before `is true`")
        elif not isinstance(what, exp.Null):
            self._refuse(node)
        return self._made(f"({inner.sql} is {self.checked(what, depth).sql})", "bool", inner)

    def among(self, node: exp.In, depth: int) -> Checked:
        self._only(node, "this", "expressions")
        if not node.expressions:
            self._refuse(node)
        first, *rest = self._compared([node.this, *node.expressions], depth)
        return self._made(f"({first.sql} in ({', '.join(one.sql for one in rest)}))", "bool", first, *rest)

    def between(self, node: exp.Between, depth: int) -> Checked:
        self._only(node, "this", "low", "high")
        one, low, high = self._compared([node.this, node.args["low"], node.args["high"]], depth)
        return self._made(f"({one.sql} between {low.sql} and {high.sql})", "bool", one, low, high)

    def sum_of(self, node: Any, depth: int) -> Checked:
        left, right = self.checked(node.this, depth), self.checked(node.expression, depth)
        sign = "+" if isinstance(node, exp.Add) else "-"
        if {left.kind, right.kind} == {"date", "text"}:
            left, right = converted(left, "date"), converted(right, "date")
        kinds = (left.kind, right.kind)
        if kinds == ("date", "date") and sign == "-":
            return self._made(f"({left.sql} - {right.sql})", "number", left, right)
        if kinds == ("date", "number") and right.literal is not None and _WHOLE.fullmatch(right.literal):
            return self._made(f"({left.sql} {sign} {right.literal})", "date", left)
        for side in (left, right):
            of_kind(side, "number", self._text, "numbers, or whole days and a date")
        return self._made(f"({left.sql} {sign} {right.sql})", "number", left, right)

    def product(self, node: Any, depth: int) -> Checked:
        left, right = self._all([node.this, node.expression], "number", depth)
        # decimals grow with every product until there is no room left for their digits
        sides = [f"cast({side.sql} as double)" for side in (left, right)]
        # what is divided by nothing is unknown, not infinite
        text = f"{sides[0]} * {sides[1]}" if isinstance(node, exp.Mul) else f"{sides[0]} / nullif({sides[1]}, 0)"
        return self._made(f"({text})", "number", left, right)

    def case(self, node: exp.Case, depth: int) -> Checked:
        self._only(node, "ifs", "default")
        conditions = self._all([branch.this for branch in node.args["ifs"]], "bool", depth)
        default = node.args.get("default")
        given = [branch.args["true"] for branch in node.args["ifs"]] + ([default] if default is not None else [])
        values = self._alike(given, depth)
        branches = " ".join(f"when {c.sql} then {v.sql}" for c, v in zip(conditions, values, strict=False))
        otherwise = f" else {values[-1].sql}" if default is not None else ""
        return self._made(f"(case {branches}{otherwise} end)", kind_of(values), *conditions, *values)

    # -- functions

    def of_texts(self, node: Any, depth: int) -> Checked:
        self._only(node, "this", "expression")
        given = [node.this, *([node.expression] if node.args.get("expression") is not None else [])]
        if len(given) == 2 and isinstance(node, exp.Trim | exp.Lower | exp.Upper | exp.Length):
            self._refuse(node)
        texts = self._all(given, "text", depth)
        name = node.sql_name().lower()
        kind = "bool" if len(given) == 2 else "number" if isinstance(node, exp.Length) else "text"
        return self._made(f"{name}({', '.join(one.sql for one in texts)})", kind, *texts)

    def of_numbers(self, node: Any, depth: int) -> Checked:
        self._only(node, "this", "decimals")
        decimals = node.args.get("decimals")
        number = self._all([node.this], "number", depth)[0]
        more = ""
        if decimals is not None:
            places = self.checked(decimals, depth).literal
            if places not in _DECIMALS:
                raise Refused("round() had no small whole number of decimals.", "Write round(x) or round(x, 2).")
            more = f", {places}"
        return self._made(f"{node.sql_name().lower()}({number.sql}{more})", "number", number)

    def of_alike(self, node: Any, depth: int) -> Checked:
        self._only(node, "this", "expression", "expressions")
        second = node.args.get("expression")
        given = [node.this, *([second] if second is not None else []), *node.expressions]
        values = self._alike(given, depth)
        name = node.sql_name().lower()
        return self._made(f"{name}({', '.join(one.sql for one in values)})", kind_of(values), *values)

    def of_date(self, node: Any, depth: int) -> Checked:
        self._only(node, "this")
        inner = self._all([node.this], "date", depth)[0]
        return self._made(f"{node.sql_name().lower()}({inner.sql})", "number", inner)

    def days_between(self, node: exp.DateDiff, depth: int) -> Checked:
        self._only(node, "this", "expression", "unit")
        part = node.args["unit"].name.lower() if node.args.get("unit") is not None else ""
        if part not in _PARTS:
            raise Refused(f"date_diff() counted no {short(part)}.", close_matches(part, _PARTS))
        end, start = self._all([node.this, node.expression], "date", depth)
        return self._made(f"date_diff('{part}', {start.sql}, {end.sql})", "number", end, start)

    # -- helpers

    def _only(self, node: Any, *known: str) -> None:
        if {name for name, value in node.args.items() if value} - set(known) - _UNSAID:
            self._refuse_shape(node)

    def _refuse_shape(self, node: Any) -> None:
        raise Refused(f"{short(self._text)} holds a {node.key} written in a way that is not allowed.", _WRITE)

    def _made(self, sql: str, kind: str, *parts: Checked) -> Checked:
        return Checked(sql, kind, frozenset().union(*(part.columns for part in parts)))

    def _all(self, nodes: Sequence[Any], kind: str, depth: int) -> list[Checked]:
        return [of_kind(converted(self.checked(node, depth), kind), kind, self._text, _MEANT[kind]) for node in nodes]

    def _alike(self, nodes: Sequence[Any], depth: int) -> list[Checked]:
        """
        Values of one kind; texts beside dates have to be dates.
        """
        found = [self.checked(node, depth) for node in nodes]
        kinds = {one.kind for one in found} - {"null"}
        if kinds == {"date", "text"}:
            found = [converted(one, "date") for one in found]
            kinds = {one.kind for one in found} - {"null"}
        if len(kinds) > 1:
            raise Refused(f"{short(self._text)} mixes {' and '.join(sorted(kinds))}.", "Compare values of one kind.")
        if not kinds:
            raise Refused(f"{short(self._text)} takes null for a value.", "Give it a value.")
        return found

    def _compared(self, nodes: Sequence[Any], depth: int) -> list[Checked]:
        """
        Values of one kind, none of them null: nothing equals what is unknown.
        """
        found = self._alike(nodes, depth)
        if any(one.kind == "null" for one in found):
            raise Refused(f"{short(self._text)} compares with null.", "Write `is null` or `is not null`.")
        return found


_WRITE = "Write one expression over the columns of the fact, in SQL."
_MEANT = {
    "bool": "true-or-false values here",
    "text": "texts here",
    "number": "numbers here",
    "date": "dates here",
}
_NODES: dict[type[Any], Callable[[Reader, Any, int], Checked]] = {
    exp.Column: Reader.column,
    exp.Literal: Reader.constant,
    exp.Boolean: Reader.truth,
    exp.Null: Reader.nothing,
    exp.Cast: Reader.day,
    exp.Paren: Reader.paren,
    exp.And: Reader.both,
    exp.Or: Reader.both,
    exp.Not: Reader.negation,
    exp.Neg: Reader.minus,
    **dict.fromkeys(_SIGNS, Reader.comparison),
    exp.Like: Reader.likeness,
    exp.ILike: Reader.likeness,
    exp.Is: Reader.unknown,
    exp.In: Reader.among,
    exp.Between: Reader.between,
    exp.Add: Reader.sum_of,
    exp.Sub: Reader.sum_of,
    exp.Mul: Reader.product,
    exp.Div: Reader.product,
    exp.Case: Reader.case,
    **dict.fromkeys((exp.Lower, exp.Upper, exp.Trim, exp.Length), Reader.of_texts),
    **dict.fromkeys((exp.StartsWith, exp.EndsWith, exp.Contains), Reader.of_texts),
    **dict.fromkeys((exp.Abs, exp.Ceil, exp.Floor, exp.Round), Reader.of_numbers),
    **dict.fromkeys((exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least), Reader.of_alike),
    exp.Year: Reader.of_date,
    exp.Month: Reader.of_date,
    exp.DateDiff: Reader.days_between,
}
