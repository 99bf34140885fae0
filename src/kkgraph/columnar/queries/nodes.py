"""rdflib's terms, rows and lists of names as ours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import XSD
from kkgraph.columnar.queries.scopes import used, visible
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


def renamed(pattern: f.Pattern, aggregate: str, name: str) -> f.Pattern | None:
    """The groups below with an aggregate under its last name at once; None where that can't be.

    rdflib gives each aggregate a name of its own, which is bound to the one that is asked for.
    """
    match pattern:
        case f.Group(_, _, aggregates) if name not in visible(pattern):
            if aggregate not in {a.name for a in aggregates}:
                return None
            made = (replace(a, name=name if a.name == aggregate else a.name) for a in aggregates)
            return replace(pattern, aggregates=tuple(made))
        case f.Filter(condition, inner) if not used(condition) & {aggregate, name}:
            below = renamed(inner, aggregate, name)
        case f.Extend(inner, bound, expression) if bound != name and not used(expression) & {
            aggregate,
            name,
        }:
            below = renamed(inner, aggregate, name)
        case _:
            return None
    return None if below is None else replace(pattern, pattern=below)


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
    return tuple(sorted(name for name in visible(pattern) if not name.startswith(".")))


def widened(pattern: f.Pattern) -> f.Pattern:
    """A whole query's pattern that chooses all variables in scope.

    rdflib leaves out those that only the VALUES after the query have.
    """
    match pattern:
        case f.Project(inner, _):
            return f.Project(inner, in_scope(inner))
        case f.Distinct() | f.Slice():
            return replace(pattern, pattern=widened(pattern.pattern))
    return pattern


def dataset_of(clauses: Any) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The graphs of FROM and of FROM NAMED; None for both where there is neither."""
    if not clauses:
        return None, None
    graphs = tuple(dict.fromkeys(str(c.default) for c in clauses if c.default))
    named = tuple(dict.fromkeys(str(c.named) for c in clauses if c.named))
    return graphs, named
