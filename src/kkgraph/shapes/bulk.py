"""Bulk validation: files loaded into columns, shapes run as SQL, problems listed in part."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.shacl.forms import Schema
from kkgraph.shacl.terms import statement
from kkgraph.shapes.checking import identity, no_data, read_schema, results_before
from kkgraph.shapes.outcome import Report, counted, problem_of, rank, tally_of
from kkgraph.shapes.places import Places

if TYPE_CHECKING:
    from kkgraph.columnar.engine import Validation
    from kkgraph.columnar.space import Space
    from kkgraph.columnar.tables import Columnar

FIRST: Final = 20
"""How many problems of each constraint are listed unless told otherwise."""
SAVED: Final = ".kk"


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another engine: how it opens data (given a function that reads them), and its space."""

    open: Callable[[Callable[[], Columnar]], Columnar]
    space: Callable[[Columnar], Space]


def validate_files(  # noqa: PLR0913 - each is one independent wish
    paths: Sequence[Path],
    background: list[ox.Quad],
    *,
    shapes: Sequence[Path] = (),
    first: int | None = FIRST,
    memory: str | None = None,
    threads: int | None = None,
    skip_errors: bool = False,
    progress: Callable[[str], None] | None = None,
    changed: Sequence[Path] = (),
    removed: Sequence[Path] = (),
    explained: bool = False,
    elsewhere: Elsewhere | None = None,
) -> Report:
    """The problems of large files, the first of each constraint; ``first`` None lists all.

    A single saved columnar file (``.kk``) is opened instead of loaded. With ``changed`` and
    ``removed`` (RDF files) the data are taken as after that change, and only the nodes that it
    can reach are looked at; nothing is written. ``elsewhere`` is an engine in DuckDB's place.
    """
    import pyarrow.compute  # noqa: F401 - before the clock starts

    from kkgraph.columnar import engine, loading  # noqa: F401
    from kkgraph.columnar.answers import can_answer

    schema = read_schema(shapes)
    alone = elsewhere is None and not (background or changed or removed or explained)
    plain = alone and can_answer(schema)
    if not plain:
        import duckdb  # noqa: F401
    change = None
    if changed or removed:
        change = tuple(
            [q for p in side for q in turtle.parse_file(p)] for side in (changed, removed)
        )
    start = time.perf_counter()
    read = partial(
        open_data,
        paths,
        memory=memory,
        threads=threads,
        skip_errors=skip_errors,
        progress=progress,
        hold=plain,
    )
    loaded = read() if elsewhere is None else elsewhere.open(read)
    took = time.perf_counter() - start
    try:
        if not loaded.n_triples:
            raise no_data(paths)
        return validate(
            loaded,
            schema,
            background,
            places=Places(only=paths[0] if len(paths) == 1 and paths[0].is_file() else None),
            first=first,
            loading_s=took,
            progress=progress,
            change=change,
            explained=explained,
            space=None if elsewhere is None else elsewhere.space(loaded),
        )
    except BaseException:
        loaded.close()
        raise


def validate_held(
    held: Columnar,
    *,
    shapes: Sequence[Path] = (),
    first: int | None = FIRST,
    progress: Callable[[str], None] | None = None,
    explained: bool = False,
) -> Report:
    """The problems of data that are open already and stand alone; the report holds them open."""
    try:
        return validate(
            held,
            read_schema(shapes),
            [],
            places=Places(),
            first=first,
            progress=progress,
            explained=explained,
        )
    except BaseException:
        held.close()
        raise


def open_data(  # noqa: PLR0913 - each is one independent wish
    paths: Sequence[Path],
    *,
    memory: str | None = None,
    threads: int | None = None,
    skip_errors: bool = False,
    progress: Callable[[str], None] | None = None,
    hold: bool = False,
) -> Columnar:
    """The loaded data of files, or a saved columnar file opened; options and errors of ``load``."""
    from kkgraph.columnar.loading import load
    from kkgraph.columnar.saved import open_saved

    if len(paths) == 1 and paths[0].suffix == SAVED:
        return open_saved(paths[0], memory=memory, threads=threads)

    def say(path: str, done: int, total: int) -> None:
        if progress is not None:
            share = f"{done / total:.0%}" if total else f"{done / 2**20:,.0f} MiB"
            progress(f"reading {Path(path).name}: {share}")

    return load(
        list(paths),
        memory=memory,
        threads=threads,
        skip_errors=skip_errors,
        progress=say,
        hold=hold,
    )


def validate(  # noqa: PLR0913 - each is one independent wish
    loaded: Columnar,
    schema: Schema,
    background: list[ox.Quad],
    *,
    places: Places,
    first: int | None = FIRST,
    loading_s: float = 0.0,
    progress: Callable[[str], None] | None = None,
    change: tuple[list[ox.Quad], ...] | None = None,
    explained: bool = False,
    space: Space | None = None,
) -> Report:
    """The report of loaded data; the background is there for look-ups, as in ``validate``.

    ``change`` is the quads added and those removed. ``space`` is that of another engine.
    """
    from kkgraph.columnar import engine, reach
    from kkgraph.columnar.space import Space

    space = space or Space(loaded)
    before: frozenset[tuple[Any, ...]] = frozenset()
    if background:
        space.add_background(background)
    if change is not None:
        reach.change(space, *change)
    if background:
        nodes = list({t for q in background for t in statement(q)})
        numbered = zip(nodes, space.add_terms(nodes), strict=True)
        known = {term for term, number in numbered if space.is_visible(number)}
        before = results_before(background, schema, known)
    found = engine.validate(
        loaded,
        schema,
        space=space,
        progress=progress,
        changed=change is not None,
        explained=explained,
    )
    problems = []
    for result in found.results(first):
        if before and identity(result) in before:
            continue
        problems.append(problem_of(result, places.of(getattr(result.focus, "value", ""))))
    problems.sort(key=rank)
    return Report(
        tuple(problems),
        loaded.n_triples if change is None else space.run("SELECT count(*) FROM facts")[0][0],
        _tallies(found, before),
        space.engine,
        (loading_s, found.seconds),
        skipped=tuple(f"{s.where}: {s.message}" for s in loaded.skipped.first),
        n_skipped=loaded.skipped.count,
        details=found,
    )


def _tallies(found: Validation, before: frozenset[tuple[Any, ...]]) -> tuple[Any, ...]:
    if not before:
        return tuple(tally_of(c.shape, c.constraint, c.results) for c in found.counts)
    return counted(tuple(problem_of(r) for r in found.results() if identity(r) not in before))
