"""The rules: RDFS and OWL 2 RL, by the names of the tables in the OWL 2 Profiles recommendation.

A rule is written as triple patterns. ``each:intersectionOf`` and the like lead to every member
of the list that the property has as its value. What RL derives of ``owl:sameAs`` is left out (see
``IDENTITY``), as are conclusions that say nothing: that a class is below itself or ``owl:Thing``.
Rules that follow from others here are left out too: cax-eqc1 and cax-eqc2 are scm-eqc1 with
cax-sco, prp-eqp1 and prp-eqp2 scm-eqp1 with prp-spo1, cls-int2 scm-int with cax-sco, cls-uni
scm-uni with cax-sco.

A class is below itself and ``owl:Thing``, a property below itself, whether or not it is declared as
one. That is never written, but restrictions are compared with it: so there are forms of scm-hv,
scm-svf1 and scm-avf1 with the same class, value or property twice, and with ``owl:Thing``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kkgraph.names import PREFIXES, RDF_TYPE

EACH: Final = "each:"
OWL: Final = PREFIXES["owl"]
RDF: Final = PREFIXES["rdf"]
RDFS: Final = PREFIXES["rdfs"]
THING: Final = OWL + "Thing"
SUBCLASS: Final = RDFS + "subClassOf"
ZERO: Final = '"0"'

Slot = str | int
"""A variable (``?x``), an IRI, ``ZERO``, or the identifier of a term."""


@dataclass(frozen=True, slots=True)
class Atom:
    """A triple pattern."""

    subject: Slot
    predicate: Slot
    value: Slot

    @property
    def slots(self) -> tuple[Slot, Slot, Slot]:
        """Predicate, subject, value: in the order of the columns."""
        return self.predicate, self.subject, self.value

    @property
    def is_axiom(self) -> bool:
        """True where the pattern is one of the schema, which is small."""
        if self.predicate == RDF_TYPE:
            return self.value in CHARACTERISTICS
        return isinstance(self.predicate, str) and (
            self.predicate in VOCABULARY or self.predicate.startswith(EACH)
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """From the premises follows the conclusion, or, without one, that the data contradict itself.

    Of two variables in ``ordered`` the first has the lesser identifier.
    """

    name: str
    premises: tuple[Atom, ...]
    conclusion: Atom | None = None
    ordered: tuple[str, str] | None = None

    @property
    def facts(self) -> tuple[int, ...]:
        """The places of the premises that any triple may match."""
        return tuple(n for n, atom in enumerate(self.premises) if not atom.is_axiom)


def variable(slot: Slot) -> bool:
    """True for a variable."""
    return isinstance(slot, str) and slot.startswith("?")


VOCABULARY: Final = frozenset(
    [RDFS + name for name in ("subClassOf", "subPropertyOf", "domain", "range")]
    + [
        OWL + name
        for name in (
            "equivalentClass", "equivalentProperty", "inverseOf", "onProperty", "onClass",
            "someValuesFrom", "allValuesFrom", "hasValue", "intersectionOf", "unionOf", "oneOf",
            "complementOf", "disjointWith", "propertyDisjointWith", "propertyChainAxiom",
            "members", "maxCardinality", "maxQualifiedCardinality", "sourceIndividual",
            "assertionProperty", "targetIndividual", "targetValue",
        )
    ]
)  # fmt: skip
CHARACTERISTICS: Final = frozenset(
    OWL + name
    for name in (
        "TransitiveProperty", "SymmetricProperty", "AsymmetricProperty", "IrreflexiveProperty",
        "AllDisjointClasses", "AllDisjointProperties",
    )
)  # fmt: skip
WITH_LITERALS: Final = frozenset(
    OWL + name for name in ("hasValue", "maxCardinality", "maxQualifiedCardinality", "targetValue")
) | {EACH + OWL + "oneOf"}
"""Axioms may have literals as values here, and nowhere else."""
LISTS: Final = tuple(OWL + name for name in ("intersectionOf", "unionOf", "oneOf", "members"))
IDENTITY: Final = {
    "owl:sameAs": "eq-rep-s, eq-rep-p, eq-rep-o",
    "owl:FunctionalProperty": "prp-fp",
    "owl:InverseFunctionalProperty": "prp-ifp",
    "owl:hasKey": "prp-key",
}
"""What would make two things one: nothing is concluded from these, and their number is told."""


def _slot(word: str) -> str:
    if word == "a":
        return RDF_TYPE
    if word.startswith(("?", '"')):
        return word
    if word.startswith(EACH):
        return EACH + OWL + word.removeprefix(EACH)
    prefix, _, name = word.partition(":")
    return PREFIXES[prefix] + name


def _atoms(text: str) -> tuple[Atom, ...]:
    return tuple(Atom(*map(_slot, part.split())) for part in text.split(" . ") if part)


def _rules(text: str) -> tuple[Rule, ...]:
    found = []
    for line in re.split(r"\n(?=\S)", text.strip()):
        name, body = " ".join(line.split()).split(maxsplit=1)
        premises, _, conclusion = body.partition(" => ")
        atoms, _, ordered = premises.partition(" , ")
        pair = tuple(ordered.split(" < "))
        found.append(
            Rule(
                name,
                _atoms(atoms),
                _atoms(conclusion)[0] if conclusion else None,
                (pair[0], pair[1]) if len(pair) == 2 else None,
            )
        )
    return tuple(found)


SCHEMA_RULES: Final = _rules("""
scm-sco   ?c rdfs:subClassOf ?d . ?d rdfs:subClassOf ?e => ?c rdfs:subClassOf ?e
scm-eqc1  ?c owl:equivalentClass ?d => ?c rdfs:subClassOf ?d
scm-eqc1  ?c owl:equivalentClass ?d => ?d rdfs:subClassOf ?c
scm-spo   ?p rdfs:subPropertyOf ?q . ?q rdfs:subPropertyOf ?r => ?p rdfs:subPropertyOf ?r
scm-eqp1  ?p owl:equivalentProperty ?q => ?p rdfs:subPropertyOf ?q
scm-eqp1  ?p owl:equivalentProperty ?q => ?q rdfs:subPropertyOf ?p
scm-int   ?c each:intersectionOf ?d => ?c rdfs:subClassOf ?d
scm-uni   ?c each:unionOf ?d => ?d rdfs:subClassOf ?c
scm-hv    ?c owl:hasValue ?v . ?c owl:onProperty ?p . ?d owl:hasValue ?v
          . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q => ?c rdfs:subClassOf ?d
