"""Where jobs are done: a table of kinds, over a store for reading or over the one that writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import catalogue, names, sparql
from kkgraph.analytic import ColumnarStore
from kkgraph.analytic.matches import Matches
from kkgraph.errors import QuestionError, StoreError
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import Answer, Question
from kkgraph.opening import SAVED
from kkgraph.reading import Reader
from kkgraph.store import Limits, OxigraphStore, Store
from kkgraph.store.execute import run
from kkgraph.store.snapshots import of_snapshot
from kkgraph.web import answering, asking, describing, writing
from kkgraph.web.messages import Job, Reply
from kkgraph.web.pages.jobs import JOBS

if TYPE_CHECKING:
    from kkgraph.tables import Table
    from kkgraph.web.contact import Contact

REMEDY: Final = (
    "A server asks only those machines that whoever runs it allows: --allow-service. Write each as "
    "SERVICE <its whole address>."
)
"""What to do where a query may not contact another machine."""
_PREPARED_UP_TO: Final = 300_000
_MEMORY: Final = "1GB"
"""What SQL over a columnar file may take; a process may take some more (``Bounds``)."""
_MOVED_OUT: Final = "4GB"
"""What SQL may move out of memory into temporary files; beyond, the question ends (507)."""
_COPIED: Final = 1_500_000
"""Quads of a large columnar file that are copied for a question without a translation to SQL."""
_LABELLED: Final = (
    f"SELECT DISTINCT ?n WHERE {{ GRAPH ?g {{ ?n <{names.PREF_LABEL}>|<{names.RDFS_LABEL}> ?l }} }}"
)
_FINDINGS: Final = f"SELECT DISTINCT ?f WHERE {{ GRAPH ?g {{ ?f a <{names.KK}Finding> }} }}"
_GAPS: Final = f"SELECT DISTINCT ?f WHERE {{ GRAPH ?g {{ ?f a <{names.KK}KnowledgeGap> }} }}"


class Direct(OxigraphStore):
    """A store whose queries run as they are: the front ends this process if they take long."""

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer; of the limits only the rows count."""
        return run(self.engine, sparql, limits.max_rows)

    def query_apart(self, sparql: str, limits: Limits) -> Answer:
        """The same: this process is the one apart."""
        return self.query(sparql, limits)


@contextmanager
def _fatal() -> Iterator[None]:
    """Turn out-of-memory into ``MemoryError``, which ends the process."""
    try:
        yield
    except StoreError as error:
        if error.code == "out-of-memory":
            raise MemoryError(error.message) from error
        raise


