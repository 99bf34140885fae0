"""Validation: data against SHACL shapes, each result as a problem that a person can act on."""

from __future__ import annotations

from kkgraph.shapes.checking import ENGINES, validate, validate_files
from kkgraph.shapes.outcome import Report, Tally

__all__ = ["ENGINES", "Report", "Tally", "validate", "validate_files"]
