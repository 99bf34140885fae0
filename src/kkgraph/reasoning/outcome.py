"""The reasoner's answer: consistent or not, what is new, and why not."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.errors import ReasonError
from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.reasoning.axioms import INFERRED_GRAPH, Axiom, Theory, project
from kkgraph.reasoning.explanation import explain as explain_axioms
from kkgraph.reasoning.hermit import Classification, Hermit

_THING: Final = PREFIXES["owl"] + "Thing"
_NOTHING: Final = PREFIXES["owl"] + "Nothing"
_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
_EQUIVALENT: Final = PREFIXES["owl"] + "equivalentClass"
_WITNESS: Final = ox.NamedNode("urn:kkgraph:witness")

_Parents = dict[str, set[str]]


@dataclass(frozen=True)
class Outcome:
    """What HermiT says of a graph.

    ``unsatisfiable`` are the IRIs of classes that can have no member, in name order.
    ``inferred`` are new triples in subject, predicate, object order, none where the graph is
    inconsistent. ``explanation`` is a minimal inconsistent set of axioms; with unsatisfiable
    classes, one such set after another for those that have no unsatisfiable superclass.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    inferred: tuple[ox.Triple, ...]
    explanation: tuple[Axiom, ...]
    seconds: float


def reason(quads: Iterable[ox.Quad], *, explain: bool = True, timeout_s: float = 60.0) -> Outcome:
    """What follows from all graphs of ``quads`` together, but kkg:inferred, in OWL 2 DL.

    Inferred are the types of named individuals (without owl:Thing) and the subclass axioms
    between named classes that subclass and equivalence statements between names don't give
    already. Not inferred: property values (they double the time, and without property chains or
    a property tree nothing comes of them but the other half of symmetric properties), equality
    of individuals, disjointness. Not checked: values of datatypes that OWL 2 lacks; see
    ``axioms.project`` for what else HermiT isn't shown.

    ``timeout_s`` bounds the whole call. Raises ``ReasonError``: no-reasoner, reasoner-failed,
    reason-timeout. An inconsistent graph is a result.
    """
    start = time.perf_counter()
    theory = project(quads)
    everything = (*theory.terminology, *theory.assertions)
    with Hermit(timeout_s=timeout_s) as hermit:
        found = hermit.classify(theory.document(everything))
        if found is None:
            why = explain_axioms(theory, hermit) if explain else ()
            return Outcome(False, (), (), why, time.perf_counter() - start)
        impossible = _unsatisfiable(found)
        why = _why_unsatisfiable(theory, hermit, impossible) if explain else ()
    inferred = tuple(_inferred(theory, found))
    return Outcome(True, impossible, inferred, why, time.perf_counter() - start)


def inferred_trig(quads: Iterable[ox.Quad]) -> str:
    """Canonical TriG of what ``reason`` infers, in the graph kkg:inferred.

    Raises ``ReasonError``: inconsistent (name the contradiction with ``reason``), and as there.
    """
    outcome = reason(quads, explain=False)
    if not outcome.consistent:
        raise ReasonError(
            "inconsistent",
            "the graph contradicts itself, so nothing can be inferred from it",
            hint="`kkgraph reason` without --write names the axioms.",
        )
    graph = ox.NamedNode(INFERRED_GRAPH)
    return turtle.canonical(
        ox.Quad(new.subject, new.predicate, new.object, graph) for new in outcome.inferred
    )


def _unsatisfiable(found: Classification) -> tuple[str, ...]:
    equals = (group for group in found.equivalents if _NOTHING in group)
    return tuple(sorted({name for group in equals for name in group} - {_NOTHING}))


def _why_unsatisfiable(
    theory: Theory, hermit: Hermit, impossible: tuple[str, ...]
) -> tuple[Axiom, ...]:
    """Minimal sets for the topmost unsatisfiable classes, in name order, each axiom once."""
    asserted = _reach(_asserted(theory))
    tops = [name for name in impossible if not (asserted[name] - {name}) & set(impossible)]
    why: dict[Axiom, None] = {}
    for name in tops or impossible[:1]:
        member = ox.Triple(_WITNESS, ox.NamedNode(RDF_TYPE), ox.NamedNode(name))
        witness = Axiom((member,), f"a member of {name}")
        why.update(dict.fromkeys(explain_axioms(theory, hermit, (witness,))))
    return tuple(why)


def _values(triple: Any) -> tuple[str, str, str]:
    return triple.subject.value, triple.predicate.value, triple.object.value


def _asserted(theory: Theory) -> _Parents:
    """Class → superclasses, as stated between two names."""
    parents: _Parents = defaultdict(set)
    for axiom in theory.terminology:
        if len(axiom.triples) > 1:
            continue
        name, predicate, parent = _values(axiom.triples[0])
        if predicate in (_SUBCLASS, _EQUIVALENT):
            parents[name].add(parent)
        if predicate == _EQUIVALENT:
            parents[parent].add(name)
    return parents


def _reach(parents: _Parents) -> defaultdict[str, set[str]]:
    """The transitive closure of ``parents``; a class reaches itself only round a circle."""
    closure: defaultdict[str, set[str]] = defaultdict(set)
    for name in parents:
        stack = [*parents[name]]
        while stack:
            if (parent := stack.pop()) not in closure[name]:
                closure[name].add(parent)
                stack += parents.get(parent, ())
    return closure


def _inferred(theory: Theory, found: Classification) -> Iterator[ox.Triple]:
    """Types and subclass axioms that aren't stated, in subject, predicate, object order."""
    parents: _Parents = defaultdict(set)
    for name, parent in found.subclasses:
        parents[name].add(parent)
    for group in found.equivalents:
        for name in group if _NOTHING not in group else ():
            parents[name].update(group)
    closure = _reach(parents)
    new: set[tuple[str, str, str]] = set()
    for individual, kind in found.types:
        new.update((individual, RDF_TYPE, name) for name in closure[kind] | {kind})
    asserted = _reach(_asserted(theory))
    for name in list(closure):
        new.update((name, _SUBCLASS, parent) for parent in closure[name] - asserted[name] - {name})
    stated = {_values(axiom.triples[0]) for axiom in theory.assertions if len(axiom.triples) == 1}
    for subject, predicate, value in sorted(new - stated):
        if value not in (_THING, _NOTHING) and subject not in (_THING, _NOTHING):
            yield ox.Triple(ox.NamedNode(subject), ox.NamedNode(predicate), ox.NamedNode(value))
