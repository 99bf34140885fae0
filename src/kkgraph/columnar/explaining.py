"""The plan of a validation in words and SQL, shape by shape."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.columnar.compiler import VIOLATIONS
from kkgraph.columnar.plan import Plan, Step
from kkgraph.errors import QuestionError
from kkgraph.shacl.forms import Constraint, Schema, Shape
from kkgraph.shacl.terms import Term, show


def explanation(schema: Schema, plan: Plan, shapes: Sequence[str] = ()) -> str:
    """The way from SHACL to SQL, shape by shape: its constraints, and the tables that they make.

    ``shapes`` are CURIEs or IRIs; none means all.
    """
    lines: list[str] = []
    chosen = {s for name in shapes for s in schema.shapes if name in _names(s)}
    for name in shapes:
        if not any(name in _names(s) for s in schema.shapes):
            named = sorted(show(s) for s in schema.shapes if isinstance(s, ox.NamedNode))
            raise QuestionError(
                "bad-value",
                f'there is no shape "{name}"',
                where="--explain",
                hint=f"Shapes: {', '.join(named[:8])} … (or: all)",
            )
    for shape in reversed(schema.shapes.values()):
        name = shape.name
        if shapes and shape.id not in chosen:
            continue
        lines += [f"shape {name}", *_shape_lines(shape, schema)]
        own = [step for step in plan.steps if step.shape == name]
        for step in [*_shared(own, plan), *own]:
            lines += [f"  {step.name}: {step.title}", *_sql_lines(step.sql)]
        lines.append("")
    return "\n".join(lines)


def _shared(own: list[Step], plan: Plan) -> list[Step]:
    """The tables of other shapes that these steps read, and those that these read in turn."""
    steps = {step.name: step for step in plan.steps if step.name != VIOLATIONS}
    here = {step.name for step in own}
    found: dict[str, Step] = {}
    todo = list(own)
    while todo:
        for name in _TABLE.findall(todo.pop().sql):
            if name in steps and name not in here and name not in found:
                found[name] = steps[name]
                todo.append(steps[name])
    return [step for step in plan.steps if found.get(step.name) is step]


def _names(shape: Term) -> tuple[str, ...]:
    """The names by which a person may call a shape: CURIE, IRI, or the last part of it."""
    value = shape.value
    return show(shape), value, value.rpartition("#")[2].rpartition("/")[2]


def _shape_lines(shape: Shape, schema: Schema) -> list[str]:
    lines = [f"  target {target}" for target in shape.targets]
    if shape.path is not None:
        lines.append(f"  path {shape.path}")
    if shape.deactivated:
        lines.append("  deactivated: never looked at")
    return [*lines, *(f"  {describe(c, schema)}" for c in shape.constraints)]


def describe(constraint: Constraint, schema: Schema) -> str:
    """A constraint in one line: its component and its parameters."""
    name = constraint.component.rpartition("#")[2].removesuffix("ConstraintComponent")
    parts = []
    for key in constraint.__dataclass_fields__:
        value = getattr(constraint, key)
        if key in ("messages", "node"):
            continue
        if key in ("shapes", "siblings"):
            names = ", ".join(schema.shapes[s].name for s in value)
            parts.append(f"({names})" if names else "")
        else:
            parts.append(_shown(key, value))
    shown = " ".join(p for p in parts if p)
    return f"{name} {shown}".rstrip().replace("\n", "\n      ")


def _shown(key: str, value: Any) -> str:
    if isinstance(value, frozenset | tuple):
        items = [show(v) if not isinstance(v, str | tuple) else str(v) for v in value]
        return f"({', '.join(sorted(items) if isinstance(value, frozenset) else items)})"
    if key in ("iri", "predicate"):
        return show(ox.NamedNode(value))
    return show(value) if not isinstance(value, str | int) else str(value)


_TABLE: Final = re.compile(r"\b[a-z]+_\d+\b")
_BREAKS: Final = (" FROM ", " WHERE ", " GROUP BY ", " UNION ALL ", " SEMI JOIN ", " ANTI JOIN ")


def _sql_lines(sql: str) -> list[str]:
    for word in _BREAKS:
        sql = sql.replace(word, f"\n{word.strip()} ")
    return [f"      {line}" for line in sql.split("\n")]
