"""The entries of a side: read from a table or an RDF file, or found in a graph."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from kkgraph import files
from kkgraph.errors import LinkError, SourceError
from kkgraph.link import codes, columns, described, naming, provinces, rows
from kkgraph.link.records import Entry, Side
from kkgraph.matching import did_you_mean

of_graph = described.of_graph
_TITLES: Final = 10


@dataclass
class Heard:
    """What reading a side had to say: the role of each column, and remarks."""

    roles: dict[str, str] = field(default_factory=dict)
    id_column: str = ""
    notes: list[str] = field(default_factory=list)


def read(
    path: Path | str,
    roles: Mapping[str, str] | None = None,
    *,
    sheet: str = "",
    id_column: str = "",
    heard: Heard | None = None,
) -> tuple[Side, list[Entry]]:
    """The side and the entries of a file: CSV, .xlsx, Parquet, or RDF.

    ``roles`` gives columns their meaning (``columns.ROLES`` and ``code:SCHEME``); the others are
    guessed from their heads and cells, and ``heard`` tells how. The id of an entry is that of the
    id column; else of the first column of codes that has a different one in every row; else the
    row's number. Raises ``SourceError`` as ``rows.read`` does, and ``LinkError``: bad-role,
    unknown-column, no-name-column, twice-mapped, duplicate-code, unknown-type, mixed-encodings.
    """
    path = Path(path)
    given = dict(roles or {})
    if id_column:
        given.setdefault(id_column, "id")
    heard = heard if heard is not None else Heard()
    side = side_of(path)
    if path.suffix.lower() not in rows.TABLES:
        return side, described.of_file(path)
    table = rows.read(path, sheet=sheet)
    _headed(table, given, heard)
    found = columns.roles_of(table.heads, table.rows[:200], given, str(path))
    heard.notes += table.notes
    heard.roles = {table.heads[n]: role for n, role in found.items()}
    return side, _entries(table, found, heard, id_column)


def side_of(path: Path) -> Side:
    """The side that a file is, with its SHA-256."""
    digest = hashlib.sha256(files.read_bytes(path)).hexdigest()
    made = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "table"
    return Side(made, str(path), path.name, digest)


def _headed(table: rows.Rows, given: Mapping[str, str], heard: Heard) -> None:
    """Find the row of heads: below a title, or nowhere, where the first row is a name already."""
    if _known(table.heads, given):
        return
    for place, row in enumerate(table.rows[:_TITLES]):
        known, filled = _known(row, given), sum(bool(c.strip()) for c in row)
        if known and (known > 1 or known == filled):
            table.heads[:] = [c.strip() for c in row]
            del table.rows[: place + 1], table.numbers[: place + 1]
            heard.notes.append(f"heads in the row before {table.place(table.numbers[0])}"
                               if table.numbers else "a head without rows")  # fmt: skip
            return
    if not given and any((n := naming.parse(c)).type and n.name for c in table.heads):
        table.rows.insert(0, list(table.heads))
        table.numbers.insert(0, 1)
        single = len(table.heads) == 1
        table.heads[:] = (
            ["name"] if single else [f"column {n + 1}" for n in range(len(table.heads))]
        )
        heard.notes.append("the first row is a name, so the table has no heads")


def _known(cells: Sequence[str], given: Mapping[str, str]) -> int:
    """How many cells of a row are heads of known columns, or given ones."""
    return sum(bool(columns.by_head(c)) or c.strip() in given for c in cells)


def _entries(
    table: rows.Rows, roles: Mapping[int, str], heard: Heard, id_column: str
) -> list[Entry]:
    places: dict[str, list[int]] = {}
    for n, role in roles.items():
        places.setdefault(role, []).append(n)
    id_place = _id_place(table, places, id_column)
    heard.id_column = table.heads[id_place] if id_place is not None else ""
    if id_place is not None:
        _refuse_twice(table, id_place)
    names = [n for r in ("name", "name_th", "name_en") for n in places.get(r, ())]
    schemes = [(r[5:], n) for r, found in places.items() if r.startswith("code:") for n in found]
    types = _types(table, places)
    out = []
    for number, row in table:
        cells = row if len(row) >= len(table.heads) else row + [""] * (len(table.heads) - len(row))
        texts = [t for n in names if (t := cells[n].strip())]
        pairs = tuple((s, codes.normal(s, v)) for s, n in schemes for v in _values(s, cells[n]))
        province = _one(cells, places, "province")
        code = provinces.code(province) or province if province else ""
        district = _one(cells, places, "district")
        out.append(
            Entry(
                id=cells[id_place].strip() if id_place is not None else str(number),
                where=table.place(number),
                name=texts[0] if texts else "",
                names=tuple(texts[1:]),
                type=types.get(_one(cells, places, "type"), _one(cells, places, "type:any")),
                province=code,
                district=naming.district_code(district, code) if district else "",
                identifiers=pairs,
                point=_point(cells, places),
            )
        )
    return out


def _one(cells: list[str], places: Mapping[str, list[int]], role: str) -> str:
    found = places.get(role)
    return cells[found[0]].strip() if found else ""


def _values(scheme: str, cell: str) -> list[str]:
    """The codes in a cell: several of Wikidata's are separated by spaces or commas."""
    text = cell.strip()
    return re.split(r"[\s,;|]+", text) if scheme == "wikidata" and text else [text] if text else []


