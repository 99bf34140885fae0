"""The compiled loops of this installation, and what they are given."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from kkgraph.columnar import native

if TYPE_CHECKING:
    import numpy as np

    Numbers = np.ndarray[Any, np.dtype[Any]]


def calls() -> Any | None:
    """The compiled loops, where this installation has them."""
    library = native.library()
    return None if library is None else library.calls


def fitting(*columns: Numbers) -> Any | None:
    """The compiled loops, where they can take these columns."""
    import numpy as np

    loops = calls()
    fit = loops is not None and all(c.dtype == np.int32 and c.flags.c_contiguous for c in columns)
    return loops if fit else None


def address(array: Numbers) -> int:
    """Where an array's memory begins."""
    start: int = array.__array_interface__["data"][0]
    return start


def pointers(columns: Sequence[Numbers]) -> Any:
    """Where the memory of each column begins."""
    return (ctypes.c_void_p * len(columns))(*map(address, columns))


def made(count: int) -> int:
    """The count that a compiled loop gives."""
    if count < 0:
        raise MemoryError("a compiled loop failed")
    return count