scm-svf1  ?c owl:someValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:someValuesFrom ?y
          . ?d owl:onProperty ?p . ?x rdfs:subClassOf ?y => ?c rdfs:subClassOf ?d
scm-svf2  ?c owl:someValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:someValuesFrom ?x
          . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q => ?c rdfs:subClassOf ?d
scm-avf1  ?c owl:allValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:allValuesFrom ?y
          . ?d owl:onProperty ?p . ?x rdfs:subClassOf ?y => ?c rdfs:subClassOf ?d
scm-avf2  ?c owl:allValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:allValuesFrom ?x
          . ?d owl:onProperty ?q . ?p rdfs:subPropertyOf ?q => ?d rdfs:subClassOf ?c
scm-hv    ?c owl:hasValue ?v . ?c owl:onProperty ?p . ?d owl:hasValue ?v
          . ?d owl:onProperty ?p => ?c rdfs:subClassOf ?d
scm-svf1  ?c owl:someValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:someValuesFrom ?x
          . ?d owl:onProperty ?p => ?c rdfs:subClassOf ?d
scm-svf1  ?c owl:someValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:someValuesFrom owl:Thing
          . ?d owl:onProperty ?p => ?c rdfs:subClassOf ?d
scm-avf1  ?c owl:allValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:allValuesFrom ?x
          . ?d owl:onProperty ?p => ?c rdfs:subClassOf ?d
scm-avf1  ?c owl:allValuesFrom ?x . ?c owl:onProperty ?p . ?d owl:allValuesFrom owl:Thing
          . ?d owl:onProperty ?p => ?c rdfs:subClassOf ?d
