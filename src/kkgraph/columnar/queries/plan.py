"""A query's plan: on arrays where it can be, else as one statement; and the words for it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.closures import check_pairs, makes_all
from kkgraph.columnar.queries.compiler import Compiler
from kkgraph.columnar.queries.decoding import terms_in
from kkgraph.columnar.queries.describing import described
from kkgraph.columnar.queries.ordering import Arranged, arranged
from kkgraph.columnar.queries.reading import read
from kkgraph.columnar.queries.rows import in_rows
from kkgraph.columnar.queries.running import Running
from kkgraph.columnar.queries.scopes import graphs, terms
from kkgraph.columnar.queries.sizes import check
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.tabling import with_list
from kkgraph.columnar.queries.templates import instances, some
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.solving import BeyondError, lacking, solved
from kkgraph.model import Answer

if TYPE_CHECKING:
    import pyarrow as pa

    from kkgraph.columnar.queries import Dataset
    from kkgraph.columnar.tables import Columnar


@dataclass(frozen=True, slots=True)
class Statement:
    """A query as SQL: the parts of the statement, and how the answer is read."""

    compiler: Compiler
    found: Arranged

    def sql(self, most: int | None = None, *, handed: bool = False) -> str:
        """The statement, for at most so many rows; ``handed`` as in ``Compiler.statement``."""
        columns = ", ".join(c.sql for c in self.found.relation.columns.values()) or '"."'
        last = f"SELECT {columns} FROM {self.found.relation.sql}{self.found.clauses(most)}"
        return self.compiler.statement(last, handed=handed, instead=self.found.instead(most))

    def table(self, running: Running, most: int | None) -> pa.Table:
        """What the engine finds; long lists of terms are handed over beside the statement."""
        return running.table(self.sql(most, handed=True), **self.compiler.handed_over())

    def rows(
        self, running: Running, names: tuple[str, ...], most: int | None
    ) -> list[tuple[Any, ...]]:
        """The rows of the answer, with these variables."""
        table = self.table(running, most)
        columns = self.found.relation.columns
        terms = terms_in(table, list(columns.values()), self.compiler.space)
        found = dict(zip(columns, terms, strict=True))
        empty = [None] * table.num_rows
        return in_rows(found.get(name, empty) for name in names) or (
            [()] * table.num_rows if not names else []
        )


class Plan:
    """A query's plan: its form, whether it is for arrays, and its statement."""

    def __init__(
        self,
        columnar: Columnar,
        text: str,
        dataset: Dataset,
        given: Sequence[f.Term] | None = None,
    ) -> None:
        self.text = text
        self.query = read(text)
        if given is not None:
            rows = tuple((term,) for term in given)
            self.query = replace(self.query, pattern=with_list(self.query.pattern, rows))
        self.lacking = lacking(self.query)
        self._columnar = columnar
        self._dataset = dataset

    @cached_property
    def statement(self) -> Statement:
        """The statement; raises ``UncoveredError``."""
        space = self._space()
        compiler = Compiler(space, _chosen(space, self.query, self._dataset))
        compiler.one_graph = not any(graphs(self.query.pattern))
        if self.query.kind == "DESCRIBE":
            return Statement(compiler, described(compiler, self.query))
        return Statement(compiler, arranged(compiler, self.query.pattern))

    def _space(self) -> Space:
        space = Space(self._columnar)
        space.learn(terms(self.query.pattern))
        return space

    @property
    def sql(self) -> str:
        """The statement, as the engine gets it (without a limit on rows).

        Empty where only arrays can answer.
        """
        try:
            return self.statement.sql()
        except UncoveredError:
            return ""

    def explain(self) -> str:
        """The way from SPARQL to SQL, for a reader."""
        from kkgraph.columnar.queries.explaining import explanation

        steps = self.statement.compiler.steps if self.sql else []
        return explanation(self.text, self.query, steps, self.sql, self.lacking)

    def answer(self, *, timeout_s: float | None = None, max_rows: int | None = None) -> Answer:
        """The answer, at most ``max_rows`` rows or triples of it; see ``Compiled.answer``."""
        begun = time.monotonic()
        if self.lacking is None:
            try:
                return self.by_arrays(timeout_s=timeout_s, max_rows=max_rows)
            except BeyondError:
                pass  # the statement says the same, and has more room
        if timeout_s is not None:
            timeout_s = max(timeout_s - (time.monotonic() - begun), 0.0)
        return self.by_sql(timeout_s=timeout_s, max_rows=max_rows)

    def by_arrays(self, *, timeout_s: float | None = None, max_rows: int | None = None) -> Answer:
        """The answer from arrays; raises ``BeyondError``, and ``StoreError`` timeout."""
        if self.lacking is not None:
            raise BeyondError(self.lacking)
        space = self._space()
        data = _chosen(space, self.query, self._dataset)
        return solved(self.query, space, data, timeout_s=timeout_s, max_rows=max_rows)

    def by_sql(self, *, timeout_s: float | None = None, max_rows: int | None = None) -> Answer:
        """The answer of the statement; the errors of ``Compiled.answer``."""
        statement = self.statement
        space, dataset = statement.compiler.space, statement.compiler.dataset
        with Running(self._columnar, timeout_s) as running:
            check(self.query, space, dataset, running, max_rows)
            if makes_all(self.query):
                compiler = statement.compiler
                check_pairs(compiler.closures, compiler, self._columnar, running)
            if self.query.kind == "ASK":
                return Answer(truth=bool(statement.table(running, 1).num_rows))
            if self.query.kind in ("CONSTRUCT", "DESCRIBE"):
                return self._triples(running, max_rows)
            most = None if max_rows is None else max_rows + 1
            rows = statement.rows(running, self.query.names, most)
        cut = max_rows is not None and len(rows) > max_rows
        return Answer(self.query.names, tuple(rows[:max_rows]), truncated=cut)

    def _triples(self, running: Running, max_rows: int | None) -> Answer:
        names = tuple(self.statement.found.relation.columns)
        if self.query.kind == "DESCRIBE":
            most = None if max_rows is None else max_rows + 1
            import pyoxigraph as ox

            rows = self.statement.rows(running, names, most)
            triples = [ox.Triple(s, p, o) for s, p, o in rows]
        else:
            rows = self.statement.rows(running, names, None)
            triples = some(instances(self.query.template, names, rows), max_rows)
        cut = max_rows is not None and len(triples) > max_rows
        return Answer(triples=tuple(triples[:max_rows]), truncated=cut)


def compiled(
    columnar: Columnar, sparql: str, dataset: Dataset, given: Sequence[f.Term] | None = None
) -> Plan:
    """The plan of a query; see ``kkgraph.columnar.queries.compiled``."""
    plan = Plan(columnar, sparql, dataset, given)
    if plan.lacking is not None:
        plan.statement  # noqa: B018 - it tells what isn't covered
    return plan


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
