"""Near names: what a mistyped word may have meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from typing import Final

_SHORT: Final = 2
_LONG: Final = 200


def nearest(word: str, known: Iterable[str], count: int = 3) -> list[str]:
    """Up to ``count`` known words like this one, the likest first; case doesn't matter.

    A word of more than 200 characters is no misspelt name, and has none.
    """
    if len(word) > _LONG:
        return []
    by_lower = {k.lower(): k for k in sorted(known, reverse=True)}
    wanted = word.lower()
    close = difflib.get_close_matches(wanted, by_lower, n=count, cutoff=0.55)
    inside = [k for k in sorted(by_lower, key=len) if len(wanted) > _SHORT and wanted in k]
    whole = [k for k in inside if wanted in re.split(r"[^\w]+", k)]
    return [by_lower[k] for k in dict.fromkeys([*whole, *close, *inside])][:count]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the nearest names, ending in a space; empty where none is near."""
    near = nearest(word, known)
    return f"Did you mean {' or '.join(near)}? " if near else ""
