"""Names of local administrations as people write them: type, name, district and province."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kkgraph.link import english, provinces, thai, thainames
from kkgraph.link.records import TYPES
from kkgraph.link.written import Written

MAX_LENGTH: Final = 400
_EDGES: Final = " \"'“”‘’«»,;:/|-–—=+*•·#>_"
_ONE_WORD: Final = re.compile("[\u0e01-\u0e4e]+")
_NUMBERED: Final = re.compile(r"^\s*(?:\d{1,5}\s?[.)]|[•*\-–])\s+")


@dataclass(frozen=True, slots=True)
class Name:
    """What a name says: the parts that were understood, empty where nothing is said.

    ``type`` is a key of ``TYPES``; ``name`` is the core without type and territory; ``district``
    and ``province`` are codes of TIS 1099 where they are known, else as written. ``others`` are
    further readings (type, core) of the same text, such as "เทศบาลเมืองพล": a town called พล, or a
    municipality called เมืองพล. ``whole`` is the core with the province at its end, where only
    its place tells that it is one ("Ban Nan"). ``territory`` is True for a tambon, district or
    province itself, which is no organisation.
    """

    written: str
    type: str = ""
    name: str = ""
    district: str = ""
    province: str = ""
    subdistrict: str = ""
    others: tuple[tuple[str, str], ...] = ()
    whole: str = ""
    territory: bool = False

    @property
    def readings(self) -> tuple[tuple[str, str], ...]:
        """All readings as pairs of type and core, the likeliest first."""
        return ((self.type, self.name), *self.others)


def parse(text: str, *, bare: bool = False) -> Name:
    """What a name says.

    Prefixes and abbreviations may lack points and spaces; "อ.", "จ.", "District", "Province" and a
    province at the end are told from the name; Thai is repaired first (see ``thai.clean``).
    ``bare`` says that the text need not hold its territory, as in a table with a column for that:
    then a province is told from the name only by a word or a sign before it. Never raises; a text
    of which nothing is understood is its own name. A text of more than 400 characters is cut.

    >>> name = parse("ทต.ท่าพระ อ.เมือง จ.ขอนแก่น")
    >>> name.type, name.name, name.district, name.province
    ('SUBDISTRICT', 'ท่าพระ', '4001', '40')
    >>> parse("เทศบาลตำบลเมืองเก่า").type
    'SUBDISTRICT'
    """
    cleaned = _NUMBERED.sub("", thai.clean(text[:MAX_LENGTH])).strip(_EDGES)
    if bare and _ONE_WORD.fullmatch(cleaned) and not thainames.ANY_TYPE.match(cleaned):
        special = _SPECIAL.get(cleaned)
        if special:
            return Name(text, "SPECIAL", special[0], province=special[1])
        return Name(text, name=cleaned)
    read = thainames.read if thai.is_thai(cleaned) else english.read
    return _named(text, read(cleaned, bare=bare))


def _named(text: str, found: Written) -> Name:
    province = provinces.meant(found.province) or found.province
    name = found.name
    if found.type == "PAO":
        own = provinces.code(name)
        province = province or own
        name = name or provinces.name(province, "th" if thai.is_thai(found.text) else "en")
    special = _special(found)
    if special:
        return Name(text, "SPECIAL", special[0], province=special[1])
    district = district_code(found.district, province)
    if not province and (own := _capital(district)):
        district, province = own + "01", own
    if not name and found.subdistrict:
        name = found.subdistrict
    others = tuple(
        (t, n) for t, n in dict.fromkeys(found.others) if n and (t, n) != (found.type, name)
    )
    return Name(
        text, found.type, name, district, province, found.subdistrict, others, found.whole,
        found.territory,
    )  # fmt: skip


_SPECIAL: Final = {
    **dict.fromkeys(("กรุงเทพมหานคร", "กทม", "bangkok", "bangkokmetropolitanadministration", "bma"),
                    ("กรุงเทพมหานคร", "10")),
    **dict.fromkeys(("เมืองพัทยา", "pattayacity", "cityofpattaya", "muangpattaya", "mueangpattaya"),
                    ("เมืองพัทยา", "20")),
}  # fmt: skip


def _special(found: Written) -> tuple[str, str] | None:
    if found.type not in ("", "SPECIAL", "CITY"):
        return None
    for text in (found.text, found.name):
        hit = _SPECIAL.get(thai.key(text))
        if hit and not (found.type == "CITY" and "พัทยา" not in hit[0]):
            return hit
    return None


_MUEANG: Final = re.compile(r"^(?:เมือง|m(?:ue|eu|u|oo)ang)\s*(.*)$", re.IGNORECASE)


def district_code(district: str, province: str) -> str:
    """The 4-digit code of a district, where it can be known; else as written.

    Two digits get the province's before them. "เมือง", alone or with the province's name, is the
    first district of every province but Bangkok; so is พระนครศรีอยุธยา.
    """
    text = thai.clean(district)
    if not text:
        return ""
    if text.isdecimal() and text.isascii():
        return text if len(text) == 4 else province + text.zfill(2) if len(text) <= 2 else text
    if province not in provinces.PROVINCES or province == "10":
        return text
    found = _MUEANG.match(text)
    if found and (not found[1] or provinces.code(found[1]) == province):
        return province + "01"
    if province == "14" and provinces.code(text) == "14":
        return "1401"
    return text


def _capital(district: str) -> str:
    """The province whose first district this is by its name."""
    found = _MUEANG.match(district)
    return provinces.code(found[1]) if found and found[1] else ""


_TYPE_WORDS: Final = {iri: key for key, iri in TYPES.items()}


def type_of(text: str) -> str:
    """The key of ``TYPES`` for what a table says of a type: a code, a Thai or an English name.

    ``""`` where it is none of them.

    >>> type_of("อบต."), type_of("Town Municipality"), type_of("เทศบาลตำบล"), type_of("sao")
    ('SAO', 'TOWN', 'SUBDISTRICT', 'SAO')
    """
    cleaned = thai.clean(text)
    if cleaned.upper() in TYPES:
        return cleaned.upper()
    if cleaned in _TYPE_WORDS:
        return _TYPE_WORDS[cleaned]
    found = parse(cleaned)
    return found.type if (found.type and not found.name) or found.type == "SPECIAL" else ""
