"""Stored questions that ask other machines too: declared, allowed, bounded, and kept."""

from kkgraph.federation.asking import ask

__all__ = ["ask"]
