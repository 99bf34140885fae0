"""DESCRIBE: what the default graph says of resources, and of the blank nodes it says it with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.columns import Column, Form, Relation
from kkgraph.columnar.queries.ordering import Arranged, arranged
from kkgraph.columnar.queries.steps import constant, facts_of
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.space import within

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler


def described(compiler: Compiler, query: f.Query) -> Arranged:
    """The triples (s, p, o) that describe the resources of a query."""
    facts = facts_of(compiler, None)
    seeds = [
        f"SELECT CAST({constant(compiler, node.term)} AS BIGINT) AS n"
        for node in query.described
        if isinstance(node, f.Constant)
    ]
    names = [node.name for node in query.described if isinstance(node, f.Variable)]
    if names:
        found = arranged(compiler, query.pattern)
        if found.order or found.start or found.length is not None:
            raise UncoveredError("DESCRIBE with a limit")
        for name in names:
            column = found.relation.columns.get(name)
            if column is not None and column.form is not Form.NUMBER:
                raise UncoveredError("DESCRIBE of computed terms")
            if column is not None:
                seeds.append(f"SELECT {column.sql} AS n FROM {found.relation.sql}")
    begin = compiler.step(
        "resources",
        "what is described",
        " UNION ".join(seeds) or "SELECT CAST(NULL AS BIGINT) AS n WHERE false",
    )
    blank = within("t.o", _blank(compiler))
    name = compiler.next_name("about")
    again = f"SELECT t.o FROM {name} a JOIN {facts} t ON t.s = a.n WHERE {blank}"
    about = compiler.step(
        "about", "with the blank nodes they lead to", f"SELECT n FROM {begin} UNION {again}"
    )
    sql = f"SELECT t.s, t.p, t.o FROM {facts} t SEMI JOIN {about} a ON a.n = t.s"
    places = {"s": ("s", -1), "p": ("p", -1), "o": ("o", -1)}
    columns = {
        place: Column(place, Form.NUMBER, origins=frozenset({origin}))
        for place, origin in places.items()
    }
    return Arranged(Relation(compiler.step("triples", "their triples", sql), columns), "", 0, None)


def _blank(compiler: Compiler) -> list[tuple[int, int]]:
    return [(g.lo, g.hi) for g in compiler.space.columnar.groups if g.kind == "bnode"]
