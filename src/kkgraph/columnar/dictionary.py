"""The dictionary: every distinct term once, numbered so that each group is a range of numbers."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays, native
from kkgraph.columnar.keys import Key
from kkgraph.columnar.lines import Rows
from kkgraph.columnar.shelf import Room, Shelf

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import pyarrow as pa

    Integers = np.ndarray[Any, np.dtype[Any]]

KINDS: Final = ("iri", "bnode", "literal")
NARROW: Final = 2**31 - 1
_SMALL_BYTES: Final = 2**14
_BATCH: Final = 122_880
_WAITING: Final = 2
_AT_ONCE: Final = 2
_MANY: Final = 500_000
"""From so many forms on, two groups at a time are worth the memory of both."""
_ROW_BYTES: Final = 12


@dataclass(frozen=True)
class Group:
    """The terms with one kind, datatype and language: the numbers from ``lo`` up to ``hi``."""

    lo: int
    hi: int
    kind: str
    datatype: str
    lang: str

    @property
    def n(self) -> int:
        """How many terms the group has."""
        return self.hi - self.lo


class Gathering:
    """The rows of all blocks, and the lexical forms of their terms by group.

    What passes ``limit`` bytes lies in temporary files.
    """

    def __init__(self, limit: int | None = None) -> None:
        self.rows: list[tuple[Integers, Integers | None, list[tuple[Key, int]]]] = []
        self.forms: dict[Key, list[pa.Array]] = defaultdict(list)
        self.n_rows = 0
        self._room = Room(limit)
        self._rows = Shelf(self._room)
        self._common = Shelf(self._room)
        self._shelves: dict[Key, Shelf] = defaultdict(lambda: Shelf(self._room))

    def add(self, rows: Rows) -> None:
        """Take over a block's rows."""
        sizes = []
        for key, forms in rows.parts:
            shelf = self._shelves[key] if forms.nbytes >= _SMALL_BYTES else self._common
            self.forms[key].append(shelf.keep_forms(forms))
            sizes.append((key, len(forms)))
        graphs = None if rows.graphs is None else self._rows.keep(rows.graphs)
        self.rows.append((self._rows.keep(rows.spo), graphs, sizes))
        self.n_rows += len(rows.spo)

    @property
    def n_terms(self) -> int:
        """At most so many distinct terms."""
        return sum(len(array) for arrays in self.forms.values() for array in arrays)

    @property
    def n_bytes(self) -> int:
        """How much memory the rows and forms take, without what lies in files."""
        return self._room.held

    @property
    def needed(self) -> int:
        """How much memory it takes at least to bring the forms together and to sort the rows."""
        largest = sorted(shelf.n_bytes for shelf in self._shelves.values())[-_AT_ONCE:]
        return max(2 * sum(largest), _ROW_BYTES * self.n_rows)

    def take(self, key: Key) -> list[pa.Array]:
        """The forms of a group, no longer kept here."""
        shelf = self._shelves.pop(key, None)
        if shelf is not None:
            shelf.clear()
        return self.forms.pop(key)


@dataclass(frozen=True)
class Dictionary:
    """Groups in the order of their numbers, and the numbers of each group's gathered forms.

    ``writing`` is what may still be on its way to the table ``terms``.
    """

    groups: list[Group]
    numbers: dict[Key, Integers]
    writing: list[Future[None]]

    @property
    def n(self) -> int:
        """How many terms there are."""
        return self.groups[-1].hi if self.groups else 0


def unify(
    gathering: Gathering,
    connection: duckdb.DuckDBPyConnection,
    writes: ThreadPoolExecutor,
    seen: Callable[[Group, pa.Table], None],
) -> Dictionary:
    """The dictionary of everything gathered, whose forms go to the table ``terms``.

    They are moved there by ``writes``, which has one thread, and may be on their way in the end.
    ``seen`` is told each group and its rows for that table.
    """
    groups: list[Group] = []
    numbers: dict[Key, Integers] = {}
    flushed = 0
    pending: list[pa.Table] = []
    writing: deque[Future[None]] = deque()
    for key, group, forms, codes in grouped(gathering, connection):
        groups.append(group)
        numbers[key] = codes
        rows = listed(group, forms)
        seen(group, rows)
        pending.append(rows)
        del forms, rows
        if group.hi - flushed >= _BATCH:
            while len(writing) >= _WAITING:  # so that memory stays flat
                writing.popleft().result()
            writing.append(writes.submit(_flush, connection, pending))
            pending = []
            flushed = group.hi
    writing.append(writes.submit(_flush, connection, pending))
    return Dictionary(groups, numbers, list(writing))


def listed(group: Group, forms: pa.Array) -> pa.Table:
    """The rows of a group for the table ``terms``."""
    import numpy as np

    return arrays.table({"id": arrays.integers(np.arange(group.lo, group.hi)), "lex": forms})


def grouped(
    gathering: Gathering, connection: duckdb.DuckDBPyConnection | None = None
) -> Iterator[tuple[Key, Group, pa.Array, Integers]]:
    """Each group in order: its distinct forms, and the numbers of all that was gathered of it.

    Without the compiled reader a connection is needed.
    """
    import numpy as np

    dtype = np.int32 if gathering.n_terms <= NARROW else np.int64
    lo = 0
    for key, forms, codes in _told_apart(gathering, connection):
        group = Group(lo, lo + len(forms), KINDS[key.kind], key.datatype, key.language)
        numbers: Integers = codes.astype(dtype, copy=False)
        numbers += dtype(lo)
        lo = group.hi
        yield key, group, forms, numbers


