"""Rows of an answer as terms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays, lexicon
from kkgraph.columnar.queries.columns import Column, Form
from kkgraph.columnar.queries.making import computed, terms_of
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.writing import unwritten

if TYPE_CHECKING:
    import pyarrow as pa

_UNBOUND: Final = -1


def terms_in(table: pa.Table, columns: Sequence[Column], space: Space) -> list[list[Any]]:
    """The terms of each column of an answer, None for unbound."""
    texts = partial(lexicon.texts, space.columnar)
    found: list[list[Any]] = []
    for at, column in enumerate(columns):
        if column.form is Form.NUMBER:
            numbers = arrays.filled(table.column(at).cast("int64"), _UNBOUND)
            found.append(terms_of(space, numbers, texts))
            continue
        make = unwritten if column.form is Form.WRITTEN else partial(computed, column.kind)
        values = table.column(at).to_pylist()
        found.append([None if value is None else make(value) for value in values])
    return found
