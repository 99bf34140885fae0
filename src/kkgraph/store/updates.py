"""Updates read by their form: those whose change can be told without deriving everything anew.

The engine's parser decides whether a text is valid. What is read here is only where its keywords
and groups stand, outside strings, IRIs and comments; a text in which that could be in doubt isn't
read at all, and neither is a form that isn't listed here. Whoever asks then goes the long way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from kkgraph.sparql import blank

_NAME: Final = r"[^\s<>{}:;]*:"
_DECLARED: Final = rf"(?:\s*(?:PREFIX\s+{_NAME}|BASE\b))*"
_DATA: Final = re.compile(rf"{_DECLARED}\s*(?P<word>INSERT|DELETE)\s+DATA\s*(?=\{{)", re.I)
_DECLARATIONS: Final = re.compile(rf"{_DECLARED}\s*", re.I)
_WITH: Final = re.compile(r"\s*WITH\b(?P<graph>[^{};]*?)(?=(?:DELETE|INSERT)\s*\{)", re.I)
_TEMPLATE: Final = re.compile(r"\s*(?P<word>DELETE|INSERT)\s*(?=\{)", re.I)
_WHERE: Final = re.compile(r"\s*WHERE\s*(?=\{)", re.I)
_DELETE_WHERE: Final = re.compile(r"\s*DELETE\s+WHERE\s*(?=\{)", re.I)
_REMOVE: Final = re.compile(
    r"\s*(?P<word>CLEAR|DROP)\s+(?:SILENT\s+)?GRAPH\b(?P<graph>[^{}();]*)", re.I
)
_NEXT: Final = re.compile(r"\s*;")
_END: Final = re.compile(r"\s*;?\s*\Z")
_GRAPH: Final = re.compile(r"(?<![\w:.\-?$])GRAPH\b(?P<graph>[^{}();]*)(?=\{)", re.I)
_BRACE: Final = re.compile(r"[{}]")
_NAMELESS: Final = re.compile(r"_:|[\[(]")
_COMMENT: Final = re.compile(r"#[^\n\r]*")


@dataclass(frozen=True, slots=True)
class Data:
    """``INSERT DATA``, or ``DELETE DATA`` written as ``INSERT DATA``, with its declarations."""

    text: str
    inserts: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a template: triples, and the graph that they stand in as the text names it."""

    graph: str
    triples: str


@dataclass(frozen=True, slots=True)
class Modification:
    """One ``DELETE``/``INSERT`` … ``WHERE``; ``graph`` is that of ``WITH``, ``""`` without it."""

    prologue: str
    graph: str
    deleted: tuple[Part, ...]
    inserted: tuple[Part, ...]
    where: str


@dataclass(frozen=True, slots=True)
class Removal:
    """``CLEAR`` or ``DROP`` (``drops``) of one graph."""

    prologue: str
    graph: str
    drops: bool


def read(text: str) -> tuple[Data, ...] | Modification | Removal | None:
    """What a valid update does, if it is one of these forms; else None."""
    masked = blank(text)
    if "\\" in masked:  # an escaped character outside strings could be taken for another one
        return None
    return _data(text, masked) or _modification(text, masked) or _removal(text, masked)


def _data(text: str, masked: str) -> tuple[Data, ...] | None:
    found: list[Data] = []
    prologue, at = "", 0
    while match := _DATA.match(masked, at):
        end = _end(masked, match.end())
        prologue += text[at : match.start("word")]
        inserts = match["word"].upper() == "INSERT"
        found.append(Data(f"{prologue}INSERT{text[match.end('word') : end]}", inserts))
        at = end
        follows = _NEXT.match(masked, at)
        if follows is None:
            break
        at = follows.end()
    rest = masked[at:]
    return tuple(found) if found and not rest.strip() else None


def _modification(text: str, masked: str) -> Modification | None:
    at = _declarations(masked)
    prologue = text[:at]
    if match := _DELETE_WHERE.match(masked, at):
        end = _end(masked, match.end())
        pattern = text[match.end() + 1 : end - 1]
        parts = _parts(pattern, "")
        if parts is None or not _END.match(masked, end):
            return None
        return Modification(prologue, "", parts, (), pattern)
    graph = ""
    if match := _WITH.match(masked, at):
        graph = text[match.start("graph") : match.end("graph")].strip()
        at = match.end()
    parts_of: dict[str, tuple[Part, ...]] = {}
    while match := _TEMPLATE.match(masked, at):
        word, at = match["word"].upper(), _end(masked, match.end())
        parts = _parts(text[match.end() + 1 : at - 1], graph)
        if parts is None or word in parts_of:
            return None
        parts_of[word] = parts
    match = _WHERE.match(masked, at)
    if match is None or not parts_of:
        return None
    end = _end(masked, match.end())
    if not _END.match(masked, end):
        return None
    where = text[match.end() + 1 : end - 1]
    return Modification(
        prologue, graph, parts_of.get("DELETE", ()), parts_of.get("INSERT", ()), where
    )


def _removal(text: str, masked: str) -> Removal | None:
    at = _declarations(masked)
    match = _REMOVE.match(masked, at)
    if match is None or not _END.match(masked, match.end()):
        return None
    graph = text[match.start("graph") : match.end("graph")].strip()
    return Removal(text[:at], graph, match["word"].upper() == "DROP") if graph else None


def _parts(template: str, graph: str) -> tuple[Part, ...] | None:
    """The parts of a template; None where one stands in a graph that is a variable."""
    masked = blank(template)
    found, rest, at = [], "", 0
    while match := _GRAPH.search(masked, at):
        end = _end(masked, match.end())
        name = template[match.start("graph") : match.end("graph")].strip()
        if "?" in masked[match.start("graph") : match.end("graph")] or "$" in name or not name:
            return None
        found.append(Part(name, template[match.end() + 1 : end - 1]))
        rest += template[at : match.start()]
        at = end
    rest += template[at:]
    if _empty(rest):
        return tuple(found)
    if found and graph:  # a triple before and one after a group would have to be put together
        return None
    return (*found, Part(graph, rest))


def _empty(triples: str) -> bool:
    return not _COMMENT.sub("", triples).strip(" .\t\n\r")


def has_nameless(part: Part) -> bool:
    """True where triples of the part may have nodes without a name, new for each solution."""
    return bool(_NAMELESS.search(blank(part.triples)))


def _declarations(masked: str) -> int:
    match = _DECLARATIONS.match(masked)
    return match.end() if match else 0


def _end(masked: str, start: int) -> int:
    """The place after the group that begins at ``start``."""
    depth = 0
    for match in _BRACE.finditer(masked, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(masked)
