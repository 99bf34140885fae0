"""The entries of RDF: what has a name, with its type, codes and place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names, turtle
from kkgraph.analytic.readonly import ReadOnly
from kkgraph.errors import SourceError
from kkgraph.link import codes
from kkgraph.link.records import TYPES, Entry, Side
from kkgraph.store import Store

_P: Final = names.PREFIXES
_LABELS: Final = {
    _P["skos"] + "prefLabel": 0,
    _P["rdfs"] + "label": 0,
    _P["schema"] + "name": 0,
    "http://schema.org/name": 0,
    "http://xmlns.com/foaf/0.1/name": 0,
    _P["dcterms"] + "title": 0,
    _P["skos"] + "altLabel": 1,
}
_SAME: Final = frozenset(
    (names.KK + "matches", _P["skos"] + "exactMatch", _P["owl"] + "sameAs",
     _P["schema"] + "sameAs", "http://schema.org/sameAs")
)  # fmt: skip
_KINDS: Final = {iri: key for key, iri in TYPES.items()}
_WIKIDATA: Final = "http://www.wikidata.org/entity/"
_GEO: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_PLACES: Final = (
    *(_GEO + name for name in ("lat", "long")),
    *(base + n for base in (_P["schema"], "http://schema.org/") for n in ("latitude", "longitude")),
)
_CODED: Final = _P["adms"] + "identifier"
_SCHEMES: Final = (
    names.KK + "identifierScheme",
    _P["adms"] + "schemeAgency",
    _P["dcterms"] + "creator",
)

Described = dict[str, dict[str, list[Any]]]


def of_file(path: Path) -> list[Entry]:
    """The entries of an RDF file: its local administrations, else everything that has a name.

    Raises ``SourceError`` as ``turtle.parse_file`` does, and no-data where nothing has a name.
    """
    known = _described(turtle.parse_file(path))
    entries = _entries(known, typed=True) or _entries(known, typed=False)
    if not entries:
        raise SourceError(
            "no-data",
            "nothing in this file has a name",
            where=str(path),
            hint="Names are read from skos:prefLabel, rdfs:label, schema:name or foaf:name.",
        )
    return entries


def of_graph(store: Store, *, slug: str = "graph") -> tuple[Side, list[Entry]]:
    """The local administrations of a store's merged graphs, with their names and codes."""
    merged = [g for g in store.graphs() if names.is_merged(g)]
    quads = _read(store, merged) if isinstance(store, ReadOnly) else store.quads(merged)
    side = Side(slug, "graph", "the knowledge graph", base=names.KKD)
    return side, _entries(_described(quads), typed=True)


def _read(store: ReadOnly, graphs: list[str]) -> Iterator[ox.Quad]:
    """What is said of local administrations and their codes; of large data all else stays there."""
    among, places = store.matches.among, store.numbers(graphs)
    inside = f"{store.dataset.named} WHERE g IN ({', '.join(map(str, places)) or '-2'})"
    kind = f"{among('p', [names.RDF_TYPE])} AND {among('o', _KINDS)}"
    bodies = f"SELECT s FROM {inside} AND {kind}"  # noqa: S608 - numbers
    coded = among("p", [_CODED])
    nodes = f"SELECT o FROM {inside} AND {coded} AND s IN ({bodies})"  # noqa: S608
    yield from store.matches.of(places, [kind])
    own = among("p", [*_LABELS, *_SAME, *_PLACES, _CODED])
    yield from store.matches.of(places, [own, f"s IN ({bodies})"])
    told = among("p", [_P["skos"] + "notation", *_SCHEMES])
    yield from store.matches.of(places, [told, f"s IN ({nodes})"])


def _described(quads: Iterable[ox.Quad]) -> Described:
    out: Described = {}
    for quad in quads:
        subject = out.setdefault(turtle.subject_of(quad), {})
        subject.setdefault(quad.predicate.value, []).append(quad.object)
    for said in out.values():  # stores give quads in different orders
        for objects in said.values():
            objects.sort(key=str)
    return out


def _entries(known: Described, *, typed: bool) -> list[Entry]:
    out = []
    for iri, said in sorted(known.items()):
        types = [_KINDS[t] for o in said.get(names.RDF_TYPE, ()) if (t := _text(o)) in _KINDS]
        labels = _names(said)
        if labels and (types or not typed):
            exact = sorted(t for t in types if t != "MUNICIPALITY") or types
            out.append(_entry(iri, labels, exact[0] if exact else "", said, known))
    return out


def _entry(
    iri: str, labels: list[str], type_: str, said: dict[str, list[Any]], known: Described
) -> Entry:
    pairs = set(_codes(said, known))
    lat = _number(said, ("lat", "latitude"))
    lon = _number(said, ("long", "longitude"))
    return Entry(
        id=names.slug(iri),
        where=iri,
        name=labels[0],
        names=tuple(labels[1:]),
        type=type_,
        identifiers=tuple(sorted(pairs)),
        point=(lat, lon) if lat is not None and lon is not None else None,
        iri=iri,
    )


def _names(said: dict[str, list[Any]]) -> list[str]:
    """The names: preferred before others, Thai before English, each once."""
    found: list[tuple[int, int, str]] = []
    for predicate, rank in _LABELS.items():
        for term in said.get(predicate, ()):
            if isinstance(term, ox.Literal):
                lang = {"th": 0, "en": 1}.get(term.language or "", 2)
                found.append((rank, lang, term.value))
    return list(dict.fromkeys(text for _, _, text in sorted(found)))


def _codes(said: dict[str, list[Any]], known: Described) -> Iterable[tuple[str, str]]:
    for node in said.get(_CODED, ()):
        about = known.get(_text(node), {})
        scheme = _scheme(about)
        for value in about.get(_P["skos"] + "notation", ()):
            yield scheme, codes.normal(scheme, _text(value))
    for predicate in _SAME:
        for node in said.get(predicate, ()):
            if _text(node).startswith(_WIKIDATA):
                yield "wikidata", codes.normal("wikidata", _text(node))


def _scheme(about: dict[str, list[Any]]) -> str:
    for predicate in _SCHEMES:
        for node in about.get(predicate, ()):
            return names.slug(_text(node)).removeprefix("scheme-")
    return "identifier"


def _number(said: dict[str, list[Any]], kinds: tuple[str, str]) -> float | None:
    for predicate in (_GEO + kinds[0], _P["schema"] + kinds[1], "http://schema.org/" + kinds[1]):
        for term in said.get(predicate, ()):
            try:
                return float(_text(term))
            except ValueError:
                return None
    return None


def _text(term: Any) -> str:
    return str(getattr(term, "value", term))
