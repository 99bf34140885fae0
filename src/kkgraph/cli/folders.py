"""Answers as a folder of Parquet: what the verbs that ask have in common."""

from __future__ import annotations

import sys
from typing import Final

from kkgraph.errors import QuestionError, SourceError

_ENDING: Final = ".parquet"
_ROWS: Final = 100_000
"""The rows until an answer is cut, where nobody chose another number."""


def parquet_folder(form: str, output: str | None, engine: str, max_rows: int) -> str | None:
    """Where an answer is to be written as Parquet; None for another format.

    A name that ends with ``.parquet`` asks for it too. Raises ``QuestionError`` bad-value for what
    does not go with it, ``SourceError`` no-output.
    """
    if form != "parquet" and not (output or "").rstrip("/").lower().endswith(_ENDING):
        return None
    if form not in ("parquet", "text", "table"):
        raise _wrong(
            f"a name that ends with {_ENDING} is no place for {form}",
            "--output",
            "Give another name, or choose --format parquet.",
        )
    if engine != "spark":
        raise _wrong(
            "only Spark writes answers as Parquet",
            "--format",
            "Add --engine spark, or choose --format csv and another name.",
        )
    if output is None:
        raise SourceError(
            "no-output", "Parquet needs a folder", where="--output", hint="Add -o answers.parquet."
        )
    if max_rows != _ROWS:
        raise _wrong(
            "Parquet holds the whole answer",
            "--max-rows",
            "Leave it out, or put LIMIT into the query.",
        )
    return output


def say_written(folder: str, rows: int) -> None:
    """Say on standard error what has been written."""
    print(f"Written: {folder} ({rows:,} row{'' if rows == 1 else 's'})", file=sys.stderr)


def _wrong(message: str, where: str, hint: str) -> QuestionError:
    return QuestionError("bad-value", message, where=where, hint=hint)
