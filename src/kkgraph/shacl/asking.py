"""SPARQL constraints run on Oxigraph over the validated data, many nodes at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.shacl.forms import Custom, Shape, Sparql
from kkgraph.shacl.paths import Predicate
from kkgraph.shacl.queries import COLUMN, ROW, TABLE, batch_form, failed, needs_single_runs
from kkgraph.shacl.terms import Term

SHAPES: Final = "urn:kkgraph:shapes-graph"
Rows = list[tuple[Term, Term | None]]


@dataclass(frozen=True, slots=True)
class Solution:
    """One solution of a constraint's query: a violation of the focus node."""

    focus: Term
    value: Term | None
    path: Predicate | None
    bindings: tuple[tuple[str, Term], ...]


class Asker:
    """Runs queries with their bindings over data that are loaded when a query may read them.

    ``data`` gives the quads that a query may read, but none that it gave for another one.
    Oxigraph's store writes some literals in another form ("007" as "7"). What a query returns is
    given back as the data have it, unless the data have several forms of one value.
    """

    def __init__(
        self, data: Callable[[str], Iterable[ox.Quad]], shapes_graph: Iterable[ox.Quad]
    ) -> None:
        self._data = data
        self._shapes_graph = shapes_graph
        self._engine: ox.Store | None = None
        self._originals: dict[ox.Literal, set[ox.Literal]] = {}

    def solutions(
        self, shape: Shape, constraint: Sparql | Custom, rows: Sequence[tuple[Term, Term]]
    ) -> list[Solution]:
        """The violations among (focus, value) rows; for a SELECT the value is ignored.

        Raises ``ShapeError`` bad-shape where the engine refuses the query.
        """
        ask = isinstance(constraint, Custom) and constraint.kind == "ask"
        query = constraint.query if isinstance(constraint, Custom) else constraint.select
        if not query or not rows:
            return []
        engine = self._loaded(query)
        constants = self._constants(shape, constraint)
        wanted = rows if ask else [(focus, focus) for focus in dict.fromkeys(f for f, _ in rows)]
        columns = ("this", *(("value",) if ask else ()), *constants)
        text = batch_form(query, columns)
        groups = [[n] for n in range(len(wanted))] if needs_single_runs(query) else None
        found: list[tuple[int, dict[str, Term]]] = []
        for group in groups or [list(range(len(wanted)))]:
            found += self._run(engine, text, wanted, group, ask, constants, constraint)
        if ask:
            holds = {number for number, _ in found}
            missed = (n for n in range(len(wanted)) if n not in holds)
            return [Solution(*wanted[n], None, ()) for n in missed]
        return [self._solution(shape, wanted[n][0], values) for n, values in found]

    def _constants(self, shape: Shape, constraint: Sparql | Custom) -> dict[str, Term]:
        fixed: dict[str, Term] = dict(getattr(constraint, "bindings", ()))
        return fixed | {"currentShape": shape.id, "shapesGraph": ox.NamedNode(SHAPES)}

    def _run(  # noqa: PLR0913, PLR0917 - one call, named nowhere else
        self,
        engine: ox.Store,
        text: str,
        rows: Sequence[tuple[Term, Term]],
        numbers: list[int],
        ask: bool,
        constants: dict[str, Term],
        constraint: Sparql | Custom,
    ) -> list[tuple[int, dict[str, Term]]]:
        graph = ox.NamedNode(TABLE)
        engine.remove_graph(graph)
        names = {n: ox.NamedNode(COLUMN + n) for n in ("this", "value", *constants)}
        engine.bulk_extend(
            ox.Quad(ox.NamedNode(f"urn:kkgraph:row:{n}"), names[name], term, graph)
            for n in numbers
            for name, term in self._cells(rows[n], ask, constants)
        )
        where = constraint.node if isinstance(constraint, Sparql) else ox.NamedNode(constraint.iri)
        out = []
        try:
            answer: Any = engine.query(text)
            variables = [v.value for v in answer.variables]
            for solution in answer:
                values = dict(zip(variables, solution, strict=True))
                row = values.pop(ROW)
                number = int(row.value.rpartition(":")[2])
                out.append((number, {k: v for k, v in values.items() if v is not None}))
        except (SyntaxError, ValueError, RuntimeError, OSError) as error:
            raise failed(error, where) from error
        return out

    def _cells(
        self, row: tuple[Term, Term], ask: bool, constants: dict[str, Term]
    ) -> Iterable[tuple[str, Term]]:
        yield "this", row[0]
        if ask:
            yield "value", row[1]
        yield from constants.items()

    def _solution(self, shape: Shape, focus: Term, values: dict[str, Term]) -> Solution:
        values = {k: self._original(v) for k, v in values.items()}
        value = values.get("value", focus if shape.path is None else None)
        path = values.get("path")
        route = Predicate(path.value) if isinstance(path, ox.NamedNode) else None
        pairs = tuple((k, v) for k, v in values.items() if k not in ("this",))
        return Solution(focus, value, route, pairs)

    def _original(self, term: Term) -> Term:
        forms = self._originals.get(term, set()) if isinstance(term, ox.Literal) else set()
        return next(iter(forms)) if len(forms) == 1 else term

    def _loaded(self, query: str) -> ox.Store:
        """The engine, once it has what the query may read."""
        if self._engine is None:
            self._engine = ox.Store()
            graph = ox.NamedNode(SHAPES)
            self._engine.bulk_extend(
                ox.Quad(q.subject, q.predicate, q.object, graph) for q in self._shapes_graph
            )
        quads = [ox.Quad(q.subject, q.predicate, q.object) for q in self._data(query)]
        self._engine.bulk_extend(quads)
        self._remember(quads)
        return self._engine

    def _remember(self, quads: list[ox.Quad]) -> None:
        """Note which literals the store writes otherwise than the data do."""
        typed = {
            q.object
            for q in quads
            if isinstance(q.object, ox.Literal) and q.object.datatype.value != _STRING
        }
        literals = [t for t in typed if t.language is None]
        if not literals:
            return
        scratch = ox.Store()
        at = ox.NamedNode("urn:kkgraph:at")
        scratch.bulk_extend(
            ox.Quad(ox.NamedNode(f"urn:kkgraph:{number}"), at, literal)
            for number, literal in enumerate(literals)
        )
        for quad in scratch:
            original = literals[int(quad.subject.value.rpartition(":")[2])]
            self._originals.setdefault(quad.object, set()).add(original)


_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
