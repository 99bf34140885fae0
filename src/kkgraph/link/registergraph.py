"""A register as RDF: bodies with codes, legal status and territory, in a graph of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.link import naming, provinces, thai, wording
from kkgraph.link.curies import WIKIDATA
from kkgraph.link.rdf import (
    decimal,
    is_a,
    node,
    say,
    scheme,
    scheme_triples,
    slugged,
    typed,
    whole,
)
from kkgraph.link.records import TYPES, Entry
from kkgraph.link.register import Period, Register, slug_of

_STATUS: Final = {
    "PAO": "kk:provincialType",
    "CITY": "kk:cityType",
    "TOWN": "kk:townType",
    "SUBDISTRICT": "kk:subdistrictType",
    "SAO": "kk:subdistrictAdministrativeType",
    "SPECIAL": "kk:specialType",
}
_BODY: Final = "org:FormalOrganization"


def graph_iri(name: str) -> str:
    """The graph of a register of this name."""
    return names.REGISTER_PREFIX + name


def register_iri(name: str) -> str:
    """The node of a register of this name."""
    return f"{names.KKD}register-{name}"


def entry_iri(register: str, code: str) -> str:
    """The node of a register's entry with this code.

    A code that isn't told from others by its Latin letters and digits gets a hash behind it.
    """
    slug = slug_of(code)
    plain = slug == code.lower()
    mark = "" if plain else hashlib.sha256(code.encode()).hexdigest()[:8]
    return names.KKD + "-".join(p for p in (register, slug, mark) if p)


def triples(register: Register, made: str) -> Iterator[ox.Triple]:
    """The triples of ``kkg:register-<name>``; ``made`` is when it was read, ``xsd:dateTime``.

    An entry is a body of the type that the table says, with its code (and others) for the
    register's period, its legal status for that period, and a territory of its own, which is part
    of a district and a province. The name as the table writes it is another label. A name that the
    table has in one language only stands in the label of the other one as it is, beside that
    language's word for the type.
    """
    me = ox.NamedNode(register_iri(register.name))
    period = ox.NamedNode(f"{names.KKD}period-register-{register.name}")
    yield from _about(register, me, period, made)
    used = {s for e in register.entries for s, _ in e.identifiers}
    for name in sorted(used):
        yield from scheme_triples(name)
    for entry in register.entries:
        yield from _entry(register, entry, me, period)
    yield from _places(register)


def quads(register: Register, made: str) -> Iterator[ox.Quad]:
    """The triples in their graph."""
    graph = ox.NamedNode(graph_iri(register.name))
    for t in triples(register, made):
        yield ox.Quad(t.subject, t.predicate, t.object, graph)


def _about(
    register: Register, me: ox.NamedNode, period: ox.NamedNode, made: str
) -> Iterator[ox.Triple]:
    yield is_a(me, "kk:Register")
    for lang in names.LANGUAGES:
        yield say(me, "skos:prefLabel", ox.Literal(register.label[lang], language=lang))
        text = _period_label(register.period, lang)
        yield say(period, "skos:prefLabel", ox.Literal(text, language=lang))
    yield say(me, "dcterms:title", Path(register.side.source).name)
    yield say(me, "kk:fileSha256", register.side.sha256)
    yield say(me, "dcterms:created", typed(made, "dateTime"))
    yield say(me, "dcterms:temporal", period)
    yield say(me, "void:entities", whole(len(register.entries)))
    yield say(me, "kk:identifierScheme", scheme(register.scheme))
    yield is_a(period, "kk:Period")
    for bound, value in (("kk:start", register.period.start), ("kk:end", register.period.end)):
        if value:
            yield say(period, bound, typed(value, "gYearMonth" if "-" in value else "gYear"))


def _period_label(period: Period, lang: str) -> str:
    start, end = (_year(p, lang) for p in (period.start, period.end))
    if start == end:
        return f"{start}, as a register states it" if lang == "en" else f"{start} ตามทะเบียน"
    if lang == "th":
        return f"{start or '…'}–{end or '…'} ตามทะเบียน"
    return f"{start or '…'} to {end or '…'}, as a register states it"


def _year(date: str, lang: str) -> str:
    if lang == "en" or not date:
        return date
    return f"พ.ศ. {int(date[:4]) + 543}{date[4:]}"


def _entry(
    register: Register, entry: Entry, me: ox.NamedNode, period: ox.NamedNode
) -> Iterator[ox.Triple]:
    body = ox.NamedNode(entry_iri(register.name, entry.id))
    th, en = labels(entry)
    yield ox.Triple(body, node("rdf:type"), ox.NamedNode(_class(entry)))
    yield say(body, "skos:prefLabel", ox.Literal(en, language="en"))
    yield say(body, "skos:prefLabel", ox.Literal(th, language="th"))
    for lang, name, label in (("th", entry.names[0], th), ("en", entry.names[1], en)):
        if name and name != label:
            yield say(body, "skos:altLabel", ox.Literal(name, language=lang))
    yield say(body, "kk:entryOf", me)
    for name, value in entry.identifiers:
        code = ox.NamedNode(f"{body.value}-{slugged(name) or 'code'}")
        yield say(body, "adms:identifier", code)
        yield is_a(code, "adms:Identifier")
        yield say(code, "skos:notation", value)
        yield say(code, "kk:identifierScheme", scheme(name))
        yield say(code, "dcterms:temporal", period)
        yield say(code, "prov:wasDerivedFrom", me)
        if name == "wikidata":
            yield say(body, "kk:matches", ox.NamedNode(WIKIDATA + value))
    if entry.type in TYPES:
        yield from _as_government(entry, (body, me, period), (th, en))
    if entry.point:
        yield say(body, "schema:latitude", decimal(entry.point[0]))
        yield say(body, "schema:longitude", decimal(entry.point[1]))


def _as_government(
    entry: Entry,
    nodes: tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode],
    called: tuple[str, str],
) -> Iterator[ox.Triple]:
    """The legal status and the territory, which is never the body itself."""
    body, me, period = nodes
    if entry.type in _STATUS:
        status = ox.NamedNode(f"{body.value}-status")
        yield say(body, "kk:hasLegalStatus", status)
        yield is_a(status, "kk:LegalStatus")
        yield say(status, "kk:legalType", node(_STATUS[entry.type]))
        yield say(status, "dcterms:temporal", period)
        yield say(status, "prov:wasDerivedFrom", me)
    place = ox.NamedNode(f"{body.value}-territory")
    yield say(body, "kk:governs", place)
    yield is_a(place, "dcterms:Location")
    yield say(place, "skos:prefLabel", ox.Literal(f"Territory of {called[1]}", language="en"))
    yield say(place, "skos:prefLabel", ox.Literal(f"เขต{called[0]}", language="th"))
    around = _around(entry)
    if around is not None:
        yield say(place, "dcterms:isPartOf", around)


def labels(entry: Entry) -> tuple[str, str]:
    """The Thai and the English label of an entry: type and name, the type said once."""
    th, en = entry.names
    return _label(th or en, entry.type, "th"), _label(en or th, entry.type, "en")


def _label(name: str, kind: str, lang: str) -> str:
    if kind not in TYPES or kind == "SPECIAL" or naming.parse(name, bare=True).type:
        return name
    word = wording.TYPES[kind][lang]
    if lang == "en":
        return f"{name} {word}"
    return word + name if thai.is_thai(name) else f"{word} {name}"


def _class(entry: Entry) -> str:
    return TYPES.get(entry.type) or names.expand(_BODY)


def _around(entry: Entry) -> ox.NamedNode | None:
    """The district that a territory is part of, else the province."""
    if entry.district:
        return district_node(entry.district, entry.province)
    return province_node(entry.province) if entry.province else None


def province_node(code: str) -> ox.NamedNode:
    """The node of a province, such as ``kkd:khon-kaen-province``."""
    english = provinces.PROVINCES[code][1]
    return ox.NamedNode(f"{names.KKD}{slugged(english)}-province")


def district_node(district: str, province: str) -> ox.NamedNode:
    """The node of a district, by its code of four digits, else by its name in its province."""
    if len(district) == 4 and district.isdecimal():
        return ox.NamedNode(f"{names.KKD}district-{district}")
    key = hashlib.sha256(f"{province} {district}".encode()).hexdigest()[:12]
    return ox.NamedNode(f"{names.KKD}district-{key}")


def _places(register: Register) -> Iterator[ox.Triple]:
    """The districts and provinces around the territories, each once."""
    districts = {(e.district, e.province) for e in register.entries if e.district}
    inside = {p for _, p in districts} | {e.province for e in register.entries}
    for district, province in sorted(districts):
        place = district_node(district, province)
        yield is_a(place, "dcterms:Location")
        coded = district.isdecimal()
        en = f"District {district}" if coded else f"District of {district}"
        th = f"อำเภอรหัส {district}" if coded else f"อำเภอ{district}"
        yield say(place, "skos:prefLabel", ox.Literal(en, language="en"))
        yield say(place, "skos:prefLabel", ox.Literal(th, language="th"))
        if province:
            yield say(place, "dcterms:isPartOf", province_node(province))
    for code in sorted(inside - {""}):
        thai_name, english, _ = provinces.PROVINCES[code]
        place = province_node(code)
        yield is_a(place, "dcterms:Location")
        en, th = (
            (english, thai_name) if code == "10" else (f"{english} province", f"จังหวัด{thai_name}")
        )
        yield say(place, "skos:prefLabel", ox.Literal(en, language="en"))
        yield say(place, "skos:prefLabel", ox.Literal(th, language="th"))