def _point(cells: list[str], places: Mapping[str, list[int]]) -> tuple[float, float] | None:
    """The coordinates of a row, where both are degrees on the globe."""
    try:
        lat, lon = float(_one(cells, places, "lat")), float(_one(cells, places, "lon"))
    except ValueError:
        return None
    return (lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def _id_place(table: rows.Rows, places: Mapping[str, list[int]], id_column: str) -> int | None:
    if id_column or "id" in places:
        return places["id"][0]
    for place in sorted(n for r, found in places.items() if r.startswith("code:") for n in found):
        seen = {row[place].strip() for row in table.rows if place < len(row)}
        if len(seen) == len(table.rows) and "" not in seen:
            return place
    return None


def _refuse_twice(table: rows.Rows, place: int) -> None:
    seen: dict[str, int] = {}
    for number, row in table:
        code = row[place].strip() if place < len(row) else ""
        if not code:
            raise LinkError(
                "no-code",
                f'the row has no "{table.heads[place]}"',
                where=table.place(number),
                hint="Fill it in, or choose another column with --id.",
            )
        if code in seen:
            raise LinkError(
                "duplicate-code",
                f'"{code}" stands in row {seen[code]} and in row {number}',
                where=table.place(number),
                hint=f'Each row needs a "{table.heads[place]}" of its own: correct one of them.',
            )
        seen[code] = number


def _types(table: rows.Rows, places: Mapping[str, list[int]]) -> dict[str, str]:
    """What is written in the type column → the key of ``TYPES``.

    A column in which most values are types of local administration may hold no others.
    """
    found = places.get("type")
    if not found:
        return {}
    out: dict[str, str] = {}
    first: dict[str, int] = {}
    for number, row in table:
        text = row[found[0]].strip() if found[0] < len(row) else ""
        if text not in out:
            out[text] = naming.type_of(text) if text else ""
            first[text] = number
    unknown = [t for t, key in out.items() if t and not key]
    if unknown and len(unknown) * 2 < len(out):
        raise LinkError(
            "unknown-type",
            f'"{unknown[0]}" is no type of local administration known here',
            where=table.place(first[unknown[0]]),
            hint=f"{did_you_mean(unknown[0], out.keys() - {unknown[0]})}Correct the cell, or take "
            f'the types as they are written: --map "{table.heads[found[0]]}=type:any".',
        )
    return out | {t: t for t in unknown} | {"": ""}


__all__ = ["Heard", "SourceError", "of_graph", "read", "side_of"]
