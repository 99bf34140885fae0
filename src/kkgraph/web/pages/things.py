"""Pages of single things: an entity with what is said of it, a finding opened, a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import entities, names
from kkgraph.analytic import ColumnarStore
from kkgraph.analytic.search import search as find
from kkgraph.errors import TermError
from kkgraph.model import FindingNote, Text
from kkgraph.store import Limits
from kkgraph.store.base import query_about
from kkgraph.web.pages.visit import Page, Visit

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

SHOWN: Final = 40
"""Statements of one property that a page lists."""
_READ: Final = 5_000
_FOUND: Final = 60
_TYPES: Final = """SELECT ?n ?k WHERE {
  { VALUES ?n { <urn:kkgraph:given> } ?n a ?k } UNION
  { VALUES ?n { <urn:kkgraph:given> } GRAPH ?g { ?n a ?k } }
}"""
_OWN: Final = (names.KK, names.KKD, names.KKG, names.KKQ, names.KKSH)
_QUIET: Final = frozenset(
    names.expand(c)
    for c in (
        "rdf:type", "skos:prefLabel", "skos:altLabel", "rdfs:label", "skos:definition",
        "skos:inScheme", "skos:topConceptOf", "rdfs:isDefinedBy", "kk:statement", "kk:question",
    )
)  # fmt: skip
_ROLES: Final = frozenset(names.KK + r for r in ("about", "value", "scope", "holder"))
_RELATED: Final = (
    "kk:causes", "kk:enables", "kk:hinders", "kk:restates", "kk:weakens", "kk:conflictsWith",
    "kk:exampleOf", "cito:agreesWith",
)  # fmt: skip
_IN_CHAIN: Final = frozenset(
    names.expand(c)
    for c in (
        "kk:about", "kk:claim", "kk:value", "kk:valueLiteral", "kk:scope", "kk:hedge", "kk:holder",
        "kk:kind", "kk:section", "kk:theme", "kk:evidence", "dcterms:identifier", "kk:answers",
        *_RELATED,
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Value:
    """The other end of a statement: a node with its label, or a literal with its language."""

    name: str
    label: Text
    is_node: bool
    lang: str = ""
    note: FindingNote | None = None


@dataclass(slots=True)
class Fact:
    """Statements of one property in one graph; ``more`` counts those that are not listed."""

    property: str
    label: Text
    graph: str
    outward: bool
    values: list[Value] = field(default_factory=list)
    more: int = 0


def thing(desk: Desk, visit: Visit) -> Page:
    """The page of a slug below ``/id/``; ``TermError`` unknown-entity where there is none."""
    slug = visit.get("slug")
    iri = existing(desk, slug)
    if notes := desk.graph.reader.findings([iri]):
        return _finding(desk, visit, notes[iri])
    return _entity(desk, visit, iri)


def existing(desk: Desk, slug: str) -> str:
    """The IRI of a slug of which the graph says anything; else ``TermError`` unknown-entity."""
    iri = names.KKD + slug
    node = ox.NamedNode(iri)
    if next(desk.engine.quads_for_pattern(node, None, None, None), None) is None:
        raise TermError(
            "unknown-entity", f'the graph says nothing about "{slug}"', where=iri,
            hint="Search for its name.",
        )  # fmt: skip
    return iri


def _entity(desk: Desk, visit: Visit, iri: str) -> Page:
    page = entities.read(desk.graph.reader, iri)
    facts, outside = _facts(desk, iri, _QUIET | {names.expand("kk:matches")})
    label = page.labels or page.definitions or {visit.lang: names.slug(iri)}
    return Page(
        "entity.html",
        visit.say(label),
        {
            "thing": page,
            "slug_of": names.slug(iri),
            "label": label,
            "facts": [f for f in facts if f.outward],
            "inward": [f for f in facts if not f.outward],
            "roles": {r: n for r, n in page.findings.items() if n},
            "outside": [*outside, *((names.expand("kk:matches"), {}, m) for m in page.matches)],
            "gaps": desk.graph.reader.gaps([names.expand(g) for g in page.gaps]),
            "most": SHOWN,
        },
    )


def _finding(desk: Desk, visit: Visit, note: FindingNote) -> Page:
    page = entities.read(desk.graph.reader, note.iri)
    facts, _ = _facts(desk, note.iri, _QUIET)
    own = [f for f in facts if f.outward]
    chain: dict[str, list[Value]] = {}
    for fact in own:
        if fact.graph not in ("kkg:analyst", "kkg:inferred"):
            chain.setdefault(fact.property, []).extend(fact.values)
    hedge = entities.read(desk.graph.reader, names.expand(note.hedge))
    related = [f for f in facts if f.property in _RELATED]
    return Page(
        "finding.html",
        f"{note.id}: {visit.say(note.statement)}",
        {
            "note": note,
            "page_of": page,
            "slug_of": names.slug(note.iri),
            "chain": chain,
            "homes": _homes(desk, note.iri),
            "hedge_means": hedge.definitions,
            "related": related,
            "used": [f for f in facts if not f.outward and f.property == "kk:restsOn"],
            "readings": [
                f
                for f in own
                if f.graph in ("kkg:analyst", "kkg:inferred")
                and names.expand(f.property) not in _IN_CHAIN - {names.expand("kk:answers")}
            ],
            "gaps": desk.graph.reader.gaps([names.expand(g) for g in page.gaps]),
            "beside": _beside(desk, note.iri),
        },
    )


def _homes(desk: Desk, iri: str) -> list[str]:
    """The graphs that hold a finding: its study's, and those of cases that bring it too."""
    kind, finding = ox.NamedNode(names.RDF_TYPE), ox.NamedNode(names.KK + "Finding")
    quads = desk.engine.quads_for_pattern(ox.NamedNode(iri), kind, finding, None)
    held = (q.graph_name.value for q in quads if isinstance(q.graph_name, ox.NamedNode))
    return sorted(names.compact(g) for g in held)


