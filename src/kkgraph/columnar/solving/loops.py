"""The inner loops of solving: compiled where this installation has them, else with numpy.

The compiled ones (``native/src/joins.rs``) take numbers of 32 bits; what has others, as computed
values do, is left to numpy too. Both give the same, but for the order of groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays
from kkgraph.columnar.solving.compiled import address, calls, fitting, made, pointers

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[Any]]

UNBOUND: Final = -1
NARROW: Final = 2**31 - 1
"""Numbers below this fit into half of the memory."""
_BITS: Final = 16
_MOST_PASSES: Final = 3
_SMALL: Final = 4096
"""Numbers of a range of this size are told apart as they are."""
_SPARSE: Final = 64
"""Fewer numbers than one of so many of their range are sorted: a table takes longer to make."""
_TABLE: Final = 1_000_000
"""Up to so many numbers more than rows, equal ones are found with a table and not by sorting."""


def taken(values: Numbers, places: Numbers) -> Numbers:
    """The values at some places."""
    import numpy as np

    loops = fitting(values, places)
    if loops is None:
        return values[places]
    into = np.empty(len(places), np.int32)
    made(loops.kk_take(address(values), len(values), address(places), len(places), address(into)))
    return into


def places(flags: Numbers) -> Numbers:
    """The places of what is true."""
    import numpy as np

    loops = calls()
    if loops is None:
        return np.flatnonzero(flags)
    into = np.empty(int(np.count_nonzero(flags)), np.int32)
    if len(into):
        made(loops.kk_places(address(flags), len(flags), address(into), len(into)))
    return into


def ascending(values: Numbers) -> Numbers:
    """The places of numbers in ascending order, equal ones as they stand."""
    import numpy as np

    if not len(values):
        return np.empty(0, np.int32)
    loops = fitting(values)
    if loops is None:
        return _by_digits(values)
    order = np.empty(len(values), np.int32)
    made(loops.kk_ascending(address(values), len(values), address(order)))
    return order


def _by_digits(values: Numbers) -> Numbers:
    """The order of numbers. numpy sorts numbers of 16 bits by counting, which is several times as
    fast as comparing: so longer ones are sorted by their lowest 16 bits first, then by those above.
    """
    import numpy as np

    left = values.astype(np.int64) - int(values.min())
    span, order = int(left.max()), None
    if span >> _MOST_PASSES * _BITS:
        return np.argsort(values, kind="stable")
    for shift in range(0, max(span.bit_length(), 1), _BITS):
        digits = (left >> shift).astype(np.uint16)  # the bits above are cut off
        if order is None:
            order = np.argsort(digits, kind="stable")
        else:
            order = order[np.argsort(digits[order], kind="stable")]
    assert order is not None
    return order


def numbered(values: Numbers) -> tuple[Numbers, Numbers]:
    """The different numbers, sorted; and for each of the given ones its place among these."""
    import numpy as np

    if not len(values):
        return values, np.empty(0, np.int32)
    loops = fitting(values)
    if loops is not None:
        known, codes = np.empty(len(values), np.int32), np.empty(len(values), np.int32)
        many = made(loops.kk_rank(address(values), len(values), address(known), address(codes)))
        return known[:many], codes
    low, high = int(values.min()), int(values.max())
    span = high - low + 1
    if span <= min(8 * len(values) + _TABLE, _SPARSE * len(values)):
        slots = values - low
        there = np.zeros(span, bool)
        there[slots] = True
        rank = np.cumsum(there, dtype=np.int32)
        rank -= 1
        return np.flatnonzero(there).astype(values.dtype) + low, rank[slots]
    order = ascending(values)
    in_order = values[order]
    begins = np.append(True, in_order[1:] != in_order[:-1])
    codes = np.empty(len(values), np.int32)
    codes[order] = np.cumsum(begins, dtype=np.int32) - 1
    return in_order[begins], codes


def alike(columns: Sequence[Numbers], size: int) -> tuple[Numbers, Numbers]:
    """The group of each of ``size`` rows, of those that are alike in all columns of whole numbers;
    and one row of each group."""
    import numpy as np

    columns = [c if c.dtype == np.int32 else _coded(c)[0] for c in columns]
    loops = fitting(*columns)
    if loops is not None and size < NARROW:
        of_row, firsts = np.empty(size, np.int32), np.empty(size, np.int32)
        given = pointers(columns), len(columns), size
        many = made(loops.kk_alike(*given, address(of_row), address(firsts))) if size else 0
        return of_row, firsts[:many]
    codes, many = _combined(columns, size)
    if many <= 8 * size + _TABLE:
        some = np.full(many, -1, np.int32 if size < NARROW else np.int64)
        some[codes] = np.arange(size, dtype=some.dtype)
        there: Numbers = np.greater_equal(some, 0)
        numbers = np.cumsum(there, dtype=np.int32)
        numbers -= 1
        return numbers[codes], some[there]
    order = ascending(codes)
    sorted_codes = codes[order]
    begins = np.append(True, sorted_codes[1:] != sorted_codes[:-1])
    of_row = np.empty(size, np.int32)
    of_row[order] = np.cumsum(begins, dtype=np.int32) - 1
    return of_row, order[begins]


def _coded(values: Numbers) -> tuple[Numbers, int]:
    """A small number for each value, the same for equal ones; and how many may be in use."""
    import numpy as np

    if not len(values):
        return np.empty(0, np.int32), 1
    low, high = int(values.min()), int(values.max())
    span = high - low + 1
    if span <= _SMALL:
        return (values - low).astype(np.int32, copy=False), span
    known, codes = numbered(values)
    return codes.astype(np.int32, copy=False), len(known)


def _combined(columns: Sequence[Numbers], size: int) -> tuple[Numbers, int]:
    """One code for what stands in several columns, and how many may be in use."""
    import numpy as np

    codes, many = np.zeros(size, np.int32), 1
    for values in columns:
        more, count = _coded(values)
        if many > (2**62) // count:
            known, codes = numbered(codes)
            many = len(known)
        many *= count
        if many > NARROW:
            codes = codes.astype(np.int64)
        codes = codes * count + more
    return codes, many


def member(known: Numbers, wanted: Numbers) -> Numbers:
    """For each of the wanted numbers whether it is among some, which are in ascending order."""
    import numpy as np

    if not len(known):
        return np.zeros(len(wanted), bool)
    loops = fitting(known, wanted)
    if loops is not None:
        found = np.empty(len(wanted), bool)
        made(
            loops.kk_among(address(known), len(known), address(wanted), len(wanted), address(found))
        )
        return found
    low, span = int(known[0]), int(known[-1]) - int(known[0]) + 1
    if len(wanted) * 8 < span:
        at = np.searchsorted(known, wanted)
        at[at == len(known)] = 0
        equal: Numbers = known[at] == wanted
        return equal
    table = np.zeros(span + 2, bool)
    table[known - (low - 1)] = True
    slots = wanted - (low - 1)
    flags: Numbers = table[np.clip(slots, 0, span + 1, out=slots)]
    return flags


def tallied(of_row: Numbers, many: int) -> Numbers:
    """How many rows each of so many groups has."""
    import numpy as np

    loops = fitting(of_row)
    if loops is None:
        return np.bincount(of_row, minlength=many)
    counts = np.zeros(many, np.int64)
    made(loops.kk_tally(address(of_row), len(of_row), address(counts), many))
    return counts


def by_text(texts: pa.Array) -> Numbers:
    """The places of texts (an array of large strings without nulls) in the order of their bytes."""
    import numpy as np
    import pyarrow.compute as pc

    loops = calls()
    if loops is None or not len(texts):
        return arrays.numbers(pc.array_sort_indices(texts)).astype(np.int64)
    _, ends, data = texts.buffers()
    offsets = np.frombuffer(ends, np.int64)[texts.offset :]
    order = np.empty(len(texts), np.int32)
    held = (data.address, data.size) if data is not None else (0, 0)
    made(loops.kk_text_order(address(offsets), len(texts), *held, address(order)))
    return order


def narrowed(values: Numbers) -> Numbers:
    """Whole numbers in 32 bits, where all of them fit."""
    import numpy as np

    if values.dtype == np.int32 or not len(values):
        return values
    fits = bool((abs(values) <= NARROW).all())
    return values.astype(np.int32) if fits else values
