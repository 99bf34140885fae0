"""How an entry is called in a language, and what tells it from its namesakes."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from kkgraph.link import naming, provinces, thai
from kkgraph.link.comparing import MUNICIPAL
from kkgraph.link.records import TYPES, Entry
from kkgraph.link.service import words
from kkgraph.link.service.kinds import known
from kkgraph.model import in_language
from kkgraph.names import KK

_UNNAMED: Final = frozenset(("SPECIAL",))
_SCHEMES: Final = ("dla", "geocode", "wikidata")


def title(entry: Entry, lang: str) -> str:
    """The whole name in the language, with the type's word; in the other one where it has none.

    A register that has the type in a column of its own often has bare names: "ท่าพระ" of type
    SUBDISTRICT is called "เทศบาลตำบลท่าพระ" and, where the English name is there, "Tha Phra
    Subdistrict Municipality".
    """
    named = (entry.name, *entry.names)
    wanted = [n for n in named if n and thai.is_thai(n) == (lang == "th")]
    chosen = next((n for n in wanted if _says(n, entry.type)), "") or next(iter(wanted), "")
    if not chosen:
        chosen = next((n for n in named if n), entry.id)
        lang = "th" if thai.is_thai(chosen) else "en"
    if entry.type not in TYPES or entry.type in _UNNAMED or _says(chosen, entry.type):
        return chosen
    word = in_language(known()[TYPES[entry.type].removeprefix(KK)].label, lang)
    return f"{word}{chosen}" if lang == "th" else f"{chosen} {word.title()}"


def description(entry: Entry, lang: str) -> str:
    """Province, district and codes, as far as known, in one line."""
    parts = [place(entry.province, lang)]
    if entry.district and not entry.district.isdecimal():
        parts.append(entry.district)
    given = dict(reversed(entry.identifiers))
    for scheme in (s for s in _SCHEMES if s in given):
        label = in_language(words.SCHEMES[scheme][0], lang)
        parts.append(f"{label} {given[scheme]}")
    return " · ".join(p for p in parts if p)


def place(province: str, lang: str) -> str:
    """A province as one writes it: "จังหวัดขอนแก่น", "Khon Kaen province"; Bangkok is none."""
    if province == "10":
        return in_language(words.BANGKOK, lang)
    if not province:
        return ""
    return in_language(words.PROVINCE_OF, lang).format(provinces.name(province, lang))


@lru_cache(maxsize=65_536)
def _says(name: str, type_: str) -> bool:
    """True where the name has a word for the type: "ทมอ" is no town where its bearer is another."""
    said = naming.parse(name, bare=True).type
    return said == type_ or (said in MUNICIPAL and type_ in MUNICIPAL)
