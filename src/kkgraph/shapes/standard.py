"""A report as a standard ``sh:ValidationReport``, written in chunks so that it may be long."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import turtle
from kkgraph.errors import QuestionError
from kkgraph.names import PREFIXES
from kkgraph.shacl.report import ReportWriter
from kkgraph.shapes.outcome import Report

_RESULTS: Final = 2_000


def chunks(found: Report, form: str) -> Iterator[bytes]:
    """The report's bytes as Turtle (``ttl``) or N-Triples (``nt``), all results, unshortened.

    ``sh:conforms`` is true only without any result, as SHACL has it, even where all are warnings.
    Raises ``QuestionError`` bad-value for a report of pySHACL, of which only problems are kept.
    """
    if found.details is None:
        raise QuestionError(
            "bad-value",
            "this engine's results are kept as problems only",
            where="--format",
            hint="Use --engine auto or columnar for a standard report.",
        )
    writer = ReportWriter()
    kind = turtle.FORMATS[form]
    yield _bytes(writer.head(conforms=not found.total), kind)
    results = iter(found.results())
    while batch := list(islice(results, _RESULTS)):
        part = _bytes((t for r in batch for t in writer.result(r)), kind)
        yield b"".join(x for x in part.splitlines(keepends=True) if not x.startswith(b"@prefix"))


def _bytes(triples: Iterator[ox.Triple], kind: Any) -> bytes:
    return ox.serialize(triples, format=kind, prefixes=_PREFIXES) or b""


_PREFIXES: Final = {p: PREFIXES[p] for p in ("kk", "kkd", "kksh", "sh", "skos", "xsd")}
