"""Columns turned into rows."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from typing import Any


def in_rows(columns: Iterable[list[Any]]) -> list[tuple[Any, ...]]:
    """The rows of some columns of the same length.

    Python's collector looks through all that is new after every few hundred tuples, and finds
    nothing to free among these: it pauses meanwhile.
    """
    runs = gc.isenabled()
    gc.disable()
    try:
        return list(zip(*columns, strict=True))
    finally:
        if runs:
            gc.enable()
