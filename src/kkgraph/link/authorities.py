"""The registers of a store: added, listed, shown, removed, and read as a side of a linking."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as placed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import matching, names, shapes, sparql, turtle
from kkgraph.errors import LinkError
from kkgraph.link import provinces, registergraph, thai
from kkgraph.link.rdf import slugged
from kkgraph.link.records import TYPES, Entry, Side
from kkgraph.link.register import Register
from kkgraph.model import Problem, Text
from kkgraph.store import Limits, Store

_ALL: Final = Limits(max_rows=None)
_KINDS: Final = {iri: key for key, iri in TYPES.items()}
_PROVINCES: Final = {
    f"{names.KKD}{slugged(english)}-province": code
    for code, (_, english, _) in provinces.PROVINCES.items()
}


@dataclass(frozen=True)
class Stored:
    """A register of a store; ``types`` and ``schemes`` count its entries."""

    name: str
    label: Text
    file: str
    sha256: str
    made: str
    period: Text
    entries: int
    triples: int
    types: dict[str, int] = field(default_factory=dict)
    schemes: dict[str, int] = field(default_factory=dict)

    @property
    def graph(self) -> str:
        """The IRI of its graph."""
        return registergraph.graph_iri(self.name)

    def as_dict(self) -> dict[str, Any]:
        """The register as a JSON object."""
        keys = ("name", "graph", "label", "file", "sha256", "made", "period", "entries", "triples",
                "types", "schemes")  # fmt: skip
        return {k: getattr(self, k) for k in keys}


@dataclass(frozen=True)
class Added:
    """What came of adding a register; ``added`` is False where problems stood against it."""

    name: str
    added: bool
    replaced: bool
    entries: int
    triples: int
    problems: tuple[Problem, ...]


def now() -> str:
    """The time, as ``xsd:dateTime`` in UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def checked(
    quads: Sequence[ox.Quad], background: Iterable[ox.Quad], where: str
) -> tuple[Problem, ...]:
    """The violations of the shapes in a register or a link graph, with the file they are in."""
    large = len(quads) > 50_000
    report = shapes.validate(quads, background=background, engine="columnar" if large else "auto")
    return tuple(
        placed(p, where=p.where or f"{where}: {names.compact(p.focus)}")
        for p in report.problems
        if p.severity == "violation"
    )


def check(store: Store, register: Register) -> tuple[Problem, ...]:
    """What is wrong with a register: its rows, and where these are right, the shapes."""
    found = register.problems
    if any(p.severity == "violation" for p in found):
        return found
    quads = list(registergraph.quads(register, now()))
    return (*found, *checked(quads, background(store), register.side.source))


def add(store: Store, register: Register, *, replace: bool = False) -> Added:
    """Put a register into its graph, whole or not at all.

    With problems, of its rows or of the shapes, nothing is stored. Raises ``LinkError``
    register-exists unless ``replace``.
    """
    graph = registergraph.graph_iri(register.name)
    there = graph in store.graphs()
    if there and not replace:
        raise LinkError(
            "register-exists",
            f'there is a register "{register.name}" already',
            where=register.side.source,
            hint="Add --replace to put this one in its place, or --name for another name.",
        )
    found = check(store, register)
    if any(p.severity == "violation" for p in found):
        return Added(register.name, False, there, len(register.entries), 0, found)
    triples = list(dict.fromkeys(registergraph.triples(register, now())))
    store.put_graphs({graph: triples})
    return Added(register.name, True, there, len(register.entries), len(triples), found)


def background(store: Store) -> list[ox.Quad]:
    """What validation looks things up in: the ontology and the merged data."""
    return list(store.quads(g for g in store.graphs() if names.is_merged(g)))


def listed(store: Store) -> list[str]:
    """The names of the registers, sorted."""
    return [
        g.removeprefix(names.REGISTER_PREFIX)
        for g in store.graphs()
        if g.startswith(names.REGISTER_PREFIX)
    ]


def require(store: Store, name: str) -> str:
    """The name, if a register has it; ``LinkError`` unknown-register otherwise."""
    known = listed(store)
    name = name.strip().removeprefix("kkg:register-").removeprefix(names.REGISTER_PREFIX)
    if name in known:
        return name
    there = f"There are: {', '.join(known)}." if known else "None is stored: kkgraph register add"
    raise LinkError(
        "unknown-register",
        f'there is no register "{name}"',
        where="register",
        hint=matching.did_you_mean(name, known) + there,
    )


def remove(store: Store, name: str) -> int:
    """How many triples a register had; it is gone afterwards."""
    graph = registergraph.graph_iri(require(store, name))
    count = sum(1 for _ in store.quads([graph]))
    store.drop_graph(graph)
    return count


_HEAD: Final = """SELECT ?p ?o { GRAPH %s { { %s ?p ?o } UNION
  { %s dcterms:temporal ?when . ?when skos:prefLabel ?o BIND(kk:start AS ?p) } } }"""
_TYPES: Final = """SELECT ?k (COUNT(?e) AS ?n) { GRAPH %s { ?e kk:entryOf %s ; a ?k } }
GROUP BY ?k"""
_CODES: Final = """SELECT ?s (COUNT(?i) AS ?n) { GRAPH %s { ?i a adms:Identifier ;
  kk:identifierScheme ?s } } GROUP BY ?s"""
_SIZE: Final = "SELECT (COUNT(*) AS ?n) { GRAPH %s { ?s ?p ?o } }"


