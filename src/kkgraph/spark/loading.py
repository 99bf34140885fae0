"""RDF to tables by Spark itself, for data whose terms fit no single machine.

Four stages, each a folder of Parquet that is complete or not there: the lines parsed, the
distinct terms in order, the dictionary (each term's number), and the tables. A run that was broken
off is taken up at the first stage that isn't there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from kkgraph.columnar.dictionary import KINDS
from kkgraph.columnar.keys import Key
from kkgraph.columnar.lines import Refusal
from kkgraph.columnar.reading import scope
from kkgraph.columnar.tables import Skipped
from kkgraph.errors import SourceError
from kkgraph.spark.folder import MANIFEST, MOST_PARTITIONS, SCHEMAS, STARTED, Manifest
from kkgraph.spark.reading import PARSED, TYPED, parser, plain_address, typed, written
from kkgraph.spark.session import translated
from kkgraph.spark.storage import Storage
from kkgraph.xsd import PATTERNS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

Progress = Callable[[str], None]
_STAGES: Final = ".stages"
_REFUSED: Final = 20
_SKIP: Final = "Mend the line. --skip-errors (skip_errors=True) counts such lines and goes on."
_ROW_BITS: Final = 33
"""Spark's growing numbers have a partition's number above this bit, and the row's below."""
_EVERY: Final = " UNION ALL ".join(
    f"SELECT {key} AS key, {lex} AS lex FROM parsed WHERE {lex} IS NOT NULL"
    for key, lex in (
        ("s_key", "s_lex"),
        (f"'{written(Key(0, '', ''))}'", "p_lex"),
        ("o_key", "o_lex"),
        ("g_key", "g_lex"),
    )
)
_NUMBERED: Final = """
SELECT o.start + (r.place & {mask}) AS id, r.key, r.lex
FROM ordered r JOIN starts o ON o.part = shiftright(r.place, {bits})
"""
_QUADS: Final = f"""
SELECT {{distinct}} {{graph}} s.id AS s, o.id AS o, p.id AS p
FROM (SELECT * FROM parsed WHERE code IS NULL) t
JOIN dictionary s ON s.key = t.s_key AND s.lex = t.s_lex
JOIN dictionary p ON p.key = '{written(Key(0, "", ""))}' AND p.lex = t.p_lex
JOIN dictionary o ON o.key = t.o_key AND o.lex = t.o_lex
{{join}}
"""
_GRAPHS: Final = "LEFT JOIN dictionary g ON g.key = t.g_key AND g.lex = t.g_lex"


def load(
    spark: SparkSession,
    inputs: Sequence[str],
    folder: str,
    *,
    skip_errors: bool = False,
    progress: Progress | None = None,
) -> tuple[Manifest, Skipped]:
    """Write the statements of N-Triples and N-Quads files as tables; what was left out.

    ``inputs`` and ``folder`` are paths or addresses; a file with ``.gz`` or ``.bz2`` behind its
    name is one piece of work, other files are cut into many. Blank nodes stay apart for each file.
    A broken run over the same files is taken up. Raises ``SourceError``: missing-file, no-data,
    bad-rdf, not-utf8, unsupported-term; ``StoreError``: engine-failed, disk-full.
    """
    return _Load(spark, list(inputs), folder.rstrip("/"), skip_errors, progress).run()


