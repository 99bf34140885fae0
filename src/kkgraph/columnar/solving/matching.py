"""One triple pattern more: solutions extended by the pairs of a property."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.solving import loops
from kkgraph.columnar.solving.edges import Edges
from kkgraph.columnar.solving.index import Index
from kkgraph.columnar.solving.limits import Allowance, BeyondError
from kkgraph.columnar.solving.solutions import Column, Solutions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]


Names = set[str] | None


class Pattern:
    """A triple pattern over one graph; its ends are the names of variables, or numbers."""

    def __init__(self, index: Index, triple: f.Triple, number: Callable[[f.Term], int]) -> None:
        if not isinstance(triple.predicate, f.Constant):
            raise BeyondError("a property that is a variable")
        self.index = index
        self._predicate = number(triple.predicate.term)
        self.start, self.end = (
            node.name if isinstance(node, f.Variable) else number(node.term)
            for node in (triple.subject, triple.object)
        )

    @property
    def names(self) -> set[str]:
        """The variables of the pattern."""
        return {end for end in (self.start, self.end) if isinstance(end, str)}

    def _edges(self, *, backward: bool = False) -> Edges:
        return (self.index.backward if backward else self.index.forward)(self._predicate)

    @property
    def size(self) -> int:
        """How many pairs the pattern matches by itself."""
        if not isinstance(self.start, str):
            return len(self._edges().of(self.start))
        if not isinstance(self.end, str):
            return len(self._edges(backward=True).of(self.end))
        return self._edges().size

    def distinct(self, name: str) -> int:
        """How many different terms the property has where the variable stands (an estimate)."""
        if len(self.names) == 1 and self.start != self.end:
            return max(self.size, 1)
        return max(self._edges(backward=name == self.end).distinct, 1)

    def extended(self, known: Solutions, later: Names, allowed: Allowance) -> Solutions:
        """The solutions, each with what the pattern adds to it; of those variables in ``later``."""
        start, end = self.start, self.end
        if isinstance(start, str) and isinstance(end, str) and start != end:
            if start in known.columns and end in known.columns:
                return self._checked(known, later, allowed)
            if start in known.columns:
                return self._stepped(known, (start, end), self._edges(), later, allowed)
            if end in known.columns:
                backward = self._edges(backward=True)
                return self._stepped(known, (end, start), backward, later, allowed)
        elif isinstance(start, str) and start in known.columns:
            return chosen(known, later).take(self._among(known.numbers(start)))
        elif isinstance(end, str) and end in known.columns:
            among = loops.member(self._edges().of(int(start)), known.numbers(end))
            return chosen(known, later).take(among)
        return product(known, self.alone(), allowed)

    def alone(self) -> Solutions:
        """The solutions of the pattern by itself."""
        start, end = self.start, self.end
        if not isinstance(start, str) and not isinstance(end, str):
            return Solutions(int((self._edges().of(start) == end).any()), {})
        if not isinstance(start, str):
            found = self._edges().of(start)
            return Solutions.of({str(end): found}, len(found))
        if not isinstance(end, str):
            found = self._edges(backward=True).of(end)
            return Solutions.of({start: found}, len(found))
        edges = self._edges()
        if start == end:
            found = edges.keys[edges.keys == edges.values]
            return Solutions.of({start: found}, len(found))
        return Solutions.of({start: edges.keys, end: edges.values}, edges.size)

    def _stepped(
        self,
        known: Solutions,
        ends: tuple[str, str],
        edges: Edges,
        later: Names,
        allowed: Allowance,
    ) -> Solutions:
        """A step along the property from a variable that is bound to one that isn't."""
        wanted = known.numbers(ends[0])
        known = chosen(known, later)
        single = edges.found(wanted)
        if single is not None:
            places, found = single
            return known.take(places).adding(ends[1], Column(found))
        allowed.room(edges.count(wanted), len(known.columns) + 1)
        return spread(edges, wanted, known, {ends[1]: Column(edges.values)})

    def _among(self, subjects: Numbers) -> Numbers:
        """Which of the subjects have the object that the pattern names, or themselves."""
        if isinstance(self.end, str):
            edges = self._edges()
            return loops.member(edges.keys[edges.keys == edges.values], subjects)
        found = self._edges().single(subjects)
        if found is not None:
            equal: Numbers = found == self.end
            return equal
        return loops.member(self._edges(backward=True).of(self.end), subjects)

    def _checked(self, known: Solutions, later: Names, allowed: Allowance) -> Solutions:
        """The solutions whose two bound variables stand at the ends of the property."""
        starts, ends = known.numbers(str(self.start)), known.numbers(str(self.end))
        forward = self._edges()
        single = forward.single(starts)
        if single is not None:
            return chosen(known, later).take(single == ends)
        backward = self._edges(backward=True)
        if backward.count(ends) < forward.count(starts):
            forward, starts, ends = backward, ends, starts
        allowed.room(forward.count(starts), 2)
        places, found = forward.expanded(starts)
        if places is None:
            return chosen(known, later).take(found == ends)
        return chosen(known, later).take(places[found == ends[places]])


