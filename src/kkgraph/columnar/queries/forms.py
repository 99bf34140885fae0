"""The intermediate form of a query: what SPARQL's algebra says, without its syntax."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from kkgraph.names import compact
from kkgraph.shacl.paths import Path

Term = ox.NamedNode | ox.BlankNode | ox.Literal


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable; names that begin with a dot are blank nodes and others made here."""

    name: str


@dataclass(frozen=True, slots=True)
class Constant:
    """A term that the query names."""

    term: Term


Node = Variable | Constant


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or function by its name in capitals, or a cast by the IRI of its datatype."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    """Whether a pattern has a solution that fits the current one."""

    pattern: Pattern


Expression = Variable | Constant | Call | Exists


@dataclass(frozen=True, slots=True)
class Negated:
    """One step along any property but these; ``backward`` are those that may not lead here."""

    forward: tuple[str, ...] | None
    backward: tuple[str, ...] | None

    def __str__(self) -> str:
        names = [compact(iri) for iri in self.forward or ()]
        names += [f"^{compact(iri)}" for iri in self.backward or ()]
        return f"!({'|'.join(names)})"


@dataclass(frozen=True, slots=True)
class Triple:
    """A triple pattern."""

    subject: Node
    predicate: Node
    object: Node


@dataclass(frozen=True, slots=True)
class Triples:
    """Triple patterns that all hold, in one graph (None: the default graph)."""

    triples: tuple[Triple, ...]
    graph: Node | None


@dataclass(frozen=True, slots=True)
class Walk:
    """A path that is more than one step, in one graph (None: the default graph)."""

    start: Node
    path: Path | Negated
    end: Node
    graph: Node | None


@dataclass(frozen=True, slots=True)
class Graphs:
    """The named graphs, as solutions of a variable; or whether there is a certain one."""

    graph: Node


@dataclass(frozen=True, slots=True)
class InGraph:
    """A pattern in each named graph; ``hidden`` is the graph inside, where ``name`` is free."""

    pattern: Pattern
    hidden: str
    name: str


@dataclass(frozen=True, slots=True)
class Join:
    """The solutions of both patterns that agree."""

    left: Pattern
    right: Pattern


@dataclass(frozen=True, slots=True)
class Optional:
    """The left solutions, with what the right one adds under the condition."""

    left: Pattern
    right: Pattern
    condition: Expression | None


@dataclass(frozen=True, slots=True)
class Union:
    """The solutions of either."""

    left: Pattern
    right: Pattern


@dataclass(frozen=True, slots=True)
class Minus:
    """The left solutions that agree with no right one on a variable that both bind."""

    left: Pattern
    right: Pattern


@dataclass(frozen=True, slots=True)
class Filter:
    """The solutions for which the condition is true."""

    condition: Expression
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Extend:
    """The solutions with one variable more; it stays unbound where the expression fails."""

    pattern: Pattern
    name: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Table:
    """Solutions written into the query; None is unbound."""

    names: tuple[str, ...]
    rows: tuple[tuple[Term | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What becomes of the solutions of a group; no argument means whole solutions."""

    name: str
    function: str
    argument: Expression | None
    distinct: bool
    separator: str = " "


@dataclass(frozen=True, slots=True)
class Group:
    """One solution for each group of solutions with the same keys (None: all are one group)."""

    pattern: Pattern
    keys: tuple[str, ...] | None
    aggregates: tuple[Aggregate, ...]


@dataclass(frozen=True, slots=True)
class Project:
    """The solutions with these variables only."""

    pattern: Pattern
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Distinct:
    """Each solution once."""

    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Key:
    """What solutions are ordered by."""

    expression: Expression
    descending: bool


@dataclass(frozen=True, slots=True)
class Order:
    """The solutions in an order."""

    pattern: Pattern
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of the solutions: ``length`` (None: all) from number ``start`` on."""

    pattern: Pattern
    start: int
    length: int | None


Pattern = (
    Triples
    | Walk
    | Graphs
    | InGraph
    | Join
    | Optional
    | Union
    | Minus
    | Filter
    | Extend
    | Table
    | Group
    | Project
    | Distinct
    | Order
    | Slice
)


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query: ``kind`` is SELECT, ASK, CONSTRUCT or DESCRIBE.

    ``template`` belongs to CONSTRUCT, ``described`` to DESCRIBE. ``graphs`` are the named graphs
    that make the default graph (None: the data's own), ``named`` those that GRAPH finds.
    """

    kind: str
    pattern: Pattern
    names: tuple[str, ...]
    template: tuple[Triple, ...] = ()
    described: tuple[Node, ...] = ()
    graphs: tuple[str, ...] | None = None
    named: tuple[str, ...] | None = None


GRAPH = ".graph"
"""How the hidden variables of graphs begin."""
UNIT = Table((), ((),))
"""One solution that binds nothing."""
