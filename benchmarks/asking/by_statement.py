"""Runner: kkgraph's SQL alone, without arrays, over a saved columnar file (see ``harness``)."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness import as_json, run

from kkgraph.columnar.queries import compiled
from kkgraph.columnar.saved import open_saved


def load(path: Path) -> Any:
    columnar = open_saved(path)
    return lambda text: compiled(columnar, text).by_sql()


if __name__ == "__main__":
    run(load, version("kkgraph"), lambda a: as_json(a.variables, list(a.rows)))
