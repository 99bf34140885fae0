"""A dataset and a query over it: random ones from a seed, and written ones."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import pyoxigraph as ox

from shacl_random.shapes import Dice
from shacl_random.terms import EX
from sparql_random import graphs
from sparql_random.nodes import Node, node
from sparql_random.queries import Queries

PREFIXES = f"PREFIX : <{EX}>\nPREFIX xsd: <http://www.w3.org/2001/XMLSchema#>\n"


@dataclass(frozen=True)
class Case:
    """One pair; its ``repr`` is to be read, and run again, where a test fails."""

    data: tuple[ox.Quad, ...]
    query: Node

    def __repr__(self):
        lines = ox.serialize(self.data, format=ox.RdfFormat.N_QUADS).decode()
        return f"\n--- data\n{lines}--- query\n{self.query}\n---"


def make_cases(seed, count):
    """One dataset, and so many queries over it."""
    dice = Dice(random.Random(seed))
    odd = dice.chance(25)
    theme = graphs.literals(dice, odd=odd)
    data = tuple(graphs.quads(dice, theme))
    return [Case(data, Queries(dice, theme, data, odd=odd).query()) for _ in range(count)]


def written(data, query):
    """A case in TriG and SPARQL; ``:`` stands for the namespace of the tests."""
    quads = ox.parse((PREFIXES + data).encode(), format=ox.RdfFormat.TRIG)
    query = re.sub(r"\bxsd:(\w+)", r"<http://www.w3.org/2001/XMLSchema#\1>", query)
    query = re.sub(r"(?<![\w:]):(\w+)", rf"<{EX}\1>", query)
    return Case(tuple(quads), node("query", query))
