"""A saved columnar file as a store: questions as SQL, or on Oxigraph over the same data."""

from kkgraph.analytic.store import ENGINES, ColumnarStore

__all__ = ["ENGINES", "ColumnarStore"]
