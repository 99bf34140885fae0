"""Tests of single values: which of some nodes break a constraint that looks at each by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import xsd
from kkgraph.shacl import forms as f
from kkgraph.shacl.data import Data
from kkgraph.shacl.patterns import matching
from kkgraph.shacl.terms import Term


def text_of(node: Term) -> str | None:
    """What SPARQL's STR gives: the IRI or the lexical form; None for a blank node."""
    return None if isinstance(node, ox.BlankNode) else node.value


def kind_of(node: Term) -> str:
    """The node kind: iri, blank or literal."""
    if isinstance(node, ox.NamedNode):
        return "iri"
    return "blank" if isinstance(node, ox.BlankNode) else "literal"


def below(left: Term, right: Term, *, equal: bool) -> bool:
    """True where left < right (or left <= right); false also where they can't be compared."""
    sides = [_value(t) for t in (left, right)]
    if sides[0] is None or sides[1] is None:
        return False
    order = xsd.compare(sides[0], sides[1])
    return order is not None and (order < 0 or (equal and order == 0))


def _value(term: Term) -> xsd.Value | None:
    if not isinstance(term, ox.Literal) or term.language:
        return None
    return xsd.value(term.value, term.datatype.value)


def in_language(tag: str, ranges: Iterable[str]) -> bool:
    """True where the tag is in one of the basic language ranges (RFC 4647, as langMatches)."""
    tag = tag.lower()
    return any(
        (r == "*" and tag != "") or tag == r.lower() or tag.startswith(r.lower() + "-")
        for r in ranges
    )


def failing(constraint: f.Constraint, nodes: Iterable[Term], data: Data) -> set[Term]:
    """The nodes that break the constraint; each node is looked at once."""
    todo = dict.fromkeys(nodes)
    if isinstance(constraint, f.Pattern):
        texts = {n: text_of(n) for n in todo}
        good = matching(constraint, (t for t in texts.values() if t is not None))
        return {n for n, t in texts.items() if t not in good}
    test = _TESTS[type(constraint)]
    return {n for n in todo if not test(constraint, n, data)}


def _datatype(c: Any, node: Term, data: Data) -> bool:
    return (
        isinstance(node, ox.Literal)
        and node.datatype.value == c.iri
        and not xsd.ill_typed(node.value, c.iri)
    )


def _language(c: Any, node: Term, data: Data) -> bool:
    return isinstance(node, ox.Literal) and in_language(node.language or "", c.ranges)


def _class(c: Any, node: Term, data: Data) -> bool:
    return not isinstance(node, ox.Literal) and ox.NamedNode(c.iri) in data.classes(node)


def _min_length(c: Any, node: Term, data: Data) -> bool:
    text = text_of(node)
    return text is not None and len(text) >= c.count


def _max_length(c: Any, node: Term, data: Data) -> bool:
    text = text_of(node)
    return text is not None and len(text) <= c.count


_TESTS: Final[dict[type, Callable[[Any, Term, Data], bool]]] = {
    f.Class: _class,
    f.Datatype: _datatype,
    f.NodeKind: lambda c, n, d: kind_of(n) in c.kinds,
    f.MinInclusive: lambda c, n, d: below(c.limit, n, equal=True),
    f.MinExclusive: lambda c, n, d: below(c.limit, n, equal=False),
    f.MaxInclusive: lambda c, n, d: below(n, c.limit, equal=True),
    f.MaxExclusive: lambda c, n, d: below(n, c.limit, equal=False),
    f.MinLength: _min_length,
    f.MaxLength: _max_length,
    f.LanguageIn: _language,
    f.In: lambda c, n, d: n in c.terms,
}
VALUE_TESTS: Final = (*_TESTS, f.Pattern)
