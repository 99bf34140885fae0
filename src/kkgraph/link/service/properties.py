"""The properties of a service's entries: their values for a client, and what a client says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kkgraph.link import provinces
from kkgraph.link.records import Entry, Side
from kkgraph.link.service import titles, words
from kkgraph.link.service.kinds import Kind, Kinds
from kkgraph.link.thai import is_thai
from kkgraph.model import Text, in_language

Value = dict[str, Any]
WIKIDATA: Final = "https://wikidata.reconci.link/{}/api"
"""Where a client may look up Wikidata items further (the address is only handed on)."""
PROVINCE: Final = "province:"
KIND: Final = "type:"
"""How the ids of values begin that are no entries: an entry may have the id 40 as well."""


@dataclass(frozen=True, slots=True)
class Property:
    """One property: its id, its name and what it is; ``scheme`` where it is a code."""

    id: str
    label: Text
    description: Text
    scheme: str = ""

    def as_json(self, lang: str) -> dict[str, str]:
        """The property as the API writes it."""
        said = in_language(self.description, lang)
        return {"id": self.id, "name": in_language(self.label, lang), "description": said}


class Properties:
    """The properties that entries of a register have, and their values."""

    def __init__(self, side: Side, entries: Sequence[Entry], kinds: Kinds) -> None:
        self.side = side
        self.kinds = kinds
        self._readers: dict[str, Callable[[Entry, str], list[Value]]] = {
            "type": self._type,
            "province": _province,
            "district": _district,
            "name_th": lambda e, _: _texts([titles.title(e, "th")], thai=True),
            "name_en": lambda e, _: _texts([titles.title(e, "en")], thai=False),
            "other_names": lambda e, _: [{"str": n} for n in (e.name, *e.names) if n],
            "iri": lambda e, _: [{"str": self.side.iri(e)}],
            "latitude": lambda e, _: [{"float": e.point[0]}] if e.point else [],
            "longitude": lambda e, _: [{"float": e.point[1]}] if e.point else [],
            "coordinates": lambda e, _: [{"str": f"{e.point[0]},{e.point[1]}"}] if e.point else [],
        }
        self._all: dict[str, Property] = {}
        self._used = self._count(entries)

    def _count(self, entries: Iterable[Entry]) -> dict[str, set[str]]:
        """Property id → the types whose entries have values of it ("" for entries without one)."""
        used: dict[str, set[str]] = {}
        schemes: dict[str, set[str]] = {}
        for entry in entries:
            for scheme, _ in entry.identifiers:
                schemes.setdefault(scheme, set()).add(entry.type)
            given = {
                "type": entry.type, "province": entry.province, "district": entry.district,
                "latitude": entry.point, "longitude": entry.point, "coordinates": entry.point,
            }  # fmt: skip
            for name, value in given.items():
                if value:
                    used.setdefault(name, set()).add(entry.type)
            for name in ("name_th", "name_en"):
                if entry.type not in used.get(name, ()) and self._readers[name](entry, "en"):
                    used.setdefault(name, set()).add(entry.type)
            for name in ("other_names", "iri"):
                used.setdefault(name, set()).add(entry.type)
        for name, (label, description) in words.PROPERTIES.items():
            if name in used:
                self._all[name] = Property(name, label, description)
        known = [s for s in words.SCHEMES if s in schemes]
        for scheme in (*known, *sorted(set(schemes) - set(known))):
            label, description = words.SCHEMES.get(scheme, words.SCHEME)
            own = {lang: text.format(scheme) for lang, text in label.items()}
            name = scheme if scheme not in self._readers else f"code:{scheme}"
            self._all[name] = Property(name, own, description, scheme)
            used[name] = schemes[scheme]
        return used

    def get(self, name: str) -> Property | None:
        """The property of this id; None where entries have no such."""
        return self._all.get(name)

    def __iter__(self) -> Iterator[Property]:
        return iter(self._all.values())

    def of_kind(self, kind: Kind | None) -> list[Property]:
        """The properties that entries of a type have; all where none is given."""
        if kind is None:
            return list(self)
        codes = {k.code for k in (kind, *self.kinds.below(kind))}
        return [p for p in self if self._used[p.id] & codes]

    def values(
        self, prop: Property, entry: Entry, lang: str, content: str = "entity"
    ) -> list[Value]:
        """The values of a property as the API writes them; ``content`` is entity, name or id."""
        if prop.scheme:
            found = [v for s, v in entry.identifiers if s == prop.scheme]
            if prop.scheme != "wikidata":
                return [{"str": v} for v in found]
            name = titles.title(entry, lang)
            values = [{"id": v, "name": name} for v in found]
        else:
            values = self._readers[prop.id](entry, lang)
        if content == "entity":
            return values
        return [{"str": bare(v["id"]) if content == "id" else v["name"]} if "id" in v else v
                for v in values]  # fmt: skip

    def meta(self, prop: Property, lang: str) -> dict[str, str]:
        """What the API says of a property's column."""
        out = {"id": prop.id, "name": in_language(prop.label, lang)}
        if prop.scheme == "wikidata":
            out["service"] = WIKIDATA.format(lang)
        return out

    def _type(self, entry: Entry, lang: str) -> list[Value]:
        kind = self.kinds.of(entry)
        return [{"id": KIND + kind.id, "name": in_language(kind.label, lang)}] if kind else []


def settings(lang: str) -> list[dict[str, Any]]:
    """The settings of a property, as the manifest offers them."""
    choices = [
        {"value": key, "name": in_language(text, lang)} for key, text in words.CONTENTS.items()
    ]
    texts = {
        key: {"label": in_language(label, lang), "help_text": in_language(helped, lang)}
        for key, (label, helped) in (("limit", words.LIMIT), ("content", words.CONTENT))
    }
    return [
        {"name": "limit", "type": "number", "default": 0, **texts["limit"]},
        {"name": "content", "type": "select", "default": "entity", **texts["content"],
         "choices": choices},
    ]  # fmt: skip


def chosen(given: Mapping[str, Any]) -> tuple[int, str]:
    """The limit (0 for none) and the content that a client's settings ask for."""
    try:
        limit = int(float(given.get("limit") or 0))
    except (TypeError, ValueError, OverflowError):
        limit = 0
    content = str(given.get("content") or "entity")
    return max(limit, 0), content if content in words.CONTENTS else "entity"


def bare(value: str) -> str:
    """A value's id without the word for what it is: a province's code, a type's own id."""
    return value.removeprefix(PROVINCE).removeprefix(KIND)


def _province(entry: Entry, lang: str) -> list[Value]:
    if not entry.province:
        return []
    name = provinces.name(entry.province, lang)
    return [{"id": PROVINCE + entry.province, "name": name}]


def _district(entry: Entry, lang: str) -> list[Value]:
    return [{"str": entry.district}] if entry.district else []


def _texts(found: Iterable[str], *, thai: bool) -> list[Value]:
    return [{"str": text} for text in found if text and is_thai(text) == thai]
