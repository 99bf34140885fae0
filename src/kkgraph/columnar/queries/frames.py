"""Where an expression stands: the relations whose columns it reads, and what it needs beside them.

A term's text or value is joined to its relation once, as a column ``x.lex`` beside ``x``.
"""

from __future__ import annotations

from typing import Final

from kkgraph.columnar.queries import kinds as k
from kkgraph.columnar.queries.columns import Column, Form, Relation, quoted
from kkgraph.columnar.queries.numbered import Numbered
from kkgraph.columnar.queries.space import Space
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.unknown import Written
from kkgraph.columnar.queries.values import Nothing, Number, Typed, Value

ROW: Final = ".row"
"""The hidden variable that numbers solutions, for the nodes that are new in each."""
_TABLES: Final = {"lex": "terms"}


class Frame:
    """One or two relations by their aliases, and the columns joined to them for expressions."""

    def __init__(self, space: Space, sources: dict[str, Relation]) -> None:
        self.space = space
        self.sources = sources
        self._columns: dict[str, dict[str, str]] = {alias: {} for alias in sources}
        self._joins: dict[str, dict[str, str]] = {alias: {} for alias in sources}
        self._marks = 0

    def place(self, name: str) -> tuple[str, Column] | None:
        """The alias and column of a variable; None where nothing binds it."""
        found = [
            (alias, relation.columns[name])
            for alias, relation in self.sources.items()
            if name in relation.columns
        ]
        certain = [one for one in found if not one[1].maybe]
        if len(found) > 1 and not certain:
            raise UncoveredError(f"?{name} in a condition, unbound on either side at times")
        return next(iter(certain or found), None)

    def value(self, name: str) -> Value:
        """A variable as a value."""
        found = self.place(name)
        if found is None:
            return Nothing()
        alias, column = found
        sql = f"{alias}.{column.sql}"
        if column.kind == "number":
            value: Value = Number.of(sql)
        elif column.form is Form.TYPED:
            value = Typed(sql, column.kind)
        elif column.form is Form.WRITTEN:
            value = Written(sql)
        else:
            return Numbered(column, sql, self.space, lambda what: self._facet(alias, column, what))
        value.maybe = column.maybe
        return value

    def _facet(self, alias: str, column: Column, what: str) -> str:
        """A column of ``terms`` or ``values`` for the number in a column."""
        table = _TABLES.get(what, "values")
        name = quoted(f"{column.sql[1:-1]}.{what}")
        if name not in self._columns[alias]:
            joins = self._joins[alias]
            key = f"{table} of {column.sql}"
            joined = f"{table[0]}{list(joins).index(key) if key in joins else len(joins)}"
            word = "JOIN" if self._always(column, table) else "LEFT JOIN"
            joins.setdefault(
                key, f'{word} "{table}" {joined} ON {joined}.id = {alias}.{column.sql}'
            )
            self._columns[alias][name] = f"{joined}.{what}"
        return f"{alias}.{name}"

    def _always(self, column: Column, table: str) -> bool:
        """Whether each term of a column is in a table, so that the engine may join in any order."""
        if column.maybe or self.space.made_in(column):
            return False
        return table == "terms" or self.space.kinds(column) <= k.VALUED

    def mark(self, found: str, names: list[str]) -> str:
        """Whether a relation has a row with the same variables, as a column; ``found`` names it.

        It must have each combination of them once.
        """
        sides = [
            alias
            for alias, relation in self.sources.items()
            if all(n in relation.columns and not relation.columns[n].maybe for n in names)
        ]
        if not sides:
            raise UncoveredError("EXISTS about variables of both sides of an OPTIONAL")
        alias = sides[0]
        columns = [self.sources[alias].columns[name] for name in names]
        self._marks += 1
        joined = f"e{self._marks}"
        on = " AND ".join(f"{joined}.{c.sql} = {alias}.{c.sql}" for c in columns)
        self._joins[alias][joined] = f"LEFT JOIN {found} {joined} ON {on}"
        name = quoted(f"exists.{self._marks}")
        self._columns[alias][name] = f"{joined}.{columns[0].sql} IS NOT NULL"
        return f"{alias}.{name}"

    def source(self, alias: str) -> str:
        """The relation with what was joined to it, for FROM."""
        relation = self.sources[alias].sql
        if not self._columns[alias]:
            return f"{relation} {alias}"
        added = ", ".join(f"{sql} AS {name}" for name, sql in self._columns[alias].items())
        joins = " ".join(self._joins[alias].values())
        return f"(SELECT {alias}.*, {added} FROM {relation} {alias} {joins}) {alias}"
