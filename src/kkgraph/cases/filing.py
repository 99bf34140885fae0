"""Forms handed out: empty, or filled from a case's file or from triples at hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kkgraph.cases import exporting, reading, template
from kkgraph.cases.known import Known
from kkgraph.model import Problem


@dataclass(frozen=True)
class Filed:
    """What a form was filled with: what had no place in it, and what was wrong in the source."""

    lost: tuple[ox.Triple, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """True where the form holds all of the case."""
        return not self.lost and all(p.severity != "violation" for p in self.problems)


def empty(
    path: Path, known: Known, *, lang: str, shapes: Sequence[Path] = (), replace: bool = False
) -> Filed:
    """Write an empty form; errors as in ``template.write``."""
    template.write(path, known, lang=lang, shapes=shapes, replace=replace)
    return Filed()


def from_file(  # noqa: PLR0913
    path: Path,
    source: Path,
    known: Known,
    *,
    lang: str,
    shapes: Sequence[Path] = (),
    replace: bool = False,
) -> Filed:
    """Write a form with the case of a file of any kind; errors as in ``reading.read`` too."""
    case = reading.read(source, known, shapes=shapes)
    return from_triples(
        path,
        case.triples,
        known,
        lang=lang,
        slug=case.slug,
        problems=case.problems,
        shapes=shapes,
        replace=replace,
    )


def from_triples(  # noqa: PLR0913
    path: Path,
    triples: Sequence[ox.Triple],
    known: Known,
    *,
    lang: str,
    slug: str = "",
    problems: Iterable[Problem] = (),
    shapes: Sequence[Path] = (),
    replace: bool = False,
) -> Filed:
    """Write a form with these triples of a case."""
    form, rules = reading.form_of(known, shapes)
    written = exporting.write_back(triples, form, rules, known, lang=lang, slug=slug)
    template.write(path, known, lang=lang, shapes=shapes, rows=written.rows, replace=replace)
    return Filed(written.lost, tuple(problems))
