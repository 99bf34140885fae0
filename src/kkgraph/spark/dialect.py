"""Statements of the columnar engine as Spark SQL.

The plans are written once, for DuckDB. sqlglot reads them and writes Spark's dialect; what Spark
says otherwise or can't do as it stands is changed on the syntax tree in between:

- ``x IN (SELECT …)`` becomes ``EXISTS``: for ``NOT IN`` Spark must send the whole list to every
  worker, since a null in it would make every answer unknown. Numbers of terms are never null.
- ``WITH RECURSIVE`` is taken out and given to the caller, who repeats its step on the driver.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kkgraph.errors import StoreError
from kkgraph.spark.numbers import calculated

if TYPE_CHECKING:
    from sqlglot import exp

_HINT: Final = "Use --engine columnar for it, and tell us of it: this is a defect of kkgraph."


@dataclass(frozen=True, slots=True)
class Recursion:
    """A recursive table: where it starts, and one step from ``name`` as it was to what is new.

    ``columns`` are the names of its columns where the statement gives them. ``distinct`` says that
    each row counts once, so that the repetition ends where nothing is new.
    """

    name: str
    first: str
    step: str
    columns: tuple[str, ...]
    distinct: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement for Spark: what it does, to which table, and its SELECT or its columns.

    ``reads`` are the names of the tables that it reads, one as often as it does.
    """

    kind: str
    table: str
    sql: str
    reads: tuple[str, ...] = ()


