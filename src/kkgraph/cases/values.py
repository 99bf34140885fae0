"""Numbers, years, dates, periods, yes and no: what people type, read as RDF literals."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final

import pyoxigraph as ox

from kkgraph.cases.grids import Cell
from kkgraph.cases.spelling import arabic, clean
from kkgraph.names import PREFIXES

XSD: Final = PREFIXES["xsd"]
ERA_YEARS: Final = 543
_LONGEST: Final = 200
_FIRST_ERA: Final = 2400
"""A year from here on is one of the Buddhist era."""
_YES: Final = frozenset(("yes", "y", "true", "1", "ใช่", "จริง", "มี"))
_NO: Final = frozenset(("no", "n", "false", "0", "ไม่", "ไม่ใช่", "เท็จ", "ไม่จริง", "ไม่มี"))
_MONTHS: Final = {
    name: number
    for number, all_names in enumerate(
        (
            "มกราคม ม.ค. january jan",
            "กุมภาพันธ์ ก.พ. february feb",
            "มีนาคม มี.ค. march mar",
            "เมษายน เม.ย. april apr",
            "พฤษภาคม พ.ค. may may",
            "มิถุนายน มิ.ย. june jun",
            "กรกฎาคม ก.ค. july jul",
            "สิงหาคม ส.ค. august aug",
            "กันยายน ก.ย. september sep",
            "ตุลาคม ต.ค. october oct",
            "พฤศจิกายน พ.ย. november nov",
            "ธันวาคม ธ.ค. december dec",
        ),
        1,
    )
    for name in all_names.split()
}
_ERA: Final = r"(?:พ\.?\s?ศ\.?|ค\.?\s?ศ\.?|b\.?e\.?|c\.?e\.?|a\.?d\.?)?\s*"
_BUDDHIST: Final = re.compile(r"พ\.?\s?ศ\.?\s*\d|\bb\.?\s?e\b")
_COMMON: Final = re.compile(r"ค\.?\s?ศ\.?\s*\d|\b(?:c\.?\s?e|a\.?\s?d)\b")
_NAME: Final = "|".join(re.escape(m) for m in sorted(_MONTHS, key=len, reverse=True))
_YEAR: Final = re.compile(rf"{_ERA}(?P<year>\d{{4}})")
_MONTH: Final = re.compile(
    rf"(?:(?P<name>{_NAME})\s*|(?P<first>\d{{1,2}})\s*[/.]\s*){_ERA}(?P<year>\d{{4}})"
    r"|(?P<iso>\d{4})-(?P<month>\d{2})"
)
_DATE: Final = re.compile(
    rf"(?P<day>\d{{1,2}})(?:\s*(?P<name>{_NAME})\s*|\s*[/.-]\s*(?P<month>\d{{1,2}})\s*[/.-]\s*)"
    rf"{_ERA}(?P<year>\d{{4}})|(?P<iso>\d{{4}})-(?P<isomonth>\d{{2}})-(?P<isoday>\d{{2}})"
)
_ABOUT: Final = re.compile(r"^(?:about|around|circa|c\.|ประมาณ|ราว|ช่วง)\s*")
_SINCE: Final = re.compile(r"^(?:from|since|ตั้งแต่)\s*")
_UNTIL: Final = re.compile(r"^(?:until|up to|จนถึง|ถึง)\s*")
_DECADE: Final = re.compile(r"^ทศวรรษ\s*(?:พ\.?\s?ศ\.?\s*)?(\d{4})$")
_BETWEEN: Final = re.compile(r"\s+(?:-|–|—|ถึง|to)\s+|\s*[–—]\s*|(?<=\d{4})-(?=\d{4})")
_HEX: Final = re.compile(r"[0-9A-Fa-f\s]{32,}")
_NUMBER: Final = re.compile(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time as it was written: years or months of the common era, as text."""

    start: str
    end: str
    approximate: bool
    era_text: str

    @property
    def label(self) -> str:
        """The period in English."""
        if self.start and self.end:
            span = self.start if self.start == self.end else f"{self.start}–{self.end}"
        else:
            span = f"from {self.start}" if self.start else f"until {self.end}"
        return f"about {span}" if self.approximate else span

    @property
    def thai(self) -> str:
        """The period in Thai, as the source has it, or with the years of the Buddhist era."""
        if self.era_text:
            return self.era_text
        years = [_era(m) for m in (self.start, self.end) if m]
        span = "–".join(dict.fromkeys(years))
        if not (self.start and self.end):
            span = f"{'ตั้งแต่' if self.start else 'ถึง'} พ.ศ. {span}"
        else:
            span = f"พ.ศ. {span}"
        return f"ประมาณ {span}" if self.approximate else span


def _era(moment: str) -> str:
    year, _, month = moment.partition("-")
    return f"{int(year) + ERA_YEARS}" + (f"-{month}" if month else "")


def common_era(year: int, text: str = "") -> int:
    """The year in the common era: as the text says, else one from 2400 on is Buddhist."""
    if _BUDDHIST.search(text) or (year >= _FIRST_ERA and not _COMMON.search(text)):
        return max(year - ERA_YEARS, 1)
    return year


def integer(text: str) -> ox.Literal | None:
    """An ``xsd:integer``, from digits with or without commas between thousands."""
    number = _decimal(text)
    whole = number is not None and number == number.to_integral_value()
    return _literal(str(int(number)), "integer") if whole and number is not None else None


