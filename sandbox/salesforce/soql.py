"""
SOQL, read into a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NoReturn

from sandbox.salesforce.clock import instant, read_instant
from sandbox.salesforce.tree import Comparison, Group, Item, Literal, Query, refuse

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<string>'(?:[^'\\]|\\.)*')
    | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    | (?P<name>[A-Za-z_][\w.]*(?::\d+)?)
    | (?P<mark><=|>=|!=|<>|[=<>(),])
    )""",
    re.X | re.S,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_CLAUSES = {"from", "where", "with", "group", "having", "order", "limit", "offset", "for", "all", "using"}
COMPARISONS = {"=", "!=", "<", "<=", ">", ">=", "like", "in", "not in", "includes", "excludes"}


@dataclass(frozen=True)
class Token:
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        return self.text.lower() if self.kind in ("name", "mark") else ""


def parse(text: str) -> Query:
    """
    Read one query.

    Raises:
        Refusal: MALFORMED_QUERY.
    """
    reader = _Reader(text)
    query = reader.query()
    if reader.token.kind != "end":
        reader.unexpected()
    return query


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._scan())
        self.position = 0

    def _scan(self) -> Iterator[Token]:
        at, end = 0, len(self.text.rstrip())
        while at < end:
            match = _TOKEN.match(self.text, at)
            if match is None or match.lastgroup is None:
                place = at + len(self.text[at:]) - len(self.text[at:].lstrip())
                refuse(self.text, place, "MALFORMED_QUERY", f"unexpected token: '{self.text[place]}'")
            yield Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup))
            at = match.end()
        yield Token("end", "<EOF>", end)

    @property
    def token(self) -> Token:
        return self.tokens[self.position]

    def peek(self, ahead: int = 1) -> Token:
        return self.tokens[min(self.position + ahead, len(self.tokens) - 1)]

    def take(self) -> Token:
        token = self.token
        if token.kind != "end":
            self.position += 1
        return token

    def unexpected(self) -> NoReturn:
        refuse(self.text, self.token.at, "MALFORMED_QUERY", f"unexpected token: '{self.token.text}'")

    def accept(self, *words: str) -> bool:
        if all(self.peek(i).word == word for i, word in enumerate(words)):
            self.position += len(words)
            return True
        return False

    def expect(self, *words: str) -> None:
        if not self.accept(*words):
            self.unexpected()

    def name(self) -> Token:
        if self.token.kind != "name":
            self.unexpected()
        return self.take()

    def whole(self) -> int:
        if self.token.kind != "number" or not self.token.text.isdigit():
            self.unexpected()
        return int(self.take().text)

    def query(self) -> Query:
        query = Query(self.text)
        self.expect("select")
        if self.peek(0).word == "count" and [self.peek(1).text, self.peek(2).text] == ["(", ")"]:
            self.position += 3
            query.count = True
        else:
            query.items.append(self.item(selecting=True))
            while self.accept(","):
                query.items.append(self.item(selecting=True))
        self.expect("from")
        target = self.name()
        query.entity, query.entity_at = target.text, target.at
        alias = ""
        if self.token.kind == "name" and self.token.word not in _CLAUSES:
            alias = self.take().text
        if self.accept("using", "scope"):
            self.name()
        if self.accept("where"):
            query.where = self.condition()
        if self.accept("group", "by"):
            query.group_by.append(self.item())
            while self.accept(","):
                query.group_by.append(self.item())
        if self.accept("order", "by"):
            query.order_by.append(self.ordering())
            while self.accept(","):
                query.order_by.append(self.ordering())
        if self.accept("limit"):
            query.limit = self.whole()
        if self.accept("offset"):
            query.offset = self.whole()
        if self.accept("all", "rows"):
            query.all_rows = True
        if alias:
            _drop_alias(query, alias)
        return query

    def item(self, *, selecting: bool = False) -> Item:
        if self.token.text == "(":
            refuse(self.text, self.token.at, "MALFORMED_QUERY", "child sub-queries are left out of this sandbox")
        token = self.name()
        if token.word == "typeof":
            refuse(self.text, token.at, "MALFORMED_QUERY", "TYPEOF is left out of this sandbox")
        function, path = "", token.text
        if self.accept("("):
            function = token.text.upper()
            path = "" if self.token.text == ")" else self.name().text
            self.expect(")")
        alias = ""
        if selecting and self.token.kind == "name" and self.token.word not in _CLAUSES:
            alias = self.take().text
        return Item(tuple(path.split(".")) if path else (), function, alias, token.at)

    def ordering(self) -> tuple[Item, bool, bool | None]:
        item = self.item()
        descending = self.accept("desc")
        if not descending:
            self.accept("asc")
        nulls_last: bool | None = None
        if self.accept("nulls"):
            nulls_last = self.accept("last")
            if not nulls_last:
                self.expect("first")
        return item, descending, nulls_last

    def condition(self) -> Comparison | Group:
        parts = [self.factor()]
        kind = self.token.word
        while kind in ("and", "or") and self.accept(kind):
            parts.append(self.factor())
        if self.token.word in ("and", "or"):
            # SOQL wants brackets where `and` and `or` meet.
            self.unexpected()
        return parts[0] if len(parts) == 1 else Group(kind, tuple(parts))

    def factor(self) -> Comparison | Group:
        if self.accept("not"):
            return Group("not", (self.factor(),))
        if self.accept("("):
            inner = self.condition()
            self.expect(")")
            return inner
        item = self.item()
        operator = self.take().word
        if operator == "<>":
            operator = "!="
        if operator == "not" and self.accept("in"):
            operator = "not in"
        if operator not in COMPARISONS:
            self.position -= 1
            self.unexpected()
        if operator in ("in", "not in", "includes", "excludes"):
            self.expect("(")
            if self.token.word == "select":
                subquery = self.query()
                self.expect(")")
                return Comparison(item, operator, subquery=subquery)
            values = [self.literal()]
            while self.accept(","):
                values.append(self.literal())
            self.expect(")")
            return Comparison(item, operator, tuple(values))
        return Comparison(item, operator, (self.literal(),))

    def literal(self) -> Literal:
        token = self.take()
        if token.kind == "string":
            return Literal("string", re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], _kept(m)), token.text[1:-1]))
        if token.kind == "number":
            return Literal("number", float(token.text))
        try:
            if token.kind == "datetime":
                text = re.sub(r"([+-]\d\d)(\d\d)\Z", r"\1:\2", token.text.replace("Z", "+00:00"))
                at: datetime = read_instant(text)
                return Literal("datetime", instant(at))
            if token.kind == "date":
                return Literal("date", date.fromisoformat(token.text).isoformat())
        except ValueError:
            refuse(self.text, token.at, "MALFORMED_QUERY", f"Invalid date: {token.text}")
        if token.word == "null":
            return Literal("null", None)
        if token.word in ("true", "false"):
            return Literal("boolean", token.word == "true")
        if token.kind == "name" and re.fullmatch(r"[a-z_]+(:\d+)?", token.word):
            return Literal("period", token.text.upper())
        return refuse(self.text, token.at, "MALFORMED_QUERY", f"unexpected token: '{token.text}'")


def _kept(match: re.Match[str]) -> str:
    # `\%` and `\_` stay escaped: only LIKE knows what they mean.
    return match[0] if match[1] in "%_" else match[1]


def _drop_alias(query: Query, alias: str) -> None:
    def bare(item: Item) -> Item:
        if len(item.path) > 1 and item.path[0].lower() == alias.lower():
            return Item(item.path[1:], item.function, item.alias, item.at)
        return item

    def walk(node: Comparison | Group) -> Comparison | Group:
        if isinstance(node, Group):
            return Group(node.kind, tuple(walk(part) for part in node.parts))
        return Comparison(bare(node.item), node.operator, node.values, node.subquery)

    query.items = [bare(item) for item in query.items]
    query.group_by = [bare(item) for item in query.group_by]
    query.order_by = [(bare(item), descending, last) for item, descending, last in query.order_by]
    query.where = walk(query.where) if query.where else None