def _facts(
    desk: Desk, iri: str, quiet: frozenset[str]
) -> tuple[list[Fact], list[tuple[str, Text, str]]]:
    """The statements with a node at either end, and the links that lead to other places."""
    node = ox.NamedNode(iri)
    out = islice(desk.engine.quads_for_pattern(node, None, None, None), _READ)
    into = islice(desk.engine.quads_for_pattern(None, None, node, None), _READ)
    found: dict[tuple[str, str, bool], list[Any]] = {}
    outside: list[tuple[str, str]] = []
    for quad, outward in [*((q, True) for q in out), *((q, False) for q in into)]:
        other = quad.object if outward else quad.subject
        graph, p = quad.graph_name, quad.predicate.value
        if isinstance(graph, ox.DefaultGraph) or isinstance(other, ox.BlankNode) or p in quiet:
            continue
        if not outward and (p in _ROLES or p == names.KK + "boundedBy"):
            continue
        if outward and isinstance(other, ox.NamedNode) and _is_outside(other.value):
            outside.append((p, other.value))
            continue
        found.setdefault((p, graph.value, outward), []).append(other)
    nodes = {t.value for terms in found.values() for t in terms if isinstance(t, ox.NamedNode)}
    reader = desk.graph.reader
    labels = reader.labels(nodes | {p for p, *_ in found} | {p for p, _ in outside})
    notes = reader.findings({n for n in nodes if n.startswith(names.KKD)})
    facts = []
    for (p, graph_name, outward), terms in sorted(found.items(), key=lambda i: (i[0][1], i[0][0])):
        values = [_value(t, labels, notes) for t in sorted(terms, key=str)]
        fact = Fact(names.compact(p), labels.get(p, {}), names.compact(graph_name), outward)
        fact.values, fact.more = values[:SHOWN], max(0, len(values) - SHOWN)
        facts.append(fact)
    unique = dict.fromkeys(sorted(outside))
    return facts, [(p, labels.get(p, {}), target) for p, target in unique]


def _value(term: Any, labels: dict[str, Text], notes: dict[str, FindingNote]) -> Value:
    if isinstance(term, ox.NamedNode):
        name = names.slug(term.value)
        label = labels.get(term.value, {})
        return Value(name, label, True, note=notes.get(term.value))
    if isinstance(term, ox.Literal):
        return Value(term.value, {}, False, term.language or "")
    return Value(str(term), {}, False)


def _is_outside(iri: str) -> bool:
    web = iri.startswith(("http://", "https://"))
    return web and not iri.startswith(_OWN) and names.compact(iri) == iri


