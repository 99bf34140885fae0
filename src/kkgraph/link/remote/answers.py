"""Answers of services, read with care: what is missing or odd is never taken for a match."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kkgraph.link import codes, naming, provinces
from kkgraph.link.records import TYPES, Entry
from kkgraph.link.remote.manifest import WIKIDATA, Manifest
from kkgraph.names import KK

MOST: Final = 50
_TEXT: Final = 500
_LOCAL: Final = {iri.removeprefix(KK): code for code, iri in TYPES.items()}
_BODY: Final = re.compile(r"municipal|administrati|organi[sz]ation|เทศบาล|องค์การ", re.IGNORECASE)
_PLACE: Final = re.compile(
    r"\b(?:tambon|amphoe|subdistrict|district|province|changwat|village)\b|ตำบล|อำเภอ|จังหวัด|หมู่บ้าน",
    re.IGNORECASE,
)
_PROVINCE: Final = (
    re.compile(r"จังหวัด\s*([ก-๎]+)"),
    re.compile(r"((?:[A-Z][a-z-]+ ){1,4})[Pp]rovince"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """One candidate as the service offers it.

    ``score`` is None where it gave none, or none that is a number; ``match`` is True only where it
    said so in as many words. ``territory`` is True where its types speak of places alone.
    """

    entry: Entry
    score: float | None
    match: bool
    territory: bool


def results(data: Any) -> dict[str, list[Any]] | None:
    """The lists of candidates by query key; None where the answer is no answer of the API.

    Keys without a list of candidates (an error of the service on one query) are left out.
    """
    if not isinstance(data, Mapping):
        return None
    out = {}
    for key, value in data.items():
        found = value.get("result") if isinstance(value, Mapping) else None
        if isinstance(found, list):
            out[str(key)] = found[:MOST]
    return out


def offers(candidates: list[Any], manifest: Manifest) -> list[Offer]:
    """The candidates of one query, best first; entities without an id are left out, each once."""
    found: dict[str, Offer] = {}
    for item in candidates:
        offer = _offer(item, manifest) if isinstance(item, Mapping) else None
        if offer is not None:
            before = found.get(offer.entry.id)
            if before is None or _rank(offer) < _rank(before):
                found[offer.entry.id] = offer
    return sorted(found.values(), key=_rank)


def _rank(offer: Offer) -> tuple[float, str]:
    return (math.inf if offer.score is None else -offer.score, offer.entry.id)


def _offer(item: Mapping[str, Any], manifest: Manifest) -> Offer | None:
    id_ = item.get("id")
    if isinstance(id_, int) and not isinstance(id_, bool):
        id_ = str(id_)
    if not isinstance(id_, str) or not id_.strip() or len(id_) > _TEXT:
        return None
    name = _short(item.get("name"))
    types = _types(item.get("type"))
    said = _short(item.get("description"))
    labels = " ".join(label for _, label in types)
    identifiers: tuple[tuple[str, str], ...] = ()
    if manifest.identifier_space == WIKIDATA:
        identifiers = (("wikidata", codes.normal("wikidata", id_)),)
    entry = Entry(
        id=id_,
        where=manifest.url,
        name=name or id_,
        type=_type(types),
        province=_province(said),
        identifiers=identifiers,
        iri=manifest.iri(id_),
    )
    # "subdistrict" alone is a place, "subdistrict municipality" is a body
    territory = bool(_PLACE.search(labels)) and not _BODY.search(labels)
    return Offer(entry, _score(item.get("score")), item.get("match") is True, territory)


def _score(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _short(value: Any) -> str:
    return " ".join(value.split())[:_TEXT] if isinstance(value, str) else ""


def _types(value: Any) -> list[tuple[str, str]]:
    """Ids and names of types, which services write as a text, a list of texts, or of objects."""
    out = []
    for item in value[:MOST] if isinstance(value, list) else [value]:
        if isinstance(item, Mapping):
            out.append((_short(item.get("id")), _short(item.get("name"))))
        elif isinstance(item, str):
            out.append((_short(item), _short(item)))
    return out


def _type(types: list[tuple[str, str]]) -> str:
    """The key of ``TYPES`` that the types say, where they say one."""
    found = []
    for id_, label in types:
        local = id_.removeprefix(KK).removeprefix("kk:")
        found.append(
            _LOCAL.get(local, "") or naming.type_of(re.sub(r" (?:of|in) Thailand$", "", label))
        )
    exact = {t for t in found if t and t != "MUNICIPALITY"}
    if len(exact) == 1:
        return exact.pop()
    return "MUNICIPALITY" if not exact and "MUNICIPALITY" in found else ""


def _province(text: str) -> str:
    """The code of the province that a description speaks of."""
    for pattern in _PROVINCE:
        found = pattern.search(text)
        if found and (code := provinces.code(found[1].strip())) in provinces.PROVINCES:
            return code
    return ""
