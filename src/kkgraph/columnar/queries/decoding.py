"""Rows of an answer as terms: each distinct number is looked up once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pyoxigraph as ox

from kkgraph.columnar import arrays
from kkgraph.columnar.queries.columns import XSD, Column, Form
from kkgraph.columnar.queries.kinds import RANKS
from kkgraph.columnar.queries.running import Running
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.writing import unwritten

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from kkgraph.columnar.dictionary import Group
    from kkgraph.columnar.tables import Columnar

    Numbers = np.ndarray[Any, np.dtype[Any]]

_FLOAT: Final = ox.NamedNode(XSD + "float")
_UNBOUND: Final = -1
_FEW: Final = 200
_MANY: Final = 20_000
_KNOWN: Final[WeakKeyDictionary[Columnar, dict[int, Any]]] = WeakKeyDictionary()


class Decoder:
    """Makes terms of columns."""

    def __init__(self, space: Space, running: Running) -> None:
        self._space = space
        self._running = running

    def columns(self, table: pa.Table, columns: Sequence[Column]) -> list[list[Any]]:
        """The terms of each column, None for unbound."""
        import numpy as np

        numbers = {
            at: arrays.filled(table.column(at).cast("int64"), _UNBOUND)
            for at, column in enumerate(columns)
            if column.form is Form.NUMBER
        }
        ids = np.unique(np.concatenate(list(numbers.values()) or [np.empty(0, np.int64)]))
        terms = self._terms(ids)
        found: list[list[Any]] = []
        for at, column in enumerate(columns):
            if at in numbers:
                found.append(terms[np.searchsorted(ids, numbers[at])].tolist())
                continue
            make = unwritten if column.form is Form.WRITTEN else _MAKE[column.kind]
            values = table.column(at).to_pylist()
            found.append([None if value is None else make(value) for value in values])
        return found

    def _terms(self, ids: Numbers) -> Numbers:
        """The terms with these numbers, which are sorted; None for what is unbound.

        Those of small answers are remembered, for some thousands.
        """
        import numpy as np

        terms = np.empty(len(ids), object)
        known = _KNOWN.setdefault(self._space.columnar, {})
        if len(ids) <= _FEW:
            made = self._space.made
            found = [known.get(n) if n >= 0 else made.get(n) for n in ids.tolist()]
            if all(term is not None for term in found[int(np.searchsorted(ids, 0)) :]):
                terms[:] = found
                return terms
        first = int(np.searchsorted(ids, 0))
        for at, number in enumerate(ids[:first].tolist()):
            terms[at] = self._space.made.get(number)
        at = first
        forms = self._forms(ids[first:])
        for group in self._space.columnar.groups:
            end = int(np.searchsorted(ids, group.hi))
            if end > at:
                terms[at:end] = list(map(_maker(group), forms[at - first : end - first]))
                at = end
        if len(ids) <= _FEW:
            if len(known) > _MANY:
                known.clear()
            known.update((n, term) for n, term in zip(ids.tolist(), terms, strict=True) if n >= 0)
        return terms

    def _forms(self, ids: Numbers) -> list[str]:
        """The lexical forms of terms, in the order of their sorted numbers."""
        import numpy as np

        if not len(ids):
            return []
        if len(ids) <= _FEW:
            where = f"WHERE id IN ({', '.join(map(str, ids.tolist()))})"
            found = self._running.table(f"SELECT id, lex FROM terms {where}")
        else:
            wanted = arrays.table({"id": arrays.integers(ids)})
            sql = "SELECT id, lex FROM terms SEMI JOIN wanted USING (id)"
            found = self._running.table(sql, wanted=wanted)
        order = np.argsort(arrays.filled(found.column(0), _UNBOUND))
        forms: list[str] = found.column(1).take(arrays.integers(order)).to_pylist()
        return forms


def _maker(group: Group) -> Callable[[str], Any]:
    """What makes a term of a group from its lexical form."""
    if group.kind == "iri":
        return ox.NamedNode
    if group.kind == "bnode":
        return ox.BlankNode
    if group.lang:
        return lambda lex: ox.Literal(lex, language=group.lang)
    datatype = ox.NamedNode(group.datatype)
    return lambda lex: ox.Literal(lex, datatype=datatype)


def _typed(kind: str, form: Callable[[Any], str]) -> Callable[[Any], ox.Literal]:
    datatype = ox.NamedNode(XSD + kind)
    return lambda value: ox.Literal(form(value), datatype=datatype)


def _single(value: float) -> ox.Literal:
    """A float in the fewest digits that mean it."""
    import numpy as np

    text = np.format_float_positional(np.float32(value), unique=True, trim="-")
    return ox.Literal(text.replace("inf", "INF").replace("nan", "NaN"), datatype=_FLOAT)


def _number(value: dict[str, Any]) -> ox.Literal:
    kind = RANKS[value["rank"]]
    found = value["approx"] if kind in ("float", "double") else value["exact"]
    made: ox.Literal = _MAKE[kind](int(found) if kind == "integer" else found)
    return made


def _decimal(value: Decimal) -> str:
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


_MAKE: Final[dict[str, Callable[[Any], Any]]] = {
    "boolean": _typed("boolean", lambda value: "true" if value else "false"),
    "integer": _typed("integer", str),
    "decimal": _typed("decimal", _decimal),
    "float": _single,
    "double": lambda value: ox.Literal(float(value)),
    "number": _number,
    "string": ox.Literal,
    "iri": ox.NamedNode,
}
