"""Which engine validates what: small data directly, large data as SQL, pySHACL on request."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import files, turtle
from kkgraph.errors import QuestionError, ShapeError, SourceError
from kkgraph.shacl.data import Data
from kkgraph.shacl.direct import Validator
from kkgraph.shacl.forms import Result, Schema
from kkgraph.shacl.reading import read_shapes
from kkgraph.shapes.outcome import Report, counted, problem_of, rank
from kkgraph.shapes.places import Places

ENGINES: Final = ("auto", "columnar", "spark", "pyshacl")
_SPARK_ONLY: Final = ("master", "tables")
_BULK_ONLY: Final = ("changed", "removed", "memory", "skip_errors", "explained")
SMALL_BYTES: Final = 4 * 2**20
"""Files of this size together, or less, are validated without SQL."""


def read_schema(shapes: Sequence[Path] = ()) -> Schema:
    """The schema of shapes files, or of the shipped ones; errors as in ``read_shapes``.

    Also raises ``ShapeError`` no-shapes where no shape has a target, so that nothing is checked.
    """
    chosen = list(shapes) or files.shape_files()
    place = str(chosen[0]) if len(chosen) == 1 else "shapes"
    try:
        schema = read_shapes(quad for path in chosen for quad in turtle.parse_file(path))
    except ShapeError as error:
        error.where = f"{place}: {error.where}"
        raise
    if not any(shape.targets for shape in schema.shapes.values()):
        raise ShapeError(
            "no-shapes",
            "no shape here has a target, so nothing would be checked",
            where=place,
            hint="Give a file of SHACL shapes with sh:targetClass or another target.",
        )
    return schema


def validate(
    quads: Iterable[ox.Quad],
    *,
    shapes: Sequence[Path] = (),
    background: Iterable[ox.Quad] = (),
    sources: dict[str, Path] | None = None,
    engine: str = "auto",
) -> Report:
    """All problems of the quads' triples (graph names don't matter) under the shapes.

    ``background`` (the ontology, known entities) is there for look-ups: only nodes that the quads
    name are checked, and what the background alone would be blamed for is left out. ``sources``
    maps a focus IRI to the file it came from. Raises ``ShapeError`` (bad-shape,
    unsupported-shape, recursive-shapes).
    """
    given, known = list(quads), list(background)
    places = Places(sources)
    if engine == "pyshacl":
        from kkgraph.shapes import second

        return second.validate(given, known, list(shapes) or files.shape_files(), places)
    if engine == "columnar":
        from kkgraph.columnar.tables import Columnar
        from kkgraph.shapes import bulk

        start = time.perf_counter()
        with Columnar.from_quads(given) as loaded:
            took = time.perf_counter() - start
            schema = read_schema(shapes)
            return bulk.validate(loaded, schema, known, places=places, loading_s=took)
    return _direct(given, known, read_schema(shapes), places)


def _direct(
    quads: list[ox.Quad], background: list[ox.Quad], schema: Schema, places: Places
) -> Report:
    start = time.perf_counter()
    data = Data(quads)
    triples = data.triples
    nodes: set[Any] = {q.subject for q in quads} | {q.object for q in quads}
    before = results_before(background, schema, nodes)
    data.add(background)
    loaded = time.perf_counter()
    focus = nodes.__contains__ if background else None
    validator = Validator(data, schema)
    found = [r for r in validator.results(focus) if identity(r) not in before]
    problems = tuple(sorted((problem_of(r, places.of(_name(r))) for r in found), key=rank))
    seconds = (loaded - start, time.perf_counter() - loaded)
    return Report(
        problems, triples, counted(problems), "direct", seconds, details=Listed(found, validator)
    )


class Listed:
    """Results that are at hand, and the validator that found them."""

    def __init__(self, found: list[Result], validator: Validator) -> None:
        self._found = found
        self.validator = validator

    def results(self) -> list[Result]:
        """All of them."""
        return self._found


def results_before(
    background: Iterable[ox.Quad], schema: Schema, nodes: set[Any]
) -> frozenset[tuple[Any, ...]]:
    """What the background alone would be blamed for on these nodes."""
    data = Data(background)
    if not data.triples:
        return frozenset()
    found = Validator(data, schema).results(nodes.__contains__)
    return frozenset(identity(r) for r in found)


def identity(result: Result) -> tuple[Any, ...]:
    """What makes a result the same in two validations."""
    return result.focus, result.value, result.shape.id, result.constraint, str(result.path)


def _name(result: Result) -> str:
    return str(getattr(result.focus, "value", ""))


def validate_files(
    paths: Sequence[Path], background: Iterable[ox.Quad] = (), **options: Any
) -> Report:
    """The problems of RDF files, each with the file and line where its focus node stands.

    Options: ``shapes``, ``engine`` (auto, columnar, spark, pyshacl), and for bulk data ``first``
    (how many problems of each constraint are listed), ``memory`` and ``skip_errors``; for Spark
    ``master`` and ``tables``. Raises
    ``SourceError`` (missing-file, bad-rdf, no-data …), ``StoreError`` (out-of-memory, disk-full).
    """
    engine = options.pop("engine", "auto")
    if engine not in ENGINES:
        raise QuestionError(
            "bad-value",
            f'"{engine}" is no engine',
            where="engine",
            hint=f"Choose one of: {', '.join(ENGINES)}.",
        )
    spark_only = [name for name in _SPARK_ONLY if options.get(name)]
    if spark_only and engine != "spark":
        raise QuestionError(
            "bad-value",
            f"the engine {engine} knows no {spark_only[0]}",
            where="engine",
            hint="Add --engine spark (engine='spark').",
        )
    if engine == "spark":
        from kkgraph.shapes import spread

        return spread.validate_files(paths, list(background), **options)
    for name in _SPARK_ONLY:
        options.pop(name, None)
    bulk_only = [name for name in _BULK_ONLY if options.get(name)]
    if bulk_only and engine == "pyshacl":
        raise QuestionError(
            "bad-value",
            f"the engine pyshacl knows no {bulk_only[0].replace('_', '-')}",
            where="engine",
            hint="Leave the engine out, or choose columnar.",
        )
    if engine == "columnar" or (engine == "auto" and (bulk_only or not is_small(paths))):
        from kkgraph.shapes import bulk

        return bulk.validate_files(paths, list(background), **options)
    quads: list[ox.Quad] = []
    sources: dict[str, Path] = {}
    for path in paths:
        mine = turtle.parse_file(path)
        quads += mine
        for quad in mine:
            if isinstance(quad.subject, ox.NamedNode):
                sources.setdefault(quad.subject.value, path)
    if not quads:
        raise no_data(paths)
    shapes = options.get("shapes", ())
    return validate(quads, shapes=shapes, background=background, sources=sources, engine=engine)


def no_data(paths: Sequence[Path]) -> SourceError:
    """The error of files without a triple."""
    where = ", ".join(map(str, paths))
    return SourceError("no-data", "there are no triples to validate", where=where)


def is_small(paths: Sequence[Path]) -> bool:
    """True for plain RDF files that are quicker validated without SQL; a missing one counts too."""
    size = 0
    for path in paths:
        if path.suffix.lstrip(".").lower() not in turtle.FORMATS:
            return path.suffix.lower() not in (".gz", ".zst", ".parquet", ".kk")
        size += path.stat().st_size if path.is_file() else 0
    return size <= SMALL_BYTES
