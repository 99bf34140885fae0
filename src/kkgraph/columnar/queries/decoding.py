"""Rows of an answer as terms: each distinct number is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar.queries.columns import XSD, Column, Form
from kkgraph.columnar.queries.running import Running
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.writing import unwritten

if TYPE_CHECKING:
    import pyarrow as pa


class Decoder:
    """Makes terms of columns."""

    def __init__(self, space: Space, running: Running) -> None:
        self._space = space
        self._running = running

    def columns(self, table: pa.Table, columns: Sequence[Column]) -> list[list[Any]]:
        """The terms of each column, None for unbound."""
        terms = self._terms(table, columns)
        found = []
        for at, column in enumerate(columns):
            values = table.column(at).to_pylist()
            if column.form is Form.NUMBER:
                found.append([terms.get(value) for value in values])
            else:
                make = unwritten if column.form is Form.WRITTEN else _MAKE[column.kind]
                found.append([None if value is None else make(value) for value in values])
        return found

    def _terms(self, table: pa.Table, columns: Sequence[Column]) -> dict[int, Any]:
        import pyarrow.compute as pc

        numbers: set[int | None] = set()
        for at, column in enumerate(columns):
            if column.form is Form.NUMBER:
                numbers.update(pc.unique(table.column(at)).to_pylist())
        known = sorted(number for number in numbers if number is not None and number >= 0)
        terms = self._looked_up(known)
        return terms | {n: term for n, term in self._space.made.items() if n in numbers}

    def _looked_up(self, numbers: list[int]) -> dict[int, Any]:
        columnar = self._space.columnar
        return dict(zip(numbers, columnar.terms_of(numbers), strict=True)) if numbers else {}


def _typed(kind: str, form: Callable[[Any], str]) -> Callable[[Any], ox.Literal]:
    datatype = ox.NamedNode(XSD + kind)
    return lambda value: ox.Literal(form(value), datatype=datatype)


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


_MAKE: Final[dict[str, Callable[[Any], Any]]] = {
    "boolean": _typed("boolean", lambda value: "true" if value else "false"),
    "integer": _typed("integer", str),
    "decimal": _typed("decimal", _decimal),
    "double": lambda value: ox.Literal(float(value)),
    "string": ox.Literal,
    "iri": ox.NamedNode,
}
