"""A comparison: cases against conditions, in three states, with the findings behind each cell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.answers import Reader
from kkgraph.cases import shelf
from kkgraph.cases.conditions import ABSENT, ADDABLE, KINDS, OUTSIDE, PRESENT, Kind, Said
from kkgraph.errors import QuestionError
from kkgraph.model import FindingNote, Text, in_language
from kkgraph.names import KK, KKD, KKG
from kkgraph.store import Limits

BOTH: Final = "both"
UNREPORTED: Final = "unreported"
STATES: Final = (PRESENT, ABSENT, BOTH, UNREPORTED)
STUDY: Final = "study"
LEVELS: Final[dict[str, str]] = {
    KK + "LocalAdministrativeOrganisation": "body",
    KK + "CaseGroup": "group",
    KK + "AnonymousCaseGroup": "unnamed",
    KK + "Population": "population",
}
ORDER: Final = (*LEVELS.values(), "other")
_OWN: Final[dict[str, str]] = {KKG + "study": STUDY, KKG + "cited": STUDY, KKG + "local": "local"}
_NO_THEME: Final[Text] = {"en": "No theme given", "th": "ไม่ได้จัดแก่นเรื่อง"}
_ALL: Final = Limits(max_rows=None)
_HEAD: Final = f"PREFIX kk: <{names.KK}> PREFIX rdfs: <{names.PREFIXES['rdfs']}> "
_FINDINGS: Final = (
    _HEAD
    + """SELECT ?f ?g ?scope ?kind ?claim ?hedge ?theme WHERE {
  GRAPH ?g { ?f a kk:Finding }
  ?f kk:scope ?scope ; kk:kind ?kind ; kk:claim ?claim ; kk:hedge ?hedge .
  OPTIONAL { ?f kk:theme ?theme }
}"""
)
_NODES: Final = (
    _HEAD
    + """SELECT ?f ?p ?node ?class WHERE {
  VALUES ?p { kk:about kk:value }
  ?f a kk:Finding ; ?p ?node . ?node a ?class
}"""
)
_CLASSES: Final = _HEAD + "SELECT ?class ?above WHERE { ?class rdfs:subClassOf+ ?above }"
_SCOPES: Final = (
    _HEAD + "SELECT DISTINCT ?scope ?class WHERE { ?f kk:scope ?scope . ?scope a ?class }"
)
_MEMBERS: Final = (
    _HEAD + "SELECT ?group ?member WHERE { ?group a kk:CaseGroup ; kk:member ?member }"
)


@dataclass(frozen=True)
class Told:
    """A finding behind a cell: what it reports (present, absent, spoken), and in which cases."""

    note: FindingNote
    report: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Cell:
    """A case and a condition: the state, the findings that make it, and what is said less firmly.

    ``state`` is present, absent, both (a contradiction) or unreported. ``weaker`` are findings
    that speak of the condition and don't report it: a goal, a belief, another claim.
    """

    state: str = UNREPORTED
    findings: tuple[Told, ...] = ()
    weaker: tuple[Told, ...] = ()

    @property
    def truth(self) -> int | None:
        """1 for reported present, 0 for reported absent; None for all else."""
        return {PRESENT: 1, ABSENT: 0}.get(self.state)

    @property
    def told(self) -> tuple[Told, ...]:
        """All findings of the cell."""
        return (*self.findings, *self.weaker)


@dataclass(frozen=True)
class Row:
    """A case: a named body or group, an unnamed group, or a population.

    ``sources`` are the studies that say anything of it, ``related`` the members of a named group
    or the named groups that a body belongs to; nothing is passed on between these.
    """

    iri: str
    label: Text
    level: str
    sources: tuple[tuple[str, Text], ...]
    related: tuple[tuple[str, Text], ...]
    findings: int


@dataclass(frozen=True)
class Condition:
    """A column."""

    iri: str
    label: Text


@dataclass(frozen=True)
class Comparison:
    """Rows and columns, and a cell for each pair that any finding speaks of.

    ``counted`` are the hedges that make a report. ``elsewhere`` counts findings on these conditions
    that are claimed for no row: for places, in general, for a study. ``forced`` names cases that
    were loaded in spite of problems, with their number.
    """

    kind: Kind
    lang: str
    rows: tuple[Row, ...]
    columns: tuple[Condition, ...]
    cells: dict[tuple[str, str], Cell]
    cases: dict[str, Text]
    counted: dict[str, Text]
    elsewhere: int
    forced: dict[str, int]

    def cell(self, row: Row, column: Condition) -> Cell:
        """The cell; an empty one where nothing is said."""
        return self.cells.get((row.iri, column.iri), Cell())

    def contradictions(self) -> list[tuple[Row, Condition, Cell]]:
        """The cells in which the condition is reported both present and absent."""
        pairs = ((r, c, self.cell(r, c)) for r in self.rows for c in self.columns)
        return [(r, c, cell) for r, c, cell in pairs if cell.state == BOTH]

    def common(self) -> list[tuple[Condition, list[Row]]]:
        """The conditions that are reported present of two rows or more, with these rows."""
        found = [
            (c, [r for r in self.rows if self.cell(r, c).state in (PRESENT, BOTH)])
            for c in self.columns
            if c.iri != OUTSIDE
        ]
        return [(c, rows) for c, rows in found if len(rows) > 1]


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


@dataclass(frozen=True)
class _Known:
    """The findings, in which of the cases each stands, and the cases' names."""

    said: list[Said]
    homes: dict[str, tuple[str, ...]]
    cases: dict[str, Text]


