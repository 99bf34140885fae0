"""Which focus nodes a change can reach, so that only those are validated again.

A shape reads triples along its paths and those of the shapes that it names. A changed triple can
alter its verdict on a node only if the node leads, along such a path, to where the triple stands.
So the paths are walked backwards from the changed triples.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kkgraph.columnar.plan import Plan
from kkgraph.columnar.space import Space
from kkgraph.columnar.walks import Walks
from kkgraph.names import PREFIXES, RDF_TYPE
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Schema, Shape
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence, turned
from kkgraph.shacl.terms import Term

ADDED: Final = "added_triples"
REMOVED: Final = "removed_triples"
CHANGED: Final = "changed_triples"
_ANY: Final = ""
_TREE: Final = PREFIXES["rdfs"] + "subClassOf"


@dataclass(frozen=True, slots=True)
class Read:
    """A place where a shape reads: the way there from the focus node, the property, its end.

    ``end`` is ``s`` where the way leads to the triple's subject, ``o`` for its object; an empty
    property is any.
    """

    way: Path | None
    predicate: str
    end: str


def change(space: Space, added: Iterable[ox.Quad], removed: Iterable[ox.Quad]) -> None:
    """Let the facts be as after a change; the tables of what changed stay for ``reached``."""
    for name, quads in ((ADDED, added), (REMOVED, removed)):
        space.run(f"CREATE OR REPLACE TABLE {name}(s BIGINT, p BIGINT, o BIGINT)")
        rows = space.numbered(quads)
        space.append(name, rows)
        space.show(number for s, _, o in rows for number in (s, o))
    space.run(
        f"CREATE OR REPLACE TABLE {CHANGED} AS "
        f"SELECT p, s, o, true AS new FROM {ADDED} ANTI JOIN triples USING (p, s, o) UNION ALL "
        f"SELECT p, s, o, false FROM {REMOVED} SEMI JOIN triples USING (p, s, o)"
    )
    fresh = f"SELECT p, s, o FROM {CHANGED} WHERE new"
    space.run(f"CREATE OR REPLACE TABLE {ADDED} AS {fresh}")
    space.overlay(ADDED, REMOVED)


def reached(space: Space, schema: Schema, plan: Plan) -> dict[Term, str]:
    """For each shape with targets a table ``f`` of the nodes to look at again.

    A shape that is missing here must be validated in full: it has a SPARQL constraint, which may
    read anything, or the class tree has changed.
    """
    tree = space.iri(_TREE)
    if space.run(f"SELECT count(*) FROM {CHANGED} WHERE p = {space.write(tree)}")[0][0]:
        return {}
    space.overlay(ADDED, None)  # a way may lead over triples that are gone, or that are new
    # under names of their own: the validation's tables are made over other facts
    walks = Walks(space, lambda kind, title, sql: plan.table(f"{kind}_back", title, sql))
    found: dict[Term, str] = {}
    for shape in schema.targeted:
        reads = list(_reads(schema, shape, None))
        if None in reads:
            continue
        plan.work_on(shape.name)
        known = [r for r in reads if r is not None]
        known += _memberships(shape)
        title = "focus nodes that the change can reach"
        sql = " UNION ".join(_back(space, walks, plan, known)) or "SELECT s AS f FROM facts LIMIT 0"
        found[shape.id] = plan.table("reach", title, f"SELECT DISTINCT f FROM ({sql})")
    space.overlay(ADDED, REMOVED)
    return found


def _back(space: Space, walks: Walks, plan: Plan, reads: list[Read]) -> Iterator[str]:
    by_way: dict[Path | None, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for read in reads:
        by_way[read.way][read.end].add(read.predicate)
    for way, ends in by_way.items():
        parts = [_standing(space, end, predicates) for end, predicates in ends.items()]
        nodes = " UNION ".join(parts)
        if way is None:
            yield f"SELECT v AS f FROM ({nodes})"
        else:
            start = plan.table("from", f"changed places at the end of {way}", nodes)
            yield walks.back(start, way)


def _standing(space: Space, end: str, predicates: set[str]) -> str:
    if _ANY in predicates:
        return f"SELECT {end} AS v FROM {CHANGED}"
    numbers = [space.write(n) for p in sorted(predicates) if (n := space.iri(p)) is not None]
    return f"SELECT {end} AS v FROM {CHANGED} WHERE p IN ({', '.join(numbers) or '-1'})"


def _memberships(shape: Shape) -> Iterator[Read]:
    for target in shape.targets:
        if target.kind == "class":
            yield Read(None, RDF_TYPE, "s")
        elif target.kind != "node":
            assert isinstance(target.term, ox.NamedNode)
            yield Read(None, target.term.value, "s" if target.kind == "subjectsOf" else "o")


def _reads(schema: Schema, shape: Shape, way: Path | None) -> Iterator[Read | None]:
    """Where a shape reads, starting at the end of a way; None for anywhere."""
    if shape.deactivated:
        return
    end = way
    if shape.path is not None:
        yield from _steps(shape.path, way)
        end = joined(way, shape.path)
    for constraint in shape.constraints:
        match constraint:
            case f.Sparql() | f.Custom():
                yield None
            case f.Class():
                yield Read(end, RDF_TYPE, "s")
            case f.Closed():
                yield Read(end, _ANY, "s")
            case f.Equals(p) | f.Disjoint(p) | f.LessThan(p) | f.LessThanOrEquals(p):
                yield Read(way, p, "s")
    for inner in shape.references():
        yield from _reads(schema, schema.shapes[inner], end)


def _steps(path: Path, way: Path | None) -> Iterator[Read]:
    match path:
        case Predicate(iri):
            yield Read(way, iri, "s")
        case Inverse(Predicate(iri)):
            yield Read(way, iri, "o")
        case Inverse(inner):
            yield from _steps(turned(inner), way)
        case Sequence(parts):
            for part in parts:
                yield from _steps(part, way)
                way = joined(way, part)
        case Alternative(parts):
            for part in parts:
                yield from _steps(part, way)
        case Repeat(inner, sign):
            start = way if sign == "?" else joined(way, Repeat(inner, "*"))
            yield from _steps(inner, start)


def joined(way: Path | None, path: Path) -> Path:
    """The way, and then the path."""
    if way is None:
        return path
    parts = way.parts if isinstance(way, Sequence) else (way,)
    return Sequence((*parts, path))
