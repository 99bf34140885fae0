"""The types of a service's entries: classes of the ontology with those above, or plain words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import files, names, turtle
from kkgraph.link import naming
from kkgraph.link.records import TYPES, Entry
from kkgraph.model import Text, in_language

ROOT: Final = "LocalAdministrativeOrganisation"
_MUNICIPAL: Final = ("CITY", "TOWN", "SUBDISTRICT")
_BROADER: Final = dict.fromkeys(TYPES, ROOT) | dict.fromkeys(_MUNICIPAL, "Municipality")
_CODES: Final = {iri.removeprefix(names.KK): code for code, iri in TYPES.items()}


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: ``id`` is a class's local name (or the word in the register), ``code`` its type code.

    ``broader`` is the id of the type right above it, empty at the top.
    """

    id: str
    code: str
    label: Text
    definition: Text
    other_names: tuple[str, ...] = ()
    broader: str = ""


@lru_cache(maxsize=1)
def known() -> dict[str, Kind]:
    """The classes of local administrative organisations by local name, as the ontology has them."""
    found: dict[str, dict[str, list[tuple[str, str]]]] = {}
    wanted = {names.KK + ROOT, *TYPES.values()}
    for path in files.ontology_files():
        if path.stem != "organisations":
            continue
        for quad in turtle.parse_file(path):
            subject = turtle.subject_of(quad)
            if subject in wanted and isinstance(quad.object, ox.Literal):
                values = found.setdefault(subject, {}).setdefault(quad.predicate.value, [])
                values.append((quad.object.language or "", quad.object.value))
    out = {}
    for iri in (names.KK + ROOT, *TYPES.values()):
        said = found.get(iri, {})
        local = iri.removeprefix(names.KK)
        code = _CODES.get(local, "")
        out[local] = Kind(
            id=local,
            code=code,
            label=dict(said.get(names.RDFS_LABEL, ())) or {"en": local},
            definition=dict(said.get(names.PREFIXES["skos"] + "definition", ())),
            other_names=tuple(text for _, text in said.get(names.ALT_LABEL, ())),
            broader=_BROADER.get(code, ""),
        )
    return out


class Kinds:
    """The types that stand in a register, with those above them."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._by_id: dict[str, Kind] = {}
        codes = {e.type for e in entries if e.type}
        classes = known()
        for code in (c for c in TYPES if c in codes):
            self._add(classes[TYPES[code].removeprefix(names.KK)])
        for word in sorted(codes - set(TYPES)):
            self._by_id.setdefault(word, Kind(word, word, {"en": word}, {}))
        self._names: dict[str, str] = {}
        for kind in self._by_id.values():
            iri = names.KK + kind.id
            for name in (kind.id, kind.code, iri, f"kk:{kind.id}", f"<{iri}>"):
                self._names.setdefault(_plain(name), kind.id)
            for name in (*kind.label.values(), *kind.other_names):
                self._names.setdefault(_plain(name), kind.id)
        self._names.pop("", None)

    def _add(self, kind: Kind) -> None:
        if kind.broader:
            self._add(known()[kind.broader])
        self._by_id.setdefault(kind.id, kind)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_id.values())

    def get(self, name: str) -> Kind | None:
        """The type of this id, code, CURIE, IRI, label or usual abbreviation.

        None where the register has no such type.
        """
        found = self._names.get(_plain(name)) or self._names.get(_plain(naming.type_of(name)))
        return self._by_id[found] if found else None

    def of(self, entry: Entry) -> Kind | None:
        """The type of an entry."""
        return self.get(entry.type) if entry.type else None

    def covers(self, kind: Kind, entry: Entry) -> bool:
        """True where the entry's type is this one or one below it."""
        mine = self.of(entry)
        while mine is not None:
            if mine.id == kind.id:
                return True
            mine = self._by_id.get(mine.broader)
        return False

    def related(self, one: Kind, other: Kind) -> bool:
        """True where the types are one, or one is above the other."""
        return one in (other, *self.below(other)) or other in self.below(one)

    def below(self, kind: Kind) -> list[Kind]:
        """The types that are right or further below this one."""
        out = []
        for other in self._by_id.values():
            mine = other
            while mine.broader and mine.id != kind.id:
                mine = self._by_id[mine.broader]
            if mine.id == kind.id and other.id != kind.id:
                out.append(other)
        return out

    def as_json(self, kind: Kind, lang: str, *, whole: bool = False) -> dict[str, Any]:
        """The type as the API writes it: id and name; ``whole`` with what it is and those above."""
        out: dict[str, Any] = {"id": kind.id, "name": in_language(kind.label, lang)}
        if whole and kind.definition:
            out["description"] = in_language(kind.definition, lang)
        if whole and kind.broader:
            out["broader"] = [self.as_json(self._by_id[kind.broader], lang, whole=True)]
        return out


@lru_cache(maxsize=1)
def every() -> Kinds:
    """All types of local administration, whether a register has them or not."""
    return Kinds([Entry("", "", "", type=code) for code in TYPES])


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()
