"""Reasoning over a saved columnar file: the rules of OWL 2 RL as SQL, for data of any size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kkgraph import files, turtle
from kkgraph.names import ONTOLOGY_IRI, PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    from kkgraph.columnar.rules import Closure
    from kkgraph.columnar.tables import Columnar


def close_saved(  # noqa: PLR0913 - each is one independent wish
    path: Path | str,
    *,
    background: bool = True,
    memory: str | None = None,
    threads: int | None = None,
    progress: Callable[[str], None] | None = None,
    timeout_s: float | None = None,
) -> Closure:
    """What follows from the data of a saved file by the rules of ``kkgraph.columnar.rules``.

    Where the file lacks kkgraph's ontology, the shipped one is there as well (``background``).
    A context manager: it holds the file open. Nothing is written until ``Closure.write``.

    >>> with close_saved("nation.kk") as closure:  # doctest: +SKIP
    ...     closure.write(Path("closed.kk"))

    Raises ``SourceError`` (missing-file, truncated-file, not-a-columnar-file), ``StoreError``
    (columnar-format, out-of-memory, disk-full), ``ReasonError`` reason-timeout.
    """
    from kkgraph.columnar.rules import close
    from kkgraph.columnar.saved import open_saved

    columnar = open_saved(Path(path), memory=memory, threads=threads)
    try:
        axioms: list[ox.Quad] = []
        if background:
            axioms = missing_ontology(columnar)
        return close(columnar, axioms, progress=progress, timeout_s=timeout_s)
    except BaseException:
        columnar.close()
        raise


def missing_ontology(columnar: Columnar) -> list[ox.Quad]:
    """The shipped ontology where the data lack it, else nothing."""
    names = (ONTOLOGY_IRI, RDF_TYPE, PREFIXES["owl"] + "Ontology")
    numbers = columnar.ids_of([ox.NamedNode(name) for name in names])
    if None not in numbers:
        s, p, o = numbers
        sql = f"SELECT 1 FROM triples WHERE s = {s} AND p = {p} AND o = {o} LIMIT 1"  # noqa: S608 - numbers
        if columnar.run(sql):
            return []
    return [q for file in files.ontology_files() for q in turtle.parse_file(file)]
