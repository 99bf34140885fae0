"""Where values stand in JSON-LD and RDF/XML, as far as it is certain."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.cases.records import Place
from kkgraph.cases.tokens import Lines, Unsure
from kkgraph.cases.walking import resolve
from kkgraph.names import PREFIXES, RDF_TYPE

_RDF: Final = PREFIXES["rdf"]


@dataclass
class Places:
    """The places of triples and of the nodes that they describe; what isn't there is unknown."""

    triples: dict[ox.Triple, list[Place]] = field(default_factory=lambda: defaultdict(list))
    nodes: dict[Any, Place] = field(default_factory=dict)


class _Known:
    """The triples of a file by subject, property and the text of the object."""

    def __init__(self, quads: list[ox.Quad], file: str) -> None:
        self.file = file
        self.places = Places()
        self._subjects = {q.subject for q in quads}
        self._by_text: dict[tuple[Any, str, str], set[ox.Triple]] = defaultdict(set)
        for q in quads:
            if isinstance(q.object, ox.NamedNode | ox.Literal):
                key = q.subject, q.predicate.value, str(q.object.value)
                self._by_text[key].add(ox.Triple(q.subject, q.predicate, q.object))

    def node(self, iri: str, at: tuple[int, int]) -> ox.NamedNode | None:
        """The node, if the file describes it; its first place is kept."""
        try:
            node = ox.NamedNode(iri)
        except ValueError:
            return None
        if node not in self._subjects:
            return None
        self.places.nodes.setdefault(node, Place(self.file, line=at[0], column=at[1]))
        return node

    def value(self, subject: Any, predicate: str, text: str, at: tuple[int, int]) -> None:
        """Keep the place of a value, if exactly one triple can be meant."""
        meant = self._by_text.get((subject, predicate, text), set())
        if len(meant) == 1:
            self.places.triples[next(iter(meant))].append(
                Place(self.file, line=at[0], column=at[1])
            )


def _iri(relative: str | None, base: str) -> str:
    """An IRI as it stands, or resolved where it is relative; ``""`` where that fails."""
    if relative is None:
        return ""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", relative):
        return relative
    try:
        return resolve(base, relative).value
    except Unsure:
        return ""


# JSON-LD

_JSON: Final = re.compile(
    r'(?P<space>[ \t\r\n]+)|(?P<text>"(?:[^"\\\x00-\x1f]|\\.)*")|(?P<mark>[{}\[\],:])'
    r"|(?P<plain>-?[0-9][0-9.eE+-]*|true|false|null)"
)
_DEEPEST: Final = 200
Item = tuple[Any, int]
"""A value of JSON and its offset: a list of pairs for an object, a list of items for an array."""


class _Json:
    """A JSON text as values with offsets."""

    def __init__(self, text: str) -> None:
        self._tokens: list[tuple[str, str, int]] = []
        place = 0
        while place < len(text):
            found = _JSON.match(text, place)
            if found is None:
                raise Unsure(f"offset {place}")
            if found.lastgroup != "space":
                self._tokens.append((found.lastgroup or "", found[0], place))
            place = found.end()
        self._tokens.append(("", "", place))
        self._now = 0

    def _take(self, wanted: str = "") -> tuple[str, str, int]:
        token = self._tokens[self._now]
        if not token[0] or (wanted and token[1] != wanted):
            raise Unsure(f"{token}")
        self._now += 1
        return token

    def _next(self) -> str:
        return self._tokens[self._now][1]

    def value(self, depth: int = 0) -> Item:
        """The next value."""
        import json

        if depth > _DEEPEST:
            raise Unsure("nesting")
        kind, text, at = self._take()
        if kind != "mark":
            return (json.loads(text) if kind == "text" else _Bare(text)), at
        if text not in "{[":
            raise Unsure(text)
        end = "}" if text == "{" else "]"
        items: list[Any] = []
        while self._next() != end:
            if items:
                self._take(",")
            if text == "{":
                key = json.loads(self._take()[1])
                self._take(":")
                items.append((key, self.value(depth + 1)))
            else:
                items.append(self.value(depth + 1))
        self._take(end)
        return (_Object(items) if text == "{" else items), at


class _Bare(str):
    """A number, true, false or null as written."""


class _Object(list[tuple[str, Item]]):
    """The members of a JSON object, in their order."""


def in_json(text: str, quads: list[ox.Quad], file: str) -> Places:
    """The places of a JSON-LD text: of nodes with an ``@id``, and of their plain values.

    Names are followed through the contexts of the text itself; one that is defined twice in
    different ways is left alone, and so is what contexts can do beyond naming.
    """
    root, _ = _Json(text).value()
    terms: dict[str, set[str]] = defaultdict(set)
    _define(root, terms)
    names = {k: next(iter(v)) for k, v in terms.items() if len(v) == 1}
    known = _Known(quads, file)
    _visit_json(root, known, names, Lines(text))
    return known.places


def _define(value: Any, terms: dict[str, set[str]]) -> None:
    """Gather what each term of each context stands for."""
    if not isinstance(value, list):
        return
    for item in value:
        if not isinstance(value, _Object):
            _define(item[0], terms)
            continue
        key, (inner, _) = item
        contexts = inner if isinstance(inner, list) else []
        if key == "@context":
            for context in [inner] if isinstance(inner, _Object) else [c for c, _ in contexts]:
                for term, (meant, _) in context if isinstance(context, _Object) else ():
                    inside = dict(meant) if isinstance(meant, _Object) else {"@id": (meant, 0)}
                    name = inside.get("@id", ("", 0))[0]
                    terms[term].add(name if isinstance(name, str) else "")
        _define(inner, terms)


