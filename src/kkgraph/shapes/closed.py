"""The anonymity shapes on what rules infer: does the closure say who an unnamed group is?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kkgraph import files
from kkgraph.model import Problem
from kkgraph.shapes.checking import identity, read_schema
from kkgraph.shapes.outcome import problem_of, rank

if TYPE_CHECKING:
    from kkgraph.columnar.rules import Closure

_ANONYMITY: Final = "anonymity.ttl"
FIRST: Final = 20


@dataclass(frozen=True)
class Breaches:
    """Problems of data with what is inferred from them.

    ``revealed`` are those that the data alone don't have, ``before`` those that they have; the
    first of each constraint. ``total`` counts all.
    """

    revealed: tuple[Problem, ...]
    before: tuple[Problem, ...]
    total: int


def breaches(closure: Closure, shapes: Sequence[Path] = ()) -> Breaches:
    """What the anonymity shapes, or those given, find in the data together with the closure.

    Raises ``StoreError`` and ``ShapeError`` as validation does.
    """
    from kkgraph.columnar import engine

    chosen = list(shapes) or [p for p in files.shape_files() if p.name == _ANONYMITY]
    schema = read_schema(chosen)
    space = closure.space
    space.overlay(closure.beside_data(), None)
    try:
        found = engine.validate(closure.columnar, schema, space=space)
        results, total = list(found.results(FIRST)), found.total
    finally:
        space.overlay(None, None)
    known = set()
    if results:
        before = engine.validate(closure.columnar, schema, space=space)
        known = {identity(result) for result in before.results()}
    sides: tuple[list[Problem], list[Problem]] = ([], [])
    for result in results:
        sides[identity(result) in known].append(problem_of(result))
    revealed, before_too = (tuple(sorted(side, key=rank)) for side in sides)
    return Breaches(revealed, before_too, total)
