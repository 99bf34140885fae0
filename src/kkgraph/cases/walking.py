"""The statements of Turtle, TriG, N-Triples and N-Quads text with the offsets of their objects.

It reads what the grammar allows and is sure of; whether a text is right at all, and which triples
it holds, is for the parser to say (``kkgraph.cases.rdf`` holds the two against each other).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

import pyoxigraph as ox

from kkgraph.cases.tokens import Token, Unsure, tokens, unescape
from kkgraph.names import PREFIXES, RDF_TYPE

_RDF: Final = PREFIXES["rdf"]
_XSD: Final = PREFIXES["xsd"]
_FIRST, _REST = ox.NamedNode(_RDF + "first"), ox.NamedNode(_RDF + "rest")
_NIL: Final = ox.NamedNode(_RDF + "nil")
_TYPE: Final = ox.NamedNode(RDF_TYPE)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_DEEPEST: Final = 200
"""How far brackets are followed; deeper nesting is left to coarser places."""


class Anonymous(NamedTuple):
    """A blank node without a label: the how-manieth of the text."""

    number: int


Node = ox.NamedNode | ox.BlankNode | ox.Literal | Anonymous


class Stated(NamedTuple):
    """A triple as the text states it, with the offsets of its subject and its object."""

    subject: Node
    predicate: ox.NamedNode
    object: Node
    subject_at: int
    at: int


def walk(text: str, *, base: str, lines: bool = False) -> list[Stated]:
    """The triples of a text in its order, graph names left out; ``Unsure`` where it isn't certain.

    ``lines`` is for N-Triples and N-Quads: each statement is terms and a full stop.
    """
    walker = _Walker(text, base)
    return walker.by_line() if lines else walker.document()


class _Walker:
    def __init__(self, text: str, base: str) -> None:
        self._tokens: Iterator[Token] = tokens(text)
        self._now: Token | None = next(self._tokens, None)
        self._base = base
        self._prefixes: dict[str, str] = {}
        self._names: dict[str, ox.NamedNode] = {}
        self._iris: dict[tuple[str, str], ox.NamedNode] = {}
        self._count = 0
        self._depth = 0
        self._found: list[Stated] = []

    # Tokens

    def _peek(self) -> str:
        token = self._now
        if token is None:
            return ""
        return token.text if token.kind in ("mark", "word", "at") else token.kind

    def _take(self, *wanted: str) -> Token:
        token = self._now
        if token is None or (wanted and self._peek() not in wanted):
            raise Unsure(f"{token} instead of {wanted}")
        self._now = next(self._tokens, None)
        return token

    # Statements

    def by_line(self) -> list[Stated]:
        while self._now is not None:
            subject, at = self._term()
            self._predicate_object(subject, at)
            if self._peek() != ".":
                self._term()
            self._take(".")
        return self._found

    def document(self) -> list[Stated]:
        while self._now is not None:
            word = self._peek()
            lower = word.lower()
            if word in ("@prefix", "@base") or lower in ("prefix", "base"):
                self._directive(word)
            elif lower == "graph":
                self._take()
                self._term()
                self._block()
            elif word == "{":
                self._block()
            else:
                self._statement()
        return self._found

    def _directive(self, word: str) -> None:
        self._take()
        if word.lower().endswith("prefix"):
            name = self._take("name").text
            if not name.endswith(":") or name.count(":") != 1:
                raise Unsure(name)
            self._prefixes[name[:-1]] = self._iri(self._take("iri")).value
            self._names.clear()
        else:
            self._base = self._iri(self._take("iri")).value
        if word.startswith("@"):
            self._take(".")

    def _statement(self) -> None:
        """A statement of a graph, or a graph's name and its block."""
        token = self._now
        before = len(self._found)
        subject, at = self._term()
        if self._peek() == "{":
            if len(self._found) > before:
                raise Unsure("{")
            self._block()
            return
        self._predicates(subject, at, after=token.text if token else "", before=before)
        self._take(".")

    def _block(self) -> None:
        self._take("{")
        while self._peek() != "}":
            token = self._now
            before = len(self._found)
            subject, at = self._term()
            self._predicates(subject, at, after=token.text if token else "", before=before)
            if self._peek() != "}":
                self._take(".")
        self._take("}")

    def _predicates(self, subject: Node, at: int, *, after: str, before: int) -> None:
        """The predicate-object list of a subject; none is needed after ``[ … ]`` with content."""
        filled = after == "[" and len(self._found) > before
        if filled and self._peek() in (".", "}"):
            return
        self._list(subject, at, ends=(".", "}"))

    def _list(self, subject: Node, at: int, *, ends: tuple[str, ...]) -> None:
        self._predicate_objects(subject, at)
        while self._peek() == ";":
            self._take()
            if self._peek() not in (";", *ends):
                self._predicate_objects(subject, at)

    def _predicate_objects(self, subject: Node, at: int) -> None:
        predicate = self._predicate()
        self._object(subject, predicate, at)
        while self._peek() == ",":
            self._take()
            self._object(subject, predicate, at)

    def _predicate_object(self, subject: Node, at: int) -> None:
        self._object(subject, self._predicate(), at)

    def _predicate(self) -> ox.NamedNode:
        if self._peek() == "a":
            self._take()
            return _TYPE
        if self._peek() not in ("iri", "name"):
            raise Unsure(f"predicate {self._now}")
        term, _ = self._term()
        assert isinstance(term, ox.NamedNode)
        return term

    def _object(self, subject: Node, predicate: ox.NamedNode, at: int) -> None:
        place = len(self._found)
        value, where = self._term()
        self._found.insert(place, Stated(subject, predicate, value, at, where))

    # Terms

    def _term(self) -> tuple[Node, int]:
        token = self._take()
        at = token.start
        match token.kind, token.text:
            case "iri", _:
                return self._iri(token), at
            case "name", text:
                return self._named(text), at
            case "blank", text:
                return ox.BlankNode(text[2:]), at
            case (("short" | "long"), text):
                width = 3 if token.kind == "long" else 1
                return self._literal(unescape(text[width:-width])), at
            case (("integer" | "decimal" | "double"), text):
                return ox.Literal(text, datatype=ox.NamedNode(_XSD + token.kind)), at
            case "word", ("true" | "false") as text:
                return ox.Literal(text, datatype=ox.NamedNode(_XSD + "boolean")), at
            case "mark", "[":
                return self._bracket(at), at
            case "mark", "(":
                return self._collection(), at
        raise Unsure(str(token))

    def _literal(self, value: str) -> ox.Literal:
        token = self._now
        if token is not None and token.kind == "at":
            self._take()
            return ox.Literal(value, language=token.text[1:].lower())
        if token is not None and token.kind == "type":
            self._take()
            if self._peek() not in ("iri", "name"):
                raise Unsure("datatype")
            kind, _ = self._term()
            assert isinstance(kind, ox.NamedNode)
            return ox.Literal(value, datatype=kind)
        return ox.Literal(value)

    def _fresh(self) -> Anonymous:
        self._count += 1
        return Anonymous(self._count)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unsure("nesting")

    def _bracket(self, at: int) -> Node:
        node = self._fresh()
        self._deeper()
        if self._peek() != "]":
            self._list(node, at, ends=("]",))
        self._take("]")
        self._depth -= 1
        return node

    def _collection(self) -> Node:
        if self._peek() == ")":
            self._take()
            return _NIL
        self._deeper()
        first = before = None
        last = 0
        while self._peek() != ")":
            node = self._fresh()
            start = self._now.start if self._now else 0
            if before is not None:
                self._found.append(Stated(before, _REST, node, last, start))
            self._object(node, _FIRST, start)
            first, before, last = first or node, node, start
        assert first is not None and before is not None
        self._found.append(Stated(before, _REST, _NIL, last, self._take(")").start))
        self._depth -= 1
        return first

    # IRIs

    def _named(self, text: str) -> ox.NamedNode:
        found = self._names.get(text)
        if found is None:
            prefix, _, local = text.partition(":")
            if prefix not in self._prefixes:
                raise Unsure(text)
            local = re.sub(r"\\(.)", r"\1", local)
            found = self._names[text] = ox.NamedNode(self._prefixes[prefix] + local)
        return found

    def _iri(self, token: Token) -> ox.NamedNode:
        return self._resolved(unescape(token.text[1:-1]), self._base)

    def _resolved(self, iri: str, base: str) -> ox.NamedNode:
        if _SCHEME.match(iri):
            return ox.NamedNode(iri)
        if (base, iri) not in self._iris:
            self._iris[base, iri] = resolve(base, iri)
        return self._iris[base, iri]


def resolve(base: str, relative: str) -> ox.NamedNode:
    """A relative IRI resolved by the parser itself."""
    text = f"<urn:a> <urn:a> <{relative}> ."
    try:
        quad = next(iter(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri=base)))
    except (SyntaxError, ValueError, StopIteration) as error:
        raise Unsure(relative) from error
    if not isinstance(quad.object, ox.NamedNode):
        raise Unsure(relative)
    return quad.object
