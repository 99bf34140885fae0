"""Calculation in Spark's dialect: to the last digit as DuckDB does it, or stopped.

What stops is an error that begins as DuckDB's (``kkgraph.columnar.queries.uncovered.MARK``), or one
of Spark's own for a number that passes its type. Spark's decimals have 38 digits; with
``allowPrecisionLoss`` off (see ``session.apart``) it rounds none of them away.

- ``HUGEINT`` is ``DECIMAL(38, 0)``: two digits of its largest numbers less.
- A whole quotient is what is left without the remainder, divided: Spark's ``DIV`` wraps around.
- A mean of decimals has fifteen digits before the point at most.
- Numbers are cut by way of ``BIGINT``, so decimals beyond nineteen digits before the point stop.
- Doubles are not added up, as their sum depends on the order in which the workers come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from kkgraph.columnar.queries.uncovered import MARK

if TYPE_CHECKING:
    from sqlglot import exp

_HUGE: Final = "DECIMAL(38, 0)"
_COUNT: Final = "DECIMAL(10, 0)"
"""A narrow type for a number of rows, which leaves more digits for the quotient."""
_DOUBLES: Final = f"{MARK}a sum of doubles, which depends on the order in which they are added"


def calculated(tree: Any) -> Any:
    """A tree of DuckDB's dialect in which calculation is said as Spark understands it."""
    from sqlglot import exp

    for node in reversed(list(tree.find_all(exp.IntDiv, exp.Sum, exp.Anonymous, bfs=False))):
        if isinstance(node, exp.IntDiv):
            _put(node, _quotient(node.this, node.expression))
        elif isinstance(node, exp.Sum) and not _is_exact(node.this):
            _put(node, _guarded(node))
        elif isinstance(node, exp.Anonymous) and node.name.lower() == "error":
            _put(node, exp.Anonymous(this="RAISE_ERROR", expressions=node.expressions))
    for window in list(tree.find_all(exp.Window)):
        if window.args.get("order") is None and isinstance(window.this, exp.RowNumber):
            # the rows of a part are alike in it, so which is the first one doesn't matter
            by = [exp.Ordered(this=part.copy()) for part in window.args["partition_by"][-1:]]
            window.set("order", exp.Order(expressions=by))
    for kind in list(tree.find_all(exp.DataType)):
        if kind.is_type(exp.DataType.Type.INT128):
            kind.replace(exp.DataType.build(_HUGE, dialect="duckdb"))
    return tree


def _put(node: Any, made: Any) -> None:
    """Put an expression in place of another, whose parts it may hold."""
    node.replace(made)


def _quotient(one: Any, two: Any) -> Any:
    """``one // two``, both whole, as a whole number of 38 digits; NULL where ``two`` is."""
    from sqlglot import exp

    one, two = one.copy(), two.copy()
    rest = exp.Mod(this=exp.paren(_wide(one)), expression=exp.paren(_wide(two.copy())))
    by = exp.cast(two.copy(), _COUNT if two.find(exp.Count) else _HUGE)
    whole = exp.paren(exp.Sub(this=_wide(one.copy()), expression=exp.paren(rest)))
    # typed and safe keep sqlglot from casting to double
    divided = exp.Div(this=whole, expression=by, typed=True, safe=False)
    return exp.cast(exp.paren(divided), _HUGE)


def _wide(node: Any) -> Any:
    from sqlglot import exp

    return exp.cast(node.copy(), _HUGE)


def _guarded(total: Any) -> Any:
    """A sum that stops the statement where it is one of doubles and is looked at."""
    from sqlglot import exp

    kind = exp.Anonymous(this="TYPEOF", expressions=[total.copy()])
    doubles = exp.In(this=kind, expressions=[exp.Literal.string(t) for t in ("double", "float")])
    there = exp.Not(this=exp.paren(exp.Is(this=total.copy(), expression=exp.Null())))
    stop = exp.Anonymous(this="RAISE_ERROR", expressions=[exp.Literal.string(_DOUBLES)])
    return exp.Case(ifs=[exp.If(this=exp.and_(doubles, there), true=stop)], default=total.copy())


def _is_exact(node: exp.Expression | None) -> bool:
    """True where an expression is surely a whole number or a decimal."""
    from sqlglot import exp

    if isinstance(node, exp.Paren):
        return _is_exact(node.this)
    if isinstance(node, exp.Case):
        results = [branch.args["true"] for branch in node.args["ifs"]]
        default = node.args.get("default")
        return all(map(_is_exact, [*results, *([default] if default is not None else [])]))
    if isinstance(node, exp.Cast):
        return bool(node.to.is_type("bigint", "int", "int128", "decimal"))
    return isinstance(node, exp.Literal) and not node.is_string and "e" not in node.name.lower()
