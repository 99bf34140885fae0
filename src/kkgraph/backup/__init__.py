"""A store on disk as one file, and back: written whole, verified before anything is replaced."""

from kkgraph.backup.archive import Manifest, check
from kkgraph.backup.making import make
from kkgraph.backup.restoring import restore

__all__ = ["Manifest", "check", "make", "restore"]
