"""
Python arithmetic over figures that prints as an analyst would write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Options = Mapping[str, object]


class Formula:
    """
    Something with a value per period and member. `/` knows the null rule: no value, and the reason, over nothing.
    """

    def __add__(self, other: Formula | int) -> Formula:
        return Operation("+", self, _formula(other))

    def __sub__(self, other: Formula | int) -> Formula:
        return Operation("-", self, _formula(other))

    def __rsub__(self, other: Formula | int) -> Formula:
        return Operation("-", _formula(other), self)

    def __mul__(self, other: Formula | int) -> Formula:
        return Operation("*", self, _formula(other))

    def __truediv__(self, other: Formula | int) -> Formula:
        return Operation("/", self, _formula(other))

    def parts(self) -> tuple[Formula, ...]:
        return ()

    def resolve(self, options: Options) -> Formula:
        """
        The same formula with every choice made.
        """
        return self

    def option_names(self) -> frozenset[str]:
        return frozenset(name for part in self.parts() for name in part.option_names())

    def shown(self) -> Formula:
        """
        What is printed: the default of a choice, the plain form of a rule.
        """
        return self

    def walk(self) -> Iterator[Formula]:
        yield self
        for part in self.parts():
            yield from part.walk()


@dataclass(frozen=True)
class Number(Formula):
    """
    A number as it stands.
    """

    value: int

    def __str__(self) -> str:
        return str(self.value)


def _formula(part: Formula | int) -> Formula:
    return Number(part) if isinstance(part, int) else part


_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


@dataclass(frozen=True)
class Operation(Formula):
    """
    Two formulas and the sign between them.
    """

    sign: str
    left: Formula
    right: Formula

    def parts(self) -> tuple[Formula, ...]:
        return (self.left, self.right)

    def resolve(self, options: Options) -> Formula:
        return Operation(self.sign, self.left.resolve(options), self.right.resolve(options))

    def __str__(self) -> str:
        return f"{self._inside(self.left, 0)} {self.sign} {self._inside(self.right, 1)}"

    def _inside(self, part: Formula, right: int) -> str:
        shown = part.shown()
        weaker = isinstance(shown, Operation) and _STRENGTH[shown.sign] < _STRENGTH[self.sign] + right
        return f"({shown})" if weaker else str(shown)


@dataclass(frozen=True)
class Choice(Formula):
    """
    What an option decides; the first branch is what is printed.

    Args:
        option: Name of the option.
        branches: Value of the option -> formula.
    """

    option: str
    branches: tuple[tuple[object, Formula], ...]

    @property
    def default(self) -> Formula:
        return self.branches[0][1]

    def parts(self) -> tuple[Formula, ...]:
        return tuple(formula for _, formula in self.branches)

    def resolve(self, options: Options) -> Formula:
        return dict(self.branches)[options[self.option]].resolve(options)

    def option_names(self) -> frozenset[str]:
        return super().option_names() | {self.option}

    def shown(self) -> Formula:
        return self.default.shown()

    def __str__(self) -> str:
        return str(self.shown())


def choose(option: str, /, **branches: Formula) -> Choice:
    """
    A formula per value of an option, the default first.
    """
    return Choice(option, tuple(branches.items()))
