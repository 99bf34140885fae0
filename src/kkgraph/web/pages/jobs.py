"""The jobs of pages and documents, each imported when it is first done.

A process that takes the place of another must start quickly, and most never show a page.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from kkgraph.web.messages import Reply

_PLACES: Final = {
    "page": ("showing", "page"),
    "known": ("linked", "known"),
    "document": ("linked", "document"),
    "ontology": ("linked", "ontology"),
    "void": ("void", "void"),
    "dcat": ("void", "dcat"),
    "check": ("checking", "check"),
    "template": ("checking", "template"),
}


def _later(module: str, name: str) -> Callable[..., Reply]:
    def job(desk: Any, **args: Any) -> Reply:
        found = getattr(import_module(f"kkgraph.web.pages.{module}"), name)
        reply: Reply = found(desk, **args)
        return reply

    return job


JOBS: Final[dict[str, Callable[..., Reply]]] = {
    kind: _later(*place) for kind, place in _PLACES.items()
}
"""Each kind of job with what does it."""
