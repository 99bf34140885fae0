"""Is a file really a workbook, and one that can be opened safely? Looked at before it is."""

from __future__ import annotations

import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from kkgraph import files
from kkgraph.errors import SourceError

MAX_UNPACKED: Final = 256 * 2**20
DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, OSError)
"""What a damaged zip archive raises when it is read."""
MAX_VALUES: Final = 3_000_000
_CHUNK: Final = 2**20
_OVERLAP: Final = 256
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGED: Final = re.compile(
    rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3}[0-9]{1,7}(?::[A-Z]{1,3}[0-9]{1,7})?)"'
)


@dataclass
class Parts:
    """What a look into a workbook showed: the merged ranges of each of its sheets' files."""

    merged: dict[str, list[str]] = field(default_factory=dict)


def look(path: Path) -> Parts:
    """What is in an .xlsx file, which is safe to open afterwards.

    Raises ``SourceError``: missing-file, unreadable-file, old-workbook (.xls), locked-workbook (a
    password), broken-workbook (cut off or damaged), not-a-workbook, too-large (unpacked, as a zip
    bomb is, or with too many cells).
    """
    head = _head(path)
    if head.startswith(_OLE):
        raise _ole(path)
    if not head:
        raise SourceError("broken-workbook", "the file is empty", where=str(path), hint=_AGAIN)
    if not head.startswith(b"PK"):
        raise SourceError(
            "not-a-workbook",
            "this is no Excel workbook, whatever its name says",
            where=str(path),
            hint="Open it in Excel or LibreOffice and save it as .xlsx, or as a folder of CSV.",
        )
    try:
        with zipfile.ZipFile(path) as packed:
            return _inside(path, packed)
    except (*DAMAGE, NotImplementedError, RuntimeError) as error:
        raise SourceError(
            "broken-workbook",
            f"the workbook is damaged or was cut off ({error})",
            where=str(path),
            hint=_AGAIN,
        ) from error


_AGAIN: Final = "Copy or download it again, or open it in Excel or LibreOffice and save it anew."


def _head(path: Path) -> bytes:
    if not path.is_file():
        files.read_bytes(path)
    try:
        with path.open("rb") as file:
            return file.read(8)
    except OSError as error:
        raise SourceError(
            "unreadable-file", f"the file cannot be read: {error.strerror}", where=str(path)
        ) from error


def _ole(path: Path) -> SourceError:
    """An old .xls, or a new workbook behind a password: both look alike from outside."""
    with path.open("rb") as file:
        start = file.read(MAX_UNPACKED)
    if "EncryptedPackage".encode("utf-16-le") in start:
        return SourceError(
            "locked-workbook",
            "the workbook is protected by a password",
            where=str(path),
            hint="Open it, take the password off (File, Info, Protect Workbook) and save it.",
        )
    return SourceError(
        "old-workbook",
        "this is a workbook of the old kind (.xls)",
        where=str(path),
        hint="Open it in Excel or LibreOffice and save it as .xlsx.",
    )


def _inside(path: Path, packed: zipfile.ZipFile) -> Parts:
    members = packed.infolist()
    total = sum(m.file_size for m in members)
    if total > MAX_UNPACKED or len(members) > 10_000:
        raise SourceError(
            "too-large",
            f"the workbook unpacks to {total / 2**20:,.0f} MiB, more than {MAX_UNPACKED // 2**20}",
            where=str(path),
            hint="A case needs far less. Delete pictures and empty rows, or copy the sheets anew.",
        )
    if "xl/workbook.xml" not in packed.namelist():
        raise SourceError(
            "not-a-workbook",
            "this is no Excel workbook, whatever its name says",
            where=str(path),
            hint="Open it in Excel or LibreOffice and save it as .xlsx.",
        )
    parts = Parts()
    values = 0
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            with packed.open(member) as file:
                found, count = _scan(path, file)
            if member.filename.startswith("xl/worksheets/"):
                parts.merged[member.filename] = found
                values += count
    if values > MAX_VALUES:
        raise SourceError(
            "too-large",
            f"the workbook has {values:,} filled cells; at most {MAX_VALUES:,} are read",
            where=str(path),
            hint="Bring one case in a workbook.",
        )
    return parts


def _scan(path: Path, file: IO[bytes]) -> tuple[list[str], int]:
    """The merged ranges and the number of values; a document type is refused, it may explode."""
    merged: dict[str, None] = {}
    values, tail, first = 0, b"", True
    while chunk := file.read(_CHUNK):
        window = tail + chunk
        if first and (b"<!DOCTYPE" in window or b"<!ENTITY" in window):
            raise SourceError(
                "broken-workbook",
                "the workbook has parts that no spreadsheet writes (a document type)",
                where=str(path),
                hint=_AGAIN,
            )
        first = False
        values += chunk.count(b"</v>") + chunk.count(b"</is>")
        merged.update((m.decode(), None) for m in _MERGED.findall(window))
        tail = window[-_OVERLAP:]
    return list(merged), values
