"""What of a query's form arrays can answer; the rest shows when its data are met."""

from __future__ import annotations

from collections.abc import Iterator

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import expressions, parts, patterns_in
from kkgraph.columnar.solving.aggregates import FUNCTIONS
from kkgraph.columnar.solving.judging import KNOWN
from kkgraph.shacl.paths import Alternative, Inverse, Path, Repeat, Sequence


def lacking(query: f.Query) -> str | None:
    """What a query has that is not for arrays; None where there is nothing of that kind."""
    if query.kind == "DESCRIBE":
        return "DESCRIBE"
    return next(_lacking(query.pattern), None)


def _lacking(pattern: f.Pattern) -> Iterator[str]:
    yield from _here(pattern)
    for part in parts(pattern):
        yield from _lacking(part)
    for expression in expressions(pattern):
        for inner in patterns_in(expression):
            yield from _lacking(inner)


def _here(pattern: f.Pattern) -> Iterator[str]:
    match pattern:
        case f.Graphs() | f.InGraph():
            yield "GRAPH with a variable"
        case f.Triples(triples):
            if any(isinstance(triple.predicate, f.Variable) for triple in triples):
                yield "a property that is a variable"
        case f.Walk(_, path) if _negates(path):
            yield "a negated property set"
        case f.Extend(_, _, expression):
            yield from _expression(expression)
        case f.Group(_, _, aggregates):
            for aggregate in aggregates:
                yield from _aggregate(aggregate)
        case f.Order(_, keys):
            for key in keys:
                yield from _expression(key.expression)
        case f.Filter(condition, _) | f.Optional(_, _, condition) if condition is not None:
            yield from _expression(condition)


def _aggregate(aggregate: f.Aggregate) -> Iterator[str]:
    argument = aggregate.argument
    if aggregate.function not in FUNCTIONS:
        yield f"the aggregate {aggregate.function}"
    elif argument is not None and not isinstance(argument, f.Variable):
        yield "an aggregate of an expression"
    elif argument is None and aggregate.distinct:
        yield "a count of different solutions"


def _expression(expression: f.Expression) -> Iterator[str]:
    if isinstance(expression, f.Call):
        if expression.name not in KNOWN:
            yield f"the function {expression.name}"
        for argument in expression.arguments:
            yield from _expression(argument)


def _negates(path: f.Negated | Path) -> bool:
    """Whether a path has a step along any property but some."""
    match path:
        case f.Negated():
            return True
        case Alternative(steps) | Sequence(steps):
            return any(map(_negates, steps))
        case Inverse(inner) | Repeat(inner):
            return _negates(inner)
    return False
