"""What people write for numbers, years, dates and yes or no, in the form that data use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from kkgraph import xsd
from kkgraph.names import PREFIXES

_XSD: Final = PREFIXES["xsd"]
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_ERA: Final = 543
_BUDDHIST: Final = range(2400, 2700)
"""Years in this range are of the Buddhist era; the common era has none of them yet."""
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan มกราคม ม.ค.", "february feb กุมภาพันธ์ ก.พ.", "march mar มีนาคม มี.ค.",
            "april apr เมษายน เม.ย.", "may พฤษภาคม พ.ค.", "june jun มิถุนายน มิ.ย.",
            "july jul กรกฎาคม ก.ค.", "august aug สิงหาคม ส.ค.", "september sep sept กันยายน ก.ย.",
            "october oct ตุลาคม ต.ค.", "november nov พฤศจิกายน พ.ย.", "december dec ธันวาคม ธ.ค.",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_ERA_WORDS: Final = re.compile(
    r"(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|\bB\.?E\.?|\bC\.?E\.?|\bA\.?D\.?)\s*", re.I
)
_TRUE: Final = frozenset(("true", "yes", "y", "1", "ใช่", "จริง", "มี"))
_FALSE: Final = frozenset(("false", "no", "n", "0", "ไม่ใช่", "ไม่จริง", "เท็จ", "ไม่", "ไม่มี"))


def digits(text: str) -> str:
    """The text with Thai digits as 0 to 9."""
    return text.translate(_THAI_DIGITS)


def rewritten(text: str, datatype: str) -> str | None:
    """The text as a well-formed value of the datatype; None where that would be a guess.

    Thai digits, separators of thousands, Buddhist-era years and months in words are understood.
    """
    kind = datatype.removeprefix(_XSD)
    plain = digits(text).strip()
    reader = _READERS.get(kind)
    found = reader(plain) if reader else plain
    if found is None or found == text or xsd.ill_typed(found, datatype):
        return None
    return found


def _number(text: str) -> str | None:
    text = re.sub(r"[\s\u00a0\u202f]", "", text.replace("\u2212", "-"))
    if re.fullmatch(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    elif re.fullmatch(r"[+-]?\d+,\d{1,2}", text):
        text = text.replace(",", ".")
    return text if re.fullmatch(r"[+-]?\d+(?:\.\d+)?", text) else None


def _integer(text: str) -> str | None:
    number = _number(text)
    if number is None or not re.fullmatch(r"[+-]?\d+(?:\.0+)?", number):
        return None
    return number.partition(".")[0].removeprefix("+")


def _boolean(text: str) -> str | None:
    word = text.casefold()
    if word in _TRUE:
        return "true"
    return "false" if word in _FALSE else None


def _year(text: str) -> str | None:
    digits = _ERA_WORDS.sub("", text).strip()
    if match := re.fullmatch(r"(\d{4})(?:\.0+)?(?:-\d\d(?:-\d\d)?(?:[T ][\d:.]+)?)?", digits):
        return _common(int(match[1]))
    return None


def _common(year: int) -> str:
    return f"{year - _ERA if year in _BUDDHIST else year:04}"


def _parts(text: str) -> tuple[str, int, int | None] | None:
    """Year, month and day (None where there is none) of a date in words or figures."""
    plain = _ERA_WORDS.sub("", text).strip().casefold()
    plain = re.sub(r"[T ]\d\d?:\d\d(?::\d\d(?:\.\d+)?)?$", "", plain, flags=re.I)
    if m := re.fullmatch(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?", plain):
        return _common(int(m[1])), int(m[2]), int(m[3]) if m[3] else None
    if m := re.fullmatch(r"(?:(\d{1,2})[-/.])?(\d{1,2})[-/.](\d{4})", plain):
        if m[1] and int(m[1]) <= 12 and m[1] != m[2] and int(m[2]) <= 12 and not _is_thai(text):
            return None  # day and month can't be told apart
        day, month = (m[1], int(m[2])) if m[1] is None or int(m[2]) <= 12 else (m[2], int(m[1]))
        return _common(int(m[3])), month, int(day) if day else None
    if m := re.fullmatch(r"(?:(\d{1,2})\s+)?([^\d\s,]+)\s*,?\s*(\d{4})", plain):
        month = _MONTHS.get(m[2]) or _MONTHS.get(m[2].rstrip("."), 0)
        if month:
            return _common(int(m[3])), month, int(m[1]) if m[1] else None
    return None


def _is_thai(text: str) -> bool:
    """True for a date with a Buddhist-era year, which is written day first."""
    years = re.findall(r"\d{4}", text)
    return bool(years) and int(years[-1]) in _BUDDHIST


def _date(text: str) -> str | None:
    parts = _parts(text)
    if parts is None or parts[2] is None:
        return None
    return f"{parts[0]}-{parts[1]:02}-{parts[2]:02}"


def _month(text: str) -> str | None:
    parts = _parts(text)
    return f"{parts[0]}-{parts[1]:02}" if parts else None


_READERS: Final[dict[str, Callable[[str], str | None]]] = {
    "integer": _integer, "int": _integer, "long": _integer, "nonNegativeInteger": _integer,
    "positiveInteger": _integer, "decimal": _number, "double": _number, "float": _number,
    "boolean": _boolean, "gYear": _year, "gYearMonth": _month, "date": _date,
}  # fmt: skip


def variants(text: str) -> Iterable[str]:
    """Small changes that often are all that a value lacks."""
    plain = digits(text).strip()
    tight = "".join(plain.split())
    yield from (plain, tight, tight.upper(), tight.lower(), plain.lower(), plain.upper())
    bare = re.sub(r"[-_./]", "", tight)
    if bare.isascii() and any(c.isdigit() for c in bare):
        yield from (bare, bare.upper(), bare.lower())
    words = re.findall(r"[A-Za-z0-9]+", plain)
    yield "-".join(words).lower()
    yield "".join(w.title() for w in words)


def script(text: str) -> str:
    """th where the letters are Thai, en where they are Latin, else nothing."""
    letters = [c for c in text if c.isalpha()]
    if letters and all("\u0e00" <= c <= "\u0e7f" for c in letters):
        return "th"
    return "en" if letters and all(c.isascii() for c in letters) else ""
