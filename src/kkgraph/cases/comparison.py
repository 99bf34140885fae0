"""A comparison: cases against conditions, in three states, with the findings behind each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kkgraph import names
from kkgraph.cases import shelf
from kkgraph.cases.conditions import ABSENT, ADDABLE, KINDS, OUTSIDE, PRESENT, Kind
from kkgraph.cases.gathering import Gathered, chosen, gather, levels_of, members
from kkgraph.cases.matrix import (
    BOTH,
    LEVELS,
    ORDER,
    UNREPORTED,
    Cell,
    Comparison,
    Condition,
    Row,
    Told,
)
from kkgraph.collecting import paused
from kkgraph.errors import QuestionError
from kkgraph.model import FindingNote, Text, in_language
from kkgraph.names import KK
from kkgraph.reading import Reader

_NO_THEME: Final[Text] = {"en": "No theme given", "th": "ไม่ได้จัดแก่นเรื่อง"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be compared.

    ``by`` is one of ``conditions.KINDS``. ``cases`` are names of loaded cases, and "study" for the
    study of five; none: all. ``count`` adds tendency, estimate or preliminary to what is a report.
    ``rows`` are the sorts of rows wanted, of ``ORDER``; none: all but "other".
    """

    by: str = "theme"
    cases: Sequence[str] = ()
    count: Sequence[str] = ()
    rows: Sequence[str] = ()
    lang: str = "en"


@paused()
def compare(reader: Reader, asked: Asked) -> Comparison:
    """The cases of the graph against the conditions of a kind.

    A row is what findings are claimed for: a body, a named or an unnamed group, a population, and
    on request a place and all else. Nothing is passed from a group to its members. A finding
    counts as a report where it is asserted (among goals, where it is aimed at). Takes time by the
    number of findings. Raises ``QuestionError`` bad-value, ``TermError`` unknown-case.
    """
    kind, counted, wanted = _kind(asked.by), _counted(asked), _wanted(asked.rows)
    known = gather(reader, chosen(reader, asked.cases))
    reports: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for finding in known.said:
        for node, report in dict.fromkeys(kind.report(finding)):
            reports[finding.scope, node].append((finding.iri, report))
    levels = levels_of(reader)
    filled = {scope for scope, _ in reports}
    always = set(wanted) & {"body", "group"}
    shown = {
        f.scope
        for f in known.said
        if (level := levels.get(f.scope, "other")) in wanted
        and (f.scope in filled or level in always)
    }
    notes = reader.findings(iri for told in reports.values() for iri, _ in told)
    hedges = {f.iri: f.hedge.removeprefix(KK) for f in known.said}
    cells = {
        (scope, node): _cell(
            [(notes[i], r, hedges[i] in counted, known.homes[i]) for i, r in told if i in notes]
        )
        for (scope, node), told in reports.items()
        if scope in shown
    }
    outside = {i for (scope, _), told in reports.items() if scope not in shown for i, _ in told}
    forced = shelf.forced(reader.store)
    return Comparison(
        kind=kind,
        lang=asked.lang,
        rows=_rows(reader, shown, levels, known),
        columns=_columns(reader, cells, asked.lang),
        cells=cells,
        cases=known.cases,
        counted=_named_hedges(reader, counted),
        elsewhere=len(outside),
        forced={c: n for c, n in forced.items() if c in known.cases},
    )


def _kind(by: str) -> Kind:
    if by not in KINDS:
        raise QuestionError(
            "bad-value",
            f'cases are not compared by "{by}"',
            where="--by",
            hint=f"Choose one of: {', '.join(KINDS)}.",
        )
    return KINDS[by]


def _counted(asked: Asked) -> tuple[str, ...]:
    for hedge in asked.count:
        if hedge not in ADDABLE:
            raise QuestionError(
                "bad-value",
                f'"{hedge}" can\'t be counted as a report',
                where="--count",
                hint=f"Choose from: {', '.join(ADDABLE)}. Goals, beliefs, expectations, opinions "
                "and plans are shown and never counted.",
            )
    return tuple(dict.fromkeys([*KINDS[asked.by].hedges, *asked.count]))


def _named_hedges(reader: Reader, hedges: Sequence[str]) -> dict[str, Text]:
    labels = reader.labels(KK + h for h in hedges)
    return {h: labels.get(KK + h, {"en": h}) for h in hedges}


def _wanted(rows: Sequence[str]) -> tuple[str, ...]:
    for row in rows:
        if row not in ORDER:
            raise QuestionError(
                "bad-value",
                f'"{row}" is no sort of row',
                where="--rows",
                hint=f"Choose from: {', '.join(ORDER)}.",
            )
    return tuple(rows) or tuple(LEVELS.values())


def _cell(told: Iterable[tuple[FindingNote, str, bool, tuple[str, ...]]]) -> Cell:
    firm: list[Told] = []
    weaker: list[Told] = []
    for note, report, counts, cases in told:
        reports = counts and report in (PRESENT, ABSENT)
        (firm if reports else weaker).append(Told(note, report, cases))
    reported = {t.report for t in firm}
    state = BOTH if len(reported) > 1 else next(iter(reported), UNREPORTED)
    known = {t.note.iri for t in firm}
    return Cell(state, tuple(firm), tuple(t for t in weaker if t.note.iri not in known))


def _rows(
    reader: Reader, shown: set[str], levels: dict[str, str], known: Gathered
) -> tuple[Row, ...]:
    sources: dict[str, dict[str, None]] = defaultdict(dict)
    number: dict[str, int] = defaultdict(int)
    for finding in known.said:
        number[finding.scope] += 1
        sources[finding.scope].update(dict.fromkeys(known.homes[finding.iri]))
    related: dict[str, list[str]] = defaultdict(list)
    for group, member in members(reader):
        if levels.get(group) == "group":
            related[group].append(member)
            related[member].append(group)
    labels = reader.labels({*shown, *(n for s in shown for n in related.get(s, ()))})

    def named(iri: str) -> Text:
        return labels.get(iri) or {"en": names.slug(iri)}

    rows = [
        Row(
            scope,
            named(scope),
            levels.get(scope, "other"),
            tuple((c, known.cases[c]) for c in sorted(sources[scope])),
            tuple((n, named(n)) for n in sorted(related.get(scope, ()))),
            number[scope],
        )
        for scope in shown
    ]
    return tuple(
        sorted(rows, key=lambda r: (ORDER.index(r.level), in_language(r.label, "en"), r.iri))
    )


def _columns(
    reader: Reader, cells: dict[tuple[str, str], Cell], lang: str
) -> tuple[Condition, ...]:
    """The conditions that any row speaks of, those of most reports first; "no theme" comes last."""
    reports: dict[str, int] = defaultdict(int)
    for (_, node), cell in cells.items():
        reports[node] += cell.state != UNREPORTED
    labels: dict[str, Any] = {**reader.labels(reports), OUTSIDE: _NO_THEME}
    columns = [Condition(n, labels.get(n) or {"en": names.slug(n)}) for n in reports]
    return tuple(
        sorted(
            columns,
            key=lambda c: (
                c.iri == OUTSIDE,
                -reports[c.iri],
                in_language(c.label, lang),
                c.iri,
            ),
        )
    )
