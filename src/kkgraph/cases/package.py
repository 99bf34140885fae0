"""A workbook file as its parts, changed in places only: what is not touched keeps its bytes.

A library that reads a workbook and writes it again loses what it doesn't model: charts, drawings,
extended validations, sparklines. So the parts are edited as text, element by element.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from kkgraph.errors import SourceError

_TYPES: Final = "[Content_Types].xml"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_TAG: Final = re.compile(rb"""<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>""")


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a part by its offsets, and its attributes; ``name`` has no prefix."""

    name: str
    attributes: dict[str, str] = field(hash=False)
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Outline:
    """A part's root and the elements right below it.

    ``inside`` and ``end`` are the offsets after the root's start tag and before its end tag; they
    are the same offset behind the tag where the root is written as an empty tag.
    """

    root: Element
    prefix: str
    inside: int
    end: int
    children: tuple[Element, ...]

    @property
    def is_empty_tag(self) -> bool:
        """True for ``<root/>``."""
        return self.end == self.root.end


def outline(xml: bytes) -> Outline:
    """The outline of a part or an element; ``SourceError`` broken-workbook if malformed."""
    parser = expat.ParserCreate()
    names: list[tuple[str, dict[str, str], int]] = []
    children: list[Element] = []
    ends: list[int] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        if depth < 2:
            names.append((name, attributes, parser.CurrentByteIndex))
        depth += 1

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if depth == 1:
            _, attributes, begun = names[-1]
            finish = _end(xml, begun, parser.CurrentByteIndex)
            children.append(Element(name.rpartition(":")[2], attributes, begun, finish))
        elif depth == 0:
            ends.append(parser.CurrentByteIndex)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise SourceError(
            "broken-workbook", f"a part of the workbook is broken: {error}"
        ) from error
    name, attributes, begun = names[0]
    tag = _TAG.match(xml, begun)
    assert tag is not None
    prefix, colon, local = name.rpartition(":")
    root = Element(local, attributes, begun, _end(xml, begun, ends[0]))
    finish = root.end if tag[0].endswith(b"/>") else ends[0]
    return Outline(root, prefix + colon, tag.end(), finish, tuple(children))


def _end(xml: bytes, start: int, closing: int) -> int:
    """The offset behind an element that starts at one offset and has its end tag at the other."""
    tag = _TAG.match(xml, start)
    assert tag is not None
    if tag[0].endswith(b"/>"):
        return tag.end()
    return xml.index(b">", closing) + 1


def spliced(xml: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The text with each (start, end) replaced; of equal starts the first given comes first."""
    out: list[bytes] = []
    place = 0
    for start, end, new in sorted(changes, key=lambda change: change[0]):
        out += [xml[place:start], new]
        place = end
    return b"".join([*out, xml[place:]])


def with_children(xml: bytes, new: bytes, *, first: bool = False) -> bytes:
    """An element's text with further children, at its end or at its beginning."""
    found = outline(xml)
    if found.is_empty_tag:
        tag = xml[found.root.start : found.root.end]
        name = re.match(rb"<([^\s/>]+)", tag)
        assert name is not None
        opened = tag[:-2].rstrip() + b">" + new + b"</" + name[1] + b">"
        return xml[: found.root.start] + opened + xml[found.root.end :]
    at = found.inside if first else found.end
    return xml[:at] + new + xml[at:]


def with_attribute(tag: bytes, name: str, value: str) -> bytes:
    """An element's text with an attribute of its start tag set."""
    match = _TAG.match(tag)
    assert match is not None
    head = match[0]
    pattern = re.compile(rf"""(\s{re.escape(name)}\s*=\s*)("[^"]*"|'[^']*')""".encode())
    written = quoteattr(value).encode()
    if pattern.search(head):
        head = pattern.sub(lambda m: m[1] + written, head, count=1)
    else:
        cut = len(head) - (2 if head.endswith(b"/>") else 1)
        head = head[:cut].rstrip() + f" {name}=".encode() + written + head[cut:]
    return head + tag[match.end() :]


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part refers to: ``target`` is the name of another part."""

    ident: str
    kind: str
    target: str


class Package:
    """The parts of a workbook file by name."""

    def __init__(self, data: bytes, where: str = "") -> None:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as file:
                self._infos = {i.filename: i for i in file.infolist()}
                self.parts = {name: file.read(name) for name in self._infos}
        except (zipfile.BadZipFile, OSError, RuntimeError, ValueError) as error:
            raise SourceError(
                "broken-workbook", f"this is no readable workbook: {error}", where=where
            ) from error

    def save(self) -> bytes:
        """The file, its parts in their old order and new ones at the end."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name, data in self.parts.items():
                old = self._infos.get(name)
                info = zipfile.ZipInfo(name, old.date_time if old else _EPOCH)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = old.external_attr if old else 0
                file.writestr(info, data)
        return out.getvalue()

    # Relations

    def relations(self, part: str) -> list[Relation]:
        """What a part refers to inside the package."""
        xml = self.parts.get(_rels(part))
        if xml is None:
            return []
        found = []
        for item in outline(xml).children:
            a = item.attributes
            if a.get("TargetMode") != "External":
                target = posixpath.join("/", posixpath.dirname(part), a["Target"])
                found.append(Relation(a["Id"], a["Type"], posixpath.normpath(target).lstrip("/")))
        return found

    def relate(self, part: str, ident: str, kind: str, target: str) -> None:
        """Let a part refer to another one."""
        name = _rels(part)
        base = "http://schemas.openxmlformats.org/package/2006/relationships"
        xml = (
            self.parts.get(name)
            or (
                '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
                f'<Relationships xmlns="{base}"></Relationships>'
            ).encode()
        )
        prefix = outline(xml).prefix
        new = f'<{prefix}Relationship Id="{ident}" Type="{kind}" Target="/{target}"/>'
        self.parts[name] = with_children(xml, new.encode())

    def unrelate(self, part: str, ident: str) -> None:
        """Take a reference away, and with the last one its list."""
        name = _rels(part)
        found = outline(self.parts[name])
        gone = [c for c in found.children if c.attributes["Id"] == ident]
        if len(gone) == len(found.children):
            del self.parts[name]
        else:
            self.parts[name] = spliced(self.parts[name], [(c.start, c.end, b"") for c in gone])

    def drop(self, part: str) -> None:
        """Take a part away, with its own references and its content type."""
        self.parts.pop(part, None)
        self.parts.pop(_rels(part), None)
        xml = self.parts[_TYPES]
        gone = [c for c in outline(xml).children if c.attributes.get("PartName") == "/" + part]
        self.parts[_TYPES] = spliced(xml, [(c.start, c.end, b"") for c in gone])

    def add(self, part: str, data: bytes, content: str) -> None:
        """Add a part, or replace one, with its content type."""
        self.parts[part] = data
        self._declare("Override", "PartName", "/" + part, content)

    def allow(self, ending: str, content: str) -> None:
        """Declare the content type of a file ending."""
        self._declare("Default", "Extension", ending, content)

    def _declare(self, name: str, key: str, value: str, content: str) -> None:
        xml = self.parts[_TYPES]
        found = outline(xml)
        if any(
            c.name == name and c.attributes.get(key, "").lower() == value.lower()
            for c in found.children
        ):
            return
        new = f"<{found.prefix}{name} {key}={quoteattr(value)} ContentType={quoteattr(content)}/>"
        self.parts[_TYPES] = with_children(xml, new.encode())

    def free(self, pattern: str) -> str:
        """The first name of a numbered pattern that no part has."""
        number = 1
        taken = {name.lower() for name in self.parts}
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)


def _rels(part: str) -> str:
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")
