"""How many solutions a query must make before it has an answer, where that is certain.

Patterns that share no variable have as many solutions together as the product of their numbers,
and these are known, or found out soon. Where more are needed than any run makes, the query is
refused before it begins. What stops by itself (ASK, LIMIT without an order) is not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Final

from kkgraph.columnar.queries import forms as f
from kkgraph.columnar.queries.compiler import Compiler
from kkgraph.columnar.queries.duplicates import without_duplicates
from kkgraph.columnar.queries.explaining import triple
from kkgraph.columnar.queries.products import counted, factors, thinned
from kkgraph.columnar.queries.running import MOST_CELLS, Running
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    from kkgraph.columnar.queries import Dataset
    from kkgraph.columnar.queries.space import Space

MOST_ROWS: Final = 10**11
"""Two cores make some hundred million rows a second: these take them minutes, if no more is done
than to count them."""
_MOST_COUNTED: Final = 2**63 - 1
_SHOWN: Final = 2


@dataclass(frozen=True, slots=True)
class Product:
    """Patterns that share no variable, and how many of their solutions may be made."""

    parts: list[f.Pattern]
    most: int


def check(
    query: f.Query, space: Space, dataset: Dataset, running: Running, most: int | None
) -> None:
    """Raise ``QuestionError`` too-many-solutions for a query that no run ends.

    ``most`` is how many rows are wanted of a SELECT, None for all.
    """
    whole = query.kind == "CONSTRUCT" or (query.kind == "SELECT" and most is None)
    cells = MOST_CELLS // max(len(query.names), 1)
    for product in products(query.pattern, whole=whole, most=cells if whole else MOST_ROWS):
        if _at_most(product.parts, space.columnar.n_quads) <= product.most:
            continue
        numbers = _numbers(product.parts, space, dataset, running)
        if prod(numbers) > product.most:
            raise _refusal(product.parts, numbers)


def products(pattern: f.Pattern, *, whole: bool, most: int) -> Iterator[Product]:
    """The products that must be made; ``whole`` where all solutions of the pattern must be."""
    match pattern:
        case f.Slice(inner, _, length):
            yield from products(inner, whole=whole and length is None, most=most)
        case f.Order(inner):
            yield from products(inner, whole=True, most=most if whole else MOST_ROWS)
        case f.Distinct(inner):
            yield from products(_thinner(inner), whole=whole, most=MOST_ROWS)
        case f.Group():
            yield from _in_groups(pattern)
        case f.Union(left, right):
            yield from products(left, whole=whole, most=most)
            yield from products(right, whole=whole, most=most)
        case f.Project(inner) | f.Extend(inner) | f.Optional(inner) | f.Minus(inner):
            yield from products(inner, whole=whole, most=most)
        case f.Triples() | f.Join() | f.Filter():
            yield from _joined(pattern, whole=whole, most=most)


def _thinner(inner: f.Pattern) -> f.Pattern:
    """What is made distinct, as the compiler has it."""
    if not isinstance(inner, f.Project):
        return inner
    names, below = set(inner.names), inner.pattern
    if isinstance(below, f.Order):
        return f.Project(f.Order(thinned(below.pattern, names), below.keys), inner.names)
    return f.Project(thinned(below, names), inner.names)


def _in_groups(group: f.Group) -> Iterator[Product]:
    if counted(group) is None:
        inner = without_duplicates(group).pattern
        yield from products(inner, whole=True, most=MOST_ROWS)
        return
    parts = factors(group.pattern)
    yield Product(parts, _MOST_COUNTED)
    for part in parts:
        yield from products(part, whole=True, most=MOST_ROWS)


def _joined(pattern: f.Pattern, *, whole: bool, most: int) -> Iterator[Product]:
    parts = factors(pattern)
    if len(parts) > 1:
        if whole:
            yield Product(parts, most)
        for part in parts:
            yield from products(part, whole=whole, most=MOST_ROWS)
    elif isinstance(pattern, f.Join):  # each side is narrowed by the other
        yield from products(pattern.left, whole=False, most=MOST_ROWS)
        yield from products(pattern.right, whole=False, most=MOST_ROWS)
    elif isinstance(pattern, f.Filter):
        yield from products(pattern.pattern, whole=False, most=MOST_ROWS)


def _at_most(parts: list[f.Pattern], n_quads: int) -> int:
    """A number that the solutions of parts don't pass; 0 where nothing is known of a part."""
    found = [_bound(part, n_quads) for part in parts]
    return 0 if None in found else prod(n for n in found if n is not None)


def _bound(part: f.Pattern, n_quads: int) -> int | None:
    match part:
        case f.Triples(triples):
            return int(max(n_quads, 1) ** len(triples))
        case f.Table(_, rows):
            return len(rows)
        case f.Filter() | f.Distinct() | f.Project():
            return _bound(part.pattern, n_quads)
        case f.Join(left, right):
            one, two = _bound(left, n_quads), _bound(right, n_quads)
            return None if one is None or two is None else one * two
    return None


def _numbers(parts: list[f.Pattern], space: Space, dataset: Dataset, running: Running) -> list[int]:
    """How many solutions each part has; [0] where that can't be told."""
    numbers = []
    for part in parts:
        try:
            compiler = Compiler(space, dataset)
            relation = compiler.relation(part)
            sql = compiler.statement(f"SELECT count(*) FROM {relation.sql}")
            numbers.append(int(running.table(sql).column(0)[0].as_py()))
        except UncoveredError:
            return [0]
    return numbers


def _refusal(parts: list[f.Pattern], numbers: list[int]) -> QuestionError:
    shown = " and ".join(f'"{_text(part)}"' for part in parts)
    product = " × ".join(f"{n:,}" for n in numbers)
    return QuestionError(
        "too-many-solutions",
        f"{shown} share no variable, and {product} = {prod(numbers):,} solutions would be made",
        where="query",
        hint="Join them by a variable that both name, or ask for each by itself.",
    )


def _text(part: f.Pattern) -> str:
    """The first triple patterns of a part."""
    found = [triple(t) for t in _triples(part)]
    return " . ".join(found[:_SHOWN]) + (" …" if len(found) > _SHOWN else "") or "VALUES"


def _triples(part: f.Pattern) -> Iterator[f.Triple]:
    match part:
        case f.Triples(triples):
            yield from triples
        case f.Join(left, right):
            yield from _triples(left)
            yield from _triples(right)
        case f.Filter() | f.Distinct() | f.Project():
            yield from _triples(part.pattern)
