"""Queries of SPARQL constraints: prefixes, what pre-binding forbids, and the batch form.

Pre-binding gives ``$this`` (and ``$value``, and a component's parameters) a value everywhere in a
query, nested groups included. Here every group is joined with a small table of bindings, so one
run answers for many nodes: the table is a graph of its own, which also holds blank nodes, and its
row number travels in the projection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.errors import ShapeError
from kkgraph.names import PREFIXES
from kkgraph.shacl.graph import ShapesGraph, refuse
from kkgraph.shacl.terms import SH, Term

_TOKEN: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\''
    r'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\'|<[^<>"{}|^`\\\s]*>|#[^\n\r]*'
    r"|[?$]\w+|(?:[^\W\d_][\w-]*)?:[\w.%:-]+|[^\W\d]\w*|\s+|.",
    re.S,
)
_IMPORTS: Final = PREFIXES["owl"] + "imports"
_FORBIDDEN: Final = frozenset({"MINUS", "VALUES", "SERVICE", "LOAD"})
_INSTEAD: Final = {
    "MINUS": "SHACL forbids it there. Write FILTER NOT EXISTS { … }.",
    "VALUES": "SHACL forbids it there. Write FILTER (?x IN (…)).",
}
_AGGREGATES: Final = frozenset(
    {"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT", "LIMIT", "OFFSET"}
)
ROW: Final = "kkgraph_row"
TABLE: Final = "urn:kkgraph:bindings"
COLUMN: Final = "urn:kkgraph:binding:"


def prefixes_of(graph: ShapesGraph, node: Term) -> str:
    """The ``PREFIX`` lines that ``sh:prefixes`` of a constraint or validator declares."""
    found: dict[str, str] = {}
    for holder in _importing(graph, graph.values(node, SH + "prefixes")):
        for item in graph.values(holder, SH + "declare"):
            prefix, space = graph.one(item, SH + "prefix"), graph.one(item, SH + "namespace")
            if not isinstance(prefix, ox.Literal) or not isinstance(space, ox.Literal):
                raise refuse("bad-shape", "a prefix needs sh:prefix and sh:namespace", item)
            if found.setdefault(prefix.value, space.value) != space.value:
                raise refuse("bad-shape", f'"{prefix.value}:" stands for two namespaces', node)
    return "".join(f"PREFIX {p}: <{n}>\n" for p, n in found.items())


def _importing(graph: ShapesGraph, holders: list[Term]) -> list[Term]:
    """The nodes and those that they import, as far as this graph says; nothing is fetched."""
    found = dict.fromkeys(holders)
    todo = list(found)
    while todo:
        for imported in graph.values(todo.pop(), _IMPORTS):
            if imported not in found:
                found[imported] = None
                todo.append(imported)
    return list(found)


def tokens(query: str) -> Iterator[str]:
    """The query cut into tokens; joined again they give the query."""
    return (m[0] for m in _TOKEN.finditer(query))


def _words(query: str) -> list[str]:
    return [t for t in tokens(query) if not t.isspace() and not t.startswith("#")]


def checked_query(query: str, bound: Sequence[str], *, where: Term) -> str:
    """The query, once nothing in it goes against pre-binding.

    Raises ``ShapeError``: unsupported-shape for MINUS, VALUES, SERVICE, for ``AS`` into a
    pre-bound variable and for a sub-query that doesn't pass one on; bad-shape where it doesn't
    parse.
    """
    words = _words(query)
    for word in words:
        if word.upper() in _FORBIDDEN:
            raise refuse(
                "unsupported-shape",
                f"{word.upper()} in a SPARQL constraint",
                where,
                _INSTEAD.get(word.upper(), "Leave it out: nothing is fetched while validating."),
            )
    names = {*bound, "this", "shapesGraph", "currentShape", "value"}
    for before, name in pairwise(words):
        if before.upper() == "AS" and name[:1] in "?$" and name[1:] in names - _reading(words):
            raise refuse("unsupported-shape", f"{name} is bound already, AS can't set it", where)
    for start in _selects(words)[1:]:
        head = words[start + 1 : _body(words, start)]
        if not set(bound) <= {w[1:] for w in head if w[:1] in "?$"}:
            raise refuse(
                "unsupported-shape",
                f"a sub-query must select {', '.join('$' + b for b in bound)}",
                where,
            )
    try:
        ox.Store().query(query)
    except SyntaxError as error:
        raise refuse("bad-shape", f"its query doesn't parse: {error}", where) from error
    return query


def _reading(words: list[str]) -> frozenset[str]:
    """``value`` may be set by the projection of a query that is about the focus node only."""
    return frozenset({"value"}) if "SELECT" in (w.upper() for w in words) else frozenset()


def _selects(words: list[str]) -> list[int]:
    return [i for i, w in enumerate(words) if w.upper() in ("SELECT", "ASK")]


def _body(words: list[str], start: int) -> int:
    return next((i for i in range(start, len(words)) if words[i] == "{"), len(words))


def needs_single_runs(query: str) -> bool:
    """True where answers for many nodes at once would differ from answers for each."""
    words = {w.upper() for w in _words(query)}
    return bool(words & _AGGREGATES)


def batch_form(query: str, columns: Sequence[str]) -> str:
    """The query joined, in every group, with the rows of the bindings' table.

    An ASK becomes a SELECT of the rows for which it is true. Groups of (NOT) EXISTS are left
    alone: they see the bindings of the solution that they are asked about.
    """
    pattern = " ".join(f"?{ROW} <{COLUMN}{c}> ${c} ." for c in columns)
    join = f" GRAPH <{TABLE}> {{ {pattern} }} "
    parts = list(tokens(query))
    out: list[str] = []
    depth, exists = 0, 0  # open braces, and how many there were where EXISTS began
    for number, part in enumerate(parts):
        before, following = _before(parts, number), _next(parts, number)
        if part == "{":
            depth += 1
            exists = exists or (depth if before.upper() == "EXISTS" else 0)
        elif part == "}":
            exists = 0 if depth == exists else exists
            depth -= 1
        inside = bool(exists)
        out.append(part if inside else _joined(part, before, following, join))
    return "".join(out)


def _joined(part: str, before: str, following: str, join: str) -> str:
    """A token outside of EXISTS, with what the batch needs after it."""
    word = part.upper()
    if word == "ASK":
        return f"SELECT ?{ROW} WHERE "
    if word == "SELECT" and following.upper() not in ("DISTINCT", "REDUCED"):
        return part + _project(following)
    if word in ("DISTINCT", "REDUCED") and before.upper() == "SELECT":
        return part + _project(following)
    if word == "BY" and before.upper() == "GROUP":
        return f"{part} ?{ROW} "
    if part == "{" and following.upper() != "SELECT":
        return part + join
    return part


def _project(following: str) -> str:
    return " " if following == "*" else f" ?{ROW} "


def _next(parts: list[str], number: int) -> str:
    for part in parts[number + 1 :]:
        if not part.isspace() and not part.startswith("#"):
            return part
    return ""


def _before(parts: list[str], number: int) -> str:
    for part in reversed(parts[:number]):
        if not part.isspace() and not part.startswith("#"):
            return part
    return ""


def with_path(query: str, path: str) -> str:
    """The query with the property path written for ``$PATH``."""
    return "".join(f"({path})" if t in ("$PATH", "?PATH") else t for t in tokens(query))


def failed(error: Exception, where: Term) -> ShapeError:
    """The error of a query that the engine couldn't run."""
    return refuse("bad-shape", f"its query failed: {error}", where)


