"""Which variables a pattern, or an expression, is about."""

from __future__ import annotations

from collections.abc import Iterator

from kkgraph.columnar.queries import forms as f


def visible(pattern: f.Pattern) -> set[str]:
    """The variables that are in scope after a pattern (SPARQL 1.1, 18.2.1)."""
    match pattern:
        case f.Triples(triples, graph):
            found = {n.name for t in triples for n in _ends(t) if isinstance(n, f.Variable)}
            return found | _named(graph)
        case f.Walk(start, _, end, graph):
            return _named(start) | _named(end) | _named(graph)
        case f.Graphs(graph):
            return _named(graph)
        case f.InGraph(inner, hidden, name):
            return visible(inner) - {hidden} | {name}
        case f.Join(left, right) | f.Union(left, right) | f.Optional(left, right):
            return visible(left) | visible(right)
        case f.Minus(left, _):
            return visible(left)
        case f.Extend(inner, name, _):
            return visible(inner) | {name}
        case f.Table(names) | f.Project(_, names):
            return set(names)
        case f.Group(_, keys, aggregates):
            return set(keys or ()) | {a.name for a in aggregates}
        case f.Filter() | f.Distinct() | f.Order() | f.Slice():
            return visible(pattern.pattern)


def _ends(triple: f.Triple) -> tuple[f.Node, f.Node, f.Node]:
    return triple.subject, triple.predicate, triple.object


def _named(node: f.Node | None) -> set[str]:
    return {node.name} if isinstance(node, f.Variable) else set()


def used(expression: f.Expression) -> set[str]:
    """The variables that an expression reads, those of patterns in it included."""
    match expression:
        case f.Variable(name):
            return {name}
        case f.Constant():
            return set()
        case f.Call(_, arguments):
            return {name for a in arguments for name in used(a)}
        case f.Exists(pattern):
            return mentioned(pattern)


def called(expression: f.Expression) -> set[str]:
    """The functions that an expression calls."""
    if not isinstance(expression, f.Call):
        return set()
    return {expression.name}.union(*(called(a) for a in expression.arguments))


def mentioned(pattern: f.Pattern) -> set[str]:
    """Every variable that a pattern names, in scope or not."""
    found = visible(pattern)
    for part in parts(pattern):
        found |= mentioned(part)
    for expression in expressions(pattern):
        found |= used(expression)
    return found


def parts(pattern: f.Pattern) -> Iterator[f.Pattern]:
    """The patterns that a pattern is made of."""
    match pattern:
        case f.Join(a, b) | f.Union(a, b) | f.Minus(a, b) | f.Optional(a, b):
            yield from (a, b)
        case f.Triples() | f.Walk() | f.Graphs() | f.Table():
            return
        case _:
            yield pattern.pattern


def expressions(pattern: f.Pattern) -> Iterator[f.Expression]:
    """The expressions that stand in a pattern itself."""
    match pattern:
        case f.Filter(condition, _):
            yield condition
        case f.Optional(_, _, condition) if condition is not None:
            yield condition
        case f.Extend(_, _, expression):
            yield expression
        case f.Group(_, _, aggregates):
            yield from (a.argument for a in aggregates if a.argument is not None)
        case f.Order(_, keys):
            yield from (k.expression for k in keys)
        case _:
            return


def terms(pattern: f.Pattern) -> Iterator[f.Term]:
    """Every term that a pattern names, in expressions and paths too."""
    match pattern:
        case f.Triples(triples, graph):
            yield from _terms(*(n for t in triples for n in _ends(t)), graph)
        case f.Walk(start, _, end, graph):
            yield from _terms(start, end, graph)
        case f.Graphs(graph):
            yield from _terms(graph)
        case f.Table(_, rows):
            yield from (term for row in rows for term in row if term is not None)
        case _:
            pass
    for part in parts(pattern):
        yield from terms(part)
    for expression in expressions(pattern):
        yield from _terms_of(expression)


def _terms(*nodes: f.Node | None) -> Iterator[f.Term]:
    yield from (node.term for node in nodes if isinstance(node, f.Constant))


def _terms_of(expression: f.Expression) -> Iterator[f.Term]:
    match expression:
        case f.Constant(term):
            yield term
        case f.Exists(pattern):
            yield from terms(pattern)
        case f.Call(_, arguments):
            for argument in arguments:
                yield from _terms_of(argument)
        case _:
            return


def graphs(pattern: f.Pattern) -> Iterator[f.Node]:
    """What stands behind GRAPH, wherever."""
    if isinstance(pattern, f.Triples | f.Walk | f.Graphs) and pattern.graph is not None:
        yield pattern.graph
    for part in parts(pattern):
        yield from graphs(part)
    for expression in expressions(pattern):
        for inner in patterns_in(expression):
            yield from graphs(inner)


def patterns_in(expression: f.Expression) -> Iterator[f.Pattern]:
    """The patterns that an expression asks about."""
    match expression:
        case f.Exists(pattern):
            yield pattern
        case f.Call(_, arguments):
            for argument in arguments:
                yield from patterns_in(argument)
        case _:
            return
