"""The entry point: runs a verb, and turns every failure into one clear message and exit code."""

from __future__ import annotations

import os
import sys

from kkgraph.errors import KkgraphError


def main() -> None:
    """Run the command line: exit 0 fine, 1 problems found, 2 bad input, 3 outside failure."""
    debug = "--debug" in sys.argv
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    from kkgraph.cli.app import app

    try:
        app()
    except KkgraphError as error:
        if debug:
            raise
        _complain(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(0)
    except OSError as error:
        if debug:
            raise
        print(f"kkgraph: cannot-write: {error}", file=sys.stderr)
        sys.exit(3)


def _complain(error: KkgraphError) -> None:
    where = f"{error.where}: " if error.where else ""
    print(f"kkgraph: {error.code}: {where}{error.message}", file=sys.stderr)
    if error.hint:
        print(f"  {error.hint}", file=sys.stderr)
