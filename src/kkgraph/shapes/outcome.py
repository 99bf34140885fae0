"""The outcome of a validation: counts, and problems or standard results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from kkgraph.errors import QuestionError
from kkgraph.model import Problem
from kkgraph.shacl.forms import Constraint, Result, Shape
from kkgraph.shacl.messages import messages_of
from kkgraph.shacl.terms import show

SEVERITIES: Final = ("violation", "warning", "info")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many results one constraint of one shape has."""

    shape: str
    component: str
    severity: str
    results: int


@dataclass(frozen=True)
class Report:
    """The result of a validation: every problem in one pass, the gravest first.

    ``problems`` may be cut to the first of each constraint; ``tallies`` always count all.
    ``engine`` says which one decided: direct, columnar, spark or pyshacl. ``seconds`` are those of
    loading and of validating. ``n_skipped`` counts malformed lines that were left out, ``skipped``
    holds the first. ``details`` is the engine's own outcome, for reports and plans.
    """

    problems: tuple[Problem, ...]
    triples: int
    tallies: tuple[Tally, ...] = ()
    engine: str = "direct"
    seconds: tuple[float, float] = (0.0, 0.0)
    skipped: tuple[str, ...] = ()
    n_skipped: int = 0
    details: Any = field(default=None, repr=False, compare=False)

    @property
    def conforms(self) -> bool:
        """True where nothing of severity violation was found."""
        return not self.count("violation")

    @property
    def total(self) -> int:
        """How many results there are, of whatever severity."""
        return sum(t.results for t in self.tallies)

    def count(self, severity: str) -> int:
        """How many results have this severity."""
        return sum(t.results for t in self.tallies if t.severity == severity)

    def by_component(self) -> dict[str, int]:
        """Results by the local name of their component."""
        found: dict[str, int] = {}
        for tally in self.tallies:
            found[tally.component] = found.get(tally.component, 0) + tally.results
        return dict(sorted(found.items()))

    def explain(self, shapes: Sequence[str] = ()) -> str:
        """The plan of the columnar engine, of some shapes (CURIEs) or of all."""
        if not hasattr(self.details, "explain"):
            raise QuestionError(
                "bad-value",
                f"the engine {self.engine} has no plan",
                where="explain",
                hint="Validate with engine='columnar'.",
            )
        text: str = self.details.explain(shapes)
        return text

    def close(self) -> None:
        """Free the tables of the columnar engine, after which no result can be read any more."""
        if hasattr(self.details, "close"):
            self.details.close()

    def results(self) -> Iterator[Result]:
        """The standard results, all of them; nothing for the engine pyshacl."""
        yield from self.details.results() if self.details is not None else ()


def severity_of(shape: Shape) -> str:
    """A shape's severity: violation, warning or info; any other counts as a violation."""
    name = shape.severity.rpartition("#")[2].lower()
    return name if name in SEVERITIES else "violation"


def component_of(constraint: Constraint) -> str:
    """The local name of a constraint's component."""
    return constraint.component.rpartition("#")[2].rpartition("/")[2]


def tally_of(shape: Shape, constraint: Constraint, results: int) -> Tally:
    """The count of one constraint."""
    return Tally(shape.name, component_of(constraint), severity_of(shape), results)


def counted(problems: tuple[Problem, ...]) -> tuple[Tally, ...]:
    """The tallies of problems that are all at hand."""
    found: dict[tuple[str, str, str], int] = {}
    for p in problems:
        key = (p.shape, p.component, p.severity)
        found[key] = found.get(key, 0) + 1
    return tuple(Tally(*key, n) for key, n in sorted(found.items()))


def problem_of(result: Result, where: str = "") -> Problem:
    """A standard result as a problem."""
    messages: dict[str, str] = {}
    for text, lang in messages_of(result):
        messages.setdefault(lang or "en", text)
    focus, value = result.focus, result.value
    return Problem(
        severity=severity_of(result.shape),
        message=dict(sorted(messages.items())),
        focus=_text(focus),
        path="" if result.path is None else str(result.path),
        value="" if value is None else _text(value),
        shape=result.shape.name,
        component=component_of(result.constraint),
        where=where,
    )


def _text(term: Any) -> str:
    """An IRI or a lexical form as it is, a blank node with its label."""
    return show(term) if type(term).__name__ == "BlankNode" else str(term.value)


def rank(problem: Problem) -> tuple[Any, ...]:
    """The order of problems: severity, file, line, node, shape, value."""
    file, _, line = problem.where.rpartition(":")
    number = int(line) if line.isdigit() else 0
    grave = SEVERITIES.index(problem.severity)
    return grave, file, number, problem.focus, problem.shape, problem.value
