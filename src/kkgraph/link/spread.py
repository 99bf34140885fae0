"""What is linked to, spread over Spark's workers.

Each worker gets all entries of the target, indexes them once, and decides on a share of the rows:
which block a row falls into (its province and name, its codes, names near its own) is found in that
index, by the code of the one-machine linking. Nothing is decided otherwise because of Spark.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from kkgraph.link.records import Candidate, Decision, Entry, Reason, Side
from kkgraph.link.target import Known, Target
from kkgraph.spark.session import translated
from kkgraph.spark.watching import watched

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    Batches = Iterator[pa.RecordBatch]

_DECIDED: Final = "place BIGINT, outcome STRING, why STRING, candidates STRING"
_SHARES: Final = 4
"""So many shares for each core, so that a slow one doesn't hold up the others."""
_LEAST: Final = 250
"""A share has at least so many rows, as indexing the target costs more than deciding on a few."""
_INDEXED: Final[dict[str, Target]] = {}
"""In a worker's process: the target that it indexed last."""


class SpreadTarget(Known):
    """The entries of a side, held against the rows of another by Spark's workers.

    ``decide`` raises ``StoreError`` as Spark's: no-master, engine-failed.
    """

    def __init__(self, spark: SparkSession, side: Side, entries: Iterable[Entry]) -> None:
        super().__init__(side, entries)
        self._spark = spark

    def _decided(
        self, asked: list[Entry], threshold: float, progress: Callable[[str], None] | None
    ) -> list[Decision]:
        if not asked:
            return []
        context: Any = self._spark.sparkContext
        shares = min(_SHARES * context.defaultParallelism, -(-len(asked) // _LEAST))
        with translated():
            held = context.broadcast((self.side, self.entries))
            try:
                rows = self._spark.createDataFrame(_table(asked)).repartition(shares)
                work = _decider(held, secrets.token_hex(8), threshold)
                with watched(self._spark, "linking", progress):
                    found = rows.mapInArrow(work, _DECIDED).toArrow().to_pylist()
            finally:
                held.destroy()
        found.sort(key=lambda row: int(row["place"]))
        return [self._decision(asked[row["place"]], row) for row in found]

    def _decision(self, entry: Entry, row: dict[str, Any]) -> Decision:
        candidates = tuple(
            Candidate(self.entries[self._ids[id_]], score, tuple(Reason(*r) for r in reasons))
            for id_, score, reasons in json.loads(row["candidates"])
        )
        return Decision(entry, row["outcome"], candidates, row["why"])


def _table(entries: Sequence[Entry]) -> pa.Table:
    """The entries as a table (place, entry), each as a text of JSON."""
    import pyarrow as pa

    return pa.table(
        {
            "place": pa.array(range(len(entries)), pa.int64()),
            "entry": pa.array([_packed(entry) for entry in entries], pa.string()),
        }
    )


def _packed(entry: Entry) -> str:
    return json.dumps([getattr(entry, name) for name in Entry.__dataclass_fields__])


def _unpacked(text: str) -> Entry:
    said = dict(zip(Entry.__dataclass_fields__, json.loads(text), strict=True))
    said["names"] = tuple(said["names"])
    said["identifiers"] = tuple((scheme, value) for scheme, value in said["identifiers"])
    said["point"] = said["point"] and tuple(said["point"])
    return Entry(**said)


def _decider(held: Any, name: str, threshold: float) -> Callable[[Batches], Batches]:
    """What a worker does with batches (place, entry); ``held`` is the target, sent once."""

    def decided(batches: Batches) -> Batches:
        import pyarrow as pa

        if name not in _INDEXED:
            _INDEXED.clear()
            _INDEXED[name] = Target(*held.value)
        target = _INDEXED[name]
        for batch in batches:
            entries = [_unpacked(text) for text in batch.column("entry").to_pylist()]
            found = target.decide(entries, threshold=threshold)
            columns = [
                batch.column("place"),
                pa.array([d.outcome for d in found], pa.string()),
                pa.array([d.why for d in found], pa.string()),
                pa.array([_candidates(d) for d in found], pa.string()),
            ]
            yield pa.RecordBatch.from_arrays(columns, ["place", "outcome", "why", "candidates"])

    return decided


def _candidates(decision: Decision) -> str:
    return json.dumps(
        [
            (c.entry.id, c.score, [(r.kind, r.verdict, r.detail, r.weight) for r in c.reasons])
            for c in decision.candidates
        ]
    )
