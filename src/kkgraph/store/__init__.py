"""Stores: the protocol, and the embedded one."""

from kkgraph.store.base import Limits, Store
from kkgraph.store.oxigraph import OxigraphStore

__all__ = ["Limits", "OxigraphStore", "Store"]
