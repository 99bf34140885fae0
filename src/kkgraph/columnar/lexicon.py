"""The lexical forms of terms by their numbers, read in stretches that stay in the memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays
from kkgraph.columnar.keeping import PerFile
from kkgraph.columnar.session import allowed_bytes, translated

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from kkgraph.columnar.tables import Columnar

    Numbers = np.ndarray[Any, np.dtype[Any]]

_STRETCH: Final = 65_536
_WORTHWHILE: Final = 64
"""A stretch of which so many terms are asked for at once is read as a whole, and kept."""
_REMEMBERED: Final = 20_000
"""The forms of so many single terms are remembered."""
_SHARE: Final = 16
_MOST_BYTES: Final = 2**29
_RECENT: Final = 16
"""A stretch that was used in one of so many last calls makes no room for another one: where a
question asks for more stretches than may be kept, they would drive each other out in turn."""
_FEW: Final = 200


class Lexicon:
    """The forms of one file's terms."""

    def __init__(self, columnar: Columnar) -> None:
        self._columnar = columnar
        self._kept: OrderedDict[int, tuple[pa.Array, int]] = OrderedDict()
        self._calls = 0
        self._single: dict[int, str] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self._most = min(allowed_bytes(columnar.connection) // _SHARE, _MOST_BYTES)

    def texts(self, numbers: Numbers) -> pa.Array:
        """The forms of terms, whose numbers are sorted and different."""
        import numpy as np
        import pyarrow as pa

        if not len(numbers):
            return pa.array([], pa.large_string())
        self._calls += 1
        parts: list[pa.Array] = []
        single = np.zeros(len(numbers), bool)
        first, last = (int(number) // _STRETCH for number in (numbers[0], numbers[-1]))
        bounds = np.arange(first, last + 2) * _STRETCH
        cuts = np.searchsorted(numbers, bounds).tolist()
        for stretch, start, end in zip(range(first, last + 1), cuts, cuts[1:], strict=False):
            if start == end:
                continue
            forms = self._stretch(stretch, end - start)
            if forms is None:
                single[start:end] = True
            else:
                within = numbers[start:end] - stretch * _STRETCH
                parts.append(forms.take(arrays.integers(within)))
        if not single.any():
            return pa.concat_arrays(parts)
        others = self._remembered(numbers[single])
        if single.all():
            return others
        order = np.argsort(np.append(np.flatnonzero(~single), np.flatnonzero(single)))
        return pa.concat_arrays([*parts, others]).take(arrays.integers(order))

    def _stretch(self, stretch: int, count: int) -> pa.Array | None:
        """A whole stretch; None where it isn't kept and not worth reading."""
        with self._lock:
            if stretch in self._kept:
                forms, _ = self._kept[stretch]
                self._kept[stretch] = forms, self._calls
                self._kept.move_to_end(stretch)
                return forms
            if count < _WORTHWHILE or not self._has_room():
                return None
        low = stretch * _STRETCH
        where = f"WHERE id >= {low} AND id < {low + _STRETCH} ORDER BY id"
        read = self._read(f"SELECT lex FROM terms {where}")
        with self._lock:
            if stretch not in self._kept:
                self._kept[stretch] = read, self._calls
                self._bytes += read.nbytes
        return read

    def _has_room(self) -> bool:
        """Whether a stretch may be kept; makes room by dropping those not used for long."""
        while self._bytes >= self._most and self._kept:
            stretch, (forms, used) = next(iter(self._kept.items()))
            if used > self._calls - _RECENT:
                return False
            del self._kept[stretch]
            self._bytes -= forms.nbytes
        return self._bytes < self._most

    def _remembered(self, numbers: Numbers) -> pa.Array:
        """The forms of single terms; those of a few are remembered."""
        wanted = numbers.tolist()
        if len(wanted) > _FEW:
            return self._fetched(numbers)
        with self._lock:
            known = [self._single[number] for number in wanted if number in self._single]
        if len(known) == len(wanted):
            return arrays.strings(known)
        fetched = self._fetched(numbers)
        with self._lock:
            if len(self._single) > _REMEMBERED:
                self._single.clear()
            self._single.update(zip(wanted, fetched.to_pylist(), strict=True))
        return fetched

    def _fetched(self, numbers: Numbers) -> pa.Array:
        if len(numbers) <= _FEW:
            where = f"WHERE id IN ({', '.join(map(str, numbers.tolist()))})"
            return self._read(f"SELECT lex FROM terms {where} ORDER BY id")
        wanted = arrays.table({"id": arrays.integers(numbers)})
        return self._read("SELECT lex FROM terms SEMI JOIN wanted USING (id) ORDER BY id", wanted)

    def _read(self, sql: str, wanted: pa.Table | None = None) -> pa.Array:
        import pyarrow as pa

        with translated(), self._columnar.connection.cursor() as cursor:
            if wanted is not None:
                cursor.register("wanted", wanted)
            found = cursor.sql(sql).to_arrow_table().column(0).combine_chunks()
        return found.cast(pa.large_string())


_LEXICONS: Final = PerFile(Lexicon)


def texts(columnar: Columnar, numbers: Numbers) -> pa.Array:
    """The forms of terms, whose numbers are sorted, different and those of terms of the data."""
    if columnar.held is not None:
        return columnar.held.texts(numbers)
    if columnar.elsewhere:
        return columnar.forms_of(numbers)
    return _LEXICONS.of(columnar).texts(numbers)
