"""Answers as Parquet, written by the workers: no row of them comes to the driver.

A folder is written beside its place and moved there when it is whole; ``_answer.json`` comes last
and says how many rows there are.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final

from kkgraph import __version__
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import Form
from kkgraph.errors import QuestionError, SourceError, StoreError
from kkgraph.spark.asking import covered
from kkgraph.spark.results import show_texts
from kkgraph.spark.session import translated
from kkgraph.spark.spelling import spelled, speller
from kkgraph.spark.storage import Storage

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

    from kkgraph.columnar.queries.plan import Plan
    from kkgraph.spark.tables import SparkTables

MANIFEST: Final = "_answer.json"
_PLACE: Final = "place"
_TRIPLE: Final = ("subject", "predicate", "object")
_REMOVE: Final = "Remove it, unless a run is writing it now; then run the command again."


def write_answer(plan: Plan, address: str, *, timeout_s: float | None = None) -> int:
    """The number of rows of an answer that is now a new folder of Parquet at ``address``.

    Columns are the variables of a SELECT, or subject, predicate and object; each term is a text as
    N-Triples writes it, NULL where a variable is unbound. Where the query has an order, the files
    by name and the rows in them are in it. Raises ``QuestionError`` bad-value for an ASK, and where
    there is no variable or two differ by capitals alone; ``SourceError`` file-exists,
    ``StoreError`` half-written for a place that is taken; otherwise as
    ``kkgraph.spark.asking.ask``.
    """
    from kkgraph.columnar.queries.running import Running
    from kkgraph.columnar.queries.sizes import check

    with covered():
        writing = _Writing(plan)
        place = _Place.of(writing.tables.spark, address)
        statement = plan.statement
        space, dataset = statement.compiler.space, statement.compiler.dataset
        with Running(writing.tables, timeout_s) as running:
            check(plan.query, space, dataset, running, None)
            try:
                running.done(lambda connection: writing.write(connection, place.unfinished))
                return place.finish(writing.names)
            except BaseException:
                place.drop()
                raise


def rows_of(spark: SparkSession, address: str) -> int:
    """The rows of an answer that was written; ``StoreError`` half-written where it isn't whole."""
    address = address.rstrip("/")
    text = Storage(spark).read(f"{address}/{MANIFEST}")
    if text is None:
        raise _half(address, f"the answer was begun and not completed: it has no {MANIFEST}")
    wanted = int(json.loads(text)["rows"])
    try:
        rows = _counted(spark, address)
    except StoreError as error:
        if error.code != "engine-failed":
            raise
        raise _half(address, "a file of the answer is missing or not complete") from error
    if rows != wanted:
        raise _half(address, f"the answer has {rows:,} rows of {wanted:,}")
    return rows


def _counted(spark: SparkSession, address: str) -> int:
    with translated(address):
        return int(spark.read.parquet(address).count())


