"""The data as a query sees them: numbers of terms, kinds of columns, relations of graphs."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar.keeping import PerFile
from kkgraph.columnar.queries import kinds
from kkgraph.columnar.queries.columns import Column, Origin
from kkgraph.columnar.queries.forms import Term
from kkgraph.columnar.space import within

if TYPE_CHECKING:
    from kkgraph.columnar.dictionary import Group
    from kkgraph.columnar.tables import Columnar

_EVERY: Final = frozenset({("o", -1)})


@dataclass
class Facts:
    """What is known about all the data, found out once."""

    ill_typed: frozenset[int]
    unheld: bool
    not_a_number: bool


_OBJECTS: Final[PerFile[dict[int, frozenset[int]]]] = PerFile(lambda _: {})
_NUMBERS: Final[PerFile[dict[Term, int | None]]] = PerFile(lambda _: {})
_MANY: Final = 10_000
_LOOKING: Final = threading.Lock()


def _run(columnar: Columnar, sql: str) -> list[tuple[Any, ...]]:
    with columnar.connection.cursor() as cursor:
        return cursor.execute(sql).fetchall()


def _facts(columnar: Columnar) -> Facts:
    def some(rows: str) -> bool:
        return bool(_run(columnar, f"SELECT 1 FROM {rows} LIMIT 1"))

    valued = (
        (at, f"ill_typed WHERE id >= {group.lo} AND id < {group.hi}")
        for at, group in enumerate(columnar.groups)
        if kinds.kind_of_group(group) in kinds.VALUED
    )
    return Facts(
        frozenset(at for at, rows in valued if some(rows)) if some("ill_typed") else frozenset(),
        some('"values" WHERE family = 1 AND exact IS NULL'),
        some("\"values\" WHERE family IN (2, 3) AND approx = 'NaN'::DOUBLE"),
    )


_FACTS: Final = PerFile(_facts)


class Space:
    """One query's view of the data; gives numbers to terms that only the query names."""

    def __init__(self, columnar: Columnar) -> None:
        self.columnar = columnar
        self._there: dict[Term, int | None] = {}
        self._known: dict[Term, int] = {}
        self.made: dict[int, Term] = {}
        self._run_name = f"new{secrets.token_hex(8)}"
        self._fresh = 0
        self._kinds = [kinds.kind_of_group(group) for group in columnar.groups]

    def fresh(self) -> tuple[str, str]:
        """How the labels of new nodes begin, and a number in SQL, another one each time."""
        self._fresh += 1
        return self._run_name, str(self._fresh)

    def learn(self, terms: Iterable[Term]) -> None:
        """Look terms up together; what was looked up before is remembered, for some thousands."""
        wanted = [t for t in dict.fromkeys(terms) if not isinstance(t, ox.BlankNode)]
        with _LOOKING:
            known = _NUMBERS.of(self.columnar)
            if len(known) > _MANY:
                known.clear()
            fresh = [term for term in wanted if term not in known]
            known.update(zip(fresh, self.columnar.ids_of(fresh), strict=True))
            self._there.update((term, known[term]) for term in wanted)

    def number(self, term: Term) -> int:
        """The term's number; a negative one where the data lack it."""
        found = self._known.get(term)
        if found is None:
            if term not in self._there:
                self.learn([term])
            there = self._there.get(term)
            found = -2 - len(self.made) if there is None else there
            if there is None:
                self.made[found] = term
            self._known[term] = found
        return found

    def constants(self, numbers: Iterable[int]) -> frozenset[Origin]:
        """The origins of these terms; of those of one group the first number stands for all."""
        found: set[int] = set()
        for number in numbers:
            found.add(number if number < 0 else self.columnar.group_of(number).lo)
        return frozenset(("c", number) for number in found)

    @property
    def facts(self) -> Facts:
        """Which groups have ill-typed literals; whether there are long numbers, or NaN."""
        return _FACTS.of(self.columnar)

    def groups(self, column: Column) -> list[int]:
        """The groups that the terms of a column of numbers may belong to, by their places."""
        found: set[int] = set()
        for origin in _EVERY if column.origins is None else column.origins:
            found |= self._groups_of(origin)
        return sorted(found)

    def kinds(self, column: Column) -> frozenset[str]:
        """The kinds of a column's terms; ``opaque`` among them where one may be ill-typed."""
        groups = self.groups(column)
        found = {self._kinds[at] for at in groups}
        for origin in column.origins or ():
            if origin[0] == "c" and origin[1] < 0:
                found.add(kinds.kind_of(self.made[origin[1]]))
        if self.facts.ill_typed & set(groups):
            found.add("opaque")
        return frozenset(found)

    def made_in(self, column: Column) -> list[int]:
        """The numbers of the terms that the data lack and this column may hold."""
        if column.origins is None:
            return sorted(self.made)
        return sorted({n for where, n in column.origins if where == "c" and n < 0})

    def _groups_of(self, origin: Origin) -> frozenset[int]:
        where, number = origin
        if where == "o" and number >= 0:
            return self._objects(number)
        if where == "c":
            return self._group_of(number)
        wanted = {"s": kinds.NODES, "g": kinds.NODES, "p": {"iri"}}.get(where, kinds.EVERY)
        return frozenset(at for at, kind in enumerate(self._kinds) if kind in wanted)

    def _group_of(self, number: int) -> frozenset[int]:
        groups = self.columnar.groups
        return frozenset(at for at, g in enumerate(groups) if g.lo <= number < g.hi)

    def _objects(self, predicate: int) -> frozenset[int]:
        """The groups of a predicate's objects, looked up once."""
        with _LOOKING:
            known = _OBJECTS.of(self.columnar)
            if predicate not in known:
                known[predicate] = self._look_up(predicate)
            return known[predicate]

    def _look_up(self, predicate: int) -> frozenset[int]:
        cases = " ".join(
            f"WHEN o < {group.hi} THEN {at}" for at, group in enumerate(self.columnar.groups)
        )
        rows = _run(
            self.columnar, f"SELECT DISTINCT CASE {cases} END FROM triples WHERE p = {predicate}"
        )
        return frozenset(int(at) for (at,) in rows)

    def ranges(self, column: Column, wanted: Callable[[Group], bool]) -> list[tuple[int, int]]:
        """The numbers (from, up to) of some of the groups that a column may hold."""
        found: list[tuple[int, int]] = []
        for group in (self.columnar.groups[at] for at in self.groups(column)):
            if not wanted(group):
                continue
            if found and found[-1][1] == group.lo:
                found[-1] = found[-1][0], group.hi
            else:
                found.append((group.lo, group.hi))
        return found

    def among(self, sql: str, wanted: frozenset[str] | set[str], column: Column) -> str:
        """The condition that the number in ``sql`` is of one of the kinds, by its group alone."""
        places = {id(g): kind for g, kind in zip(self.columnar.groups, self._kinds, strict=True)}
        ranges = self.ranges(column, lambda group: places[id(group)] in wanted)
        made = [n for n in self.made_in(column) if kinds.kind_of(self.made[n]) in wanted]
        conditions = [within(sql, ranges)] if ranges else []
        conditions += [f"{sql} IN ({', '.join(map(str, made))})"] if made else []
        return f"({' OR '.join(conditions)})" if conditions else "false"
