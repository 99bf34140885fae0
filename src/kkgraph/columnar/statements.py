"""The statements as sorted rows of term numbers, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar import arrays, native
from kkgraph.columnar.dictionary import (
    NARROW,
    Dictionary,
    Gathering,
    append,
    numbered,
    placed,
)

if TYPE_CHECKING:
    import duckdb
    import numpy as np

    Integers = np.ndarray[Any, np.dtype[Any]]

_BITS: Final = 64
_HALF: Final = 32
_ROWS: Final = 245_760


def fill_statements(
    connection: duckdb.DuckDBPyConnection,
    gathering: Gathering,
    dictionary: Dictionary,
    threads: int,
) -> None:
    """Fill the tables ``triples`` and, where there are named graphs, ``quads``."""
    if any(graphs is not None for _, graphs, _ in gathering.rows):
        _fill(connection, "quads", gathering, dictionary)
    compiled = native.library()
    if compiled is None or dictionary.n > NARROW:
        _fill(connection, "triples", gathering, dictionary)
        return
    blocks = ((spo, numbers) for spo, _, numbers in placed(gathering, dictionary))
    found = compiled.sorted_rows(blocks, dictionary.n, threads)
    for at in range(0, found.n, _ROWS):
        columns = found.columns(at, _ROWS)
        table = arrays.table({name: arrays.integers(v) for name, v in columns.items()})
        append(connection, "triples", table)


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, gathering: Gathering, dictionary: Dictionary
) -> None:
    """Sort rows as one integer each: the rank of their lead, then the subject, then the object.

    Where that passes 64 bits, some leads at a time are taken.
    """
    leads = _known(gathering, dictionary, table == "quads")
    width = max(dictionary.n - 1, 1).bit_length()
    step = 1 << (_BITS - 2 * width)
    for at in range(0, len(leads), step):
        some = leads[at : at + step]
        keys = _keys(gathering, dictionary, some, width, table == "quads")
        _append(connection, table, keys, some, width)


def _known(gathering: Gathering, dictionary: Dictionary, graphs: bool) -> Integers:
    """All leads, sorted: what rows are first sorted by.

    A lead is the predicate, or the graph (plus 1) and the predicate.
    """
    import numpy as np

    if graphs:
        found = [np.unique(_leads(rows, named)) for rows, named in numbered(gathering, dictionary)]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
    used = np.zeros(dictionary.n, bool)
    for predicates, _ in numbered(gathering, dictionary, column=1):
        used[predicates] = True
    return np.flatnonzero(used)


def _leads(spo: Integers, graphs: Integers | None) -> Integers:
    import numpy as np

    leads = spo[:, 1].astype(np.int64)
    if graphs is not None:
        leads += (graphs.astype(np.int64) + 1) << _HALF
    return leads


def _keys(
    gathering: Gathering, dictionary: Dictionary, leads: Integers, width: int, graphs: bool
) -> Integers:
    import numpy as np

    keys = np.empty(gathering.n_rows, np.uint64)
    at = 0
    ranks = np.empty(0, np.uint32)
    if not graphs:
        ranks = np.zeros(dictionary.n, np.uint32)
        ranks[leads] = np.arange(len(leads))
    for rows, named in numbered(gathering, dictionary):
        every = _leads(rows, named) if graphs else rows[:, 1]
        mine = (every >= leads[0]) & (every <= leads[-1])
        here, spo = (every, rows) if mine.all() else (every[mine], rows[mine])
        part = keys[at : at + len(spo)]
        part[:] = np.searchsorted(leads, here) if graphs else ranks[here]
        for column in (0, 2):
            part <<= np.uint64(width)
            part |= spo[:, column].astype(np.uint64)
        at += len(spo)
    keys = keys[:at]
    keys.sort()
    new = keys[1:] != keys[:-1]
    return keys if new.all() else keys[np.concatenate([[True], new])]


def _append(
    connection: duckdb.DuckDBPyConnection, table: str, keys: Integers, leads: Integers, width: int
) -> None:
    import numpy as np

    for at in range(0, len(keys), _ROWS):
        some = keys[at : at + _ROWS]
        lead = leads[(some >> np.uint64(2 * width)).astype(np.int64)]
        mask = np.uint64(2**width - 1)
        columns = {
            "g": (lead >> _HALF) - 1,
            "p": lead & (2**_HALF - 1),
            "s": (some >> np.uint64(width)) & mask,
            "o": some & mask,
        }
        if table == "triples":
            del columns["g"]
        dtype = np.int32 if width < _HALF else np.int64
        found = {name: arrays.integers(v.astype(dtype)) for name, v in columns.items()}
        append(connection, table, arrays.table(found))
