"""What a person is shown of an entry, and of a type or province that is the value of one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kkgraph import names
from kkgraph.link.records import Entry, Side
from kkgraph.link.service import titles, words
from kkgraph.link.service.kinds import Kinds
from kkgraph.link.service.properties import KIND, PROVINCE, Properties
from kkgraph.model import in_language

_ELSEWHERE: Final = frozenset(("type", "latitude", "longitude", "iri"))
"""Properties that stand beside the title, or are said again by others."""


@dataclass(frozen=True, slots=True)
class Preview:
    """A thing as a person looks at it: its name, and lines of a label and values."""

    id: str
    iri: str
    title: str
    kind: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]


def entry(found: Entry, side: Side, properties: Properties, lang: str) -> Preview:
    """An entry with the values of its properties; codes as codes, all else by name."""
    kind = properties.kinds.of(found)
    lines = []
    for prop in properties:
        if prop.id not in _ELSEWHERE and prop.id != f"name_{lang}":
            values = properties.values(prop, found, lang, "id" if prop.scheme else "name")
            texts = tuple(str(next(iter(v.values()))) for v in values)
            lines.append((in_language(prop.label, lang), texts))
    return Preview(
        id=found.id,
        iri=side.iri(found),
        title=titles.title(found, lang),
        kind=in_language(kind.label, lang) if kind else "",
        lines=tuple((label, texts) for label, texts in lines if texts),
    )


def value(id_: str, kinds: Kinds, entries: Sequence[Entry], lang: str) -> Preview | None:
    """A type or province by the id that it has as a value; None where there is no such."""
    counted = in_language(words.HOW_MANY, lang)
    if id_.startswith(PROVINCE):
        code = id_.removeprefix(PROVINCE)
        inside = sum(e.province == code for e in entries)
        if not code or not inside:
            return None
        label = in_language(words.PROPERTIES["province"][0], lang)
        return Preview(id_, "", titles.place(code, lang), label, ((counted, (f"{inside:,}",)),))
    kind = kinds.get(id_.removeprefix(KIND)) if id_.startswith(KIND) else None
    if kind is None:
        return None
    inside = sum(kinds.covers(kind, e) for e in entries)
    lines = [(counted, (f"{inside:,}",))]
    if kind.definition:
        lines.insert(0, (in_language(words.MEANING, lang), (in_language(kind.definition, lang),)))
    iri = names.KK + kind.id if kind.definition else ""
    label = in_language(words.PROPERTIES["type"][0], lang)
    return Preview(id_, iri, in_language(kind.label, lang), label, tuple(lines))
