"""Numpy and Arrow arrays of the same memory.

pyarrow's own conversions import pandas wherever it is installed, which takes longer than loading
a small file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[Any]]


def numbers(array: pa.Array) -> Numbers:
    """The whole numbers of an Arrow array without nulls, read-only."""
    import numpy as np

    kind = np.dtype(str(array.type))
    at = array.offset
    found: Numbers = np.frombuffer(array.buffers()[1] or b"", kind)[at : at + len(array)]
    return found


def filled(column: pa.ChunkedArray, missing: int) -> Numbers:
    """The whole numbers of a column, with another one for each null."""
    import numpy as np

    parts = []
    for array in column.chunks:
        found = numbers(array)
        if array.null_count:
            bits = np.frombuffer(array.buffers()[0], np.uint8)
            end = array.offset + len(array)
            there = np.unpackbits(bits, count=end, bitorder="little")[array.offset :]
            found = np.where(there.astype(bool), found, missing)
        parts.append(found)
    return np.concatenate(parts) if parts else np.empty(0, np.int64)


def truths(array: pa.Array) -> Numbers:
    """The truth values of an Arrow array without nulls."""
    import numpy as np

    bits = np.frombuffer(array.buffers()[1] or b"", np.uint8)
    end = array.offset + len(array)
    return np.unpackbits(bits, count=end, bitorder="little")[array.offset :].astype(bool)


def integers(found: Numbers) -> pa.Array:
    """An Arrow array of whole numbers."""
    import numpy as np
    import pyarrow as pa

    kind = pa.type_for_alias(str(found.dtype))
    whole = np.ascontiguousarray(found)
    return pa.Array.from_buffers(kind, len(whole), [None, pa.py_buffer(whole)])


def mask(found: Numbers) -> pa.Array:
    """An Arrow array of truth values."""
    import numpy as np
    import pyarrow as pa

    bits = np.packbits(found, bitorder="little")
    return pa.Array.from_buffers(pa.bool_(), len(found), [None, pa.py_buffer(bits)])


def strings(found: Sequence[str]) -> pa.Array:
    """An Arrow array of texts."""
    import numpy as np
    import pyarrow as pa

    coded = [text.encode("utf-8", "surrogatepass") for text in found]
    ends = np.cumsum([0, *map(len, coded)], dtype=np.int64)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(coded))]
    return pa.Array.from_buffers(pa.large_string(), len(coded), buffers)


def table(columns: Mapping[str, pa.Array]) -> pa.Table:
    """An Arrow table of Arrow arrays."""
    import pyarrow as pa

    return pa.Table.from_arrays(list(columns.values()), names=list(columns))
