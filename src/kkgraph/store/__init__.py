"""Stores: the protocol, the embedded one; the one on a SPARQL server is imported when needed."""

from kkgraph.store.address import Endpoint, Login
from kkgraph.store.base import Limits, Store
from kkgraph.store.oxigraph import OxigraphStore

__all__ = ["Endpoint", "Limits", "Login", "OxigraphStore", "Store"]
