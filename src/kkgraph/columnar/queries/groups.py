"""GROUP BY and the aggregates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.arithmetic import (
    decimal,
    integer,
    quotient,
    scaled,
    unscaled,
)
from kkgraph.columnar.queries.columns import (
    NOTHING,
    Column,
    Form,
    Origin,
    Relation,
    quoted,
    text,
)
from kkgraph.columnar.queries.functions import texts
from kkgraph.columnar.queries.ordering import sort_keys
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import Nothing, Number, Typed, Value

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler


@dataclass(frozen=True, slots=True)
class Members:
    """The members of each group: their value, and the condition that one counts (or '')."""

    value: Value
    counted: str
    keyed: bool

    def only(self, sql: str) -> str:
        """The SQL for the members that count, NULL for the others."""
        return f"CASE WHEN {self.counted} THEN {sql} END" if self.counted else sql

    def number(self) -> str:
        """How many members count."""
        return f"count({self.only('1')})" if self.counted else "count(*)"

    def whole(self, part: str, result: str, empty: str) -> str:
        """The result where every member has the part, ``empty`` where there is no member."""
        number = self.number()
        none = f"WHEN {number} = 0 THEN {empty} " if not self.keyed else ""
        return f"CASE {none}WHEN {number} = count({self.only(part)}) THEN {result} END"


@dataclass(frozen=True, slots=True)
class Figure:
    """What an aggregate makes of a group: its SQL, and how that holds the term."""

    sql: str
    form: Form
    kind: str = ""
    maybe: bool = True
    origins: frozenset[Origin] | None = None

    @classmethod
    def of(cls, value: Value) -> Figure:
        """The figure that a computed value is; an error in it leaves the group without one."""
        return cls(value.sql, value.form, value.kind)

    def column(self, name: str) -> Column:
        """The column of this name that holds it."""
        return Column(name, self.form, self.kind, self.maybe, self.origins)


def _with_variables(pattern: f.Group) -> tuple[f.Pattern, list[f.Aggregate]]:
    """The pattern and aggregates, with each argument bound to a variable."""
    inner, aggregates = pattern.pattern, []
    for aggregate in pattern.aggregates:
        argument = aggregate.argument
        if argument is not None and not isinstance(argument, f.Variable):
            name = f".{aggregate.name}"
            inner = f.Extend(inner, name, argument)
            argument = f.Variable(name)
        aggregates.append(replace(aggregate, argument=argument))
    return inner, aggregates


def grouped(compiler: Compiler, pattern: f.Group) -> Relation:
    """One solution for each group."""
    inner, aggregates = _with_variables(pattern)
    relation = compiler.relation(inner)
    keys = {n: relation.columns[n] for n in pattern.keys or () if n in relation.columns}
    relation = _with_firsts(compiler, relation, keys, aggregates)
    frame, evaluation = compiler.frame(relation)
    columns = dict(keys)
    selects = [f"l.{column.sql}" for column in keys.values()]
    for aggregate in aggregates:
        name = compiler.column_name(aggregate.name)
        argument = aggregate.argument
        if isinstance(argument, f.Variable) and argument.name in keys and _takes_one(aggregate):
            columns[aggregate.name] = replace(keys[argument.name], sql=name)
            selects.append(f"l.{keys[argument.name].sql} AS {name}")
            continue
        value = Nothing() if argument is None else evaluation.value(argument)
        counted = f"l.{_first(name)} = 1" if _needs_first(aggregate) else ""
        members = Members(value, counted, pattern.keys is not None)
        made = _made(aggregate, members, relation)
        if made is not None:
            selects.append(f"{made.sql} AS {name}")
            columns[aggregate.name] = made.column(name)
    nothing = 'count(*) AS "."' if pattern.keys is None else NOTHING
    sql = f"SELECT {', '.join(selects) or nothing} FROM {frame.source('l')}"
    if keys:
        sql += f" GROUP BY {', '.join(f'l.{c.sql}' for c in keys.values())}"
    elif pattern.keys is not None:
        sql += " HAVING count(*) > 0"
    return Relation(compiler.step("group", "one for each group", sql), columns)


def _takes_one(aggregate: f.Aggregate) -> bool:
    return aggregate.function == "SAMPLE"


def _needs_first(aggregate: f.Aggregate) -> bool:
    """Whether equal terms must be told apart before the aggregate sees them."""
    return aggregate.distinct and aggregate.function in ("SUM", "AVG", "GROUPCONCAT")


def _first(name: str) -> str:
    return quoted(f"{name[1:-1]}.first")


def _with_firsts(
    compiler: Compiler,
    relation: Relation,
    keys: dict[str, Column],
    aggregates: list[f.Aggregate],
) -> Relation:
    """The solutions with the place of each among those of its group with the same argument."""
    added = []
    for aggregate in aggregates:
        argument = aggregate.argument
        if not _needs_first(aggregate) or not isinstance(argument, f.Variable):
            continue
        if argument.name in relation.columns:
            parts = [c.sql for c in keys.values()] + [relation.columns[argument.name].sql]
            name = _first(compiler.column_name(aggregate.name))
            added.append(f"row_number() OVER (PARTITION BY {', '.join(parts)}) AS {name}")
    if not added:
        return relation
    sql = f"SELECT *, {', '.join(added)} FROM {relation.sql}"
    step = compiler.step("first", "each term of a group numbered", sql)
    return Relation(step, relation.columns)


def _made(aggregate: f.Aggregate, members: Members, relation: Relation) -> Figure | None:
    """What an aggregate makes of each group; None where that is always an error."""
    function = aggregate.function
    if function == "COUNT":
        return _count(aggregate, members, relation)
    if isinstance(members.value, Nothing):
        return _of_nothing(aggregate, members)
    if function in _CHOICES:
        return _CHOICES[function](members.value)
    make = _TOTALS.get(function)
    if function != "GROUPCONCAT" and make is None:
        raise UncoveredError(f"the aggregate {function}")
    value = _concatenated(members, aggregate.separator) if make is None else make(members)
    return None if isinstance(value, Nothing) else Figure.of(value)


def _count(aggregate: f.Aggregate, members: Members, relation: Relation) -> Figure:
    if aggregate.argument is None:
        if not aggregate.distinct:
            return _certain("count(*)")
        parts = ", ".join(f"l.{c.sql}" for c in relation.columns.values())
        if not parts:
            return _certain("CAST(count(*) > 0 AS BIGINT)")
        return _certain(f"count(DISTINCT row({parts}))")
    if isinstance(members.value, Nothing):
        return _certain("count(NULL)")
    word = "DISTINCT " if aggregate.distinct else ""
    return _certain(f"count({word}{members.value.sql})")


def _certain(sql: str) -> Figure:
    return Figure(sql, Form.TYPED, "integer", maybe=False)


def _of_nothing(aggregate: f.Aggregate, members: Members) -> Figure | None:
    """An aggregate of what no solution binds: an error, but where there is no solution."""
    if members.keyed or aggregate.function in ("MIN", "MAX", "SAMPLE"):
        return None
    if aggregate.function == "GROUPCONCAT":
        return Figure("CASE WHEN count(*) = 0 THEN '' END", Form.TYPED, "string")
    return Figure("CASE WHEN count(*) = 0 THEN CAST(0 AS BIGINT) END", Form.TYPED, "integer")


def _sum(members: Members) -> Value:
    mine = members.value.kinds & k.NUMERIC
    if mine == {"integer"}:
        part = integer(members.value)
        total = f"CAST(sum({members.only(part)}) AS BIGINT)"
        return Typed(members.whole(part, total, "CAST(0 AS BIGINT)"), "integer")
    if mine == {"decimal"} and members.keyed:
        part = decimal(members.value)
        total = f"CAST(sum({members.only(part)}) AS DECIMAL(38, 18))"
        return Typed(members.whole(part, total, "NULL"), "decimal")
    return _mixed(members, mean=False) if mine else _no_number(members)


def _no_number(members: Members) -> Value:
    if not members.keyed:
        return Typed("CASE WHEN count(*) = 0 THEN CAST(0 AS BIGINT) END", "integer")
    return Nothing()


def _mixed(members: Members, *, mean: bool) -> Value:
    """The sum or mean of numbers of several types, in the latest of them."""
    value = members.value
    if "float" in value.kinds:
        raise UncoveredError("a sum of numbers of which some may be xsd:float")
    number = members.number()
    rank = f"greatest(max({members.only(value.rank())}), {int(mean)})"
    exact = "NULL"
    if value.kinds & k.EXACT:
        exact = f"CAST(sum({members.only(decimal(value))}) AS DECIMAL(38, 18))"
        if mean:
            exact = unscaled(f"{scaled(exact)} // CAST(nullif({number}, 0) AS HUGEINT)")
    approx = f"sum({members.only(value.approx())})" + (f" / {number}" if mean else "")
    approx = f"CASE WHEN {rank} < 2 THEN CAST({exact} AS DOUBLE) ELSE {approx} END"
    whole = members.whole(value.approx(), approx, "CAST(0 AS DOUBLE)")
    return Number(f"coalesce({exact}, 0)", whole, f"CASE WHEN {number} = 0 THEN 0 ELSE {rank} END")


def _average(members: Members) -> Value:
    mine = members.value.kinds & k.NUMERIC
    number = members.number()
    if mine == {"integer"} and members.keyed:
        part = integer(members.value)
        mean = quotient(f"sum({members.only(part)})", f"CAST(nullif({number}, 0) AS HUGEINT)")
        return Typed(members.whole(part, mean, "NULL"), "decimal")
    if mine and mine <= k.EXACT and members.keyed:
        part = decimal(members.value)
        total = f"CAST(sum({members.only(part)}) AS DECIMAL(38, 18))"
        mean = unscaled(f"{scaled(total)} // CAST(nullif({number}, 0) AS HUGEINT)")
        return Typed(members.whole(part, mean, "NULL"), "decimal")
    return _mixed(members, mean=True) if mine else _no_number(members)


def _extreme(function: str) -> Callable[[Value], Figure]:
    """``MIN`` and ``MAX``, by the order of terms; an unbound member is an error."""

    def made(value: Value) -> Figure:
        if isinstance(value, Typed):
            sql = _complete(value, f"{function}({value.sql})")
            return Figure(sql, Form.TYPED, value.kind)
        if isinstance(value, Number):
            raise UncoveredError("MIN or MAX of computed numbers of several types")
        if value.form is Form.WRITTEN:
            raise UncoveredError("MIN or MAX of terms that are only known at run time")
        keys = sort_keys(value)
        by = keys[0] if len(keys) == 1 else f"row({', '.join(keys)})"
        sql = _complete(value, f"arg_{function}({value.sql}, {by})")
        return Figure(sql, Form.NUMBER, origins=value.origins)

    return made


def _complete(value: Value, sql: str) -> str:
    return f"CASE WHEN count(*) = count({value.sql}) THEN {sql} END" if value.maybe else sql


def _sample(value: Value) -> Figure:
    return Figure(f"min({value.sql})", value.form, value.kind, origins=value.origins)


def _concatenated(members: Members, separator: str) -> Value:
    part = texts(members.value)
    one = members.only(part)
    sql = f"string_agg({one}, {text(separator)} ORDER BY {one})"
    return Typed(members.whole(part, f"coalesce({sql}, '')", "''"), "string")


_TOTALS: Final[dict[str, Callable[[Members], Value]]] = {"SUM": _sum, "AVG": _average}
_CHOICES: Final[dict[str, Callable[[Value], Figure]]] = {
    "MIN": _extreme("min"),
    "MAX": _extreme("max"),
    "SAMPLE": _sample,
}
