"""rdflib's algebra of a query, and which queries it reads rightly."""

from __future__ import annotations

import logging
import re
import threading
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.errors import QuestionError
from kkgraph.names import PREFIXES
from kkgraph.sparql import blank, check_nesting, refuse_remote

_PARSING: Final = threading.Lock()
_SHORT: Final = 120
_RESTATED: Final = re.compile(
    r"(?<![\w.:%)\]-])-[ \t]*"
    r"(?:0[0-9]|[0-9]+(?:\.[0-9]*)?[eE]|\.[0-9]|[0-9]*\.[0-9]*0(?![0-9])|[0-9]+\.(?![0-9]))"
)
"""Negative numbers that rdflib writes anew: as terms they would be others."""


def _refuse_services(sparql: str) -> None:
    try:
        refuse_remote(sparql)
    except QuestionError as error:
        raise UncoveredError("SERVICE") from error


def _check_syntax(sparql: str) -> None:
    """Let the engine that answers what we don't cover decide what is a query at all."""
    try:
        ox.Store().query(sparql, prefixes=PREFIXES)
    except SyntaxError as error:
        raise _bad(error, sparql) from error
    except (ValueError, RuntimeError, OSError):
        pass  # it parses


def _bad(error: SyntaxError, text: str) -> QuestionError:
    message = str(error.args[0])
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.S)
    where = f"query:{match[1]}:{match[2]}" if match else "query"
    reason = match[3] if match and len(match[3]) <= _SHORT else "something else is expected here"
    return QuestionError(
        "bad-sparql",
        reason if match else message,
        where=where,
        hint="The place is line:column. Known prefixes need no declaration.",
    )


def algebra_of(sparql: str) -> tuple[Any, bool]:
    """rdflib's algebra, with literals as the query gives them; and whether it selects all.

    Raises ``QuestionError`` bad-sparql with line and column, and ``UncoveredError`` for what this
    parser would get wrong.
    """
    check_nesting(sparql)
    _refuse_services(sparql)
    _check_syntax(sparql)
    if _RESTATED.search(blank(sparql)):
        raise UncoveredError("a negative number in another form than the canonical one")
    import rdflib
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    logger = logging.getLogger("rdflib.term")  # it tells of each ill-typed literal
    with _PARSING:
        before, quiet = rdflib.NORMALIZE_LITERALS, logger.disabled
        logger.disabled = True
        rdflib.NORMALIZE_LITERALS = False
        try:
            parsed = parseQuery(sparql)
            every = parsed[1].name == "SelectQuery" and parsed[1].projection is None
            return translateQuery(parsed, initNs=PREFIXES).algebra, every
        except Exception as error:
            # Its parser refuses some queries that are none of its grammar's business.
            raise UncoveredError(f"rdflib cannot read it ({type(error).__name__})") from error
        finally:
            rdflib.NORMALIZE_LITERALS, logger.disabled = before, quiet
