"""The embedded store: Oxigraph in memory or on disk, with queries that can be stopped."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph.building import scratch
from kkgraph.errors import StoreError
from kkgraph.model import Answer, Route
from kkgraph.store import bulk
from kkgraph.store.base import Limits
from kkgraph.store.derived import insertion, target, with_default
from kkgraph.store.execute import check_syntax, run
from kkgraph.store.removal import removal
from kkgraph.store.snapshots import FOLDER as _FOLDER
from kkgraph.store.snapshots import take
from kkgraph.store.updating import check_update, run_update, trimmed_update, update_derived
from kkgraph.store.worker import Worker, run_watched

FORMAT: Final = 1
_MARK: Final = "kkgraph.json"


class OxigraphStore:
    """Named graphs, and a default graph that holds the merged ones' triples, each once.

    With ``in_process`` a query runs here, and its time limit ends the whole process with exit
    code 3: right for a one-shot command, wrong for a library. Otherwise a worker process answers
    and is killed when time runs out.

    With ``derived`` False the default graph is a graph of its own, written and read like any
    other: a plain SPARQL dataset, as other stores have.
    """

    def __init__(
        self,
        engine: ox.Store,
        *,
        path: Path | None = None,
        in_process: bool = False,
        derived: bool = True,
    ) -> None:
        self._engine = engine
        self._derived = derived
        self._path = path
        self._in_process = in_process
        self._worker: Worker | None = None
        self._snapshot: str | None = None
        self._lock = threading.RLock()
        self.version = 0

    @classmethod
    def in_memory(
        cls, quads: Iterable[ox.Quad], *, in_process: bool = False, derived: bool = True
    ) -> OxigraphStore:
        """A new store in memory with these quads."""
        engine = ox.Store()
        engine.bulk_extend(with_default(quads) if derived else quads)
        return cls(engine, in_process=in_process, derived=derived)

    @classmethod
    def create(
        cls,
        path: Path,
        quads: Iterable[ox.Quad],
        *,
        in_process: bool = False,
        derived: bool = True,
    ) -> OxigraphStore:
        """A new store on disk: built beside its place and moved there when complete."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with scratch(path.parent, f".{path.name}-") as building:
                engine = ox.Store(str(building / _FOLDER))
                engine.bulk_extend(with_default(quads) if derived else quads)
                engine.flush()
                del engine
                mark = {"format": FORMAT} if derived else {"format": FORMAT, "derived": False}
                (building / _MARK).write_text(json.dumps(mark) + "\n", encoding="utf-8")
                building.rename(path)
        except OSError as error:
            if (path / _MARK).is_file():
                return cls.open(path, in_process=in_process)  # another process was faster
            raise StoreError(
                "unwritable-store",
                f"the store cannot be made: {error}",
                where=str(path),
                hint="Choose a place where you may write.",
            ) from error
        return cls.open(path, in_process=in_process)

    @classmethod
    def open(cls, path: Path, *, in_process: bool = False) -> OxigraphStore:
        """The store on disk at ``path``.

        Raises ``StoreError``: not-a-store (no complete store there), store-format (made by another
        version), unreadable-store (damaged, or another process has it open).
        """
        try:
            mark = json.loads((path / _MARK).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(
                "not-a-store",
                "there is no complete kkgraph store here",
                where=str(path),
                hint="Give another path, or remove this folder if a store was being made there.",
            ) from error
        if not isinstance(mark, dict) or mark.get("format") != FORMAT:
            raise StoreError(
                "store-format",
                f"the store has another format ({mark})",
                where=str(path),
                hint="Open it with the version that made it, export it, and load the export.",
            )
        if not (path / _FOLDER / "CURRENT").is_file():
            raise StoreError(
                "not-a-store",
                "the store's files are incomplete",
                where=str(path),
                hint="Restore it from a copy, or remove the folder and open the path again.",
            )
        try:
            engine = ox.Store(str(path / _FOLDER))
            bulk.recover(engine, path)
            derived = bool(mark.get("derived", True))
            return cls(engine, path=path, in_process=in_process, derived=derived)
        except (OSError, ValueError, RuntimeError) as error:
            raise StoreError(
                "unreadable-store",
                f"the store cannot be opened: {error}",
                where=str(path),
                hint="Close the other program that uses it, or restore it from a copy.",
            ) from error

    def query(self, sparql: str, limits: Limits) -> Answer:
        """The answer within the limits; errors as in ``kkgraph.store.execute.run``."""
        if limits.timeout_s is None:
            return run(self._engine, sparql, limits.max_rows)
        if self._in_process:
            return run_watched(self._engine, sparql, limits)
        with self._lock:
            if self._worker is None or not self._worker.alive:
                self._worker = self._start_worker()
            worker = self._worker
        return worker.query(sparql, limits)

    def query_apart(self, sparql: str, limits: Limits) -> Answer:
        """The answer from a worker process: for what must not hold up or end this one.

        A store that queries in this process starts a worker for this call alone.
        """
        if not self._in_process and limits.timeout_s is not None:
            return self.query(sparql, limits)
        with self._lock:
            worker = self._start_worker()
        try:
            return worker.query(sparql, limits)
        finally:
            worker.close()

    def route(self, sparql: str) -> Route:
        """Oxigraph, which holds the data; ``QuestionError`` bad-sparql."""
        check_syntax(sparql)
        return Route("oxigraph", {"en": "it holds the data", "th": "เป็นตัวเก็บข้อมูล"})

    def update(self, sparql: str, *, base: str | None = None) -> None:
        """Run a SPARQL update, with the derived default graph, all in one transaction.

        Data, one ``DELETE``/``INSERT`` … ``WHERE`` over graphs that it names, and the removal of a
        graph take time by what they change; other updates derive the default graph anew. ``base``
        is what relative IRIs are resolved against. Raises ``QuestionError``: bad-sparql;
        default-graph-write where it would write into the default graph, where that is derived.
        """
        text = trimmed_update(sparql)
        if not text:
            return
        with self._lock:
            try:
                if self._derived:
                    update_derived(self._engine, sparql, text, base)
                else:
                    check_update(sparql, base)
                    run_update(self._engine, sparql, base)
            finally:
                self._changed()

    @property
    def path(self) -> Path | None:
        """The folder of a store on disk; None for one in memory."""
        return self._path

    @property
    def engine(self) -> ox.Store:
        """The engine beneath, for reading what the protocol doesn't say."""
        return self._engine

    @property
    def derived(self) -> bool:
        """True where the default graph holds the merged graphs' triples, and nothing else."""
        return self._derived

    @property
    def in_process(self) -> bool:
        """True where queries run in this process, and a time limit ends it."""
        return self._in_process

    def put_graphs(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Replace the graphs, all or none, and derive the default graph, in one transaction.

        A graph without triples is removed. A blank node that stands in two of the graphs stays
        one node. Takes time by the size of the graphs, not of the store; a graph that isn't merged
        is written by its differences, and a large new one in bulk.
        """
        with self._lock:
            if not self._derived:
                dropped = [f"DROP SILENT {target(graph)}" for graph in sorted(graphs)]
                self._run(" ;\n".join(dropped + insertion(graphs, derived=False)))
                return
            held = {graph: list(triples) for graph, triples in graphs.items()}
            if bulk.suits(self._engine, held):
                self._bulk(*held.popitem())
                return
            changes = {g: bulk.differences(self._engine, g, t) for g, t in held.items()}
            whole = {g: t for g, t in held.items() if changes[g] is None}
            steps = removal(self._engine, set(whole))
            steps += [step for found in changes.values() for step in found or ()]
            self._run(" ;\n".join(steps + insertion(whole, derived=True)))

    def add_triples(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Add the triples to the graph, atomically; the default graph follows."""
        if steps := insertion({graph: triples}, derived=self._derived):
            self._run(steps[0])

    def put_graph(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Replace the graph, atomically; the default graph follows."""
        self.put_graphs({graph: triples})

    def drop_graph(self, graph: str) -> None:
        """Remove the graph, atomically; a triple leaves the default graph with its last graph."""
        self.put_graphs({graph: ()})

    def snapshot(self, folder: Path) -> Path:
        """A copy of the store's whole state; see ``kkgraph.store.snapshots.take``."""
        return take(self._engine, folder, on_disk=self._path is not None)

    def _bulk(self, graph: str, triples: list[ox.Triple]) -> None:
        try:
            bulk.load(self._engine, graph, triples, self._path)
        except (ValueError, RuntimeError, OSError) as error:
            raise StoreError(
                "engine-failed", f"the graph could not be written: {error}", where=graph
            ) from error
        finally:
            self._changed()

    def _run(self, update: str) -> None:
        try:
            run_update(self._engine, update)
        finally:
            self._changed()

    def graphs(self) -> list[str]:
        """The named graphs' IRIs, sorted."""
        return sorted(g.value for g in self._engine.named_graphs())

    def quads(self, graphs: Iterable[str] | None = None) -> Iterable[ox.Quad]:
        """The quads of the named graphs, or of some of them."""
        for name in self.graphs() if graphs is None else graphs:
            yield from self._engine.quads_for_pattern(None, None, None, ox.NamedNode(name))

    def close(self) -> None:
        """End the worker, remove the snapshot, and let go of the store's lock."""
        self._changed()
        self._engine = ox.Store()

    def _start_worker(self) -> Worker:
        if self._path is None:
            data = self._engine.dump(format=ox.RdfFormat.N_QUADS)
            return Worker(nquads=data)
        if self._snapshot is None:
            folder = tempfile.mkdtemp(prefix="kkgraph-")
            self._snapshot = folder
            self._engine.backup(str(Path(folder) / _FOLDER))
        return Worker(snapshot=str(Path(self._snapshot) / _FOLDER))

    def _changed(self) -> None:
        with self._lock:
            self.version += 1
            if self._worker is not None:
                self._worker.close()
                self._worker = None
            if self._snapshot is not None:
                shutil.rmtree(self._snapshot, ignore_errors=True)
                self._snapshot = None

    def __del__(self) -> None:
        if getattr(self, "_worker", None) is not None or getattr(self, "_snapshot", None):
            self._changed()
