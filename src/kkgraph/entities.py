"""Entities: a name or IRI resolved to a node, and everything the graph says about it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import matching, names, sparql
from kkgraph.analytic import ColumnarStore
from kkgraph.analytic.search import named
from kkgraph.errors import TermError
from kkgraph.model import FindingNote, Text
from kkgraph.reading import Reader
from kkgraph.store import Limits, Store

_HEAD: Final = "".join(
    f"PREFIX {p}: <{names.PREFIXES[p]}> "
    for p in ("kk", "kkd", "kkg", "skos", "rdfs", "adms", "owl", "prov", "dcterms")
)
_NAMED: Final = (
    _HEAD
    + """SELECT ?n ?l WHERE {
  VALUES ?p { skos:prefLabel skos:altLabel rdfs:label }
  ?n ?p ?l
} ORDER BY ?n ?l"""
)
_LABELLED: Final = (
    _HEAD
    + """SELECT DISTINCT ?n WHERE {
  VALUES ?p { skos:prefLabel skos:altLabel rdfs:label }
  ?n ?p ?l FILTER(LCASE(STR(?l)) = %s)
} ORDER BY ?n"""
)
_INSTANCES: Final = _LABELLED.replace(
    "} ORDER", "  MINUS { ?n a ?kind FILTER(STRSTARTS(STR(?kind), STR(owl:))) }\n} ORDER"
)
_ROLES: Final = ("about", "value", "scope", "holder")
_QUIET: Final = frozenset(
    names.expand(c)
    for c in (
        "skos:prefLabel", "skos:altLabel", "rdfs:label", "rdf:type", "adms:identifier",
        "skos:definition", "kk:statement", "rdfs:isDefinedBy", "skos:topConceptOf",
        "kk:matches", "skos:notation", "skos:inScheme",
    )
)  # fmt: skip
_QUIET_INWARD: Final = _QUIET | {
    names.expand(c)
    for c in (
        "kk:about",
        "kk:value",
        "kk:scope",
        "kk:holder",
        "kk:boundedBy",
        "kk:reading",
        "prov:used",
    )
}


@dataclass(frozen=True)
class Link:
    """One direct triple of an entity; ``outward`` False where the entity is the object."""

    property: str
    property_label: Text
    node: str
    label: Text
    outward: bool
    graph: str


@dataclass(frozen=True)
class Entity:
    """A node's page: names, types, codes, definition, direct triples, and findings by role."""

    iri: str
    labels: Text
    other_names: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, Text], ...]
    codes: tuple[tuple[str, Text], ...]
    definitions: Text
    matches: tuple[str, ...]
    links: tuple[Link, ...]
    findings: dict[str, tuple[FindingNote, ...]]
    gaps: tuple[str, ...]


def resolve(store: Store, name: str, *, instances: bool = False) -> str:
    """The IRI of an entity given by slug, CURIE, IRI, or a label in either language.

    With ``instances`` an ontology's classes and properties don't count where a label is given.
    Raises ``TermError``: unknown-prefix, unknown-entity (with the nearest names), ambiguous-entity
    (with the candidates): a name that fits two entities is never guessed.
    """
    name = name.strip()
    iri = names.expand(name) if name and (":" in name or " " not in name) else ""
    if sparql.is_iri(iri) and _exists(store, iri):
        return iri
    found = _named(store, name, instances)
    if len(found) == 1:
        return found[0]
    if found:
        raise TermError(
            "ambiguous-entity",
            f'"{name}" is the name of {len(found)} entities',
            hint="Choose one: " + ", ".join(names.compact(f) for f in found),
        )
    rows = store.query(_NAMED, Limits(max_rows=None)).rows
    slugs = {names.slug(n.value) for n, _ in rows if n.value.startswith(names.KKD)}
    known = slugs | {label.value for _, label in rows}
    raise TermError(
        "unknown-entity",
        f'there is no entity "{name}"',
        hint=matching.did_you_mean(name, known) + "Give a name, a slug such as e-laas, or an IRI.",
    )


def _named(store: Store, name: str, instances: bool) -> list[str]:
    """What bears the name, whatever its case; of a columnar file without a way round SQL."""
    if isinstance(store, ColumnarStore):
        return named(store, name, instances=instances)
    same = (_INSTANCES if instances else _LABELLED) % sparql.literal(name.lower())
    return [str(row[0].value) for row in store.query(same, Limits(max_rows=None)).rows]


def finding_name(store: Store, name: str) -> str:
    """What names a finding that was given by its number alone; any other name as it is.

    Raises ``TermError`` ambiguous-entity where findings of several cases have the number.
    """
    number = name.upper()
    if not re.fullmatch(r"[A-Z]{1,3}[0-9]{1,5}", number):
        return name
    rows = _select(
        store,
        "SELECT DISTINCT ?f WHERE { ?f a kk:Finding ; dcterms:identifier "
        f"{sparql.literal(number)} }} ORDER BY ?f",
    )
    found = [r["f"].value for r in rows]
    if len(found) > 1:
        raise TermError(
            "ambiguous-entity",
            f'"{name}" is the number of {len(found)} findings',
            hint="Choose one: " + ", ".join(names.compact(f) for f in found),
        )
    return found[0] if found else number


