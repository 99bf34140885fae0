"""Whole schemas answered on arrays: what held data break, without a statement of SQL.

Nodes flow from outer shapes to inner ones and verdicts flow back, as in ``compiler``; single
constraints are judged by ``lane``. Where a shape needs more (SPARQL, repeated paths) or a value
can't be compared here, nothing is answered, and SQL answers everything.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.columns import HeldColumns
from kkgraph.columnar.lane import COVERED, LOGIC, Lane, Values, distinct_numbers, flags
from kkgraph.columnar.plan import first_numbers
from kkgraph.columnar.space import Space
from kkgraph.columnar.texts import TEXTS, at_fault
from kkgraph.columnar.trails import Trails, can_follow, joined
from kkgraph.shacl import forms as f
from kkgraph.shacl.paths import Predicate
from kkgraph.shacl.terms import Term

if TYPE_CHECKING:
    import numpy as np

    from kkgraph.columnar.held import Held

    Numbers = np.ndarray[Any, np.dtype[Any]]
    Broken = tuple[Numbers, Numbers | None, Numbers | None]

_QUALIFIED: Final = (f.QualifiedMinCount, f.QualifiedMaxCount)
_ANSWERED: Final = (
    *COVERED, *LOGIC, *_QUALIFIED, *TEXTS, f.Property, f.Closed, f.Equals, f.Disjoint,
)  # fmt: skip
_BATCH: Final = 20_000


def can_answer(schema: f.Schema) -> bool:
    """True where every constraint and path of a schema is of a kind that is answered here."""
    return all(
        (shape.path is None or can_follow(shape.path))
        and all(isinstance(c, _ANSWERED) for c in shape.constraints)
        for shape in schema.shapes.values()
    )


def answers(space: Space, schema: f.Schema, held: Held) -> Answers | None:
    """All violations; None where SQL must say what they are."""
    if not can_answer(schema):
        return None
    found = Answers(space, schema, held)
    try:
        for shape in schema.targeted:
            found.report(shape)
    except _UnsureError:
        return None
    return found


class _UnsureError(Exception):
    """Values can't be compared here, or a focus node is not in the data."""


@dataclass(frozen=True)
class _Found:
    """Violations (f, v, p, n) of the constraint with a number; -1 where there is no v or p."""

    number: int
    columns: tuple[Numbers, Numbers, Numbers, Numbers]


