"""The description of the served dataset: VoID and DCAT, measured on the graph itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph import __version__, names, turtle
from kkgraph.names import PREFIXES
from kkgraph.web.messages import Reply
from kkgraph.web.pages.linked import MEDIA

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

_COUNTED_UP_TO: Final = 3_000_000
_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FOAF: Final = "http://xmlns.com/foaf/0.1/"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_MEDIA_TYPES: Final = "https://www.iana.org/assignments/media-types/"
_LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"
_TITLES: Final = {
    "en": "Digital technology in local government: a knowledge graph",
    "th": "เทคโนโลยีดิจิทัลในท้องถิ่น: กราฟความรู้",
}
_TEXTS: Final = {
    "en": "Findings of studies on digital technology in local government, each with scope,"
    " strength, holder and evidence.",
    "th": "ข้อค้นพบจากการศึกษาเรื่องเทคโนโลยีดิจิทัลในท้องถิ่น พร้อมขอบเขต ระดับการยืนยัน ผู้กล่าว และหลักฐาน",
}
_SHOWN: Final = ("F001", "e-laas", "kktt")


def description(desk: Desk, *, base: str, form: str) -> Reply:
    """The dataset at ``base``: its size, classes, properties and vocabularies, and ways to it."""
    quads: list[Any] = desk.keep(f"void {base}", lambda: _statements(desk, base))
    data = ox.serialize(
        quads,
        format=turtle.FORMATS[form],
        prefixes={**PREFIXES, "sd": _SD, "foaf": _FOAF, "formats": _FORMATS},
    )
    return Reply(data or b"", MEDIA[form])


class _Writer:
    """Gathers statements; CURIEs stand for IRIs."""

    def __init__(self) -> None:
        self.triples: list[ox.Triple] = []

    def say(self, subject: Any, curie: str, value: Any) -> None:
        """Add a statement."""
        self.triples.append(ox.Triple(subject, _node(curie), value))

    def texts(self, subject: Any, curie: str, texts: dict[str, str]) -> None:
        """Add a text in each of its languages."""
        for lang, text in texts.items():
            self.say(subject, curie, ox.Literal(text, language=lang))


def _node(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    extra = {"sd": _SD, "foaf": _FOAF, "formats": _FORMATS}
    if prefix in extra:
        return ox.NamedNode(extra[prefix] + local)
    return ox.NamedNode(names.expand(name))


def _statements(desk: Desk, base: str) -> list[ox.Triple]:
    out = _Writer()
    me = ox.NamedNode(f"{base}/.well-known/void#dataset")
    endpoint = ox.NamedNode(f"{base}/sparql")
    for kind in ("void:Dataset", "dcat:Dataset"):
        out.say(me, "rdf:type", _node(kind))
    out.texts(me, "dcterms:title", _TITLES)
    out.texts(me, "dcterms:description", _TEXTS)
    out.say(me, "dcterms:license", ox.NamedNode(_LICENCE))
    out.say(me, "dcat:version", ox.Literal(__version__))
    for lang in names.LANGUAGES:
        out.say(me, "dcterms:language", ox.Literal(lang))
    out.say(me, "dcat:landingPage", ox.NamedNode(f"{base}/"))
    out.say(me, "foaf:homepage", ox.NamedNode(f"{base}/"))
    out.say(me, "void:sparqlEndpoint", endpoint)
    out.say(me, "void:uriSpace", ox.Literal(names.KKD))
    out.say(me, "void:uriLookupEndpoint", ox.NamedNode(f"{base}/search?q="))
    for feature in ("Turtle", "N-Triples", "RDF_XML", "JSON-LD"):
        out.say(me, "void:feature", _node(f"formats:{feature}"))
    for slug in _SHOWN:
        node = ox.NamedNode(names.KKD + slug)
        if next(desk.engine.quads_for_pattern(node, None, None, None), None) is not None:
            out.say(me, "void:exampleResource", node)
    _ways(out, me, base, endpoint)
    _measured(desk, out, me)
    return out.triples


def _ways(out: _Writer, me: ox.NamedNode, base: str, endpoint: ox.NamedNode) -> None:
    """The endpoint as a service, and the default graph in each format as a distribution."""
    service = ox.NamedNode(f"{base}/.well-known/void#sparql")
    out.say(service, "rdf:type", _node("dcat:DataService"))
    out.say(service, "dcat:endpointURL", endpoint)
    out.say(service, "dcat:servesDataset", me)
    out.texts(service, "dcterms:title", {"en": "SPARQL endpoint", "th": "จุดเชื่อมต่อ SPARQL"})
    whole = ox.NamedNode(f"{base}/graphs?default")
    for form in ("ttl", "nt", "rdf", "jsonld"):
        way = ox.NamedNode(f"{base}/.well-known/void#{form}")
        out.say(me, "dcat:distribution", way)
        out.say(way, "rdf:type", _node("dcat:Distribution"))
        out.say(way, "dcat:accessURL", whole)
        out.say(way, "dcat:mediaType", ox.NamedNode(_MEDIA_TYPES + MEDIA[form]))
        out.say(way, "dcterms:license", ox.NamedNode(_LICENCE))


def _measured(desk: Desk, out: _Writer, me: ox.NamedNode) -> None:
    if len(desk.engine) > _COUNTED_UP_TO:
        return
    classes: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    subjects: set[str] = set()
    own: set[str] = set()
    size = 0
    for quad in desk.engine.quads_for_pattern(None, None, None, ox.DefaultGraph()):
        size += 1
        properties[quad.predicate.value] += 1
        subjects.add(str(quad.subject))
        if isinstance(quad.subject, ox.NamedNode) and quad.subject.value.startswith(names.KKD):
            own.add(quad.subject.value)
        if quad.predicate.value == names.RDF_TYPE and isinstance(quad.object, ox.NamedNode):
            classes[quad.object.value] += 1
    counts = {
        "void:triples": size,
        "void:entities": len(own),
        "void:distinctSubjects": len(subjects),
        "void:classes": len(classes),
        "void:properties": len(properties),
    }
    for curie, number in counts.items():
        out.say(me, curie, ox.Literal(number))
    used = {*classes, *properties}
    for prefix, iri in sorted(PREFIXES.items()):
        if prefix not in ("xsd", "kkd", "kkg", "kkq") and any(u.startswith(iri) for u in used):
            out.say(me, "void:vocabulary", ox.NamedNode(iri))
    for name, found, by in (
        ("class", classes, "void:entities"),
        ("property", properties, "void:triples"),
    ):
        for number, (iri, count) in enumerate(sorted(found.items())):
            part = ox.BlankNode(f"{name}{number}")
            out.say(me, f"void:{name}Partition", part)
            out.say(part, f"void:{name}", ox.NamedNode(iri))
            out.say(part, by, ox.Literal(count))
