"""Expressions worked out once for each different combination of the terms that they are about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.languages import in_range
from kkgraph.columnar.queries.making import computed
from kkgraph.columnar.solving.limits import BeyondError
from kkgraph.columnar.typed import stored

Number = int | Decimal
Terms = Mapping[str, Any]
"""What variables are bound to: terms, or computed numbers; None for unbound."""

_COMPARED: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}


class WrongError(Exception):
    """SPARQL's error: the expression has no value."""


def true(expression: f.Expression, terms: Terms) -> bool:
    """Whether a condition holds; an error counts as false."""
    try:
        return _truth(expression, terms)
    except WrongError:
        return False


def term(expression: f.Expression, terms: Terms) -> Any:
    """The term that an expression is; None for an error."""
    try:
        found = value(expression, terms)
    except WrongError:
        return None
    if isinstance(found, bool):
        return computed("boolean", found)
    if isinstance(found, int | Decimal):
        return computed("integer" if isinstance(found, int) else "decimal", found)
    return ox.Literal(found) if isinstance(found, str) else found


def _truth(expression: f.Expression, terms: Terms) -> bool:
    found = value(expression, terms)
    if isinstance(found, bool):
        return found
    raise BeyondError("a condition that is no truth value")


def value(expression: f.Expression, terms: Terms) -> Any:
    """A term, a number, a string (``str``) or a truth value; raises ``WrongError``."""
    match expression:
        case f.Variable(name):
            found = terms.get(name)
            if found is None:
                raise WrongError
            return found
        case f.Constant(term):
            return term
        case f.Call(name, arguments) if name in _LAZY:
            return _LAZY[name](arguments, terms)
        case f.Call(name, (one, two)) if name in _COMPARED:
            return _compared(name, value(one, terms), value(two, terms))
        case f.Call(name, arguments) if name in _FUNCTIONS:
            return _FUNCTIONS[name](*(value(a, terms) for a in arguments))
    raise BeyondError("an expression that arrays don't know")


def _bound(arguments: tuple[f.Expression, ...], terms: Terms) -> bool:
    (variable,) = arguments
    return isinstance(variable, f.Variable) and terms.get(variable.name) is not None


def _not(arguments: tuple[f.Expression, ...], terms: Terms) -> bool:
    return not _truth(arguments[0], terms)


def _every(arguments: tuple[f.Expression, ...], terms: Terms) -> bool:
    return not _any_is(False, arguments, terms)


def _some(arguments: tuple[f.Expression, ...], terms: Terms) -> bool:
    return _any_is(True, arguments, terms)


def _any_is(wanted: bool, arguments: tuple[f.Expression, ...], terms: Terms) -> bool:
    """Whether one is as wanted; an error of another one counts only where none is."""
    wrong = False
    for argument in arguments:
        try:
            if _truth(argument, terms) is wanted:
                return True
        except WrongError:
            wrong = True
    if wrong:
        raise WrongError
    return False


def _first(arguments: tuple[f.Expression, ...], terms: Terms) -> Any:
    """The first that is no error."""
    for argument in arguments:
        try:
            return value(argument, terms)
        except WrongError:
            pass
    raise WrongError


def _either(arguments: tuple[f.Expression, ...], terms: Terms) -> Any:
    condition, one, other = arguments
    return value(one if _truth(condition, terms) else other, terms)


def _among(arguments: tuple[f.Expression, ...], terms: Terms) -> bool:
    one, *others = arguments
    return _some(tuple(f.Call("=", (one, other)) for other in others), terms)


def _compared(operator: str, one: Any, two: Any) -> bool:
    """SPARQL's comparison of terms of kinds that are plain to tell; ``BeyondError`` for others."""
    (mine, left), (theirs, right) = _sided(one), _sided(two)
    if operator in ("=", "!=") and {mine, theirs} & k.NODES:
        return _COMPARED[operator]((mine, left), (theirs, right))
    if mine != theirs or mine in k.NODES:
        raise BeyondError("a comparison of terms of different kinds")
    if mine == "lang" and operator not in ("=", "!=") and left[1] != right[1]:
        raise WrongError
    return _COMPARED[operator](left, right)


