"""Where candidates are found: by name within a territory, and by names that are near."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kkgraph.link.views import View

MANY: Final = 20_000


def deletions(word: str) -> Iterator[str]:
    """The word, and the word without each of its letters once.

    Two words within one letter of each other (lost, added, exchanged) have one of these in common.
    """
    yield word
    if len(word) > 1:
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]


class Blocks:
    """The places of entries by their exact names, what is heard of them, and their codes.

    A name is looked for in a province where one is known, and everywhere else where not.
    """

    def __init__(self, views: Sequence[View]) -> None:
        self.views = views
        self._in: dict[tuple[str, str], list[int]] = {}
        self._all: dict[str, list[int]] = {}
        self._codes: dict[tuple[str, str], list[int]] = {}
        self._near: dict[str, list[str]] | None = None
        for place, view in enumerate(views):
            for rough in dict.fromkeys(k.skeleton for k in view.keys):
                self._in.setdefault((view.province, rough), []).append(place)
                self._all.setdefault(rough, []).append(place)
            for scheme, values in view.codes.items():
                for value in values:
                    self._codes.setdefault((scheme, value), []).append(place)
        self._provinces = {view.province for view in views}
        self._by_province: dict[str, list[str]] | None = None
        self._names: list[str] = []

    def by_code(self, view: View) -> set[int]:
        """The places of entries that share a code with the view."""
        found: set[int] = set()
        for scheme, values in view.codes.items():
            for value in values:
                found.update(self._codes.get((scheme, value), ()))
        return found

    def named(self, skeleton: str, province: str) -> list[int]:
        """The places of entries that are heard so, in a province or (``""``) anywhere."""
        if not province or province not in self._provinces:
            return self._all.get(skeleton, [])
        if "" not in self._provinces:
            return self._in.get((province, skeleton), [])
        return self._in.get((province, skeleton), []) + self._in.get(("", skeleton), [])

    def near(self, light: str) -> set[str]:
        """The names (as heard) of all entries that are a letter apart from this one, or two."""
        if self._near is None:
            self._near = {}
            pairs = {(k.light, k.skeleton) for view in self.views for k in view.keys}
            for letters, known in sorted(pairs):
                for part in deletions(letters):
                    self._near.setdefault(part, []).append(known)
        return {known for part in deletions(light) for known in self._near.get(part, ())}

    def like(self, skeleton: str, province: str, *, cutoff: float, limit: int) -> list[str]:
        """The likest names of a province (or of all), at least ``cutoff`` of 100 like this one.

        Among more than 20,000 names without a territory none is looked for, since each would be
        compared with all.
        """
        from rapidfuzz import fuzz, process

        names: Iterable[str]
        if province and province in self._provinces:
            if self._by_province is None:
                self._by_province = {}
                for where, name in self._in:
                    self._by_province.setdefault(where, []).append(name)
            names = self._by_province.get(province, [])
        else:
            self._names = self._names or list(self._all)
            names = self._names if len(self._names) <= MANY else ()
        found = process.extract(
            skeleton, names, scorer=fuzz.ratio, score_cutoff=cutoff, limit=limit
        )
        return [name for name, _, _ in found]
