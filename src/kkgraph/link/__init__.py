"""Linking: rows of one table to rows of another, with reasons; never on a tie."""

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
