"""The loaded data in Spark: views of a folder's tables, and the way from terms to numbers."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kkgraph.columnar import arrays
from kkgraph.columnar.dictionary import Group
from kkgraph.columnar.tables import Columnar, Skipped, term_of
from kkgraph.errors import SourceError
from kkgraph.spark.dialect import rendered
from kkgraph.spark.folder import MANIFEST, SCHEMAS, STARTED, Manifest, half_written
from kkgraph.spark.session import apart, translated

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

    from kkgraph.columnar.tables import Term


class SparkTables(Columnar):
    """Typed terms and statements as views of a Spark session: ``Columnar`` without DuckDB."""

    elsewhere = True

    def __init__(self, spark: SparkSession, manifest: Manifest, folder: str) -> None:
        self.spark = spark
        self.folder = folder
        self.work = f"{folder}/.work-{secrets.token_hex(6)}"
        self.manifest = manifest
        self.held = None
        self.skipped = Skipped()
        self._known: dict[int, Term] = {}
        self._written = 0
        self._closing: list[Callable[[], None]] = []
        self._persisted: list[DataFrame] = []
        self.progress: Callable[[str], None] | None = None
        rows = self.run("SELECT lo, hi, kind, datatype, lang FROM groups ORDER BY lo")
        self.groups = [Group(*row) for row in rows]
        self.sources = self.run("SELECT name, scope FROM sources ORDER BY number")
        self._ranges = {(g.kind, g.datatype, g.lang): (g.lo, g.hi) for g in self.groups}
        self._his = [g.hi for g in self.groups]
        self.n_terms = self._his[-1] if self._his else 0
        self.n_triples = manifest.rows["triples"]
        self.has_graphs = manifest.rows["quads"] > 0
        self.n_quads = manifest.rows["quads"] if self.has_graphs else self.n_triples

    def __enter__(self) -> SparkTables:
        return self

    @property
    def connection(self) -> Any:
        """What runs a query's statements in place of DuckDB's connection."""
        from kkgraph.spark.asking import Statements

        return Statements(self)

    def written(self, frame: DataFrame, name: str) -> DataFrame:
        """A frame written into the work folder, and read from there."""
        self._written += 1
        place = f"{self.work}/{name}-{self._written}"
        schema = frame.schema
        frame.write.parquet(place)
        return self.spark.read.schema(schema).parquet(place)

    def persisted(self, frame: DataFrame) -> DataFrame:
        """A frame that is kept in the workers' memory until the tables are closed."""
        self._persisted.append(frame.persist())
        return frame

    def on_close(self, action: Callable[[], None]) -> None:
        """Let something be done when the tables are closed."""
        self._closing.append(action)

    def close(self) -> None:
        """Drop the views and what was made while working; the session stays."""
        from py4j.protocol import Py4JError

        jvm: Any = self.spark._jvm
        with suppress(Py4JError):
            while self._persisted:
                self._persisted.pop().unpersist()
            for name in SCHEMAS:
                self.spark.catalog.dropTempView(name)
            place = jvm.org.apache.hadoop.fs.Path(self.work)
            settings = self.spark._jsparkSession.sessionState().newHadoopConf()
            place.getFileSystem(settings).delete(place, True)
        while self._closing:
            self._closing.pop()()

    def run(self, sql: str, values: object = None) -> list[tuple[Any, ...]]:
        """The rows of a SELECT in DuckDB's dialect; ``StoreError`` as in ``translated``.

        Views and tables can be made of a SELECT too; they are gone with the session.
        """
        assert values is None
        with translated():
            said = rendered(sql, _no_recursion)
            frame = self.spark.sql(said.sql)
            if said.kind == "select":
                return [tuple(row) for row in frame.collect()]
            assert said.kind in ("view", "table"), sql
            if said.kind == "table":
                # Filled at once: a query that is stopped while it fills it would spoil it for good.
                self.persisted(frame).count()
            frame.createOrReplaceTempView(said.table)
        return []

    def ids_of(self, terms: Sequence[Term]) -> list[int | None]:
        """The numbers of several terms, in one job."""
        found: list[int | None] = [None] * len(terms)
        wanted = self.wanted(terms)
        forms = [(lo, hi, lex) for (lo, hi), places in wanted.items() for lex in places]
        if not forms:
            return found
        with translated():
            frame = local(
                self.spark,
                {"lo": [lo for lo, _, _ in forms], "hi": [hi for _, hi, _ in forms]},
                {"lex": [lex for _, _, lex in forms]},
            )
            frame.createOrReplaceTempView("wanted_terms")
            rows = self.spark.sql(
                "SELECT /*+ BROADCAST(w) */ w.lo, w.hi, w.lex, t.id"
                " FROM terms t JOIN wanted_terms w"
                " ON t.lex = w.lex AND t.id >= w.lo AND t.id < w.hi"
            ).collect()
        for lo, hi, lex, number in rows:
            for place in wanted[lo, hi][lex]:
                found[place] = number
        return found

    def learn(self, forms: dict[int, str]) -> None:
        """Remember the lexical forms of numbers, and forget those before."""
        self._known = {number: term_of(self.group_of(number), lex) for number, lex in forms.items()}

    def terms_of(self, numbers: Sequence[int]) -> list[Term]:
        """The terms with these numbers, in their order; ``IndexError`` for an unknown number."""
        unknown = sorted({int(number) for number in numbers} - self._known.keys())
        made = dict(self._known)
        if unknown:
            with translated():
                local(self.spark, {"id": unknown}, {}).createOrReplaceTempView("wanted_terms")
                rows = self.spark.sql(
                    "SELECT /*+ BROADCAST(w) */ t.id, t.lex FROM terms t LEFT SEMI JOIN"
                    f" wanted_terms w ON t.id = w.id WHERE t.id >= {unknown[0]}"
                    f" AND t.id <= {unknown[-1]}"
                ).collect()
            made |= {number: term_of(self.group_of(number), lex) for number, lex in rows}
        try:
            return [made[int(number)] for number in numbers]
        except KeyError as error:
            raise IndexError(error.args[0]) from error