def _half(where: str, message: str) -> StoreError:
    return StoreError("half-written", message, where=where, hint=_REMOVE)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an answer goes, and where it is written before."""

    spark: SparkSession
    address: str
    unfinished: str

    @classmethod
    def of(cls, spark: SparkSession, address: str) -> _Place:
        """A place that is free."""
        address = address.rstrip("/")
        head, slash, name = address.rpartition("/")
        found = cls(spark, address, f"{head}{slash}_{name}.unfinished")
        storage = Storage(spark)
        if storage.exists(address):
            names = storage.names(address)
            if MANIFEST not in names and any(n == "_SUCCESS" or n[:5] == "part-" for n in names):
                raise _half(address, "an answer was begun there and not completed")
            raise SourceError(
                "file-exists",
                "there is such a file or folder already, and it is left as it is",
                where=address,
                hint="Give another name, or remove it.",
            )
        if storage.exists(found.unfinished):
            raise _half(found.unfinished, "an answer was begun there and not completed")
        return found

    def finish(self, names: tuple[str, ...]) -> int:
        """Move the folder to its place, and say there what it holds: the number of rows."""
        storage = Storage(self.spark)
        rows = _counted(self.spark, self.unfinished)
        if storage.exists(self.address) or not storage.move(self.unfinished, self.address):
            raise StoreError(
                "unwritable-store", "the folder can't be moved to its place", where=self.address
            )
        said = {"name": "kkgraph answer", "kkgraph": __version__, "columns": names, "rows": rows}
        storage.write(f"{self.address}/{MANIFEST}", json.dumps(said, ensure_ascii=False) + "\n")
        return rows

    def drop(self) -> None:
        """Delete what is not finished."""
        Storage(self.spark).delete(self.unfinished)


class _Writing:
    """The frames of one answer."""

    def __init__(self, plan: Plan) -> None:
        self._query = plan.query
        self._statement = plan.statement
        self._compiler = plan.statement.compiler
        self.tables: SparkTables = self._compiler.space.columnar  # type: ignore[assignment]
        if plan.query.kind == "ASK":
            raise _no_table("the answer of ASK is yes or no, and no table", "Choose another form.")
        self._triples = plan.query.kind in ("CONSTRUCT", "DESCRIBE")
        self.names = _TRIPLE if self._triples else plan.query.names
        if not self.names:
            raise _no_table("the query names no variable, so there is no column", "Name one.")
        if len({name.lower() for name in self.names}) < len(self.names):
            raise _no_table(
                "two variables differ by capitals alone, and Spark doesn't tell them apart",
                "Give one of them another name.",
            )
        self._blank = any(
            isinstance(node, f.Variable) and node.name.startswith(".")
            for triple in (plan.query.template if plan.query.kind == "CONSTRUCT" else ())
            for node in (triple.subject, triple.predicate, triple.object)
        )
        self._ordered = bool(self._statement.found.order) and not self._triples
        columns = self._statement.found.relation.columns
        self._held = {name: f"c{at}" for at, name in enumerate(columns)}

    def write(self, connection: Any, address: str) -> None:
        """Write the answer as Parquet; ``connection`` is a ``Statements``."""
        for name, table in self._compiler.handed_over().items():
            connection.register(name, table)
        connection.made(self._statement.sql(handed=True), lambda frame: self._write(frame, address))

    def _write(self, frame: DataFrame, address: str) -> None:
        rows = self._texts(self._kept(frame))
        if self._query.kind == "CONSTRUCT":
            rows = self._built(rows)
        else:
            rows = rows.orderBy(_PLACE) if self._ordered else rows
            wanted = list(self._held) if self._triples else self.names
            shown = zip(wanted, self.names, strict=True)
            rows = rows.select(*(self._column(one).alias(name) for one, name in shown))
        rows.write.parquet(address)

    def _texts(self, rows: DataFrame) -> DataFrame:
        """The rows with texts in place of the numbers of terms."""
        from pyspark.sql import functions as fn

        columns = self._statement.found.relation.columns
        numbers = [self._held[n] for n, column in columns.items() if column.form is Form.NUMBER]
        if not numbers:
            return rows
        terms = self._terms(rows, numbers)
        for name in numbers:
            mine = terms.select(fn.col("id").alias("term"), fn.col("text").alias("spelled"))
            rows = rows.join(mine, rows[name] == mine["term"], "left")
            rows = rows.withColumn(name, fn.col("spelled")).drop("term", "spelled")
        return rows

    def _column(self, variable: str) -> Column:
        """The texts of a variable; NULL where nothing binds it."""
        from pyspark.sql import functions as fn

        held = self._held.get(variable)
        return fn.lit(None).cast("string") if held is None else fn.col(held)

    @property
    def _placed(self) -> bool:
        return self._ordered or self._blank

    def _kept(self, frame: DataFrame) -> DataFrame:
        """The rows of the statement, computed values as texts, written down."""
        from pyspark.sql import functions as fn

        frame = frame.toDF(*(self._held.values() or ("none",)))
        columns = self._statement.found.relation.columns
        kinds = {
            self._held[name]: column.kind if column.form is Form.TYPED else ""
            for name, column in columns.items()
            if column.form is not Form.NUMBER
        }
        shown = [
            fn.col(name) if name in kinds else fn.col(name).cast("bigint").alias(name)
            for name in frame.columns
        ]
        place = [fn.monotonically_increasing_id().alias(_PLACE)] if self._placed else []
        frame = frame.select(*shown, *place)
        if kinds:
            types = [f"{n} {'STRING' if n in kinds else 'BIGINT'}" for n in frame.columns]
            frame = frame.mapInArrow(speller(kinds), ", ".join(types))
        return self.tables.written(frame, "answer")

    def _terms(self, rows: DataFrame, columns: list[str]) -> DataFrame:
        """The terms (id, text) that columns of numbers name, each once."""
        spark = self.tables.spark
        kinds = [(g.lo, g.hi, g.kind, g.datatype, g.lang) for g in self.tables.groups]
        show_texts(spark, kinds, "terms")
        ids = reduce(
            lambda one, two: one.union(two), [rows.select(rows[n].alias("id")) for n in columns]
        )
        terms = spark.table("result_terms").join(ids.distinct(), "id", "left_semi")
        if made := [(n, spelled(term)) for n, term in self._compiler.space.made.items()]:
            terms = terms.union(spark.createDataFrame(made, "id BIGINT, text STRING"))
        return self.tables.written(terms, "answer_terms")

    def _built(self, rows: DataFrame) -> DataFrame:
        """The triples of the template, each once; what would be no triple is left out."""
        from pyspark.sql import functions as fn

        run = f"_:built{secrets.token_hex(8)}x"

        def text(node: f.Node) -> Column:
            if isinstance(node, f.Constant):
                return fn.lit(spelled(node.term))
            if node.name.startswith("."):
                own = fn.lit(f"x{node.name.encode().hex()}")
                return fn.concat(fn.lit(run), fn.col(_PLACE).cast("string"), own)
            return self._column(node.name)

        parts = [
            rows.select(
                *(
                    text(node).alias(name)
                    for name, node in zip(
                        _TRIPLE, (triple.subject, triple.predicate, triple.object), strict=True
                    )
                )
            )
            for triple in self._query.template
        ]
        if not parts:
            return rows.select(*(fn.lit("").alias(name) for name in _TRIPLE)).limit(0)
        whole = reduce(lambda one, two: one.union(two), parts)
        subject, predicate, value = (fn.col(name) for name in _TRIPLE)
        right = ~subject.startswith('"') & predicate.startswith("<") & value.isNotNull()
        return whole.where(right).distinct()


def _no_table(message: str, hint: str) -> QuestionError:
    return QuestionError("bad-value", message, where="--format", hint=hint)
