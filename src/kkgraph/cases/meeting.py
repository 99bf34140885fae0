"""Bodies of a case meet those of the graph by code, and never by name alone."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.cases.records import Case, Place
from kkgraph.model import Problem, Text

_IDENTIFIER: Final = names.expand("adms:identifier")
_SCHEME: Final = names.KK + "identifierScheme"
_NOTATION: Final = names.expand("skos:notation")
_TEMPORAL: Final = names.expand("dcterms:temporal")
_BOUNDS: Final = (names.KK + "start", names.KK + "end")
_LABELS: Final = (names.PREF_LABEL, names.ALT_LABEL)
_FINDING: Final = names.KK + "Finding"
Code = tuple[str, str]
"""An identifier's scheme (an IRI) and notation."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A node of a case that is a node of the graph, since both have the code."""

    node: str
    known: str
    code: Code
    message: Text = field(hash=False)


@dataclass
class Meetings:
    """Who met whom, and what is wrong or remarkable: a contradicting code, an equal name."""

    case: Case
    met: list[Meeting] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    named: set[tuple[str, str, str]] = field(default_factory=set)

    @property
    def mapping(self) -> dict[str, str]:
        """The graph's IRI for each IRI of the case that is another name for it."""
        return {m.node: m.known for m in self.met}

    def add(self, node: str, severity: str, en: str, th: str, value: str = "") -> None:
        """Add a problem of a node of the case, at the place that describes it."""
        place = str(self.case.located().nodes.get(node, Place(self.case.source)))
        text = {"en": en, "th": th}
        self.problems.append(Problem(severity, text, node, value=value, where=place))


class _Sight:
    """What matters here of some triples: codes with their times, labels, types."""

    def __init__(self, triples: Iterable[Any]) -> None:
        self.carries: dict[str, list[str]] = defaultdict(list)
        self.labels: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        self.preferred: dict[tuple[str, str], str] = {}
        self.findings: set[str] = set()
        self._one: dict[tuple[str, str], str] = {}
        for t in triples:
            if not isinstance(t.subject, ox.NamedNode):
                continue
            subject, predicate = t.subject.value, t.predicate.value
            if predicate == _IDENTIFIER:
                self.carries[subject].append(str(t.object.value))
            elif predicate in (_SCHEME, _NOTATION, _TEMPORAL, *_BOUNDS):
                self._one[subject, predicate] = str(t.object.value)
            elif predicate in _LABELS and isinstance(t.object, ox.Literal):
                self.labels[subject][t.object.language or ""].add(t.object.value)
                if predicate == names.PREF_LABEL:
                    self.preferred[subject, t.object.language or ""] = t.object.value
            elif predicate == names.RDF_TYPE and getattr(t.object, "value", "") == _FINDING:
                self.findings.add(subject)

    def codes(self, node: str) -> dict[Code, str]:
        """A node's codes, each with its identifier."""
        found = {}
        for identifier in self.carries.get(node, ()):
            scheme = self._one.get((identifier, _SCHEME), "")
            notation = self._one.get((identifier, _NOTATION), "")
            if scheme and notation:
                found[scheme, notation] = identifier
        return found

    def years(self, identifier: str, also: _Sight) -> tuple[str, str]:
        """The first and last year for which a code holds; ``""`` where it isn't bounded.

        Its period may be described in the other triples.
        """
        period = self._one.get((identifier, _TEMPORAL), "")
        first, last = (
            (self._one.get((period, b)) or also._one.get((period, b), ""))[:4] for b in _BOUNDS
        )
        return first, last

    def label(self, node: str, lang: str) -> str:
        """A node's name in the language, else in English, else its slug."""
        known = self.preferred.get((node, lang)) or self.preferred.get((node, "en"))
        return known or names.slug(node)


def meet(case: Case, background: Iterable[ox.Quad]) -> Meetings:
    """Which nodes of the case are nodes of the graph by an equal code (scheme and notation).

    A code that contradicts the graph's, two bodies under one code, and a body whose codes are
    those of two are problems. An equal name without an equal code is a remark.
    """
    mine, graph = _Sight(case.triples), _Sight(background)
    holders: dict[Code, set[str]] = defaultdict(set)
    for node in list(graph.carries):
        for code in graph.codes(node):
            holders[code].add(node)
    found = Meetings(case)
    described = {t.subject.value for t in case.triples if isinstance(t.subject, ox.NamedNode)}
    for node in sorted(n for n in mine.carries if mine.codes(n)):
        _meet_one(node, (mine, graph), holders, found)
    _same_code_twice(mine, found)
    by_name = _by_name(graph)
    for node in sorted(described - set(found.mapping) - mine.findings):
        _same_name(node, (mine, graph), by_name, found)
    return found


def _meet_one(
    node: str,
    sights: tuple[_Sight, _Sight],
    holders: dict[Code, set[str]],
    found: Meetings,
) -> None:
    mine, graph = sights
    codes = mine.codes(node)
    known = {holder: code for code in sorted(codes) for holder in holders.get(code, ())}
    if len(known) > 1:
        listed = ", ".join(names.compact(k) for k in sorted(known))
        found.add(
            node,
            "violation",
            f"The codes of this body are those of several bodies of the graph: {listed}. "
            "Check the codes.",
            f"รหัสขององค์กรนี้ตรงกับหลายองค์กรในกราฟ คือ {listed} โปรดตรวจสอบรหัส",
        )
        return
    same = next(iter(known), node)
    _contradictions(node, same, sights, found)
    if same == node:
        return
    scheme, notation = known[same]
    for lang, names_ in graph.labels.get(same, {}).items():
        found.named |= {(same, lang, text) for text in names_}
    texts = {lang: (graph.label(same, lang), graph.label(scheme, lang)) for lang in names.LANGUAGES}
    found.met.append(
        Meeting(
            node,
            same,
            (scheme, notation),
            {
                "en": f"{names.compact(node)} is {names.compact(same)} ({texts['en'][0]}): "
                f"both have the code {notation} ({texts['en'][1]})",
                "th": f"{names.compact(node)} คือ {names.compact(same)} ({texts['th'][0]}) "
                f"เพราะมีรหัสเดียวกัน {notation} ({texts['th'][1]})",
            },
        )
    )


