"""Derivations and contradictions of rules as text that a person can follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.reasoning.manchester import expression, render
from kkgraph.shacl.terms import show

if TYPE_CHECKING:
    from kkgraph.columnar.rules import Contradiction, Derivation

_OWL: Final = PREFIXES["owl"]
_GROUPS: Final = (_OWL + "members", RDF_TYPE)
GLOSSES: Final = {
    "cax-sco": "a member of a class is one of each class above it",
    "prp-dom": "what has the property is in its domain",
    "prp-rng": "what is a value of the property is in its range",
    "prp-spo1": "the property stands below the other",
    "prp-spo2": "the chain of properties gives the property",
    "prp-inv1": "the properties are inverse",
    "prp-inv2": "the properties are inverse",
    "prp-symp": "the property is symmetric",
    "prp-trp": "the property is transitive",
    "cls-int1": "it is in every class of the intersection",
    "cls-svf1": "it has such a value",
    "cls-svf2": "it has a value",
    "cls-avf": "all values of its property are in the class",
    "cls-hv1": "members of the class have this value",
    "cls-hv2": "what has this value is in the class",
    "cls-oo": "the class lists it",
    "scm-sco": "below what is below",
    "scm-eqc1": "equivalent classes are below each other",
    "scm-eqc2": "classes below each other are equivalent",
    "scm-spo": "below what is below",
    "scm-eqp1": "equivalent properties are below each other",
    "scm-eqp2": "properties below each other are equivalent",
    "scm-int": "an intersection is below each of its classes",
    "scm-uni": "each class of a union is below it",
    "scm-hv": "the same value, of the same property or one below the other",
    "scm-svf1": "values in the same class or one below the other",
    "scm-svf2": "values of a property below the other",
    "scm-avf1": "values in the same class or one below the other",
    "scm-avf2": "values of a property below the other",
    "scm-dom1": "the domain is below the class",
    "scm-dom2": "the property above has the domain",
    "scm-rng1": "the range is below the class",
    "scm-rng2": "the property above has the range",
    "cax-dw": "the classes are disjoint",
    "cax-adc": "the classes are disjoint",
    "cls-com": "one class is the complement of the other",
    "cls-nothing2": "nothing is in owl:Nothing",
    "cls-maxc1": "the class allows no value",
    "cls-maxqc1": "the class allows no such value",
    "cls-maxqc2": "the class allows no value",
    "prp-irp": "the property is irreflexive",
    "prp-asyp": "the property is asymmetric",
    "prp-pdw": "the properties are disjoint",
    "prp-adp": "the properties are disjoint",
    "prp-npa1": "the statement is denied",
    "prp-npa2": "the statement is denied",
}
"""Each rule in a few words."""


def derivation_text(found: Derivation, axioms: Sequence[ox.Triple]) -> str:
    """A derivation, each premise indented below what follows from it.

    ``axioms`` are the triples that write class expressions (``Closure.written``), which are shown
    as expressions. What was derived above already is not derived again.
    """
    seen: set[ox.Triple] = set()
    return "".join(f"{line}\n" for line in _lines(found, _Writer(axioms), 0, seen))


def contradiction_text(found: Contradiction, axioms: Sequence[ox.Triple]) -> str:
    """The rule of a contradiction, and the premises that can't be true together."""
    writer = _Writer(axioms)
    texts = [writer.text(t) for t in found.premises if not writer.is_inner(t)]
    lines = [f"{found.rule}: {GLOSSES[found.rule]}", *(f"  {t}" for t in dict.fromkeys(texts))]
    return "".join(f"{line}\n" for line in lines)


def _lines(found: Derivation, writer: _Writer, depth: int, seen: set[ox.Triple]) -> Iterator[str]:
    text = writer.text(found.triple)
    if not found.rule:
        yield f"{'  ' * depth}{text}  (asserted)"
    elif found.triple in seen:
        yield f"{'  ' * depth}{text}  (by {found.rule}, as above)"
    else:
        seen.add(found.triple)
        yield f"{'  ' * depth}{text}"
        yield f"{'  ' * depth}  by {found.rule}: {GLOSSES[found.rule]}"
        for premise in found.premises:
            if not writer.is_inner(premise.triple):
                yield from _lines(premise, writer, depth + 2, seen)


class _Writer:
    def __init__(self, axioms: Sequence[ox.Triple]) -> None:
        self._axioms = axioms
        self._inner = {triple.subject for triple in axioms}
        self._groups = {
            triple.subject for triple in axioms if triple.predicate.value == _OWL + "members"
        }

    def is_inner(self, triple: ox.Triple) -> bool:
        """True for a triple that is a part of an expression, and is seen in it."""
        if triple.subject not in self._inner or triple.subject in self._groups:
            return False
        return triple in self._axioms and triple.predicate.value not in (
            PREFIXES["rdfs"] + "subClassOf",
            _OWL + "equivalentClass",
        )

    def text(self, triple: ox.Triple) -> str:
        """A triple with expressions in place of their nodes, or a group of disjoint names."""
        if triple.subject in self._groups and triple.predicate.value in _GROUPS:
            return render(self._tree(triple.subject))
        kind = "a" if triple.predicate.value == RDF_TYPE else show(triple.predicate)
        return f"{self._term(triple.subject)} {kind} {self._term(triple.object)}"

    def _term(self, term: Any) -> str:
        return expression(self._axioms, term) if term in self._inner else show(term)

    def _tree(self, root: Any) -> list[ox.Triple]:
        found: list[ox.Triple] = []
        todo, seen = [root], {root}
        while todo:
            node = todo.pop()
            mine = [triple for triple in self._axioms if triple.subject == node]
            found += mine
            for triple in mine:
                if triple.object in self._inner and triple.object not in seen:
                    seen.add(triple.object)
                    todo.append(triple.object)
        return found