def predicates_of(query: str) -> frozenset[str] | None:
    """The properties that a query can read; None where it may read any."""
    from rdflib.plugins.sparql import prepareQuery
    from rdflib.term import Variable

    try:
        algebra = prepareQuery(query).algebra
    except Exception:  # rdflib's parser refuses what Oxigraph's accepts: read everything then
        return None
    found: set[str] = set()
    for triples in _patterns(algebra):
        steps = [t for t in triples if not _may_stand_still(t[1])]
        met = {term for subject, _, value in steps for term in (subject, value)}
        for subject, predicate, value in triples:
            path = predicate.n3()
            if isinstance(predicate, Variable) or "!" in path:
                return None
            fixed = any(e in met or not isinstance(e, Variable) for e in (subject, value))
            if _may_stand_still(predicate) and not fixed:
                return None  # a path of no steps may start at any node of the data
            found |= set(re.findall(r"<([^>]*)>", path))
    return frozenset(found)


def _may_stand_still(path: Any) -> bool:
    """True where a path can be of no steps."""
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    match path:
        case MulPath():
            return path.mod in ("*", "?") or _may_stand_still(path.path)
        case InvPath():
            return _may_stand_still(path.arg)
        case SequencePath():
            return all(map(_may_stand_still, path.args))
        case AlternativePath():
            return any(map(_may_stand_still, path.args))
    return False


def _patterns(algebra: object) -> Iterator[list[tuple[Any, Any, Any]]]:
    """The triples of each basic graph pattern."""
    todo: list[object] = [algebra]
    while todo:
        part = todo.pop()
        if isinstance(part, dict):
            terms = list(_flat(part["triples"])) if "triples" in part else []
            yield list(zip(terms[::3], terms[1::3], terms[2::3], strict=True))
            todo += list(part.values())
        elif isinstance(part, list | tuple | set):
            todo += list(part)


def _flat(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        if isinstance(item, list | tuple):
            yield from _flat(item)
        else:
            yield item
