"""Names that people type, resolved to rows of their own file and to known things."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from kkgraph import matching, names
from kkgraph.cases import spelling
from kkgraph.cases.known import Known
from kkgraph.cases.records import Place
from kkgraph.cases.rules import Rule
from kkgraph.names import PREFIXES

_ID: Final = re.compile(r"[A-Za-z]{1,3}[0-9]{1,5}")
_SHOWN: Final = 6
MOST_SEARCHED: Final = 100
"""For so many unknown names of a file the nearest known ones are searched: it takes long."""


@dataclass(frozen=True, slots=True)
class Row:
    """A node that a row of the file describes: its IRI, id, classes and place."""

    iri: str
    id: str
    kinds: frozenset[str]
    place: Place


@dataclass
class Resolved:
    """The IRI that a name means, or a remark's code with the words for its sentence."""

    iri: str = ""
    code: str = ""
    words: dict[str, Any] = field(default_factory=dict)


class Resolver:
    """Looks names up: first among the rows of the file, then among what is known."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.rows: dict[str, Row] = {}
        self._by_id: dict[str, Row] = {}
        self._by_name: dict[str, dict[str, Row]] = {}
        self._spelt: dict[str, str] = {}
        self._found: dict[tuple[Any, ...], Resolved] = {}
        self._searched = 0
        self._sought: dict[tuple[Any, ...], Resolved | None] = {}

    def add(self, row: Row, labels: Iterable[str]) -> None:
        """Note a row under its id and its names."""
        self.rows[row.iri] = row
        if row.id:
            self._by_id.setdefault(spelling.key(row.id), row)
        for label in labels:
            key = spelling.key(label)
            self._by_name.setdefault(key, {})[row.iri] = row
            self._spelt.setdefault(key, label)

    def resolve(self, text: str, rule: Rule, prefers: str = "") -> Resolved:
        """What the text means where the rule wants a value; a name that fits two is no guess.

        Where nothing is meant, ``words`` have the nearest names.
        """
        key = (text, rule.allowed, rule.classes, prefers)
        if key not in self._found:
            found = self.find(text, rule)
            self._found[key] = found or self._unknown(text.strip(), rule, prefers)
        return self._found[key]

    def find(self, text: str, rule: Rule) -> Resolved | None:
        """What the text means, or that it is ambiguous; None where it is not known."""
        key = (text, rule.allowed, rule.classes)
        if key not in self._sought:
            self._sought[key] = self._find(text.strip(), rule)
        return self._sought[key]

    def _find(self, text: str, rule: Rule) -> Resolved | None:
        if (exact := self._exact(text)) is not None:
            return exact
        if rule.allowed is not None and (term := self._term(text, rule.allowed)):
            return Resolved(term)
        own = list(self._by_name.get(spelling.key(text), {}))
        known = [i for i in self.known.named(text) if i not in own]
        for found in (own, known):
            fitting = [i for i in found if self._fits(i, rule)]
            if fitting or (found and not known):
                return self._one(fitting or found)
        return self._one(known) if known else None

    def _exact(self, text: str) -> Resolved | None:
        if row := self._by_id.get(spelling.key(text)):
            return Resolved(row.iri)
        prefix, colon, _ = text.partition(":")
        if not colon or " " in text or (prefix not in PREFIXES and "//" not in text):
            return None
        iri = names.expand(text)
        if iri in self.rows or iri in self.known:
            return Resolved(iri)
        local = iri.rpartition("/")[2]
        near = matching.nearest(local, [r.id for r in self.rows.values() if r.id], 2)
        return Resolved(code="missing-row", words={"near": near})

    def _term(self, text: str, allowed: tuple[Any, ...]) -> str:
        wanted = spelling.key(text)
        for term in allowed:
            labels = self.known.labels(str(term.value)).values()
            local = str(term.value).rpartition("#")[2].rpartition("/")[2]
            if wanted in {spelling.key(n) for n in (*labels, local)}:
                return str(term.value)
        return ""

    def _fits(self, iri: str, rule: Rule) -> bool:
        if rule.allowed is not None:
            return any(iri == t.value for t in rule.allowed)
        if not rule.classes:
            return True
        row = self.rows.get(iri)
        kinds = self.known.classes(iri) | (row.kinds if row else frozenset())
        return bool(kinds & rule.classes)

    def _one(self, found: list[str]) -> Resolved:
        if len(found) == 1:
            return Resolved(found[0])
        shown = ", ".join(names.compact(i) for i in found[:_SHOWN])
        return Resolved(code="ambiguous-name", words={"n": len(found), "found": shown})

    def _unknown(self, text: str, rule: Rule, prefers: str) -> Resolved:
        if prefers and _ID.fullmatch(text):
            ids = [r.id for r in self.rows.values() if _ID.fullmatch(r.id)]
            return Resolved(code="missing-row", words={"near": matching.nearest(text, ids, 2)})
        return Resolved(code="unknown-name", words={"near": self._near(text, rule)})

    def _near(self, text: str, rule: Rule) -> list[str]:
        self._searched += 1
        if self._searched > MOST_SEARCHED:
            return []
        if rule.allowed is not None:
            labels = [n for t in rule.allowed for n in self.known.labels(t.value).values()]
            return matching.nearest(text, labels)
        own = [self._spelt[k] for k in matching.nearest(spelling.key(text), self._spelt, 2)]
        return list(dict.fromkeys([*own, *self.known.nearest(text, rule.classes)]))[:3]
