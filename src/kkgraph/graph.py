"""The knowledge graph: open it, ask it, look things up, validate, reason, export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkgraph import answers, catalogue, entities, evidence, names, questions, sparql
from kkgraph.analytic import wording
from kkgraph.analytic.spread import parquet_store
from kkgraph.backup import Manifest, make
from kkgraph.cases.work import CaseWork
from kkgraph.errors import QuestionError, TermError
from kkgraph.exports import chunks
from kkgraph.judging import JudgingWork
from kkgraph.link.work import LinkWork
from kkgraph.model import Answer, Question, Route
from kkgraph.opening import background_of, open_store, shipped_quads
from kkgraph.reading import Reader
from kkgraph.store import Endpoint, Limits, OxigraphStore, Store
from kkgraph.tables import Table

if TYPE_CHECKING:
    from types import TracebackType


__all__ = ["KnowledgeGraph", "background_of", "shipped_quads"]

DEFAULT_TIMEOUT_S: Final = 30.0
DEFAULT_MAX_ROWS: Final = 100_000


class KnowledgeGraph(CaseWork, LinkWork, JudgingWork):
    """A graph of studies, with stored questions.

    >>> graph = KnowledgeGraph.open()
    >>> [row["system"] for row in graph.ask("cq06")][:2]
    ['document-management-system', 'e-auction']
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.reader = Reader(store)
        self._study: tuple[int, KnowledgeGraph] | None = None

    @classmethod
    def open(  # noqa: PLR0913 - each is one independent wish
        cls,
        where: Path | str | Endpoint | None = None,
        *,
        in_process: bool = False,
        create: bool = False,
        engine: str = "auto",
        master: str | None = None,
        memory: str | None = None,
    ) -> KnowledgeGraph:
        """The graph with the shipped ontology and study.

        Without a place it lives in memory. In a folder it is kept on disk: made there the first
        time, opened as it is afterwards. A columnar file (``.kk``) is opened as it is, for reading;
        ``engine`` (auto, oxigraph, columnar) says who answers there: see
        ``kkgraph.analytic.ColumnarStore``. With ``engine`` spark the place is a folder of tables
        for Spark, or its address; ``master`` is where Spark runs (none: this machine), ``memory``
        what it may take here: see ``kkgraph.analytic.spread.SparkStore``. At an ``https`` URL (or
        an ``Endpoint``) it is that of a SPARQL 1.1 server, put there with ``create`` if the server
        is empty; a graph of another version gives a warning. ``in_process`` suits a one-shot
        command: queries run in this process, and one that passes its time limit ends the process
        with exit code 3.

        Raises ``StoreError`` (not-a-store, store-format, unreadable-store; for a columnar file
        columnar-format; for Spark no-spark, no-master, half-written; for a server
        no-graph-there, default-graph-differs and those of ``EndpointStore.query``),
        ``QuestionError`` (bad-address, bad-value), ``SourceError``.
        """
        store = open_store(
            where,
            in_process=in_process,
            create=create,
            engine=engine,
            master=master,
            memory=memory,
        )
        return cls(store)

    def ask(  # noqa: PLR0913
        self,
        question: str | Question,
        params: Mapping[str, Any] | None = None,
        *,
        lang: str = "en",
        timeout_s: float | None = DEFAULT_TIMEOUT_S,
        max_rows: int | None = DEFAULT_MAX_ROWS,
        allow_remote: bool = False,
        cache: Path | str | None = None,
    ) -> Table:
        """The answer to a stored question, each row with its findings, scope and hedge.

        ``question`` is an id (case doesn't matter) or a path ending in ``.rq``. An entity parameter
        takes a slug, CURIE, IRI or label. The study's own questions (those with ``competency`` or
        ``answers`` in their header) are asked of the study alone, whatever cases are loaded; all
        others run across them. A question that asks other machines contacts the endpoints of its
        header where ``allow_remote``, and keeps the answer in ``cache``; otherwise the kept one is
        returned, with its date in ``remote``. Its own time limit holds where none is given. Raises
        ``QuestionError`` (unknown-question, unknown-parameter, bad-value, bad-header, bad-sparql,
        remote-access, too-many-values), ``TermError`` (unknown-entity, ambiguous-entity),
        ``StoreError`` (timeout), ``RemoteError``.
        """
        asked = catalogue.get(question) if isinstance(question, str) else question
        if asked.federated is None:
            limits = Limits(timeout_s, max_rows)
            reader, found = self.solutions(asked, params, lang=lang, limits=limits)
            return answers.arranged(reader, asked, found, lang)
        from kkgraph import federation

        bound = self.sparql_of(asked, params, lang=lang)
        reader = self._asked_of(asked).reader
        seconds = asked.federated.timeout_s if timeout_s == DEFAULT_TIMEOUT_S else timeout_s
        allowed = federation.Allowed(allow_remote, Path(cache) if cache else None)
        return federation.ask(reader, asked, bound, lang, Limits(seconds, max_rows), allowed)

    def write_answer(
        self,
        question: str | Question,
        folder: Path | str,
        params: Mapping[str, Any] | None = None,
        *,
        lang: str = "en",
        timeout_s: float | None = DEFAULT_TIMEOUT_S,
    ) -> int:
        """The number of rows of a stored question's plain result, now a new folder of Parquet.

        Spark's workers write it, so the graph is one that ``engine`` spark opened. There are no
        labels and findings in it: ``kkgraph.spark.answers.write_answer`` says what there is, and
        which errors. Raises ``QuestionError`` bad-value where the answer isn't Spark's.
        """
        asked = catalogue.get(question) if isinstance(question, str) else question
        store = parquet_store(self.store)
        if self._asked_of(asked) is not self:
            raise QuestionError(
                "bad-value",
                "this question is asked of the study alone, and Spark has no part in it",
                where=asked.id,
                hint="Choose --format csv: the answer is small.",
            )
        bound = self.sparql_of(asked, params, lang=lang)
        return store.write(bound, str(folder), timeout_s=timeout_s)

    def solutions(
        self,
        question: Question,
        params: Mapping[str, Any] | None = None,
        *,
        lang: str = "en",
        limits: Limits,
    ) -> tuple[Reader, Answer]:
        """The plain result of a stored question that asks nobody else, and who reads its labels.

        ``answers.arranged`` makes a table of it, or of some of its rows. Raises as ``ask``.
        """
        bound = self.sparql_of(question, params, lang=lang)
        reader = self._asked_of(question).reader
        return reader, reader.store.query(bound, limits)

    def _asked_of(self, question: Question) -> KnowledgeGraph:
        """The study alone for its own questions, this graph for all others."""
        return self.study() if question.competency or question.answers else self

    def sparql_of(
        self,
        question: str | Question,
        params: Mapping[str, Any] | None = None,
        *,
        lang: str = "en",
    ) -> str:
        """The SPARQL that ``ask`` would run: the parameters bound as checked terms."""
        asked = catalogue.get(question) if isinstance(question, str) else question
        values = {k: str(v) for k, v in (params or {}).items()}
        values |= {p.name: lang for p in asked.params if p.type == "lang" and p.name not in values}
        kinds = {p.name: p for p in asked.params}
        terms: dict[str, str | None] = {}
        for name, value in values.items():
            param = kinds.get(name)
            if param is None or value == "*":
                terms[name] = None
            elif param.type == "entity":
                terms[name] = sparql.iri(entities.resolve(self.store, value, instances=True))
            else:
                terms[name] = questions.term_of(param, value)
        bound = questions.bind(asked, terms)
        endpoints = asked.federated.endpoints if asked.federated else ()
        sparql.refuse_undeclared(bound, endpoints, where=asked.id)
        return bound

    def query(
        self,
        text: str,
        *,
        lang: str = "en",
        timeout_s: float | None = DEFAULT_TIMEOUT_S,
        max_rows: int | None = DEFAULT_MAX_ROWS,
        allow_remote: bool = False,
    ) -> Table:
        """The table of a SELECT query over the default graph (named graphs through ``GRAPH``).

        Known prefixes need no declaration. An ASK gives a table of one cell, ``answer``; CONSTRUCT
        and DESCRIBE give one of subject, predicate and object. ``SERVICE`` raises
        ``QuestionError`` (remote-access) unless allowed; nothing else leaves this machine.
        """
        result = self.query_raw(
            text, timeout_s=timeout_s, max_rows=max_rows, allow_remote=allow_remote
        )
        return answers.free_table(self.reader, result, lang)

    def query_raw(
        self,
        text: str,
        *,
        timeout_s: float | None = DEFAULT_TIMEOUT_S,
        max_rows: int | None = DEFAULT_MAX_ROWS,
        allow_remote: bool = False,
    ) -> Answer:
        """The plain result of any query: solutions, a truth value or triples, as terms."""
        if not allow_remote:
            sparql.refuse_remote(text)
        return self.store.query(text, Limits(timeout_s, max_rows))

    def route(
        self,
        question: str | Question,
        params: Mapping[str, Any] | None = None,
        *,
        lang: str = "en",
    ) -> Route:
        """The way that ``ask`` would take: which engine answers, why, and the plan in SQL."""
        asked = catalogue.get(question) if isinstance(question, str) else question
        whole = self._asked_of(asked)
        found = whole.store.route(self.sparql_of(asked, params, lang=lang))
        return found if whole is self else replace(found, reason=wording.alone())

    def update(self, text: str, *, allow_remote: bool = False) -> None:
        """Run a SPARQL update in one transaction; the default graph is right afterwards.

        Write into named graphs (``kkg:local`` is yours); writing into the default graph raises
        ``QuestionError`` (default-graph-write), ``LOAD`` (remote-access) unless allowed.
        """
        if not allow_remote:
            sparql.refuse_remote(text, where="update")
        self.store.update(text)

    def study(self) -> KnowledgeGraph:
        """This graph without the loaded cases: itself where none is loaded, else a copy in memory.

        The copy is made once and again after each change of the store.
        """
        cases = [g for g in self.store.graphs() if g.startswith(names.MERGED_PREFIXES)]
        if not cases:
            return self
        if self._study is None or self._study[0] != self.store.version:
            if self._study is not None:
                self._study[1].close()
            kept = (g for g in self.store.graphs() if g not in cases and not names.is_apart(g))
            quads = self.store.quads(kept)
            store = OxigraphStore.in_memory(quads, in_process=self.store.in_process)
            self._study = (self.store.version, KnowledgeGraph(store))
        return self._study[1]

    def resolve(self, name: str) -> str:
        """The IRI of an entity; see ``kkgraph.entities.resolve`` for its errors."""
        return entities.resolve(self.store, name)

    def entity(self, name: str) -> entities.Entity:
        """An entity's page: names, codes, direct triples, and the findings by the role it plays."""
        return entities.read(self.reader, self.resolve(name))

    def explain(self, finding: str, *, source: Path | str | None = None) -> entities.Explanation:
        """A finding opened: claim, scope, hedge, evidence, related findings, analyst's notes.

        With ``source`` (the study's text) the passage too. Raises ``TermError`` not-a-finding,
        ``SourceError`` wrong-text.
        """
        iri = self.resolve(entities.finding_name(self.store, finding.strip()))
        notes = self.reader.findings([iri])
        if iri not in notes:
            raise TermError(
                "not-a-finding",
                f'"{finding}" is no finding',
                hint="Findings are F001 to F530, and those of a loaded case such as ban-pet-F1. "
                f"For an entity: kkgraph show {finding}",
            )
        note = notes[iri]
        passage = evidence.passage(source, note.evidence) if source and note.evidence else None
        return entities.Explanation(note, entities.read(self.reader, iri), passage)

    def questions(self, search: str = "") -> list[Question]:
        """The stored questions, all or those whose title, id or tags hold the words."""
        return catalogue.search(search) if search else catalogue.all_questions()

    def verify_evidence(self, source: Path | str) -> evidence.Verification:
        """Every anchor re-sliced and re-hashed; see ``kkgraph.evidence.verify``."""
        return evidence.verify(self.store, source)

    def export(
        self, kind: str, *, graphs: Sequence[str] = (), default_graph: bool = False
    ) -> bytes:
        """The graph in a format of ``kkgraph.turtle.FORMATS``.

        Quad formats (trig, nq, jsonld) keep the named graphs, and with ``default_graph`` have the
        derived default graph as well: what a server needs that loads them from a file. Triple
        formats (ttl, nt, rdf) hold the default graph's triples, or the union of ``graphs`` where
        some are named.
        """
        return b"".join(self.export_chunks(kind, graphs=graphs, default_graph=default_graph))

    def export_chunks(
        self, kind: str, *, graphs: Sequence[str] = (), default_graph: bool = False
    ) -> Iterator[bytes]:
        """What ``export`` gives, in pieces: nt and nq of a columnar file never stand in memory."""
        return chunks(self.store, kind, graphs=graphs, default_graph=default_graph)

    def backup(self, to: Path | str, *, replace: bool = False) -> Manifest:
        """What the back-up holds that is now at ``to``; see ``kkgraph.backup`` for the rest."""
        return make(self.store, to, replace=replace)

    def close(self) -> None:
        """Free the worker process and, on disk, the store's lock."""
        if self._study is not None:
            self._study[1].close()
        self.store.close()

    def __enter__(self) -> KnowledgeGraph:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
