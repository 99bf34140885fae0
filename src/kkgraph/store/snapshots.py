"""Snapshots: a store's whole state copied, and opened by the processes that answer from it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pyoxigraph as ox

FOLDER: Final = "oxigraph"


def take(engine: ox.Store, folder: Path, *, on_disk: bool) -> Path:
    """A copy of the engine's state below ``folder``, default graph included.

    A store on disk gives a folder (``oxigraph``), one in memory a file (``quads.nq``).
    """
    if on_disk:
        engine.backup(str(folder / FOLDER))
        return folder / FOLDER
    file = folder / "quads.nq"
    engine.dump(str(file), format=ox.RdfFormat.N_QUADS)
    return file


def of_snapshot(place: Path) -> ox.Store:
    """The engine of a snapshot that ``take`` made."""
    if place.is_dir():
        return ox.Store.read_only(str(place))
    engine = ox.Store()
    engine.bulk_load(path=str(place), format=ox.RdfFormat.N_QUADS)
    return engine
