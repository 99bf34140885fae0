"""Queries of SPARQL constraints, solved on arrays from the nodes that they are asked about.

Only plain ones: triples and paths that all hold, conditions on what they bind, and patterns that
must or mustn't be there, under DISTINCT or not. For these it is the same whether ``$this`` has its
value from the start, as SHACL has it, or is joined with the nodes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kkgraph.columnar.queries import conjuncts
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.scopes import patterns_in, used
from kkgraph.columnar.solving import coverage
from kkgraph.columnar.solving.conditions import extended
from kkgraph.columnar.solving.limits import BeyondError
from kkgraph.columnar.solving.terms import Terms

if TYPE_CHECKING:
    import numpy as np

    from kkgraph.columnar import space as validation
    from kkgraph.columnar.solving.solutions import Solutions

    Numbers = np.ndarray[Any, np.dtype[Any]]

THIS = "this"


class Facts:
    """The triples of a validation, as long as they stay the same: a view ``facts(p, s, o)``.

    Terms that only a query names have negative numbers; ``made`` has them.
    """

    def __init__(self, space: validation.Space) -> None:
        self.columnar = space.columnar
        self.made: dict[int, f.Term] = {}
        self._space = space
        self._numbers: dict[f.Term, int] = {}
        token = secrets.token_hex(8)  # arrays are kept by the words that they were asked with
        self._relation = f"SELECT p, s, o FROM facts WHERE '{token}' <> ''"

    def learn(self, terms: Iterable[f.Term]) -> None:
        """Look terms up together."""
        self._space.ids(list(terms))

    def number(self, term: f.Term) -> int:
        """The number of a term; a negative one where the facts lack it."""
        found = self._space.ids([term])[0]
        if found is not None:
            return found
        number = self._numbers.setdefault(term, -2 - len(self.made))
        self.made[number] = term
        return number

    def terms(self, numbers: Sequence[int]) -> list[f.Term]:
        """The terms of numbers."""
        known = iter(self._space.terms([n for n in numbers if n >= 0]))
        return [self.made[n] if n < 0 else next(known) for n in numbers]

    def rows(self, query: f.Query, nodes: Sequence[int]) -> list[dict[str, int]]:
        """The solutions of a query about some nodes: the numbers of its variables' terms.

        Raises ``BeyondError`` for a query, or for data, that are not for arrays.
        """
        import numpy as np

        from kkgraph.columnar.queries import Dataset
        from kkgraph.columnar.solving.index import allowance
        from kkgraph.columnar.solving.joining import Wanted
        from kkgraph.columnar.solving.solutions import Solutions, distinct
        from kkgraph.columnar.solving.solver import Solver

        if self.columnar.elsewhere:
            raise BeyondError("data of which this process has no tables")
        pattern, made, once = _plain(query)
        terms = _FactTerms(self)
        solver = Solver(self, Dataset(self._relation, ""), allowance(self.columnar), terms)  # type: ignore[arg-type]
        seed = Solutions.of({THIS: np.array(sorted(set(nodes)), np.int32)}, len(set(nodes)))
        names = {THIS, *query.names}.union(*(used(step.expression) for step in made))
        found = solver.group(pattern, Wanted(frozenset(names), once), seed)
        for step in made:
            found = extended(found, step.name, step.expression, terms)
        found = found.only(dict.fromkeys((THIS, *query.names)))
        return _rows(distinct(found) if once else found)


def _rows(found: Solutions) -> list[dict[str, int]]:
    columns: list[list[Any]] = [found.numbers(name).tolist() for name in found.columns]
    return [dict(zip(found.columns, row, strict=True)) for row in zip(*columns, strict=True)]


class _FactTerms(Terms):
    """Terms of the data, of what is looked up beside them, and those that a query names."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)  # type: ignore[arg-type]
        self._facts = facts
        self._end = facts.columnar.n_terms

    def of(self, numbers: Numbers) -> list[Any]:
        import numpy as np

        beside = numbers >= self._end
        if not beside.any():
            return super().of(numbers)
        found = np.empty(len(numbers), object)
        found[~beside] = super().of(numbers[~beside])
        found[beside] = self._facts.terms(numbers[beside].tolist())
        terms: list[Any] = found.tolist()
        return terms

    def places(self, numbers: Numbers) -> Numbers:
        """As in ``Terms``; of a term that the data lack the number itself, which no place has."""
        import numpy as np

        found = super().places(numbers)
        return np.where(numbers >= self._end, numbers, found)

    def kind(self, place: int) -> str:
        if place >= self._end:
            return k.kind_of(self._facts.terms([place])[0])
        return super().kind(place)


def _plain(query: f.Query) -> tuple[f.Pattern, list[f.Extend], bool]:
    """What must hold, what is named anew after that, and whether each solution counts once."""
    pattern = query.pattern
    once = isinstance(pattern, f.Distinct)
    while isinstance(pattern, f.Distinct | f.Project):
        pattern = pattern.pattern
    made: list[f.Extend] = []
    while isinstance(pattern, f.Extend) and isinstance(pattern.expression, f.Variable | f.Constant):
        made.insert(0, pattern)
        pattern = pattern.pattern
    if query.kind != "SELECT" or query.graphs is not None or not _is_plain(pattern):
        raise BeyondError("a query that is more than triples, paths and conditions")
    if (reason := coverage.lacking(query)) is not None:
        raise BeyondError(reason)
    return pattern, made, once


def _is_plain(pattern: f.Pattern) -> bool:
    match pattern:
        case f.Triples() | f.Walk():
            return pattern.graph is None
        case f.Join(left, right):
            return _is_plain(left) and _is_plain(right)
        case f.Filter(condition, inner):
            known = conjuncts.certain(inner)
            parts = conjuncts.of(condition)
            return _is_plain(inner) and all(_is_plain_condition(part, known) for part in parts)
    return False


def _is_plain_condition(part: f.Expression, known: set[str]) -> bool:
    """True for a condition on what is surely bound, and for what must or mustn't be there."""
    asked = part.arguments[0] if isinstance(part, f.Call) and part.name == "!" else part
    if isinstance(asked, f.Exists):
        return _is_plain(asked.pattern)
    return not any(patterns_in(part)) and used(part) <= known
