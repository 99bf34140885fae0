"""Expressions as SQL: NULL is an error, as is an unbound variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries import languages
from kkgraph.columnar.queries.arithmetic import calculated, negated
from kkgraph.columnar.queries.chosen import Chosen
from kkgraph.columnar.queries.columns import Relation
from kkgraph.columnar.queries.comparing import equal, ordered, same_term, truth
from kkgraph.columnar.queries.frames import ROW, Frame
from kkgraph.columnar.queries.functions import FUNCTIONS, plain
from kkgraph.columnar.queries.numbered import Numbered
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.unknown import Written
from kkgraph.columnar.queries.values import Named, Nothing, Typed, Value


class Matching(Protocol):
    """What compiles the pattern of an EXISTS."""

    def matches(self, pattern: f.Pattern, frame: Frame) -> tuple[Relation, list[str]]:
        """The distinct solutions of a pattern in the variables that the frame binds."""


class Evaluation:
    """Evaluates the expressions of one frame."""

    def __init__(self, frame: Frame, matching: Matching) -> None:
        self.frame = frame
        self._matching = matching

    def value(self, expression: f.Expression) -> Value:
        """The value of an expression."""
        match expression:
            case f.Variable(name):
                return self.frame.value(name)
            case f.Constant(term):
                return Named(term, self.frame.space)
            case f.Exists(pattern):
                return Typed(self._exists(pattern), "boolean")
            case f.Call(name, arguments):
                return self._call(name, arguments)

    def condition(self, expression: f.Expression) -> str:
        """The SQL of what a filter asks: true, false or (an error) NULL."""
        return truth(self.value(expression))

    def _call(self, name: str, arguments: tuple[f.Expression, ...]) -> Value:
        about_language = languages.asked(name, arguments)
        if about_language is not None:
            value = self.value(about_language.of)
            if isinstance(value, Numbered) and value.kinds & k.LITERALS:
                return Typed(value.in_language(about_language.fits), "boolean")
        special = _SPECIAL.get(name)
        if special is not None:
            return special(self, arguments)
        values = [self.value(argument) for argument in arguments]
        function = _OPERATORS.get(name) or FUNCTIONS.get(name)
        if function is None:
            raise UncoveredError(f"the function {name}")
        if any(isinstance(value, Nothing) for value in values):
            return Nothing()
        return function(*values)

    def _exists(self, pattern: f.Pattern) -> str:
        relation, names = self._matching.matches(pattern, self.frame)
        if not names:
            return f"(SELECT count(*) > 0 FROM {relation.sql})"
        for name in names:
            place = self.frame.place(name)
            if place is None or place[1].maybe:
                raise UncoveredError("EXISTS in an expression about a variable unbound at times")
            if place[1].alike != relation.columns[name].alike:
                raise UncoveredError("EXISTS in an expression about computed values")
        return self.frame.mark(relation.sql, names)

    def both(self, arguments: Sequence[f.Expression]) -> Value:
        """``&&``: false where one is false, even if the other is an error."""
        return Typed(f"({' AND '.join(self.condition(a) for a in arguments)})", "boolean")

    def either(self, arguments: Sequence[f.Expression]) -> Value:
        """``||``: true where one is true, even if the other is an error."""
        return Typed(f"({' OR '.join(self.condition(a) for a in arguments)})", "boolean")

    def opposite(self, arguments: Sequence[f.Expression]) -> Value:
        """``!``."""
        return Typed(f"(NOT {self.condition(arguments[0])})", "boolean")

    def among(self, arguments: Sequence[f.Expression]) -> Value:
        """``IN``: as ``=`` with each, joined by ``||``."""
        one = self.value(arguments[0])
        tests = [equal(one, self.value(other)) for other in arguments[1:]]
        return Typed(f"({' OR '.join(tests)})" if tests else "false", "boolean")

    def new_node(self, arguments: Sequence[f.Expression]) -> Value:
        """``BNODE``: new in each solution, and in it the same for the same text."""
        place = self.frame.place(ROW)
        if place is None:
            raise UncoveredError("BNODE in a condition or an order")
        run, label = self.frame.space.fresh()
        if arguments:
            label = f"'x' || md5({plain(self.value(arguments[0]))})"
        row = f"{place[0]}.{place[1].sql}"
        return Written(f"('_:{run}r' || CAST({row} AS VARCHAR) || 'n' || {label})")

    def bound(self, arguments: Sequence[f.Expression]) -> Value:
        """``BOUND``."""
        value = self.value(arguments[0])
        known = "false" if isinstance(value, Nothing) else f"({value.sql} IS NOT NULL)"
        return Typed(known, "boolean")

    def chosen(self, arguments: Sequence[f.Expression]) -> Value:
        """``IF``."""
        test = self.condition(arguments[0])
        yes, no = (self.value(a) for a in arguments[1:])
        return Chosen.of([(test, yes), (f"NOT {test}", no)])

    def first(self, arguments: Sequence[f.Expression]) -> Value:
        """``COALESCE``."""
        values = [self.value(argument) for argument in arguments]
        known = [value for value in values if not isinstance(value, Nothing)]
        return Chosen.of([(f"{value.sql} IS NOT NULL", value) for value in known])


_SPECIAL: Final[dict[str, Callable[[Evaluation, tuple[f.Expression, ...]], Value]]] = {
    "&&": Evaluation.both,
    "||": Evaluation.either,
    "!": Evaluation.opposite,
    "IN": Evaluation.among,
    "BNODE": Evaluation.new_node,
    "BOUND": Evaluation.bound,
    "IF": Evaluation.chosen,
    "COALESCE": Evaluation.first,
}


def _comparison(operator: str) -> Callable[[Value, Value], Value]:
    return lambda one, two: Typed(ordered(one, operator, two), "boolean")


def _calculation(operator: str) -> Callable[[Value, Value], Value]:
    return lambda one, two: calculated(one, operator, two)


def _plus(value: Value) -> Value:
    return (
        value if value.kinds <= k.NUMERIC else Nothing() if not value.kinds & k.NUMERIC else _no()
    )


def _no() -> Value:
    raise UncoveredError("a plus sign before what may be no number")


_OPERATORS: Final[dict[str, Callable[..., Value]]] = {
    "=": lambda one, two: Typed(equal(one, two), "boolean"),
    "!=": lambda one, two: Typed(f"(NOT {equal(one, two)})", "boolean"),
    "SAMETERM": lambda one, two: Typed(same_term(one, two), "boolean"),
    **{operator: _comparison(operator) for operator in ("<", ">", "<=", ">=")},
    **{operator: _calculation(operator) for operator in ("+", "-", "*", "/")},
    "NEGATE": negated,
    "PLUS": _plus,
}