class DirectFile(ColumnarStore):
    """A columnar file whose questions run as they are, as with ``Direct``."""

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer; of the limits only the rows count.

        Raises ``MemoryError`` where memory ran out, which ends this process: the engine may not
        find its way back.
        """
        with _fatal():
            return super().query(sparql, Limits(None, limits.max_rows))

    def query_about(self, sparql: str, iris: Sequence[str], limits: Limits) -> Answer:
        """As ``query``."""
        with _fatal():
            return super().query_about(sparql, iris, Limits(None, limits.max_rows))

    def query_apart(self, sparql: str, limits: Limits) -> Answer:
        """The same: this process is the one apart."""
        return self.query(sparql, limits)


class Desk:
    """Reads one snapshot of the store, and answers from it until it is given the next."""

    def __init__(self) -> None:
        self.engine: ox.Store | Matches = ox.Store()
        self.graph = KnowledgeGraph(Direct(ox.Store(), in_process=True))
        self.questions: dict[str, Question] = {}
        self.merged: dict[tuple[str, ...], ox.Store] = {}
        self.contact: Contact | None = None
        self._kept: dict[str, Any] = {}
        self._elsewhere = False

    def keep(self, name: str, make: Callable[[], Any]) -> Any:
        """What ``make`` gave under this name since the last snapshot; made the first time."""
        if name not in self._kept:
            self._kept[name] = make()
        return self._kept[name]

    def described(self, iris: Iterable[str]) -> frozenset[str]:
        """Those of the IRIs of which the graph says anything."""
        if isinstance(self.engine, Matches):
            return self.engine.described(iris)
        read = self.engine.quads_for_pattern
        nodes = ((iri, ox.NamedNode(iri)) for iri in set(iris))
        return frozenset(i for i, n in nodes if next(read(n, None, None, None), None) is not None)

    def do(self, job: Job) -> Reply:
        """The reply to a job. Raises whatever ``KkgraphError`` the work raises."""
        if job.kind == "load":
            return self._load(**job.args)
        self._elsewhere = False
        reply = READING[job.kind](self, **job.args)
        if self._elsewhere:
            return replace(reply, facts={**reply.facts, "elsewhere": True})
        return reply

    @contextmanager
    def sent(self, text: str) -> Iterator[str]:
        """The query as it may run: its services sent to a relay, where the server allows them.

        Raises as ``sparql.refuse_remote``, or as ``Contact.sent``.
        """
        if self.contact is None:
            with _hinted():
                sparql.refuse_remote(text)
            yield text
            return
        with _hinted(), self.contact.sent(text) as sent:
            self._elsewhere |= sent is not text
            yield sent

    def asks(self, question: Question) -> bool:
        """True where a stored question asks nobody else, or only those that may be asked."""
        return question.federated is None or (
            self.contact is not None and self.contact.asks(question)
        )

    def solutions(
        self, question: Question, params: Mapping[str, Any], *, lang: str, max_rows: int
    ) -> tuple[Reader, Answer]:
        """The plain result of a stored question that asks nobody else; see ``KnowledgeGraph``."""
        with _hinted():
            return self.graph.solutions(question, params, lang=lang, limits=Limits(None, max_rows))

    def ask(
        self, question: Question, params: Mapping[str, Any], *, lang: str, max_rows: int
    ) -> Table:
        """The answer to a stored question; other machines are asked where the server allows it."""
        contact = self.contact
        if question.federated is None or contact is None or not contact.asks(question):
            with _hinted():
                return self.graph.ask(
                    question, params, lang=lang, timeout_s=None, max_rows=max_rows
                )
        from kkgraph import federation  # most servers ask nobody

        self._elsewhere = True
        bound = self.graph.sparql_of(question, params, lang=lang)
        limits = Limits(contact.seconds, max_rows)
        return federation.ask(self.graph.reader, question, bound, lang, limits, contact.allowed())

    def _load(self, place: str, contact: Contact | None) -> Reply:
        self.contact = contact
        self._open(Path(place))
        return Reply(b"")

    def _open(self, place: Path) -> None:
        self.merged = {}
        self._kept = {}
        self.graph.close()
        if place.suffix == SAVED:
            file = DirectFile.open(place, memory=_MEMORY, in_process=True, most_copied=_COPIED)
            file.columnar.run(f"SET max_temp_directory_size = '{_MOVED_OUT}'")
            self.engine, self.graph = file.matches, KnowledgeGraph(file)
        else:
            engine = of_snapshot(place)
            self.engine, self.graph = engine, KnowledgeGraph(Direct(engine, in_process=True))
        if not self.questions:  # the first time; after a write, what is needed is looked up then
            self.questions = {q.id: q for q in catalogue.all_questions()}
            if len(self.engine) <= _PREPARED_UP_TO:
                self._prepare()

    def _prepare(self) -> None:
        """Look up what answers carry beside their cells, once, so that no request has to."""
        study = self.graph.study()
        if study is not self.graph and isinstance(study.store, OxigraphStore):
            study.store = Direct(study.store.engine, in_process=True)
            study.reader = Reader(study.store)
        for graph in {id(g): g for g in (self.graph, study)}.values():
            columns = [_column(graph.store, text) for text in (_FINDINGS, _GAPS, _LABELLED)]
            graph.reader.findings(columns[0])
            graph.reader.gaps(columns[1])
            graph.reader.labels(columns[2])


@contextmanager
def _hinted() -> Iterator[None]:
    """Give a refusal to contact others the remedy that a server has."""
    try:
        yield
    except QuestionError as error:
        if error.code == "remote-access":
            error.hint = REMEDY
        raise


def _column(store: Store, text: str) -> list[str]:
    rows = store.query(text, Limits(timeout_s=None, max_rows=None)).rows
    return [row[0].value for row in rows if isinstance(row[0], ox.NamedNode)]


class WritingDesk:
    """Holds the store itself; every write is one job, and gives the next snapshot."""

    def __init__(self) -> None:
        self.store: OxigraphStore | None = None

    def do(self, job: Job) -> Reply:
        """The reply to a job. Raises whatever ``KkgraphError`` the work raises."""
        if job.kind == "open":
            self.store = writing.open_store(**job.args)
            return Reply(b"")
        if self.store is None:
            raise StoreError("engine-failed", "no store is open")
        return WRITING[job.kind](self.store, **job.args)


def _reconcile(desk: Desk, **args: Any) -> Reply:
    from kkgraph.web import registered  # when it is first asked: most servers never link

    return registered.answer(desk, **args)


READING: Final[dict[str, Callable[..., Reply]]] = {
    "query": answering.query,
    "graph": answering.graph,
    "description": describing.service,
    "ask": asking.ask,
    "sparql": asking.sparql_of,
    "entity": asking.entity,
    "finding": asking.finding,
    "reconcile": _reconcile,
    **JOBS,
}
WRITING: Final[dict[str, Callable[..., Reply]]] = {
    "snapshot": writing.snapshot,
    "update": writing.update,
    "put": writing.put,
    "add": writing.add,
    "drop": writing.drop,
}
