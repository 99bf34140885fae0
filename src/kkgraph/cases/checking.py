"""A case held against the shapes: each problem at its cells or line, in words, with a fix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph import shapes as validation
from kkgraph.cases import branches
from kkgraph.cases.fixes import NONE, Fix, Fixer
from kkgraph.cases.following import Followers
from kkgraph.cases.placing import Placer, in_order, place_of
from kkgraph.cases.rdf import read_rdf
from kkgraph.cases.records import Case, Place, is_tabular
from kkgraph.cases.wording import Words
from kkgraph.model import Problem, Text, in_language
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Result
from kkgraph.shacl.paths import Predicate
from kkgraph.shacl.terms import show
from kkgraph.shapes import Report, Tally
from kkgraph.shapes.checking import no_data
from kkgraph.shapes.outcome import SEVERITIES, counted, problem_of

READER: Final = "reader"
"""The shape and component of a problem that the reader of a file found itself."""


@dataclass(frozen=True, slots=True)
class PlacedProblem:
    """A problem with its places, the rule behind it, and what to write instead.

    ``message`` is the shape's own; ``rule`` says its real limits, with the allowed values; ``why``
    has a line for each branch of a compound rule. ``about`` and ``path`` are the names of the
    thing and of the path, ``given`` of the value. Texts are by language and may be empty.
    """

    problem: Problem
    places: tuple[Place, ...]
    about: Text = field(default_factory=dict, hash=False)
    path: Text = field(default_factory=dict, hash=False)
    given: Text = field(default_factory=dict, hash=False)
    rule: Text = field(default_factory=dict, hash=False)
    why: tuple[Text, ...] = field(default=(), hash=False)
    fix: Fix = field(default=NONE, hash=False)

    @property
    def severity(self) -> str:
        """Violation, warning or info."""
        return self.problem.severity

    @property
    def message(self) -> Text:
        """What is wrong and what to do, as the shape says it."""
        return self.problem.message

    @property
    def shape(self) -> str:
        """The shape, as a CURIE."""
        return self.problem.shape

    @property
    def component(self) -> str:
        """The local name of the constraint component."""
        return self.problem.component

    def key(self) -> tuple[Any, ...]:
        """What problems share that are shown together: the rule, not the place or the value."""
        p = self.problem
        said = in_language(p.message, "en") if p.shape == READER else ""
        return SEVERITIES.index(p.severity), p.shape, p.component, p.path, said


@dataclass(frozen=True)
class Findings:
    """All problems of a case, the gravest first and then by place; the reader's included.

    ``report`` is the standard outcome of the shapes alone.
    """

    case: Case
    problems: tuple[PlacedProblem, ...]
    report: Report

    @classmethod
    def of_report(cls, report: Report, source: str) -> Findings:
        """The listed problems of a report without a case, each at the place that it has."""
        placed = []
        for problem in report.problems:
            file, _, line = problem.where.rpartition(":")
            place = Place(file, line=int(line)) if line.isdecimal() else Place(problem.where)
            placed.append(PlacedProblem(problem, (place,)))
        return cls(Case(source), tuple(placed), report)

    @property
    def conforms(self) -> bool:
        """True where nothing of severity violation was found, by the reader or the shapes."""
        return not self.count("violation")

    def count(self, severity: str) -> int:
        """How many problems have this severity."""
        return sum(p.severity == severity for p in self.problems)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        """How many problems each rule has."""
        return counted(tuple(p.problem for p in self.problems))

    def groups(self) -> list[list[PlacedProblem]]:
        """The problems, those that break the same rule together, in the order of the first."""
        found: dict[tuple[Any, ...], list[PlacedProblem]] = {}
        for problem in self.problems:
            found.setdefault(problem.key(), []).append(problem)
        return list(found.values())


def check(
    case: Case,
    background: Iterable[ox.Quad],
    *,
    shapes: Sequence[Path] = (),
    progress: Callable[[str], None] | None = None,
) -> Findings:
    """All problems of a case under the shapes, each at its places; the reader's are merged in.

    What only follows from another problem at the same cell is left out (not of ``report``).
    ``background`` is looked up as in ``kkgraph.shapes.validate``. Raises ``ShapeError``.
    """
    say = progress or (lambda what: None)
    say("checking the shapes")
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in case.triples]
    report = validation.validate(quads, shapes=shapes, background=background)
    if report.total or case.problems:
        case.located()
    words = Words(report.details.validator, _titles(case))
    placer, fixer = Placer(case, words.validator), Fixer(words)
    placed: list[PlacedProblem] = [_of_reader(p, case, words) for p in case.problems]
    results = list(report.results())
    reader = [(p.problem, p.places[0]) for p in placed]
    followers = Followers(reader, results, placer)
    for number, result in enumerate(results):
        if number % 100 == 0:
            say(f"placing problems: {number:,} of {len(results):,}")
        places = placer.of(result)
        if not followers.follows(result, places):
            placed.append(_placed(result, places, words, fixer))
    placed.sort(key=_rank)
    return Findings(case, tuple(placed), report)


def _titles(case: Case) -> dict[str, Text]:
    """The heads of the form's columns by property, where the case is in sheets and they agree."""
    if not any(place.sheet for place in case.nodes.values()):
        return {}
    from kkgraph.cases.form import declared

    found: dict[str, list[Text]] = {}
    for column in (c for sheet in declared().sheets for c in sheet.columns):
        if column.label and column.label not in found.setdefault(column.property, []):
            found[column.property].append(column.label)
    return {p: labels[0] for p, labels in found.items() if len(labels) == 1}


