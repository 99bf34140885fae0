"""Entries, types and properties by the beginning of what somebody types."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from kkgraph.link import latin, naming, thai
from kkgraph.link.records import Entry
from kkgraph.link.service import titles

_HITS: Final = 5_000
_WORDS: Final = 4
_Rank = tuple[bool, bool, int]


class Beginnings:
    """An index of entries by how their names, words of names and codes begin.

    Spaces, points and the case of letters don't matter. A beginning with a type's prefix or
    abbreviation ("อบต.ท่า") finds the entries of that type.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        keys: set[tuple[str, int, bool]] = set()
        for number, entry in enumerate(entries):
            codes = (entry.id, *(v for _, v in entry.identifiers))
            keys.update((key(c), number, False) for c in codes if key(c))
            whole = (titles.title(entry, "th"), titles.title(entry, "en"))
            for name in dict.fromkeys((entry.name, *entry.names, *whole)):
                keys.update((k, number, inside) for k, inside in _keys(name))
        self._keys = sorted(keys)

    def find(
        self, text: str, *, start: int = 0, limit: int = 10, keep: Callable[[Entry], bool]
    ) -> list[Entry]:
        """The entries that begin so and are to be kept, from number ``start`` on.

        Whole names come before beginnings, short names before long ones; then by id.
        """
        name = naming.parse(text)
        found = self._hits(key(text), keep)
        if name.type and name.name:
            typed = self._hits(key(name.name), lambda e: e.type == name.type and keep(e))
            found = {**typed, **found}
        ranked = sorted(found, key=lambda n: (found[n], self._entries[n].id))
        return [self._entries[n] for n in ranked[start : start + limit]]

    def _hits(self, wanted: str, keep: Callable[[Entry], bool]) -> dict[int, _Rank]:
        """Number of an entry → how well it fits (less is better)."""
        found: dict[int, _Rank] = {}
        if not wanted:
            return found
        begin = bisect_left(self._keys, (wanted, -1, False))
        for place in range(begin, min(len(self._keys), begin + _HITS)):
            key_, number, inside = self._keys[place]
            if not key_.startswith(wanted):
                break
            rank = (key_ != wanted, inside, len(key_))
            if (number not in found or rank < found[number]) and keep(self._entries[number]):
                found[number] = rank
        return found


def key(text: str) -> str:
    """What is compared of a text: its letters and digits."""
    cleaned = thai.clean(text)
    return thai.key(cleaned) if thai.is_thai(cleaned) else latin.key(cleaned)


def _keys(name: str) -> list[tuple[str, bool]]:
    """What can be typed to find a name, and whether it begins inside the name."""
    core = naming.parse(name, bare=True).name if name else ""
    out = [(key(name), False), (key(core), False)]
    if not thai.is_thai(name):
        parts = name.split()
        out += [(key("".join(parts[n:])), True) for n in range(1, min(len(parts), _WORDS))]
    return [(k, inside) for k, inside in out if k]