def rendered(sql: str, closure: Callable[[Recursion], str]) -> Statement:
    """A statement of DuckDB for Spark.

    ``kind`` is select, table (made from a SELECT), empty (made with columns), view, or insert.
    ``closure`` makes a recursive table and says under which name it is found. Raises
    ``StoreError`` engine-failed for a statement that can't be rendered.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree: Any = sqlglot.parse_one(sql, read="duckdb")
        table = ""
        kind = "select"
        if isinstance(tree, exp.Create):
            table = _target(tree)
            kind = str(tree.kind).lower()
            if isinstance(tree.this, exp.Schema) and tree.expression is None:
                return Statement("empty", table, _columns(tree.this))
            tree = tree.expression
        elif isinstance(tree, exp.Insert):
            kind, table = "insert", _target(tree)
            tree = tree.expression
        elif not isinstance(tree, exp.Query):
            raise StoreError("engine-failed", f"no rendering for Spark: {sql}", hint=_HINT)
        tree = _without_recursion(tree, closure)
        reads = tuple(found.name for found in tree.find_all(exp.Table))
        return Statement(kind, table, _written(tree), reads)
    except SqlglotError as error:
        message = f"no rendering for Spark: {error}"
        raise StoreError("engine-failed", message, hint=_HINT) from error


def words(sql: str) -> frozenset[str]:
    """The functions and the like that a statement of DuckDB uses, in lower case."""
    import sqlglot
    from sqlglot import exp

    found = set()
    for node in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Func, exp.Cast):
        if isinstance(node, exp.Cast) and (
            isinstance(node.this, exp.Literal | exp.Null | exp.Neg) or _is_number(node)
        ):
            continue
        found.add((node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower())
    return frozenset(found)


def _is_number(cast: Any) -> bool:
    """True for a cast to a number. Its value is one: texts are tested by their pattern before."""
    from sqlglot import exp

    kinds = ("bigint", "int", "int128", "decimal", "double", "float")
    return type(cast) is exp.Cast and bool(cast.to.is_type(*kinds))


def _written(tree: exp.Expression) -> str:
    """A SELECT without recursive tables as Spark has it."""
    said = calculated(tree.transform(_without_in).transform(_once))
    return str(said.sql("spark", comments=False))


def _once(node: exp.Expression) -> exp.Expression:
    """A step of a query whose columns have different names: DuckDB takes the first of two."""
    from sqlglot import exp

    if isinstance(node, exp.Select) and isinstance(node.parent, exp.CTE):
        named: dict[str, Any] = {}
        for column in node.expressions:
            named.setdefault(column.alias_or_name, column)
        if len(named) < len(node.expressions) and "*" not in named:
            node.set("expressions", list(named.values()))
    return node


def _target(tree: Any) -> str:
    """The table that a statement makes or fills."""
    named = (
        tree.this.this if hasattr(tree.this, "expressions") and tree.this.expressions else tree.this
    )
    return str(named.name)


def _columns(schema: exp.Expression) -> str:
    from sqlglot import exp

    return ", ".join(
        f"{column.name} {column.args['kind'].sql('spark')}"
        for column in schema.find_all(exp.ColumnDef)
    )


def _without_recursion(tree: Any, closure: Callable[[Recursion], str]) -> Any:
    from sqlglot import exp

    # Inner ones come later in the walk, and an outer one may read them.
    for clause in reversed(list(tree.find_all(exp.With, bfs=False))):
        if not clause.recursive:
            continue
        names: dict[str, str] = {}
        kept = []
        for table in clause.expressions:
            if not _reads(table.this, table.alias):
                kept.append(table)
                continue
            _rename(table.this, names)
            first, step, distinct = _halves(table, kept, names)
            columns = tuple(column.name for column in table.args["alias"].columns)
            names[table.alias] = closure(
                Recursion(table.alias, _written(first), step, columns, distinct)
            )
        owner = clause.parent
        _rename(owner, names)
        clause.set("recursive", False)
        clause.set("expressions", kept)
        if not kept:
            clause.pop()
    return tree


def _reads(tree: Any, name: str) -> bool:
    from sqlglot import exp

    return any(table.name == name for table in tree.find_all(exp.Table))


def _rename(tree: Any, names: dict[str, str]) -> None:
    """Let the tree read the tables that stand for recursive ones."""
    from sqlglot import exp

    for table in list(tree.find_all(exp.Table)):
        if table.name in names:
            alias = table.alias or table.name
            table.replace(exp.to_table(names[table.name]).as_(alias, table=True))


def _halves(table: Any, before: list[Any], names: dict[str, str]) -> tuple[Any, str, bool]:
    """The first rows of a recursive table, its step as Spark SQL, and whether rows are distinct.

    Both may read the tables that stand ``before`` it in its clause, some under new ``names``.
    """
    from sqlglot import exp

    union = table.this.unnest()
    if not isinstance(union, exp.Union) or _reads(union.this, table.alias):
        raise StoreError(
            "engine-failed", f"no rendering for Spark: {table.sql('duckdb')}", hint=_HINT
        )
    first, step = union.this.unnest().copy(), union.expression.unnest().copy()
    if before:
        for half in (first, step):
            half.set("with_", exp.With(expressions=[other.copy() for other in before]))
            _rename(half, names)
    return first, _written(step), bool(union.args["distinct"])


def _without_in(node: exp.Expression) -> exp.Expression:
    """``x IN (query)`` as EXISTS; the query's columns get names that nothing else has."""
    from sqlglot import exp

    if not isinstance(node, exp.In):
        return node
    query = node.args.get("query")
    if query is None:
        listed = node.expressions
        if len(listed) != 1 or not isinstance(listed[0], exp.Values):
            return node
        query = exp.select("*").from_(listed[0].copy())
    tested = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
    names = [f"member_{number}" for number in range(len(tested))]
    inner = exp.Subquery(
        this=query.unnest().copy(),
        alias=exp.TableAlias(
            this=exp.to_identifier("members"), columns=[exp.to_identifier(n) for n in names]
        ),
    )
    same = exp.and_(
        *(
            exp.EQ(this=exp.column(name, table="members"), expression=value.copy())
            for name, value in zip(names, tested, strict=True)
        )
    )
    return exp.Exists(this=exp.select("1").from_(inner).where(same))