def check_files(
    paths: Sequence[Path],
    background: Iterable[ox.Quad],
    *,
    shapes: Sequence[Path] = (),
    progress: Callable[[str], None] | None = None,
) -> Findings:
    """All problems of files of whatever kind, taken together as one case; errors as of reading.

    Also raises ``SourceError`` no-data where they hold neither a triple nor a problem.
    """
    known = list(background)
    case = merged(read_all(paths, known, shapes))
    if not case.triples and not case.problems:
        raise no_data(paths)
    return check(case, known, shapes=shapes, progress=progress)


def read_all(
    paths: Sequence[Path], background: list[ox.Quad], shapes: Sequence[Path]
) -> list[Case]:
    """The cases in the files; names are looked up in the background and in the RDF among them."""
    found = {path: read_rdf(path, lazily=True) for path in paths if not is_tabular(path)}
    if len(found) == len(paths):
        return list(found.values())
    from kkgraph.cases.known import Known
    from kkgraph.cases.reading import read

    beside = (ox.Quad(*t) for case in found.values() for t in case.triples)
    known = Known.of([*background, *beside])
    return [found.get(p) or read(p, known, shapes=shapes) for p in paths]


def _placed(result: Result, places: tuple[Place, ...], words: Words, fixer: Fixer) -> PlacedProblem:
    given = words.name(result.value) if result.value is not None and result.path else {}
    if isinstance(result.constraint, f.Datatype) and result.value is not None:
        given = dict.fromkeys(names.LANGUAGES, show(result.value))
    return PlacedProblem(
        problem_of(result, str(places[0])),
        places,
        words.name(result.focus),
        words.path(result.path),
        given,
        words.rule(result),
        branches.why(result, words),
        fixer.fix(result),
    )


def _of_reader(problem: Problem, case: Case, words: Words) -> PlacedProblem:
    """A reader's problem, under the reader's name as its shape, with the value that it suggests."""
    p = problem
    standard = Problem(
        p.severity, p.message, p.focus, p.path, p.value, p.shape or READER, p.component or READER,
        p.where,
    )  # fmt: skip
    fix = getattr(problem, "fix", "")
    node = ox.NamedNode(p.focus) if p.focus in case.nodes else None
    return PlacedProblem(
        standard,
        (place_of(p.where, case.source),),
        words.name(node) if node else {},
        words.path(Predicate(names.expand(p.path.removeprefix("^")))) if p.path else {},
        dict.fromkeys(names.LANGUAGES, p.value) if p.value else {},
        fix=Fix({}, dict.fromkeys(names.LANGUAGES, fix)) if fix else NONE,
    )


def _rank(item: PlacedProblem) -> tuple[Any, ...]:
    p = item.problem
    place = in_order(item.places[0])
    return SEVERITIES.index(p.severity), place, p.shape, p.component, p.path, p.value


def merged(cases: Sequence[Case]) -> Case:
    """Several cases as one, so that what one names in another is known; places keep their files."""
    if len(cases) == 1:
        return cases[0]
    whole = Case(", ".join(c.source for c in cases), cases[0].slug if cases else "")
    whole.triples = list(dict.fromkeys(t for case in cases for t in case.triples))
    whole.problems = [p for case in cases for p in case.problems]
    whole.locate = lambda: _locate(whole, cases)
    return whole


def _locate(whole: Case, cases: Sequence[Case]) -> None:
    for case in cases:
        case.located()
        for triple, places in case.origins.items():
            whole.origins[triple] = (*whole.origins.get(triple, ()), *places)
        for node, place in case.nodes.items():
            whole.nodes.setdefault(node, place)
        for key, places in case.fields.items():
            whole.fields[key] = (*whole.fields.get(key, ()), *places)
