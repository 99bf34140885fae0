"""A query's text as the intermediate form, by way of rdflib's parser and algebra."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.connecting import connected
from kkgraph.columnar.queries.given import Lists, rows_of
from kkgraph.columnar.queries.nodes import (
    dataset_of,
    in_scope,
    names_of,
    node,
    renamed,
    row_of,
    widened,
)
from kkgraph.columnar.queries.operators import expression_of
from kkgraph.columnar.queries.parsing import algebra_of
from kkgraph.columnar.queries.routes import route
from kkgraph.columnar.queries.templates import own_template
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.shacl.paths import Inverse, Path, Predicate, Sequence
from kkgraph.sparql import blank

_SHORT: Final = 20_000
_FRESH: Final = re.compile(r"\b(?:RAND|UUID|STRUUID)\s*\(", re.I)


def read(sparql: str) -> f.Query:
    """The intermediate form of a query; those of short texts are remembered.

    Raises ``QuestionError`` bad-sparql with line and column, and ``UncoveredError``.
    """
    return _remembered(sparql) if len(sparql) <= _SHORT else _read(sparql)


def _read(sparql: str) -> f.Query:
    algebra, every, lists = algebra_of(sparql)
    if _FRESH.search(blank(sparql)):
        raise UncoveredError("a function that makes something new in each solution")
    try:
        return _Reader(lists).query(algebra, every)
    except (TypeError, ValueError, AttributeError) as error:
        # It leaves some corners untranslated (EXISTS in ORDER BY, VALUES without variables).
        raise UncoveredError(f"a part that rdflib leaves out ({type(error).__name__})") from error


_remembered = lru_cache(maxsize=256)(_read)


class _Reader:
    """Reads patterns; knows the graph that they stand in."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._graph: f.Node | None = None
        self._made = 0
        self._keys: dict[str, str] = {}

    def query(self, algebra: Any, every: bool) -> f.Query:
        """The whole query; ``every`` where it selects all variables in scope."""
        kind = algebra.name.removesuffix("Query").upper()
        pattern: f.Pattern = f.UNIT if algebra.p is None else self.pattern(algebra.p)
        pattern = widened(pattern) if every else pattern
        described: tuple[f.Node, ...] = ()
        if kind == "DESCRIBE":
            pattern, described = self._described(algebra, pattern)
        graphs, named = dataset_of(algebra.datasetClause)
        return f.Query(
            kind,
            pattern,
            in_scope(pattern) if every else names_of(algebra),
            tuple(self._template(algebra, pattern)),
            described,
            graphs,
            named,
        )

    def _described(self, algebra: Any, pattern: f.Pattern) -> tuple[f.Pattern, tuple[f.Node, ...]]:
        found = [node(term) for term in algebra.PV or ()]
        names = {n.name for n in found if isinstance(n, f.Variable)}
        return f.Project(pattern, tuple(sorted(names))), tuple(found)

    def _template(self, algebra: Any, pattern: f.Pattern) -> Iterable[f.Triple]:
        if algebra.name != "ConstructQuery":
            return
        if algebra.template is None:
            yield from own_template(pattern)
            return
        for s, p, o in algebra.template:
            yield f.Triple(node(s), node(p), node(o))

    def pattern(self, found: Any) -> f.Pattern:
        """The form of a part of the algebra."""
        reader = _READERS.get(found.name)
        if reader is None:
            raise UncoveredError(f"the pattern {found.name}")
        return reader(self, found)

    def group(self, found: Any) -> f.Pattern:
        """The form of a group that may not have been translated yet."""
        from rdflib.plugins.sparql.algebra import translateGroupGraphPattern

        if found.name == "GroupGraphPatternSub":
            found = translateGroupGraphPattern(found)
        return self.pattern(found)

    def expression(self, found: Any) -> f.Expression:
        """The form of an expression."""
        return expression_of(found, self)

    def node(self, term: Any) -> f.Node:
        """The form of a term or variable."""
        found = node(term)
        if isinstance(found, f.Variable):
            return f.Variable(self._keys.get(found.name, found.name))
        return found

    def filter(self, found: Any) -> f.Pattern:
        """A condition."""
        inner = self.pattern(found.p)
        return f.Filter(self.expression(found.expr), inner)

    def extend(self, found: Any) -> f.Pattern:
        """A variable bound to an expression; a key of a group is bound already."""
        inner = self.pattern(found.p)
        expression = self.expression(found.expr)
        name = str(found.var)
        if expression == f.Variable(name):
            return inner
        if isinstance(expression, f.Variable):
            named = renamed(inner, expression.name, name)
            if named is not None:
                return named
        return f.Extend(inner, name, expression)

    def fresh(self) -> f.Variable:
        """A variable that no one else has."""
        self._made += 1
        return f.Variable(f".{self._made}")

    def triples(self, found: Any) -> f.Pattern:
        """Triple patterns, and the paths among them."""
        plain: list[f.Triple] = []
        walks: list[f.Walk] = []
        for s, p, o in found.triples:
            self._route(node(s), p, node(o), plain, walks)
        if plain and not walks:
            return f.Triples(tuple(plain), self._graph)
        return connected(plain, walks, self._graph) or self._empty()

    def _route(
        self, start: f.Node, step: Any, end: f.Node, plain: list[f.Triple], walks: list[f.Walk]
    ) -> None:
        from rdflib.paths import Path as RdflibPath

        if not isinstance(step, RdflibPath):
            plain.append(f.Triple(start, node(step), end))
            return
        self._walk(start, route(step), end, plain, walks)

    def _walk(
        self,
        start: f.Node,
        path: Path | f.Negated,
        end: f.Node,
        plain: list[f.Triple],
        walks: list[f.Walk],
    ) -> None:
        match path:
            case Predicate(iri):
                plain.append(f.Triple(start, f.Constant(ox.NamedNode(iri)), end))
            case Inverse(inner):
                self._walk(end, inner, start, plain, walks)
            case Sequence(parts):
                places = [start, *(self.fresh() for _ in parts[1:]), end]
                for at, part in enumerate(parts):
                    self._walk(places[at], part, places[at + 1], plain, walks)
            case _:
                walks.append(f.Walk(start, path, end, self._graph))

    def _empty(self) -> f.Pattern:
        return f.UNIT if self._graph is None else f.Graphs(self._graph)

    def join(self, found: Any) -> f.Pattern:
        """A join; triple patterns of one graph become one pattern."""
        left, right = self.pattern(found.p1), self.pattern(found.p2)
        if left == f.UNIT:
            return right
        if right == f.UNIT:
            return left
        if isinstance(left, f.Triples) and isinstance(right, f.Triples):
            return _one(left, right)
        return f.Join(left, right)

    def optional(self, found: Any) -> f.Pattern:
        """OPTIONAL, with the filter inside it as its condition."""
        condition = found.expr
        plain = condition is None or getattr(condition, "name", "") == "TrueFilter"
        right = found.p2
        return f.Optional(
            self.pattern(found.p1),
            self.pattern(right),
            None if plain else self.expression(condition),
        )

    def graph(self, found: Any) -> f.Pattern:
        """A pattern that holds in named graphs."""
        graph, before = node(found.term), self._graph
        if isinstance(graph, f.Variable):
            self._made += 1
            self._graph = f.Variable(f"{f.GRAPH}{self._made}")
        else:
            self._graph = graph
        try:
            inner = self.pattern(found.p)
            if isinstance(graph, f.Variable) and isinstance(self._graph, f.Variable):
                return f.InGraph(inner, self._graph.name, graph.name)
            return inner
        finally:
            self._graph = before

    @property
    def _hidden(self) -> tuple[str, ...]:
        """The hidden variable of the graph that a pattern stands in, which none may lose."""
        return (self._graph.name,) if isinstance(self._graph, f.Variable) else ()

    def values(self, found: Any) -> f.Pattern:
        """A sub-select, or solutions that the query holds."""
        if found.p.name != "values":
            return self.pattern(found.p)
        rows = found.p.res
        names = tuple(dict.fromkeys(str(v) for row in rows for v in row))
        given = (row_of(row, names) for row in rows)
        table = f.Table(names, tuple(whole for row in given for whole in rows_of(self._lists, row)))
        return table if self._graph is None else f.Join(f.Graphs(self._graph), table)

    def group_by(self, found: Any) -> f.Pattern:
        """Groups and what is made of each."""
        inner = self.pattern(found.p.p)
        keys: list[str] | None = None if found.p.expr is None else []
        for key in found.p.expr or ():
            read = self.expression(key)
            if isinstance(read, f.Variable):
                assert keys is not None
                keys.append(read.name)
            else:
                inner = f.Extend(inner, self._key(keys), read)
        aggregates = [self._aggregate(a) for a in found.A]
        for aggregate in aggregates:
            self._keys.pop(aggregate.name, None)  # a sub-select has the same names
            argument = aggregate.argument
            if not isinstance(argument, f.Variable) or aggregate.function != "SAMPLE":
                continue
            if argument.name in (keys or ()):
                # So rdflib has the keys that are selected.
                self._keys[aggregate.name] = argument.name
        made = tuple(a for a in aggregates if a.name not in self._keys)
        if keys is None and self._hidden:
            return self._counts(f.Group(inner, self._hidden, made))
        return f.Group(inner, None if keys is None else (*keys, *self._hidden), made)

    def _counts(self, group: f.Group) -> f.Pattern:
        """One solution for each graph, of aggregates that are 0 where there is nothing."""
        assert self._graph is not None
        if any(a.function != "COUNT" for a in group.aggregates):
            raise UncoveredError("an aggregate of a whole graph in GRAPH with a variable")
        pattern: f.Pattern = f.Optional(f.Graphs(self._graph), group, None)
        none = f.Constant(ox.Literal(0))
        for aggregate in group.aggregates:
            count = f.Call("COALESCE", (f.Variable(aggregate.name), none))
            pattern = f.Extend(pattern, aggregate.name, count)
        return pattern

    def _key(self, keys: list[str] | None) -> str:
        assert keys is not None
        keys.append(self.fresh().name)
        return keys[-1]

    def _aggregate(self, found: Any) -> f.Aggregate:
        argument = None if found.vars == "*" else self.expression(found.vars)
        separator = found.separator
        return f.Aggregate(
            str(found.res),
            found.name.removeprefix("Aggregate_").upper(),
            argument,
            bool(found.distinct),
            " " if separator is None else str(separator),
        )

    def project(self, found: Any) -> f.Pattern:
        """A choice of variables; what reads the whole keeps hidden ones apart by itself."""
        inner = self.pattern(found.p)
        import rdflib

        names = [str(v) for v in found.PV if isinstance(v, rdflib.Variable)]
        return f.Project(inner, (*names, *self._hidden))

    def order(self, found: Any) -> f.Pattern:
        """An order."""
        keys = (f.Key(self.expression(c.expr), c.order == "DESC") for c in found.expr)
        return f.Order(self.pattern(found.p), tuple(keys))

    def slice(self, found: Any) -> f.Pattern:
        """LIMIT and OFFSET."""
        if self._hidden:
            raise UncoveredError("a limit inside GRAPH with a variable")
        length = found.length
        start = int(found.start or 0)
        return f.Slice(self.pattern(found.p), start, None if length is None else int(length))


def _one(left: f.Triples, right: f.Triples) -> f.Pattern:
    """Triple patterns of one graph together."""
    if left.graph != right.graph:
        return f.Join(left, right)
    return f.Triples(left.triples + right.triples, left.graph)


_READERS: Final[dict[str, Callable[[_Reader, Any], f.Pattern]]] = {
    "BGP": _Reader.triples,
    "Join": _Reader.join,
    "LeftJoin": _Reader.optional,
    "Union": lambda r, n: f.Union(r.pattern(n.p1), r.pattern(n.p2)),
    "Minus": lambda r, n: f.Minus(r.pattern(n.p1), r.pattern(n.p2)),
    "Filter": _Reader.filter,
    "Extend": _Reader.extend,
    "Graph": _Reader.graph,
    "ToMultiSet": _Reader.values,
    "AggregateJoin": _Reader.group_by,
    "Project": _Reader.project,
    "Distinct": lambda r, n: f.Distinct(r.pattern(n.p)),
    "Reduced": lambda r, n: r.pattern(n.p),
    "OrderBy": _Reader.order,
    "Slice": _Reader.slice,
}
