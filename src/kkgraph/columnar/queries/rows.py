"""Columns turned into rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kkgraph.collecting import paused


def in_rows(columns: Iterable[list[Any]]) -> list[tuple[Any, ...]]:
    """The rows of some columns of the same length."""
    with paused():
        return list(zip(*columns, strict=True))
