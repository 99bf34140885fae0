"""Links as RDF: a graph of their own, with a node for each decision and where it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.errors import LinkError
from kkgraph.link import codes, wording
from kkgraph.link.curies import WIKIDATA
from kkgraph.link.rdf import (
    decimal,
    in_its_language,
    is_a,
    say,
    scheme,
    scheme_triples,
    slugged,
    typed,
    whole,
)
from kkgraph.link.records import Decision, Entry, Linking, Side
from kkgraph.link.sssom import MATCHES, Form, predicate, source_iri

OUTCOMES: Final = {
    "linked": "kk:linkedOutcome",
    "ambiguous": "kk:ambiguousOutcome",
    "none": "kk:noCounterpartOutcome",
}


def triples(linking: Linking, form: Form) -> Iterator[ox.Triple]:
    """The triples of ``kkg:links-<name>``.

    For each decision a ``kk:LinkDecision`` with outcome, confidence, reasons and the run or review
    that made it; for what is linked the direct match as well, and for things that are no concepts
    the codes that the target has and the entry lacks. Ties give candidates and never a match.
    """
    yield from _provenance(linking, form)
    yield from _schemes(linking, form)
    for decision in linking:
        yield from _decision(decision, linking, form)


def quads(linking: Linking, form: Form) -> Iterator[ox.Quad]:
    """The triples in their graph."""
    graph = ox.NamedNode(form.graph)
    for t in triples(linking, form):
        yield ox.Quad(t.subject, t.predicate, t.object, graph)


def decision_iri(name: str, subject: str) -> str:
    """The IRI of the decision on an entry: the same in every run of a set of this name."""
    return f"{names.KKD}link-{name}-{hashlib.sha256(subject.encode()).hexdigest()[:16]}"


def _named(iri: str, entry: Entry) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise LinkError(
            "bad-entry-iri",
            f'"{iri}" is no address of a thing',
            where=entry.where,
            hint="Give the entry an IRI such as https://example.org/1, or none.",
        ) from error


def _provenance(linking: Linking, form: Form) -> Iterator[ox.Triple]:
    graph = ox.NamedNode(form.graph)
    run = ox.NamedNode(f"{names.KKD}linking-{form.name}")
    tool = ox.NamedNode(f"{names.KKD}tool-{slugged(_tool(linking))}")
    ends = [ox.NamedNode(source_iri(s.slug)) for s in (linking.source, linking.target)]
    title = f"{linking.source.label or linking.source.slug} → " + (
        linking.target.label or linking.target.slug
    )
    first = next((d for d in linking if d.outcome == "linked"), None)
    yield is_a(graph, "void:Linkset")
    yield is_a(graph, "prov:Entity")
    yield say(graph, "dcterms:title", title)
    yield say(graph, "dcterms:created", typed(linking.reviewed or linking.made, "dateTime"))
    yield say(graph, "dcterms:license", ox.NamedNode(form.licence))
    yield say(graph, "void:subjectsTarget", ends[0])
    yield say(graph, "void:objectsTarget", ends[1])
    if first is not None:
        yield say(graph, "void:linkPredicate", ox.NamedNode(predicate(first, form)))
    yield say(graph, "void:triples", whole(linking.count("linked")))
    yield say(graph, "prov:wasGeneratedBy", run)
    yield is_a(run, "prov:Activity")
    yield say(run, "prov:endedAtTime", typed(linking.made, "dateTime"))
    yield say(run, "prov:wasAssociatedWith", tool)
    yield from (say(run, "prov:used", end) for end in ends)
    yield is_a(tool, "prov:SoftwareAgent")
    for lang in names.LANGUAGES:
        text = ox.Literal(_tool(linking), language=lang)
        yield say(tool, "skos:prefLabel", text)
    for side, end in zip((linking.source, linking.target), ends, strict=True):
        yield from _side(side, end)
    if any(d.why == "reviewed" for d in linking):
        yield from _review(linking, form, run)


def _tool(linking: Linking) -> str:
    return f"kkgraph {linking.version.removeprefix('kkgraph ')}"


def _side(side: Side, end: ox.NamedNode) -> Iterator[ox.Triple]:
    yield is_a(end, "prov:Entity")
    label = side.label or Path(side.source).name or side.slug
    yield say(end, "skos:prefLabel", in_its_language(label))
    if "://" in side.source:
        yield say(end, "dcterms:source", side.source)
    elif side.source:
        yield say(end, "dcterms:title", Path(side.source).name)
    if side.sha256:
        yield say(end, "kk:fileSha256", side.sha256)


def _review(linking: Linking, form: Form, run: ox.NamedNode) -> Iterator[ox.Triple]:
    """The review, and who did it: a role, and never a person's name."""
    review = ox.NamedNode(f"{names.KKD}reviewing-{form.name}")
    role = ox.NamedNode(f"{names.KKD}reviewer-of-links-{form.name}")
    yield is_a(review, "prov:Activity")
    yield say(review, "prov:endedAtTime", typed(linking.reviewed or linking.made, "dateTime"))
    yield say(review, "prov:wasInformedBy", run)
    yield say(review, "prov:wasAssociatedWith", role)
    yield is_a(role, "prov:Agent")
    yield say(role, "skos:prefLabel", in_its_language(linking.reviewer or "reviewer"))


