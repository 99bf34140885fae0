"""From quads to axioms: the part of a graph that OWL 2 DL gives a meaning, in separable pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.names import KKG, PREFIXES, RDF_TYPE
from kkgraph.reasoning.manchester import render

INFERRED_GRAPH: Final = KKG + "inferred"

_OWL: Final = PREFIXES["owl"]
_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
_XSD: Final = PREFIXES["xsd"]
_BUILTIN: Final = (_OWL, _RDF, _RDFS, _XSD)
_NOTHING: Final = _OWL + "Nothing"
_OBJECT: Final = _OWL + "ObjectProperty"
_DATA: Final = _OWL + "DatatypeProperty"
_DECLARED_AS: Final = {
    _OWL + "Class": _OWL + "Class",
    _RDFS + "Class": _OWL + "Class",
    _RDFS + "Datatype": _RDFS + "Datatype",
    _OBJECT: _OBJECT,
    _DATA: _DATA,
    **{
        f"{_OWL}{kind}Property": _OBJECT
        for kind in (
            "Asymmetric", "InverseFunctional", "Irreflexive", "Reflexive", "Symmetric",
            "Transitive",
        )
    },
}  # fmt: skip
_CHARACTERISTICS: Final = frozenset(
    {kind for kind, is_a in _DECLARED_AS.items() if is_a == _OBJECT and kind != _OBJECT}
    | {_OWL + "FunctionalProperty"}
)
_CLASS_AXIOMS: Final = frozenset(
    {_RDFS + "subClassOf"}
    | {
        _OWL + name
        for name in (
            "disjointUnionOf", "disjointWith", "equivalentClass", "hasKey", "intersectionOf",
            "unionOf", "complementOf", "oneOf", "propertyChainAxiom", "inverseOf",
            "propertyDisjointWith", "equivalentProperty",
        )
    }
)  # fmt: skip
_PROPERTY_AXIOMS: Final = frozenset(_RDFS + name for name in ("domain", "range", "subPropertyOf"))
_IDENTITY: Final = frozenset({_OWL + "sameAs", _OWL + "differentFrom"})
_ROOTS_T: Final = frozenset({_OWL + "AllDisjointClasses", _OWL + "AllDisjointProperties"})
_ROOTS_A: Final = frozenset({_OWL + "AllDifferent", _OWL + "NegativePropertyAssertion"})
_DATATYPES: Final = frozenset(
    [_OWL + "real", _OWL + "rational", _RDF + "langString", _RDF + "PlainLiteral",
     _RDF + "XMLLiteral", _RDFS + "Literal"]
    + [
        _XSD + name
        for name in (
            "decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger",
            "negativeInteger", "long", "int", "short", "byte", "unsignedLong", "unsignedInt",
            "unsignedShort", "unsignedByte", "double", "float", "string", "normalizedString",
            "token", "language", "Name", "NCName", "NMTOKEN", "boolean", "hexBinary",
            "base64Binary", "anyURI", "dateTime", "dateTimeStamp",
        )
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Axiom:
    """One axiom: its triples (a whole blank-node tree where it has one), and how to read it.

    ``text`` is a line close to the Manchester syntax, such as ``kk:Article SubClassOf
    prov:Entity``. ``graph`` is the IRI of the named graph that holds it; ``""`` where the quads
    had none (the ontology's files). Quads don't know their file.
    """

    triples: tuple[ox.Triple, ...]
    text: str
    graph: str = ""

    @property
    def subject(self) -> str:
        """The IRI that the axiom is a statement on; ``""`` for a list such as DisjointClasses."""
        return next((iri for t in self.triples if (iri := _iri(t.subject))), "")

    @property
    def names(self) -> frozenset[str]:
        """Every IRI in the axiom that isn't part of OWL itself."""
        terms = (_iri(term) for triple in self.triples for term in triple)
        return frozenset(iri for iri in terms if iri and not iri.startswith(_BUILTIN))


@dataclass(frozen=True, slots=True)
class Theory:
    """A graph as OWL 2 DL sees it: declarations (no axioms), terminology, assertions."""

    declarations: tuple[ox.Triple, ...]
    terminology: tuple[Axiom, ...]
    assertions: tuple[Axiom, ...]

    def document(self, axioms: Iterable[Axiom]) -> str:
        """N-Triples of the declarations and of ``axioms``."""
        triples = [*self.declarations, *(t for axiom in axioms for t in axiom.triples)]
        return "".join(f"{triple} .\n" for triple in triples)


def project(quads: Iterable[ox.Quad]) -> Theory:
    """The axioms in ``quads``, each once, ordered by their text.

    Left out, because nothing follows from them in OWL 2 DL: annotations, the ontology header and
    imports, triples whose property isn't declared as an object or datatype property or doesn't
    fit the kind of value, and the graph kkg:inferred (conclusions are no premises). Left out,
    because HermiT refuses them: axioms with a datatype that OWL 2 lacks (xsd:date, gYear,
    gYearMonth, duration, …); the shapes check those values.
    """
    graph_of: dict[ox.Triple, str] = {}
    for quad in quads:
        graph = "" if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
        if graph != INFERRED_GRAPH:
            triple = ox.Triple(quad.subject, quad.predicate, quad.object)
            graph_of[triple] = min(filter(None, (graph, graph_of.get(triple))), default="")
    kinds = _kinds(graph_of)
    terminology: list[Axiom] = []
    assertions: list[Axiom] = []
    for group in _joined(graph_of):
        is_assertion = _floor(group, kinds)
        if is_assertion is None or any(_unsupported(t.object) for t in group):
            continue
        graph = min(filter(None, (graph_of[t] for t in group)), default="")
        axiom = Axiom(tuple(group), render(group), graph)
        (assertions if is_assertion else terminology).append(axiom)
    return Theory(
        tuple(
            ox.Triple(ox.NamedNode(name), ox.NamedNode(RDF_TYPE), ox.NamedNode(kind))
            for name in sorted(kinds)
            for kind in sorted(kinds[name])
        ),
        tuple(sorted(terminology, key=lambda axiom: axiom.text)),
        tuple(sorted(assertions, key=lambda axiom: axiom.text)),
    )


def _iri(term: Any) -> str:
    """The IRI of a named node, ``""`` for any other term."""
    return str(term.value) if isinstance(term, ox.NamedNode) else ""


def _kinds(triples: Iterable[ox.Triple]) -> dict[str, set[str]]:
    """Declared name → what it's declared as, among class, datatype and the two property kinds."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for triple in triples:
        if triple.predicate.value == RDF_TYPE and (name := _iri(triple.subject)):
            kinds[name].update(filter(None, [_DECLARED_AS.get(_iri(triple.object))]))
    return kinds


def _joined(triples: Iterable[ox.Triple]) -> Iterator[list[ox.Triple]]:
    """The triples in groups that share blank nodes: a class expression stays in one piece."""
    parent: dict[Any, Any] = {}

    def find(node: Any) -> Any:
        while parent.setdefault(node, node) != node:
            parent[node] = node = parent[parent[node]]
        return node

    trees: dict[Any, list[ox.Triple]] = defaultdict(list)
    held = []
    for triple in triples:
        blanks = [n for n in (triple.subject, triple.object) if isinstance(n, ox.BlankNode)]
        if not blanks:
            yield [triple]
            continue
        parent[find(blanks[0])] = find(blanks[-1])
        held.append((triple, blanks[0]))
    for triple, node in held:
        trees[find(node)].append(triple)
    yield from trees.values()


def _floor(group: list[ox.Triple], kinds: dict[str, set[str]]) -> bool | None:
    """True for an assertion, False for terminology, None where OWL gives the group no meaning."""
    found = {_triple_floor(triple, kinds) for triple in group}
    return None if "none" in found else False if False in found else True if True in found else None


def _triple_floor(triple: ox.Triple, kinds: dict[str, set[str]]) -> bool | str | None:
    """As ``_floor`` for one triple; ``"none"`` says that its whole group has no meaning."""
    predicate, value = triple.predicate.value, triple.object
    if predicate == RDF_TYPE:
        kind = _iri(value)
        if kind in (_OWL + "Axiom", _OWL + "Annotation"):
            return "none"
        if kind in _CHARACTERISTICS or kind in _ROOTS_T:
            return False
        if kind in _ROOTS_A:
            return True
        return None if kind.startswith((_OWL, _RDF, _RDFS)) and kind != _NOTHING else True
    if predicate in _IDENTITY:
        return True
    if predicate in _CLASS_AXIOMS:
        return False
    own = kinds.get(_iri(triple.subject), set())
    if predicate in _PROPERTY_AXIOMS:
        return False if own & {_OBJECT, _DATA} else None
    wanted = _DATA if isinstance(value, ox.Literal) else _OBJECT
    return True if wanted in kinds.get(predicate, ()) else None


def _unsupported(term: Any) -> bool:
    if isinstance(term, ox.Literal):
        return term.datatype.value not in _DATATYPES
    return (iri := _iri(term)).startswith(_XSD) and iri not in _DATATYPES
