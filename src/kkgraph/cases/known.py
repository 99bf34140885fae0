"""What the graph knows: names in both languages, classes, and the nearest names of a wrong one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kkgraph import matching, names
from kkgraph.cases import spelling
from kkgraph.names import ALT_LABEL, KK, KKD, PREF_LABEL, PREFIXES, RDF_TYPE, RDFS_LABEL
from kkgraph.turtle import graph_of

_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
_DEFINITION: Final = PREFIXES["skos"] + "definition"
_LABELS: Final = {PREF_LABEL: 0, RDFS_LABEL: 1, ALT_LABEL: 2}
_OWL: Final = PREFIXES["owl"]


class Known:
    """Names, classes and definitions of the nodes of a graph.

    >>> from kkgraph.graph import shipped_quads
    >>> known = Known.of(shipped_quads())
    >>> known.named("เทศบาลเมืองศิลา")
    ('https://w3id.org/kkgraph/id/sila-town',)
    """

    def __init__(self) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._rank: dict[tuple[str, str], int] = {}
        self._definitions: dict[str, dict[str, str]] = {}
        self._types: dict[str, set[str]] = {}
        self._homes: dict[str, set[str]] = {}
        self._above: dict[str, set[str]] = {}
        self._by_key: dict[str, dict[str, None]] = {}
        self._instances: dict[str, list[str]] = {}
        self._ancestors: dict[str, frozenset[str]] = {}
        self._spelt: dict[str, str] = {}
        self._spellings: dict[frozenset[str], list[str]] = {}

    @classmethod
    def of(cls, quads: Iterable[ox.Quad]) -> Known:
        """What these quads say."""
        known = cls()
        for quad in quads:
            if isinstance(quad.subject, ox.NamedNode):
                known._add(quad.subject.value, quad.predicate.value, quad.object)
                if quad.predicate.value == RDF_TYPE:
                    known._homes.setdefault(quad.subject.value, set()).add(graph_of(quad))
        known._close()
        return known

    def _add(self, node: str, predicate: str, term: object) -> None:
        if isinstance(term, ox.Literal):
            lang = term.language or "en"
            if predicate in _LABELS:
                rank = _LABELS[predicate]
                if rank < self._rank.get((node, lang), 9):
                    self._rank[node, lang] = rank
                    self._labels.setdefault(node, {})[lang] = term.value
                spelt = spelling.key(term.value)
                self._by_key.setdefault(spelt, {})[node] = None
                self._spelt.setdefault(spelt, term.value)
            elif predicate == _DEFINITION:
                self._definitions.setdefault(node, {})[lang] = term.value
        elif isinstance(term, ox.NamedNode):
            if predicate == RDF_TYPE:
                self._types.setdefault(node, set()).add(term.value)
            elif predicate == _SUBCLASS:
                self._above.setdefault(node, set()).add(term.value)

    def _close(self) -> None:
        for node, types in self._types.items():
            for kind in {above for t in types for above in self.ancestors(t)}:
                self._instances.setdefault(kind, []).append(node)

    def __contains__(self, iri: str) -> bool:
        return iri in self._types or iri in self._labels

    def is_anothers(self, iri: str, graph: str) -> bool:
        """True where a named graph other than this one says what the node is."""
        return bool(self._homes.get(iri, set()) - {graph, ""})

    def ancestors(self, kind: str) -> frozenset[str]:
        """The class itself and all classes above it."""
        found = self._ancestors.get(kind)
        if found is None:
            seen, todo = {kind}, [kind]
            while todo:
                for above in self._above.get(todo.pop(), ()):
                    if above not in seen:
                        seen.add(above)
                        todo.append(above)
            found = self._ancestors[kind] = frozenset(seen)
        return found

    def classes(self, iri: str) -> frozenset[str]:
        """The classes of a node, those above them included."""
        return frozenset(k for t in self._types.get(iri, ()) for k in self.ancestors(t))

    def instances(self, kind: str) -> list[str]:
        """The nodes of a class or of one below it, in the order of their English labels."""
        found = set(self._instances.get(kind, ()))
        return sorted(found, key=lambda i: (self.label(i, "en").casefold(), i))

    def label(self, iri: str, lang: str) -> str:
        """The node's main label in the language; else in English; else its short name."""
        labels = self._labels.get(iri, {})
        return labels.get(lang) or labels.get("en") or names.slug(iri)

    def labels(self, iri: str) -> dict[str, str]:
        """The node's main labels, by language; empty for an unknown one."""
        return dict(self._labels.get(iri, {}))

    def definition(self, iri: str) -> dict[str, str]:
        """The node's definitions, by language."""
        return dict(self._definitions.get(iri, {}))

    def is_term(self, iri: str) -> bool:
        """True for a class, a property or another part of an ontology."""
        return any(t.startswith(_OWL) for t in self._types.get(iri, ()))

    def named(self, text: str) -> tuple[str, ...]:
        """The things and concepts with this name, in whatever language and spelling, by IRI.

        A slug (``e-laas``) and a CURIE (``kkd:e-laas``) are names too; classes and properties are
        not things and don't count.
        """
        found = [i for i in self._by_key.get(spelling.key(text), ()) if not self.is_term(i)]
        plain = text.strip()
        for iri in (KKD + plain, KK + plain, _expanded(plain)):
            if iri in self and iri not in found and not self.is_term(iri):
                return (iri,)
        return tuple(sorted(found))

    def nearest(
        self, text: str, allowed: frozenset[str] = frozenset(), count: int = 3
    ) -> list[str]:
        """Up to ``count`` known names like this one, of things of the classes where given."""
        wanted = spelling.key(text)
        found = matching.nearest(wanted, self._keys(allowed), count)
        return [self._spelt[k] for k in found]

    def _keys(self, allowed: frozenset[str]) -> list[str]:
        """The spellings of all names of things of these classes."""
        if allowed not in self._spellings:
            things = {i for kind in allowed for i in self._instances.get(kind, ())}
            self._spellings[allowed] = [
                k
                for k, nodes in self._by_key.items()
                if any((i in things) if allowed else not self.is_term(i) for i in nodes)
            ]
        return self._spellings[allowed]


def _expanded(text: str) -> str:
    prefix, colon, local = text.partition(":")
    return PREFIXES[prefix] + local if colon and prefix in PREFIXES else text
