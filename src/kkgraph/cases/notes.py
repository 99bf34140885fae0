"""Comments of a sheet: ours beside the user's own, added and taken away again."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Final
from xml.sax.saxutils import escape

from kkgraph.cases.package import Element, Package, outline, spliced, with_children
from kkgraph.cases.records import letters
from kkgraph.layout import display_width

AUTHOR: Final = "kkgraph"
SIGN: Final = "⚑ kkgraph"
"""How each of our comments, or our part of a user's comment, begins."""
_THREAD: Final = "tc={"
_LONGEST: Final = 4_000
_WIDE: Final = 60
_ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_COMMENTS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_RUN: Final = re.compile(rb"<(?:\w+:)?r(?:\s[^>]*)?>.*?</(?:\w+:)?r>", re.S)
_TEXT: Final = re.compile(rb"(<(?:\w+:)?t(?:\s[^>]*)?>)(.*?)(</(?:\w+:)?t>)", re.S)
_SHAPE: Final = re.compile(rb"<(\w+):shape\s.*?</\1:shape>", re.S)
_AT: Final = re.compile(rb"<\w+:(Row|Column)>\s*(\d+)\s*<")
_NAMES: Final = (
    ' xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
    ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
_HEAD: Final = (
    "<xml" + _NAMES + '>\n<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{ids}"/>'
    "</o:shapelayout>\n</xml>"
)
_TYPE: Final = (
    '<v:shapetype{names} id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
    ' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NOTE: Final = (
    '<v:shape{names} id="_x0000_s{id}" type="#_x0000_t202" style="position:absolute;'
    'margin-left:60pt;margin-top:2pt;width:320pt;height:{height}pt;z-index:1;visibility:hidden"'
    ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
    '<v:shadow on="t" color="black" obscured="t"/>'
    '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto">'
    '<div style="text-align:left"></div></v:textbox><x:ClientData ObjectType="Note">'
    "<x:MoveWithCells/><x:SizeWithCells/><x:Anchor>{anchor}</x:Anchor>"
    "<x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
    "</x:ClientData></v:shape>"
)
Cell = tuple[int, int]
"""Row and column, from 1."""


def cell_of(ref: str) -> Cell:
    """Row and column of ``C7``."""
    match = re.match(r"([A-Z]+)([0-9]+)", ref.replace("$", ""))
    if match is None:
        return 0, 0
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


class Notes:
    """The comments of one sheet of a package."""

    def __init__(self, package: Package, sheet: str, base: str) -> None:
        self._package = package
        self._sheet = sheet
        self._base = base

    def _part(self, kind: str) -> tuple[str, str]:
        """The reference and the name of a part of this kind; ``""`` where there is none."""
        for relation in self._package.relations(self._sheet):
            if relation.kind.endswith("/" + kind):
                return relation.ident, relation.target
        return "", ""

    # Taking away

    def remove(self) -> None:
        """Take our comments away, and our words out of the user's."""
        ident, part = self._part("comments")
        if not part or SIGN.encode() not in self._package.parts[part]:
            return
        xml = self._package.parts[part]
        authors, comments, start = _read(xml)
        changes, gone, left = [], set(), 0
        for item in comments:
            begun, end = start + item.start, start + item.end
            text = xml[begun:end]
            own = authors[int(item.attributes.get("authorId", "0"))] == AUTHOR
            if SIGN.encode() not in text:
                left += 1
            elif own or not (kept := _without(text)):
                gone.add(cell_of(item.attributes["ref"]))
                changes.append((begun, end, b""))
            else:
                left += 1
                changes.append((begun, end, kept))
        self._package.parts[part] = _without_author(spliced(xml, changes), authors)
        self._remove_shapes(gone)
        if not left:
            self._package.unrelate(self._sheet, ident)
            self._package.drop(part)

    def _remove_shapes(self, gone: set[Cell]) -> None:
        ident, part = self._part("vmlDrawing")
        if not part:
            return
        xml = self._package.parts[part]
        changes = [
            (m.start(), m.end(), b"")
            for m in _SHAPE.finditer(xml)
            if b'ObjectType="Note"' in m[0] and _shape_cell(m[0]) in gone
        ]
        xml = spliced(xml, changes)
        self._package.parts[part] = xml
        if not _SHAPE.search(xml):
            self._package.unrelate(self._sheet, ident)
            self._package.drop(part)
            sheet = self._package.parts[self._sheet]
            tags = [c for c in outline(sheet).children if c.name == "legacyDrawing"]
            self._package.parts[self._sheet] = spliced(sheet, [(c.start, c.end, b"") for c in tags])

    # Adding

    def add(self, notes: Mapping[Cell, str], namespace: str) -> str:
        """Add a comment to each cell; the reference of a new drawing, or ``""``.

        A user's own comment is kept, ours is written below it; a threaded one is left alone.
        """
        self._package.allow("vml", _DRAWING)
        _, part = self._part("comments")
        if not part:
            part = self._package.free("xl/comments{}.xml")
            self._package.add(
                part,
                (
                    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                    f'<comments xmlns="{namespace}"><authors></authors>'
                    "<commentList></commentList></comments>"
                ).encode(),
                _COMMENTS,
            )
            self._package.relate(self._sheet, self._ident("Notes"), f"{self._base}/comments", part)
        xml = self._package.parts[part]
        authors, comments, start = _read(xml)
        own: dict[Cell, Element] = {cell_of(c.attributes["ref"]): c for c in comments}
        prefix = outline(xml).prefix
        changes, fresh, author = [], [], len(authors)
        for cell, text in sorted(notes.items()):
            if cell in own:
                item = own[cell]
                if not authors[int(item.attributes.get("authorId", "0"))].startswith(_THREAD):
                    begun, end = start + item.start, start + item.end
                    changes.append((begun, end, _with(xml[begun:end], text, prefix)))
            else:
                fresh.append(_comment(cell, text, author, prefix))
                changes.append((_after(comments, cell, start, xml), -1, fresh[-1]))
        changes = [(a, a if b < 0 else b, new) for a, b, new in changes]
        xml = spliced(xml, changes)
        if fresh:
            xml = _with_author(xml, prefix)
        self._package.parts[part] = xml
        cells = {c: t for c, t in notes.items() if c not in own}
        return self._add_shapes(cells) if cells else ""

    def _ident(self, name: str) -> str:
        taken = {r.ident for r in self._package.relations(self._sheet)}
        return next(i for n in range(999) if (i := f"rIdKkgraph{name}{n or ''}") not in taken)

    def _add_shapes(self, notes: Mapping[Cell, str]) -> str:
        ident, part = self._part("vmlDrawing")
        new = not part
        if new:
            drawings = b"".join(d for n, d in self._package.parts.items() if n.endswith(".vml"))
            blocks = [int(n) for m in re.finditer(rb':idmap[^>]*data="([\d,]+)"', drawings)
                      for n in m[1].split(b",") if n]  # fmt: skip
            block = max(blocks, default=0) + 1
            ids = ",".join(str(block + n) for n in range(len(notes) // 1024 + 1))
            part = self._package.free("xl/drawings/vmlDrawing{}.vml")
            ident = self._ident("Shapes")
            self._package.parts[part] = _HEAD.format(ids=ids).encode()
            self._package.relate(self._sheet, ident, f"{self._base}/vmlDrawing", part)
            number = block * 1024
        else:
            shapes = re.findall(rb'id="_x0000_s(\d+)"', self._package.parts[part])
            number = max(map(int, shapes), default=1024)
        xml = self._package.parts[part]
        declared = b'xmlns:v="urn' in xml and b'xmlns:o="urn' in xml and b'xmlns:x="urn' in xml
        names = "" if declared else _NAMES
        text = "" if b'id="_x0000_t202"' in xml else _TYPE.format(names=names)
        for n, (cell, note) in enumerate(sorted(notes.items()), 1):
            text += _shape(number + n, cell, note, names)
        at = xml.rindex(b"</xml>")
        self._package.parts[part] = xml[:at] + text.encode() + xml[at:]
        return ident if new else ""


def _read(xml: bytes) -> tuple[list[str], list[Element], int]:
    """The authors, the comments, and the offset that the comments' offsets are counted from."""
    authors: list[str] = []
    comments: list[Element] = []
    start = 0
    for part in outline(xml).children:
        inner = xml[part.start : part.end]
        if part.name == "authors":
            for author in outline(inner).children:
                text = re.sub(rb"<[^>]*>", b"", inner[author.start : author.end])
                authors.append(html.unescape(text.decode()))
        elif part.name == "commentList":
            comments, start = list(outline(inner).children), part.start
    return authors, comments, start


def _after(comments: list[Element], cell: Cell, start: int, xml: bytes) -> int:
    """Where a new comment goes: behind all that stand before its cell."""
    before = [c for c in comments if cell_of(c.attributes["ref"]) < cell]
    if before:
        return start + before[-1].end
    found = next(c for c in outline(xml).children if c.name == "commentList")
    return found.start + outline(xml[found.start : found.end]).inside


def _with_author(xml: bytes, prefix: str) -> bytes:
    found = next(c for c in outline(xml).children if c.name == "authors")
    new = f"<{prefix}author>{AUTHOR}</{prefix}author>".encode()
    changed = with_children(xml[found.start : found.end], new)
    return spliced(xml, [(found.start, found.end, changed)])


def _without_author(xml: bytes, authors: list[str]) -> bytes:
    """Our name taken off the end of the list of authors, where nothing counts on its number."""
    if not authors or authors[-1] != AUTHOR:
        return xml
    found = next(c for c in outline(xml).children if c.name == "authors")
    inner = xml[found.start : found.end]
    last = outline(inner).children[-1]
    return spliced(xml, [(found.start + last.start, found.start + last.end, b"")])


def _clean(text: str) -> str:
    return escape(_ILLEGAL.sub("", text)[:_LONGEST])


def _run(text: str, prefix: str) -> bytes:
    inner = f'<{prefix}t xml:space="preserve">{_clean(text)}</{prefix}t>'
    return f"<{prefix}r>{inner}</{prefix}r>".encode()


def _comment(cell: Cell, text: str, author: int, prefix: str) -> bytes:
    ref = f"{letters(cell[1])}{cell[0]}"
    run = _run(f"{SIGN}\n{text}", prefix).decode()
    return (
        f'<{prefix}comment ref="{ref}" authorId="{author}"><{prefix}text>{run}'
        f"</{prefix}text></{prefix}comment>"
    ).encode()


def _with(comment: bytes, text: str, prefix: str) -> bytes:
    """A user's comment with ours below it."""
    ours = _run(f"\n\n{SIGN}\n{text}", prefix)
    if not _RUN.search(comment):
        opened, closed = f"<{prefix}r>".encode(), f"</{prefix}r>".encode()
        comment = _TEXT.sub(lambda m: opened + m[0] + closed, comment, count=1)
    end = comment.rindex(f"</{prefix}text>".encode())
    return comment[:end] + ours + comment[end:]


def _without(comment: bytes) -> bytes:
    """A user's comment without ours; nothing where nothing of the user's is left."""
    place = 0
    texts = list(_TEXT.finditer(comment))
    whole = "".join(html.unescape(m[2].decode()) for m in texts)
    cut = len(whole[: whole.index(SIGN)].rstrip("\n"))
    if not whole[:cut].strip():
        return b""
    changes: list[tuple[int, int, bytes]] = []
    runs = list(_RUN.finditer(comment))
    for match in texts:
        text = html.unescape(match[2].decode())
        if place >= cut:
            around = next((r for r in runs if r.start() <= match.start() < r.end()), match)
            changes.append((around.start(), around.end(), b""))
        elif place + len(text) > cut:
            kept = escape(text[: cut - place]).encode()
            changes.append((match.start(2), match.end(2), kept))
        place += len(text)
    comment = spliced(comment, changes)
    runs = list(_RUN.finditer(comment))
    if len(runs) == 1 and b"rPr" not in runs[0][0]:
        inner = _TEXT.search(runs[0][0])
        assert inner is not None
        comment = spliced(comment, [(runs[0].start(), runs[0].end(), inner[0])])
    return comment


def _shape_cell(shape: bytes) -> Cell:
    found = {m[1]: int(m[2]) + 1 for m in _AT.finditer(shape)}
    return found.get(b"Row", 0), found.get(b"Column", 0)


def _shape(number: int, cell: Cell, text: str, names: str) -> str:
    lines = sum(1 + display_width(line) // _WIDE for line in text.split("\n")) + 2
    rows = min(max(lines, 4), 40)
    row, column = cell[0] - 1, cell[1] - 1
    anchor = (
        f"{column + 1}, 12, {max(row - 1, 0)}, 4, {column + 6}, 12, {max(row - 1, 0) + rows}, 4"
    )
    return _NOTE.format(
        id=number, height=rows * 15, anchor=anchor, row=row, column=column, names=names
    )
