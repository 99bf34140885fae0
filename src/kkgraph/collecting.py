"""Python's collector of cyclic garbage, paused where very much is made and nothing is let go."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused() -> Iterator[None]:
    """Make many objects without the collector, which would look through all again and again.

    It begins whenever there are many new ones: with a hundred thousand findings a third of the time
    was spent there.
    """
    runs = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if runs:
            gc.enable()
