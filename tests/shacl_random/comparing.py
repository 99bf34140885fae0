"""Results of any validator as a multiset that can be compared."""

from __future__ import annotations

from collections import Counter

from kkgraph.columnar.answers import can_answer
from kkgraph.columnar.engine import validate
from kkgraph.columnar.tables import Columnar
from kkgraph.shacl.data import Data
from kkgraph.shacl.direct import Validator
from kkgraph.shacl.forms import SH
from kkgraph.shacl.routes import read_path


def ours_direct(data, schema, focus=None):
    """By the interpreter; ``focus`` says at which focus nodes of targets to look."""
    return results_key(Validator(Data(data), schema).results(focus))


def ours_columnar(data, schema):
    """In each way for large data: on arrays where these can answer, by SQL with the quick lane,
    and without it, as where a plan is explained.
    """
    found = []
    if can_answer(schema):
        with Columnar.from_quads(data, threads=1, hold=True) as held:
            found.append(results_key(validate(held, schema).results()))
    with Columnar.from_quads(data, threads=1) as loaded:
        for explained in (False, True):
            found.append(results_key(validate(loaded, schema, explained=explained).results()))
    return found


def results_key(results):
    """Our results as a multiset of (focus, path, value, component, shape, severity)."""
    return Counter(
        (
            str(r.focus),
            str(r.path or ""),
            str(r.value or ""),
            r.constraint.component.rpartition("#")[2],
            str(r.shape.id),
            r.shape.severity,
        )
        for r in results
    )


def report_key(graph):
    """The same of a report that another validator wrote, as a ``ShapesGraph``."""
    found = Counter()
    for node in graph.objects_of(SH + "result"):
        path = graph.one(node, SH + "resultPath")
        component = graph.one(node, SH + "sourceConstraintComponent")
        severity = graph.one(node, SH + "resultSeverity")
        found[
            (
                str(graph.one(node, SH + "focusNode")),
                str(read_path(graph, path, node)) if path else "",
                str(graph.one(node, SH + "value") or ""),
                component.value.rpartition("#")[2],
                str(graph.one(node, SH + "sourceShape")),
                severity.value,
            )
        ] += 1
    return found


def differences(left, right):
    """What only the one has and what only the other has, in words; empty where they agree."""
    only = [f"only the first ({n}): {row}" for row, n in sorted((left - right).items())]
    return only + [f"only the second ({n}): {row}" for row, n in sorted((right - left).items())]
