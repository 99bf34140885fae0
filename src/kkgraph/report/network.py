"""The actors and how the study joins them: nodes and edges, each edge with its findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from kkgraph import names, sparql
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import FindingNote
from kkgraph.report.reading import KK, Values, labels, picked, rows, term
from kkgraph.report.records import Edge, Network, Node

_DIRECT: Final = """SELECT ?s ?p ?o WHERE {
  {
    VALUES ?p { kk:party kk:form kk:member kk:policyOf }
    GRAPH kkg:study { ?s ?p ?o }
  } UNION {
    VALUES ?p { kk:providedBy kk:usedBy }
    GRAPH kkg:study { ?s kk:providedBy ?provider ; kk:usedBy ?user ; ?p ?o }
  } UNION {
    VALUES ?p { kk:partOf }
    GRAPH kkg:study { ?s ?p ?o }
    GRAPH kkg:entities { ?s a kk:Policy . ?o a kk:Policy }
  }
} ORDER BY ?s ?p ?o"""
_CARRIED: Final = """SELECT DISTINCT ?s ?p ?o ?finding WHERE {
  VALUES ?p { kk:party kk:form kk:member kk:policyOf kk:providedBy kk:usedBy kk:partOf }
  GRAPH kkg:study {
    ?s ?p ?o .
    { ?finding kk:about ?s ; kk:value ?o }
    UNION { ?finding kk:about ?o ; kk:value ?s }
    UNION { ?finding kk:about ?s ; kk:scope ?o ; kk:hedge kk:asserted }
    ?finding kk:claim ?claim .
  }
  FILTER(
    ?p NOT IN (kk:providedBy, kk:usedBy)
    || ?claim IN (kkd:claim-is-supplied-by, kkd:claim-uses)
  )
} ORDER BY ?s ?p ?o ?finding"""
_ABOUT: Final = """SELECT ?s (MIN(STR(?f)) AS ?finding) WHERE {
  GRAPH kkg:study { ?s kk:party ?party . ?f kk:about ?s }
} GROUP BY ?s"""
_STATED: Final = """SELECT DISTINCT ?s ?p ?o ?finding WHERE {
  VALUES ?p {
    kkd:claim-collaborates-with kkd:claim-is-organised-by kkd:claim-pushes
    kkd:claim-follows-from kkd:claim-is-model-for kkd:claim-is-aligned-with
  }
  GRAPH kkg:study { ?finding kk:claim ?p ; kk:about ?s ; kk:value ?o }
  ?s a ?from . ?from rdfs:subClassOf* ?root .
  ?o a ?to . ?to rdfs:subClassOf* ?end .
  VALUES ?root { kk:Actor kk:LocalAdministrativeOrganisation kk:AnonymousCaseGroup kk:Policy }
  VALUES ?end {
    kk:Actor kk:LocalAdministrativeOrganisation kk:AnonymousCaseGroup kk:Population kk:Policy
  }
} ORDER BY ?s ?p ?o ?finding"""
_TYPES: Final = """SELECT ?node ?type WHERE {
  VALUES ?node { %s }
  GRAPH kkg:entities { ?node a ?type }
  FILTER(STRSTARTS(STR(?type), STR(kk:)))
} ORDER BY ?node ?type"""
_SPOKEN: Final = """SELECT DISTINCT ?node WHERE {
  GRAPH kkg:study { ?finding kk:theme kkd:theme-actors ; kk:about|kk:value ?node }
  ?node a ?type .
  VALUES ?root { kk:Actor kk:LocalAdministrativeOrganisation kk:AnonymousCaseGroup }
  ?type rdfs:subClassOf* ?root
} ORDER BY ?node"""
_FORMS: Final = {
    "Collaboration": "collaboration",
    "CollaborationForm": "form",
    "ActorNetwork": "network",
    "CaseGroup": "network",
    "Policy": "policy",
    "SystemGroup": "systems",
    "ActorGroup": "unnamed",
    "AnonymousCaseGroup": "unnamed",
    "Population": "unnamed",
    "AcademicBody": "unnamed",
}
Key = tuple[str, str, str]


def read_network(graph: KnowledgeGraph, notes: Mapping[str, FindingNote]) -> Network:
    """Nodes and edges of ``kkg:study``; what is only reported from cited works is not drawn.

    Edges are the direct triples (party, form, member, part of, policy of; provided by and used by
    where a system has both) and the findings that join two actors; ordered by subject, property
    and object.
    """
    carried = _carried(graph)
    spoken = [r["node"] for r in rows(graph, _SPOKEN)]
    joined = {iri for s, _, o in carried for iri in (s, o)}
    alone = [iri for iri in spoken if iri not in joined]
    drawn = [*sorted(joined), *alone]
    types: dict[str, str] = {}
    for row in rows(graph, _TYPES % " ".join(sparql.iri(n) for n in drawn)):
        types.setdefault(row["node"], row["type"])
    terms = {*drawn, *(types[n] for n in drawn if n in types), *(p for _, p, _ in carried)}
    known = labels(graph, terms)

    def node(iri: str) -> Node:
        kind = types.get(iri, "")
        form = _FORMS.get(kind.removeprefix(KK), "actor")
        return Node(names.slug(iri), term(iri, known).label, known.get(kind, {}), form)

    edges = (
        Edge(names.slug(s), names.slug(o), names.compact(p), known.get(p, {}), picked(notes, found))
        for (s, p, o), found in sorted(carried.items())
    )
    return Network(
        nodes=tuple(node(iri) for iri in sorted(joined)),
        edges=tuple(edges),
        alone=tuple(node(iri) for iri in alone),
    )


def _carried(graph: KnowledgeGraph) -> dict[Key, list[str]]:
    """The findings that carry each edge; a finding that repeats a direct triple joins it."""
    edges: dict[Key, list[str]] = {_key(r): [] for r in rows(graph, _DIRECT)}
    for row in rows(graph, _CARRIED):
        if _key(row) in edges:
            edges[_key(row)].append(row["finding"])
    about = {r["s"]: r["finding"] for r in rows(graph, _ABOUT)}
    for (s, _, _), found in edges.items():
        if not found and s in about:
            found.append(about[s])
    pairs = {frozenset((s, o)) for s, _, o in edges}
    return edges | _by_key(
        r for r in rows(graph, _STATED) if not {r["s"], r["o"]} & _ends(pairs, r)
    )


def _by_key(found: Iterable[Values]) -> dict[Key, list[str]]:
    out: dict[Key, list[str]] = {}
    for row in found:
        out.setdefault(_key(row), []).append(row["finding"])
    return out


def _ends(pairs: set[frozenset[str]], row: Values) -> frozenset[str]:
    pair = frozenset((row["s"], row["o"]))
    return pair if pair in pairs else frozenset()


def _key(row: Values) -> Key:
    return row["s"], row["p"], row["o"]
