"""The order in which triple patterns and paths of one group are joined: what is connected first."""

from __future__ import annotations

from collections.abc import Iterable

from kkgraph.columnar.queries import forms as f


def connected(
    triples: Iterable[f.Triple], walks: Iterable[f.Walk], graph: f.Node | None
) -> f.Pattern | None:
    """The join of triple patterns and paths, each next to what it shares a variable with.

    Triple patterns that only a path connects are joined by way of that path, never as all pairs.
    The first ones as written begin; without triple patterns a path with a known end does. None
    where there is nothing.
    """
    parts: list[f.Triples | f.Walk] = [f.Triples(tuple(p), graph) for p in _parts(triples)]
    paths = sorted(walks, key=lambda w: not _has_constant(w)) if not parts else list(walks)
    waiting = [*parts, *paths]
    if not waiting:
        return None
    first = waiting.pop(0)
    pattern: f.Pattern = first
    bound = _names(first)
    while waiting:
        at = next((n for n, part in enumerate(waiting) if bound & _names(part)), 0)
        part = waiting.pop(at)
        bound |= _names(part)
        pattern = f.Join(pattern, part)
    return pattern


def _parts(triples: Iterable[f.Triple]) -> list[list[f.Triple]]:
    """The triple patterns, in parts that share no variable; each part in the order given."""
    parts: list[tuple[set[str], list[tuple[int, f.Triple]]]] = []
    for at, triple in enumerate(triples):
        names = _named(triple.subject, triple.predicate, triple.object)
        touched = [part for part in parts if part[0] & names]
        parts = [part for part in parts if not part[0] & names]
        merged = (names.union(*(n for n, _ in touched)), [t for _, ts in touched for t in ts])
        merged[1].append((at, triple))
        parts.append(merged)
    ordered = [sorted(found, key=lambda t: t[0]) for _, found in parts]
    return [[t for _, t in part] for part in sorted(ordered, key=lambda part: part[0][0])]


def _names(part: f.Triples | f.Walk) -> set[str]:
    if isinstance(part, f.Walk):
        return _named(part.start, part.end)
    return set().union(*(_named(t.subject, t.predicate, t.object) for t in part.triples))


def _named(*nodes: f.Node) -> set[str]:
    return {n.name for n in nodes if isinstance(n, f.Variable)}


def _has_constant(walk: f.Walk) -> bool:
    return isinstance(walk.start, f.Constant) or isinstance(walk.end, f.Constant)