def read(reader: Reader, iri: str) -> Entity:
    """The page of an entity that exists."""
    store = reader.store
    node = sparql.iri(iri)
    out = _select(
        store, f"SELECT ?g ?p ?o WHERE {{ GRAPH ?g {{ {node} ?p ?o }} }} ORDER BY ?p ?o ?g"
    )
    into = _select(
        store, f"SELECT ?g ?p ?s WHERE {{ GRAPH ?g {{ ?s ?p {node} }} }} ORDER BY ?p ?s ?g"
    )
    values = _texts(out)
    roles = {r: [x for x in into if x["p"].value == names.KK + r] for r in _ROLES}
    notes = reader.findings({x["s"].value for rows in roles.values() for x in rows})
    raw = [(x, True) for x in out] + [(x, False) for x in into]
    kept = [
        (x["p"].value, x["o" if outward else "s"], outward, x["g"].value)
        for x, outward in raw
        if x["p"].value not in (_QUIET if outward else _QUIET_INWARD)
        and not isinstance(x["o" if outward else "s"], ox.BlankNode)
    ]
    nodes = {p for p, *_ in kept} | {t.value for _, t, *_ in kept if isinstance(t, ox.NamedNode)}
    types = _types(store, node)
    labels = reader.labels(nodes | set(types))
    links = {
        (p, str(t), outward): Link(
            names.compact(p),
            labels.get(p, {}),
            names.slug(t.value) if isinstance(t, ox.NamedNode) else t.value,
            labels.get(t.value, {}),
            outward,
            names.compact(g),
        )
        for p, t, outward, g in kept
    }
    return Entity(
        iri=iri,
        labels=values.get("prefLabel") or values.get("label") or {},
        other_names=tuple(
            (x["o"].language or "", x["o"].value)
            for x in out
            if x["p"].value == names.ALT_LABEL and x["g"].value != names.ONTOLOGY_GRAPH
        ),
        types=tuple((names.compact(t), labels.get(t, {})) for t in types),
        codes=_codes(reader, node),
        definitions=values.get("definition") or values.get("question") or {},
        matches=tuple(x["o"].value for x in out if x["p"].value == names.KK + "matches"),
        links=tuple(links.values()),
        findings={
            role: tuple(notes[i] for i in dict.fromkeys(x["s"].value for x in rows) if i in notes)
            for role, rows in roles.items()
        },
        gaps=tuple(
            names.compact(x["s"].value) for x in into if x["p"].value == names.KK + "boundedBy"
        ),
    )


def _exists(store: Store, iri: str) -> bool:
    node = sparql.iri(iri)
    return bool(store.query(f"ASK {{ GRAPH ?g {{ {node} ?p ?o }} }}", Limits(max_rows=None)).truth)


def _types(store: Store, node: str) -> list[str]:
    rows = _select(
        store,
        f"""SELECT DISTINCT ?type ?stated WHERE {{
          {{ GRAPH ?g {{ {node} a ?type }} FILTER(?g != kkg:inferred) BIND(true AS ?stated) }}
          UNION
          {{ GRAPH kkg:inferred {{ {node} a ?type }} FILTER(STRSTARTS(STR(?type), STR(kk:)))
            BIND(false AS ?stated)
            MINUS {{ GRAPH ?h {{ {node} a ?own }} FILTER(?h != kkg:inferred)
              ?own rdfs:subClassOf+ ?type }} }}
        }} ORDER BY DESC(?stated) ?type""",
    )
    return list(dict.fromkeys(r["type"].value for r in rows))


def _codes(reader: Reader, node: str) -> tuple[tuple[str, Text], ...]:
    rows = _select(
        reader.store,
        f"""SELECT DISTINCT ?code ?scheme WHERE {{
          {{ {node} adms:identifier ?i . ?i skos:notation ?code ; kk:identifierScheme ?scheme }}
          UNION
          {{ GRAPH ?register {{ {node} adms:identifier ?i .
              ?i skos:notation ?code ; kk:identifierScheme ?scheme }}
            FILTER(STRSTARTS(STR(?register), "{names.REGISTER_PREFIX}")) }}
        }} ORDER BY ?scheme ?code""",
    )
    labels = reader.labels({r["scheme"].value for r in rows})
    return tuple((r["code"].value, labels.get(r["scheme"].value, {})) for r in rows)


def _texts(rows: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    out: dict[str, dict[str, str]] = {}
    for row in rows:
        if isinstance(row["o"], ox.Literal) and row["o"].language:
            local = row["p"].value.rpartition("#")[2]
            out.setdefault(local, {}).setdefault(row["o"].language, row["o"].value)
    return out


def _select(store: Store, query: str) -> list[dict[str, Any]]:
    result = store.query(_HEAD + query, Limits(max_rows=None))
    return [dict(zip(result.variables, row, strict=True)) for row in result.rows]


class Explanation:
    """A finding with its page and, where the text was at hand, its passage."""

    def __init__(self, note: FindingNote, page: Entity, passage: str | None) -> None:
        self.note = note
        self.page = page
        self.passage = passage
