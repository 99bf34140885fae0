"""Random small ontologies with data, and what other OWL 2 RL engines infer from them."""

from __future__ import annotations

import random

import pyoxigraph as ox
import rdflib

from kkgraph.names import PREFIXES, RDF_TYPE

RDF, RDFS, OWL, XSD = (PREFIXES[p] for p in ("rdf", "rdfs", "owl", "xsd"))
EX = "http://example.org/"
ERRORS = "agent-ont#"
"""In the name of what owlrl adds to say that a graph contradicts itself."""
CLASSES = [ox.NamedNode(f"{EX}C{n}") for n in range(5)]
PROPERTIES = [ox.NamedNode(f"{EX}p{n}") for n in range(4)]
THINGS = [*(ox.NamedNode(f"{EX}i{n}") for n in range(4)), ox.BlankNode("anyone")]
LITERALS = [ox.Literal("one"), ox.Literal(1)]
TYPE = ox.NamedNode(RDF_TYPE)
ORDERINGS = {
    RDFS + "subClassOf",
    RDFS + "subPropertyOf",
    OWL + "equivalentClass",
    OWL + "equivalentProperty",
}
EXPRESSIONS = {OWL + name for name in ("intersectionOf", "unionOf", "onProperty")}
Triples = set[tuple[object, ox.NamedNode, object]]


