"""Property paths of more than one step; the only place where SQL repeats itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.closures import Closure
from kkgraph.columnar.queries.columns import NOTHING, Column, Form, Origin, Relation
from kkgraph.columnar.queries.steps import constant, facts_of, predicate
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler


def walked(compiler: Compiler, walk: f.Walk, left: Relation | None) -> Relation:
    """The solutions of a path; a repeated one starts from what ``left`` binds, where it does."""
    return _Walker(compiler, walk).relation(left)


class _Walker:
    """Writes one path in one graph."""

    def __init__(self, compiler: Compiler, walk: f.Walk) -> None:
        self._compiler = compiler
        self._walk = walk
        self._facts = facts_of(compiler, walk.graph)
        self._in_each = isinstance(walk.graph, f.Variable)
        self._g = "g, " if self._in_each else ""

    def _same(self, one: str, two: str) -> str:
        """The condition that two rows are of one graph, behind another condition."""
        return f" AND {one}.g = {two}.g" if self._in_each else ""

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
        graph = self._walk.graph
        if isinstance(graph, f.Variable):
            name = self._compiler.column_name(graph.name)
            columns[graph.name] = Column(name, Form.NUMBER, origins=frozenset({("g", -1)}))
            selects.append(f"w.g AS {name}")
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
                return f"SELECT {self._g}s AS f, o AS v FROM {self._facts} WHERE p = {number}"
            case Inverse(inner):
                return f"SELECT {self._g}v AS f, f AS v FROM ({self._edges(inner)})"
            case Alternative(parts):
                return " UNION ALL ".join(f"({self._edges(part)})" for part in parts)
            case Sequence(parts):
                return self._in_sequence(parts)
            case f.Negated(forward, _):
                numbers = ", ".join(predicate(self._compiler, iri) for iri in forward or ())
                where = f" WHERE p NOT IN ({numbers})" if numbers else ""
                return f"SELECT {self._g}s AS f, o AS v FROM {self._facts}{where}"
            case Repeat():
                return f"SELECT {self._g}f, v FROM {self._closed(path, None)}"

    def _in_sequence(self, parts: tuple[Path, ...]) -> str:
        sources = ", ".join(f"({self._edges(part)}) w{n}" for n, part in enumerate(parts))
        joins = " AND ".join(
            f"w{n}.v = w{n + 1}.f{self._same(f'w{n}', f'w{n + 1}')}" for n in range(len(parts) - 1)
        )
        graph = "w0.g, " if self._in_each else ""
        return f"SELECT {graph}w0.f, w{len(parts) - 1}.v FROM {sources} WHERE {joins}"

    def _repeated(self, path: Repeat, left: Relation | None) -> str:
        """The (f, v) of a repeated path, walked from whichever end is known."""
        start, end = self._walk.start, self._walk.end
        if isinstance(start, f.Constant):
            return self._closed(path, self._constant(start))
        if isinstance(end, f.Constant):
            return self._back(path, self._constant(end))
        forward = self._bound(start, left)
        if forward is not None:
            return self._closed(path, self._seeds(path, forward, left))
        backward = self._bound(end, left)
        if backward is not None:
            return self._back(path, self._seeds(path, backward, left))
        return self._closed(path, None)

    def _back(self, path: Repeat, seeds: str) -> str:
        back = self._closed(Repeat(Inverse(path.path), path.sign), seeds)
        return self._compiler.step(
            "path", "turned round", f"SELECT {self._g}v AS f, f AS v FROM {back}"
        )

    def _constant(self, node: f.Constant) -> str:
        number = constant(self._compiler, node.term)
        sql = f"SELECT CAST({number} AS BIGINT) AS f"
        if self._in_each:
            sql = f"SELECT DISTINCT g, CAST({number} AS BIGINT) AS f FROM {self._facts}"
        return self._compiler.shared("seeds", "where the path begins", sql)

    def _bound(self, node: f.Variable, left: Relation | None) -> Column | None:
        """The column of what comes before that always binds a variable to a number."""
        column = None if left is None else left.columns.get(node.name)
        if column is None or column.maybe or column.form is not Form.NUMBER or self._in_each:
            return None
        return column

    def _seeds(self, path: Repeat, column: Column, left: Relation | None) -> str:
        """A relation ``f`` of the nodes where a walk begins: those of the graph among the bound."""
        assert left is not None
        sql = f"SELECT DISTINCT l.{column.sql} AS f FROM {left.sql} l"
        if path.sign != "+" and not self._is_node(column):
            sql += f" SEMI JOIN {self._nodes()} n ON n.f = l.{column.sql}"
        return self._compiler.step("seeds", "where the path begins", sql)

    def _is_node(self, column: Column) -> bool:
        """Whether all terms of a column are known to be nodes of the graph."""
        if not self._compiler.one_graph or column.origins is None:
            return False
        return all(where in ("s", "o") for where, _ in column.origins)

    def _nodes(self) -> str:
        sql = (
            f"SELECT {self._g}s AS f FROM {self._facts} UNION SELECT {self._g}o FROM {self._facts}"
        )
        return self._compiler.shared("nodes", "the nodes of the graph", sql)

    def _closed(self, path: Repeat, seeds: str | None) -> str:
        """The name of a relation (f, v), each pair once."""
        sql = self._edges(path.path)
        if not _is_one_step(path.path):  # of which each is there once
            sql = f"SELECT DISTINCT {self._g}f, v FROM ({sql})"
        edges = self._compiler.shared("edges", f"one turn of {path}", sql)
        g = "e.g, " if self._in_each else ""
        once = f"SELECT {g}e.f, e.v FROM {edges} e"
        once += f" SEMI JOIN {seeds} x ON x.f = e.f{self._same('x', 'e')}" if seeds else ""
        if path.sign == "+":
            first = once
        else:
            first = f"SELECT {self._g}f, f AS v FROM {seeds or self._nodes()}"
        title = f"along {path}"
        if path.sign == "?":
            return self._compiler.step("path", title, f"{first} UNION {once}")
        closure = Closure(str(path), edges, seeds or "", self._in_each)
        self._compiler.closures.append(closure)
        name = self._compiler.next_name("path")
        g = "r.g, " if self._in_each else ""
        again = f"SELECT {g}r.f, e.v FROM {name} r"
        again += f" JOIN {edges} e ON e.f = r.v{self._same('e', 'r')}"
        return self._compiler.step("path", title, f"{first} UNION {again}")


def _is_one_step(path: Path) -> bool:
    while isinstance(path, Inverse):
        path = path.path
    return isinstance(path, Predicate)
