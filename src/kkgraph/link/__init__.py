"""Linking: rows of one table to rows of another, with reasons; never on a tie."""

from kkgraph.link.records import Candidate, Decision, Entry, Linking, Reason, Side

__all__ = ["Candidate", "Decision", "Entry", "Linking", "Reason", "Side"]
