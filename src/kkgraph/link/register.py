"""A register read from a table: every row checked, with all that is wrong told by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kkgraph.errors import LinkError
from kkgraph.link import codes, columns, naming, provinces, reading, rows, thai
from kkgraph.link.records import TYPES, Entry, Side
from kkgraph.link.remarks import remark
from kkgraph.model import Problem, Text

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PERIOD: Final = re.compile(r"(\d{4}(?:-\d\d)?)?(?:(\.\.)(\d{4}(?:-\d\d)?)?)?")
_NAMES: Final = ("name_th", "name_en", "name")


@dataclass(frozen=True, slots=True)
class Period:
    """The years (or months) for which a register holds; either may be open."""

    start: str = ""
    end: str = ""

    @classmethod
    def of(cls, text: str) -> Period:
        """The period of ``2017``, ``2017..2020``, ``2017..`` or ``..2020``.

        Raises ``LinkError`` bad-period, for years of the Buddhist era too.
        """
        match = _PERIOD.fullmatch(text.strip())
        found = (match[1] or "", (match[3] or "") if match[2] else match[1] or "") if match else ()
        years = [int(y[:4]) for y in found if y]
        if not years or years != sorted(years) or not 1000 <= min(years) <= max(years) < 2400:
            raise LinkError(
                "bad-period",
                f'"{text}" is no period',
                where="--period",
                hint="Write a year of the common era, 2017, or two: 2017..2020. "
                "(A Buddhist-era year is 543 more: 2560 is 2017.)",
            )
        return cls(*found)


@dataclass(frozen=True)
class Register:
    """A table as an authority: its entries, the period for which they hold, and what it is called.

    Each entry's ``names`` are its Thai and its English name, ``""`` where there is none; ``id`` is
    its code. ``scheme`` is that of the codes.
    """

    name: str
    side: Side
    entries: tuple[Entry, ...]
    period: Period
    label: Text
    scheme: str
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    roles: Mapping[str, str] | None = None


def read(  # noqa: PLR0913
    path: Path | str,
    *,
    name: str = "",
    roles: Mapping[str, str] | None = None,
    period: str = "",
    label: Text | None = None,
    sheet: str = "",
) -> Register:
    """The register of a table: CSV, .xlsx or Parquet.

    ``name`` is what it is called, the file's name if none is given; ``roles`` maps columns as in
    linking; ``period`` is when it holds, the year of reading as its end if not given. Rows with a
    code twice or none, no name, an unknown type or province are problems, all in one pass; the
    entries are those of the other rows. A further code that has not the form of its scheme is a
    warning, and left out. Raises ``LinkError`` (bad-name, bad-period,
    no-code-column, mixed-encodings, and those of ``columns.roles_of``), ``SourceError`` as
    ``rows.read`` does.
    """
    path = Path(path)
    side = reading.side_of(path)
    called = named(name or side.slug, "--name" if name else str(path))
    table = rows.read(path, sheet=sheet)
    found = columns.roles_of(table.heads, table.rows[:200], dict(roles or {}), str(path))
    by_role = {role: n for n, role in found.items()}
    scheme, at = _code_column(by_role, table, str(path))
    reader = _Rows(table, by_role, scheme, at)
    entries = reader.entries()
    titles = dict(label or {}) or {"en": path.stem, "th": path.stem}
    return Register(
        called,
        Side(f"register-{called}", str(path), titles["en"], side.sha256),
        tuple(entries),
        Period.of(period) if period else Period(end=_this_year()),
        {lang: titles.get(lang) or next(iter(titles.values())) for lang in ("en", "th")},
        scheme,
        tuple(reader.problems),
        tuple(table.notes),
        {table.heads[n]: role for n, role in found.items()},
    )


def named(name: str, where: str) -> str:
    """The name, if a register or a set of links can have it; ``LinkError`` bad-name otherwise."""
    if not _SLUG.fullmatch(name) or len(name) > 60:
        raise LinkError(
            "bad-name",
            f'"{name}" cannot name a register or a set of links',
            where=where,
            hint="Use small Latin letters and digits with hyphens between: --name lao-2017",
        )
    return name


def _this_year() -> str:
    from datetime import UTC, datetime

    return str(datetime.now(UTC).year)


def _code_column(by_role: Mapping[str, int], table: rows.Rows, where: str) -> tuple[str, int]:
    """The scheme of the register's own codes, and their column."""
    wanted = ["code:dla", "code:geocode", "id"]
    wanted += [r for r in by_role if r.startswith("code:") and r not in wanted]
    for role in wanted:
        if role in by_role:
            return role.partition(":")[2] or "id", by_role[role]
    raise LinkError(
        "no-code-column",
        "no column was recognised as the codes of the rows",
        where=where,
        hint=f"Say which one it is: --map COLUMN=id. Columns: {', '.join(table.heads)}.",
    )