def _expand(name: str, names: dict[str, str], depth: int = 0) -> str:
    if depth > 5:
        return ""
    if name in names:
        return _expand(names[name], names, depth + 1) if names[name] != name else name
    prefix, colon, local = name.partition(":")
    if colon and prefix in names and not local.startswith("//"):
        return _expand(names[prefix], names, depth + 1) + local
    return name


def _visit_json(value: Any, known: _Known, names: dict[str, str], lines: Lines) -> None:
    if not isinstance(value, list):
        return
    if not isinstance(value, _Object):
        for item, _ in value:
            _visit_json(item, known, names, lines)
        return
    named = [item for key, item in value if _expand(key, names) == "@id"]
    subject = None
    if len(named) == 1 and type(named[0][0]) is str:
        base = names.get("@base", turtle.BASE)
        subject = known.node(_iri(_expand(named[0][0], names), base), lines.at(named[0][1]))
    for key, (inner, at) in value:
        if key == "@context":
            continue
        if subject is not None:
            predicate = _expand(key, names)
            if predicate == key and ":" not in key and not key.startswith("@"):
                predicate = names.get("@vocab", "") + key
            predicate = RDF_TYPE if predicate == "@type" else predicate
            for item, place in _flat(inner, at):
                for text in _texts(item, names, iri=predicate == RDF_TYPE):
                    known.value(subject, predicate, text, lines.at(place))
        _visit_json(inner, known, names, lines)


def _flat(value: Any, at: int) -> list[Item]:
    plain = isinstance(value, list) and not isinstance(value, _Object)
    return list(value) if plain else [(value, at)]


def _texts(value: Any, names: dict[str, str], *, iri: bool) -> list[str]:
    """What the object of a triple may read for a value: as written, and as an IRI."""
    if isinstance(value, _Object):
        inner = dict(value)
        for key in ("@value", "@id"):
            if key in inner and isinstance(inner[key][0], str):
                return _texts(inner[key][0], names, iri=key == "@id")
        return []
    if not isinstance(value, str):
        return []
    whole = _expand(value, names)
    return list(dict.fromkeys([whole] if iri else [value, whole]))


# RDF/XML

_STRUCTURE: Final = frozenset(
    _RDF + name
    for name in (
        "about", "ID", "nodeID", "resource", "parseType", "datatype", "Description", "RDF", "li",
    )
)  # fmt: skip
_XML: Final = "http://www.w3.org/XML/1998/namespace"


def in_xml(data: bytes, quads: list[ox.Quad], file: str) -> Places:
    """The places of an RDF/XML text: of nodes with ``rdf:about``, and of their plain values."""
    visitor = _Xml(_Known(quads, file))
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = lambda name, attributes: visitor.start(
        name, attributes, (parser.CurrentLineNumber, 0)
    )
    parser.EndElementHandler = lambda name: visitor.end()
    parser.CharacterDataHandler = visitor.text
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unsure(str(error)) from error
    return visitor.known.places


@dataclass
class _Element:
    """An open element: a node (with its IRI, if certain) or a property of the node around it."""

    kind: str
    base: str
    subject: Any = None
    predicate: str = ""
    at: tuple[int, int] = (0, 0)
    text: list[str] = field(default_factory=list)


class _Xml:
    def __init__(self, known: _Known) -> None:
        self.known = known
        self._open: list[_Element] = []

    def start(self, name: str, attributes: dict[str, str], at: tuple[int, int]) -> None:
        name = name.replace(" ", "")
        given = {k.replace(" ", ""): v for k, v in attributes.items()}
        around = self._open[-1] if self._open else None
        base = given.get(_XML + "base", around.base if around else turtle.BASE)
        if around is None and name == _RDF + "RDF":
            self._open.append(_Element("root", base))
        elif around is None or around.kind in ("root", "property"):
            self._node(name, given, base, at)
        elif around.kind == "node":
            parse = given.get(_RDF + "parseType")
            kind = "property" if parse in (None, "Collection") else "other"
            self._open.append(_Element(kind, base, around.subject, name, at))
            if parse is None and (iri := _iri(given.get(_RDF + "resource"), base)):
                self.known.value(around.subject, name, iri, at)
        else:
            self._open.append(_Element("other", base))

    def _node(self, name: str, given: dict[str, str], base: str, at: tuple[int, int]) -> None:
        iri = _iri(given.get(_RDF + "about"), base)
        subject = self.known.node(iri, at) if iri else None
        around = self._open[-1] if self._open else None
        if iri and around is not None and around.kind == "property":
            self.known.value(around.subject, around.predicate, iri, at)
        self._open.append(_Element("node", base, subject))
        if subject is None:
            return
        self.known.value(subject, RDF_TYPE, name, at)
        for key, value in given.items():
            if key not in _STRUCTURE and not key.startswith(_XML):
                self.known.value(subject, key, value, at)

    def text(self, data: str) -> None:
        if self._open and self._open[-1].kind == "property":
            self._open[-1].text.append(data)

    def end(self) -> None:
        done = self._open.pop()
        if done.kind == "property" and done.subject is not None:
            self.known.value(done.subject, done.predicate, "".join(done.text), done.at)
