"""Small random data graphs and shapes graphs, for tests that hold validators against each other."""

from shacl_random import java_peer, pyshacl_peer
from shacl_random.cases import (
    Case,
    Wishes,
    changed,
    make_case,
    make_change,
    parsed,
    readable,
    written,
)
from shacl_random.comparing import differences, ours_columnar, ours_direct, report_key, results_key

__all__ = [
    "Case",
    "Wishes",
    "changed",
    "differences",
    "java_peer",
    "make_case",
    "make_change",
    "ours_columnar",
    "ours_direct",
    "parsed",
    "pyshacl_peer",
    "readable",
    "report_key",
    "results_key",
    "written",
]
