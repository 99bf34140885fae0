"""A compiled query: its statement, the words for it, and its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.compiler import Compiler
from kkgraph.columnar.queries.decoding import Decoder
from kkgraph.columnar.queries.describing import described
from kkgraph.columnar.queries.ordering import Arranged, arranged
from kkgraph.columnar.queries.reading import read
from kkgraph.columnar.queries.running import Running
from kkgraph.columnar.queries.scopes import graphs, terms
from kkgraph.columnar.queries.sizes import check
from kkgraph.columnar.queries.space import Space
from kkgraph.model import Answer

if TYPE_CHECKING:
    from kkgraph.columnar.queries import Dataset
    from kkgraph.columnar.tables import Columnar


@dataclass(frozen=True, slots=True)
class Plan:
    """A query's plan: the form, the parts of the statement, and how the answer is read."""

    text: str
    query: f.Query
    compiler: Compiler
    found: Arranged

    @property
    def sql(self) -> str:
        """The statement, as the engine gets it (without a limit on rows)."""
        return self._statement(None)

    def _statement(self, most: int | None) -> str:
        columns = ", ".join(c.sql for c in self.found.relation.columns.values()) or '"."'
        last = f"SELECT {columns} FROM {self.found.relation.sql}{self.found.clauses(most)}"
        return self.compiler.statement(last)

    def explain(self) -> str:
        """The way from SPARQL to SQL, for a reader."""
        from kkgraph.columnar.queries.explaining import explanation

        return explanation(self.text, self.query, self.compiler.steps, self.sql)

    def answer(self, *, timeout_s: float | None = None, max_rows: int | None = None) -> Answer:
        """The answer, at most ``max_rows`` rows or triples of it.

        Raises ``StoreError``: timeout, out-of-memory, engine-failed; ``QuestionError``
        too-many-solutions; ``UncoveredError`` where the data hold what the statement can't answer
        exactly.
        """
        space = self.compiler.space
        with Running(space.columnar, timeout_s) as running:
            check(self.query, space, self.compiler.dataset, running, max_rows)
            if self.query.kind == "ASK":
                return Answer(truth=bool(running.table(self._statement(1)).num_rows))
            if self.query.kind in ("CONSTRUCT", "DESCRIBE"):
                return self._triples(running, max_rows)
            most = None if max_rows is None else max_rows + 1
            rows = self._rows(running, self.query.names, most)
        cut = max_rows is not None and len(rows) > max_rows
        return Answer(self.query.names, tuple(rows[:max_rows]), truncated=cut)

    def _rows(
        self, running: Running, names: tuple[str, ...], most: int | None
    ) -> list[tuple[Any, ...]]:
        table = running.table(self._statement(most))
        decoder = Decoder(self.compiler.space, running)
        columns = self.found.relation.columns
        found = dict(zip(columns, decoder.columns(table, list(columns.values())), strict=True))
        empty = [None] * table.num_rows
        return list(zip(*(found.get(name, empty) for name in names), strict=True)) or (
            [()] * table.num_rows if not names else []
        )

    def _triples(self, running: Running, max_rows: int | None) -> Answer:
        from kkgraph.columnar.queries.templates import instances

        names = tuple(self.found.relation.columns)
        if self.query.kind == "DESCRIBE":
            most = None if max_rows is None else max_rows + 1
            import pyoxigraph as ox

            rows = self._rows(running, names, most)
            triples = [ox.Triple(s, p, o) for s, p, o in rows]
        else:
            found = instances(self.query.template, names, self._rows(running, names, None))
            triples = list(_some(found, max_rows))
        cut = max_rows is not None and len(triples) > max_rows
        return Answer(triples=tuple(triples[:max_rows]), truncated=cut)


def _some(found: Iterator[Any], most: int | None) -> Iterator[Any]:
    from itertools import islice

    return found if most is None else islice(found, most + 1)


def compiled(columnar: Columnar, sparql: str, dataset: Dataset) -> Plan:
    """The plan of a query; see ``kkgraph.columnar.queries.compiled``."""
    query = read(sparql)
    space = Space(columnar)
    space.learn(terms(query.pattern))
    compiler = Compiler(space, _chosen(space, query, dataset))
    compiler.one_graph = not any(graphs(query.pattern))
    if query.kind == "DESCRIBE":
        found = described(compiler, query)
    else:
        found = arranged(compiler, query.pattern)
    return Plan(sparql, query, compiler, found)


def _chosen(space: Space, query: f.Query, dataset: Dataset) -> Dataset:
    """The dataset that FROM and FROM NAMED make of a dataset."""
    import pyoxigraph as ox

    if query.graphs is None or query.named is None:
        return dataset
    named = dataset.named
    source = f"({named})" if named.strip().upper().startswith("SELECT") else named

    def among(graphs: tuple[str, ...]) -> str:
        numbers = ", ".join(str(space.number(ox.NamedNode(g))) for g in graphs)
        return f"g IN ({numbers})" if numbers else "false"

    return type(dataset)(
        f"SELECT DISTINCT p, s, o FROM {source} WHERE {among(query.graphs)}",
        f"SELECT g, p, s, o FROM {source} WHERE {among(query.named)}",
    )
