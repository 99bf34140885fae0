"""Lines of N-Triples or N-Quads as rows of term numbers: the fast path and its fallback.

What a line means, and whether it means anything, is the full parser's decision. The fast path
reads only lines whose four tokens are plain, and hands every other line to that parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from kkgraph.columnar import arrays, native
from kkgraph.columnar.keys import IRIS, REFUSED_KEY, Key, key_of
from kkgraph.columnar.terms import NO_GRAPH, Reader

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[Any]]

_SPACE, _TAB, _LF, _CR, _QUOTE, _DOT, _LT, _UNDERSCORE = 32, 9, 10, 13, 34, 46, 60, 95
_SMALL: Final = 2**16 - 1
_PLACE: Final = re.compile(r"^Parser error at .*?: ")


@dataclass(frozen=True)
class Source:
    """One input: its name for errors, its number among the inputs, and its syntax.

    ``numbered`` says that a block's line numbers are those of the input.
    """

    name: str
    number: int
    quads: bool
    numbered: bool = True
    scope: str = ""


@dataclass(frozen=True)
class Block:
    """Whole lines of one input, with a line end at the last.

    ``read`` says how many bytes of the input's file have been read. ``done`` is told when nobody
    needs the data any more, so that their memory can serve again.
    """

    data: bytes | memoryview
    source: Source
    read: int = 0
    done: Callable[[], None] | None = None

    def placed(self, refusal: Refusal, before: int) -> Refusal:
        """The refusal with its line in the input, of which ``before`` lines precede the block."""
        return replace(refusal, line=refusal.line + before if self.source.numbered else 0)


@dataclass(frozen=True)
class Refusal:
    """A line that the full parser refuses, and why; line 0 where no line number means anything."""

    source: str
    line: int
    column: int
    message: str
    code: str

    @property
    def where(self) -> str:
        """The place as errors name it."""
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass
class Rows:
    """What a block says: rows of subject, predicate, object (and graph) as local term numbers.

    The numbers count through ``parts`` in their order. ``graphs`` is ``None`` where every row is
    in the default graph; a row without a graph has ``NO_GRAPH``. The lines of ``refused`` count
    from the block's first, which is 1.
    """

    spo: Integers
    graphs: Integers | None
    parts: list[tuple[Key, pa.Array]]
    n_lines: int
    refused: list[Refusal] = field(default_factory=list)


def encode(block: Block, reader: Reader, *, skip_errors: bool) -> Rows:
    """The rows of a block, and the lines that the full parser refuses: all, or only the first."""
    compiled = native.library()
    if compiled is None:
        return _encode(block.data, block.source, reader, skip_errors=skip_errors)
    found = compiled.read(block.data, reader.scope, quads=block.source.quads)
    parts = [(reader.key_of(group.kind, group.suffix), group.forms) for group in found.groups]
    if any(key is REFUSED_KEY for key, _ in parts):
        return _encode(block.data, block.source, reader, skip_errors=skip_errors)
    rows = Rows(found.spo, found.graphs, [(k, f) for k, f in parts if len(f)], found.n_lines)
    if not len(found.odd):
        return rows
    text = bytes(block.data).split(b"\n")
    left = b"".join(text[at] + b"\n" for at in found.odd.tolist())
    more = _encode(left, block.source, reader, skip_errors=skip_errors)
    rows.refused = [replace(r, line=int(found.odd[r.line - 1]) + 1) for r in more.refused]
    return _joined(rows, more)


def _encode(data: bytes | memoryview, source: Source, reader: Reader, *, skip_errors: bool) -> Rows:
    rows, odd = _fast(data, reader, quads=source.quads)
    if not len(odd):
        return rows
    text = bytes(data).split(b"\n")
    lines = [(i + 1, text[i]) for i in odd.tolist()]
    statements, refused = _parsed(lines, source, skip_errors=skip_errors)
    rows.refused += refused
    again = ox.serialize(statements, format=ox.RdfFormat.N_QUADS)
    more, odd = _fast(again or b"", reader, quads=True)
    if len(odd):
        rows.refused += _unsupported(lines, source)
        rows.refused.sort(key=lambda refusal: refusal.line)
    return _joined(rows, more)


def _kind(source: Source) -> ox.RdfFormat:
    return ox.RdfFormat.N_QUADS if source.quads else ox.RdfFormat.N_TRIPLES


def _parsed(
    lines: list[tuple[int, bytes]], source: Source, *, skip_errors: bool
) -> tuple[list[ox.Quad], list[Refusal]]:
    try:
        text = b"\n".join(text for _, text in lines)
        return list(ox.parse(text, format=_kind(source))), []
    except (SyntaxError, ValueError):
        pass
    found: list[ox.Quad] = []
    refused: list[Refusal] = []
    for number, text in lines:
        try:
            # The parser may give a statement before it sees that the line goes on wrongly.
            found += list(ox.parse(text, format=_kind(source)))
        except (SyntaxError, ValueError) as error:
            refused.append(_refusal(error, source, number))
            if not skip_errors:
                break
    return found, refused


def _refusal(error: Exception, source: Source, number: int) -> Refusal:
    column = getattr(error, "offset", None) or 1
    message = _PLACE.sub("", str(error.args[0]))
    code = "not-utf8" if message.startswith("Invalid UTF-8") else "bad-rdf"
    return Refusal(source.name, number, column, message, code)


def _unsupported(lines: list[tuple[int, bytes]], source: Source) -> list[Refusal]:
    refused = []
    for number, text in lines:
        with suppress(SyntaxError, ValueError):
            for quad in ox.parse(text, format=_kind(source)):
                if key_of(quad.object) is REFUSED_KEY:
                    message = f"the tables cannot hold a triple term or a direction: {quad.object}"
                    refused.append(Refusal(source.name, number, 1, message, "unsupported-term"))
    assert refused
    return refused


def _joined(one: Rows, two: Rows) -> Rows:
    import numpy as np

    shift = sum(len(forms) for _, forms in one.parts)
    spo = np.concatenate([one.spo, two.spo.astype(np.int32) + shift])
    graphs = None
    if one.graphs is not None or two.graphs is not None:
        left = _graphs(one)
        right = _graphs(two)
        graphs = np.concatenate([left, np.where(right >= 0, right + shift, NO_GRAPH)])
    return Rows(spo, graphs, one.parts + two.parts, one.n_lines, one.refused)


def in_graph(rows: Rows, graph: str) -> Rows:
    """The rows, those without a graph in this one."""
    import numpy as np
    import pyarrow as pa

    place = np.int32(sum(len(forms) for _, forms in rows.parts))
    graphs = _graphs(rows)
    parts = [*rows.parts, (IRIS, pa.array([graph], pa.string()))]
    return replace(rows, graphs=np.where(graphs == NO_GRAPH, place, graphs), parts=parts)


def _graphs(rows: Rows) -> Integers:
    import numpy as np

    return np.full(len(rows.spo), NO_GRAPH, np.int32) if rows.graphs is None else rows.graphs


def _fast(data: bytes | memoryview, reader: Reader, *, quads: bool) -> tuple[Rows, Integers]:
    """The rows of the plain lines, and the indexes of the lines that aren't."""
    import numpy as np

    if not data:
        return Rows(np.empty((0, 3), np.int32), None, [], 0), np.empty(0, np.int64)
    tokens, codes, fine = _cut(data, quads=quads)
    used = np.arange(len(tokens))
    if not fine.all():
        flags = np.zeros(len(tokens), bool)
        flags[codes[fine].reshape(-1)] = True
        used = np.flatnonzero(flags)
    terms = reader.read(tokens, used)
    kinds = terms.kinds
    node = (kinds == 0) | (kinds == 1)
    fine &= node[codes[:, 0]] & (kinds == 0)[codes[:, 1]] & (kinds >= 0)[codes[:, 2]]
    fine &= (node | (terms.local == NO_GRAPH))[codes[:, 3]]
    odd = np.flatnonzero(~fine)
    if len(odd):
        codes = codes[fine]
    spo = terms.local[codes[:, :3]]
    graphs = terms.local[codes[:, 3]]
    small = np.uint16 if terms.n <= _SMALL else np.int32
    named = graphs if (graphs != NO_GRAPH).any() else None
    return Rows(spo.astype(small), named, terms.parts, len(fine)), odd


