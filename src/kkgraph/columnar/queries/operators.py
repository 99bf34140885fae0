"""rdflib's expressions as ours."""

from __future__ import annotations

from typing import Any, Final, Protocol

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.uncovered import UncoveredError


class Reading(Protocol):
    """What reads the parts of an expression."""

    def node(self, term: Any) -> f.Node:
        """A term or variable."""

    def group(self, found: Any) -> f.Pattern:
        """A pattern."""


_ARGUMENTS: Final = (
    *("arg", "arg1", "arg2", "arg3", "text", "start", "length", "pattern", "replacement", "flags"),
)
_ARITHMETIC: Final = ("AdditiveExpression", "MultiplicativeExpression")
_NIL: Final = f.Constant(
    ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#nil"),
)
_LOGIC: Final = {"ConditionalAndExpression": "&&", "ConditionalOrExpression": "||"}
_UNARY: Final = {"UnaryNot": "!", "UnaryMinus": "NEGATE", "UnaryPlus": "PLUS"}


def expression_of(found: Any, reading: Reading) -> f.Expression:
    """The form of an expression; ``UncoveredError`` for what is not known."""
    name = getattr(found, "name", None)
    if name is None:
        return reading.node(found)
    if name in _LOGIC:
        return _chain(_LOGIC[name], [found.expr, *found.other], reading)
    if name in _ARITHMETIC:
        return _arithmetic(found, reading)
    if name == "RelationalExpression":
        return _relation(found, reading)
    if name in _UNARY:
        return f.Call(_UNARY[name], (expression_of(found.expr, reading),))
    if name == "Function":
        arguments = found.expr if isinstance(found.expr, list) else [found.expr]
        return f.Call(str(found.iri), tuple(expression_of(a, reading) for a in arguments))
    return _builtin(found, name, reading)


def _chain(name: str, parts: list[Any], reading: Reading) -> f.Expression:
    return f.Call(name, tuple(expression_of(part, reading) for part in parts))


def _arithmetic(found: Any, reading: Reading) -> f.Expression:
    result = expression_of(found.expr, reading)
    for operator, other in zip(_listed(found.op), _listed(found.other), strict=True):
        result = f.Call(str(operator), (result, expression_of(other, reading)))
    return result


def _listed(found: Any) -> list[Any]:
    return list(found) if isinstance(found, list) else [found]


def _relation(found: Any, reading: Reading) -> f.Expression:
    operator, left = str(found.op), expression_of(found.expr, reading)
    if operator not in ("IN", "NOT IN"):
        return f.Call(operator, (left, expression_of(found.other, reading)))
    others = found.other if isinstance(found.other, list) else []
    among = f.Call("IN", (left, *(expression_of(o, reading) for o in others)))
    return among if operator == "IN" else f.Call("!", (among,))


def _builtin(found: Any, name: str, reading: Reading) -> f.Expression:
    if name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        exists = f.Exists(reading.group(found.graph))
        return exists if name == "Builtin_EXISTS" else f.Call("!", (exists,))
    if not name.startswith("Builtin_"):
        raise UncoveredError(f"the expression {name}")
    arguments: list[f.Expression] = []
    for key in _ARGUMENTS:
        if key in found:
            arguments += [expression_of(a, reading) for a in _listed(found[key])]
    called = name.removeprefix("Builtin_").upper()
    if called in ("COALESCE", "CONCAT") and arguments == [_NIL]:
        raise UncoveredError(f"{called} of nothing, which rdflib reads as the empty list")
    return f.Call(called, tuple(arguments))
