"""Somebody else's reconciliation service as something to link to."""

from kkgraph.link.remote.manifest import Manifest
from kkgraph.link.remote.target import RemoteTarget

__all__ = ["Manifest", "RemoteTarget"]
