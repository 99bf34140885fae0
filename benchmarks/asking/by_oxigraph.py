"""Runner: Oxigraph in memory (see ``harness``)."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from harness import as_json, run


def load(path: Path) -> Any:
    store = ox.Store()
    store.bulk_load(path=str(path), format=ox.RdfFormat.N_TRIPLES)

    def ask(text: str) -> Any:
        results = store.query(text)
        names = tuple(v.value for v in results.variables)
        return names, [tuple(row[n] for n in names) for row in results]

    return ask


if __name__ == "__main__":
    run(load, version("pyoxigraph"), lambda answer: as_json(*answer))
