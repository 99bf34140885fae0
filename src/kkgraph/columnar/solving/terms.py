"""The terms behind columns of numbers."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from kkgraph.columnar import lexicon
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.making import computed, terms_of
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.solving.loops import UNBOUND
from kkgraph.columnar.solving.solutions import Column

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[Any]]


class Terms:
    """Terms of the data, and those that only the query names."""

    def __init__(self, space: Space) -> None:
        import numpy as np

        self._space = space
        self._groups = space.columnar.groups
        self._ends = np.array([group.hi for group in self._groups], np.int32)
        self._last: tuple[Numbers, pa.Array] | None = None

    def of(self, numbers: Numbers) -> list[Any]:
        """The term of each number; None for what is unbound."""
        return terms_of(self._space, numbers, self.texts)

    def column(self, column: Column) -> list[Any]:
        """The terms of a column, None for unbound."""
        if column.computed:
            return [_made(value) for value in column.values.tolist()]
        return self.of(column.values)

    def numbers(self, terms: list[Any]) -> Numbers:
        """The number of each term, ``UNBOUND`` for None; a new one for what the data lack."""
        import numpy as np

        self._space.learn(term for term in terms if term is not None)
        found = (UNBOUND if term is None else self._space.number(term) for term in terms)
        return np.fromiter(found, np.int32, len(terms))

    def texts(self, numbers: Numbers) -> pa.Array:
        """The lexical forms of terms of the data, whose numbers are sorted and different.

        Those of the last time are remembered: what is sorted by is mostly shown too.
        """
        import numpy as np

        if self._last is None or not np.array_equal(self._last[0], numbers):
            self._last = numbers, lexicon.texts(self._space.columnar, numbers)
        return self._last[1]

    def places(self, numbers: Numbers) -> Numbers:
        """For each number the place of its group; of one that the data lack, the number itself."""
        import numpy as np

        places = np.searchsorted(self._ends, numbers, side="right").astype(np.int32)
        return np.where(numbers < 0, numbers, places) if (numbers < 0).any() else places

    def groups(self, numbers: Numbers) -> list[int]:
        """What ``places`` gives for numbers that are sorted, each once."""
        import numpy as np

        first = int(np.searchsorted(numbers, 0))
        cuts = np.searchsorted(numbers, self._ends).tolist()
        some = [at for at, (low, high) in enumerate(pairwise([first, *cuts])) if low < high]
        return [*numbers[:first].tolist(), *some]

    def kind(self, place: int) -> str:
        """The kind of the terms of a group, by what ``places`` gives for it."""
        if place < 0:
            return k.kind_of(self._space.made[place])
        return k.kind_of_group(self._groups[place])


def _made(value: Any) -> Any:
    """The term of a computed number."""
    if value is None:
        return None
    return computed("integer" if isinstance(value, int) else "decimal", value)
