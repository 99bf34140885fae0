"""Large data as one case of a columnar file, beside the shipped graph."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from kkgraph import names
from kkgraph.cases import shelf
from kkgraph.cases.loading import named
from kkgraph.opening import shipped_quads

if TYPE_CHECKING:
    from kkgraph.columnar.loading import Progress
    from kkgraph.columnar.tables import Columnar


def build(  # noqa: PLR0913 - each is one independent wish
    paths: Sequence[Path],
    into: Path,
    *,
    case: str = "",
    memory: str | None = None,
    skip_errors: bool = False,
    progress: Progress | None = None,
) -> Columnar:
    """A saved columnar file with the shipped graph and the files' data, opened.

    Statements that name a graph stand there; all others are the case ``kkg:case-<case>`` (the name
    of ``into`` where none is given), with a record of the files. Nothing is validated. Raises
    ``TermError`` bad-case-name, and as ``kkgraph.columnar.loading.load``.
    """
    from kkgraph.columnar.loading import load

    slug = named(case or into.stem, into)
    graph = names.CASE_PREFIX + slug
    when = datetime.now(UTC).replace(microsecond=0)

    def beside() -> Iterator[ox.Quad]:  # run once the files have been read
        yield from shipped_quads()
        place = ox.NamedNode(names.LOAD_PREFIX + slug)
        files = ", ".join(p.name for p in paths)
        for triple in shelf.record(slug, files, digest(paths), None, when):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, place)

    return load(
        paths,
        memory=memory,
        skip_errors=skip_errors,
        progress=progress,
        into=into,
        graph=graph,
        also=beside(),
    )


def digest(paths: Sequence[Path]) -> str:
    """The SHA-256 of a file; of several, that of the list of theirs."""
    found = []
    for path in paths:
        with path.open("rb") as file:
            found.append(hashlib.file_digest(file, "sha256").hexdigest())
    return found[0] if len(found) == 1 else hashlib.sha256("\n".join(found).encode()).hexdigest()
