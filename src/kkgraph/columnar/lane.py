"""The quick lane: plain constraints answered on sorted arrays, without a statement for each.

Planning and running one small SQL statement takes about a millisecond, a scan of an array of
identifiers a few microseconds. So where a shape's path is one property and a constraint looks at
identifiers only, the columns of that property are fetched once and the answer is read off them. It
means what the SQL means (the tests hold both against each other); a plan that is to be read, and
data with an overlay, go without it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.amounts import BOUNDS, PAIRS, Amounts
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
_AT_ONCE: Final = 4_000_000
_SORTED: Final = "SELECT s, o FROM triples"
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
    """Answers plain constraints of one validation; what it finds is added at the end."""

    def __init__(
        self, space: Space, shapes: Mapping[Term, f.Shape], instances: Callable[[str], str]
    ) -> None:
        self._space = space
        self._shapes = shapes
        self._instances = instances
        self._size = space.columnar.n_terms
        self._tables: dict[str, tuple[Numbers, Numbers] | None] = {}
        self._columns: dict[int, tuple[Numbers, Numbers]] = {}
        self._found: list[tuple[int, Numbers, Numbers | None]] = []
        self._amounts: Amounts | None = None
        self._lock = threading.Lock()

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

    def values(self, shape: f.Shape, focus: str) -> Values | None:
        """The values of a shape's property; None where focus nodes aren't in the data."""
        assert isinstance(shape.path, Predicate)
        table = self._table(focus)
        if table is None:
            return None
        ids, member = table
        number = self._space.iri(shape.path.iri)
        if number is None:
            return Values(ids, _nothing(), _nothing())
        nodes, values = self._of(number)
        inside = member[nodes]
        if not inside.all():
            nodes, values = nodes[inside], values[inside]
        return Values(ids, nodes, values)

    def judge(self, constraint: Any, number: int, given: Values) -> bool:
        """Note the violations of a constraint; ``number`` is its place in the plan.

        False where these values leave it to SQL after all.
        """
        nodes, values = given.nodes, given.values
        match constraint:
            case f.MinCount() | f.MaxCount() | f.HasValue() | f.UniqueLang():
                nodes = self._sets(constraint, given)
                if len(nodes):
                    self._found.append((number, nodes, None))
                return True
            case f.LessThan() | f.LessThanOrEquals():
                nodes, values, others = self._paired(constraint, given)
                fine = self._numbers().in_order(constraint, values, others)
            case _ if isinstance(constraint, BOUNDS):
                fine = self._numbers().within(constraint, values)
            case _:
                fine = self._fit(constraint, values)
        if fine is None:
            return False
        if not fine.all():
            self._found.append((number, nodes[~fine], values[~fine]))
        return True

    def _numbers(self) -> Amounts:
        with self._lock:
            if self._amounts is None:
                self._amounts = Amounts(self._space, self._size)
        return self._amounts

    def _paired(self, constraint: Any, given: Values) -> tuple[Numbers, Numbers, Numbers]:
        """Each value with each of the other property: the node, the value, the other."""
        import numpy as np

        number = self._space.iri(constraint.predicate)
        nodes, values = self._of(NONE if number is None else number)
        first = np.searchsorted(nodes, given.nodes, "left")
        counts = np.searchsorted(nodes, given.nodes, "right") - first
        mine = np.repeat(np.arange(len(given.nodes)), counts)
        step = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts)
        return given.nodes[mine], given.values[mine], values[first[mine] + step]

    def _sets(self, constraint: Any, given: Values) -> Numbers:
        import numpy as np

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
        has = np.zeros(self._size, bool)
        has[enough] = True
        return given.focus[~has[given.focus]]

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
                return _within(values, [r for k in kinds for r in self._space.ranges(_KINDS[k])])
            case f.LanguageIn(wanted):
                places = self._space.languages().items()
                return _within(
                    values, [r for t, rs in places if in_language(t, wanted) for r in rs]
                )
            case f.Datatype(iri):
                fine = _within(values, self._space.ranges("literal", iri))
                broken: Numbers = self._member("broken")[values]
                return fine & ~broken
            case f.Class(iri):
                belongs: Numbers = self._member(self._instances(iri))[values]
                return belongs
        allowed: Numbers = np.zeros(self._size, bool)
        allowed[[n for n in self._space.ids(constraint.terms) if n is not None]] = True
        listed: Numbers = allowed[values]
        return listed

    def _member(self, table: str) -> Numbers:
        found = self._table(table)
        assert found is not None
        member: Numbers = found[1]
        return member

    def _table(self, name: str) -> tuple[Numbers, Numbers] | None:
        """The identifiers of a table of nodes, and for each identifier whether it is one."""
        import numpy as np

        if name not in self._tables:
            (ids,) = self._space.columns(f"FROM {name}")
            if len(ids) and ids.max() >= self._size:
                self._tables[name] = None
            else:
                member = np.zeros(self._size, bool)
                member[ids] = True
                self._tables[name] = (ids, member)
        return self._tables[name]

    def _of(self, predicate: int) -> tuple[Numbers, Numbers]:
        """The subjects and objects of a property, sorted."""
        if predicate not in self._columns:
            if self._space.columnar.n_triples <= _AT_ONCE and not self._columns:
                self._fetch_all()
            else:
                nodes, values = self._space.columns(f"{_SORTED} WHERE p = {predicate}")
                self._columns[predicate] = self._sorted(predicate, nodes, values)
        return self._columns.get(predicate, (_nothing(), _nothing()))

    def _fetch_all(self) -> None:
        """The columns of all properties, with one statement."""
        import numpy as np

        predicates, nodes, values = self._space.columns("SELECT p, s, o FROM triples")
        if (predicates[1:] < predicates[:-1]).any():
            order = np.argsort(predicates, kind="stable")
            predicates, nodes, values = predicates[order], nodes[order], values[order]
        cuts = np.flatnonzero(np.append(True, predicates[1:] != predicates[:-1]))
        for low, high in zip(cuts, np.append(cuts[1:], len(predicates)), strict=True):
            predicate = int(predicates[low])
            self._columns[predicate] = self._sorted(predicate, nodes[low:high], values[low:high])

    def _sorted(self, predicate: int, nodes: Numbers, values: Numbers) -> tuple[Numbers, Numbers]:
        """The columns in order: so they are stored, but a scan may mix them up."""
        if (nodes[1:] < nodes[:-1]).any():
            nodes, values = self._space.columns(f"{_SORTED} WHERE p = {predicate} ORDER BY ALL")
        return nodes, values

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


def _within(values: Numbers, ranges: list[Range]) -> Numbers:
    import numpy as np

    found = np.zeros(len(values), bool)
    for low, high in ranges:
        found |= (values >= low) & (values < high)
    return found
