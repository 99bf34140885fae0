"""SPARQL constraints over loaded data, on arrays or on Oxigraph: violations as rows of a table."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar.plan import Plan
from kkgraph.columnar.solving import BeyondError
from kkgraph.columnar.solving.constraints import THIS, Facts
from kkgraph.columnar.space import Space
from kkgraph.errors import QuestionError
from kkgraph.shacl.asking import Asker, Solution
from kkgraph.shacl.forms import Custom, Schema, Shape, Sparql
from kkgraph.shacl.queries import predicates_of
from kkgraph.shacl.terms import Term

if TYPE_CHECKING:
    from kkgraph.shacl.forms import Constraint

Bindings = tuple[tuple[str, Term], ...]
_PREBOUND: Final = frozenset({"shapesGraph", "currentShape"})


class Questions:
    """Answers the SPARQL constraints of one validation: plain ones on arrays.

    For the others data go to Oxigraph, those of the properties that a query names, when it is
    asked; all of them for a query that names none (a variable, ``*`` of everything).
    """

    def __init__(self, space: Space, schema: Schema, plan: Plan) -> None:
        self._space = space
        self._plan = plan
        self.schema = schema
        self._lock = threading.Lock()
        self._given: frozenset[str] | None = frozenset()
        self._asker = Asker(self._quads, schema.quads)
        self._found: dict[tuple[int, int, int | None], Bindings] = {}
        self._facts = Facts(space)

    def rows(
        self, shape: Shape, constraint: Constraint, number: int, focus: str, values: str
    ) -> str:
        """A SELECT of the violations (f, v, p) that the constraint's query finds.

        One query at a time: the table of bindings is one, and so is the engine.
        """
        with self._lock:
            return self._rows(shape, constraint, number, focus, values)

    def _rows(
        self, shape: Shape, constraint: Constraint, number: int, focus: str, values: str
    ) -> str:
        assert isinstance(constraint, Sparql | Custom)
        ask = isinstance(constraint, Custom) and constraint.kind == "ask"
        if isinstance(constraint, Sparql):
            found = self._on_arrays(shape, constraint, number, focus)
            if found is not None:
                title = f"what the query of {shape.name} finds, on arrays"
                return f"SELECT f, v, p FROM {self._plan.given('asked', title, found)}"
        sql = f"SELECT f, v FROM {values}" if ask else f"SELECT f, f FROM {focus}"
        pairs = self._space.run(sql)
        terms = self._space.terms([n for pair in pairs for n in pair])
        rows = list(zip(terms[::2], terms[1::2], strict=True))
        numbers = {t: n for n, t in zip((n for pair in pairs for n in pair), terms, strict=True)}
        solutions = self._asker.solutions(shape, constraint, rows)
        self._number(solutions, numbers)
        found = [self._row(number, s, numbers) for s in solutions]
        title = f"what the query of {shape.name} finds, on Oxigraph"
        return f"SELECT f, v, p FROM {self._plan.given('asked', title, found)}"

    def _on_arrays(
        self, shape: Shape, constraint: Sparql, number: int, focus: str
    ) -> list[tuple[int, int | None, int | None]] | None:
        """The violations that a plain query finds; None for what arrays don't answer."""
        from kkgraph.columnar.queries.reading import read
        from kkgraph.columnar.queries.scopes import mentioned
        from kkgraph.columnar.queries.uncovered import UncoveredError

        try:
            query = read(constraint.select)
            if not _PREBOUND.isdisjoint(mentioned(query.pattern)):
                return None
            nodes = [f for (f,) in self._space.run(f"SELECT DISTINCT f FROM {focus}")]
            solutions = self._facts.rows(query, nodes) if nodes else []
        except (BeyondError, UncoveredError, QuestionError, MemoryError):
            return None
        used = sorted({n for solution in solutions for n in solution.values()})
        terms = dict(zip(used, self._facts.terms(used), strict=True))
        fresh = [n for n in used if n < 0]
        numbers = dict(zip(fresh, self._space.add_terms(terms[n] for n in fresh), strict=True))
        rows: list[tuple[int, int | None, int | None]] = []
        for solution in solutions:
            named = tuple((name, terms[n]) for name, n in solution.items() if name != THIS)
            whole = {name: numbers.get(n, n) for name, n in solution.items()}
            f = whole[THIS]
            v = whole.get("value", f if shape.path is None else None)
            if named:
                self._found[number, f, v] = named
            is_path = "path" in solution and isinstance(terms[solution["path"]], ox.NamedNode)
            rows.append((f, v, whole["path"] if is_path else None))
        return rows

    def _number(self, solutions: list[Solution], numbers: dict[Term, int]) -> None:
        """Give numbers to the terms that only the solutions name."""
        named = [s.value for s in solutions if s.value is not None]
        named += [ox.NamedNode(s.path.iri) for s in solutions if s.path is not None]
        fresh = [t for t in dict.fromkeys(named) if t not in numbers]
        numbers.update(zip(fresh, self._space.add_terms(fresh), strict=True))

    def _row(
        self, number: int, solution: Solution, numbers: dict[Term, int]
    ) -> tuple[int, int | None, int | None]:
        f = numbers[solution.focus]
        v = None if solution.value is None else numbers[solution.value]
        p = None if solution.path is None else numbers[ox.NamedNode(solution.path.iri)]
        if solution.bindings:
            self._found[number, f, v] = solution.bindings
        return f, v, p

    def bindings(self, number: int, focus: int, value: int | None) -> Bindings:
        """The variables of the solution behind a violation, for its message."""
        return self._found.get((number, focus, value), ())

    def _quads(self, query: str) -> Iterator[ox.Quad]:
        """The quads that a query may read, but those of properties that another one named."""
        if self._given is None:
            return
        named = predicates_of(query)
        fresh, old = (self._given, True) if named is None else (named - self._given, False)
        found = self._space.ids([ox.NamedNode(p) for p in sorted(fresh)])
        numbers = ", ".join(str(n) for n in found if n is not None) or "-1"
        where = f"p {'NOT IN' if old else 'IN'} ({numbers})"
        for batch in self._space.batches(f"SELECT s, p, o FROM facts WHERE {where}"):
            used = sorted({n for row in batch for n in row})
            terms: dict[int, Any] = dict(zip(used, self._space.terms(used), strict=True))
            for s, p, o in batch:
                yield ox.Quad(terms[s], terms[p], terms[o])
        self._given = None if named is None else self._given | named
