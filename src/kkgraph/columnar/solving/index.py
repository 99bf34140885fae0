"""The properties of a graph as arrays, fetched when a question first asks for them, and kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.keeping import PerFile
from kkgraph.columnar.session import allowed_bytes, translated
from kkgraph.columnar.solving import limits
from kkgraph.columnar.solving.edges import Edges
from kkgraph.columnar.solving.limits import Allowance, BeyondError

if TYPE_CHECKING:
    import numpy as np

    from kkgraph.columnar.tables import Columnar

    Numbers = np.ndarray[Any, np.dtype[Any]]
    Key = tuple[str, int, bool]

_SHARE: Final = 8
_MOST_BYTES: Final = 2**30
_LARGEST: Final = 2**31 - 2


class Kept:
    """The edges of one file that are in memory; those not asked for the longest time go first."""

    def __init__(self, columnar: Columnar) -> None:
        self._found: OrderedDict[Key, Edges] = OrderedDict()
        self._bytes = 0
        self.lock = threading.RLock()
        self.allowed = allowed_bytes(columnar.connection)
        self.most = min(self.allowed // _SHARE, _MOST_BYTES)

    def get(self, key: Key) -> Edges | None:
        """The edges, where they are in memory."""
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
        return found

    def put(self, key: Key, edges: Edges) -> None:
        """Keep edges; ``BeyondError`` where they alone are more than may be kept."""
        if edges.nbytes > self.most:
            raise BeyondError("a property that is larger than the memory for arrays")
        self._found[key] = edges
        self._bytes += edges.nbytes
        while self._bytes > self.most:
            _, gone = self._found.popitem(last=False)
            self._bytes -= gone.nbytes


_KEPT: Final = PerFile(Kept)


def allowance(columnar: Columnar, timeout_s: float | None = None) -> Allowance:
    """The time, and the part of the session's memory, that one question may take."""
    most = min(limits.MOST_CELLS, _KEPT.of(columnar).allowed // limits.BYTES_A_CELL)
    return Allowance(timeout_s, most)


class Index:
    """The properties of a relation ``(p, s, o)``: a table or view by its name, or a SELECT.

    ``where`` chooses among its rows, and ``rows`` says in SQL which they are.
    """

    def __init__(self, columnar: Columnar, relation: str, where: str = "") -> None:
        if columnar.n_terms > _LARGEST:
            raise BeyondError("more terms than arrays of small numbers can name")
        self._columnar = columnar
        source = f"({relation}) AS facts" if " " in relation.strip() else relation
        self.rows = f"{source} WHERE {where or 'true'}"
        self._in_memory = columnar.held is not None and relation == "triples" and not where
        self._kept = _KEPT.of(columnar)

    def forward(self, predicate: int) -> Edges:
        """A property by its subjects."""
        return self._edges(predicate, turned=False)

    def backward(self, predicate: int) -> Edges:
        """A property by its objects."""
        return self._edges(predicate, turned=True)

    def _edges(self, predicate: int, *, turned: bool) -> Edges:
        key = (self.rows, predicate, turned)
        with self._kept.lock:
            found = self._kept.get(key)
            if found is None:
                found = self.forward(predicate).turned() if turned else self._fetched(predicate)
                self._kept.put(key, found)
            return found

    def _fetched(self, predicate: int) -> Edges:
        import numpy as np

        if predicate < 0:
            return Edges(np.empty(0, np.int32), np.empty(0, np.int32))
        if self._in_memory:
            assert self._columnar.held is not None
            subjects, objects = self._columnar.held.of(predicate)
            return Edges(subjects.astype(np.int32), objects.astype(np.int32))
        where = f"FROM {self.rows} AND p = {predicate}"
        if self._columnar.run(f"SELECT count(*) {where}")[0][0] * 8 > self._kept.most:
            raise BeyondError("a property that is larger than the memory for arrays")
        subjects, objects = self._columns(f"SELECT s, o {where}")
        if (subjects[1:] < subjects[:-1]).any():  # a scan may mix up what is stored in order
            subjects, objects = self._columns(f"SELECT s, o {where} ORDER BY ALL")
        return Edges(subjects, objects)

    def _columns(self, sql: str) -> tuple[Numbers, Numbers]:
        import numpy as np

        with translated(), self._columnar.connection.cursor() as cursor:
            found = cursor.execute(sql).fetchnumpy()
        subjects, objects = (column.astype(np.int32) for column in found.values())
        return subjects, objects
