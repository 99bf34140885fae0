"""Repeated paths that lead to more pairs of nodes than the memory holds, told before they are run.

The engine keeps the pairs that a repeated path has found in memory, and can't move them out. How
many there are in all shows only in the end. But whatever leads to a node is paired with whatever
that node leads to: the busiest node alone tells what is certainly too much.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.scopes import parts
from kkgraph.columnar.session import allowed_bytes
from kkgraph.errors import StoreError

if TYPE_CHECKING:
    from kkgraph.columnar.queries.compiler import Compiler
    from kkgraph.columnar.queries.running import Running
    from kkgraph.columnar.tables import Columnar

_BYTES_A_PAIR: Final = 24
"""Two numbers of eight bytes, and where they lie: no table of pairs takes less."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A repeated path in a statement: its text, the relation of one turn, where it begins
    ("": anywhere), and whether graphs are kept apart."""

    title: str
    edges: str
    seeds: str
    in_each: bool


def makes_all(query: f.Query) -> bool:
    """True for a query that makes all solutions before it gives any: sorted or grouped ones.

    One with a part that stops by itself isn't counted among them.
    """
    pattern = query.pattern
    while isinstance(pattern, f.Slice | f.Distinct | f.Project | f.Extend | f.Filter):
        pattern = pattern.pattern
    whole = query.kind == "CONSTRUCT" or isinstance(pattern, f.Order | f.Group)
    return whole and not _stops(pattern)


def _stops(pattern: f.Pattern) -> bool:
    limited = isinstance(pattern, f.Slice) and pattern.length is not None
    return limited or any(map(_stops, parts(pattern)))


def check_pairs(
    closures: Iterable[Closure], compiler: Compiler, columnar: Columnar, running: Running
) -> None:
    """Raise ``StoreError`` out-of-memory for a path that certainly has too many pairs.

    Of an engine whose memory is elsewhere nothing is known.
    """
    if columnar.elsewhere:
        return
    allowed = allowed_bytes(columnar.connection)
    most = allowed // _BYTES_A_PAIR
    for closure in closures:
        if columnar.n_quads**2 <= most:
            return
        for seeds in dict.fromkeys(("", closure.seeds)):  # the first is soon found out
            before, after, node = _busiest(closure, seeds, compiler, running)
            if before * after <= most:
                break
        else:
            (term,) = columnar.terms_of([node])
            raise _refusal(closure, before, after, str(term), allowed)


def _busiest(
    closure: Closure, seeds: str, compiler: Compiler, running: Running
) -> tuple[int, int, int]:
    """How many nodes lead to the busiest node and how many it leads to, and its number."""
    g = "g, " if closure.in_each else ""
    same = " AND x.g = e.g" if closure.in_each else ""
    begun = f" SEMI JOIN {seeds} x ON x.f = e.f{same}" if seeds else ""
    last = f"""SELECT before, after, m FROM
  (SELECT {g}v AS m, count(*) AS before FROM {closure.edges} e{begun} GROUP BY ALL)
  JOIN (SELECT {g}f AS m, count(*) AS after FROM {closure.edges} GROUP BY ALL) USING ({g}m)
ORDER BY before::HUGEINT * after DESC, m LIMIT 1"""
    found = running.table(compiler.statement(last, handed=True), **compiler.handed_over())
    if not found.num_rows:
        return 0, 0, -1
    before, after, node = (int(column[0].as_py()) for column in found.columns)
    return before, after, node


def _refusal(closure: Closure, before: int, after: int, node: str, allowed: int) -> StoreError:
    needed = before * after * _BYTES_A_PAIR
    return StoreError(
        "out-of-memory",
        f"{closure.title} leads from {before:,} nodes by way of {node} to {after:,}: these pairs "
        f"alone need {needed / 1e9:,.1f} GB, and {allowed / 1e9:,.1f} GB are allowed",
        where="query",
        hint="Begin or end the path at one node, say how often it turns (p/p in place of p*), or "
        "give it more memory (memory=, --memory).",
    )
