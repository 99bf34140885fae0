"""A small data graph as an index in memory: path values, classes, targets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.shacl.forms import Target
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence
from kkgraph.shacl.terms import Term, statement

_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
Edges = dict[Term, dict[Term, None]]


class Data:
    """The triples of some quads, each once, by predicate and then by subject and by object."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self.out: dict[str, Edges] = defaultdict(dict)
        self.quads: list[ox.Quad] = []
        self.triples = 0
        self._into: dict[str, Edges] = {}
        self._predicates: dict[Term, set[str]] = defaultdict(set)
        self._supers: dict[Term, frozenset[Term]] = {}
        self.add(quads)

    def add(self, quads: Iterable[ox.Quad]) -> None:
        """Add the triples of the quads that aren't there yet."""
        for quad in quads:
            subject, name, value = statement(quad)
            predicate = name.value
            values = self.out[predicate].setdefault(subject, {})
            if value not in values:
                values[value] = None
                self._predicates[subject].add(predicate)
                self.quads.append(quad)
                self.triples += 1
        self._into.clear()
        self._supers.clear()

    def predicates(self, node: Term) -> Iterable[str]:
        """The properties that a node has, sorted."""
        return sorted(self._predicates.get(node, ()))

    def values(self, node: Term, path: Path) -> dict[Term, None]:
        """What the path leads to from a node: a set that keeps its order."""
        return self._walk(node, path, forward=True)

    def _step(self, node: Term, predicate: str, forward: bool) -> dict[Term, None]:
        if forward:
            return self.out[predicate].get(node, {}) if predicate in self.out else {}
        if predicate not in self._into:
            turned: Edges = {}
            for subject, values in self.out.get(predicate, {}).items():
                for value in values:
                    turned.setdefault(value, {})[subject] = None
            self._into[predicate] = turned
        return self._into[predicate].get(node, {})

    def _walk(self, node: Term, path: Path, *, forward: bool) -> dict[Term, None]:
        match path:
            case Predicate(iri):
                return self._step(node, iri, forward)
            case Inverse(inner):
                return self._walk(node, inner, forward=not forward)
            case Sequence(parts):
                ends = {node: None}
                for part in parts if forward else reversed(parts):
                    ends = self._spread(ends, part, forward)
                return ends
            case Alternative(parts):
                return {v: None for p in parts for v in self._walk(node, p, forward=forward)}
            case Repeat(inner, sign):
                return self._repeat(node, inner, sign, forward)

    def _spread(self, nodes: Iterable[Term], path: Path, forward: bool) -> dict[Term, None]:
        return {v: None for n in nodes for v in self._walk(n, path, forward=forward)}

    def _repeat(self, node: Term, path: Path, sign: str, forward: bool) -> dict[Term, None]:
        found: dict[Term, None] = {} if sign == "+" else {node: None}
        edge = self._walk(node, path, forward=forward)
        if sign == "?":
            return found | edge
        while edge:
            fresh = [n for n in edge if n not in found]
            found |= dict.fromkeys(fresh)
            edge = self._spread(fresh, path, forward)
        return found

    def classes(self, node: Term) -> Iterable[Term]:
        """The classes of a node, those above them included."""
        for cls in self._step(node, RDF_TYPE, True):
            yield from self._above(cls)

    def _above(self, cls: Term) -> frozenset[Term]:
        if cls not in self._supers:
            self._supers[cls] = frozenset(self._repeat(cls, Predicate(_SUBCLASS), "*", True))
        return self._supers[cls]

    def instances(self, cls: Term) -> dict[Term, None]:
        """The instances of a class and of those below it."""
        below = self._repeat(cls, Predicate(_SUBCLASS), "*", False)
        return {n: None for c in below for n in self._step(c, RDF_TYPE, False)}

    def focus_nodes(self, target: Target) -> Iterable[Term]:
        """The nodes that a target selects, each once."""
        term = target.term
        if target.kind == "node":
            return (term,)
        if target.kind == "class":
            return self.instances(term)
        assert isinstance(term, ox.NamedNode)
        edges = self.out.get(term.value, {})
        if target.kind == "subjectsOf":
            return edges
        return {v: None for values in edges.values() for v in values}
