"""Folders in which something new is built beside its place, and which are gone in the end."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def scratch(folder: Path, prefix: str) -> Iterator[Path]:
    """A new folder inside ``folder``, whose name begins with ``prefix``, removed in the end.

    An interrupt while it is being made leaves nothing either, as its name is known before: so it
    is with no folder of ``tempfile.mkdtemp``. Raises ``OSError`` where it can't be made.
    """
    made = folder / f"{prefix}{secrets.token_hex(8)}"
    try:
        made.mkdir(mode=0o700)
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