def _cut(data: bytes | memoryview, *, quads: bool) -> tuple[pa.Array, Integers, Integers]:
    """The distinct tokens, each line's four as codes, and which lines are structural.

    A token keeps the separator behind it; the fourth is the graph with the dot and the line end.
    The whole of a line that isn't structural is its first token.
    """
    import numpy as np
    import pyarrow as pa

    text = np.frombuffer(data, np.uint8)
    separators = np.flatnonzero(text <= _SPACE)
    marks = text[separators]
    newlines = np.flatnonzero(marks == _LF)
    controls = np.count_nonzero(marks == _SPACE) + len(newlines) < len(marks)
    if controls and b"\r\n" in (text_bytes := bytes(data)):
        return _cut(text_bytes.replace(b"\r\n", b"\n"), quads=quads)
    first = np.concatenate([newlines[:1] * 0, newlines[:-1] + 1])
    second = np.minimum(first + 1, len(separators) - 1)
    last = np.maximum(newlines - 1, 0)
    ends = separators[newlines]
    fine = (newlines - first >= 3) & (text[ends - 1] == _DOT) & (separators[last] == ends - 2)
    cuts = np.empty((len(newlines), 4), np.int32)
    for column, marked in enumerate((first, second, last, newlines)):
        cuts[:, column] = separators[marked]
    if quads:
        before = separators[np.maximum(newlines - 2, 0)]
        start = text[np.minimum(before + 1, len(text) - 1)]
        named = fine & (newlines - first >= 4) & ((start == _LT) | (start == _UNDERSCORE))
        quotes = np.flatnonzero(text == _QUOTE)
        named &= np.searchsorted(quotes, before) == np.searchsorted(quotes, ends)
        cuts[named, 2] = before[named]
    if controls:
        for places in (*cuts.T[:3], separators[last]):
            fine &= (text[places] == _SPACE) | (text[places] == _TAB)
        fine[np.searchsorted(ends, np.flatnonzero(text == _CR))] = False
    if not fine.all():
        cuts[~fine] = ends[~fine, None]
    offsets = np.concatenate([cuts[:1, 0] * 0, cuts.reshape(-1) + 1])
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
    found = pa.Array.from_buffers(pa.binary(), len(offsets) - 1, buffers).dictionary_encode()
    return found.dictionary, arrays.numbers(found.indices).reshape(-1, 4), fine
