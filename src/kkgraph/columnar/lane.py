"""The quick lane: plain constraints answered on sorted arrays, without a statement for each.

Planning and running one small SQL statement takes about a millisecond, a scan of an array of
identifiers a few microseconds. So where a shape's path is one property and a constraint looks at
identifiers only, the columns of that property are fetched once and the answer is read off them. It
means what the SQL means (the tests hold both against each other); a plan that is to be read, and
data with an overlay, go without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.amounts import BOUNDS, PAIRS
from kkgraph.columnar.columns import Columns
from kkgraph.columnar.space import Range, Space
from kkgraph.shacl import forms as f
from kkgraph.shacl.paths import Predicate
from kkgraph.shacl.terms import Term
from kkgraph.shacl.values import in_language

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]

_KINDS: Final = {"iri": "iri", "blank": "bnode", "literal": "literal"}
NONE: Final = -1
COVERED: Final = (
    f.MinCount, f.MaxCount, f.HasValue, f.UniqueLang, f.Datatype, f.NodeKind, f.LanguageIn, f.In,
    f.Class, *BOUNDS, *PAIRS,
)  # fmt: skip
_SINGLE: Final = (f.Datatype, f.NodeKind, f.LanguageIn, f.In, f.Class)
LOGIC: Final = (f.Node, f.Not, f.And, f.Or, f.Xone)


class Values:
    """The values of one property for the focus nodes of one table, sorted by node and value."""

    def __init__(self, focus: Numbers, nodes: Numbers, values: Numbers) -> None:
        import numpy as np

        self.focus = focus
        self.nodes = nodes
        self.values = values
        self.starts = np.flatnonzero(np.append(True, nodes[1:] != nodes[:-1])[: len(nodes)])

    def counted(self) -> tuple[Numbers, Numbers]:
        """The nodes that have values, and how many."""
        import numpy as np

        return self.nodes[self.starts], np.diff(np.append(self.starts, len(self.nodes)))


class Lane:
    """Answers plain constraints of one validation; what is noted is added at the end."""

    def __init__(self, space: Space, shapes: Mapping[Term, f.Shape], columns: Columns) -> None:
        self._space = space
        self._shapes = shapes
        self._columns = columns
        self._size = space.columnar.n_terms
        self._found: list[tuple[int, Numbers, Numbers | None]] = []

    def covers(self, shape: f.Shape, constraint: f.Constraint) -> bool:
        """True for a constraint that can be answered here, if its focus nodes allow it."""
        return isinstance(shape.path, Predicate) and (
            isinstance(constraint, COVERED) or self._is_logic(constraint)
        )

    def _is_logic(self, constraint: f.Constraint) -> bool:
        """True for a logical constraint whose shapes look at single values only."""
        return isinstance(constraint, LOGIC) and all(
            shape.path is None
            and all(isinstance(c, _SINGLE) or self._is_logic(c) for c in shape.constraints)
            for shape in map(self._shapes.__getitem__, constraint.shapes)
        )

    def values(self, shape: f.Shape, nodes: tuple[Numbers, Numbers]) -> Values:
        """The values of a shape's property; ``nodes`` are the focus nodes, and flags of them."""
        assert isinstance(shape.path, Predicate)
        focus, member = nodes
        number = self._space.iri(shape.path.iri)
        if number is None:
            return Values(focus, _nothing(), _nothing())
        starts, values = self._columns.of(number)
        inside = member[starts]
        if not inside.all():
            starts, values = starts[inside], values[inside]
        return Values(focus, starts, values)

    def note(self, constraint: Any, number: int, given: Values) -> bool:
        """Note the violations of a constraint; ``number`` is its place in the plan.

        False where these values leave it to SQL after all.
        """
        found = self.violations(constraint, given)
        if found is not None and len(found[0]):
            self._found.append((number, *found))
        return found is not None

    def violations(self, constraint: Any, given: Values) -> tuple[Numbers, Numbers | None] | None:
        """The nodes that break a constraint and the values at fault, where it is about values.

        None where these values leave it to SQL.
        """
        nodes, values = given.nodes, given.values
        match constraint:
            case f.MinCount() | f.MaxCount() | f.HasValue() | f.UniqueLang():
                return self._sets(constraint, given), None
            case f.LessThan() | f.LessThanOrEquals():
                nodes, values, others = self._paired(constraint, given)
                fine = self._columns.amounts().in_order(constraint, values, others)
            case _ if isinstance(constraint, BOUNDS):
                fine = self._columns.amounts().within(constraint, values)
            case _:
                fine = self._fit(constraint, values)
        return None if fine is None else (nodes[~fine], values[~fine])

    def _paired(self, constraint: Any, given: Values) -> tuple[Numbers, Numbers, Numbers]:
        """Each value with each of the other property: the node, the value, the other."""
        import numpy as np

        number = self._space.iri(constraint.predicate)
        nodes, values = self._columns.of(NONE if number is None else number)
        first = np.searchsorted(nodes, given.nodes, "left")
        counts = np.searchsorted(nodes, given.nodes, "right") - first
        mine = np.repeat(np.arange(len(given.nodes)), counts)
        step = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts)
        return given.nodes[mine], given.values[mine], values[first[mine] + step]

    def _sets(self, constraint: Any, given: Values) -> Numbers:

        match constraint:
            case f.MaxCount(count):
                nodes, counts = given.counted()
                return nodes[counts > count]
            case f.UniqueLang():
                return self._doubled(given)
            case f.HasValue(term):
                wanted = self._space.ids([term])[0]
                enough = given.nodes[given.values == (NONE if wanted is None else wanted)]
            case _:
                nodes, counts = given.counted()
                enough = nodes[counts >= constraint.count]
                if constraint.count == 0:
                    return _nothing()
        return given.focus[~flags(enough, self._size)[given.focus]]

    def _doubled(self, given: Values) -> Numbers:
        """A node once for each language in which it has several texts: these stand together."""
        import numpy as np

        ranges = [r for places in self._space.languages().values() for r in places]
        languages = np.zeros(len(given.values), np.int64)
        for place, (low, high) in enumerate(ranges, 1):
            languages[(given.values >= low) & (given.values < high)] = place
        same = (given.nodes[1:] == given.nodes[:-1]) & (languages[1:] == languages[:-1])
        same &= languages[1:] > 0
        begins = same & ~np.append(False, same[:-1])[: len(same)]
        doubled: Numbers = given.nodes[1:][begins]
        return doubled

    def _conforms(self, shape: f.Shape, values: Numbers) -> Numbers:
        import numpy as np

        found = np.ones(len(values), bool)
        for constraint in () if shape.deactivated else shape.constraints:
            found &= self._fit(constraint, values)
        return found

    def _logic(self, constraint: Any, values: Numbers) -> Numbers:
        import numpy as np

        verdicts = [self._conforms(self._shapes[s], values) for s in constraint.shapes]
        many = np.sum(verdicts, axis=0)
        match constraint:
            case f.Not():
                found: Numbers = many == 0
            case f.Or():
                found = many > 0
            case f.Xone():
                found = many == 1
            case _:
                found = many == len(verdicts)
        return found

    def _fit(self, constraint: Any, values: Numbers) -> Numbers:
        import numpy as np

        if isinstance(constraint, LOGIC):
            return self._logic(constraint, values)
        match constraint:
            case f.NodeKind(kinds):
                return within(values, [r for k in kinds for r in self._space.ranges(_KINDS[k])])
            case f.LanguageIn(wanted):
                places = self._space.languages().items()
                return within(values, [r for t, rs in places if in_language(t, wanted) for r in rs])
            case f.Datatype(iri):
                fine = within(values, self._space.ranges("literal", iri))
                broken: Numbers = self._columns.broken(iri)[values]
                return fine & ~broken
            case f.Class(iri):
                belongs: Numbers = self._columns.instances(iri)[values]
                return belongs
        ids = self._space.ids(constraint.terms)  # some may be of a query's terms, and of no data
        known = [n for n in ids if n is not None and n < self._size]
        listed: Numbers = flags(np.array(known, np.int64), self._size)[values]
        return listed

    def write(self, table: str) -> None:
        """Add what was found to the table of violations."""
        import numpy as np

        if not self._found:
            return
        numbers = [np.full(len(nodes), number) for number, nodes, _ in self._found]
        given = [np.full(len(n), NONE) if v is None else v for _, n, v in self._found]
        nodes = [nodes.astype(np.int64) for _, nodes, _ in self._found]
        columns = [np.concatenate(part).astype(np.int64) for part in (numbers, nodes, given)]
        self._space.append_violations(table, *columns)
        self._found.clear()


def _nothing() -> Numbers:
    import numpy as np

    return np.empty(0, np.int64)


def within(values: Numbers, ranges: list[Range]) -> Numbers:
    """Which values lie in one of the ranges."""
    import numpy as np

    found = np.zeros(len(values), bool)
    for low, high in ranges:
        found |= (values >= low) & (values < high)
    return found


def flags(numbers: Numbers, size: int) -> Numbers:
    """For each of ``size`` identifiers whether it is one of these."""
    import numpy as np

    found = np.zeros(size, bool)
    found[numbers] = True
    return found


def distinct_numbers(numbers: Numbers, size: int) -> Numbers:
    """These identifiers once each, sorted."""
    import numpy as np

    return np.flatnonzero(flags(numbers, size))
