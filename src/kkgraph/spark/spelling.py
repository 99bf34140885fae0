"""Terms in the syntax of N-Triples: those that a query names or calculates, in the workers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar.queries.columns import XSD

if TYPE_CHECKING:
    import pyarrow as pa

    from kkgraph.columnar.queries.forms import Term

    Batches = Iterator[pa.RecordBatch]

_ESCAPES: Final = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r"})


def spelled(term: Term) -> str:
    """A term, with the escapes of ``kkgraph.spark.results`` and no others: one term, one text."""
    if isinstance(term, ox.NamedNode):
        return f"<{term.value}>"
    if isinstance(term, ox.BlankNode):
        return f"_:{term.value}"
    form = f'"{term.value.translate(_ESCAPES)}"'
    if term.language:
        return f"{form}@{term.language}"
    datatype = term.datatype.value
    return form if datatype == XSD + "string" else f"{form}^^<{datatype}>"


def speller(kinds: Mapping[str, str]) -> Callable[[Batches], Batches]:
    """What a worker does with batches: computed values become texts, other columns stay.

    ``kinds`` names the columns, and the kind of their values; "" for written terms.
    """

    def made(batches: Batches) -> Batches:
        import pyarrow as pa

        for batch in batches:
            names = batch.schema.names
            columns = [
                _texts(column, kinds[name]) if name in kinds else column
                for name, column in zip(names, batch.columns, strict=True)
            ]
            yield pa.RecordBatch.from_arrays(columns, names=names)

    return made


def _texts(column: Any, kind: str) -> Any:
    import pyarrow as pa

    from kkgraph.columnar.queries.making import computed
    from kkgraph.columnar.queries.writing import unwritten

    values = column.to_pylist()
    terms = (
        None if value is None else computed(kind, value) if kind else unwritten(value)
        for value in values
    )
    return pa.array([None if term is None else spelled(term) for term in terms], pa.string())
