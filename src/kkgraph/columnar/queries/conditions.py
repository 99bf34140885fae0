"""EXISTS and NOT EXISTS as joins that keep or drop solutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkgraph.columnar.queries import conjuncts
from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import Relation
from kkgraph.columnar.queries.joins import agreeing, alike
from kkgraph.columnar.queries.products import thinned
from kkgraph.columnar.queries.scopes import expressions, mentioned, parts, used, visible
from kkgraph.columnar.queries.uncovered import UncoveredError

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler


def unmatched(
    compiler: Compiler, relation: Relation, pattern: f.Pattern, *, keep: bool
) -> Relation:
    """The solutions that fit one of a pattern's (``keep``), or none of them."""
    from kkgraph.columnar.queries.compiler import listed
    from kkgraph.columnar.queries.expressions import Evaluation
    from kkgraph.columnar.queries.frames import Frame

    outer = set(relation.columns)
    inner, outside = _taken_out(pattern, outer)
    _check(inner, outer)
    found = compiler.relation(thinned(inner, outer.union(*map(used, outside))))
    shared = [name for name in found.columns if name in relation.columns]
    relation, found = alike(compiler, relation, found, shared)
    frame = Frame(compiler.space, {"l": relation, "r": found})
    conditions = [agreeing(relation, found, name) for name in shared]
    if outside:
        evaluation = Evaluation(frame, compiler)
        conditions += [evaluation.condition(part) for part in outside]
    join, kind = ("SEMI", "exists") if keep else ("ANTI", "absent")
    on = " AND ".join(conditions) or "true"
    sql = (
        f"SELECT {listed('l', relation.columns)} FROM {frame.source('l')}"
        f" {join} JOIN {frame.source('r')} ON {on}"
    )
    title = "what the pattern has" if keep else "what the pattern doesn't have"
    return Relation(compiler.step(kind, title, sql), relation.columns)


def _taken_out(pattern: f.Pattern, outer: set[str]) -> tuple[f.Pattern, list[f.Expression]]:
    """The pattern without the conditions of its group that are about outer variables."""
    outside: list[f.Expression] = []
    if isinstance(pattern, f.Filter):
        own = visible(pattern.pattern)
        about = [p for p in conjuncts.of(pattern.condition) if (used(p) - own) & outer]
        rest = conjuncts.together([p for p in conjuncts.of(pattern.condition) if p not in about])
        inner, more = _taken_out(pattern.pattern, outer)
        outside = [*about, *more]
        return (inner if rest is None else f.Filter(rest, inner)), outside
    return pattern, outside


def _check(pattern: f.Pattern, outer: set[str]) -> None:
    """Refuse patterns in which outer values count where a join can't bring them."""
    shared = visible(pattern) & outer
    if shared - conjuncts.certain(pattern):
        raise UncoveredError("EXISTS with an outer variable that its pattern binds at times")
    _check_inside(pattern, outer)


def _check_inside(pattern: f.Pattern, outer: set[str]) -> None:
    own = visible(pattern)
    for expression in expressions(pattern):
        if (used(expression) & outer) - _here(pattern):
            raise UncoveredError("EXISTS with an outer variable deep inside")
    if isinstance(pattern, f.Minus) and mentioned(pattern.right) & outer:
        raise UncoveredError("EXISTS with MINUS about an outer variable")
    if isinstance(pattern, f.Optional) and (visible(pattern.right) - visible(pattern.left)) & outer:
        raise UncoveredError("EXISTS with an OPTIONAL about an outer variable")
    if isinstance(pattern, f.Project | f.Group | f.Slice) and mentioned(pattern) & outer - own:
        raise UncoveredError("EXISTS with a sub-select that hides an outer variable")
    if isinstance(pattern, f.Group | f.Slice) and own & outer:
        raise UncoveredError("EXISTS with groups or a limit about an outer variable")
    for part in parts(pattern):
        _check_inside(part, outer)


def _here(pattern: f.Pattern) -> set[str]:
    """The variables that the expressions of a pattern can read in it."""
    found: set[str] = set()
    for part in parts(pattern):
        found |= visible(part)
    return found


def matched(compiler: Compiler, pattern: f.Pattern, outer: list[str]) -> tuple[Relation, list[str]]:
    """The distinct solutions of a pattern in the outer variables."""
    inner, outside = _taken_out(pattern, set(outer))
    if outside:
        raise UncoveredError("EXISTS in an expression with a condition about outer variables")
    _check(inner, set(outer))
    found = compiler.relation(thinned(inner, set(outer)))
    names = [name for name in outer if name in found.columns]
    columns = {name: found.columns[name] for name in names}
    if not names:
        return found, []
    listed = ", ".join(c.sql for c in columns.values())
    sql = f"SELECT DISTINCT {listed} FROM {found.sql}"
    return Relation(compiler.step("exists", "what the pattern has", sql), columns), names
