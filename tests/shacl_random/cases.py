"""Pairs of a data graph and a shapes graph: random ones from a seed, and written ones."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox

from kkgraph.names import PREFIXES
from shacl_random import queries
from shacl_random.shapes import Dice, Shapes, data_quads
from shacl_random.terms import EX, SUBCLASS, THEMES

_PREFIXES = {"": EX} | {p: PREFIXES[p] for p in ("sh", "rdf", "rdfs", "xsd")}


@dataclass(frozen=True)
class Wishes:
    """What may stand in the shapes: ``without`` names kinds of constraints to leave out."""

    sparql: bool = False
    without: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Case:
    """One pair; its ``repr`` is Turtle, to be read where a test fails."""

    data: tuple[ox.Quad, ...]
    shapes: tuple[ox.Quad, ...]

    def __repr__(self):
        return f"\n--- data\n{readable(self.data)}\n--- shapes\n{readable(self.shapes)}\n---"


def readable(quads):
    triples = {ox.Triple(q.subject, q.predicate, q.object): None for q in quads}
    return ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=_PREFIXES).decode()


def written(data, shapes):
    """A case in Turtle; what doesn't begin with a shape ``:s`` constrains ``:p`` of ``:a``."""
    if not shapes.startswith(":s "):
        shapes = f":s sh:targetNode :a ; sh:property :t . :t sh:path :p ; {shapes} ."
    return Case(parsed(data), (*parsed(shapes), *queries.components()))


def parsed(text):
    """The triples of Turtle without prefix lines; ``:`` stands for the namespace of the tests."""
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in _PREFIXES.items())
    quads = ox.parse((head + text).encode(), format=ox.RdfFormat.TURTLE)
    return tuple(ox.Quad(q.subject, q.predicate, q.object) for q in quads)


def make_case(source, wishes):
    dice = Dice(source)
    theme = dice.one(THEMES)
    data = tuple(data_quads(dice, theme))
    return Case(data, tuple(Shapes(dice, theme, data, wishes).make()))


def make_change(source, case):
    """Some added and some removed quads; not all of them change anything."""
    dice = Dice(source)
    pool = [ox.Quad(q.subject, q.predicate, q.object) for q in case.data]
    removed = dice.some(pool, 0, 3)
    fresh = data_quads(dice, dice.one(THEMES))
    if dice.chance(70):  # most changes leave the class tree alone
        fresh = [q for q in fresh if q.predicate != SUBCLASS]
    gone = {triple(q) for q in removed}
    return [q for q in dice.some([*fresh, *pool], 0, 3) if triple(q) not in gone], removed


def triple(quad):
    return quad.subject, quad.predicate, quad.object


def changed(case, added, removed):
    """The data of the case after the change."""
    gone = {triple(q) for q in removed}
    return [q for q in case.data if triple(q) not in gone] + added
