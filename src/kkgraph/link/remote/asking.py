"""Entries as queries to a service."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kkgraph.link import provinces, thai
from kkgraph.link.records import TYPES, Entry
from kkgraph.link.remote.manifest import Manifest
from kkgraph.link.service import titles
from kkgraph.names import KK

LIMIT: Final = 10
_TEXT: Final = 250
_ROLES: Final = ("type", "province", "district")


@dataclass(frozen=True, slots=True)
class Asking:
    """How entries are put to a service.

    ``properties`` maps a role (province, district, type, code:SCHEME) to the service's property;
    ``types`` a key of ``TYPES`` to its type. To a service of ours all that is known is sent; to
    another only what is mapped, since a property that it reads otherwise would spoil its scores.
    """

    manifest: Manifest
    lang: str = "th"
    properties: Mapping[str, str] | None = None
    types: Mapping[str, str] | None = None

    def query(self, entry: Entry) -> dict[str, Any] | None:
        """The query for an entry; None where there is nothing to ask with."""
        name = self._name(entry)[:_TEXT]
        found = [{"pid": p, "v": v[:_TEXT]} for p, v in self._values(entry) if v]
        if not name and not found:
            return None
        out: dict[str, Any] = {"limit": LIMIT}
        if name:
            out["query"] = name
        if found:
            out["properties"] = found
        type_ = (self.types or {}).get(entry.type)
        if type_:
            out |= {"type": type_, "type_strict": "any"}
        return out

    def _name(self, entry: Entry) -> str:
        """The name as a stranger knows it: with its type, in the language where it is there."""
        if self.manifest.ours or entry.type not in TYPES:
            return entry.name
        named = [n for n in (entry.name, *entry.names) if n]
        if not named:
            return ""
        has = any(thai.is_thai(n) == (self.lang == "th") for n in named)
        return titles.title(entry, self.lang if has else "th" if self.lang == "en" else "en")

    def _values(self, entry: Entry) -> list[tuple[str, str]]:
        given = self.properties or {}
        ours = self.manifest.ours
        known = {r: given.get(r, r if ours else "") for r in _ROLES}
        out = [
            (known["type"], entry.type if ours else self._word(entry)),
            (known["province"], self._province(entry.province)),
            (known["district"], entry.district),
        ]
        for scheme, value in entry.identifiers:
            out.append((given.get(f"code:{scheme}", scheme if ours else ""), value))
        return [(pid, value) for pid, value in out if pid]

    def _word(self, entry: Entry) -> str:
        from kkgraph.link.service.kinds import known

        if entry.type not in TYPES:
            return entry.type
        return known()[TYPES[entry.type].removeprefix(KK)].label.get(self.lang, "")

    def _province(self, code: str) -> str:
        return code if self.manifest.ours else provinces.name(code, self.lang)


def key(query: Mapping[str, Any]) -> str:
    """The name under which the answer to a query is kept."""
    text = json.dumps(query, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:40]
