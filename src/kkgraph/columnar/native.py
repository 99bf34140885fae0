"""The compiled inner loops of loading and solving, where this installation has them.

The sources are in ``native/``, in Rust. A wheel for a platform holds them compiled; where they
are missing, ``lines`` and ``dictionary`` do the same with NumPy and Arrow, and get the same rows.
"""

from __future__ import annotations

import ctypes
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[Any]]

INTERFACE: Final = 2
NAMES: Final = ("kkgraph_native.so", "kkgraph_native.dylib", "kkgraph_native.dll")
_NARROW: Final = 2**16 - 1


class _View(ctypes.Structure):
    _fields_ = (
        ("kind", ctypes.c_uint64),
        ("suffix", ctypes.c_void_p),
        ("suffix_size", ctypes.c_uint64),
        ("offsets", ctypes.c_void_p),
        ("forms", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
        ("data_size", ctypes.c_uint64),
    )


class _Forms(ctypes.Structure):
    _fields_ = (
        ("codes", ctypes.c_void_p),
        ("n_codes", ctypes.c_uint64),
        ("offsets", ctypes.c_void_p),
        ("forms", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
        ("data_size", ctypes.c_uint64),
    )


class _Rows(ctypes.Structure):
    _fields_ = (
        ("rows", ctypes.c_void_p),
        ("n", ctypes.c_uint64),
        ("narrow", ctypes.c_uint64),
        ("numbers", ctypes.c_void_p),
        ("n_numbers", ctypes.c_uint64),
    )


class _Handle:
    """Memory of the library, freed with the last array that looks into it."""

    def __init__(self, address: int, free: Any) -> None:
        self.address = address
        self._free = free

    def __del__(self) -> None:
        self._free(self.address)


@dataclass(frozen=True)
class Group:
    """Forms of one kind and, for literals, one suffix: from the last quote on."""

    kind: int
    suffix: bytes
    forms: pa.Array


@dataclass(frozen=True)
class Reading:
    """A block's plain lines, as in ``lines.Rows``, and the indexes of the lines left over."""

    groups: list[Group]
    spo: Integers
    graphs: Integers | None
    odd: Integers
    n_lines: int


class Library:
    """The compiled library; its calls let other threads run."""

    def __init__(self, path: Path) -> None:
        self.calls = self._calls = calls = ctypes.CDLL(str(path))
        if calls.kk_interface() != INTERFACE:
            raise OSError(f"{path}: made for another version of kkgraph")
        self._seed = secrets.randbits(64)
        pointer, size, number = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint64
        count = ctypes.c_int64
        table = (pointer, size, count, pointer, size)
        for name, gives, takes in (
            ("kk_read", pointer, (pointer, size, pointer, size, ctypes.c_bool, number)),
            ("kk_counts", None, (pointer, pointer)),
            ("kk_rows_narrow", None, (pointer, pointer)),
            ("kk_rows", pointer, (pointer,)),
            ("kk_graphs", pointer, (pointer,)),
            ("kk_odd", pointer, (pointer,)),
            ("kk_group", ctypes.c_bool, (pointer, number, pointer)),
            ("kk_free_reading", None, (pointer,)),
            ("kk_release", None, ()),
            ("kk_distinct", pointer, (pointer, pointer, pointer, pointer, size, number)),
            ("kk_forms", None, (pointer, pointer)),
            ("kk_free_distinct", None, (pointer,)),
            ("kk_sort", pointer, (pointer, size, number, number)),
            ("kk_sorted", number, (pointer,)),
            ("kk_columns", None, (pointer, number, number, pointer, pointer, pointer)),
            ("kk_free_sorted", None, (pointer,)),
            ("kk_look_up", count, (*table, pointer)),
            ("kk_find", count, (*table, pointer, pointer)),
            ("kk_count", count, table),
            ("kk_spread", count, (*table, pointer, size, pointer, size, size, pointer, size)),
            ("kk_take", count, (pointer, size, pointer, size, pointer)),
            ("kk_places", count, (pointer, size, pointer, size)),
            ("kk_rank", count, (pointer, size, pointer, pointer)),
            ("kk_ascending", count, (pointer, size, pointer)),
            ("kk_alike", count, (pointer, size, size, pointer, pointer)),
            ("kk_among", count, (pointer, size, pointer, size, pointer)),
            ("kk_tally", count, (pointer, size, pointer, size)),
            ("kk_text_order", count, (pointer, size, pointer, size, pointer)),
        ):
            call = getattr(calls, name)
            call.restype, call.argtypes = gives, takes

    def read(self, data: bytes | memoryview, scope: str, *, quads: bool) -> Reading:
        """The plain lines of a block; blank nodes get ``scope`` before their labels."""
        import numpy as np

        text, coded = np.frombuffer(data, np.uint8), scope.encode()
        found = self._calls.kk_read(
            text.ctypes.data, len(text), coded, len(coded), quads, self._seed
        )
        handle = self._handle(found, self._calls.kk_free_reading)
        counts = (ctypes.c_uint64 * 6)()
        self._calls.kk_counts(found, counts)
        n_lines, n_rows, n_odd, n_groups, n_terms, n_graphs = counts
        if n_terms <= _NARROW:
            spo: Integers = np.empty((n_rows, 3), np.uint16)
            self._calls.kk_rows_narrow(found, spo.ctypes.data)
        else:
            spo = _copied(self._calls.kk_rows(found), 3 * n_rows, np.int32).reshape(-1, 3)
        graphs = _copied(self._calls.kk_graphs(found), n_graphs, np.int32) if n_graphs else None
        odd = _copied(self._calls.kk_odd(found), n_odd, np.uint32)
        groups = [self._group(handle, at) for at in range(n_groups)]
        return Reading(groups, spo, graphs, odd, n_lines)

    def release(self) -> None:
        """Give back the memory that is kept for the next block."""
        self._calls.kk_release()

    def _group(self, handle: _Handle, at: int) -> Group:
        import pyarrow as pa

        view = _View()
        self._calls.kk_group(handle.address, at, ctypes.byref(view))
        suffix = ctypes.string_at(view.suffix, view.suffix_size) if view.suffix_size else b""
        offsets = pa.foreign_buffer(view.offsets, 4 * (view.forms + 1), handle)
        data = pa.foreign_buffer(view.data, view.data_size, handle)
        forms = pa.Array.from_buffers(pa.string(), view.forms, [None, offsets, data])
        return Group(view.kind, suffix, forms)

    def distinct(self, pieces: Sequence[pa.Array]) -> tuple[pa.Array, Integers]:
        """Each form once, in the order of its first use, and the number of each form.

        The pieces are string arrays with 32-bit offsets that start at 0.
        """
        import numpy as np
        import pyarrow as pa

        parts = [(piece.buffers(), len(piece)) for piece in pieces]
        n = len(parts)
        pointers, numbers = ctypes.c_void_p * n, ctypes.c_uint64 * n
        found = self._calls.kk_distinct(
            pointers(*(buffers[1].address for buffers, _ in parts)),
            numbers(*(size for _, size in parts)),
            pointers(*(buffers[2].address for buffers, _ in parts)),
            numbers(*(buffers[2].size for buffers, _ in parts)),
            n,
            self._seed,
        )
        handle = self._handle(found, self._calls.kk_free_distinct)
        view = _Forms()
        self._calls.kk_forms(found, ctypes.byref(view))
        offsets = pa.foreign_buffer(view.offsets, 8 * (view.forms + 1), handle)
        data = pa.foreign_buffer(view.data, view.data_size, handle)
        forms = pa.Array.from_buffers(pa.large_string(), view.forms, [None, offsets, data])
        return forms, _copied(view.codes, view.n_codes, np.int32)

    def sorted_rows(
        self, blocks: Iterable[tuple[Integers, Integers]], n_terms: int, threads: int
    ) -> SortedRows:
        """The rows of all blocks by predicate, subject and object, each once.

        A block is its rows of subject, predicate and object, as places in its numbers (32 bits).
        """
        import numpy as np

        kept = [(np.ascontiguousarray(rows), numbers) for rows, numbers in blocks]
        parts = (_Rows * len(kept))()
        for part, (rows, numbers) in zip(parts, kept, strict=True):
            part.rows, part.n = rows.ctypes.data, len(rows)
            part.narrow = rows.dtype == np.uint16
            part.numbers, part.n_numbers = numbers.ctypes.data, len(numbers)
        found = self._calls.kk_sort(parts, len(kept), n_terms, threads)
        return SortedRows(self._handle(found, self._calls.kk_free_sorted), self._calls)

    @staticmethod
    def _handle(address: int | None, free: Any) -> _Handle:
        if not address:
            raise MemoryError("the compiled reader failed")
        return _Handle(address, free)


class SortedRows:
    """Sorted rows in the library's memory."""

    def __init__(self, handle: _Handle, calls: Any) -> None:
        self._handle = handle
        self._calls = calls
        self.n: int = calls.kk_sorted(handle.address)

    def columns(self, at: int, size: int) -> dict[str, Integers]:
        """The columns ``p``, ``s`` and ``o`` of some rows, from ``at`` on."""
        import numpy as np

        size = min(size, self.n - at)
        found: list[Integers] = [np.empty(size, np.int32) for _ in range(3)]
        self._calls.kk_columns(self._handle.address, at, size, *(c.ctypes.data for c in found))
        return dict(zip("pso", found, strict=True))


def _copied(address: int, count: int, kind: Any) -> Integers:
    import numpy as np

    found: Integers = np.empty(count, kind)
    if count:
        ctypes.memmove(found.ctypes.data, address, found.nbytes)
    return found


@cache
def library() -> Library | None:
    """The compiled library of this installation; ``None`` where it has none that fits."""
    for name in NAMES:
        path = Path(__file__).with_name(name)
        if path.is_file():
            try:
                return Library(path)
            except (OSError, AttributeError):
                return None
    return None
