"""What the codes of Thai local administration say by their digits."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from kkgraph.link import provinces

_DLA: Final = re.compile(r"[2-6]\d{6}")
_GEOCODE: Final = re.compile(r"\d{4}(?:\d{2})?")
_WIKIDATA: Final = re.compile(r"(?:https?://www\.wikidata\.org/(?:entity|wiki)/)?(Q[1-9]\d{0,11})")
DLA_TYPES: Final = {"2": "PAO", "3": "CITY", "4": "TOWN", "5": "SUBDISTRICT", "6": "SAO"}


class Told(NamedTuple):
    """What a code says: type, province and district, empty where it doesn't."""

    type: str = ""
    province: str = ""
    district: str = ""


NOTHING: Final = Told()


def told(scheme: str, value: str) -> Told:
    """What a code of a scheme says; nothing for a scheme or a form that is not known.

    A code of the Department of Local Administration (dla) has 7 digits: 1 type, 2 province,
    2 district, 2 serial. A geocode has the province in its first two digits, and the district in
    the next two where it has six.

    >>> told("dla", "5400104")
    Told(type='SUBDISTRICT', province='40', district='4001')
    """
    if scheme == "dla" and _DLA.fullmatch(value) and value[1:3] in provinces.PROVINCES:
        return Told(DLA_TYPES[value[0]], value[1:3], value[1:5] if value[0] != "2" else "")
    if scheme == "geocode" and _GEOCODE.fullmatch(value) and value[:2] in provinces.PROVINCES:
        return Told("", value[:2], value[:4] if len(value) == 6 else "")
    return NOTHING


def normal(scheme: str, value: str) -> str:
    """A code without spaces and points; the item's number for an address of Wikidata."""
    if scheme == "wikidata" and (found := _WIKIDATA.fullmatch(value.strip())):
        return found[1]
    if scheme in ("dla", "geocode"):
        return re.sub(r"[\s.\-]", "", value)
    return value.strip()


def looks_like(scheme: str, value: str) -> bool:
    """True where a text has the form of a code of the scheme: dla or wikidata."""
    if scheme == "dla":
        return bool(told("dla", value).type)
    return scheme == "wikidata" and _WIKIDATA.fullmatch(value) is not None


FORMS: Final = {
    "dla": re.compile(r"[2-6]\d{6}"),
    "geocode": re.compile(r"\d{4}(?:\d{2})?"),
    "wikidata": re.compile(r"Q[1-9]\d*"),
}
"""The form of a code of each scheme whose codes have one."""


def well_formed(scheme: str, value: str) -> bool:
    """True unless the scheme's codes have a form that the value hasn't."""
    form = FORMS.get(scheme)
    return form is None or form.fullmatch(value) is not None
