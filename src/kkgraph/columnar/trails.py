"""Property paths on arrays: from nodes to what a path leads to, without SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kkgraph.columnar.columns import Columns
from kkgraph.columnar.space import Space
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]
    Pairs = tuple[Numbers, Numbers]


def can_follow(path: Path) -> bool:
    """True for a path without repetition."""
    match path:
        case Repeat():
            return False
        case Inverse(inner):
            return can_follow(inner)
        case Sequence(parts) | Alternative(parts):
            return all(map(can_follow, parts))
    return True


class Trails:
    """Follows paths; pairs are a node each and what was reached from it."""

    def __init__(self, space: Space, columns: Columns) -> None:
        self._space = space
        self._columns = columns
        self._size = space.columnar.n_terms
        self._turned: dict[int, Pairs] = {}

    def ends(self, focus: Numbers, path: Path) -> Pairs:
        """The distinct pairs that the path gives for some nodes, sorted."""
        pairs = self._walk((focus, focus), path, forward=True)
        single = path.path if isinstance(path, Inverse) else path
        return pairs if isinstance(single, Predicate) else self.distinct(pairs)

    def distinct(self, pairs: Pairs) -> Pairs:
        """Pairs once each, sorted."""
        import numpy as np

        coded = pairs[0].astype(np.int64) * self._size + pairs[1]
        coded.sort()  # numpy.unique would import masked arrays, which takes longer
        coded = coded[np.append(True, coded[1:] != coded[:-1])[: len(coded)]]
        return coded // self._size, coded % self._size

    def _walk(self, pairs: Pairs, path: Path, *, forward: bool) -> Pairs:
        import numpy as np

        match path:
            case Predicate(iri):
                return joined(pairs, self._edges(iri, forward))
            case Inverse(inner):
                return self._walk(pairs, inner, forward=not forward)
            case Sequence(parts):
                for part in parts if forward else reversed(parts):
                    pairs = self.distinct(self._walk(pairs, part, forward=forward))
                return pairs
            case Alternative(parts):
                found = [self._walk(pairs, part, forward=forward) for part in parts]
                starts, ends = zip(*found, strict=True)
                return np.concatenate(starts), np.concatenate(ends)
        raise TypeError(path)

    def _edges(self, iri: str, forward: bool) -> Pairs:
        """The steps along a property, or against it, sorted by where they begin."""
        import numpy as np

        number = self._space.iri(iri)
        if number is None:
            return (np.empty(0, np.int64), np.empty(0, np.int64))
        if forward:
            return self._columns.of(number)
        if number not in self._turned:
            nodes, values = self._columns.of(number)
            order = np.argsort(values, kind="stable")
            self._turned[number] = values[order], nodes[order]
        return self._turned[number]


def joined(pairs: Pairs, edges: Pairs) -> Pairs:
    """Each pair made longer by every edge that begins at its end; edges are sorted."""
    import numpy as np

    first = np.searchsorted(edges[0], pairs[1], "left")
    counts = np.searchsorted(edges[0], pairs[1], "right") - first
    mine = np.repeat(np.arange(len(counts)), counts)
    step = np.arange(len(mine)) - np.repeat(np.cumsum(counts) - counts, counts)
    return pairs[0][mine], edges[1][first[mine] + step]
