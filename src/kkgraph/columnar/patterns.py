"""Regular expressions of shapes in SQL, where DuckDB's engine (RE2) can build them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kkgraph.errors import StoreError
from kkgraph.shacl.patterns import for_re2

if TYPE_CHECKING:
    from kkgraph.shacl.forms import Pattern


def quoted(text: str) -> str:
    """A text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def mismatch(constraint: Pattern, run: Callable[[str], Any]) -> str | None:
    """The condition that ``lex`` breaks a pattern; None where RE2 lacks something."""
    regex = for_re2(constraint)
    if regex is None:
        return None
    try:
        run(f"SELECT regexp_matches('', {quoted(regex)})")
    except StoreError:
        return None
    return f"NOT regexp_matches(lex, {quoted(regex)})"
