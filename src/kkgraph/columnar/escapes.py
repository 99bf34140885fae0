"""Escapes of N-Triples strings, undone in bulk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[Any]]

_BACKSLASH, _QUOTE = 92, 34
# Stand for an escaped backslash and an escaped quote until the other escapes are undone.
_BACKSLASH_MARK, _QUOTE_MARK = 0, 1
_MARKS: Final = r"[\x00\x01]"
_SIMPLE: Final = b"n\nr\rt\tb\bf\f''\"\""
_CODED: Final = ((ord("u"), 4), (ord("U"), 8))
_SURROGATES: Final = (0xD800, 0xDFFF)
_LAST: Final = 0x10FFFF


def holds_marks(texts: pa.Array) -> Numbers:
    """Which texts hold a character that ``marked`` needs for itself."""
    import pyarrow.compute as pc

    found: Numbers = arrays.truths(pc.match_substring_regex(texts, _MARKS))
    return found


def marked(texts: pa.Array) -> pa.Array:
    """The texts with marks for escaped backslashes and quotes, so that each quote is a real one."""
    import pyarrow.compute as pc

    texts = pc.replace_substring(texts, b"\\\\", bytes([_BACKSLASH_MARK]))
    return pc.replace_substring(texts, b'\\"', bytes([_QUOTE_MARK]))


def unescaped(texts: pa.Array) -> tuple[pa.Array, Numbers]:
    """Marked texts with all escapes and marks undone, and which of them have a wrong escape."""
    import numpy as np
    import pyarrow as pa

    offsets = np.frombuffer(texts.buffers()[1], np.int32)[: len(texts) + 1]
    data = np.frombuffer(texts.buffers()[2] or b"", np.uint8)[: offsets[-1]].copy()
    wrong = np.zeros(len(texts), bool)
    kept = np.ones(len(data), bool)
    starts = np.flatnonzero(data == _BACKSLASH)
    texts_of = np.searchsorted(offsets, starts, "right") - 1
    room = offsets[texts_of + 1] - starts
    letters = data[np.minimum(starts + 1, len(data) - 1)]
    data[data == _BACKSLASH_MARK] = _BACKSLASH
    data[data == _QUOTE_MARK] = _QUOTE
    meant = np.zeros(256, np.uint8)
    meant[list(_SIMPLE[::2])] = list(_SIMPLE[1::2])
    fine = (meant[letters] > 0) & (room > 1)
    data[starts[fine]] = meant[letters[fine]]
    kept[starts[fine] + 1] = False
    for letter, n_digits in _CODED:
        coded = np.flatnonzero((letters == letter) & (room >= n_digits + 2))
        fine[coded] = _write(data, kept, starts[coded], n_digits)
    wrong[texts_of[~fine]] = True
    ends = np.concatenate([[0], np.cumsum(kept)])[offsets].astype(np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(data[kept])]
    return pa.Array.from_buffers(pa.binary(), len(texts), buffers), wrong


def _write(data: Numbers, kept: Numbers, starts: Numbers, n_digits: int) -> Numbers:
    """Write the characters of ``\\u`` escapes as UTF-8 in their place; which ones are right."""
    import numpy as np

    values = np.full(256, _LAST + 1, np.int64)
    values[list(b"0123456789abcdef")] = values[list(b"0123456789ABCDEF")] = np.arange(16)
    codes = np.zeros(len(starts), np.int64)
    right = np.ones(len(starts), bool)
    for at in range(2, 2 + n_digits):
        digits = values[data[starts + at]]
        right &= digits < 16
        codes = codes * 16 + digits % 16
    right &= (codes <= _LAST) & ((codes < _SURROGATES[0]) | (codes > _SURROGATES[1]))
    starts, codes = starts[right], codes[right]
    for at in range(2 + n_digits):
        kept[starts + at] = False
    size = 1 + (codes >= 0x80) + (codes >= 0x800) + (codes >= 0x10000)
    lead = np.array([0, 0, 0xC0, 0xE0, 0xF0])[size]
    for at in range(4):
        some = size > at
        rest = codes[some] >> (6 * (size[some] - 1 - at))
        byte = rest | lead[some] if at == 0 else rest & 0x3F | 0x80
        data[starts[some] + at] = byte
        kept[starts[some] + at] = True
    return right