def chosen(known: Solutions, later: Names) -> Solutions:
    """The solutions with the variables that something looks at later (None: with all)."""
    return known if later is None else known.only(n for n in known.columns if n in later)


def spread(
    edges: Edges, wanted: Numbers, known: Solutions, more: Mapping[str, Column]
) -> Solutions:
    """The solutions, each as often as its wanted key has pairs, with what stands beside these."""
    both = {**known.columns, **more}
    mine, theirs = ([c.values for c in side.values()] for side in (known.columns, more))
    made = edges.spread(wanted, mine, theirs)
    size = len(made[0]) if made else len(edges.expanded(wanted)[1])
    columns = zip(both.items(), made, strict=True)
    return Solutions(size, {n: Column(values, c.computed) for (n, c), values in columns})


def product(left: Solutions, right: Solutions, allowed: Allowance) -> Solutions:
    """Each solution of one side with each of the other; they share no variable."""
    import numpy as np

    if left.size == 1 and not left.columns:
        return right
    total = left.size * right.size
    allowed.room(total, len(left.columns) + len(right.columns))
    mine = left.take(np.repeat(np.arange(left.size), right.size))
    theirs = right.take(np.tile(np.arange(right.size), left.size))
    return Solutions(total, {**mine.columns, **theirs.columns})


def joined(left: Solutions, right: Solutions, later: Names, allowed: Allowance) -> Solutions:
    """The solutions of both sides that agree on what they share, which both bind everywhere."""

    shared = [name for name in left.columns if name in right.columns]
    if not shared:
        return product(left, right, allowed)
    left.certain(shared)
    right.certain(shared)
    for one, other in ((left, right), (right, left)):
        if len(shared) == len(other.columns) == 1 and other.different:
            known = loops.numbered(other.numbers(shared[0]))[0]
            among = loops.member(known, one.numbers(shared[0]))
            return chosen(one, later).take(among)
    mine, theirs = agreement(left, right, shared)
    order = loops.ascending(theirs)
    edges = Edges(loops.taken(theirs, order), order)
    more = chosen(right.only(n for n in right.columns if n not in left.columns), later)
    left = chosen(left, later)
    allowed.room(edges.count(mine), len(left.columns) + len(more.columns))
    return spread(edges, mine, left, more.take(order).columns)


def agreement(left: Solutions, right: Solutions, shared: list[str]) -> tuple[Numbers, Numbers]:
    """A code for each solution of both sides, the same where they agree on all that they share."""
    import numpy as np

    left.certain(shared)
    right.certain(shared)
    if len(shared) == 1:
        return left.numbers(shared[0]), right.numbers(shared[0])
    both = [np.concatenate([left.numbers(n), right.numbers(n)]) for n in shared]
    codes = loops.alike(both, left.size + right.size)[0]
    return codes[: left.size], codes[left.size :]


def agreeing(left: Solutions, right: Solutions, shared: list[str]) -> Numbers:
    """For each solution of the left side whether one of the right side agrees with it."""
    mine, theirs = agreement(left, right, shared)
    return loops.member(loops.numbered(theirs)[0], mine)