def named(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


class Maker:
    """Makes the triples of one random ontology and its data."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.triples: Triples = set()
        self._blanks = 0

    def add(self, subject: object, predicate: str | ox.NamedNode, value: object) -> None:
        name = named(predicate) if isinstance(predicate, str) else predicate
        self.triples.add((subject, name, value))

    def blank(self) -> ox.BlankNode:
        self._blanks += 1
        return ox.BlankNode(f"x{self._blanks}")

    def listed(self, items: list[object]) -> object:
        head: object = named("rdf:nil")
        for item in reversed(items):
            cell = self.blank()
            self.add(cell, "rdf:first", item)
            self.add(cell, "rdf:rest", head)
            head = cell
        return head

    def expression(self, depth: int = 0) -> object:
        """A class: a name, a restriction or a junction."""
        kind = self.dice.randrange(9)
        if kind < 3 or depth > 1:
            return self.dice.choice(CLASSES)
        node = self.blank()
        if kind < 5:
            members = [self.expression(depth + 1) for _ in range(self.dice.randint(1, 3))]
            junction = "owl:intersectionOf" if kind == 3 else "owl:unionOf"
            self.add(node, junction, self.listed(members))
            return node
        self.add(node, "owl:onProperty", self.dice.choice(PROPERTIES))
        if kind == 5:
            value = self.dice.choice([*THINGS, *LITERALS])
            self.add(node, "owl:hasValue", value)
        elif kind == 6:
            self.add(node, "owl:allValuesFrom", self.expression(depth + 1))
        elif kind == 7:
            self.add(node, "owl:someValuesFrom", self.expression(depth + 1))
        else:
            self.add(node, "owl:someValuesFrom", named("owl:Thing"))
        return node

    def axiom(self) -> None:
        pick = self.dice.choice
        first, second = pick(PROPERTIES), pick(PROPERTIES)
        match self.dice.randrange(13):
            case 0 | 1:
                self.add(self.expression(), "rdfs:subClassOf", self.expression())
            case 2:
                self.add(pick(CLASSES), "owl:equivalentClass", self.expression())
            case 3:
                self.add(first, "rdfs:subPropertyOf", second)
            case 4:
                self.add(first, "owl:inverseOf", second)
            case 5:
                self.add(first, "rdf:type", named("owl:SymmetricProperty"))
            case 6:
                self.add(first, "rdf:type", named("owl:TransitiveProperty"))
            case 7 | 8:
                self.add(first, pick(["rdfs:domain", "rdfs:range"]), self.expression())
            case 9:
                self.add(first, "owl:equivalentProperty", second)
            case 10:
                steps = [pick(PROPERTIES) for _ in range(self.dice.randint(2, 3))]
                self.add(first, "owl:propertyChainAxiom", self.listed(steps))
            case 11:
                some = self.dice.sample(THINGS, 2)
                self.add(pick(CLASSES), "owl:oneOf", self.listed(list(some)))
            case _:
                self.add(pick(CLASSES), "owl:disjointWith", pick(CLASSES))

    def declare(self) -> None:
        """Declare classes and properties: owlrl lets only declared ones be below themselves."""
        nodes = {s for s, p, _ in self.triples if p.value in EXPRESSIONS}
        for node in [*CLASSES, *nodes]:
            self.add(node, "rdf:type", named("owl:Class"))
        for node in PROPERTIES:
            self.add(node, "rdf:type", named("owl:ObjectProperty"))

    def fact(self) -> None:
        pick = self.dice.choice
        if self.dice.random() < 0.3:
            self.add(pick(THINGS), "rdf:type", pick(CLASSES))
        else:
            value = pick(LITERALS) if self.dice.random() < 0.15 else pick(THINGS)
            self.add(pick(THINGS), pick(PROPERTIES), value)


def ontology(seed: int) -> Triples:
    """The triples of a random ontology with data; the same for the same seed."""
    maker = Maker(seed)
    for _ in range(maker.dice.randint(1, 7)):
        maker.axiom()
    for _ in range(maker.dice.randint(1, 8)):
        maker.fact()
    maker.declare()
    return maker.triples


def quads(triples: Triples) -> list[ox.Quad]:
    return [ox.Quad(*triple) for triple in sorted(triples, key=str)]


def telling(triples: Triples, premises: Triples) -> Triples:
    """Of inferred triples those that are RDF, new, about named things, and not always true."""
    writing = {
        s
        for s, p, _ in premises
        if isinstance(s, ox.BlankNode) and p.value.startswith((OWL, RDF + "first", RDF + "rest"))
    }
    told = {t for t in triples - premises if not writing & {t[0], t[2]} and _says_something(*t)}
    return {t for t in told if isinstance(t[0], ox.NamedNode | ox.BlankNode)}


def _says_something(subject: object, predicate: ox.NamedNode, value: object) -> bool:
    if not isinstance(predicate, ox.NamedNode) or predicate.value == OWL + "sameAs":
        return False
    if ERRORS in str(predicate) or ERRORS in str(value):
        return False
    if predicate.value in ORDERINGS and subject == value:
        return False
    builtin = (OWL, RDF, RDFS, XSD)
    if isinstance(subject, ox.NamedNode) and subject.value.startswith(builtin):
        return False
    return not (isinstance(value, ox.NamedNode) and value.value.startswith(builtin[:3]))


def without_literals(triples: Triples) -> Triples:
    """The triples whose value is no literal."""
    return {t for t in triples if not isinstance(t[2], ox.Literal)}


def reasonable_closure(triples: Triples) -> Triples:
    """What the package reasonable infers, premises included."""
    import reasonable

    graph = rdflib.Graph()
    for triple in triples:
        graph.add(tuple(map(_to_rdflib, triple)))
    reasoner = reasonable.PyReasoner()
    reasoner.from_graph(graph)
    return {tuple(map(_from_rdflib, triple)) for triple in reasoner.reason()}


def owlrl_closure(triples: Triples) -> Triples:
    """What the package owlrl infers, premises included."""
    import owlrl

    graph = rdflib.Graph()
    for triple in triples:
        graph.add(tuple(map(_to_rdflib, triple)))
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return {tuple(map(_from_rdflib, triple)) for triple in graph}


def _to_rdflib(term: object) -> rdflib.term.Node:
    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    if term.language:
        return rdflib.Literal(term.value, lang=term.language)
    if term.datatype.value == XSD + "string":
        return rdflib.Literal(term.value)
    return rdflib.Literal(term.value, datatype=rdflib.URIRef(term.datatype.value))


def _from_rdflib(term: rdflib.term.Node) -> object:
    if isinstance(term, rdflib.URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return ox.BlankNode(str(term))
    if term.language:
        return ox.Literal(str(term), language=term.language)
    kind = ox.NamedNode(str(term.datatype)) if term.datatype else None
    return ox.Literal(str(term), datatype=kind)