def _schemes(linking: Linking, form: Form) -> Iterator[ox.Triple]:
    """The schemes and the period of the codes that entries gain by a link."""
    if form.concepts:
        return
    used = {s for d in linking if d.link for s, _ in _gained(d)}
    for name in sorted(used):
        yield from scheme_triples(name)
    if used:
        period, year = _period(linking), linking.made[:4]
        yield is_a(period, "kk:Period")
        yield say(period, "kk:end", typed(year, "gYear"))
        label = f"Up to {year}, when the list of codes was read"
        yield say(period, "skos:prefLabel", ox.Literal(label, language="en"))
        thai = f"จนถึง พ.ศ. {int(year) + 543} ซึ่งเป็นปีที่อ่านบัญชีรหัส"
        yield say(period, "skos:prefLabel", ox.Literal(thai, language="th"))


def _period(linking: Linking) -> ox.NamedNode:
    return ox.NamedNode(f"{names.KKD}period-read-{linking.made[:4]}")


def _gained(decision: Decision) -> list[tuple[str, str]]:
    """Codes of the target in schemes in which the entry has none; none that can't be one."""
    assert decision.link is not None
    has = {name for name, _ in decision.entry.identifiers}
    return [
        (name, value)
        for name, value in decision.link.entry.identifiers
        if name not in has and value and codes.well_formed(name, value)
    ]


def _decision(decision: Decision, linking: Linking, form: Form) -> Iterator[ox.Triple]:
    entry, found = decision.entry, decision.link
    subject = _named(linking.source.iri(entry), entry)
    me = ox.NamedNode(decision_iri(form.name, subject.value))
    by_hand = decision.why == "reviewed"
    made = f"{names.KKD}{'reviewing' if by_hand else 'linking'}-{form.name}"
    yield is_a(me, "kk:LinkDecision")
    yield say(me, "kk:decidedFor", subject)
    yield say(me, "kk:linkOutcome", _OUTCOME[decision.outcome])
    yield say(me, "kk:decidedBecause", decision.why or "certain")
    yield say(me, "prov:wasGeneratedBy", ox.NamedNode(made))
    if decision.remark:
        yield say(me, "rdfs:comment", in_its_language(decision.remark))
    if not entry.iri and entry.name:
        yield say(subject, "rdfs:label", entry.name)
    best = decision.candidates[0] if decision.candidates else None
    if best is not None and (found or decision.outcome == "ambiguous"):
        yield say(me, "kk:confidence", decimal(1.0 if by_hand and found else best.score))
        if best.reasons:
            for lang in names.LANGUAGES:
                text = ox.Literal(wording.reasons(best, lang), language=lang)
                yield say(me, "dcterms:description", text)
    others = () if decision.outcome == "none" or found else decision.candidates
    for candidate in (found,) if found else others:
        target = _named(linking.target.iri(candidate.entry), candidate.entry)
        yield say(me, "kk:linkTarget" if found else "kk:linkCandidate", target)
        if not candidate.entry.iri and candidate.entry.name:
            yield say(target, "rdfs:label", candidate.entry.name)
        if found:
            yield from _match(decision, (subject, target, me), linking, form)


_OUTCOME: Final = {k: ox.NamedNode(names.expand(v)) for k, v in OUTCOMES.items()}


def _match(
    decision: Decision,
    nodes: tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode],
    linking: Linking,
    form: Form,
) -> Iterator[ox.Triple]:
    """The direct match; of concepts only that, of other things also the codes that it brings."""
    subject, target, me = nodes
    yield ox.Triple(subject, ox.NamedNode(predicate(decision, form)), target)
    if form.concepts:
        yield is_a(subject, "skos:Concept")
        yield is_a(target, "skos:Concept")
        return
    for name, value in _gained(decision):
        code = ox.NamedNode(f"{me.value}-{slugged(name) or 'code'}")
        yield say(subject, "adms:identifier", code)
        yield is_a(code, "adms:Identifier")
        yield say(code, "skos:notation", value)
        yield say(code, "kk:identifierScheme", scheme(name))
        yield say(code, "dcterms:temporal", _period(linking))
        yield say(code, "prov:wasDerivedFrom", ox.NamedNode(source_iri(linking.target.slug)))
        if name == "wikidata":
            yield ox.Triple(subject, ox.NamedNode(MATCHES), ox.NamedNode(WIKIDATA + value))
