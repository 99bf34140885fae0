"""Regular expressions in the workers: by the engines that every other route uses.

Java's engine, which Spark's SQL has, means other things by the same expression and may run for
ever. So the texts are tested by RE2 in Python processes beside the workers, and what RE2 lacks by
Oxigraph's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from kkgraph.shacl.forms import Pattern
from kkgraph.shacl.patterns import for_re2, matching

if TYPE_CHECKING:
    import pyarrow as pa

    Batches = Iterator[pa.RecordBatch]


def unmatched(pattern: Pattern) -> Callable[[Batches], Batches]:
    """What a worker does with batches (v, lex): the ``v`` of the texts that don't match."""

    def kept(batches: Batches) -> Batches:
        import pyarrow.compute as pc

        for batch in batches:
            wrong = pc.invert(_matches(pattern, batch.column("lex")))
            yield batch.select(["v"]).filter(wrong)

    return kept


def _matches(pattern: Pattern, texts: pa.Array) -> pa.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    regex = for_re2(pattern)
    if regex is not None:
        try:
            return pc.match_substring_regex(texts, regex)
        except pa.ArrowInvalid:  # RE2 lacks something
            pass
    listed = texts.to_pylist()
    good = matching(pattern, listed)
    return pa.array([text in good for text in listed], pa.bool_())
