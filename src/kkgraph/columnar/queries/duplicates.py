"""Groups whose aggregates don't mind duplicates: solutions that differ elsewhere are one.

``?a :about ?x ; :by ?b . ?c :about ?y ; :by ?b`` counted by distinct ?b has a solution for each
pair of ?a and ?c. Where nobody looks at these, each side is made distinct before both meet.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import used, visible

_CAREFREE: Final = frozenset({"MIN", "MAX", "SAMPLE"})


def without_duplicates(group: f.Group) -> f.Group:
    """The same groups, made of fewer solutions where that can be told from the form."""
    whole = group.pattern
    condition = whole.condition if isinstance(whole, f.Filter) else None
    inner = whole.pattern if isinstance(whole, f.Filter) else whole
    if not isinstance(inner, f.Triples) or not all(_is_carefree(a) for a in group.aggregates):
        return group
    looked_at = set(group.keys or ()) | (used(condition) if condition is not None else set())
    for aggregate in group.aggregates:
        if aggregate.argument is not None:
            looked_at |= used(aggregate.argument)
    parts = _parts(inner, looked_at)
    several = [part for part in parts if visible(part) - looked_at]
    if len(several) == 1:
        return group
    if several:
        made = [_distinct(part, looked_at) for part in parts]
        inner = reduce(f.Join, made)
    if condition is not None:
        inner = f.Filter(condition, inner)
    return replace(group, pattern=inner, aggregates=_plain(group, looked_at))


def _is_carefree(aggregate: f.Aggregate) -> bool:
    return aggregate.argument is not None and (
        aggregate.distinct or aggregate.function in _CAREFREE
    )


def _plain(group: f.Group, looked_at: set[str]) -> tuple[f.Aggregate, ...]:
    """The aggregates, counting all where a group has each term once anyway."""
    return tuple(
        replace(a, distinct=False)
        if isinstance(a.argument, f.Variable)
        and looked_at == {*(group.keys or ()), a.argument.name}
        else a
        for a in group.aggregates
    )


def _parts(pattern: f.Triples, looked_at: set[str]) -> list[f.Triples]:
    """The triple patterns in parts that share no variable but those looked at.

    Patterns with such variables alone are one part.
    """
    parts: list[tuple[set[str], list[f.Triple]]] = []
    plain: list[f.Triple] = []
    for triple in pattern.triples:
        own = visible(f.Triples((triple,), None)) - looked_at
        if not own:
            plain.append(triple)
            continue
        joined = [part for part in parts if part[0] & own]
        parts = [part for part in parts if not part[0] & own]
        names = own.union(*(part[0] for part in joined))
        parts.append((names, [t for part in joined for t in part[1]] + [triple]))
    found = [f.Triples(tuple(triples), pattern.graph) for _, triples in parts]
    return [*found, *([f.Triples(tuple(plain), pattern.graph)] if plain else [])]


def _distinct(part: f.Triples, looked_at: set[str]) -> f.Pattern:
    names = visible(part)
    if not names - looked_at:
        return part
    return f.Distinct(f.Project(part, tuple(sorted(names & looked_at))))
