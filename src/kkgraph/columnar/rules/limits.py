"""A time limit for SQL that rules run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kkgraph.columnar.space import Space
from kkgraph.errors import ReasonError, StoreError

_AGAIN_S: Final = 0.05


@contextmanager
def limited(space: Space, timeout_s: float | None) -> Iterator[None]:
    """Stop what this thread runs in the block after so many seconds; ``None`` sets no limit.

    Raises ``ReasonError``: reason-timeout.
    """
    if timeout_s is None:
        yield
        return
    done, late = threading.Event(), threading.Event()
    interrupt = space.interrupter()

    def watch() -> None:
        if not done.wait(timeout_s):
            late.set()
            interrupt()
            while not done.wait(_AGAIN_S):  # between two statements there is nothing to stop
                interrupt()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    except (StoreError, KeyboardInterrupt) as error:
        if not late.is_set():
            raise
        raise ReasonError(
            "reason-timeout",
            f"the rules took longer than {timeout_s:g} s",
            hint="Allow more time (--timeout), or see which property grows without end: "
            "a transitive one over a dense network makes as many triples as pairs.",
        ) from error
    finally:
        done.set()
        watcher.join()
