"""Property paths over arrays: from some nodes to what they reach."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.solving.index import Index
from kkgraph.columnar.solving.limits import Allowance, BeyondError
from kkgraph.columnar.solving.loops import member, numbered
from kkgraph.columnar.solving.solutions import Solutions
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence, turned

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]


class Walk:
    """A path over one graph, of which an end is known or becomes known."""

    def __init__(self, index: Index, walk: f.Walk, number: Callable[[f.Term], int]) -> None:
        if isinstance(walk.path, f.Negated):
            raise BeyondError("a path along any property but some")
        self.index = index
        self._number = number
        self._path = walk.path
        self.start, self.end = (
            node.name if isinstance(node, f.Variable) else number(node.term)
            for node in (walk.start, walk.end)
        )
        if self.start == self.end:
            raise BeyondError("a path from a variable to itself")

    @property
    def names(self) -> set[str]:
        """The variables of the path's ends."""
        return {end for end in (self.start, self.end) if isinstance(end, str)}

    @property
    def is_known(self) -> bool:
        """True where an end is a certain term, so that the path can be walked at once."""
        return len(self.names) < 2

    @property
    def may_stay(self) -> bool:
        """True where the path may have no step, which takes every node of the graph to itself."""
        return isinstance(self._path, Repeat) and self._path.sign != "+"

    def alone(self, allowed: Allowance) -> Solutions:
        """The solutions of a path with a known end."""
        import numpy as np

        if isinstance(self.start, str):
            found = self.reached(turned(self._path), np.array([self.end], np.int32), allowed)[1]
            return Solutions.of({self.start: found}, len(found))
        found = self.reached(self._path, np.array([self.start], np.int32), allowed)[1]
        if isinstance(self.end, str):
            return Solutions.of({self.end: found}, len(found))
        return Solutions(int((found == self.end).sum()), {})

    def between(self, known: Solutions, allowed: Allowance) -> Solutions:
        """The pairs of the path that begin (or end) at what a variable is bound to."""

        from_start = self.start in known.columns
        here = str(self.start if from_start else self.end)
        there = str(self.end if from_start else self.start)
        nodes = numbered(known.numbers(here))[0]
        path = self._path if from_start else turned(self._path)
        places, found = self.reached(path, nodes, allowed)
        return Solutions.of({here: nodes[places], there: found}, len(found))

    def reached(self, path: Path, nodes: Numbers, allowed: Allowance) -> tuple[Numbers, Numbers]:
        """What each node reaches along a path: places in ``nodes``, and numbers."""
        import numpy as np

        match path:
            case Predicate(iri):
                return self._step(iri, nodes, allowed, backward=False)
            case Inverse(Predicate(iri)):
                return self._step(iri, nodes, allowed, backward=True)
            case Inverse(inner):
                return self.reached(turned(inner), nodes, allowed)
            case Alternative(parts):
                found = [self.reached(part, nodes, allowed) for part in parts]
                return np.concatenate([p for p, _ in found]), np.concatenate([n for _, n in found])
            case Sequence(parts):
                places, here = np.arange(len(nodes)), nodes
                for part in parts:
                    steps, here = self.reached(part, here, allowed)
                    places = places[steps]
                return places, here
            case Repeat(inner, sign):
                return self._closed(inner, sign, nodes, allowed)
        raise BeyondError("a path along any property but some")

    def _step(
        self, iri: str, nodes: Numbers, allowed: Allowance, *, backward: bool
    ) -> tuple[Numbers, Numbers]:
        import numpy as np
        import pyoxigraph as ox

        look_up = self.index.backward if backward else self.index.forward
        edges = look_up(self._number(ox.NamedNode(iri)))
        allowed.room(edges.count(nodes), 2)
        places, found = edges.expanded(nodes)
        return np.arange(len(nodes)) if places is None else places, found

    def _closed(
        self, inner: Path, sign: str, nodes: Numbers, allowed: Allowance
    ) -> tuple[Numbers, Numbers]:
        """Every node that repeated steps lead to, once for each start."""
        import numpy as np

        places, here = np.arange(len(nodes)), nodes
        if sign == "?":
            steps, found = self.reached(inner, nodes, allowed)
            return _pairs(_keys(np.append(places, steps), np.append(here, found)))
        seen = np.empty(0, np.int64) if sign == "+" else _keys(places, here)
        while len(here):
            steps, here = self.reached(inner, here, allowed)
            reached = _keys(places[steps], here)
            fresh = reached if not len(seen) else reached[~member(seen, reached)]
            seen = np.sort(np.append(seen, fresh))
            allowed.room(len(seen), 2)
            places, here = _pairs(fresh)
        return _pairs(seen)


def _keys(places: Numbers, nodes: Numbers) -> Numbers:
    """A place and a node as one number; nodes may be negative."""
    import numpy as np

    keys = np.sort((places.astype(np.int64) << 32) + (nodes.astype(np.int64) + 2**31))
    return keys[np.append(True, keys[1:] != keys[:-1])] if len(keys) else keys


def _pairs(keys: Numbers) -> tuple[Numbers, Numbers]:
    import numpy as np

    return keys >> 32, ((keys & (2**32 - 1)) - 2**31).astype(np.int32)
