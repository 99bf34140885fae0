"""Runner: rdflib's graph in memory (see ``harness``)."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

import rdflib
from harness import run


def load(path: Path) -> Any:
    graph = rdflib.Graph()
    graph.parse(str(path), format="nt")

    def ask(text: str) -> Any:
        result = graph.query(text)
        len(result)  # evaluates it
        return result

    return ask


if __name__ == "__main__":
    run(load, version("rdflib"), lambda answer: answer.serialize(format="json").decode())
