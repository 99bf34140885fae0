"""Inputs as blocks of whole lines: plain and compressed files in every format, and quads."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, cast

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.columnar.lines import Block, Source
from kkgraph.columnar.parquet import parquet_blocks
from kkgraph.columnar.session import reading
from kkgraph.errors import SourceError

BLOCK_BYTES: Final = 4 * 2**20
MAX_BYTES: Final = 64 * 2**30
LINE_FORMATS: Final = (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS)
_ROOM: Final = 2**16
_SOON_LONGER: Final = 12
_LONGEST_LINE: Final = 2**28
_QUADS: Final = 50_000
_PACKED: Final = {".gz": "gzip", ".zst": "zstd"}
_PLACE: Final = re.compile(r"^Parser error at .*?: ")


def blocks(path: Path, number: int, *, max_bytes: int = MAX_BYTES) -> Iterator[Block]:
    """The statements of a file as lines of N-Triples or N-Quads, 4 to 8 MB in each block.

    Raises ``SourceError``: unknown-format, missing-file, unreadable-file, truncated-file,
    too-large (more than ``max_bytes`` once unpacked), bad-rdf, not-utf8.
    """
    own = scope(number)
    if path.suffix.lower() == ".parquet":
        yield from parquet_blocks(path, Source(str(path), number, quads=True, scope=own))
        return
    kind = turtle.format_of(path.with_suffix("") if path.suffix.lower() in _PACKED else path)
    lines = kind in LINE_FORMATS
    quads = kind != ox.RdfFormat.N_TRIPLES
    source = Source(str(path), number, quads=quads, numbered=lines, scope=own)
    with reading(path), _open(path) as (raw, place):
        file = Bounded(raw, path, max_bytes)
        if lines:
            found = _line_blocks(io.BufferedReader(file, _ROOM), source)
        else:
            found = _parsed_blocks(file, kind, source)
        for block in found:
            yield replace(block, read=place())


def scope(number: int) -> str:
    """What stands before the blank-node labels of an input."""
    return f"f{number}_"


def quad_blocks(quads: Iterable[ox.Quad]) -> Iterator[Block]:
    """Quads in memory as blocks; their blank nodes keep their labels."""
    return _serialised(iter(quads), Source("", 0, quads=True, numbered=False))


class Bounded(io.RawIOBase):
    """A stream that refuses to give more than ``max_bytes``."""

    def __init__(self, raw: Any, path: Path, max_bytes: int) -> None:
        self._raw = raw
        self._path = path
        self._left = max_bytes

    def readable(self) -> bool:
        """True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """How many bytes were read into the buffer."""
        count = int(self._raw.readinto(buffer))
        self._left -= count
        if self._left < 0:
            raise SourceError(
                "too-large",
                "the unpacked file passes the limit",
                where=str(self._path),
                hint="Raise max_bytes if you trust the file.",
            )
        return count


@contextmanager
def _open(path: Path) -> Iterator[tuple[Any, Callable[[], int]]]:
    import pyarrow as pa

    packed = _PACKED.get(path.suffix.lower())
    with path.open("rb", buffering=0) as file:
        place = file.tell if file.seekable() else int  # a pipe doesn't know
        if packed:
            with pa.CompressedInputStream(pa.PythonFile(file, "r"), packed) as stream:
                yield stream, place
        else:
            yield file, place


def _line_blocks(file: io.BufferedReader, source: Source) -> Iterator[Block]:
    import numpy as np

    spare: list[memoryview] = []
    for number in itertools.count():
        room = BLOCK_BYTES << (number >= _SOON_LONGER)
        view = spare.pop() if spare else np.empty(room + _ROOM, np.uint8).data
        room = len(view) - _ROOM
        size = file.readinto(view[:room])
        if not size:
            return
        tail = b"" if view[size - 1] == 10 else file.readline(_LONGEST_LINE)
        if len(tail) == _LONGEST_LINE:
            raise SourceError("too-large", "a line passes 256 MiB", where=source.name)
        if not tail.endswith(b"\n") and view[size - 1] != 10:
            tail += b"\n"
        end = size + len(tail)
        if end <= len(view):
            view[size:end] = tail
            yield Block(view[:end], source, done=partial(spare.append, view))
        else:
            yield Block(bytes(view[:size]) + tail, source)


def _parsed_blocks(file: Bounded, kind: ox.RdfFormat, source: Source) -> Iterator[Block]:
    try:
        quads = ox.parse(cast(IO[bytes], file), format=kind, base_iri="urn:kkgraph:file")
        yield from _serialised(quads, source)
    except SyntaxError as error:
        place = f"{source.name}:{error.lineno}:{error.offset}" if error.lineno else source.name
        message = _PLACE.sub("", str(error.args[0]))
        code = "not-utf8" if message.startswith("Invalid UTF-8") else "bad-rdf"
        hint = f"The file must be {kind.name}; only N-Triples and N-Quads can skip errors."
        raise SourceError(code, message, where=place, hint=hint) from error
    except ValueError as error:
        raise SourceError("bad-rdf", str(error), where=source.name) from error


def _serialised(quads: Iterator[ox.Quad], source: Source) -> Iterator[Block]:
    while batch := list(itertools.islice(quads, _QUADS)):
        data = ox.serialize(batch, format=ox.RdfFormat.N_QUADS)
        assert data is not None
        yield Block(data, source)
