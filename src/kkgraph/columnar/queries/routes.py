"""rdflib's property paths as ours."""

from __future__ import annotations

from typing import Any

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat, Sequence


def route(step: Any) -> Path | f.Negated:
    """The path that rdflib read; ``UncoveredError`` where it lost a part of it."""
    from rdflib import paths

    match step:
        case paths.InvPath():
            return Inverse(_inner(step.arg))
        case paths.SequencePath():
            return Sequence(tuple(_inner(part) for part in step.args))
        case paths.AlternativePath():
            return Alternative(tuple(_inner(part) for part in step.args))
        case paths.MulPath():
            return Repeat(_inner(step.path), str(step.mod))
        case paths.NegatedPath():
            return f.Negated(tuple(_iri(part) for part in step.args), None)
    return Predicate(_iri(step))


def _inner(step: Any) -> Any:
    """A part of a path, which may be a negated property set."""
    return route(step)


def _iri(step: Any) -> str:
    import rdflib

    if isinstance(step, rdflib.URIRef):
        return str(step)
    # rdflib's parser drops the property of an inverse step here.
    raise UncoveredError("an inverse step in a negated property set")
