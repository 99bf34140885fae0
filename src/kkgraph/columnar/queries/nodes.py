"""rdflib's terms, rows and lists of names as ours."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import XSD
from kkgraph.columnar.queries.scopes import visible
from kkgraph.columnar.queries.uncovered import UncoveredError


def node(term: Any) -> f.Node:
    """A variable or term of rdflib's as ours; a blank node is a variable with a dot."""
    import rdflib

    if isinstance(term, rdflib.Variable):
        return f.Variable(str(term))
    if isinstance(term, rdflib.BNode):
        return f.Variable(f".{term}")
    if isinstance(term, rdflib.URIRef):
        return f.Constant(ox.NamedNode(str(term)))
    if isinstance(term, rdflib.Literal):
        return f.Constant(_literal(term))
    raise UncoveredError(f"a term of the kind {type(term).__name__}")


def _literal(term: Any) -> ox.Literal:
    if term.language:
        return ox.Literal(str(term), language=term.language.lower())
    if str(term.datatype).removeprefix(XSD) in ("token", "normalizedString"):
        raise UncoveredError("a literal whose spaces rdflib changes")
    if term.datatype is None:
        return ox.Literal(str(term))
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)))


def row_of(row: Any, names: tuple[str, ...]) -> tuple[f.Term | None, ...]:
    """A row of VALUES as terms, None for UNDEF."""
    terms: list[f.Term | None] = []
    by_name = {str(v): term for v, term in row.items()}
    for name in names:
        term = by_name.get(name, "UNDEF")
        found = None if str(term) == "UNDEF" and not hasattr(term, "n3") else node(term)
        terms.append(found.term if isinstance(found, f.Constant) else None)
    return tuple(terms)


def names_of(algebra: Any) -> tuple[str, ...]:
    """The variables that a query selects."""
    return tuple(str(v) for v in algebra.PV or ())


def in_scope(pattern: f.Pattern) -> tuple[str, ...]:
    """All variables in scope but those made here, in the order that Oxigraph gives them."""
    inner = pattern
    while isinstance(inner, f.Project | f.Distinct | f.Slice | f.Order):
        inner = inner.pattern
    return tuple(sorted(name for name in visible(inner) if not name.startswith(".")))


def dataset_of(clauses: Any) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The graphs of FROM and of FROM NAMED; None for both where there is neither."""
    if not clauses:
        return None, None
    graphs = tuple(dict.fromkeys(str(c.default) for c in clauses if c.default))
    named = tuple(dict.fromkeys(str(c.named) for c in clauses if c.named))
    return graphs, named
