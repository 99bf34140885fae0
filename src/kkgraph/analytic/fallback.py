"""Oxigraph over the quads of a columnar file, for questions that have no translation to SQL."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.analytic.forms import Forms, forms_of
from kkgraph.columnar.written import lines
from kkgraph.errors import StoreError
from kkgraph.shacl.queries import predicates_of
from kkgraph.sparql import blank, names_remote, with_prefixes
from kkgraph.store import OxigraphStore

if TYPE_CHECKING:
    from kkgraph.analytic.graphs import Graphs
    from kkgraph.columnar.tables import Columnar
    from kkgraph.model import Answer
    from kkgraph.store import Limits

IN_MEMORY: Final = 500_000
"""Up to so many quads a copy is held in memory and serves all questions."""
_COPIES: Final = 3
_MARK: Final = "urn:kkgraph:graph"
_ALL: Final = re.compile(r"\bDESCRIBE\b", re.I)


class Fallback:
    """Copies of the data in Oxigraph, made when a question needs them, with the store's limits.

    Of large data only the triples of those properties are copied that the question names, where
    it names all that it reads. The engine writes some literals in another form; ``forms`` knows
    which, and answers come back in the data's own form where that can be told (see
    ``kkgraph.analytic.forms``).
    """

    def __init__(
        self,
        columnar: Columnar,
        graphs: Graphs,
        *,
        in_process: bool = False,
        most: int | None = None,
    ) -> None:
        self._columnar = columnar
        self._graphs = graphs
        self._in_process = in_process
        self._most = most
        self._copies: dict[frozenset[str] | None, OxigraphStore] = {}
        self._forms: Forms | None = None
        self._lock = threading.Lock()

    @property
    def forms(self) -> Forms:
        """Which literals of the data Oxigraph writes otherwise."""
        with self._lock:
            if self._forms is None:
                self._forms = forms_of(self._columnar)
            return self._forms

    def query(self, sparql: str, limits: Limits, *, apart: bool = False) -> Answer:
        """The answer, as ``OxigraphStore.query`` or ``query_apart`` gives it; forms restored.

        The time of making a copy does not count. Raises ``StoreError`` not-in-sql where a copy
        would have more than ``most`` quads.
        """
        store = self.copy(sparql)
        answer = store.query_apart(sparql, limits) if apart else store.query(sparql, limits)
        return self.forms.restored(answer, sparql)

    def close(self) -> None:
        """End its processes, and remove its files."""
        with self._lock:
            while self._copies:
                _drop(self._copies.popitem()[1])

    def copy(self, sparql: str) -> OxigraphStore:
        """A copy that has all that the question reads, which any number of questions may share."""
        with self._lock:
            return self._copy(sparql)

    def _copy(self, sparql: str) -> OxigraphStore:
        wanted = None
        if self._columnar.n_quads > IN_MEMORY and None not in self._copies:
            wanted = properties_of(sparql)
        if wanted not in self._copies:
            self._refuse_large(wanted)
            while len(self._copies) >= _COPIES:
                _drop(self._copies.pop(next(iter(self._copies))))
            self._copies[wanted] = self._made(wanted)
        return self._copies[wanted]

    def _refuse_large(self, wanted: frozenset[str] | None) -> None:
        if self._most is None or self._columnar.n_quads <= IN_MEMORY:
            return
        (found,) = self._columnar.run(
            f"SELECT count(*) FROM ({rows_of(self._columnar, self._graphs, wanted)})"
        )[0]
        if found > self._most:
            raise StoreError(
                "not-in-sql",
                f"the question has no translation to SQL, and what it reads ({found:,} statements) "
                "is too much to copy for Oxigraph here",
                hint="Name the properties that it reads, or ask the file itself: "
                "kkgraph query --store FILE.kk (--explain says what has no translation).",
            )

    def _made(self, wanted: frozenset[str] | None) -> OxigraphStore:
        if wanted is None and self._columnar.n_quads > IN_MEMORY and not self._in_process:
            return on_disk(self._columnar, self._graphs)
        engine = ox.Store()
        with tempfile.TemporaryDirectory(prefix="kkgraph-") as folder:
            load_into(engine, self._columnar, self._graphs, Path(folder), wanted)
        if wanted is not None:  # every graph is there, whatever the question reads of it
            for graph in map(ox.NamedNode, self._graphs.named):
                engine.add(ox.Quad(graph, ox.NamedNode(_MARK), graph, graph))
        return OxigraphStore(engine, in_process=self._in_process, derived=False)


def _drop(copy: OxigraphStore) -> None:
    copy.close()
    if copy.path is not None:
        shutil.rmtree(copy.path, ignore_errors=True)


def properties_of(sparql: str) -> frozenset[str] | None:
    """The properties that a question can read; None where it may read any."""
    if _ALL.search(blank(sparql)) or names_remote(sparql):
        return None
    return predicates_of(with_prefixes(sparql))


def on_disk(columnar: Columnar, graphs: Graphs) -> OxigraphStore:
    """A copy of the data in temporary files, which are removed in the end.

    A process of its own answers from them.
    """
    folder = Path(tempfile.mkdtemp(prefix="kkgraph-"))
    try:
        engine = ox.Store(str(folder / "oxigraph"))
        load_into(engine, columnar, graphs, folder)
        engine.flush()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    store = OxigraphStore(engine, path=folder, derived=False)
    weakref.finalize(store, shutil.rmtree, folder, ignore_errors=True)
    return store


def load_into(
    engine: ox.Store,
    columnar: Columnar,
    graphs: Graphs,
    folder: Path,
    wanted: frozenset[str] | None = None,
) -> None:
    """Load the data, or the triples of some properties, through a file in the folder.

    Raises ``StoreError`` disk-full.
    """
    file = folder / "quads.nq"
    with _disk(folder):
        try:
            with file.open("w", encoding="utf-8", newline="\n") as out:
                out.writelines(lines(columnar, rows_of(columnar, graphs, wanted)))
            engine.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS, lenient=True)
        finally:
            file.unlink(missing_ok=True)


def rows_of(columnar: Columnar, graphs: Graphs, wanted: frozenset[str] | None) -> str:
    """A SELECT of the quads (g, p, s, o), of some properties or all; -1 is the default graph."""
    where = ""
    if wanted is not None:
        numbers = columnar.ids_of([ox.NamedNode(p) for p in sorted(wanted)])
        where = f" WHERE p IN ({', '.join(str(n) for n in numbers if n is not None) or '-1'})"
    return (
        f"SELECT g, p, s, o FROM {graphs.dataset.named}{where}"
        f" UNION ALL SELECT -1 AS g, p, s, o FROM {graphs.dataset.default}{where}"
    )


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        code = "disk-full" if "No space left" in str(error) else "engine-failed"
        raise StoreError(
            code,
            f"the copy for Oxigraph cannot be made: {error}",
            where=str(folder),
            hint="Free some space, or ask what has a translation to SQL (--explain says so).",
        ) from error
