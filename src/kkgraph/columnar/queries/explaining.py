"""A query's way from SPARQL to SQL, for a reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from textwrap import dedent
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.shacl.terms import show

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Step

_BREAKS: Final = re.compile(
    r" (?=(?:FROM|WHERE|GROUP BY|HAVING|UNION ALL|UNION|ORDER BY|LEFT JOIN|CROSS JOIN|SEMI JOIN"
    r"|ANTI JOIN|LIMIT) )|(?<!SEMI)(?<!ANTI)(?<!LEFT)(?<!CROSS) (?=JOIN )"
)


def explanation(
    text: str, query: f.Query, steps: Sequence[Step], sql: str, lacking: str | None
) -> str:
    """The query, its intermediate form, and the named parts of its statement.

    ``lacking`` is why it isn't answered on arrays; None where it is.
    """
    lines = ["SPARQL", *_indented(dedent(text).strip().split("\n")), "", "form"]
    lines += _indented([*_head(query), *_pattern(query.pattern)])
    lines += ["", "SQL"]
    for step in steps:
        lines += [f"  {step.name}: {step.title}", *_indented(_BREAKS.split(step.sql), 6)]
    if sql:
        lines += ["  answer", *_indented(_BREAKS.split(sql.rpartition("\n")[2]), 6)]
    else:
        lines += ["  has no translation of it"]
    on_arrays = "yes, where the data allow it; the SQL says what is answered"
    lines += ["", "on arrays", f"  {on_arrays if lacking is None else f'no: {lacking}'}"]
    return "\n".join(lines)


def _indented(lines: Sequence[str], width: int = 2) -> list[str]:
    return [f"{' ' * width}{line}" for line in lines]


def _head(query: f.Query) -> list[str]:
    head = [query.kind.lower() + "".join(f" ?{name}" for name in query.names)]
    head += [f"template {triple(t)}" for t in query.template]
    head += [f"from {graph}" for graph in query.graphs or ()]
    head += [f"from named {graph}" for graph in query.named or ()]
    return head


def node(found: f.Node) -> str:
    """A variable or term, as a reader knows it."""
    if isinstance(found, f.Constant):
        return show(found.term)
    return f"_:{found.name[1:]}" if found.name.startswith(".") else f"?{found.name}"


def triple(found: f.Triple) -> str:
    """A triple pattern in one line."""
    return " ".join(node(n) for n in (found.subject, found.predicate, found.object))


def expression(found: f.Expression) -> str:
    """An expression in one line."""
    if isinstance(found, f.Variable | f.Constant):
        return node(found)
    if isinstance(found, f.Exists):
        return "exists { " + " ".join(line.strip() for line in _pattern(found.pattern)) + " }"
    inner = ", ".join(expression(argument) for argument in found.arguments)
    return f"{found.name}({inner})"


def _pattern(pattern: f.Pattern) -> list[str]:
    """A pattern in lines, its parts indented."""
    match pattern:
        case f.Triples(triples, graph):
            where = "" if graph is None else f" in graph {node(graph)}"
            return [f"triples{where}", *_indented([triple(t) for t in triples])]
        case f.Walk(start, path, end, graph):
            where = "" if graph is None else f" in graph {node(graph)}"
            return [f"path{where} {node(start)} {path} {node(end)}"]
        case f.Table(names, rows):
            given = (
                "(" + " ".join("UNDEF" if t is None else show(t) for t in r) + ")" for r in rows
            )
            return [f"values ({' '.join('?' + n for n in names)})", *_indented(list(given))]
        case f.Graphs(graph):
            return [f"graphs {node(graph)}"]
        case f.Join(left, right) | f.Union(left, right) | f.Minus(left, right):
            name = type(pattern).__name__.lower()
            return [name, *_indented(_pattern(left)), *_indented(_pattern(right))]
    return _one(pattern)


def _one(pattern: Any) -> list[str]:
    match pattern:
        case f.Optional(left, right, condition):
            under = "" if condition is None else f" where {expression(condition)}"
            return [f"optional{under}", *_indented(_pattern(left)), *_indented(_pattern(right))]
        case f.InGraph(_, hidden, name):
            head = f"in each graph ?{name} (inside: {node(f.Variable(hidden))})"
        case f.Filter(condition, _):
            head = f"filter {expression(condition)}"
        case f.Extend(_, name, found):
            head = f"bind {node(f.Variable(name))} = {expression(found)}"
        case f.Group(_, keys, aggregates):
            made = "".join(f" {_aggregate(a)}" for a in aggregates)
            head = "group by" + "".join(f" {node(f.Variable(n))}" for n in keys or ()) + made
        case f.Project(_, names):
            head = "choose" + "".join(f" ?{name}" for name in names)
        case f.Order(_, keys):
            by = (f"{'down' if k.descending else 'up'} {expression(k.expression)}" for k in keys)
            head = f"order by {', '.join(by)}"
        case f.Slice(_, start, length):
            head = "limit" + (f" {length}" if length is not None else "")
            head += f" from {start}" if start else ""
        case _:
            head = type(pattern).__name__.lower()
    return [head, *_indented(_pattern(pattern.pattern))]


def _aggregate(found: f.Aggregate) -> str:
    inner = "*" if found.argument is None else expression(found.argument)
    distinct = "distinct " if found.distinct else ""
    return f"{found.name} = {found.function}({distinct}{inner})"
