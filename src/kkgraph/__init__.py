"""kkgraph: the knowledge graph of digital technology in local government."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kkgraph.errors import KkgraphError
    from kkgraph.graph import KnowledgeGraph
    from kkgraph.tables import Table

__version__ = "0.1.0"
__all__ = ["KkgraphError", "KnowledgeGraph", "Table", "__version__"]

_HOME = {"KkgraphError": "errors", "KnowledgeGraph": "graph", "Table": "tables"}


def __getattr__(name: str) -> Any:
    if name in _HOME:
        from importlib import import_module

        return getattr(import_module(f"kkgraph.{_HOME[name]}"), name)
    raise AttributeError(f"module 'kkgraph' has no attribute {name!r}")
