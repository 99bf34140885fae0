"""Patterns solved on arrays: joins, what may be there, what mustn't, groups and choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.queries import conjuncts
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.duplicates import without_duplicates
from kkgraph.columnar.queries.scopes import mentioned, used, visible
from kkgraph.columnar.solving.aggregates import groups_of
from kkgraph.columnar.solving.arranging import ordered, with_keys
from kkgraph.columnar.solving.conditions import extended, kept
from kkgraph.columnar.solving.index import Index
from kkgraph.columnar.solving.joining import Atom, Joining, Wanted
from kkgraph.columnar.solving.limits import Allowance, BeyondError
from kkgraph.columnar.solving.matching import Pattern, agreeing
from kkgraph.columnar.solving.solutions import Column, Solutions, concatenated, distinct
from kkgraph.columnar.solving.terms import Terms
from kkgraph.columnar.solving.walks import Walk

if TYPE_CHECKING:
    from kkgraph.columnar.queries import Dataset
    from kkgraph.columnar.queries.space import Space

_ROW: Final = ".row"


class Solver:
    """Solves the patterns of one query over one dataset."""

    def __init__(
        self, space: Space, dataset: Dataset, allowed: Allowance, terms: Terms | None = None
    ) -> None:
        self._space = space
        self._dataset = dataset
        self._allowed = allowed
        self.terms = terms or Terms(space)

    def solutions(self, pattern: f.Pattern, wanted: Wanted) -> Solutions:
        """The solutions of a pattern; raises ``BeyondError``, and ``StoreError`` timeout."""
        self._allowed.check()
        solve: Callable[[Solver, Any, Wanted], Solutions] | None = _SOLVE.get(type(pattern))
        if solve is None:
            raise BeyondError("a variable graph")
        return solve(self, pattern, wanted)

    def _index(self, graph: f.Node | None) -> Index:
        columnar = self._space.columnar
        if graph is None:
            return Index(columnar, self._dataset.default)
        if isinstance(graph, f.Variable):
            raise BeyondError("a variable graph")
        where = f"g = {self._space.number(graph.term)}"
        return Index(columnar, self._dataset.named, where)

    def _joined(self, pattern: f.Pattern, wanted: Wanted) -> Solutions:
        return self.group(pattern, wanted, None)

    def group(self, pattern: f.Pattern, wanted: Wanted, seed: Solutions | None) -> Solutions:
        """The solutions of what is joined in a group, added to those of ``seed``."""
        atoms: list[Atom] = []
        conditions: list[f.Expression] = []
        self._collect(pattern, wanted, atoms, conditions)
        return Joining(self._keep, wanted, self._allowed).solved(atoms, conditions, seed)

    def _keep(self, condition: f.Expression, solutions: Solutions) -> Solutions:
        return kept(condition, solutions, self.terms)

    def _collect(
        self,
        pattern: f.Pattern,
        wanted: Wanted,
        atoms: list[Atom],
        conditions: list[f.Expression],
    ) -> None:
        """Take a group apart: what may be joined in any order, and what must hold."""
        match pattern:
            case f.Triples(triples, graph):
                index = self._index(graph)
                atoms += [Pattern(index, triple, self._space.number) for triple in triples]
            case f.Walk():
                atoms.append(Walk(self._index(pattern.graph), pattern, self._space.number))
            case f.Join(left, right):
                for side, other in ((left, right), (right, left)):
                    self._collect(side, wanted.also(mentioned(other)), atoms, conditions)
            case f.Filter(condition, inner) if _is_free(condition, inner):
                parts = conjuncts.of(condition)
                self._collect(inner, wanted.also(used(condition)), atoms, conditions)
                conditions += parts
            case _:
                atoms.append(self.solutions(pattern, wanted))

    def _filter(self, pattern: f.Filter, wanted: Wanted) -> Solutions:
        """The solutions under conditions, of which some ask whether a pattern has solutions."""
        if _is_free(pattern.condition, pattern.pattern):
            return self._joined(pattern, wanted)
        found = self.solutions(pattern.pattern, wanted.also(used(pattern.condition)))
        for part in conjuncts.of(pattern.condition):
            absent = isinstance(part, f.Call) and part.name == "!"
            asked = part.arguments[0] if isinstance(part, f.Call) and absent else part
            if isinstance(asked, f.Exists):
                found = self._existing(found, asked.pattern, wanted_there=not absent)
            else:
                found = self._keep(part, found)
        return found

    def _existing(self, known: Solutions, pattern: f.Pattern, *, wanted_there: bool) -> Solutions:
        """The solutions that fit one of a pattern's, or none of them."""
        import numpy as np

        shared = sorted(visible(pattern) & set(known.columns))
        if mentioned(pattern) & set(known.columns) != set(shared) or not _is_plain(pattern):
            raise BeyondError("EXISTS that reads an outer variable in other ways")
        seed = distinct(known.only(shared))
        found = self.group(pattern, Wanted(frozenset(shared), once=True), seed)
        if not shared:
            there = np.full(known.size, found.size > 0)
        else:
            there = agreeing(known, found, shared)
        return known.take(there if wanted_there else ~there)

    def _optional(self, pattern: f.Optional, wanted: Wanted) -> Solutions:
        """The left solutions, each with what the right side adds, or alone."""
        import numpy as np

        right, condition = pattern.right, pattern.condition
        conditions = [] if condition is None else conjuncts.of(condition)
        about = {name for condition in conditions for name in used(condition)}
        if not about <= visible(pattern.left) | visible(right):
            raise BeyondError("OPTIONAL under a condition about what is unbound")
        left = self.solutions(pattern.left, wanted.also(mentioned(right) | about))
        rows = Column(np.arange(left.size, dtype=np.int32), computed=True)
        inner, atoms = wanted.also({_ROW}), list[Atom]()
        self._collect(right, inner.also(mentioned(right) | about), atoms, conditions)
        joining = Joining(self._keep, inner, self._allowed)
        found = joining.solved(atoms, conditions, left.adding(_ROW, rows))
        alone = np.ones(left.size, bool)
        alone[found.columns[_ROW].values] = False
        names = [n for n in (wanted.names or {*left.columns, *visible(right)}) if n != _ROW]
        return concatenated([found.only(names), left.take(alone).only(names)])

    def _minus(self, pattern: f.Minus, wanted: Wanted) -> Solutions:
        """The left solutions that agree with no right one."""
        shared = sorted(visible(pattern.left) & visible(pattern.right))
        left = self.solutions(pattern.left, wanted.also(set(shared)))
        shared = [name for name in shared if name in left.columns]
        if not shared or not left.size:
            return left
        right = self.solutions(pattern.right, Wanted(frozenset(shared), once=True))
        if not right.size:
            return left
        if any(name not in right.columns for name in shared):
            raise BeyondError("MINUS of what may be unbound")
        return left.take(~agreeing(left, right, shared))

    def _union(self, pattern: f.Union, wanted: Wanted) -> Solutions:
        return concatenated(
            [self.solutions(side, wanted) for side in (pattern.left, pattern.right)]
        )

    def _table(self, pattern: f.Table, wanted: Wanted) -> Solutions:
        """The solutions that the query holds."""
        columns = {
            name: self.terms.numbers([row[at] for row in pattern.rows])
            for at, name in enumerate(pattern.names)
        }
        return Solutions.of(columns, len(pattern.rows))

    def _extend(self, pattern: f.Extend, wanted: Wanted) -> Solutions:
        """The solutions with one variable more."""
        found = self.solutions(pattern.pattern, wanted.also(used(pattern.expression)))
        return extended(found, pattern.name, pattern.expression, self.terms)

    def _groups(self, pattern: f.Group, wanted: Wanted) -> Solutions:
        """One solution for each group; what compares keys is asked once for each group."""
        inner = pattern.pattern
        if isinstance(inner, f.Filter) and pattern.keys:
            before, after = conjuncts.about_groups(inner.condition, set(pattern.keys))
            if after is not None:
                inner = inner.pattern if before is None else f.Filter(before, inner.pattern)
                found = self._groups(replace(pattern, pattern=inner), wanted)
                return self._keep(after, found)
        pattern = _counting_all(without_duplicates(pattern))
        inner = pattern.pattern
        names = set(pattern.keys or ())
        for aggregate in pattern.aggregates:
            names |= set() if aggregate.argument is None else used(aggregate.argument)
        once = all(
            a.argument is not None and (a.distinct or a.function == "SAMPLE")
            for a in pattern.aggregates
        )
        found = self.solutions(inner, Wanted(frozenset(names), once))
        self._allowed.check()
        return groups_of(pattern, found, self.terms)

    def _choice(self, pattern: f.Pattern, wanted: Wanted) -> Solutions:
        """A query's or sub-select's solutions: chosen, each once, in order, some of them."""
        start, length = 0, None
        if isinstance(pattern, f.Slice):
            start, length, pattern = pattern.start, pattern.length, pattern.pattern
            wanted = Wanted(wanted.names)
        return self.arranged(pattern, wanted, start, length)

    def arranged(
        self, pattern: f.Pattern, wanted: Wanted, start: int, length: int | None
    ) -> Solutions:
        """The solutions from place ``start``, at most ``length`` of them (None: all)."""
        import numpy as np

        once = isinstance(pattern, f.Distinct)
        pattern = pattern.pattern if isinstance(pattern, f.Distinct) else pattern
        names: list[str] | None = None
        if isinstance(pattern, f.Project):
            names, pattern = list(pattern.names), pattern.pattern
        keys: tuple[f.Key, ...] = ()
        if isinstance(pattern, f.Order):
            keys, pattern = pattern.keys, pattern.pattern
        about = {name for key in keys for name in used(key.expression)}
        if once and names is not None and about - set(names):
            raise BeyondError("DISTINCT in the order of what is not selected")
        inner = Wanted(
            wanted.names if names is None else frozenset(names), once or wanted.once
        ).also(about)
        found = self.solutions(pattern, inner)
        chosen = list(found.columns) if names is None else names
        if once:
            found = distinct(found.only(chosen))
        else:
            found, keys = with_keys(found, keys, self.terms)
        places = ordered(found, keys, chosen, self.terms)
        if places is None:
            places = np.arange(found.size)
        end = None if length is None else start + length
        cut = start or (end is not None and end < found.size)
        if not keys and not cut:
            return found.only(chosen)
        return found.only(chosen).take(places[start:end])


