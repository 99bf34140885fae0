"""Quads in the order of their text, in a file: as many as the disk holds, read again and again."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from kkgraph.errors import StoreError

_PIECE: Final = 250_000
"""So many lines are put in order in memory; the files that they fill are merged."""
_HELD_BYTES: Final = 64 * 2**20


class Ordered:
    """The quads of a file of N-Quads in their order, read anew by everyone who asks for them."""

    def __init__(self, path: Path, number: int) -> None:
        self.path = path
        self._number = number

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[ox.Quad]:
        if self._number:
            yield from ox.parse(path=str(self.path), format=ox.RdfFormat.N_QUADS, lenient=True)


def in_order(quads: Iterable[ox.Quad], folder: Path, *, piece: int | None = None) -> Ordered:
    """The quads sorted by ``str``, in a file of the folder; each stands in a named graph.

    ``piece`` is how many are sorted in memory at once. Raises ``StoreError`` disk-full.
    """
    piece = piece or _PIECE
    pieces: list[Path] = []
    lines: list[bytes] = []
    number = 0
    with _on_disk(folder):
        for quad in quads:
            lines.append(f"{quad} .\n".encode())
            if len(lines) >= piece:
                number += len(lines)
                pieces.append(_put(folder / f"piece-{len(pieces)}.nq", lines))
        number += len(lines)
        whole = folder / "quads.nq"
        if not pieces:
            return Ordered(_put(whole, lines), number)
        pieces.append(_put(folder / f"piece-{len(pieces)}.nq", lines))
        with ExitStack() as stack, whole.open("wb") as out:
            out.writelines(heapq.merge(*(stack.enter_context(p.open("rb")) for p in pieces)))
        for path in pieces:
            path.unlink()
    return Ordered(whole, number)


def parted(quads: Ordered, parts: Mapping[str, Iterable[str]], folder: Path) -> dict[str, Ordered]:
    """The quads of some graphs (by IRI), a file for each part, all written in one reading.

    Raises ``StoreError`` disk-full.
    """
    places: dict[bytes, list[str]] = defaultdict(list)
    for name, graphs in parts.items():
        for graph in graphs:
            places[f"<{graph}>".encode()].append(name)
    paths = {name: folder / f"part-{number}.nq" for number, name in enumerate(parts)}
    numbers = dict.fromkeys(parts, 0)
    held: dict[str, list[bytes]] = defaultdict(list)
    size = 0
    with _on_disk(folder), quads.path.open("rb") as lines:
        for line in lines:
            for name in places.get(line[line.rindex(b" <") + 1 : -3], ()):
                held[name].append(line)
                size += len(line)
                numbers[name] += 1
            if size > _HELD_BYTES:
                _append(paths, held)
                size = 0
        _append(paths, held)
    return {name: Ordered(path, numbers[name]) for name, path in paths.items()}


def _put(path: Path, lines: list[bytes]) -> Path:
    """The path, with the lines written there in order; the list is empty then."""
    lines.sort()
    with path.open("wb") as out:
        out.writelines(lines)
    lines.clear()
    return path


def _append(paths: Mapping[str, Path], held: dict[str, list[bytes]]) -> None:
    for name, lines in held.items():
        with paths[name].open("ab") as out:
            out.writelines(lines)
    held.clear()


@contextmanager
def _on_disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        full = "No space left" in str(error)
        raise StoreError(
            "disk-full" if full else "engine-failed",
            f"the statements can't be put in order: {error.strerror or error}",
            where=str(folder),
            hint="Free some space, or choose another folder for temporary files with TMPDIR.",
        ) from error
