"""Stored questions that ask other machines too: declared, allowed, bounded, and kept."""

from kkgraph.federation.asking import Allowed, ask

__all__ = ["Allowed", "ask"]
