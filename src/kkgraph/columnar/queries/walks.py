"""Property paths of more than one step; the only place where SQL repeats itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import NOTHING, Column, Form, Origin, Relation
from kkgraph.columnar.queries.steps import constant, facts_of, predicate
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler


def walked(compiler: Compiler, walk: f.Walk, left: Relation | None) -> Relation:
    """The solutions of a path; a repeated one starts from what ``left`` binds, where it does."""
    if isinstance(walk.graph, f.Variable):
        raise UncoveredError("a path in GRAPH with a variable")
    return _Walker(compiler, walk).relation(left)


class _Walker:
    """Writes one path in one graph."""

    def __init__(self, compiler: Compiler, walk: f.Walk) -> None:
        self._compiler = compiler
        self._walk = walk
        self._facts = facts_of(compiler, walk.graph)

    def relation(self, left: Relation | None) -> Relation:
        path = self._walk.path
        if isinstance(path, Repeat):
            return self._ends(self._repeated(path, left))
        return self._ends(self._compiler.step("path", f"along {path}", self._edges(path)))

    def _ends(self, pairs: str) -> Relation:
        """The variables of the ends, from a relation (f, v)."""
        columns: dict[str, Column] = {}
        selects, conditions = [], []
        for side, node in (("f", self._walk.start), ("v", self._walk.end)):
            if isinstance(node, f.Constant):
                conditions.append(f"w.{side} = {constant(self._compiler, node.term)}")
            elif node.name in columns:
                conditions.append("w.f = w.v")
            else:
                column = Column(
                    self._compiler.column_name(node.name), Form.NUMBER, origins=self._origins()
                )
                columns[node.name] = column
                selects.append(f"w.{side} AS {column.sql}")
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        sql = f"SELECT {', '.join(selects) or NOTHING} FROM {pairs} w{where}"
        return Relation(self._compiler.step("ends", "the ends of the path", sql), columns)

    def _origins(self) -> frozenset[Origin]:
        """Any node of the graph, or a term at an end."""
        found: set[Origin] = {("s", -1), ("o", -1)}
        for node in (self._walk.start, self._walk.end):
            if isinstance(node, f.Constant):
                found.add(("c", self._compiler.space.number(node.term)))
        return frozenset(found)

    def _edges(self, path: Path | f.Negated) -> str:
        """A SELECT of all the (f, v) between which a path leads, as often as it does."""
        match path:
            case Predicate(iri):
                number = predicate(self._compiler, iri)
                return f"SELECT s AS f, o AS v FROM {self._facts} WHERE p = {number}"
            case Inverse(inner):
                return f"SELECT v AS f, f AS v FROM ({self._edges(inner)})"
            case Alternative(parts):
                return " UNION ALL ".join(f"({self._edges(part)})" for part in parts)
            case Sequence(parts):
                return self._in_sequence(parts)
            case f.Negated(forward, _):
                numbers = ", ".join(predicate(self._compiler, iri) for iri in forward or ())
                where = f" WHERE p NOT IN ({numbers})" if numbers else ""
                return f"SELECT s AS f, o AS v FROM {self._facts}{where}"
            case Repeat():
                return f"SELECT f, v FROM {self._closed(path, None)}"

    def _in_sequence(self, parts: tuple[Path, ...]) -> str:
        sources = ", ".join(f"({self._edges(part)}) w{n}" for n, part in enumerate(parts))
        joins = " AND ".join(f"w{n}.v = w{n + 1}.f" for n in range(len(parts) - 1))
        return f"SELECT w0.f, w{len(parts) - 1}.v FROM {sources} WHERE {joins}"

    def _repeated(self, path: Repeat, left: Relation | None) -> str:
        """The (f, v) of a repeated path, walked from whichever end is known."""
        walk = self._walk
        start, end = self._seeds(walk.start, left), self._seeds(walk.end, left)
        if start is not None or end is None:
            return self._closed(path, start)
        back = self._closed(Repeat(Inverse(path.path), path.sign), end)
        sql = f"SELECT v AS f, f AS v FROM {back}"
        return self._compiler.step("path", "turned round", sql)

    def _seeds(self, node: f.Node, left: Relation | None) -> str | None:
        """A relation ``f`` of the nodes where a walk begins; None where any may be one."""
        if isinstance(node, f.Constant):
            number = constant(self._compiler, node.term)
            sql = f"SELECT CAST({number} AS BIGINT) AS f"
            return self._compiler.shared("seeds", "where the path begins", sql)
        column = None if left is None else left.columns.get(node.name)
        if left is None or column is None or column.maybe or column.form is not Form.NUMBER:
            return None
        sql = (
            f"SELECT DISTINCT l.{column.sql} AS f FROM {left.sql} l"
            f" SEMI JOIN {self._nodes()} n ON n.f = l.{column.sql}"
        )
        return self._compiler.step("seeds", "where the path begins", sql)

    def _nodes(self) -> str:
        sql = f"SELECT s AS f FROM {self._facts} UNION SELECT o FROM {self._facts}"
        return self._compiler.shared("nodes", "the nodes of the graph", sql)

    def _closed(self, path: Repeat, seeds: str | None) -> str:
        """The name of a relation (f, v), each pair once."""
        sql = f"SELECT DISTINCT f, v FROM ({self._edges(path.path)})"
        edges = self._compiler.shared("edges", f"one turn of {path}", sql)
        if path.sign == "+":
            first = f"SELECT e.f, e.v FROM {edges} e"
            first += f" SEMI JOIN {seeds} x ON x.f = e.f" if seeds else ""
        else:
            first = f"SELECT f, f AS v FROM {seeds or self._nodes()}"
        title = f"along {path}"
        if path.sign == "?":
            once = f"SELECT e.f, e.v FROM {edges} e"
            once += f" SEMI JOIN {seeds} x ON x.f = e.f" if seeds else ""
            return self._compiler.step("path", title, f"{first} UNION {once}")
        name = self._compiler.next_name("path")
        again = f"SELECT r.f, e.v FROM {name} r JOIN {edges} e ON e.f = r.v"
        return self._compiler.step("path", title, f"{first} UNION {again}")
