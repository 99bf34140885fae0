"""Thai names of local administrations taken apart: type, core, tambon, district, province."""

from __future__ import annotations

import re
from typing import Final

from kkgraph.link import provinces, thai
from kkgraph.link.written import Written


def _spaced(text: str) -> str:
    """A pattern of the words, with spaces or none between them."""
    return r"\s*".join(text.split())


def _short(letters: str) -> str:
    """A pattern of an abbreviation: with points, spaces, both or none."""
    return r"\s?\.?\s?".join(letters) + r"(?![ะ-ฺ็-๎])\s?\.?"


_BODY: Final = _spaced("องค์?กา?ร บริหาร ส่?วน?")
_TYPES: Final[tuple[tuple[str, str], ...]] = (
    ("PAO", _spaced(f"{_BODY} จังหวัด") + "|" + _short("อบจ")),
    ("SAO", _spaced(f"{_BODY} ตำบล") + "|" + _short("อบต")),
    ("CITY", _spaced("เทศบาล นคร") + "|" + _short("ทน")),
    ("TOWN", _spaced("เทศบาล เมือง") + "|" + _short("ทม")),
    ("SUBDISTRICT", _spaced("เทศบาล ตำบล") + "|" + _short("ทต") + r"|เทศบาล\s?ต\s?\."),
    ("MUNICIPALITY", "เทศบาล"),
)
_TYPE: Final = re.compile(
    r"(?:(?<=^)|(?<=[\s,;:/()\-–])|(?<=สำนักงาน)|(?<=ที่ทำการ))(?:"
    + "|".join(f"(?P<{k}>{p})" for k, p in _TYPES)
    + r")\s*"
)
ANY_TYPE: Final = re.compile(
    "เทศบาล|องค|อง[คก]|เท|เศ|สำนักงาน|ที่ทำการ|อ[ .]{0,2}บ[ .]{0,2}[จต]|ท[ .]{0,2}[นมต]"
)
_OFFICE: Final = re.compile(r"^(?:สำนักงาน|ที่ทำการ|ที่ว่าการ|สนง\s?\.?)\s*(?=\S)")
_OFFICE_END: Final = re.compile(r"(?:สำนักงาน|ที่ทำการ|สนง\s?\.?)\s*$")
_HANGING: Final = "ะัาำิีึืฺุู็่้๊๋์ํ๎"
_RANKS: Final = {"CITY": "นคร", "TOWN": "เมือง"}
_FULL_RANK: Final = re.compile(r"เทศบาล\s*(นคร|เมือง)")
_MARK: Final = re.compile(
    r"(?P<district>(?:กิ่ง)?อำเภอ|(?<![ก-๙.])กิ่ง\s?อ\s?\.|(?<!\.)อ\.|(?<=\s)เขต(?=\S{2})|(?<=\s)อ\s(?=\S))"
    r"|(?P<province>(?<!ส่วน)จังหวัด|(?<!^อบ)(?<!\sอบ)(?<!\.)จ\.|(?<=\s)จ\s(?=\S))"
    r"|(?P<subdistrict>(?:(?<=[\s,(])|^)(?:ตำบล|แขวง)|(?<![บท.])(?<![บท] )ต\.|(?<=\s)ต\s(?=\S))"
)
_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_LATIN: Final = re.compile(r"[A-Za-z][A-Za-z .,'’\-]*")
_DASH: Final = re.compile(r"\s+[-–—]\s+")
_PIECES: Final = re.compile(r"\s*[,;:/|]\s*")
_EDGES: Final = " ,;:/|-–—·\"'“”"


def read(text: str, *, bare: bool = False) -> Written:
    """The parts of a cleaned Thai text; see ``naming.parse``."""
    found = Written(text)
    rest = _without_brackets(text, found)
    rest = _OFFICE.sub("", rest)
    before, rest = _typed(rest, found)
    core = _marked(rest, found)
    core = core.strip(_EDGES)
    if not bare:
        core = _trailing(core, found)
    if before.strip(_EDGES):
        _leading(before, found, core)
    found.name = found.name or core
    _ranked(found)
    return found


def _without_brackets(text: str, found: Written) -> str:
    """The text outside brackets; what stands in them, and Latin letters, as further parts."""
    inside = _BRACKETS.findall(text)
    rest = _BRACKETS.sub(" ", text)
    if _LATIN.search(rest):
        rest = _LATIN.sub(" ", rest)
    if not thai.is_thai(rest):
        return text.translate({ord(c): " " for c in "()[]"})
    for part in inside:
        typed = _TYPE.match(part.strip())
        if typed and typed.lastgroup and typed.end() >= len(part.strip()):
            found.type = found.type or typed.lastgroup
        elif thai.is_thai(part):
            left = _marked(part.strip(), found)
            code = provinces.code(left)
            if code and not found.province:
                found.province = code
    return " ".join(rest.split())


