"""Conditions taken apart at their ``&&``."""

from __future__ import annotations

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import patterns_in, used, visible


def of(condition: f.Expression) -> list[f.Expression]:
    """The conditions that must all be true; an error in one fails the whole, as false does."""
    if isinstance(condition, f.Call) and condition.name == "&&":
        return [part for argument in condition.arguments for part in of(argument)]
    return [condition]


def together(parts: list[f.Expression]) -> f.Expression | None:
    """Conditions as one; None for none."""
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else f.Call("&&", tuple(parts))


def split_between(
    condition: f.Expression, right: f.Pattern, left: set[str]
) -> tuple[f.Pattern, f.Expression | None]:
    """The right side of an OPTIONAL with the conditions about it alone, and the others."""
    own: list[f.Expression] = []
    others: list[f.Expression] = []
    names = certain(right) | (visible(right) - left)
    for part in of(condition):
        alone = not any(patterns_in(part)) and used(part) <= names
        (own if alone else others).append(part)
    inner = together(own)
    return (right if inner is None else f.Filter(inner, right)), together(others)


def about_groups(
    condition: f.Expression, keys: set[str]
) -> tuple[f.Expression | None, f.Expression | None]:
    """The conditions to ask before grouping, and those that compare keys with each other.

    These hold for all of a group or none of it, and there are fewer groups than solutions.
    """
    after = [
        part
        for part in of(condition)
        if len(used(part)) > 1 and used(part) <= keys and not any(patterns_in(part))
    ]
    return together([part for part in of(condition) if part not in after]), together(after)


def certain(pattern: f.Pattern) -> set[str]:
    """Variables that every solution of a pattern binds, as far as its form tells."""
    match pattern:
        case f.Triples() | f.Walk() | f.Graphs():
            return visible(pattern)
        case f.InGraph(inner, hidden, name):
            return certain(inner) - {hidden} | {name}
        case f.Join(left, right):
            return certain(left) | certain(right)
        case f.Optional(left, _, _) | f.Minus(left, _):
            return certain(left)
        case f.Union(left, right):
            return certain(left) & certain(right)
        case f.Filter() | f.Distinct() | f.Order() | f.Slice():
            return certain(pattern.pattern)
        case f.Extend(inner, _, _):
            return certain(inner)
        case f.Project(inner, names):
            return certain(inner) & set(names)
        case f.Table(names, rows):
            return {n for at, n in enumerate(names) if all(row[at] is not None for row in rows)}
        case f.Group(inner, keys, _):
            return certain(inner) & set(keys or ())
