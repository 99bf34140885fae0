"""Pairs of a data graph and a shapes graph, as hypothesis strategies and from plain seeds."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyoxigraph as ox
from hypothesis import strategies as st

from kkgraph.names import PREFIXES
from shacl_random.shapes import Dice, Shapes, data_quads
from shacl_random.terms import EX, THEMES

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
    added = dice.some([*data_quads(dice, dice.one(THEMES)), *pool], 0, 3)
    return [q for q in added if q not in removed], removed


def cases(wishes):
    return st.builds(make_case, st.randoms(use_true_random=False), st.just(wishes))
