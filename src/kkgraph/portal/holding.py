"""What is published, as its files and reports read it: in memory, or where there is much, on disk.

Both give the same package. On disk the statements stand in a sorted file, which is read once for
each file of data, and in a columnar file, which is validated, counted and asked.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import pyoxigraph as ox

from kkgraph import files, names
from kkgraph.graph import KnowledgeGraph, background_of
from kkgraph.names import KKG
from kkgraph.portal import gathering, selecting
from kkgraph.portal.counting import Contents, Listed, Saved
from kkgraph.portal.gathering import Portion
from kkgraph.portal.selecting import Selection
from kkgraph.portal.sorting import Ordered, in_order, parted
from kkgraph.store import OxigraphStore, Store

if TYPE_CHECKING:
    from kkgraph.analytic import ColumnarStore
    from kkgraph.shapes import Report

MANY: Final = 200_000
"""More statements than these are not held in memory."""
MEMORY: Final = "1GB"
"""What the columnar file of many statements may take, unless told otherwise."""


class Holding(Protocol):
    """The statements of a publication."""

    large: bool
    """True where they are not in memory; reports list the first problems of each rule only."""

    @property
    def graph(self) -> KnowledgeGraph:
        """They alone as a graph that can be asked."""

    def exposures(self) -> Report:
        """See ``selecting.exposures``."""

    def broken_rules(self, store: Store, kept_back: Sequence[str]) -> Report:
        """See ``selecting.broken_rules``; close it when it has been written."""

    def portions(self) -> Iterable[tuple[Portion, Contents]]:
        """The datasets, and what each holds."""


@contextmanager
def held(store: Store, selection: Selection, *, memory: str | None = None) -> Iterator[Holding]:
    """What a selection holds; ``memory`` ("2GB") bounds what SQL takes where it is much.

    Raises ``StoreError`` disk-full, out-of-memory.
    """
    with ExitStack() as stack:
        first: list[ox.Quad] = []
        quads = iter(store.quads([KKG + g for g in selection.graphs]))
        for quad in quads:
            first.append(quad)
            if len(first) > MANY:
                break
        else:
            yield InMemory(selection, selecting.in_order(first))
            return
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kkgraph-")))
        found = in_order(selecting.settled(_emptied(first, quads)), folder)
        with OnDisk(selection, found, folder, memory=memory or MEMORY) as holding:
            yield holding


def _emptied(first: list[ox.Quad], rest: Iterator[ox.Quad]) -> Iterator[ox.Quad]:
    """All of them; the list does not hold on to its part."""
    first.reverse()
    while first:
        yield first.pop()
    yield from rest


class InMemory:
    """Statements in a list."""

    large = False

    def __init__(self, selection: Selection, quads: list[ox.Quad]) -> None:
        self._selection = selection
        self._quads = quads
        self._graph: KnowledgeGraph | None = None

    @property
    def graph(self) -> KnowledgeGraph:
        """They alone, in memory."""
        if self._graph is None:
            self._graph = KnowledgeGraph(OxigraphStore.in_memory(self._quads, in_process=True))
        return self._graph

    def exposures(self) -> Report:
        """See ``selecting.exposures``."""
        return selecting.exposures(self._quads)

    def broken_rules(self, store: Store, kept_back: Sequence[str]) -> Report:
        """See ``selecting.broken_rules``."""
        return selecting.broken_rules(self._quads, store, kept_back)

    def portions(self) -> Iterator[tuple[Portion, Contents]]:
        """The datasets."""
        for portion in gathering.portions(self._selection, self._quads):
            yield portion, Listed(tuple(portion.quads))


class OnDisk:
    """Statements in files of a folder; a context manager that closes them."""

    large = True

    def __init__(self, selection: Selection, quads: Ordered, folder: Path, *, memory: str) -> None:
        self._selection = selection
        self._quads = quads
        self._folder = folder
        self._memory = memory
        self._file = folder / "quads.kk"
        self._store = self._loaded()
        self.graph = KnowledgeGraph(self._store)

    def _loaded(self) -> ColumnarStore:
        from kkgraph.analytic import ColumnarStore
        from kkgraph.columnar.loading import load

        load(self._quads.path, memory=self._memory, into=self._file).close()
        return ColumnarStore.open(self._file, memory=self._memory, in_process=True)

    def __enter__(self) -> OnDisk:
        return self

    def __exit__(self, *_: object) -> None:
        self.graph.close()

    def exposures(self) -> Report:
        """See ``selecting.exposures``; by SQL."""
        from kkgraph.columnar.saved import open_saved
        from kkgraph.shapes import bulk

        path = files.shipped("shapes") / "anonymity.ttl"
        report = bulk.validate_held(open_saved(self._file, memory=self._memory), shapes=[path])
        report.close()
        return report

    def broken_rules(self, store: Store, kept_back: Sequence[str]) -> Report:
        """See ``selecting.broken_rules``; by SQL, with the first problems of each rule."""
        from kkgraph.shapes import bulk
        from kkgraph.shapes.checking import read_schema
        from kkgraph.shapes.places import Places

        rest = [KKG + g for g in kept_back if names.is_background(KKG + g)]
        known = background_of(store.quads(rest)) if rest else []
        data = self._store.only(names.is_background, memory=self._memory)
        try:
            return bulk.validate(data, read_schema(), known, places=Places(), first=bulk.FIRST)
        except BaseException:
            data.close()
            raise

    def portions(self) -> Iterator[tuple[Portion, Contents]]:
        """The datasets, all but the whole in files of their own."""
        wanted = gathering.parts(self._selection)
        whole, *others = wanted
        found = parted(
            self._quads, {slug: [KKG + g for g in graphs] for slug, _, graphs in others},
            self._folder,
        )  # fmt: skip
        found[whole[0]] = self._quads
        for slug, kind, graphs in wanted:
            yield Portion(slug, kind, found[slug]), Saved(self._store, graphs)