def _beside(desk: Desk, iri: str) -> tuple[str, str]:
    """The slugs of the findings before and after this one in the order of their numbers."""
    order: list[str] = desk.keep("findings in order", lambda: _in_order(desk))
    place = order.index(iri) if iri in order else -1
    if place < 0:
        return "", ""
    before = names.slug(order[place - 1]) if place else ""
    after = names.slug(order[place + 1]) if place + 1 < len(order) else ""
    return before, after


def _in_order(desk: Desk) -> list[str]:
    head = f"PREFIX kk: <{names.KK}> PREFIX dcterms: <{names.PREFIXES['dcterms']}> "
    result = desk.graph.query_raw(
        head + "SELECT ?f WHERE { ?f a kk:Finding ; dcterms:identifier ?id } ORDER BY ?id ?f",
        max_rows=None,
    )
    own = [row[0].value for row in result.rows]
    numbered = [f for f in own if "-" not in names.slug(f)]
    return [*numbered, *sorted(f for f in own if "-" in names.slug(f))]


def search(desk: Desk, visit: Visit) -> Page:
    """What bears all of the words: questions, things and findings, in either language."""
    wanted = visit.get("q").casefold().split()
    others, findings = _hits(desk, wanted) if wanted else ([], [])
    reader = desk.graph.reader
    questions = [
        q
        for q in desk.questions.values()
        if wanted
        and all(w in " ".join((q.id, *q.title.values(), *q.tags)).casefold() for w in wanted)
    ]
    shown = others[:_FOUND]
    labels = reader.labels(shown)
    kinds = types(desk, shown)
    notes = reader.findings(findings[:_FOUND])
    return Page(
        "search.html",
        visit.get("q"),
        {
            "asked_for": visit.get("q"),
            "found_questions": questions,
            "found_things": [
                (names.compact(i), labels.get(i, {}), kinds.get(i, {})) for i in shown
            ],
            "found_findings": [notes[i] for i in findings[:_FOUND] if i in notes],
            "cut": max(len(findings), len(others)) > _FOUND,
        },
    )


def _hits(desk: Desk, wanted: list[str]) -> tuple[list[str], list[str]]:
    """The things and the findings that bear all of the words; of a columnar file the first."""
    store = desk.graph.store
    if isinstance(store, ColumnarStore):
        return find(store.columnar, wanted, _FOUND + 1)
    index: list[tuple[str, str, str]] = desk.keep("search", lambda: _index(desk))
    hits = [e for e in index if all(w in e[0] for w in wanted)]
    things = [iri for _, kind, iri in hits if kind == "thing"]
    return things, [iri for _, kind, iri in hits if kind == "finding"]


def types(desk: Desk, iris: Sequence[str]) -> dict[str, Text]:
    """The label of the first stated class of each thing, found in one look for all."""
    found: dict[str, str] = {}
    limits = Limits(timeout_s=None, max_rows=None)
    for node, kind in query_about(desk.graph.store, _TYPES, sorted(iris), limits).rows:
        if isinstance(kind, ox.NamedNode) and kind.value.startswith(names.KK):
            found[node.value] = min(found.get(node.value, kind.value), kind.value)
    labels = desk.graph.reader.labels(found.values())
    return {iri: labels.get(kind, {}) for iri, kind in found.items()}


def _index(desk: Desk) -> list[tuple[str, str, str]]:
    """The words of each thing (folded), what it is, and its IRI; things first, then findings."""
    words: dict[str, list[str]] = {}
    for curie in ("skos:prefLabel", "skos:altLabel", "rdfs:label", "kk:statement"):
        predicate = ox.NamedNode(names.expand(curie))
        for quad in desk.engine.quads_for_pattern(None, predicate, None, None):
            if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.Literal):
                words.setdefault(quad.subject.value, []).append(quad.object.value)
    wanted = {iri: texts for iri, texts in words.items() if iri.startswith((names.KKD, names.KK))}
    notes = desk.graph.reader.findings(_findings(wanted))
    found = []
    for iri, texts in sorted(wanted.items()):
        kind = "finding" if iri in notes else "thing"
        folded = " ".join(dict.fromkeys((names.slug(iri), *texts))).casefold()
        found.append((folded, kind, iri))
    return sorted(found, key=lambda e: (len(e[0]) if e[1] == "thing" else 0, e[2]))


def _findings(iris: Iterable[str]) -> list[str]:
    return [i for i in iris if i.startswith(names.KKD)]
