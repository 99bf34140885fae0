"""One query on one engine: evaluation, the row limit, and foreign errors made ours."""

from __future__ import annotations

from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.errors import StoreError
from kkgraph.model import Answer
from kkgraph.names import PREFIXES
from kkgraph.sparql import check_nesting, names_remote, syntax_error

_PANIC: Final = "pyo3_runtime"
"""Where the exception of an engine that breaks down comes from; it is no ``Exception``."""


def run(engine: ox.Store, sparql: str, max_rows: int | None) -> Answer:
    """The answer of a query on an engine, at most ``max_rows`` rows or triples of it.

    Raises ``QuestionError`` bad-sparql with line and column, ``StoreError`` engine-failed.
    """
    check_nesting(sparql)
    try:
        result = engine.query(sparql, prefixes=PREFIXES)
        if isinstance(result, ox.QueryBoolean):
            return Answer(truth=bool(result))
        if isinstance(result, ox.QuerySolutions):
            names = tuple(v.value for v in result.variables)
            rows, cut = _take(result, max_rows)
            return Answer(names, tuple(tuple(s) for s in rows), truncated=cut)
        triples, cut = _take(result, max_rows)
        return Answer(triples=tuple(triples), truncated=cut)
    except SyntaxError as error:
        raise syntax_error(error, sparql) from error
    except (ValueError, RuntimeError, OSError) as error:
        raise StoreError("engine-failed", f"the engine could not answer: {error}") from error
    except BaseException as error:
        if type(error).__module__ != _PANIC:
            raise
        raise StoreError("engine-failed", f"the engine broke down: {error}") from error


def check_syntax(sparql: str) -> None:
    """Raise ``QuestionError`` bad-sparql where the text is no query.

    It is run on nothing; one that may contact another machine is not looked at.
    """
    check_nesting(sparql)
    if names_remote(sparql):
        return
    try:
        ox.Store().query(sparql, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_error(error, sparql) from error
    except (ValueError, RuntimeError, OSError):
        pass  # it parses; what an empty store can't do, the real one may


def _take(items: Any, max_rows: int | None) -> tuple[list[Any], bool]:
    if max_rows is None:
        return list(items), False
    found = list(islice(items, max_rows + 1))
    return found[:max_rows], len(found) > max_rows
