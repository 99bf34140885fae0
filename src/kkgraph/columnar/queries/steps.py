"""Triple patterns and graphs as joins over the tables."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import NOTHING, Column, Form, Origin, Relation
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.space import comment
from kkgraph.shacl.terms import show

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler

_SHORT: Final = 60


def constant(compiler: Compiler, term: f.Term) -> str:
    """A term's number in SQL, with its name in a comment."""
    name = show(term)
    number = compiler.space.number(term)
    return f"{number} {comment(name)}" if len(name) <= _SHORT else str(number)


def facts_of(compiler: Compiler, graph: f.Node | None) -> str:
    """The relation of the triples of a graph; with a column ``g`` for a variable one."""
    if graph is None:
        return _named_or_step(compiler, "facts", "the default graph", compiler.dataset.default)
    named = _named_or_step(compiler, "named", "the named graphs", compiler.dataset.named)
    if isinstance(graph, f.Variable):
        return named
    number = constant(compiler, graph.term)
    sql = f"SELECT p, s, o FROM {named} WHERE g = {number}"
    return compiler.shared("graph", f"the graph {show(graph.term)}", sql)


def _named_or_step(compiler: Compiler, kind: str, title: str, relation: str) -> str:
    if relation.strip().upper().startswith("SELECT"):
        return compiler.shared(kind, title, relation)
    return relation


def matching(compiler: Compiler, pattern: f.Triples) -> Relation:
    """The solutions of triple patterns in one graph."""
    facts = facts_of(compiler, pattern.graph)
    columns: dict[str, Column] = {}
    places: dict[str, str] = {}
    conditions: list[str] = []
    sources: list[str] = []
    for number, triple in enumerate(pattern.triples, 1):
        alias = f"t{number}"
        sources.append(f"{facts} {alias}")
        nodes = [("p", triple.predicate), ("s", triple.subject), ("o", triple.object)]
        if isinstance(pattern.graph, f.Variable):
            nodes.append(("g", pattern.graph))
        for place, node in nodes:
            sql = f"{alias}.{place}"
            if isinstance(node, f.Constant):
                conditions.append(f"{sql} = {constant(compiler, node.term)}")
            elif node.name in places:
                conditions.append(f"{sql} = {places[node.name]}")
                columns[node.name] = _narrower(
                    columns[node.name], _origins(compiler, place, triple)
                )
            else:
                places[node.name] = sql
                origins = _origins(compiler, place, triple)
                columns[node.name] = Column(
                    compiler.column_name(node.name), Form.NUMBER, origins=origins
                )
    names = ", ".join(f"{places[name]} AS {column.sql}" for name, column in columns.items())
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    sql = f"SELECT {names or NOTHING} FROM {', '.join(sources)}{where}"
    return Relation(compiler.step("match", "triple patterns", sql), columns)


def _origins(compiler: Compiler, place: str, triple: f.Triple) -> frozenset[Origin]:
    if place == "o" and isinstance(triple.predicate, f.Constant):
        number = compiler.space.number(triple.predicate.term)
        return frozenset({("o", number)} if number >= 0 else ())
    return frozenset({(place, -1)})


def _narrower(column: Column, origins: frozenset[Origin]) -> Column:
    """The column, by the origins that say more."""
    known = column.origins or frozenset()
    return replace(column, origins=origins) if ("o", -1) in known else column


def graphs_of(compiler: Compiler, pattern: f.Graphs) -> Relation:
    """The named graphs that have triples."""
    named = _named_or_step(compiler, "named", "the named graphs", compiler.dataset.named)
    graph = pattern.graph
    if isinstance(graph, f.Constant):
        number = constant(compiler, graph.term)
        sql = f"SELECT DISTINCT {NOTHING} FROM {named} WHERE g = {number}"
        return Relation(compiler.step("graph", "whether there is the graph", sql), {})
    column = Column(compiler.column_name(graph.name), Form.NUMBER, origins=frozenset({("g", -1)}))
    sql = f"SELECT DISTINCT g AS {column.sql} FROM {named}"
    return Relation(compiler.step("graphs", "the named graphs", sql), {graph.name: column})


def in_graph(compiler: Compiler, relation: Relation, pattern: f.InGraph) -> Relation:
    """The solutions in each graph, with the graph's name under its variable."""
    graph = replace(
        relation.columns[pattern.hidden], sql=compiler.column_name(pattern.name), maybe=False
    )
    hidden = relation.columns[pattern.hidden].sql
    columns = {n: c for n, c in relation.columns.items() if n not in (pattern.hidden, pattern.name)}
    kept = [column.sql for column in columns.values()]
    where = ""
    inside = relation.columns.get(pattern.name)
    if inside is not None:
        if inside.form is not Form.NUMBER:
            raise UncoveredError("GRAPH with a variable that is computed inside")
        where = f" WHERE {inside.sql} = {hidden}"
        where += f" OR {inside.sql} IS NULL" if inside.maybe else ""
    listed = ", ".join([*kept, f"{hidden} AS {graph.sql}"])
    sql = f"SELECT {listed} FROM {relation.sql}{where}"
    columns[pattern.name] = graph
    return Relation(compiler.step("named", "with the name of the graph", sql), columns)


def predicate(compiler: Compiler, iri: str) -> str:
    """A property's number in SQL."""
    return constant(compiler, ox.NamedNode(iri))
