"""rdflib's algebra of a query, and which queries it reads rightly."""

from __future__ import annotations

import logging
import re
import threading
import warnings
from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.columnar.queries.given import Lists, shortened
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.errors import QuestionError
from kkgraph.names import PREFIXES
from kkgraph.sparql import blank, check_nesting, refuse_remote, syntax_error

_PARSING: Final = threading.Lock()
_BOOLEANS: Final = re.compile(r"(?<![\w:?$.@-])(?:true|false)(?![\w:.-])", re.I)
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


def _plain_booleans(sparql: str) -> str:
    """The query with ``TRUE`` and ``False`` in small letters, as Oxigraph wants them."""
    for found in _BOOLEANS.finditer(blank(sparql)):
        sparql = sparql[: found.start()] + found[0].lower() + sparql[found.end() :]
    return sparql


def _check_syntax(sparql: str) -> None:
    """Let the engine that answers what we don't cover decide what is a query at all."""
    try:
        ox.Store().query(sparql, prefixes=PREFIXES)
    except SyntaxError as error:
        raise syntax_error(error, sparql) from error
    except (ValueError, RuntimeError, OSError):
        pass  # it parses


def _refuse_lost_values(parsed: Any) -> None:
    """Refuse VALUES after a sub-select of all variables, of which rdflib's algebra loses some."""
    if isinstance(parsed, str):
        return
    if getattr(parsed, "name", "") == "SubSelect" and parsed.valuesClause and not parsed.projection:
        raise UncoveredError("VALUES after a sub-select of all variables")
    for part in parsed.values() if isinstance(parsed, dict) else parsed:
        if isinstance(part, Iterable):
            _refuse_lost_values(part)


def algebra_of(sparql: str) -> tuple[Any, bool, Lists]:
    """rdflib's algebra, with literals as the query gives them; and whether it selects all.

    Of long lists of IRIs only a name stands there; the lists come third, by these names.

    Raises ``QuestionError`` bad-sparql with line and column, and ``UncoveredError`` for what this
    parser would get wrong.
    """
    check_nesting(sparql)
    sparql = _plain_booleans(sparql)
    _refuse_services(sparql)
    _check_syntax(sparql)
    if _RESTATED.search(blank(sparql)):
        raise UncoveredError("a negative number in another form than the canonical one")
    import rdflib
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    logger = logging.getLogger("rdflib.term")  # it tells of each ill-typed literal
    with _PARSING, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before, quiet = rdflib.NORMALIZE_LITERALS, logger.disabled
        logger.disabled = True
        rdflib.NORMALIZE_LITERALS = False
        try:
            short, lists = shortened(sparql)
            parsed = parseQuery(short)
            _refuse_lost_values(parsed[1])
            every = parsed[1].name == "SelectQuery" and parsed[1].projection is None
            described = {v for v in parsed[1].var or () if isinstance(v, rdflib.Variable)}
            algebra = translateQuery(parsed, initNs=PREFIXES).algebra
            if algebra.name == "DescribeQuery" and parsed[1].var is not None:
                # It adds the variables of a sub-select to those that are described.
                algebra["PV"] = [
                    v for v in algebra.PV if v in described or not isinstance(v, rdflib.Variable)
                ]
            return algebra, every, lists
        except UncoveredError:
            raise
        except Exception as error:
            # Its parser refuses some queries that are none of its grammar's business.
            raise UncoveredError(f"rdflib cannot read it ({type(error).__name__})") from error
        finally:
            rdflib.NORMALIZE_LITERALS, logger.disabled = before, quiet