def compare(reader: Reader, asked: Asked) -> Comparison:
    """The cases of the graph against the conditions of a kind.

    A row is what findings are claimed for: a body, a named or an unnamed group, a population, and
    on request a place and all else. Nothing is passed from a group to its members. A finding
    counts as a report where it is asserted (among goals, where it is aimed at). Takes time by the
    number of findings. Raises ``QuestionError`` bad-value, ``TermError`` unknown-case.
    """
    kind, counted, wanted = _kind(asked.by), _counted(asked), _wanted(asked.rows)
    known = _read(reader, _cases(reader, asked.cases))
    reports: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for finding in known.said:
        for node, report in dict.fromkeys(kind.report(finding)):
            reports[finding.scope, node].append((finding.iri, report))
    levels = _levels(reader)
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
        (scope, node): _cell([(notes[i], r, hedges[i] in counted, known.homes[i]) for i, r in told])
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


def _cases(reader: Reader, wanted: Sequence[str]) -> dict[str, Text]:
    """The cases that are compared, with the names of their studies."""
    loaded = shelf.slugs(reader.store)
    chosen = [w.strip() for w in wanted if w.strip()] or [STUDY, *loaded, "local"]
    out: dict[str, Text] = {}
    for name in chosen:
        if name == STUDY:
            out[STUDY] = reader.labels([KKD + "study"]).get(KKD + "study", {"en": STUDY})
        elif name == "local":
            out["local"] = {"en": "Your own additions", "th": "ส่วนที่เพิ่มเอง"}
        else:
            case = shelf.read(reader, name)
            label: Text = {}
            for lang in names.LANGUAGES:
                label[lang] = "; ".join(in_language(t, lang) for _, t in case.studies) or case.slug
            out[case.slug] = label
    return out


def _read(reader: Reader, cases: dict[str, Text]) -> _Known:
    """The findings of the cases."""
    homes: dict[str, dict[str, None]] = defaultdict(dict)
    plain: dict[str, tuple[str, ...]] = {}
    for f, g, *rest in reader.store.query(_FINDINGS, _ALL).rows:
        case = _OWN.get(g.value, g.value.removeprefix(names.CASE_PREFIX))
        if case in cases:
            homes[f.value][case] = None
            plain[f.value] = tuple(t.value if t is not None else "" for t in rest)
    above = _superclasses(reader)
    sides: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for f, p, node, kind in reader.store.query(_NODES, _ALL).rows:
        if f.value in plain and isinstance(node, ox.NamedNode):
            sides[f.value, p.value][node.value] |= {kind.value, *above.get(kind.value, ())}
    said = []
    for iri in sorted(plain):
        scope, kind, claim, hedge, theme = plain[iri]
        about, value = (
            {n: frozenset(c) for n, c in sorted(sides.get((iri, KK + side), {}).items())}
            for side in ("about", "value")
        )
        said.append(Said(iri, scope, kind, claim, hedge, theme, about, value))
    # what a case brings of its own is told by the case, and not by the study that cites it
    told = {i: tuple(c for c in h if c != STUDY or len(h) == 1) for i, h in homes.items()}
    return _Known(said, told, cases)


def _superclasses(reader: Reader) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for kind, above in reader.store.query(_CLASSES, _ALL).rows:
        if isinstance(above, ox.NamedNode):
            found[kind.value].add(above.value)
    return found


def _levels(reader: Reader) -> dict[str, str]:
    """What sort of row each scope is; other scopes are left out."""
    above = _superclasses(reader)
    found: dict[str, str] = {}
    for scope, kind in reader.store.query(_SCOPES, _ALL).rows:
        for name, level in LEVELS.items():
            if name == kind.value or name in above.get(kind.value, ()):
                found[scope.value] = level
    return found


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
    reader: Reader, shown: set[str], levels: dict[str, str], known: _Known
) -> tuple[Row, ...]:
    sources: dict[str, dict[str, None]] = defaultdict(dict)
    number: dict[str, int] = defaultdict(int)
    for finding in known.said:
        number[finding.scope] += 1
        sources[finding.scope].update(dict.fromkeys(known.homes[finding.iri]))
    related: dict[str, list[str]] = defaultdict(list)
    for group, member in reader.store.query(_MEMBERS, _ALL).rows:
        if levels.get(group.value) == "group":
            related[group.value].append(member.value)
            related[member.value].append(group.value)
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
