"""A columnar file as a read-only store: a question is run as SQL, or on Oxigraph."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

import pyoxigraph as ox

from kkgraph import sparql as words
from kkgraph.analytic import wording
from kkgraph.analytic.fallback import Fallback
from kkgraph.analytic.graphs import graphs_of, opened
from kkgraph.analytic.matches import Matches
from kkgraph.analytic.readonly import ReadOnly
from kkgraph.columnar.queries import UncoveredError, compiled
from kkgraph.columnar.written import lines
from kkgraph.errors import QuestionError
from kkgraph.model import Answer, Route, Text
from kkgraph.names import is_merged
from kkgraph.sparql import check_nesting, with_prefixes
from kkgraph.store.base import Limits
from kkgraph.store.execute import check_syntax

if TYPE_CHECKING:
    from kkgraph.columnar.queries import Compiled
    from kkgraph.columnar.tables import Columnar

ENGINES: Final = ("auto", "oxigraph", "columnar")
SMALL: Final = 100_000
"""Up to so many quads Oxigraph answers at once, sooner than SQL is planned."""


class ColumnarStore(ReadOnly):
    """The graphs of a columnar file, for reading only.

    ``engine`` says who answers: ``columnar`` runs a question as SQL wherever it has a translation,
    and on Oxigraph where it has none; ``oxigraph`` runs all of them there, over a copy of the data
    made at the first question; ``auto`` is ``oxigraph`` for small data and ``columnar`` for others.
    Which way a question took, and why, is what ``route`` says.
    """

    what = "a columnar file"
    again = "build the file again: kkgraph columnar build DATA -o FILE.kk"

    def __init__(
        self,
        columnar: Columnar,
        *,
        file: Path | None = None,
        engine: str = "auto",
        in_process: bool = False,
        most_copied: int | None = None,
    ) -> None:
        if engine not in ENGINES:
            raise QuestionError(
                "bad-value",
                f'"{engine}" is no engine',
                where="engine",
                hint=f"Choose one of: {', '.join(ENGINES)}.",
            )
        self.columnar = columnar
        self.file = file
        self.where = str(file or "store")
        self._engine = engine
        self._in_process = in_process
        self._graphs = graphs_of(columnar)
        self.matches = Matches(columnar, self._graphs)
        self._fallback = Fallback(columnar, self._graphs, in_process=in_process, most=most_copied)
        self._lock = threading.RLock()

    @classmethod
    def open(cls, file: Path, *, memory: str | None = None, **how: Any) -> Self:
        """The store of a saved file; ``how`` are the options of the class.

        ``memory`` ("1GB") bounds what SQL takes. Errors as in
        ``kkgraph.columnar.saved.open_saved``.
        """
        from kkgraph.columnar.saved import open_saved

        columnar = open_saved(file, memory=memory)
        try:
            return cls(columnar, file=file, **how)
        except BaseException:
            columnar.close()
            raise

    @property
    def in_process(self) -> bool:
        """True where a time limit of Oxigraph ends this process."""
        return self._in_process

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer, within the limits; which engine gives it says ``route``."""
        plan, _ = self._planned(sparql)
        found = None if plan is None else self._by_sql(plan, limits)
        return self._fallback.query(sparql, limits) if found is None else found

    def query_apart(self, sparql: str, limits: Limits) -> Answer:
        """As ``query``; where Oxigraph answers, in a process of its own. SQL stops by itself."""
        plan, _ = self._planned(sparql)
        found = None if plan is None else self._by_sql(plan, limits)
        return self._fallback.query(sparql, limits, apart=True) if found is None else found

    def query_about(self, sparql: str, iris: Sequence[str], limits: Limits) -> Answer:
        """As ``kkgraph.store.base.query_about``; by SQL the list goes as a table of numbers."""
        check_nesting(sparql)
        if self._engine != "oxigraph" and not (self._engine == "auto" and self._is_small):
            given = [ox.NamedNode(words.iri(iri)[1:-1]) for iri in iris]
            text, dataset = with_prefixes(sparql), self._graphs.dataset
            with suppress(UncoveredError):
                plan = compiled(self.columnar, text, dataset, given=given)
                found = self._by_sql(plan, limits)
                if found is not None:
                    return found
        return self._fallback.query(words.with_list(sparql, iris), limits)

    def _by_sql(self, plan: Compiled, limits: Limits) -> Answer | None:
        """The answer of a plan; None where a value of the data needs another engine after all."""
        try:
            with self._lock:
                return plan.answer(timeout_s=limits.timeout_s, max_rows=limits.max_rows)
        except UncoveredError:
            return None

    def query_over(
        self, sparql: str, limits: Limits, default: Sequence[str], named: Sequence[str]
    ) -> Answer | None:
        """The answer over a dataset of these graphs, by SQL; None where it has no translation.

        The query's own ``FROM`` must have been taken out.
        """
        dataset = self._graphs.over(default, named)
        try:
            plan = compiled(self.columnar, with_prefixes(sparql), dataset)
        except (UncoveredError, QuestionError):
            return None
        return self._by_sql(plan, limits)

    def triples_in(self, graphs: Sequence[str]) -> str:
        """A SELECT (p, s, o) of the triples of some named graphs, each once; see ``Graphs``."""
        return self._graphs.triples(graphs)

    def lines(
        self, graphs: Sequence[str] | None, *, merged: bool = False, default: bool = False
    ) -> Iterator[str]:
        """Pieces of N-Quads, whole lines each: the quads of some graphs, or of all, as ``quads``.

        ``merged`` gives their triples instead, each once, which is N-Triples; ``default`` the
        derived default graph beside them.
        """
        rows = self._graphs.quads(graphs)
        if merged:
            rows = f"SELECT DISTINCT -1 AS g, p, s, o FROM ({rows})"
        elif default:
            chosen = self.graphs() if graphs is None else graphs
            inside = self._graphs.quads([g for g in chosen if is_merged(g)])
            rows += f" UNION ALL SELECT DISTINCT -1 AS g, p, s, o FROM ({inside})"
        return lines(self.columnar, rows)

    def copied(self, sparql: str) -> ox.Store:
        """Oxigraph's engine over a copy that has all that the question reads."""
        return self._fallback.copy(sparql).engine

    def only(self, wanted: Callable[[str], bool], *, memory: str | None = None) -> Columnar:
        """The data opened once more, with the triples of the default graph and some named ones.

        Close it when it is no longer needed.
        """
        from kkgraph.columnar.tables import Columnar

        numbers = [n for iri, n in self._graphs.named.items() if wanted(iri)]
        if self.file is None:
            return Columnar.from_quads(self.matches.of([-1, *numbers]))
        return opened(self.file, self._graphs, numbers, memory=memory)

    def route(self, sparql: str) -> Route:
        """The way that a question takes, and why; ``QuestionError`` bad-sparql."""
        plan, reason = self._planned(sparql)
        if plan is not None:
            return Route("columnar", reason, plan.explain(), plan.sql)
        check_syntax(sparql)
        return Route("oxigraph", reason, notice=self._fallback.forms.notice())

    def _planned(self, sparql: str) -> tuple[Compiled | None, Text]:
        """The plan in SQL, or None where Oxigraph is to answer; and the reason in either case."""
        check_nesting(sparql)
        if self._engine == "oxigraph":
            return None, wording.asked()
        if self._engine == "auto" and self._is_small:
            return None, wording.small(self.columnar.n_quads)
        chosen = self._engine == "columnar"
        reason = wording.asked() if chosen else wording.large(self.columnar.n_quads)
        try:
            return compiled(self.columnar, with_prefixes(sparql), self._graphs.dataset), reason
        except UncoveredError as error:
            return None, wording.uncovered(str(error))
        except QuestionError:
            check_syntax(sparql)  # it names the place in the text as it was given
            return None, wording.uncovered("the text")

    @property
    def _is_small(self) -> bool:
        """True where Oxigraph is quicker, and keeps every literal as it is."""
        return self.columnar.n_quads <= SMALL and not self._fallback.forms.count

    def close(self) -> None:
        """Close the file; end what Oxigraph holds."""
        self._fallback.close()
        self.columnar.close()
