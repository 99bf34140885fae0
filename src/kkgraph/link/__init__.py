"""Linking: rows of one table to rows of another, with reasons; never on a tie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kkgraph.link.linking import link
    from kkgraph.link.naming import Name, parse
    from kkgraph.link.reading import of_graph, read
    from kkgraph.link.records import Candidate, Decision, Entry, Linking, Reason, Side
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
_HOME = {
    "link": "linking",
    "Name": "naming",
    "parse": "naming",
    "of_graph": "reading",
    "read": "reading",
    "Target": "target",
}


def __getattr__(name: str) -> Any:
    """Import late: whoever only opens a graph needs none of this."""
    if name in __all__:
        from importlib import import_module

        return getattr(import_module(f"kkgraph.link.{_HOME.get(name, 'records')}"), name)
    raise AttributeError(f"module 'kkgraph.link' has no attribute {name!r}")