def read(store: Store, name: str) -> Stored:
    """What is known of a stored register; ``LinkError`` unknown-register."""
    name = require(store, name)
    graph = sparql.iri(registergraph.graph_iri(name))
    me = sparql.iri(registergraph.register_iri(name))
    about: Said = {}
    for p, o in store.query(_HEAD % (graph, me, me), _ALL).rows:
        about.setdefault(p.value, []).append(o)
    types = {_KINDS.get(k.value, "other"): n for k, n in _counts(store, _TYPES % (graph, me))}
    schemes = {
        k.value.rpartition("scheme-")[2]: n for k, n in _counts(store, _CODES % graph)
    }  # fmt: skip
    (size,) = store.query(_SIZE % graph, _ALL).rows
    period = about.get(names.KK + "start", [])
    return Stored(
        name=name,
        label=_texts(about),
        file=_first(about, "dcterms:title"),
        sha256=_first(about, "kk:fileSha256"),
        made=_first(about, "dcterms:created"),
        period={t.language or "en": t.value for t in period},
        entries=sum(types.values()),
        triples=int(size[0].value),
        types=dict(sorted(types.items())),
        schemes=dict(sorted(schemes.items())),
    )


def _counts(store: Store, query: str) -> Iterable[tuple[Any, int]]:
    return ((row[0], int(row[1].value)) for row in store.query(query, _ALL).rows)


_ENTRIES: Final = """SELECT ?e ?k ?l { GRAPH %s { ?e kk:entryOf %s ; a ?k ;
  skos:prefLabel ?l } }"""
_IDENTIFIERS: Final = """SELECT ?e ?s ?c { GRAPH %s { ?e kk:entryOf %s ; adms:identifier ?i .
  ?i kk:identifierScheme ?s ; skos:notation ?c } }"""
_AROUND: Final = """SELECT ?e ?in ?out ?l { GRAPH %s { ?e kk:entryOf %s ; kk:governs ?place .
  ?place dcterms:isPartOf ?in OPTIONAL { ?in dcterms:isPartOf ?out }
  OPTIONAL { ?in skos:prefLabel ?l FILTER(LANGMATCHES(LANG(?l), "th")) } } }"""
_POINTS: Final = """SELECT ?e ?lat ?lon { GRAPH %s { ?e kk:entryOf %s ; schema:latitude ?lat ;
  schema:longitude ?lon } }"""


def side(store: Store, name: str) -> tuple[Side, list[Entry]]:
    """A stored register as a side of a linking; ``LinkError`` unknown-register."""
    about = read(store, name)
    graph = sparql.iri(about.graph)
    me = sparql.iri(registergraph.register_iri(about.name))

    def rows(query: str) -> Iterable[tuple[Any, ...]]:
        return store.query(query % (graph, me), _ALL).rows

    labels: dict[str, dict[str, str]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    for e, k, text in rows(_ENTRIES):
        labels[e.value][text.language or "en"] = text.value
        kinds[e.value] = _KINDS.get(k.value, kinds.get(e.value, ""))
    codes: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for e, scheme, code in rows(_IDENTIFIERS):
        codes[e.value].append((scheme.value.rpartition("scheme-")[2], code.value))
    places = {e.value: _territory(*around) for e, *around in rows(_AROUND)}
    points = {e.value: (float(lat.value), float(lon.value)) for e, lat, lon in rows(_POINTS)}
    entries = []
    for iri, by_lang in sorted(labels.items()):
        texts = _names(by_lang)
        district, province = places.get(iri, ("", ""))
        entries.append(
            Entry(
                id=iri.removeprefix(names.KKD),
                where=iri,
                name=texts[0] if texts else "",
                names=tuple(texts[1:]),
                type=kinds[iri],
                province=province,
                district=district,
                identifiers=tuple(sorted(codes[iri])),
                point=points.get(iri),
                iri=iri,
            )
        )
    label = about.label.get("en", about.name)
    source = f"register {about.name}"
    return Side(f"register-{about.name}", source, label, about.sha256), entries


def _names(by_lang: dict[str, str]) -> list[str]:
    """The Thai and the English label, without one that only repeats the other one's name."""
    th, en = by_lang.get("th", ""), by_lang.get("en", "")
    found = ("" if th and not thai.is_thai(th) else th, "" if thai.is_thai(en) else en)
    return [text for text in found if text]


def _territory(around: Any, outer: Any, label: Any) -> tuple[str, str]:
    """The district (a code, or its name) and the province of a body's territory."""
    inner = around.value
    if inner in _PROVINCES:
        return "", _PROVINCES[inner]
    province = _PROVINCES.get(outer.value, "") if outer is not None else ""
    code = inner.removeprefix(f"{names.KKD}district-")
    if len(code) == 4 and code.isdecimal():
        return code, province
    return label.value.removeprefix("อำเภอ") if label is not None else "", province


Said = dict[str, list[Any]]


def _first(about: Said, curie: str) -> str:
    found = about.get(names.expand(curie))
    return str(found[0].value) if found else ""


def _texts(about: Said) -> Text:
    return {t.language or "en": t.value for t in about.get(names.PREF_LABEL, ())}


def write(register: Register, path: Path) -> tuple[Problem, ...]:
    """Write a register as RDF, if nothing is wrong with it; what is wrong otherwise.

    Raises ``SourceError`` unknown-format.
    """
    kind = turtle.format_of(path)
    ending = next(k for k, v in turtle.FORMATS.items() if v == kind)
    if any(p.severity == "violation" for p in register.problems):
        return register.problems
    data = turtle.serialise(registergraph.quads(register, now()), ending)
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return register.problems
