"""Small random data graphs and shapes graphs, for tests that hold validators against each other."""

from shacl_random.cases import Case, Wishes, cases, make_case, make_change, readable
from shacl_random.comparing import differences, ours_columnar, ours_direct, report_key, results_key

__all__ = [
    "Case",
    "Wishes",
    "cases",
    "differences",
    "make_case",
    "make_change",
    "ours_columnar",
    "ours_direct",
    "readable",
    "report_key",
    "results_key",
]
