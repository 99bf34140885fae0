"""A shapes graph as an index, with the look-ups that reading shapes needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kkgraph.errors import ShapeError
from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.shacl.terms import SH, Term, show, statement

_RDF: Final = PREFIXES["rdf"]
_NIL: Final = ox.NamedNode(_RDF + "nil")
_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
_XSD: Final = PREFIXES["xsd"]


def refuse(code: str, message: str, node: Term, hint: str = "") -> ShapeError:
    """The error of a shape: ``where`` is the shape itself."""
    return ShapeError(
        code, message, where=show(node), hint=hint or "Check it against the SHACL specification."
    )


class ShapesGraph:
    """Triples by subject and by predicate, in the order of the file, each once."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        given = {statement(quad): quad for quad in quads}
        self.quads = tuple(given.values())
        self._out: dict[Term, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._uses: dict[str, list[tuple[Term, Term]]] = defaultdict(list)
        for subject, predicate, value in given:
            self._out[subject][predicate.value].append(value)
            self._uses[predicate.value].append((subject, value))
        self.property_values = frozenset(self.objects_of(SH + "property"))

    def values(self, node: Term, predicate: str) -> list[Term]:
        """The objects of a node's property."""
        return self._out[node][predicate] if node in self._out else []

    def predicates(self, node: Term) -> list[str]:
        """The properties that a node has."""
        return list(self._out[node]) if node in self._out else []

    def subjects_of(self, predicate: str) -> list[Term]:
        """The nodes that have a property."""
        return [s for s, _ in self._uses[predicate]] if predicate in self._uses else []

    def objects_of(self, predicate: str) -> list[Term]:
        """Everything that stands behind a property."""
        return [o for _, o in self._uses[predicate]] if predicate in self._uses else []

    def subjects(self, predicate: str, value: Term) -> list[Term]:
        """The nodes that have this value."""
        return [s for s, o in self._uses.get(predicate, []) if o == value]

    def types(self, node: Term) -> list[Term]:
        """The classes that a node is given."""
        return self.values(node, RDF_TYPE)

    def subclasses(self, cls: ox.NamedNode) -> set[Term]:
        """The class and all below it, as this graph says."""
        found: set[Term] = {cls}
        todo: list[Term] = [cls]
        while todo:
            for below in self.subjects(_SUBCLASS, todo.pop()):
                if below not in found:
                    found.add(below)
                    todo.append(below)
        return found

    def one(self, node: Term, predicate: str) -> Term | None:
        """The single value of a property; ``ShapeError`` bad-shape where there are several."""
        found = self.values(node, predicate)
        if len(found) > 1:
            raise refuse("bad-shape", f"{show(ox.NamedNode(predicate))} stands twice", node)
        return found[0] if found else None

    def items(self, head: Term) -> list[Term]:
        """The members of an RDF list; ``ShapeError`` bad-shape where the list is broken."""
        found: list[Term] = []
        seen: set[Term] = set()
        while head != _NIL:
            first, rest = self.values(head, _RDF + "first"), self.values(head, _RDF + "rest")
            if len(first) != 1 or len(rest) != 1 or head in seen:
                raise refuse("bad-shape", "it is no well-formed RDF list", head)
            seen.add(head)
            found.append(first[0])
            head = rest[0]
        return found

    def is_list(self, head: Term) -> bool:
        """True where the node is a list's head, or the empty list."""
        return head == _NIL or bool(self.values(head, _RDF + "first"))

    def number(self, node: Term, predicate: str, value: Term) -> int:
        """A parameter's whole number; ``ShapeError`` bad-shape where it is none."""
        name = show(ox.NamedNode(predicate))
        if isinstance(value, ox.Literal) and value.datatype.value == _XSD + "integer":
            digits = value.value.removeprefix("+")
            if digits.isascii() and digits.isdigit():
                return int(digits)
        raise refuse("bad-shape", f"{name} needs a whole number, not {show(value)}", node)

    def flag(self, node: Term, predicate: str) -> bool:
        """A parameter that is true or false; false where it is absent."""
        value = self.one(node, predicate)
        if value is None:
            return False
        plain = isinstance(value, ox.Literal) and value.datatype.value == _XSD + "boolean"
        if plain and value.value in ("true", "false", "1", "0"):
            return value.value in ("true", "1")
        name = show(ox.NamedNode(predicate))
        raise refuse("bad-shape", f"{name} needs true or false, not {show(value)}", node)

    def messages(self, node: Term) -> tuple[tuple[str, str], ...]:
        """The messages of a node as (text, language), in language order."""
        found = []
        for value in self.values(node, SH + "message"):
            if not isinstance(value, ox.Literal):
                raise refuse("bad-shape", f"sh:message must be a text, not {show(value)}", node)
            found.append((value.value, value.language or ""))
        return tuple(sorted(found, key=lambda pair: pair[1]))

    def place(self, where: str) -> str:
        """A node's name for errors: that of the nearest named one which leads to a blank node."""
        holders = {f"_:{o.value}": s for q in self.quads for s, _, o in [statement(q)]
                   if isinstance(o, ox.BlankNode)}  # fmt: skip
        seen: set[str] = set()
        while where in holders and where not in seen:
            seen.add(where)
            where = show(holders[where])
        return where

    def is_parameter_or_component(self, node: Term) -> bool:
        """True for a component's declarations, which have ``sh:path`` and are no shapes."""
        return node in self._declared

    @property
    def _declared(self) -> frozenset[Term]:
        nodes = {o for _, o in self._uses.get(SH + "parameter", [])}
        return frozenset(nodes | {s for s, _ in self._uses.get(SH + "parameter", [])})
