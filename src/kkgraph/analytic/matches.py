"""Quads of a columnar file by pattern: what pages, exports and copies read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar.session import translated

if TYPE_CHECKING:
    from kkgraph.analytic.graphs import Graphs
    from kkgraph.columnar.tables import Columnar

_FIRST: Final = 200
_BATCH: Final = 50_000
_DEFAULT: Final = -1


class Matches:
    """Reads quads with the words of ``pyoxigraph.Store``, for those who look at single nodes."""

    def __init__(self, columnar: Columnar, graphs: Graphs) -> None:
        self._columnar = columnar
        self._graphs = graphs

    def __len__(self) -> int:
        """The number of quads, those of the default graph included."""
        named = self._columnar.run(f"SELECT count(*) FROM {self._graphs.dataset.named}")
        default = self._columnar.run(f"SELECT count(*) FROM {self._graphs.dataset.default}")
        return int(named[0][0] + default[0][0])

    def named_graphs(self) -> list[ox.NamedNode]:
        """The named graphs, sorted."""
        return [ox.NamedNode(iri) for iri in self._graphs.named]

    def contains_named_graph(self, graph: ox.NamedNode) -> bool:
        """True where the graph has triples."""
        return graph.value in self._graphs.named

    def counts(self) -> dict[str, int]:
        """The number of triples of each named graph, and under ``""`` of the default graph."""
        sizes = dict(self._columnar.run(
            f"SELECT g, count(*) FROM {self._graphs.dataset.named} GROUP BY g"
        ))  # fmt: skip
        default = self._columnar.run(f"SELECT count(*) FROM {self._graphs.dataset.default}")
        named = {iri: int(sizes.get(n, 0)) for iri, n in self._graphs.named.items()}
        return {"": int(default[0][0]), **named}

    def subjects(self, graph: ox.NamedNode, first: int, last: str) -> tuple[int, list[str]]:
        """How many IRIs a graph has triples of, and the first of them in the order of code points.

        Those that match ``last``, a regular expression, come after all others.
        """
        lo, hi = self._columnar.range_of("iri")
        number = self._graphs.named.get(graph.value, -2)
        rows = self._columnar.run(
            f"""
SELECT lex, count(*) OVER () FROM terms SEMI JOIN (
  SELECT s AS id FROM {self._graphs.dataset.named} WHERE g = {number} AND s >= {lo} AND s < {hi}
) USING (id)
ORDER BY regexp_matches(lex, ?), lex LIMIT {first}""",
            [last],
        )
        return (int(rows[0][1]) if rows else 0), [iri for iri, _ in rows]

    def described(self, iris: Iterable[str]) -> frozenset[str]:
        """Those of the IRIs that are the subject of any triple, found in one look."""
        wanted = sorted(set(iris))
        numbers = self._columnar.ids_of([ox.NamedNode(iri) for iri in wanted])
        known = {n: iri for n, iri in zip(numbers, wanted, strict=True) if n is not None}
        if not known:
            return frozenset()
        found = self._columnar.run(
            f"SELECT DISTINCT s FROM triples WHERE s IN ({', '.join(map(str, known))})"
        )
        return frozenset(known[n] for (n,) in found)

    def quads_for_pattern(
        self, subject: Any, predicate: Any, object: Any, graph_name: Any = None
    ) -> Iterator[ox.Quad]:
        """The quads with these terms, None being any; of the default graph and the named ones."""
        wanted = [("s", subject), ("p", predicate), ("o", object)]
        given = [(column, term) for column, term in wanted if term is not None]
        numbers = self._columnar.ids_of([term for _, term in given])
        if None in numbers:
            return
        tests = [f"{c} = {n}" for (c, _), n in zip(given, numbers, strict=True)]
        yield from self.of(self._graph(graph_name), tests)

    def _graph(self, graph: Any) -> list[int] | None:
        if graph is None:
            return None
        if isinstance(graph, ox.DefaultGraph):
            return [_DEFAULT]
        return [self._graphs.named[graph.value]] if graph.value in self._graphs.named else []

    def of(self, graphs: Sequence[int] | None, tests: Sequence[str] = ()) -> Iterator[ox.Quad]:
        """The quads of graphs, given by number (-1: the default graph); None: of all."""
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        parts = []
        if graphs is None or any(g >= 0 for g in graphs):
            chosen = "" if graphs is None else f"g IN ({', '.join(map(str, graphs))})"
            more = " AND ".join([*tests, *([chosen] if chosen else [])])
            named = f"SELECT g, p, s, o FROM {self._graphs.dataset.named}"
            parts.append(f"{named} WHERE {more}" if more else named)
        if graphs is None or _DEFAULT in graphs:
            default = f"SELECT {_DEFAULT} AS g, p, s, o FROM {self._graphs.dataset.default}"
            parts.append(default + where)
        if parts:
            yield from self._read(" UNION ALL ".join(parts))

    def among(self, column: str, iris: Iterable[str]) -> str:
        """The condition of SQL that a column holds one of these IRIs."""
        numbers = self._columnar.ids_of([ox.NamedNode(iri) for iri in iris])
        known = [str(n) for n in numbers if n is not None]
        return f"{column} IN ({', '.join(known) or '-2'})"

    def _read(self, sql: str) -> Iterator[ox.Quad]:
        size = _FIRST
        with translated(), self._columnar.connection.cursor() as cursor:
            cursor.execute(sql)
            while rows := cursor.fetchmany(size):
                yield from self._quads(rows)
                size = _BATCH

    def _quads(self, rows: list[tuple[int, int, int, int]]) -> Iterator[ox.Quad]:
        used = sorted({n for row in rows for n in row if n >= 0})
        terms: dict[int, Any] = dict(zip(used, self._columnar.terms_of(used), strict=True))
        terms[_DEFAULT] = ox.DefaultGraph()
        for g, p, s, o in rows:
            yield ox.Quad(terms[s], terms[p], terms[o], terms[g])