def decimal(text: str) -> ox.Literal | None:
    """An ``xsd:decimal`` in canonical form."""
    number = _decimal(text)
    if number is None:
        return None
    plain = format(number.normalize(), "f")
    return _literal(plain if number else "0", "decimal")


def _decimal(text: str) -> Decimal | None:
    plain = arabic(text).strip()
    if not _NUMBER.fullmatch(plain) or len(plain) > 60:
        return None
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:
        return None


def boolean(text: str) -> ox.Literal | None:
    """An ``xsd:boolean``, from yes and no in either language."""
    word = arabic(text).strip().casefold()
    if word in _YES or word in _NO:
        return _literal("true" if word in _YES else "false", "boolean")
    return None


def year(text: str) -> ox.Literal | None:
    """An ``xsd:gYear`` of the common era, from a year of either era."""
    found = _YEAR.fullmatch(_plain(text))
    return (
        _literal(f"{common_era(int(found['year']), _plain(text)):04d}", "gYear") if found else None
    )


def month(text: str) -> ox.Literal | None:
    """An ``xsd:gYearMonth`` of the common era, from 2019-05, 5/2562 or พฤษภาคม 2562."""
    found = _MONTH.fullmatch(_plain(text))
    if not found:
        return None
    number = int(found["month"] or found["first"] or _MONTHS[found["name"]])
    if not 1 <= number <= 12:
        return None
    of = common_era(int(found["iso"] or found["year"]), _plain(text))
    return _literal(f"{of:04d}-{number:02d}", "gYearMonth")


def day(text: str) -> ox.Literal | None:
    """An ``xsd:date`` of the common era, from 2019-05-01, 1/5/2562 (day first) or 1 พ.ค. 2562."""
    found = _DATE.fullmatch(_plain(text))
    if not found:
        return None
    month_ = int(found["isomonth"] or found["month"] or _MONTHS[found["name"]])
    of = common_era(int(found["iso"] or found["year"]), _plain(text))
    try:
        return _literal(date(of, month_, int(found["isoday"] or found["day"])).isoformat(), "date")
    except ValueError:
        return None


def period(text: str) -> Period | None:
    """A period, from a year or month, two of them with a dash, a decade, or from or until one."""
    whole, _ = clean(text)
    plain = _plain(whole)
    about = _ABOUT.match(plain)
    rest = plain[about.end() :] if about else plain
    bounds = _bounds(rest)
    if bounds is None:
        return None
    if re.fullmatch(r"\d{4}", plain) and int(plain) >= _FIRST_ERA:
        whole = f"พ.ศ. {plain}"
    era = any(int(y) >= _FIRST_ERA for y in re.findall(r"\d{4}", plain))
    return Period(*bounds, approximate=bool(about), era_text=arabic(whole) if era else "")


def _bounds(text: str) -> tuple[str, str] | None:
    if decade := _DECADE.fullmatch(text):
        start = common_era(int(decade[1]))
        return f"{start:04d}", f"{start + 9:04d}"
    for sign, one in ((_SINCE, "start"), (_UNTIL, "end")):
        if (found := sign.match(text)) and (moment := _moment(text[found.end() :])):
            return (moment, "") if one == "start" else ("", moment)
    parts = [_moment(p) for p in _BETWEEN.split(text)]
    if not 1 <= len(parts) <= 2 or None in parts:
        return None
    return str(parts[0]), str(parts[-1])


def _moment(text: str) -> str | None:
    found = year(text) or month(text)
    return found.value if found else None


def moment(text: str) -> ox.Literal:
    """The literal of a period's bound, written as year or year and month."""
    return _literal(text, "gYearMonth" if "-" in text else "gYear")


def digest(text: str) -> ox.Literal:
    """A check sum as it stands, or that of the passage: SHA-256 of its UTF-8 bytes, untouched."""
    if _HEX.fullmatch(text.strip()):
        return ox.Literal("".join(text.split()).lower() if len(text.split()) > 1 else text.strip())
    return ox.Literal(hashlib.sha256(text.encode("utf-8")).hexdigest())


_READERS: Final[dict[str, Callable[[str], ox.Literal | None]]] = {
    "integer": integer,
    "decimal": decimal,
    "boolean": boolean,
    "gYear": year,
    "gYearMonth": month,
    "date": day,
}


def typed(cell: Cell, datatypes: list[str]) -> ox.Literal | None:
    """The cell's value as the first of the datatypes (local names) that it can be read as."""
    for name in datatypes:
        reader = _READERS.get(name)
        text = _dated(cell, name)
        found = reader(text) if reader else ox.Literal(text)
        if found is not None:
            return found
    return None


def _dated(cell: Cell, datatype: str) -> str:
    """The cell's text; of a date cell the part that the datatype wants."""
    if isinstance(cell.value, datetime | date):
        return cell.text[: {"gYear": 4, "gYearMonth": 7}.get(datatype, 10)]
    return cell.text


def number(cell: Cell) -> ox.Literal | None:
    """An integer or, with a fraction, a decimal."""
    return integer(cell.text) or decimal(cell.text)


def _plain(text: str) -> str:
    """The text as dates are looked for in it; nothing of one that is too long to be a date."""
    if len(text) > _LONGEST:
        return ""
    return arabic(clean(text)[0]).casefold()


def _literal(text: str, datatype: str) -> ox.Literal:
    return ox.Literal(text, datatype=ox.NamedNode(XSD + datatype))
