"""The W3C SPARQL test suites: their manifests, expected results, and what each route answers."""

from sparql_suite.comparing import alike, by_value
from sparql_suite.manifests import EXPECTED, EXPECTED_SYNTAX, Case, collect, collect_syntax
from sparql_suite.results import Result, answered, expected, found
from sparql_suite.routes import Loaded, Outcome, accepts, by_arrays, by_fallback, by_sql

__all__ = [
    "EXPECTED",
    "EXPECTED_SYNTAX",
    "Case",
    "Loaded",
    "Outcome",
    "Result",
    "accepts",
    "alike",
    "answered",
    "by_arrays",
    "by_fallback",
    "by_sql",
    "by_value",
    "collect",
    "collect_syntax",
    "expected",
    "found",
]