cls-oo    ?c each:oneOf ?x => ?x a ?c
""")
DATA_RULES: Final = _rules("""
cax-sco   ?c rdfs:subClassOf ?d . ?x a ?c => ?x a ?d
prp-dom   ?p rdfs:domain ?c . ?x ?p ?y => ?x a ?c
prp-rng   ?p rdfs:range ?c . ?x ?p ?y => ?y a ?c
prp-spo1  ?p rdfs:subPropertyOf ?q . ?x ?p ?y => ?x ?q ?y
prp-inv1  ?p owl:inverseOf ?q . ?x ?p ?y => ?y ?q ?x
prp-inv2  ?p owl:inverseOf ?q . ?x ?q ?y => ?y ?p ?x
prp-symp  ?p a owl:SymmetricProperty . ?x ?p ?y => ?y ?p ?x
prp-trp   ?p a owl:TransitiveProperty . ?x ?p ?y . ?y ?p ?z => ?x ?p ?z
cls-svf1  ?c owl:someValuesFrom ?d . ?c owl:onProperty ?p . ?x ?p ?y . ?y a ?d => ?x a ?c
cls-svf2  ?c owl:someValuesFrom owl:Thing . ?c owl:onProperty ?p . ?x ?p ?y => ?x a ?c
cls-avf   ?c owl:allValuesFrom ?d . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y => ?y a ?d
cls-hv1   ?c owl:hasValue ?v . ?c owl:onProperty ?p . ?x a ?c => ?x ?p ?v
cls-hv2   ?c owl:hasValue ?v . ?c owl:onProperty ?p . ?x ?p ?v => ?x a ?c
""")
LAST_RULES: Final = _rules("""
scm-eqc2  ?c rdfs:subClassOf ?d . ?d rdfs:subClassOf ?c => ?c owl:equivalentClass ?d
scm-eqp2  ?p rdfs:subPropertyOf ?q . ?q rdfs:subPropertyOf ?p => ?p owl:equivalentProperty ?q
scm-dom1  ?p rdfs:domain ?c . ?c rdfs:subClassOf ?d => ?p rdfs:domain ?d
scm-dom2  ?q rdfs:domain ?c . ?p rdfs:subPropertyOf ?q => ?p rdfs:domain ?c
scm-rng1  ?p rdfs:range ?c . ?c rdfs:subClassOf ?d => ?p rdfs:range ?d
scm-rng2  ?q rdfs:range ?c . ?p rdfs:subPropertyOf ?q => ?p rdfs:range ?c
""")
"""Conclusions on the schema that the data rules reach by other ways; so they are drawn last."""
CONTRADICTIONS: Final = _rules("""
cax-dw       ?c owl:disjointWith ?d . ?x a ?c . ?x a ?d
cax-adc      ?l a owl:AllDisjointClasses . ?l each:members ?c . ?l each:members ?d
          . ?x a ?c . ?x a ?d , ?c < ?d
cls-com      ?c owl:complementOf ?d . ?x a ?c . ?x a ?d
cls-nothing2 ?x a owl:Nothing
cls-maxc1    ?c owl:maxCardinality "0" . ?c owl:onProperty ?p . ?x a ?c . ?x ?p ?y
cls-maxqc1   ?c owl:maxQualifiedCardinality "0" . ?c owl:onProperty ?p . ?c owl:onClass ?d
          . ?x a ?c . ?x ?p ?y . ?y a ?d
cls-maxqc2   ?c owl:maxQualifiedCardinality "0" . ?c owl:onProperty ?p
          . ?c owl:onClass owl:Thing . ?x a ?c . ?x ?p ?y
prp-irp      ?p a owl:IrreflexiveProperty . ?x ?p ?x
prp-asyp     ?p a owl:AsymmetricProperty . ?x ?p ?y . ?y ?p ?x
prp-pdw      ?p owl:propertyDisjointWith ?q . ?x ?p ?y . ?x ?q ?y
prp-adp      ?l a owl:AllDisjointProperties . ?l each:members ?p . ?l each:members ?q
          . ?x ?p ?y . ?x ?q ?y , ?p < ?q
prp-npa1     ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p
          . ?n owl:targetIndividual ?y . ?x ?p ?y
prp-npa2     ?n owl:sourceIndividual ?x . ?n owl:assertionProperty ?p
          . ?n owl:targetValue ?y . ?x ?p ?y
""")
INTERSECTION: Final = "cls-int1"
CHAIN: Final = "prp-spo2"
