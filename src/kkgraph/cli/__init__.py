"""The command line."""

from kkgraph.cli.main import main

__all__ = ["main"]
