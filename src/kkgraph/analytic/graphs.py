"""Which graphs a columnar file holds, and what its default graph is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from kkgraph.columnar.queries import Dataset
from kkgraph.names import is_merged

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar

_DEFAULT: Final = "default_graph"
_NAMED: Final = "named_graphs"


@dataclass(frozen=True, slots=True)
class Graphs:
    """The named graphs by IRI, with their numbers, and the relations that a query reads.

    ``plain`` is True where the file names no graph of a kkgraph store: its default graph is then
    RDF's own.
    """

    dataset: Dataset
    named: dict[str, int] = field(default_factory=dict)
    plain: bool = True

    def over(self, default: Sequence[str], named: Sequence[str]) -> Dataset:
        """The dataset whose default graph is the merge of some graphs, beside some named ones."""
        return Dataset(
            f"SELECT DISTINCT p, s, o FROM {self.dataset.named} WHERE {self._among(default)}",
            f"SELECT g, p, s, o FROM {self.dataset.named} WHERE {self._among(named)}",
        )

    def triples(self, graphs: Sequence[str]) -> str:
        """A SELECT of the triples of some graphs, each once; of the default graph for none."""
        if not graphs:
            return f"SELECT p, s, o FROM {self.dataset.default}"
        word = "SELECT" if len(graphs) == 1 else "SELECT DISTINCT"
        return f"{word} p, s, o FROM {self.dataset.named} WHERE {self._among(graphs)}"

    def quads(self, graphs: Sequence[str] | None) -> str:
        """A SELECT (g, p, s, o) of the quads of some named graphs, or of all.

        Those of the default graph (-1) are among all only where it is RDF's own (``plain``).
        """
        named = f"SELECT g, p, s, o FROM {self.dataset.named}"
        if graphs is not None:
            return f"{named} WHERE {self._among(graphs)}"
        default = f"SELECT -1 AS g, p, s, o FROM {self.dataset.default}"
        return f"{named} UNION ALL {default}" if self.plain else named

    def _among(self, graphs: Sequence[str]) -> str:
        found = [self.named[g] for g in graphs if g in self.named]
        return f"g IN ({_listed(found)})" if found else "false"


def graphs_of(columnar: Columnar) -> Graphs:
    """The graphs of a file, and its dataset as views of the session.

    The default graph holds the triples that stand in no named graph, and those of the graphs that
    a kkgraph store merges (``kkgraph.names.is_merged``), each once. So a file of plain triples has
    them all there, a file made of a store has what that store has, and foreign graphs stay apart.
    """
    if not columnar.has_graphs:
        _view(columnar, _DEFAULT, "SELECT p, s, o FROM triples")
        _view(columnar, _NAMED, "SELECT p AS g, p, s, o FROM triples WHERE false")
        return Graphs(Dataset(_DEFAULT, _NAMED))
    numbers = [int(g) for (g,) in columnar.run("SELECT DISTINCT g FROM quads ORDER BY g")]
    terms = columnar.terms_of([n for n in numbers if n >= 0])
    found = list(zip((n for n in numbers if n >= 0), terms, strict=True))
    named = {t.value: n for n, t in found if isinstance(t, ox.NamedNode)}
    merged = [n for n, t in found if isinstance(t, ox.NamedNode) and is_merged(t.value)]
    inside = [n for n in numbers if n < 0] + merged
    apart = [n for n, _ in found if n not in merged]
    _view(columnar, _DEFAULT, _default(columnar, inside, apart))
    _view(columnar, _NAMED, "SELECT g, p, s, o FROM quads WHERE g >= 0")
    return Graphs(Dataset(_DEFAULT, _NAMED), dict(sorted(named.items())), plain=not merged)


def opened(
    file: Path, graphs: Graphs, numbers: list[int], *, memory: str | None = None
) -> Columnar:
    """A file opened with the triples of its default graph and of some named graphs only."""
    from kkgraph.columnar.saved import open_saved
    from kkgraph.columnar.tables import Columnar

    columnar = open_saved(file, memory=memory)
    apart = [n for n in graphs.named.values() if n not in numbers]
    if not apart:
        return columnar
    try:
        inside = _listed([-1, *numbers])
        columnar.run("DROP VIEW triples")
        columnar.run(
            "CREATE TABLE triples AS SELECT DISTINCT p, s, o FROM quads"
            f" WHERE g IN ({inside}) ORDER BY p, s, o"
        )
        return Columnar(columnar.connection)
    except BaseException:
        columnar.close()
        raise


def _default(columnar: Columnar, inside: list[int], apart: list[int]) -> str:
    """A SELECT of the triples of the graphs inside, each once; the cheapest of several."""
    if not apart:
        return "SELECT p, s, o FROM triples"
    if not inside:
        return "SELECT p, s, o FROM triples WHERE false"
    if len(inside) == 1:
        return f"SELECT p, s, o FROM quads WHERE g = {inside[0]}"
    # Mostly few triples stand only in graphs that are not merged: all but these.
    columnar.run(
        "CREATE OR REPLACE TABLE apart AS SELECT p, s, o FROM"
        f" (SELECT DISTINCT p, s, o FROM quads WHERE g IN ({_listed(apart)})) ANTI JOIN"
        f" (SELECT p, s, o FROM quads WHERE g IN ({_listed(inside)})) USING (p, s, o)"
    )
    return "SELECT p, s, o FROM triples ANTI JOIN apart USING (p, s, o)"


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _view(columnar: Columnar, name: str, select: str) -> None:
    columnar.run(f"CREATE OR REPLACE VIEW {name} AS {select}")
