"""Regular expressions of shapes: one meaning in both engines, and never an endless match.

``sh:pattern`` has the meaning of SPARQL's REGEX, which is that of XPath and XML Schema. Both
engines here build automata, so no expression explodes: Oxigraph's for small data, RE2 (in DuckDB)
for large.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.shacl.forms import Pattern

_CHUNK: Final = 2000
_CLASSES: Final = {
    "d": r"\p{Nd}",
    "w": r"\p{L}\p{Nl}\p{M}\p{Nd}\p{Pc}\x{200c}\x{200d}",
}
_SPACES: Final = r"\x20\t\n\r"


def matching(pattern: Pattern, texts: Iterable[str]) -> set[str]:
    """Those of the texts that match."""
    todo = list(dict.fromkeys(texts))
    found: set[str] = set()
    regex, flags = plain(pattern)
    engine = ox.Store()
    for start in range(0, len(todo), _CHUNK):
        values = " ".join(str(ox.Literal(t)) for t in todo[start : start + _CHUNK])
        test = f"REGEX(?t, {ox.Literal(regex)}, {ox.Literal(flags)})"
        rows: Any = engine.query(f"SELECT ?t {{ VALUES ?t {{ {values} }} FILTER({test}) }}")
        found.update(row[0].value for row in rows)
    return found


def is_valid(pattern: Pattern) -> bool:
    """True where the engine can build the expression."""
    regex, flags = plain(pattern)
    test = f"REGEX('', {ox.Literal(regex)}, {ox.Literal(flags)})"
    rows: Any = ox.Store().query(f"SELECT ({test} AS ?r) {{}}")
    return next(iter(rows))[0] is not None


def plain(pattern: Pattern) -> tuple[str, str]:
    """The expression as Oxigraph's engine reads it, and the flags that remain.

    The flags ``q`` and ``x`` are worked in, and so is what XML Schema means otherwise.
    """
    regex, flags = pattern.regex, pattern.flags
    if "q" in flags:
        return re.escape(regex), "".join(f for f in flags if f == "i")
    if "x" in flags:
        regex = _without_spaces(regex)
    return _by_schema(regex), flags.replace("x", "")


def _without_spaces(regex: str) -> str:
    out, inside, skip = [], False, False
    for letter in regex:
        if skip:
            skip = False
        elif letter == "\\":
            skip = True
        elif letter in "[]":
            inside = letter == "["
        elif letter in " \t\r\n" and not inside:
            continue
        out.append(letter)
    return "".join(out)


def _by_schema(regex: str) -> str:
    """The expression with what XML Schema means by it written out.

    There ``\\s`` is four characters, ``[a-z-[aeiou]]`` takes one set from another, and no other
    operator stands between sets (XML Schema 1.1, part 2, appendix G).
    """
    out: list[str] = []
    sets: list[tuple[int, int]] = []  # where each open set begins, here and in what comes out
    position = 0
    while position < len(regex):
        two = regex[position : position + 2]
        begun = bool(sets) and regex[sets[-1][0] : position] not in ("[", "[^")
        part = two if two[0] == "\\" or (sets and two in ("&&", "~~")) else two[0]
        if part == r"\s":
            out.append(_SPACES if sets else f"[{_SPACES}]")
            if sets and regex[position + 2 : position + 3] == "-":  # no range begins with a class
                out.append("\\")
        elif part == r"\S":
            out.append(f"[^{_SPACES}]")
        elif part in ("&&", "~~"):
            out.append(f"\\{part[0]}" * 2)
        elif two == "-[" and begun:
            out.insert(sets[-1][1], "[")
            out.append("]--")
        else:
            if part == "[":
                sets.append((position, len(out)))
            elif part == "]" and begun:
                sets.pop()
            out.append(part)
        position += len(part)
    return "".join(out)


def for_re2(pattern: Pattern) -> str | None:
    """The expression as RE2 reads it: classes as in Unicode, flags in front.

    None where RE2 would read it otherwise than Oxigraph's engine: word boundaries, sets within a
    set, a complement within a set, and a repetition without a lower bound.
    """
    regex, flags = plain(pattern)
    out: list[str] = []
    start, position = -1, 0  # where the set begins that is open, if any
    while position < len(regex):
        letter = regex[position]
        following = regex[position + 1 : position + 2]
        if letter == "\\" and following:
            if following in ("WDS" if start >= 0 else "bB<>"):
                return None
            out.append(_escape(following, start >= 0))
            position += 2
            continue
        if letter + following in ("{,", "&&", "--", "~~") or (letter == "[" and start >= 0):
            return None
        if letter == "[":
            start = position
        elif letter == "]" and start >= 0 and regex[start:position] not in ("[", "[^"):
            start = -1
        out.append(letter)
        position += 1
    return (f"(?{flags})" if flags else "") + "".join(out)


def _escape(letter: str, inside: bool) -> str:
    lower = letter.lower()
    if lower not in _CLASSES:
        return "\\" + letter
    body = _CLASSES[lower]
    if letter == lower:
        return body if inside else f"[{body}]"
    return f"\\{letter}" if inside else f"[^{body}]"