def _sided(found: Any) -> tuple[str, Any]:
    """The kind of a value, and what it is compared by."""
    if isinstance(found, str):
        return "string", found
    if isinstance(found, bool):
        raise BeyondError("a comparison of truth values")
    if isinstance(found, int | Decimal):
        return "number", found
    if isinstance(found, ox.NamedNode):
        return "iri", found.value
    if isinstance(found, ox.BlankNode):
        return "bnode", found.value
    if found.language:
        return "lang", (found.value, found.language)
    if k.kind_of_datatype(found.datatype.value) == "string":
        return "string", found.value
    return "number", exact(found)


def exact(term: Any) -> Number:
    """The number of a well-formed integer or decimal; ``BeyondError`` for any other literal."""
    if isinstance(term, int | Decimal) and not isinstance(term, bool):
        return term
    return _exact(term)


@lru_cache(maxsize=10_000)
def _exact(term: Any) -> Number:
    if not isinstance(term, ox.Literal) or k.kind_of(term) not in k.EXACT:
        raise BeyondError("a literal that is no plain number or text")
    found = xsd.value(term.value, term.datatype.value)
    if found is None or found.exact is None or stored(found) is None:
        raise BeyondError("a number with too many digits")
    whole = k.kind_of(term) == "integer"
    return int(found.exact) if whole else found.exact


def _text(found: Any) -> str:
    """The lexical form of a literal, or an IRI."""
    if isinstance(found, str):
        return found
    if isinstance(found, ox.NamedNode | ox.Literal):
        return found.value
    if isinstance(found, ox.BlankNode):
        raise WrongError
    raise BeyondError("the text of a computed value")


def _language(found: Any) -> str:
    if isinstance(found, str):
        return ""
    if isinstance(found, ox.Literal):
        return found.language or ""
    if isinstance(found, ox.NamedNode | ox.BlankNode):
        raise WrongError
    return ""


def _simple(found: Any) -> str:
    """A string without a language; ``BeyondError`` for anything else."""
    kind, text = _sided(found) if isinstance(found, str | ox.Literal) else ("", "")
    if kind != "string":
        raise BeyondError("a text with a language, or a term that is no text")
    return str(text)


def _language_fits(tag: Any, wanted: Any) -> bool:
    return in_range(_simple(tag), _simple(wanted))


def _is(*kinds: type) -> Callable[[Any], bool]:
    return lambda found: isinstance(found, kinds)


_LAZY: Final[dict[str, Callable[[tuple[f.Expression, ...], Terms], Any]]] = {
    "BOUND": _bound,
    "!": _not,
    "&&": _every,
    "||": _some,
    "IN": _among,
    "COALESCE": _first,
    "IF": _either,
}
_FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "STR": _text,
    "LANG": _language,
    "LANGMATCHES": _language_fits,
    "ISIRI": _is(ox.NamedNode),
    "ISURI": _is(ox.NamedNode),
    "ISBLANK": _is(ox.BlankNode),
    "ISLITERAL": _is(ox.Literal, str, int, Decimal),
    "CONCAT": lambda *texts: "".join(map(_simple, texts)),
    "CONTAINS": lambda text, part: _simple(part) in _simple(text),
    "STRSTARTS": lambda text, part: _simple(text).startswith(_simple(part)),
    "STRENDS": lambda text, part: _simple(text).endswith(_simple(part)),
}
KNOWN: Final = frozenset({*_LAZY, *_COMPARED, *_FUNCTIONS})
"""The operators and functions that may be worked out here."""
BY_GROUP: Final = frozenset({"LANG", "ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "BOUND"})
"""Those that ask no more of a term than which kind, datatype and language it has."""