def _no_recursion(_: object) -> str:
    raise AssertionError("no recursive table is read here")


def local(
    spark: SparkSession, numbers: dict[str, Sequence[int]], texts: dict[str, Sequence[str]]
) -> DataFrame:
    """Columns of numbers and of texts that are at hand, as a frame."""
    import numpy as np

    columns: dict[str, pa.Array] = {
        name: arrays.integers(np.array(column, np.int64)) for name, column in numbers.items()
    }
    columns |= {name: arrays.strings(column) for name, column in texts.items()}
    return spark.createDataFrame(arrays.table(columns))


def open_folder(spark: SparkSession, folder: str) -> SparkTables:
    """The tables of a folder (a path, or an address that the cluster's Hadoop knows).

    The rows of each table are counted, which reads no more than the ends of its files. Raises
    ``SourceError`` not-a-columnar-file, ``StoreError`` half-written or columnar-format.
    """
    from pyspark.errors import AnalysisException

    folder = folder.rstrip("/")
    here = Path(folder.removeprefix("file://"))
    manifest = _manifest(spark, folder, here)
    spark = apart(spark)
    with translated(folder):
        for name, schema in SCHEMAS.items():
            try:
                frame = spark.read.schema(schema).parquet(f"{folder}/{name}")
            except AnalysisException as error:
                raise half_written(folder, f"its table {name} is missing") from error
            rows = _counted(frame, folder, name, here / name)
            if rows != manifest.rows[name]:
                message = f"its table {name} has {rows:,} rows of {manifest.rows[name]:,}"
                raise half_written(folder, message)
            frame.createOrReplaceTempView(name)
    return SparkTables(spark, manifest, folder)


def _counted(frame: DataFrame, folder: str, name: str, here: Path) -> int:
    """The rows of a table; ``StoreError`` half-written where a file is not complete."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    cut = half_written(folder, f"its table {name} has a file that is not complete")
    if not here.is_dir():
        return frame.count()
    try:
        return sum(pq.read_metadata(file).num_rows for file in here.rglob("*.parquet"))
    except pa.ArrowException as error:
        raise cut from error


def _manifest(spark: SparkSession, folder: str, here: Path) -> Manifest:
    text = _text(spark, folder, here, MANIFEST)
    if text is None and _text(spark, folder, here, STARTED) is not None:
        raise half_written(folder, "the folder was begun and not completed")
    if text is None:
        raise SourceError(
            "not-a-columnar-file",
            "no folder of tables for Spark is there",
            where=folder,
            hint="Make one with: kkgraph columnar export FILE.kk --partitioned -o FOLDER",
        )
    return Manifest.read(text, folder)


def _text(spark: SparkSession, folder: str, here: Path, name: str) -> str | None:
    """What a small file holds, wherever the cluster keeps it; None where there is none."""
    from pyspark.errors import AnalysisException

    if here.is_dir():
        return (here / name).read_text("utf-8") if (here / name).is_file() else None
    with translated(folder):
        try:
            rows = spark.read.text(f"{folder}/{name}", wholetext=True).collect()
        except AnalysisException:
            return None
    return "\n".join(row[0] for row in rows)
