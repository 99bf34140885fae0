"""Patterns side by side that share no variable: each solution of one meets each of the other.

What is counted, or made distinct, over such a product is found out in each part by itself. A
product that must be made as a whole, and is too large for any run, is refused before it begins.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

from kkgraph.columnar.queries import conjuncts
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import called, patterns_in, used, visible

_COUNTED: Final = ".count {}"  # with a space, as no other variable has one


@dataclass(slots=True, eq=False)
class _Part:
    """Patterns that share variables, with the conditions about them."""

    names: set[str]
    patterns: list[f.Pattern]
    conditions: list[f.Expression]


def factors(pattern: f.Pattern) -> list[f.Pattern]:
    """The parts of a pattern that share no variable with each other; itself where it has one."""
    conditions: list[f.Expression] = []
    parts: list[_Part] = []
    for one in _flat(pattern, conditions):
        parts = _with(parts, _Part(visible(one), [one], []))
    for condition in conditions:
        parts = _with(parts, _Part(used(condition), [], [condition]))
    free = [part for part in parts if not part.names]  # what is there or not
    parts = [part for part in parts if part.names]
    if len(parts) < 2:
        return [pattern]
    for part in free:
        parts[0].patterns += part.patterns
        parts[0].conditions += part.conditions
    return [_whole(part) for part in parts]


def _flat(pattern: f.Pattern, conditions: list[f.Expression]) -> Iterator[f.Pattern]:
    """The patterns that are joined, with the conditions about them put into a list."""
    match pattern:
        case f.Triples(triples, graph):
            yield from (f.Triples((triple,), graph) for triple in triples)
        case f.Join(left, right):
            yield from _flat(left, conditions)
            yield from _flat(right, conditions)
        case f.Filter(condition, inner) if _may_wait(condition, inner):
            conditions += conjuncts.of(condition)
            yield from _flat(inner, conditions)
        case _:
            yield pattern


def _may_wait(condition: f.Expression, inner: f.Pattern) -> bool:
    """True where a condition says the same after joins with other patterns."""
    alone = not any(patterns_in(condition)) and "BNODE" not in called(condition)
    return alone and used(condition) <= conjuncts.certain(inner)


def _with(parts: list[_Part], new: _Part) -> list[_Part]:
    """The parts, of which those with a name of the new one are one with it."""
    meeting = [part for part in parts if part.names & new.names]
    if not meeting:
        return [*parts, new]
    first = meeting[0]
    for part in [*meeting[1:], new]:
        first.names |= part.names
        first.patterns += part.patterns
        first.conditions += part.conditions
    return [part for part in parts if part is first or part not in meeting]


def _whole(part: _Part) -> f.Pattern:
    condition = conjuncts.together(part.conditions)
    joined = _together(part.patterns)
    return joined if condition is None else f.Filter(condition, joined)


def _together(parts: Sequence[f.Pattern]) -> f.Pattern:
    """Patterns joined again; triple patterns of one graph are one pattern."""
    graphs: dict[f.Node | None, list[f.Triple]] = {}
    for part in parts:
        if isinstance(part, f.Triples):
            graphs.setdefault(part.graph, []).extend(part.triples)
    made: list[f.Pattern] = [f.Triples(tuple(t), graph) for graph, t in graphs.items()]
    return reduce(f.Join, [*made, *(p for p in parts if not isinstance(p, f.Triples))])


def counted(group: f.Group) -> f.Pattern | None:
    """Groups that only count, made of the counts of each part; None where that can't be."""
    parts = factors(group.pattern)
    bound = conjuncts.certain(group.pattern)
    if len(parts) < 2 or not group.aggregates:
        return None
    if not all(_counts_all(aggregate, bound) for aggregate in group.aggregates):
        return None
    made = [_count(part, at, group.keys) for at, part in enumerate(parts)]
    numbers: list[f.Expression] = [f.Variable(_COUNTED.format(at)) for at in range(len(parts))]
    product = reduce(lambda one, two: f.Call("*", (one, two)), numbers)
    whole: f.Pattern = reduce(f.Join, made)
    for aggregate in group.aggregates:
        whole = f.Extend(whole, aggregate.name, product)
    return f.Project(whole, (*(group.keys or ()), *(a.name for a in group.aggregates)))


def _counts_all(aggregate: f.Aggregate, bound: set[str]) -> bool:
    """True where an aggregate is the number of a group's solutions."""
    argument = aggregate.argument
    if aggregate.function != "COUNT" or aggregate.distinct:
        return False
    return argument is None or (isinstance(argument, f.Variable) and argument.name in bound)


def _count(part: f.Pattern, at: int, keys: tuple[str, ...] | None) -> f.Pattern:
    mine = None if keys is None else tuple(k for k in keys if k in visible(part))
    number = f.Aggregate(_COUNTED.format(at), "COUNT", None, distinct=False)
    return f.Group(part, mine, (number,))


def thinned(pattern: f.Pattern, wanted: set[str]) -> f.Pattern:
    """A pattern with the same distinct solutions in some variables, made of fewer solutions."""
    parts = factors(pattern)
    if len(parts) < 2:
        return pattern
    return reduce(f.Join, (_distinct(part, wanted) for part in parts))


def _distinct(part: f.Pattern, wanted: set[str]) -> f.Pattern:
    names = visible(part)
    if names <= wanted:
        return part
    return f.Distinct(f.Project(part, tuple(sorted(names & wanted))))