def _typed(text: str, found: Written) -> tuple[str, str]:
    """What stands before the type and after it; the whole text is a further reading if need be."""
    typed = _TYPE.search(text)
    if typed is None or typed.lastgroup is None:
        type_, after = _mistyped(text)
        found.type = type_ or found.type
        return "", after
    found.type = typed.lastgroup
    before, after = text[: typed.start()], text[typed.end() :]
    before = _OFFICE_END.sub("", before)
    glued = typed[0] == typed[0].strip() and "." not in typed[0] and len(thai.key(typed[0])) < 4
    if glued and after and not before:
        found.others.append(("", text))
    if not after.strip(_EDGES) and before:
        return "", before
    rank = _FULL_RANK.match(typed[0])
    if rank and after and rank[0] == typed[0]:
        found.others.append(("MUNICIPALITY", rank[1] + after))
    return before, after


_PREFIXES: Final = (
    ("องค์การบริหารส่วนจังหวัด", "PAO"),
    ("องค์การบริหารส่วนตำบล", "SAO"),
    ("เทศบาลตำบล", "SUBDISTRICT"),
    ("เทศบาลเมือง", "TOWN"),
)
_FIRST: Final = ("อง", "เท", "อค", "เศ")


def _mistyped(text: str) -> tuple[str, str]:
    """The type of a text that begins nearly as a prefix does, and what comes after it."""
    if not text.startswith(_FIRST):
        return "", text
    from rapidfuzz.distance import OSA

    best = (2, "", text)
    for prefix, type_ in _PREFIXES:
        for length in range(len(prefix) - 1, len(prefix) + 2):
            away = OSA.distance(text[:length], prefix, score_cutoff=1)
            if away < best[0] and len(text) > length + 1 and text[length] not in _HANGING:
                best = (away, type_, text[length:])
    return best[1], best[2].strip()


def _marked(text: str, found: Written) -> str:
    """What stands before the first word for a territory; the territories are put in their place."""
    marks = list(_MARK.finditer(text))
    if not marks:
        return text
    core = text[: marks[0].start()]
    for number, mark in enumerate(marks):
        end = marks[number + 1].start() if number + 1 < len(marks) else len(text)
        value, kind = text[mark.end() : end].strip(_EDGES), mark.lastgroup
        if not value:
            core = text[:end] if number == 0 and len(marks) == 1 else core
            continue
        if kind == "province":
            code = provinces.meant(value)
            if not code:
                code = provinces.meant(value.split()[0])
                rest = " ".join(value.split()[1:]) if code else ""
                if rest and number == 0 and not core.strip(_EDGES):
                    found.province = found.province or code
                    core = rest
                    continue
            if not code and number == 0 and not core.strip():
                return text
            found.province = found.province or code or value
        elif kind == "district":
            found.district = found.district or _district(value, found)
        else:
            found.subdistrict = found.subdistrict or value
        if number == 0 and not core.strip(_EDGES) and not found.type:
            found.territory = True
            found.name = value
    return core


def _district(value: str, found: Written) -> str:
    """A district's name; a province that follows it without a word of its own is taken off."""
    words = value.split()
    if len(words) > 1:
        code = provinces.code(words[-1])
        if code:
            found.province = found.province or code
            return " ".join(words[:-1])
    return value


def _trailing(core: str, found: Written) -> str:
    """The core without a province (and "เมือง") that ends it as a word of its own."""
    pieces = [p for p in _PIECES.split(core) if p]
    dashed = _DASH.split(core)
    if len(pieces) == 1 and len(dashed) > 1 and provinces.code(dashed[-1]):
        pieces = dashed
    if len(pieces) > 1:
        core = pieces[0]
        for piece in pieces[1:]:
            code = provinces.code(piece) or provinces.code(piece.split()[-1])
            if code and not found.province:
                found.province = code
            elif not found.district:
                found.district = piece
        return core
    words = core.split()
    if len(words) < 2:
        return core
    whole = core
    if not found.province:
        last = words[-1].removeprefix("จ") if words[-1].startswith("จ") else words[-1]
        code = provinces.code(words[-1]) or provinces.code(last, rough=False)
        if code:
            found.province = code
            words = words[:-1]
    if len(words) > 1 and words[-1] in ("เมือง", "อเมือง") and found.province:
        found.district = found.district or "เมือง"
        words = words[:-1]
    if len(words) < len(whole.split()):
        found.whole = whole
        if len(words) > 1:  # a district without its word, or a name with spaces in it
            found.others.append((found.type, words[0]))
    return " ".join(words)


def _leading(before: str, found: Written, core: str) -> None:
    """Put what stands before the type: territories, or the name where none comes after it."""
    rest = _marked(before.strip(_EDGES), found).strip(_EDGES)
    found.territory = False
    found.name = ""
    code = provinces.code(rest)
    if code and not found.province:
        found.province = code
    elif rest and not core:
        found.name = rest


def _ranked(found: Written) -> None:
    """Add the readings that follow from a rank which may belong to the name."""
    fixed: list[tuple[str, str]] = []
    for type_, name in found.others:
        if type_ == "MUNICIPALITY":
            cut = _trailing(_marked(name, Written(name, type_)).strip(_EDGES), Written(name))
            fixed.append((type_, cut))
            rank = _RANKS.get(found.type, "")
            if rank and cut.startswith(rank):
                fixed.append((found.type, cut))
        elif not type_:
            fixed.append(
                (type_, _trailing(_marked(name, Written(name)).strip(_EDGES), Written(name)))
            )
        else:
            fixed.append((type_, name))
    found.others = fixed
