"""What the quick lane reads: properties as sorted columns, classes and literals as flags.

A flag array has one entry for each identifier. The columns are those of tables, fetched once, or
those of data that are held in memory (``kkgraph.columnar.held``).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from kkgraph import xsd
from kkgraph.columnar import literals
from kkgraph.columnar.amounts import LARGEST, Amounts
from kkgraph.columnar.space import Space
from kkgraph.names import PREFIXES, RDF_TYPE

if TYPE_CHECKING:
    import numpy as np

    from kkgraph.columnar.held import Held

    Numbers = np.ndarray[Any, np.dtype[Any]]

_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
_AT_ONCE: Final = 4_000_000
_SORTED: Final = "SELECT s, o FROM triples"
_AMOUNTS: Final = f"""
SELECT id, approx, coalesce(family = {int(xsd.Family.EXACT)} AND exact IS NOT NULL, false) AS known,
  coalesce(exact BETWEEN -{LARGEST} AND {LARGEST} AND exact = trunc(exact), false) AS whole
FROM typed WHERE id < {{}}
"""


class Columns(Protocol):
    """The data as the quick lane reads them."""

    def of(self, predicate: int) -> tuple[Numbers, Numbers]:
        """The subjects and objects of a property, sorted."""
        ...

    def instances(self, iri: str) -> Numbers:
        """For each identifier whether it is an instance of a class, or of one below it."""
        ...

    def broken(self, datatype: str) -> Numbers:
        """For each identifier of a literal of this datatype, whether it is ill-typed."""
        ...

    def amounts(self) -> Amounts:
        """The literals as numbers."""
        ...


class TableColumns:
    """Columns fetched from tables; ``instances`` gives the table of a class's instances."""

    def __init__(self, space: Space, instances: Callable[[str], str]) -> None:
        self._space = space
        self._instances = instances
        self._size = space.columnar.n_terms
        self._tables: dict[str, tuple[Numbers, Numbers] | None] = {}
        self._columns: dict[int, tuple[Numbers, Numbers]] = {}
        self._amounts: Amounts | None = None
        self._lock = threading.Lock()

    def table(self, name: str) -> tuple[Numbers, Numbers] | None:
        """The identifiers of a table of nodes, and for each identifier whether it is one.

        None where some of the nodes aren't in the data.
        """
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

    def instances(self, iri: str) -> Numbers:
        """For each identifier whether it is an instance of a class, or of one below it."""
        return self._member(self._instances(iri))

    def broken(self, datatype: str) -> Numbers:
        """For each identifier whether it is an ill-typed literal, of whatever datatype."""
        return self._member("broken")

    def _member(self, table: str) -> Numbers:
        """For each identifier of the data whether it is in a table, which may have others too."""
        import numpy as np

        found = self.table(table)
        if found is not None:
            return found[1]
        (ids,) = self._space.columns(f"FROM {table}")
        member = np.zeros(self._size, bool)
        member[ids[ids < self._size]] = True
        return member

    def amounts(self) -> Amounts:
        """The literals as numbers."""
        with self._lock:
            if self._amounts is None:
                columns = self._space.columns(_AMOUNTS.format(self._size))
                self._amounts = Amounts(self._size, *columns)
        return self._amounts

    def of(self, predicate: int) -> tuple[Numbers, Numbers]:
        """The subjects and objects of a property, sorted."""
        import numpy as np

        if predicate not in self._columns:
            if self._space.columnar.n_triples <= _AT_ONCE and not self._columns:
                self._fetch_all()
            else:
                nodes, values = self._space.columns(f"{_SORTED} WHERE p = {predicate}")
                self._columns[predicate] = self._sorted(predicate, nodes, values)
        nothing = np.empty(0, np.int64)
        return self._columns.get(predicate, (nothing, nothing))

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


class HeldColumns:
    """Columns of data that are held in memory."""

    def __init__(self, space: Space, held: Held) -> None:
        self._space = space
        self._held = held
        self._size = space.columnar.n_terms
        self._instances: dict[str, Numbers] = {}
        self._broken: dict[str, Numbers] = {}
        self._amounts: Amounts | None = None

    def of(self, predicate: int) -> tuple[Numbers, Numbers]:
        """The subjects and objects of a property, sorted."""
        return self._held.of(predicate)

    def instances(self, iri: str) -> Numbers:
        """For each identifier whether it is an instance of a class, or of one below it."""
        import numpy as np

        if iri not in self._instances:
            nodes, classes = self._named(RDF_TYPE)
            member = self._instances[iri] = np.zeros(self._size, bool)
            member[nodes[self._below(iri)[classes]]] = True
        return self._instances[iri]

    def _below(self, iri: str) -> Numbers:
        """For each identifier whether it is a class or stands below it."""
        import numpy as np

        found = np.zeros(self._size, bool)
        top = self._space.iri(iri)
        if top is None or top >= self._size:  # it may be a term of a query, and of no data
            return found
        found[top] = True
        lower, upper = self._named(_SUBCLASS)
        count = 0
        while count < (count := int(np.count_nonzero(found))):
            found[lower[found[upper]]] = True
        return found

    def _named(self, iri: str) -> tuple[Numbers, Numbers]:
        number = self._space.iri(iri)
        return self.of(-1 if number is None else number)

    def broken(self, datatype: str) -> Numbers:
        """For each identifier of a literal of this datatype, whether it is ill-typed."""
        import numpy as np

        if datatype not in self._broken:
            found = self._broken[datatype] = np.zeros(self._size, bool)
            for group, forms in zip(self._held.groups, self._held.forms, strict=True):
                if group.kind == "literal" and group.datatype == datatype:
                    found[group.lo : group.hi] = literals.ill_typed(group, forms)
        return self._broken[datatype]

    def amounts(self) -> Amounts:
        """The literals as numbers."""
        if self._amounts is None:
            self._amounts = literals.amounts(self._held)
        return self._amounts
