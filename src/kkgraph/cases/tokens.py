"""The tokens of Turtle, TriG, N-Triples and N-Quads, each with its offset."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Final, NamedTuple

_BASE: Final = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_U: Final = _BASE + "_"
_CHARS: Final = _U + "0-9\u00b7\u0300-\u036f\u203f-\u2040\\-"
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?#@%]"
_LOCAL_INSIDE: Final = rf"(?:[{_CHARS}:]|{_ESCAPED})"
_LOCAL: Final = (
    rf"(?:[{_U}0-9:]|{_ESCAPED})(?:(?:{_LOCAL_INSIDE}|\.)*{_LOCAL_INSIDE})?"  # never ends in a dot
)
_PREFIX: Final = rf"[{_BASE}](?:[{_CHARS}.]*[{_CHARS}])?"
_TOKEN: Final = rf"""
    (?P<space>[ \t\r\n]+|\#[^\r\n]*)
    |(?P<iri><(?:[^\x00-\x20<>"{{}}|^`\\]|\\u[0-9A-Fa-f]{{4}}|\\U[0-9A-Fa-f]{{8}})*>)
    |(?P<long>\"\"\"(?:\"{{0,2}}(?:[^"\\]|\\.))*\"\"\"|'''(?:'{{0,2}}(?:[^'\\]|\\.))*''')
    |(?P<short>"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
    |(?P<at>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<type>\^\^)
    |(?P<double>[+-]?(?:[0-9]+\.[0-9]*|\.?[0-9]+)[eE][+-]?[0-9]+)
    |(?P<decimal>[+-]?[0-9]*\.[0-9]+)
    |(?P<integer>[+-]?[0-9]+)
    |(?P<blank>_:[{_U}0-9](?:[{_CHARS}.]*[{_CHARS}])?)
    |(?P<name>(?:{_PREFIX})?:(?:{_LOCAL})?)
    |(?P<word>[A-Za-z]+)
    |(?P<mark>[.;,\[\](){{}}])
    """
_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class Unsure(Exception):  # noqa: N818 - not a failure: the caller takes a coarser place
    """The text is not one whose places are certain."""


class Token(NamedTuple):
    """One token: the name of its kind, its text and its offset in code points."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a text without spaces and comments; ``Unsure`` at the first unknown one."""
    place, match = 0, re.compile(_TOKEN, re.X | re.S).match  # costs 20 ms, once for each process
    while place < len(text):
        found = match(text, place)
        if found is None or found.end() == place:
            raise Unsure(f"offset {place}")
        kind = found.lastgroup or ""
        if kind != "space":
            yield Token(kind, found[0], place)
        place = found.end()


class Lines:
    """Line and column of an offset; line ends are LF, CR LF and CR."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(m.end() for m in _LINE_END.finditer(text))]

    def at(self, offset: int) -> tuple[int, int]:
        """Line and column of the offset, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.S)
_LETTERS: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}


def unescape(text: str) -> str:
    """A text with its escapes replaced; ``Unsure`` for one that stands for no character."""

    def plain(match: re.Match[str]) -> str:
        if digits := match[1] or match[2]:
            try:
                return chr(int(digits, 16))
            except (ValueError, OverflowError) as error:
                raise Unsure(match[0]) from error
        if match[3] in _LETTERS:
            return _LETTERS[match[3]]
        return match[3]

    return _ESCAPE.sub(plain, text) if "\\" in text else text
