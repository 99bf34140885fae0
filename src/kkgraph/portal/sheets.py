"""The findings as flat sheets: CSV in each language, and one workbook with a sheet for each."""

from __future__ import annotations

import io
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from kkgraph.cases import flat
from kkgraph.graph import KnowledgeGraph
from kkgraph.portal.longbook import LongBook
from kkgraph.portal.wording import say
from kkgraph.portal.writing import Made
from kkgraph.tables import Sheet, Table, write_book

_STAMP: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)
_MARK: Final = "\ufeff"
"""With this a spreadsheet reads Thai as it is."""
_TITLES: Final = {"en": "Findings", "th": "ข้อค้นพบ"}
_BATCH: Final = 5_000
_MOST_ROWS: Final = 1_000_000
"""A sheet of a workbook has little room for more."""


def sheet_files(graph: KnowledgeGraph, date: str, folder: Path) -> Iterator[Made]:
    """The files of the findings, written into the folder."""
    tables = {lang: flat.findings_sheet(graph.reader, lang) for lang in ("en", "th")}
    for lang, table in tables.items():
        made = _csv(lang)
        (folder / made.path).write_bytes((_MARK + table.to_csv()).encode("utf-8"))
        yield made
    sheets = [Sheet(_TITLES[lang], *table.flat()) for lang, table in tables.items()]
    made = _book()
    (folder / made.path).write_bytes(book(sheets, date))
    yield made


def long_sheet_files(graph: KnowledgeGraph, date: str, folder: Path) -> Iterator[Made]:
    """The same, read and written some thousand findings at a time."""
    made = _book()
    with tempfile.TemporaryDirectory(prefix="kkgraph-") as place:
        path = Path(place) / "book.xlsx"
        with LongBook(path) as long:
            for lang in ("en", "th"):
                yield _long_sheet(graph, lang, folder, long)
        with path.open("rb") as raw, (folder / made.path).open("wb") as out:
            _stamped(raw, out, date)
    yield made


def _long_sheet(graph: KnowledgeGraph, lang: str, folder: Path, long: LongBook) -> Made:
    made, title = _csv(lang), _TITLES[lang]
    number, sheets = 0, 0
    with (folder / made.path).open("w", encoding="utf-8", newline="") as out:
        out.write(_MARK)
        for table in _batches(graph, lang):
            text = table.to_csv()
            heads, rows = table.flat()
            out.write(text if not sheets else text.partition("\r\n")[2])
            if not sheets or number + len(rows) > _MOST_ROWS:
                number, sheets = 0, sheets + 1
                long.sheet(title if sheets == 1 else f"{title} {sheets}", heads, rows)
            long.add(rows)
            number += len(rows)
    return made


def _batches(graph: KnowledgeGraph, lang: str) -> Iterator[Table]:
    """The sheet in pieces of the same columns; one of no rows where there is no finding."""
    iris = flat.findings(graph.reader)
    located = flat.has_locator(graph.reader)
    for start in range(0, max(len(iris), 1), _BATCH):
        some = iris[start : start + _BATCH]
        yield flat.findings_sheet(graph.reader, lang, some, located=located)


def book(sheets: Sequence[Sheet], date: str) -> bytes:
    """A workbook without the hour of its making: its date is the given one."""
    raw, out = io.BytesIO(), io.BytesIO()
    write_book(raw, sheets)
    _stamped(raw, out, date)
    return out.getvalue()


def _stamped(raw: IO[bytes], out: IO[bytes], date: str) -> None:
    """Copy a workbook, with this date in it and its parts in a fixed order."""
    stamp = f"{date}T00:00:00Z".encode()
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w") as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            if name == "docProps/core.xml":
                new.writestr(entry, _STAMP.sub(rb"\g<1>" + stamp + rb"\g<2>", old.read(name)))
                continue
            entry.file_size = old.getinfo(name).file_size
            with old.open(name) as source, new.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def _csv(lang: str) -> Made:
    return Made(f"data/findings.{lang}.csv", "csv", say(f"sheet_{lang}"))


def _book() -> Made:
    return Made("data/findings.xlsx", "xlsx", say("sheets"))
