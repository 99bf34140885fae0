"""Linking: rows of one table to rows of another, with reasons; never on a tie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph.link.records import Candidate, Decision, Entry, Linking, Reason, Side

if TYPE_CHECKING:
    from kkgraph.link.linking import link
    from kkgraph.link.naming import Name, parse
    from kkgraph.link.reading import of_graph, read
    from kkgraph.link.target import Target

__all__ = [
    "Candidate",
    "Decision",
    "Entry",
    "Linking",
    "Name",
    "Reason",
    "Side",
    "Target",
    "link",
    "of_graph",
    "parse",
    "read",
]
_HOMES: Final = {
    "Name": "naming",
    "Target": "target",
    "link": "linking",
    "of_graph": "reading",
    "parse": "naming",
    "read": "reading",
}


def __getattr__(name: str) -> Any:
    """What is used is imported then: a graph is opened without the parts for linking."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