def _counting_all(group: f.Group) -> f.Group:
    """The same group; what counts a variable that is always bound counts solutions."""
    bound = conjuncts.certain(group.pattern)
    aggregates = tuple(
        replace(a, argument=None)
        if a.function == "COUNT"
        and not a.distinct
        and isinstance(a.argument, f.Variable)
        and a.argument.name in bound
        else a
        for a in group.aggregates
    )
    return replace(group, aggregates=aggregates)


def _is_free(condition: f.Expression, inner: f.Pattern) -> bool:
    """True for a condition that may be asked as soon as its variables are bound."""
    asks = any(_asks(part) for part in conjuncts.of(condition))
    return not asks and used(condition) <= conjuncts.certain(inner)


def _asks(expression: f.Expression) -> bool:
    """Whether an expression asks about a pattern."""
    if isinstance(expression, f.Call):
        return any(_asks(argument) for argument in expression.arguments)
    return isinstance(expression, f.Exists)


def _is_plain(pattern: f.Pattern) -> bool:
    """True for triples, paths and conditions about them, which can be solved from any start."""
    match pattern:
        case f.Triples() | f.Walk():
            return True
        case f.Join(left, right):
            return _is_plain(left) and _is_plain(right)
        case f.Filter(condition, inner):
            return _is_free(condition, inner) and _is_plain(inner)
    return False


_SOLVE: Final[dict[type, Callable[[Solver, Any, Wanted], Solutions]]] = {
    f.Triples: Solver._joined,
    f.Walk: Solver._joined,
    f.Join: Solver._joined,
    f.Filter: Solver._filter,
    f.Optional: Solver._optional,
    f.Union: Solver._union,
    f.Minus: Solver._minus,
    f.Table: Solver._table,
    f.Extend: Solver._extend,
    f.Group: Solver._groups,
    f.Project: Solver._choice,
    f.Distinct: Solver._choice,
    f.Order: Solver._choice,
    f.Slice: Solver._choice,
}