class Answers:
    """The violations of a schema by held data, as a table of them would have them."""

    def __init__(self, space: Space, schema: f.Schema, held: Held) -> None:
        self._space = space
        self._shapes = schema.shapes
        self._first = first_numbers(schema)
        self._held = held
        self._size = space.columnar.n_terms
        self._columns = HeldColumns(space, held)
        self._lane = Lane(space, schema.shapes, self._columns)
        self._trails = Trails(space, self._columns)
        self._found: list[_Found] = []
        space.ids(schema.constants())

    def sums(self) -> dict[int, int]:
        """How many results each constraint has that has any."""
        sums: dict[int, int] = {}
        for found in self._found:
            sums[found.number] = sums.get(found.number, 0) + int(found.columns[3].sum())
        return sums

    def batches(self, number: int, first: int | None) -> Iterator[list[tuple[Any, ...]]]:
        """The violations of one constraint in order, some thousands at a time."""
        import numpy as np

        mine = [found.columns for found in self._found if found.number == number]
        columns = [np.concatenate(parts) for parts in zip(*mine, strict=True)]
        order = np.lexsort(columns[2::-1])[:first]
        for at in range(0, len(order), _BATCH):
            some = order[at : at + _BATCH]
            yield list(zip(*(column[some].tolist() for column in columns), strict=True))

    def report(self, shape: f.Shape) -> None:
        """Find the violations of a shape by its targets."""
        import numpy as np

        every = np.concatenate([self._targeted(t) for t in shape.targets])
        focus = distinct_numbers(every, self._size)
        self._report(shape, focus, np.ones(len(focus), np.int64))

    def _targeted(self, target: f.Target) -> Numbers:
        import numpy as np

        number = self._space.ids([target.term])[0]
        if target.kind == "node":
            if number is None:
                raise _UnsureError
            return np.array([number])
        if target.kind == "class":
            return np.flatnonzero(self._columns.instances(target.term.value))
        nodes, values = self._columns.of(-1 if number is None else number)
        return nodes if target.kind == "subjectsOf" else values

    def _report(self, shape: f.Shape, focus: Numbers, times: Numbers) -> None:
        """Note what focus nodes break; each is reported so many times."""
        import numpy as np

        if shape.deactivated:
            return
        given = self._values(shape, focus)
        for place, constraint in enumerate(shape.constraints):
            if isinstance(constraint, f.Property):
                self._report(self._shapes[constraint.shapes[0]], *self._passed_on(given, times))
                continue
            nodes, *rest = self._broken(constraint, given)
            if len(nodes):
                v, p = (np.full(len(nodes), -1) if column is None else column for column in rest)
                n = times[np.searchsorted(focus, nodes)]
                self._found.append(_Found(self._first[shape.id] + place, (nodes, v, p, n)))

    def _passed_on(self, given: Values, times: Numbers) -> tuple[Numbers, Numbers]:
        """The values as focus nodes of a shape within, and how often each is reported."""
        import numpy as np

        if given.values is given.focus:
            return given.focus, times
        inner = distinct_numbers(given.values, self._size)
        weights = times[np.searchsorted(given.focus, given.nodes)]
        counts = np.bincount(np.searchsorted(inner, given.values), weights, len(inner))
        return inner, counts.astype(np.int64)

    def _failing(self, shape: Term, nodes: Numbers) -> Numbers:
        """For each identifier whether it is one of the nodes that don't conform to a shape."""
        import numpy as np

        failing = np.zeros(self._size, bool)
        inner = self._shapes[shape]
        if inner.deactivated:
            return failing
        given = self._values(inner, distinct_numbers(nodes, self._size))
        for constraint in inner.constraints:
            if isinstance(constraint, f.Property):
                bad = self._failing(constraint.shapes[0], given.values)
                failing[given.nodes[bad[given.values]]] = True
            else:
                failing[self._broken(constraint, given)[0]] = True
        return failing

    def _values(self, shape: f.Shape, focus: Numbers) -> Values:
        if shape.path is None:
            return Values(focus, focus, focus)
        if isinstance(shape.path, Predicate):
            return self._lane.values(shape, (focus, flags(focus, self._size)))
        return Values(focus, *self._trails.ends(focus, shape.path))

    def _broken(self, constraint: Any, given: Values) -> Broken:
        """The nodes that break a constraint, each with the value at fault and its predicate."""
        match constraint:
            case f.Closed(allowed):
                return self._closed(allowed, given)
            case f.QualifiedMinCount() | f.QualifiedMaxCount():
                return self._qualified(constraint, given), None, None
            case f.Equals() | f.Disjoint():
                return (*self._compared(constraint, given), None)
            case _ if isinstance(constraint, LOGIC):
                fails = self._fails(constraint, given.values)
            case _ if isinstance(constraint, TEXTS):
                fails = at_fault(constraint, given.values, self._space, self._held)
            case _:
                found = self._lane.violations(constraint, given)
                if found is None:
                    raise _UnsureError
                return (*found, None)
        return given.nodes[fails], given.values[fails], None

    def _fails(self, constraint: Any, values: Numbers) -> Numbers:
        """Which values break a constraint that names shapes."""
        import numpy as np

        failing = [self._failing(shape, values)[values] for shape in constraint.shapes]
        many: Numbers = np.sum(failing, axis=0)
        match constraint:
            case f.Not():
                fails: Numbers = many == 0
            case f.Or():
                fails = many == len(failing)
            case f.Xone():
                fails = many != len(failing) - 1
            case _:
                fails = many > 0
        return fails

    def _qualified(self, constraint: Any, given: Values) -> Numbers:
        """The nodes with too few or too many values that conform, to no sibling among others."""
        fits = ~self._failing(constraint.shapes[0], given.values)[given.values]
        for sibling in constraint.siblings:
            fits &= self._failing(sibling, given.values)[given.values]
        fitting = Values(given.focus, given.nodes[fits], given.values[fits])
        least = isinstance(constraint, f.QualifiedMinCount)
        count = f.MinCount(constraint.count) if least else f.MaxCount(constraint.count)
        found = self._lane.violations(count, fitting)
        assert found is not None
        return found[0]

    def _closed(self, allowed: frozenset[str], given: Values) -> Broken:
        """Every statement about a value whose predicate is none of those allowed."""
        import numpy as np

        known = {self._space.iri(iri) for iri in allowed}
        about = flags(given.values, self._size)
        order = np.argsort(given.values, kind="stable")
        pairs = given.nodes[order], given.values[order]
        found: list[tuple[Numbers, ...]] = [(np.empty(0, np.int64),) * 3]
        for predicate in self._held.spans:
            if predicate in known:
                continue
            subjects, objects = self._held.of(predicate)
            here = about[subjects]
            if here.any():
                nodes, values = joined(pairs, (subjects[here], objects[here]))
                found.append((nodes, values, np.full(len(nodes), predicate)))
        nodes, values, predicates = (np.concatenate(parts) for parts in zip(*found, strict=True))
        return nodes, values, predicates

    def _compared(self, constraint: Any, given: Values) -> tuple[Numbers, Numbers]:
        """The values of one property that the other lacks, or those that both have."""
        import numpy as np

        size = self._size
        others = self._trails.ends(given.focus, Predicate(constraint.predicate))
        one = given.nodes.astype(np.int64) * size + given.values
        two = others[0].astype(np.int64) * size + others[1]
        if isinstance(constraint, f.Disjoint):
            coded = np.intersect1d(one, two, assume_unique=True)
        else:
            coded = np.setxor1d(one, two, assume_unique=True)
        return coded // size, coded % size
