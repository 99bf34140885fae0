"""Property paths as SQL: from nodes to what a path leads to."""

from __future__ import annotations

from collections.abc import Callable

from kkgraph.columnar.space import Space
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence


class Walks:
    """Writes the SQL of paths; ``table`` makes a named table for a part that is used twice."""

    def __init__(self, space: Space, table: Callable[[str, str, str], str]) -> None:
        self._space = space
        self._table = table

    def ends(self, focus: str, path: Path) -> str:
        """A SELECT of the distinct (f, v) that the path gives for the nodes ``f`` of a table."""
        if isinstance(path, Predicate):
            return self._one_step(focus, path.iri, "s", "o")
        if isinstance(path, Inverse) and isinstance(path.path, Predicate):
            return self._one_step(focus, path.path.iri, "o", "s")
        start = f"SELECT f, f AS v FROM {focus}"
        return f"SELECT DISTINCT f, v FROM ({self._walk(start, path, forward=True)})"

    def back(self, nodes: str, path: Path) -> str:
        """A SELECT of the distinct nodes ``f`` from which the path leads to the nodes ``v``."""
        start = f"SELECT v AS f, v FROM {nodes}"
        walk = self._walk(start, path, forward=False)
        return f"SELECT DISTINCT v AS f FROM ({walk})"

    def _one_step(self, focus: str, predicate: str, start: str, end: str) -> str:
        number = self._space.write(self._space.iri(predicate))
        return (
            f"SELECT t.{start} AS f, t.{end} AS v FROM facts t "
            f"SEMI JOIN {focus} x ON t.{start} = x.f WHERE t.p = {number}"
        )

    def _walk(self, start: str, path: Path, *, forward: bool) -> str:
        match path:
            case Predicate(iri):
                near, far = ("s", "o") if forward else ("o", "s")
                number = self._space.write(self._space.iri(iri))
                return (
                    f"SELECT w.f, t.{far} AS v FROM ({start}) w "
                    f"JOIN facts t ON t.{near} = w.v WHERE t.p = {number}"
                )
            case Inverse(inner):
                return self._walk(start, inner, forward=not forward)
            case Sequence(parts):
                for part in parts if forward else reversed(parts):
                    start = self._walk(start, part, forward=forward)
                return start
            case Alternative(parts):
                origin = self._table("walk", "where the alternatives start", start)
                each = (self._walk(f"FROM {origin}", p, forward=forward) for p in parts)
                return " UNION ".join(f"({sql})" for sql in each)
            case Repeat(inner, sign):
                return self._repeat(start, inner, sign, forward)

    def _repeat(self, start: str, path: Path, sign: str, forward: bool) -> str:
        origin = self._table("walk", f"where ({path}){sign} starts", start)
        if sign == "?":
            once = self._walk(f"FROM {origin}", path, forward=forward)
            return f"(SELECT f, v FROM {origin}) UNION ({once})"
        first = f"SELECT f, v FROM {origin}"
        if sign == "+":
            first = self._walk(f"FROM {origin}", path, forward=forward)
        edges = self._edges(path, forward)
        return (
            f"WITH RECURSIVE reach AS (({first}) UNION "
            f"(SELECT r.f, e.v FROM reach r JOIN {edges} e ON e.f = r.v)) "
            "SELECT f, v FROM reach"
        )

    def _edges(self, path: Path, forward: bool) -> str:
        """A table of all the (f, v) between which the path leads, for one turn of a repetition."""
        if isinstance(path, Predicate):
            near, far = ("s", "o") if forward else ("o", "s")
            number = self._space.write(self._space.iri(path.iri))
            sql = f"SELECT {near} AS f, {far} AS v FROM facts WHERE p = {number}"
            return self._table("edges", f"all steps of {path}", sql)
        nodes = "SELECT s AS f, s AS v FROM facts UNION SELECT o, o FROM facts"
        walk = self._walk(nodes, path, forward=forward)
        return self._table("edges", f"all steps of {path}", f"SELECT DISTINCT f, v FROM ({walk})")