def _told_apart(
    gathering: Gathering, connection: duckdb.DuckDBPyConnection | None
) -> Iterator[tuple[Key, pa.Array, Integers]]:
    """Each group's distinct forms and the numbers of all its forms, in the order of the groups."""
    at_once = _AT_ONCE if gathering.n_terms > _MANY else 1
    with ThreadPoolExecutor(at_once) as pool:
        waiting: deque[tuple[Key, Future[tuple[pa.Array, Integers]]]] = deque()
        for key in sorted(gathering.forms):
            waiting.append((key, pool.submit(_distinct, gathering.take(key), connection)))
            if len(waiting) >= at_once:
                first, found = waiting.popleft()
                yield first, *found.result()
        while waiting:
            first, found = waiting.popleft()
            yield first, *found.result()


def _flush(connection: duckdb.DuckDBPyConnection, pending: list[pa.Table]) -> None:
    import pyarrow as pa

    if pending:
        with connection.cursor() as writer:
            append(writer, "terms", pa.concat_tables(pending))
        pending.clear()
        release()


def _distinct(
    pieces: list[pa.Array], connection: duckdb.DuckDBPyConnection | None
) -> tuple[pa.Array, Integers]:
    """The distinct forms in the order of their first use, and the number of each form.

    Forms are brought together by a hash and then compared, so that the hash decides nothing.
    """
    import numpy as np
    import pyarrow as pa

    compiled = native.library()
    if compiled is not None:
        return compiled.distinct(pieces)
    forms = pa.concat_arrays([array.cast(pa.large_string()) for array in pieces])
    pieces.clear()
    n = len(forms)
    if n < _BATCH:
        array = forms.dictionary_encode()
        return array.dictionary, arrays.numbers(array.indices).copy()
    assert connection is not None
    first = np.arange(n)
    bits = np.uint64(n.bit_length())
    index = np.uint64((1 << int(bits)) - 1)
    packed = (_hashes(forms, connection) << bits) | first.astype(np.uint64)
    packed.sort()
    order = (packed & index).astype(np.int64)
    packed >>= bits
    begins = np.flatnonzero(np.concatenate([[True], packed[1:] != packed[:-1]]))
    if len(begins) == n:
        return forms, np.arange(n, dtype=np.int32)
    first[order] = np.repeat(order[begins], np.diff(np.append(begins, n)))
    _part(forms, first)
    new = first == np.arange(n)
    codes = (np.cumsum(new) - 1)[first]
    return forms.filter(arrays.mask(new)), codes.astype(np.int32)


def _hashes(forms: pa.Array, connection: duckdb.DuckDBPyConnection) -> Integers:
    import numpy as np
    import pyarrow as pa

    batches = arrays.table({"form": forms}).to_batches(max_chunksize=_BATCH)
    cursor = connection.cursor()
    cursor.register("forms", pa.Table.from_batches(batches))
    found = cursor.execute("SELECT hash(form) AS hash FROM forms").fetchnumpy()["hash"]
    cursor.unregister("forms")
    return np.ascontiguousarray(found, np.uint64)


def _part(forms: pa.Array, first: Integers) -> None:
    """Give forms that only share a hash with their first one a first one of their own."""
    import numpy as np
    import pyarrow.compute as pc

    later = np.flatnonzero(first != np.arange(len(first)))
    seen: dict[str, int] = {}
    for at in range(0, len(later), _BATCH):
        some = later[at : at + _BATCH]
        same = pc.equal(forms.take(arrays.integers(some)), forms.take(arrays.integers(first[some])))
        wrong = some[~arrays.truths(same)]
        for place in wrong.tolist():
            first[place] = seen.setdefault(forms[place].as_py(), place)


def placed(
    gathering: Gathering, dictionary: Dictionary
) -> Iterator[tuple[Integers, Integers | None, Integers]]:
    """Each block's rows and graphs, which are places in the third: the dictionary's numbers."""
    import numpy as np

    taken: dict[Key, int] = defaultdict(int)
    for spo, graphs, sizes in gathering.rows:
        pieces = []
        for key, size in sizes:
            pieces.append(dictionary.numbers[key][taken[key] : taken[key] + size])
            taken[key] += size
        if pieces:
            yield spo, graphs, np.concatenate(pieces)


def numbered(
    gathering: Gathering, dictionary: Dictionary, column: int | None = None
) -> Iterator[tuple[Integers, Any]]:
    """Each block's rows (and graphs, -1 the default one) with the dictionary's numbers.

    With a ``column`` (0 subject, 1 predicate, 2 object) only the numbers in it.
    """
    import numpy as np

    for spo, graphs, numbers in placed(gathering, dictionary):
        if column is not None:
            yield numbers[spo[:, column]], None
            continue
        named = None if graphs is None else np.where(graphs < 0, -1, numbers[graphs])
        yield numbers[spo], named


def append(connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Add rows to a table, in their order."""
    import pyarrow as pa

    batches = rows.to_batches(max_chunksize=_BATCH)
    connection.register("appended", pa.Table.from_batches(batches, rows.schema))
    connection.execute(f"INSERT INTO {name} SELECT * FROM appended")
    connection.unregister("appended")


def release() -> None:
    """Give memory that arrays no longer use back to the system."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    compiled = native.library()
    if compiled is not None:
        compiled.release()
