"""Stores that are too large to be read as a whole, and what of them is looked up all the same."""

from __future__ import annotations

from typing import Final

from kkgraph import names
from kkgraph.analytic import ColumnarStore
from kkgraph.analytic.spread import SparkStore
from kkgraph.store import Store

LARGE: Final = 500_000
"""Beyond so many statements a columnar file, or tables for Spark, are not read as a whole."""


def statements(store: ColumnarStore | SparkStore) -> int:
    """How many statements there are."""
    return (store.tables if isinstance(store, SparkStore) else store.columnar).n_quads


def is_large(store: Store) -> bool:
    """True for a columnar file, or tables for Spark, of more than ``LARGE`` statements."""
    return isinstance(store, ColumnarStore | SparkStore) and statements(store) > LARGE


def at_hand(store: Store) -> list[str]:
    """The graphs in which things are looked up: all, but of a large store not the loaded cases."""
    graphs = store.graphs()
    if is_large(store):
        return [g for g in graphs if not g.startswith(names.MERGED_PREFIXES)]
    return list(graphs)
