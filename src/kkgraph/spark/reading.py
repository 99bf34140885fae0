"""Lines of N-Triples and N-Quads to terms, in Python processes beside the workers.

The reader is the one of the columnar engine: the same lines are accepted and refused, and lexical
forms stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from kkgraph.columnar.keys import Key
from kkgraph.columnar.lines import Block, Refusal, Rows, Source, encode
from kkgraph.columnar.reading import scope
from kkgraph.columnar.terms import Reader

if TYPE_CHECKING:
    import pyarrow as pa

    Batches = Iterator[pa.RecordBatch]

PARSED: Final = (
    "s_key STRING, s_lex STRING, p_lex STRING, o_key STRING, o_lex STRING,"
    " g_key STRING, g_lex STRING, source INT, code STRING, message STRING"
)
"""A statement: each term by its group's key and its form; or a refused line: code and message."""
TYPED: Final = (
    "id BIGINT, ill BOOLEAN, family SMALLINT, exact DECIMAL(38,12), approx DOUBLE, zoned BOOLEAN"
)
_SHOWN: Final = 200
_SLASHES: Final = re.compile(":/+")


def written(key: Key) -> str:
    """A group's key as a text; such texts have the order of the keys."""
    return f"{key.kind} {key.datatype} {key.language}"


def plain_address(name: str) -> str:
    """A file's address in one spelling; Spark has several (``file:/x``, ``file:///x%20y``)."""
    return _SLASHES.sub(":/", unquote(name), count=1)


def parser(numbers: Mapping[str, int]) -> Callable[[Batches], Batches]:
    """What a worker does with batches (file, value) of lines; ``numbers`` are those of the files,
    by ``plain_address``.

    The outcome has the columns of ``PARSED``.
    """

    def parsed(batches: Batches) -> Batches:
        for batch in batches:
            for name in batch.column("file").unique().to_pylist():
                yield _statements(batch, name, numbers[plain_address(name)])

    return parsed


def _statements(batch: pa.RecordBatch, name: str, number: int) -> pa.RecordBatch:
    import pyarrow as pa
    import pyarrow.compute as pc

    lines = (
        batch.filter(pc.equal(batch.column("file"), name))
        .column("value")
        .cast(pa.binary())
        .to_pylist()
    )
    plain = name.removesuffix(".gz").removesuffix(".bz2").removesuffix(".zst")
    source = Source(name, number, plain.endswith(".nq"), False, scope(number))
    data = b"\n".join(lines) + b"\n"
    rows = encode(Block(data, source), Reader(source.scope), skip_errors=True)
    good = _terms(rows)
    n, bad = len(rows.spo), len(rows.refused)
    columns: list[Any] = [
        pa.concat_arrays([column, pa.nulls(bad, pa.string())]) if bad else column for column in good
    ]
    columns.append(pa.array([number] * (n + bad), pa.int32()))
    for told in (lambda r: r.code, lambda r: _message(r, lines)):
        texts = [told(refusal) for refusal in rows.refused]
        columns.append(pa.concat_arrays([pa.nulls(n, pa.string()), pa.array(texts, pa.string())]))
    names = [field.split()[0] for field in PARSED.split(", ")]
    return pa.RecordBatch.from_arrays(columns, names=names)


def _message(refusal: Refusal, lines: list[bytes]) -> str:
    text = lines[refusal.line - 1] if 0 < refusal.line <= len(lines) else b""
    return f"{refusal.message} in: {text[:_SHOWN].decode('utf-8', 'replace')}"


def _terms(rows: Rows) -> list[pa.Array]:
    """The keys and forms of subjects, predicates (no keys), objects and graphs."""
    import numpy as np
    import pyarrow as pa

    keys: list[str] = []
    sizes: list[int] = []
    forms: list[pa.Array] = []
    for key, texts in rows.parts:
        keys.append(written(key))
        sizes.append(len(texts))
        forms.append(texts.cast(pa.string()))
    every = pa.concat_arrays(forms) if forms else pa.array([], pa.string())
    owners = pa.array(np.repeat(np.arange(len(keys)), sizes), pa.int32())
    names = pa.array(keys, pa.string())
    found: list[pa.Array] = []
    spo = np.asarray(rows.spo).astype(np.int64).reshape(-1, 3)
    for place in range(3):
        taken = pa.array(spo[:, place])
        if place != 1:
            found.append(names.take(owners.take(taken)))
        found.append(every.take(taken))
    if rows.graphs is None:
        empty = pa.nulls(len(spo), pa.string())
        return [*found, empty, empty]
    graphs = np.asarray(rows.graphs).astype(np.int64)
    taken = pa.array(graphs, mask=graphs < 0)
    return [*found, names.take(owners.take(taken)), every.take(taken)]


def typed(batches: Batches) -> Batches:
    """What a worker does with batches (id, key, lex) of literals: their typed values.

    The outcome has the columns of ``TYPED``: a row for each literal that is ill-typed, or that
    has a value with an order.
    """
    import duckdb
    import pyarrow as pa
    import pyarrow.compute as pc

    from kkgraph.columnar.dictionary import Group
    from kkgraph.columnar.loading import make_tables
    from kkgraph.columnar.typed import Typing

    for batch in batches:
        for key in batch.column("key").unique().to_pylist():
            mine = batch.filter(pc.equal(batch.column("key"), key))
            _, datatype, language = key.split(" ")
            group = Group(0, len(mine), "literal", datatype, language)
            forms = pa.table({"id": pa.array(range(len(mine)), pa.int64()), "lex": mine["lex"]})
            with duckdb.connect(config={"threads": 1}) as connection:
                make_tables(connection, "BIGINT")
                with Typing(connection) as typing:
                    typing.add(group, forms)
                    typing.finish()
                rows = connection.sql(
                    "SELECT id, false AS ill, family::SMALLINT AS family, exact, approx, zoned"
                    ' FROM "values" UNION ALL'
                    " SELECT id, true, NULL, NULL, NULL, NULL FROM ill_typed"
                ).to_arrow_table()
            ids = mine["id"].take(rows["id"].combine_chunks())
            yield from rows.set_column(0, "id", ids).to_batches()