def _contradictions(node: str, same: str, sights: tuple[_Sight, _Sight], found: Meetings) -> None:
    """Another code of the same scheme for the same time."""
    mine, graph = sights
    theirs = graph.codes(same)
    for (scheme, notation), identifier in sorted(mine.codes(node).items()):
        if (scheme, notation) in theirs:
            continue
        for (other, known), its in sorted(theirs.items()):
            if other == scheme and _overlap(mine.years(identifier, graph), graph.years(its, mine)):
                label = {lang: graph.label(scheme, lang) for lang in names.LANGUAGES}
                found.add(
                    node,
                    "violation",
                    f"The code {notation} contradicts the graph, which has {known} for this "
                    f"body and the same time ({label['en']}). Check the code, or give the period "
                    "for which it held.",
                    f"รหัส {notation} ขัดกับกราฟซึ่งมีรหัส {known} ขององค์กรนี้ในช่วงเวลาเดียวกัน "
                    f"({label['th']}) โปรดตรวจสอบรหัส หรือระบุช่วงเวลาที่ใช้รหัสนี้",
                    notation,
                )


def _overlap(a: tuple[str, str], b: tuple[str, str]) -> bool:
    """True unless one time ends before the other starts; an open end reaches any year."""
    return not ((a[1] and b[0] and a[1] < b[0]) or (b[1] and a[0] and b[1] < a[0]))


def _same_code_twice(mine: _Sight, found: Meetings) -> None:
    holders: dict[Code, list[str]] = defaultdict(list)
    for node in mine.carries:
        for code in mine.codes(node):
            holders[code].append(node)
    for (_, notation), nodes in sorted(holders.items()):
        for node in sorted(nodes)[1:]:
            first = names.compact(min(nodes))
            found.add(
                node,
                "violation",
                f"The code {notation} is given to {first} as well. Two bodies have two codes: "
                "correct one, or make them one body.",
                f"รหัส {notation} ระบุให้ {first} ด้วย สององค์กรต้องมีคนละรหัส "
                "โปรดแก้รหัสหนึ่ง หรือรวมเป็นองค์กรเดียว",
                notation,
            )


def _same_name(
    node: str,
    sights: tuple[_Sight, _Sight],
    by_name: dict[tuple[str, str], set[str]],
    found: Meetings,
) -> None:
    """A remark where the graph has a thing of the same name that isn't known to be the same."""
    mine, graph = sights
    if node in graph.labels or node not in mine.labels:
        return
    same = {
        other
        for lang, texts in mine.labels[node].items()
        for text in texts
        for other in by_name.get((lang, _folded(text)), ())
    }
    if same:
        listed = ", ".join(names.compact(s) for s in sorted(same))
        found.add(
            node,
            "info",
            f"The graph has something of the same name: {listed}. They stay two things, since "
            "names alone don't make them one. If they are one, use that identifier or give its "
            "code.",
            f"ในกราฟมีสิ่งที่ใช้ชื่อเดียวกัน คือ {listed} แต่ยังคงเป็นสองสิ่ง "
            "เพราะชื่ออย่างเดียวไม่ทำให้เป็นสิ่งเดียวกัน หากเป็นสิ่งเดียวกันให้ใช้ตัวระบุนั้นหรือระบุรหัส",
        )


def _by_name(graph: _Sight) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for node, by_lang in graph.labels.items():
        for lang, texts in by_lang.items():
            for text in texts:
                found[lang, _folded(text)].add(node)
    return found


def _folded(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().casefold()


def renamed(case: Case, meetings: Meetings) -> Case:
    """The case with the graph's IRIs in place of its own.

    What it calls a known thing becomes another name of it, since a thing has one preferred label;
    a name that the graph has already is left out.
    """
    mapping = meetings.mapping
    if not mapping:
        return case

    def term(value: Any) -> Any:
        if isinstance(value, ox.NamedNode) and value.value in mapping:
            return ox.NamedNode(mapping[value.value])
        return value

    def triple(t: ox.Triple) -> ox.Triple:
        predicate = t.predicate
        if getattr(t.subject, "value", "") in mapping and predicate.value == names.PREF_LABEL:
            predicate = ox.NamedNode(names.ALT_LABEL)
        return ox.Triple(term(t.subject), predicate, term(t.object))

    def key(iri: str) -> str:
        return mapping.get(iri, iri)

    def news(t: ox.Triple) -> bool:
        if t.predicate.value != names.ALT_LABEL or not isinstance(t.object, ox.Literal):
            return True
        name = str(getattr(t.subject, "value", ""))
        return (name, t.object.language or "", t.object.value) not in meetings.named

    out = Case(case.source, case.slug, problems=case.problems)
    out.triples = [t for t in dict.fromkeys(triple(t) for t in case.triples) if news(t)]
    case.located()
    out.origins = {new: at for t, at in case.origins.items() if news(new := triple(t))}
    out.nodes = {key(node): place for node, place in case.nodes.items()}
    out.fields = {(key(node), p): places for (node, p), places in case.fields.items()}
    return out
