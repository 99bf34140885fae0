"""English names of local administrations taken apart: type, core, tambon, district, province."""

from __future__ import annotations

import re
from typing import Final

from kkgraph.link import provinces
from kkgraph.link.written import Written

_SUB: Final = r"(?:sub[\s\-]?district|tambon|tumbon|tambol|tumbol)"
_MUNICIPALITY: Final = r"mun(?:icipal\w*|\b\.?)"  # a bare "Mun" is a river and a name
_ORG: Final = r"\s*admin\w*\s*org\w*"
_THESABAN: Final = r"(?:th?ess?ab[ab]?[ab]?a?n|tet?sab+an)"
_MUEANG: Final = r"(?:mueang|muang|meuang|muaeng)"
_TYPES: Final[tuple[tuple[str, str], ...]] = (
    ("PAO", rf"provinc\w*{_ORG}|p\.a\.o\.?|(?-i:\bPAO\b)\.?"),
    ("SAO", rf"{_SUB}{_ORG}|[ts]\.a\.o\.?|(?-i:\b[TS]AO\b)\.?"),
    ("SUBDISTRICT", rf"{_SUB}[\s\-]*{_MUNICIPALITY}|{_THESABAN}[\s\-]*{_SUB}\b"),
    ("TOWN", rf"town[\s\-]*{_MUNICIPALITY}|{_THESABAN}[\s\-]*{_MUEANG}\b|\btown\s+of\b"),
    ("CITY", rf"city[\s\-]*{_MUNICIPALITY}|{_THESABAN}[\s\-]*nakh?on?r?n?\b|\bcity\s+of\b"),
    ("MUNICIPALITY", rf"municipal\w*|{_THESABAN}\b"),
)
_TYPE: Final = re.compile(
    r"(?<![A-Za-z])(?:" + "|".join(f"(?P<{k}>{p})" for k, p in _TYPES) + r")\s*(?:of\b)?\s*",
    re.IGNORECASE,
)
_OFFICE: Final = re.compile(r"^(?:the\s+)?(?:office\s+of\s+)?(?:the\s+)?", re.IGNORECASE)
_PROVINCE: Final = re.compile(
    r"\b(?:changwat|province\s+of|prov\.)\s*(?P<a>[^,;()]+)|(?P<b>[^,;()]+?)\s+(?:province|prov\.)(?!\w)",
    re.IGNORECASE,
)
_DISTRICT: Final = re.compile(
    r"\b(?:amphoe|amphur|ampur|king\s+amphoe)\s+(?P<a>[^,;()]+)|(?P<b>[^,;()]+?)\s+district\b",
    re.IGNORECASE,
)
_TAMBON: Final = re.compile(
    r"\b(?:tambon|tumbon|tambol)\s+(?P<a>[^,;()]+)|(?P<b>[^,;()]+?)\s+sub[\s\-]?district\b",
    re.IGNORECASE,
)
_DASH: Final = re.compile(r"\s+[-–—]\s+")
_PIECES: Final = re.compile(r"\s*[,;:/|()\[\]]+\s*")
_RANK: Final = re.compile(rf"{_THESABAN}[\s\-]*({_MUEANG}|nakh?on?r?n?)\b", re.IGNORECASE)
_EDGES: Final = " ,;:/|-–—·\"'“”.()[]"


_SPLIT: Final = re.compile(
    rf"^{_SUB}\s+(?P<name>[^,;()]+?)\s+(?P<kind>municipal\w*|admin\w*\s*org\w*)", re.IGNORECASE
)
_CITY: Final = re.compile(r"^nakh?on?r?n?\s+(?P<name>\S.*)$", re.IGNORECASE)


def read(text: str, *, bare: bool = False) -> Written:
    """The parts of a cleaned text in Latin letters; see ``naming.parse``."""
    found = Written(text)
    rest = _OFFICE.sub("", text) or text
    rest = _SPLIT.sub(r"\g<name> Tambon \g<kind>", rest)  # "Tambon Sila Municipality"
    typed = _TYPE.search(rest)
    if typed and typed.lastgroup:
        found.type = typed.lastgroup
        before, after = rest[: typed.start()].strip(_EDGES), rest[typed.end() :]
        rest = f"{before}, {after}" if before else after
        rank = _RANK.match(typed[0])
        if rank and after and not before:
            core = _territories(rank[1] + " " + after, Written(text))
            found.others.append(("MUNICIPALITY", core))
            found.others.append((found.type, core))
    found.name = _territories(rest, found, bare=bare)
    city = _CITY.match(found.whole or found.name)
    if city and found.type == "MUNICIPALITY":
        found.others.append(("CITY", city["name"]))
    return found


def _territories(text: str, found: Written, *, bare: bool = False) -> str:
    """The core of what is left; tambon, district and province are put in their place."""
    pieces: list[str] = []
    dashed = _DASH.split(text)
    if len(dashed) > 1 and provinces.code(dashed[-1]):
        text = ", ".join(dashed)
    for piece in _PIECES.split(text):
        left = _taken(piece.strip(_EDGES), found)
        if left and left.lower() not in ("thailand", "of", "the"):
            pieces.append(left)
    if found.subdistrict and all(provinces.code(p) for p in pieces):
        found.province = found.province or (provinces.code(pieces[0]) if pieces else "")
        found.territory = not found.type
        return found.subdistrict
    if not pieces:
        if not found.type and (value := found.subdistrict or found.district or found.province):
            found.territory = True
            return value
        return found.subdistrict
    core = pieces[0]
    for piece in pieces[1:]:
        code = provinces.code(piece)
        if code and not found.province:
            found.province = code
        elif not found.district:
            found.district = piece
    return core if bare else _trailing(core, found)


def _taken(piece: str, found: Written) -> str:
    """The piece without the territories that it names by a word such as District."""
    for pattern, kind in (
        (_TAMBON, "subdistrict"),
        (_DISTRICT, "district"),
        (_PROVINCE, "province"),
    ):
        hit = pattern.search(piece)
        if hit is None:
            continue
        value = (hit["a"] or hit["b"]).strip(_EDGES)
        rest = (piece[: hit.start()] + " " + piece[hit.end() :]).strip(_EDGES)
        if kind == "province" and not provinces.code(value):
            value, rest = _end(value)
        if (
            kind == "district"
            and hit["b"]
            and not rest
            and len(value.split()) > 1
            and not found.district
        ):
            rest = ""
        if value and not getattr(found, kind):
            setattr(found, kind, value)
        piece = rest
    return piece


def _end(value: str) -> tuple[str, str]:
    """The province that ends a text of several words, and the words before it."""
    words = value.split()
    for size in (3, 2, 1):
        if len(words) > size and provinces.code(" ".join(words[-size:])):
            return " ".join(words[-size:]), " ".join(words[:-size])
    return value, ""


def _trailing(core: str, found: Written) -> str:
    """The core without a province that ends it; the whole is kept as a further reading."""
    if found.province or provinces.code(core):
        return core
    province, rest = _end(core)
    if not rest:
        return core
    found.province = provinces.code(province)
    found.whole = core
    return rest
