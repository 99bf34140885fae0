"""The entry point: runs a verb, and turns every failure into one clear message and exit code."""

from __future__ import annotations

import gc
import os
import signal
import sys
import threading
from typing import Final

from kkgraph.errors import KkgraphError, StoreError

_OBJECTS: Final = 50_000


def main() -> None:
    """Run the command line: exit 0 fine, 1 problems found, 2 bad input, 3 outside failure.

    After Ctrl-C it says that it was stopped, whatever an engine makes of it, and exits with 130.
    """
    stopped = threading.Event()

    def interrupt(*_: object) -> None:
        stopped.set()
        raise KeyboardInterrupt

    before = None
    if threading.current_thread() is threading.main_thread():
        before = signal.signal(signal.SIGINT, interrupt)
    try:
        _run()
    except BaseException:
        if not stopped.is_set():
            raise
        print("\nkkgraph: stopped; nothing that was there is changed", file=sys.stderr)
        sys.exit(130)
    finally:
        if before is not None:
            signal.signal(signal.SIGINT, before)


def _hasten() -> None:
    """Spare a short-lived process two costs of its start, a quarter of it where data are large.

    Importing libraries makes many objects that live to the end, and the collector would walk them
    again and again. NumPy's linear algebra, which is not used here, keeps its threads spinning.
    """
    gc.set_threshold(_OBJECTS, *gc.get_threshold()[1:])
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _run() -> None:
    debug = "--debug" in sys.argv
    _hasten()
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
    except MemoryError:
        if debug:
            raise
        message = "no memory is left"
        _complain(StoreError("out-of-memory", message, hint="Ask for less, or take a part of it."))
        sys.exit(3)
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
