"""The remote store: named graphs and their derived default graph on any SPARQL 1.1 server."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

import pyoxigraph as ox

from kkgraph.errors import StoreError
from kkgraph.model import Answer, Route
from kkgraph.names import KK, KKG, ONTOLOGY_GRAPH, ONTOLOGY_IRI
from kkgraph.store import reading, services, writing
from kkgraph.store.address import Endpoint
from kkgraph.store.base import Limits
from kkgraph.store.body import Body, Deadline
from kkgraph.store.oxigraph import OxigraphStore
from kkgraph.store.statuses import accept
from kkgraph.store.updating import (
    change_of_data,
    check_update,
    refuse_default_write,
    trimmed_update,
)
from kkgraph.store.wire import Request, Wire

BATCH_BYTES: Final = 16_000_000
"""What one update or one part of an upload may be large, in bytes."""
_SMALL_BYTES: Final = 100_000
FRESH_S: Final = 2.0
_GET_CHARS: Final = 1_800
_FREE: Final = Limits(timeout_s=None, max_rows=None)
_SHORT: Final = Limits(timeout_s=30.0, max_rows=None)
_STATUS: Final = (
    "SELECT ?version ?format ?revision ?derived ?union WHERE { "
    f"OPTIONAL {{ GRAPH <{ONTOLOGY_GRAPH}> {{ <{ONTOLOGY_IRI}> owl:versionInfo ?version }} }} "
    f"OPTIONAL {{ GRAPH <{writing.BOOK}> {{ <{writing.BOOK}> <{writing.FORMAT_OF}> ?format ; "
    f"<{writing.REVISION}> ?revision }} }} "
    f"BIND(EXISTS {{ <{ONTOLOGY_IRI}> owl:versionInfo ?v }} AS ?derived) "
    f"BIND(EXISTS {{ GRAPH <{KKG}analyst> {{ ?f <{KK}answers> ?q }} ?f <{KK}answers> ?q }} "
    "AS ?union) }"
)


@dataclass(frozen=True, slots=True)
class Status:
    """What stands on a server: the version of our ontology ("" where it isn't there), the format
    (0) and revision ("") where this program wrote it, whether the default graph has what it should
    and nothing else, and the uploads that have begun: (staging, when)."""

    version: str
    format: int
    revision: str
    derived: bool
    union: bool
    unfinished: tuple[tuple[str, str], ...] = ()


class EndpointStore:
    """The graphs of a SPARQL 1.1 server. Safe to use from several threads, beside other clients.

    Each write is one update request where that is small enough, so it is done whole or not at all
    on a server with transactions. Blank nodes have names that hold within one answer only.
    """

    def __init__(self, endpoint: Endpoint, *, in_process: bool = False) -> None:
        self.endpoint = endpoint
        self.batch_bytes = BATCH_BYTES
        self._wire = Wire(endpoint)
        self._services = services.Services(endpoint, self._wire)
        self._in_process = in_process
        self._lock = threading.RLock()
        self._version = 0
        self._wrote = False
        self._revision: str | None = None
        self._seen = float("-inf")

    def __repr__(self) -> str:
        return f"EndpointStore({self.endpoint.url!r})"

    @property
    def version(self) -> int:
        """A number that changes with each write of this program, here or on another machine.

        The server is asked at most every two seconds.
        """
        with self._lock:
            if time.monotonic() - self._seen > FRESH_S:
                self._note(self._ask_revision())
            return self._version

    @property
    def path(self) -> Path | None:
        """None: it has no folder here."""
        return None

    @property
    def in_process(self) -> bool:
        """What copies of it in memory are made with; a query here never ends the process."""
        return self._in_process

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer within the limits, read no further than needed.

        Raises ``QuestionError`` bad-sparql; ``StoreError`` timeout, unreachable, redirected,
        not-allowed, no-endpoint, busy-endpoint, endpoint-refused, endpoint-failed, bad-answer,
        answer-cut, answer-too-large.
        """
        form = reading.form_of(sparql)
        with self._send(reading.declared(sparql), form, Deadline(limits.timeout_s)) as body:
            return reading.answer(body, form, limits.max_rows)

    def route(self, sparql: str) -> Route:
        """The server's own engine; the query is not looked at."""
        return Route(
            "server",
            {
                "en": f"the data are at {self.endpoint.url}",
                "th": f"ข้อมูลอยู่ที่ {self.endpoint.url}",
            },
        )

    def query_apart(self, sparql: str, limits: Limits) -> Answer:
        """The answer of a copy in memory: the query may name this machine, which is not the server.

        Raises as ``quads``, and as ``OxigraphStore.query_apart``.
        """
        copy = OxigraphStore.in_memory(self.quads())
        try:
            return copy.query_apart(sparql, limits)
        finally:
            copy.close()

    def update(self, sparql: str) -> None:
        """Run a SPARQL update and derive the default graph anew, in one request.

        Raises as ``OxigraphStore.update`` and ``query``; ``StoreError`` read-only-store,
        write-unknown.
        """
        text = trimmed_update(sparql)
        if text:
            if change_of_data(sparql) is None:
                check_update(sparql)
                refuse_default_write(sparql)
            text = reading.declared(text)
            self._write(writing.rederived(text) if self._services.prepare() else text)

    def put_graphs(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Replace graphs, all or none; a graph without triples is removed.

        In one request, or where that would be too large in parts that no question sees before the
        last request moves them in place. Literals are written as the embedded store writes them.
        Raises as ``update``; ``StoreError`` upload-too-large.
        """
        parts = [writing.part(graph, triples) for graph, triples in graphs.items()]
        if not parts:
            return
        derive = self._services.prepare()
        # a server that looks into updates, as ours does, takes long for a large one
        at_once = self.batch_bytes if derive else min(self.batch_bytes, _SMALL_BYTES)
        sizes = [self.batch_bytes, _SMALL_BYTES]
        if sum(p.size for p in parts) <= at_once:
            sizes.insert(0, 0)
        for size in sizes:
            try:
                if size:
                    self._stage(writing.Staging(parts), size, derive)
                else:
                    self._write(writing.whole(parts, derive=derive))
                return
            except StoreError as error:
                if error.code != "upload-too-large" or size == _SMALL_BYTES:
                    raise

    def put_graph(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Replace a graph; see ``put_graphs``."""
        self.put_graphs({graph: triples})

    def drop_graph(self, graph: str) -> None:
        """Remove a graph; a triple leaves the default graph with its last graph."""
        self.put_graphs({graph: ()})

    def graphs(self) -> list[str]:
        """The named graphs' IRIs, sorted, without those of the bookkeeping."""
        return [g for g in self._all_graphs() if not writing.is_book(g)]

    def quads(self, graphs: Iterable[str] | None = None) -> Iterator[ox.Quad]:
        """The quads of the named graphs, or of some, as they arrive; all from one answer.

        Raises as ``query``; answer-cut too where the server gave fewer than it says it has.
        """
        wanted = self.graphs() if graphs is None else sorted(set(graphs))
        if not wanted:
            return
        values = " ".join(f"<{g}>" for g in wanted)
        query = f"SELECT ?g ?s ?p ?o WHERE {{ VALUES ?g {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
        with self._send(query, "rows", Deadline(None)) as body:
            number = 0
            for found in reading.quads(body):
                number += 1
                yield found
        count = query.replace("?g ?s ?p ?o", "(COUNT(*) AS ?n)", 1)
        ((total,),) = self.query(count, _FREE).rows
        if number < int(total.value):
            raise StoreError(
                "answer-cut",
                f"the server gave {number:,} of {int(total.value):,} triples",
                where=self.endpoint.url,
                hint="It limits its answers: ask its steward to allow more, or read fewer graphs.",
            )

    def status(self) -> Status:
        """What stands on the server; for an empty or foreign one, what is missing."""
        ((version, form, revision, derived, union),) = self.query(_STATUS, _SHORT).rows
        rows = self.query(
            f"SELECT ?s ?t WHERE {{ GRAPH <{writing.BOOK}> {{ ?s <{writing.STARTED}> ?t }} }} "
            "ORDER BY ?t ?s",
            _SHORT,
        ).rows
        with self._lock:
            self._note(revision.value if revision else "")
        return Status(
            version=version.value if version else "",
            format=int(form.value) if form else 0,
            revision=revision.value if revision else "",
            derived=derived.value == "true",
            union=union.value == "true",
            unfinished=tuple((s.value, t.value) for s, t in rows),
        )

    def is_empty(self) -> bool:
        """True where the server has no data but what an unfinished start of ours may have left."""
        asked = self.query(
            "ASK { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } "
            f'FILTER(!STRSTARTS(STR(?g), "{KKG}")) }} }}',
            _SHORT,
        )
        return not asked.truth

    def is_union(self) -> bool:
        """True where the default graph shows what is written to a named graph; tried by writing."""
        self._write(writing.NOTHING)
        asked = f"ASK {{ <{writing.BOOK}> <{writing.REVISION}> ?r }}"
        if not self.query(asked, _SHORT).truth:
            return False
        self._services.update(f"DROP SILENT GRAPH <{writing.BOOK}>")
        return True

    def tidy(self) -> int:
        """How many uploads that never ended were removed; one that still runs would be broken."""
        unfinished = self.status().unfinished
        everything = self._all_graphs()
        for staging, _ in unfinished:
            self._write(writing.undone(staging, [g for g in everything if g.startswith(staging)]))
        return len(unfinished)

    def close(self) -> None:
        """End the connections."""
        self._wire.close()

    def _all_graphs(self) -> list[str]:
        """Every named graph; the quick form is not understood everywhere, the slow one is."""
        for pattern in ("{}", "{ ?s ?p ?o }"):
            rows = self.query(f"SELECT DISTINCT ?g WHERE {{ GRAPH ?g {pattern} }}", _SHORT).rows
            found = sorted(g.value for (g,) in rows if isinstance(g, ox.NamedNode))
            if found:
                return found
        return []

    def _send(self, sparql: str, form: str, deadline: Deadline) -> Body:
        """The beginning of an answer to a query: by GET where it is short, else by POST."""
        url, kinds = self.endpoint.url, reading.ACCEPT[form]
        target = f"{url}?query={quote(sparql, safe='')}"
        if len(target) <= _GET_CHARS:
            request = Request("GET", target, kinds, again=True)
        else:
            request = Request("POST", url, kinds, sparql.encode(), reading.QUERY, again=True)
        return accept(self._wire.send(request, deadline))

    def _write(self, update: str) -> None:
        """Run an update and renew the revision; where the answer is lost, look whether it ran.

        After the first one it is looked whether it did anything: some servers take it for a query.
        """
        revision = writing.new_revision()
        text = writing.stamped(update, revision)
        before = None if self._wrote else self._ask_revision()
        try:
            self._services.update(text)
            if before is not None and self._ask_revision() == before:
                raise services.read_only(self.endpoint.url)
            self._wrote = True
        except StoreError as error:
            if error.code != "write-unknown" or not self._has(revision):
                raise
        finally:
            with self._lock:
                self._version += 1
                self._seen = float("-inf")
                self._revision = None

    def _has(self, revision: str) -> bool:
        try:
            return self._ask_revision() == revision
        except StoreError:
            return False

    def _ask_revision(self) -> str:
        query = f"SELECT ?r WHERE {{ GRAPH <{writing.BOOK}> {{ ?s <{writing.REVISION}> ?r }} }}"
        rows = self.query(query, _SHORT).rows
        return str(rows[0][0].value) if rows else ""

    def _note(self, revision: str) -> None:
        if self._revision is not None and revision != self._revision:
            self._version += 1
        self._revision = revision
        self._seen = time.monotonic()

    def _stage(self, staging: writing.Staging, size: int, derive: bool) -> None:
        """Bring parts to the server, then move all in place by one update; undone if that fails."""
        self._services.update(writing.stamped(staging.begin(), writing.new_revision()))
        try:
            for graph, lines in staging.plain(size):
                self._services.add(graph, lines)
            for update in staging.nameless(size):
                self._services.update(update)
            self._write(staging.finish(derive=derive))
        except BaseException as error:
            if getattr(error, "code", "") != "write-unknown":
                with suppress(StoreError):
                    self._services.update(staging.undo())
            raise