class _Rows:
    """Reads the rows of a table, and keeps what is wrong with them."""

    def __init__(self, table: rows.Rows, by_role: Mapping[str, int], scheme: str, at: int) -> None:
        self._table = table
        self._by_role = by_role
        self._scheme = scheme
        self._at = at
        self._types: dict[str, str] = {}
        self._codes = {
            r[5:]: n for r, n in by_role.items() if r.startswith("code:") and n != at
        }  # fmt: skip
        self.problems: list[Problem] = []

    def entries(self) -> list[Entry]:
        """The entries of the rows that nothing is wrong with."""
        out = []
        seen: dict[str, int] = {}
        for number, cells in self._table:
            before = self._grave()
            where = self._table.place(number)
            code = codes.normal(self._scheme, self._cell(cells, self._at))
            if not code:
                self._say("no-code", where)
            elif code in seen:
                self._say("duplicate-code", where, code, first=seen[code])
            else:
                self._form(where, self._scheme, code)
            seen.setdefault(code, number)
            entry = self._entry(cells, code, where)
            if self._grave() == before:
                out.append(entry)
        return out

    def _grave(self) -> int:
        return sum(p.severity == "violation" for p in self.problems)

    def _entry(self, cells: list[str], code: str, where: str) -> Entry:
        texts = {r: thai.clean(self._role(cells, r)) for r in _NAMES}
        th, en = texts["name_th"], texts["name_en"]
        if texts["name"]:
            if thai.is_thai(texts["name"]):
                th = th or texts["name"]
            else:
                en = en or texts["name"]
        if not th and not en:
            self._say("no-name", where)
        pairs = {self._scheme: code}
        for scheme, column in self._codes.items():
            value = codes.normal(scheme, self._cell(cells, column))
            if value and self._form(where, scheme, value, main=False):
                pairs[scheme] = value
        told = codes.told(self._scheme, code)
        province = self._province(cells, where) or told.province
        district = self._role(cells, "district")
        parsed = naming.parse(th or en, bare=True)
        kind = self._type(cells, where) or parsed.type or told.type
        return Entry(
            id=code,
            where=where,
            name=th or en,
            names=(th, en),
            type="SPECIAL" if parsed.type == "SPECIAL" else kind,
            province=province,
            district=naming.district_code(district, province) or told.district,
            identifiers=tuple(pairs.items()),
            point=self._point(cells),
        )

    def _type(self, cells: list[str], where: str) -> str:
        text = self._role(cells, "type")
        if not text:
            return ""
        if text not in self._types:
            self._types[text] = naming.type_of(text)
        if not self._types[text]:
            self._say("unknown-type", where, text, words=", ".join(TYPES))
        return self._types[text]

    def _province(self, cells: list[str], where: str) -> str:
        text = self._role(cells, "province")
        if not text:
            return ""
        found = provinces.code(text)
        if not found:
            self._say("unknown-province", where, text)
        return found

    def _form(self, where: str, scheme: str, value: str, *, main: bool = True) -> bool:
        """True where a code has the form of its scheme; a further code without it is left out."""
        if codes.well_formed(scheme, value):
            return True
        self._say("bad-code" if main else "left-out", where, value, scheme=scheme)
        return False

    def _point(self, cells: list[str]) -> tuple[float, float] | None:
        try:
            lat, lon = float(self._role(cells, "lat")), float(self._role(cells, "lon"))
        except ValueError:
            return None
        return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None

    def _role(self, cells: list[str], role: str) -> str:
        return self._cell(cells, self._by_role[role]) if role in self._by_role else ""

    @staticmethod
    def _cell(cells: list[str], column: int) -> str:
        return cells[column].strip() if column < len(cells) else ""

    def _say(self, kind: str, where: str, value: str = "", **values: object) -> None:
        severity = "warning" if kind == "left-out" else "violation"
        self.problems.append(replace(remark(kind, where, value, **values), severity=severity))


def slug_of(code: str) -> str:
    """The last part of an entry's IRI: its code in small Latin letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", code.lower()).strip("-")