class _Load:
    def __init__(
        self,
        spark: SparkSession,
        inputs: list[str],
        folder: str,
        skip_errors: bool,
        progress: Progress | None,
    ) -> None:
        self._spark = spark
        self._inputs = inputs
        self._folder = folder
        self._stages = f"{folder}/{_STAGES}"
        self._skip_errors = skip_errors
        self._progress = progress
        self._storage = Storage(spark)
        self._files: list[str] = []

    def run(self) -> tuple[Manifest, Skipped]:
        with translated(self._folder):
            lines = self._lines()
            self._begin()
            parsed = self._stage("parsed", lambda: self._parsed(lines))
            parsed.createOrReplaceTempView("parsed")
            skipped = self._refused()
            self._stage("ordered", self._ordered).createOrReplaceTempView("ordered")
            starts = self._starts()
            self._stage("dictionary", lambda: self._dictionary(starts)).createOrReplaceTempView(
                "dictionary"
            )
            manifest = self._tables()
            self._storage.write(f"{self._folder}/{MANIFEST}", manifest.text())
            self._storage.delete(f"{self._folder}/{STARTED}")
            self._storage.delete(self._stages)
        return manifest, skipped

    def _say(self, text: str) -> None:
        if self._progress is not None:
            self._progress(text)

    def _lines(self) -> DataFrame:
        """The lines (file, value) of all inputs; the files get their numbers."""
        from pyspark.errors import AnalysisException

        try:
            found = self._spark.read.text(self._inputs)
            self._files = sorted(map(unquote, found.inputFiles()))
        except AnalysisException as error:
            raise SourceError(
                "missing-file",
                "there is no such file",
                where=", ".join(self._inputs),
                hint="Check the path.",
            ) from error
        return found.selectExpr("_metadata.file_path AS file", "value")

    def _begin(self) -> None:
        """Forget what an earlier run left of other files."""
        identity = {
            "files": [[name, *self._storage.status(name)] for name in self._files],
            "skip_errors": self._skip_errors,
        }
        text = json.dumps(identity, sort_keys=True) + "\n"
        marker = f"{self._folder}/{STARTED}"
        if self._storage.read(marker) == text:
            return
        for name in (MANIFEST, _STAGES, *SCHEMAS):
            self._storage.delete(f"{self._folder}/{name}")
        self._storage.write(marker, text)

    def _stage(self, name: str, make: Callable[[], DataFrame]) -> DataFrame:
        """A stage's frame as it is read from its folder, made where it isn't there."""
        place = f"{self._stages}/{name}"
        if not self._storage.exists(f"{place}/_SUCCESS"):
            self._say(f"{name}: being made")
            make().write.mode("overwrite").parquet(place)
        return self._spark.read.parquet(place)

    def _parsed(self, lines: DataFrame) -> DataFrame:
        names = {plain_address(name): number for number, name in enumerate(self._files)}
        return lines.mapInArrow(parser(names), PARSED)

    def _refused(self) -> Skipped:
        """The refused lines: an error, or what is left out."""
        refused = self._spark.sql("SELECT source, code, message FROM parsed WHERE code IS NOT NULL")
        count = refused.count()
        skipped = Skipped()
        if not count:
            return skipped
        first = [
            Refusal(self._files[source], 0, 0, message, code)
            for source, code, message in refused.orderBy("source", "message").take(_REFUSED)
        ]
        if not self._skip_errors:
            where, told = first[0].where, first[0]
            raise SourceError(told.code, told.message, where=where, hint=_SKIP)
        skipped.add(first)
        skipped.count = count
        return skipped

    def _ordered(self) -> DataFrame:
        """The distinct terms in the order of their groups and forms, with growing numbers."""
        from pyspark.sql.functions import monotonically_increasing_id

        distinct = self._spark.sql(f"SELECT DISTINCT key, lex FROM ({_EVERY})")
        parts = distinct.repartitionByRange("key", "lex").sortWithinPartitions("key", "lex")
        return parts.withColumn("place", monotonically_increasing_id())

    def _starts(self) -> list[tuple[int, int]]:
        """The first number of each part of the ordered terms."""
        counted = self._spark.sql(
            f"SELECT shiftright(place, {_ROW_BITS}) AS part, count(*) AS n FROM ordered"
            " GROUP BY part ORDER BY part"
        )
        found, start = [], 0
        for part, count in counted.collect():
            found.append((part, start))
            start += count
        if not found:
            where = ", ".join(self._inputs)
            raise SourceError("no-data", "there are no triples to load", where=where)
        return found

    def _dictionary(self, starts: list[tuple[int, int]]) -> DataFrame:
        self._spark.createDataFrame(starts, "part BIGINT, start BIGINT").createOrReplaceTempView(
            "starts"
        )
        sql = _NUMBERED.format(mask=(1 << _ROW_BITS) - 1, bits=_ROW_BITS)
        return self._spark.sql(sql)

    def _tables(self) -> Manifest:
        """Write each table that isn't there, and count its rows."""
        spark = self._spark
        groups = spark.sql(
            "SELECT key, min(id), max(id) + 1 FROM dictionary GROUP BY key ORDER BY key"
        ).collect()
        sources = [(n, name, scope(n)) for n, name in enumerate(self._files)]
        predicates = spark.sql("SELECT count(DISTINCT p_lex) FROM parsed").collect()[0][0]
        named = bool(spark.sql("SELECT 1 FROM parsed WHERE g_lex IS NOT NULL LIMIT 1").collect())
        by_predicate = predicates <= MOST_PARTITIONS
        triples = _QUADS.format(distinct="DISTINCT", graph="", join="")
        quads = _QUADS.format(
            distinct="DISTINCT", graph="coalesce(g.id, -1) AS g,", join=_GRAPHS
        ) + ("" if named else "LIMIT 0")
        made: dict[str, Callable[[], DataFrame]] = {
            "terms": lambda: (
                spark.sql("SELECT id, lex FROM dictionary")
                .repartitionByRange("id")
                .sortWithinPartitions("id")
            ),
            "groups": lambda: spark.createDataFrame(
                [(lo, hi, *_named(key)) for key, lo, hi in groups], SCHEMAS["groups"]
            ),
            "sources": lambda: spark.createDataFrame(sources, SCHEMAS["sources"]),
            "triples": lambda: _sorted(spark.sql(triples)),
            "quads": lambda: _sorted(spark.sql(quads)),
            "ill_typed": lambda: self._typed([key for key, *_ in groups]).where("ill").select("id"),
            "values": lambda: self._typed([key for key, *_ in groups]).where("NOT ill").drop("ill"),
        }
        rows = {}
        for name, make in made.items():
            cut = by_predicate and (name == "triples" or (name == "quads" and named))
            rows[name] = self._table(name, make, cut)
        return Manifest(rows, by_predicate)

    def _table(self, name: str, make: Callable[[], DataFrame], by_predicate: bool) -> int:
        place = f"{self._folder}/{name}"
        if not self._storage.exists(f"{place}/_SUCCESS"):
            self._say(f"{name}: being written")
            writer = make().write.mode("overwrite")
            (writer.partitionBy("p") if by_predicate else writer).parquet(place)
        rows = self._spark.read.schema(SCHEMAS[name]).parquet(place).count()
        self._say(f"{name}: {rows:,} rows")
        return rows

    def _typed(self, keys: list[str]) -> DataFrame:
        """The typed values of the literals that may have one, made once for both tables."""
        return self._stage("typed", lambda: self._typing(keys))

    def _typing(self, keys: list[str]) -> DataFrame:
        judged = [key for key in keys if key.split(" ")[1] in PATTERNS]
        found: Any = self._spark.table("dictionary")
        frame: DataFrame = found.where(found["key"].isin(judged)).mapInArrow(typed, TYPED)
        return frame


def _named(key: str) -> tuple[str, str, str]:
    kind, datatype, language = key.split(" ")
    return KINDS[int(kind)], datatype, language


def _sorted(frame: DataFrame) -> DataFrame:
    names = [name for name in ("p", "g", "s", "o") if name in frame.columns]
    return frame.repartitionByRange(*names).sortWithinPartitions(*names)
