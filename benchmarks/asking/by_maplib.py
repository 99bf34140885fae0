"""Runner: maplib's model in memory; its answers are frames of Polars (see ``harness``)."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness import run
from maplib import Model


class Asked:
    """A question's text, and the frame that answered it."""

    def __init__(self, model: Any, text: str) -> None:
        self.model, self.text = model, text
        self.frame = model.query(text)


def load(path: Path) -> Any:
    model = Model()
    model.read(str(path), format="ntriples")
    return lambda text: Asked(model, text)


def written(asked: Asked) -> str:
    return str(asked.model.query(asked.text, return_json=True))


if __name__ == "__main__":
    run(load, version("maplib"), written)
