"""Which solutions a condition keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import used
from kkgraph.columnar.solving.comparing import compared
from kkgraph.columnar.solving.judging import BY_GROUP, term, true
from kkgraph.columnar.solving.limits import MOST_TERMS, BeyondError
from kkgraph.columnar.solving.solutions import Column, Solutions, grouped
from kkgraph.columnar.solving.terms import Terms


def kept(condition: f.Expression, solutions: Solutions, terms: Terms) -> Solutions:
    """The solutions for which the condition is true."""
    import numpy as np

    if not solutions.size:
        return solutions
    holds = compared(condition, solutions, terms)
    if holds is not None:
        return solutions.take(holds)
    found, of_row = _worked_out(condition, solutions, terms, true)
    return solutions.take(np.array(found, bool)[of_row])


def extended(solutions: Solutions, name: str, expression: f.Expression, terms: Terms) -> Solutions:
    """The solutions with one variable more, unbound where the expression is an error."""
    import numpy as np

    if isinstance(expression, f.Variable):
        column = solutions.columns.get(expression.name)
        return solutions if column is None else solutions.adding(name, column)
    if not solutions.size:
        return solutions.adding(name, Column(np.empty(0, np.int32)))
    found, of_row = _worked_out(expression, solutions, terms, term)
    return solutions.adding(name, Column(terms.numbers(found)[of_row]))


def _worked_out(
    expression: f.Expression,
    solutions: Solutions,
    terms: Terms,
    work_out: Callable[[f.Expression, dict[str, Any]], Any],
) -> tuple[list[Any], Any]:
    """What an expression is for each combination of what it is about, and which each row has.

    Of a variable that is only asked for its kind or language, the kinds count.
    """
    names = sorted(used(expression) & set(solutions.columns))
    alike = [
        terms.places(column.values)
        if not column.computed and _by_group(expression, name)
        else column.values
        for name, column in ((name, solutions.columns[name]) for name in names)
    ]
    groups = grouped(alike, solutions.size)
    if groups.size > MOST_TERMS:
        raise BeyondError("an expression about many different terms")
    chosen = solutions.only(names).take(groups.rows)
    found = [
        column.values.tolist() if column.computed else terms.column(column)
        for column in map(chosen.columns.__getitem__, names)
    ]
    rows = zip(*found, strict=True) if names else iter([()])
    made = [work_out(expression, dict(zip(names, row, strict=True))) for row in rows]
    return made, groups.of_row


def _by_group(expression: f.Expression, name: str) -> bool:
    """Whether an expression asks no more of a variable than a kind, a language or nothing."""
    if isinstance(expression, f.Variable):
        return expression.name != name
    if not isinstance(expression, f.Call):
        return True
    if expression.name in BY_GROUP:
        return True
    return all(_by_group(argument, name) for argument in expression.arguments)
