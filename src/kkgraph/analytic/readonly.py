"""What stores over tables have in common: they are for reading, and know their graphs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, ClassVar, Final, NoReturn

from kkgraph.errors import StoreError

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kkgraph.analytic.graphs import Graphs
    from kkgraph.analytic.matches import Matches
    from kkgraph.columnar.queries import Dataset


class ReadOnly:
    """The part of a store that reads graphs of tables, and refuses all changes.

    Whoever inherits it sets ``_graphs`` and ``matches``, and says ``where`` the data are.
    """

    version: Final = 0
    what: ClassVar[str]
    again: ClassVar[str]
    where: str
    matches: Matches
    _graphs: Graphs

    @property
    def path(self) -> None:
        """None: there is no folder in which something could be kept."""

    @property
    def dataset(self) -> Dataset:
        """The relations of SQL that hold the default graph and the named ones."""
        return self._graphs.dataset

    @property
    def plain(self) -> bool:
        """True where the data have no graph of a kkgraph store: the default graph is RDF's own."""
        return self._graphs.plain

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return list(self._graphs.named)

    def numbers(self, graphs: Iterable[str]) -> list[int]:
        """The numbers of named graphs; those that aren't there are left out."""
        named = self._graphs.named
        return [named[g] for g in graphs if g in named]

    def quads(self, graphs: Iterable[str] | None = None) -> Iterable[ox.Quad]:
        """The quads of the named graphs, or of some.

        Those of the default graph are among them only where it is RDF's own (``plain``).
        """
        named = self._graphs.named
        if graphs is None:
            return self.matches.of([*([-1] if self.plain else []), *named.values()])
        return self.matches.of([named[g] for g in graphs if g in named])

    def update(self, sparql: str) -> None:
        """Raise ``StoreError`` read-only-store."""
        self._refuse()

    def put_graphs(self, graphs: Mapping[str, Iterable[ox.Triple]]) -> None:
        """Raise ``StoreError`` read-only-store."""
        self._refuse()

    def put_graph(self, graph: str, triples: Iterable[ox.Triple]) -> None:
        """Raise ``StoreError`` read-only-store."""
        self._refuse()

    def drop_graph(self, graph: str) -> None:
        """Raise ``StoreError`` read-only-store."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise StoreError(
            "read-only-store",
            f"{self.what} is for reading, and takes no changes",
            where=self.where,
            hint=f"Change its sources, or a store in a folder, and {self.again}",
        )
