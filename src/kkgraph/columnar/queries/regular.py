"""Regular expressions that mean the same to SPARQL and to the engine of the tables."""

from __future__ import annotations

import re
from typing import Final

from kkgraph.columnar.queries.columns import text
from kkgraph.columnar.queries.uncovered import UncoveredError
from kkgraph.columnar.queries.values import Named, Typed, Value

_PLAIN: Final = re.compile(
    r"""(?:[^\\\[\](){}*+?^$.|]|\\[-\\\[\](){}*+?^$.|nrt]|\.|\||\^|\$
    |\((?!\?)|\)|\[\^?(?:[^\\\[\]&~-]|\\[-\\\[\](){}*+?^$.|nrt]|[A-Za-z0-9]-[A-Za-z0-9])+\]
    |(?<=[^({|^*+?])[*+?]|\{[0-9]{1,3}(?:,[0-9]{0,3})?\})*""",
    re.X,
)
_FLAGS: Final = re.compile("[ims]*")
_REPLACEMENT: Final = re.compile(r"[^\\$]*")


def _pattern(pattern: Value, flags: Value | None) -> str:
    """The pattern in SQL; ``UncoveredError`` where it isn't plain, or known at run time only."""
    if not isinstance(pattern, Named) or pattern.kinds != {"string"}:
        raise UncoveredError("a regular expression that is only known at run time")
    given = ""
    if flags is not None:
        if not isinstance(flags, Named) or flags.kinds != {"string"}:
            raise UncoveredError("flags that are only known at run time")
        given = flags.term.value
    source = pattern.term.value
    if not _FLAGS.fullmatch(given) or not _PLAIN.fullmatch(source) or not _balanced(source):
        raise UncoveredError("a regular expression beyond the plain ones")
    if "i" in given and not source.isascii():
        raise UncoveredError("the case of letters beyond ASCII")
    marks = "".join(sorted(set(given)))
    return text(f"(?{marks}){source}" if marks else source)


def _balanced(source: str) -> bool:
    try:
        re.compile(source)
    except re.error:
        return False
    return True


def searched(_: Value, sql: str, pattern: Value, flags: Value | None = None) -> Value:
    """``REGEX``."""
    return Typed(f"regexp_matches({sql}, {_pattern(pattern, flags)})", "boolean")


def replaced(sql: str, pattern: Value, by: Value, flags: Value | None = None) -> str:
    """``REPLACE`` by a text without references."""
    if not isinstance(by, Named) or by.kinds != {"string"}:
        raise UncoveredError("REPLACE with a text that is only known at run time")
    if not _REPLACEMENT.fullmatch(by.term.value):
        raise UncoveredError("REPLACE with references to groups")
    wanted = _pattern(pattern, flags)
    assert isinstance(pattern, Named)
    if re.search(pattern.term.value, ""):
        raise UncoveredError("REPLACE of what may be empty")
    return f"regexp_replace({sql}, {wanted}, {text(by.term.value)}, 'g')"
