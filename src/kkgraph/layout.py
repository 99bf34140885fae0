"""Text for a terminal: widths, wrapping and aligned columns, with Thai combining marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]")


def display_width(text: str) -> int:
    """Terminal columns of a text: 0 for combining marks, 2 for wide characters, else 1."""
    return len(text) if text.isascii() else sum(map(_width, text))


@lru_cache(maxsize=4_096)
def _width(char: str) -> int:
    if char < "\u0300":
        return 1
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def pad(text: str, width: int) -> str:
    """The text with spaces up to ``width`` terminal columns."""
    return text + " " * max(0, width - display_width(text))


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns, broken at spaces, else between grapheme clusters."""
    lines: list[str] = []
    width = max(width, 2)
    text = _CONTROL.sub("\ufffd", text)
    for paragraph in text.split("\n"):
        if display_width(paragraph) <= width:
            lines.append(paragraph.lstrip(" "))
            continue
        line, used = "", 0
        for word in paragraph.split(" "):
            more = display_width(word)
            if (used + 1 + more if line else more) <= width:
                line, used = (f"{line} {word}", used + 1 + more) if line else (word, more)
                continue
            if line:
                lines.append(line)
            line, used = word, more
            while used > width:
                cut = _cut(line, width)
                lines.append(line[:cut])
                line = line[cut:]
                used = display_width(line)
        lines.append(line)
    return lines


_LEADING_VOWELS = "เแโใไ"


def _cut(text: str, width: int) -> int:
    used = 0
    cut = 0
    for place, char in enumerate(text):
        if used + _width(char) > width:
            break
        used += _width(char)
        following = text[place + 1 : place + 2]
        starts_cluster = not following or (_width(following) > 0 and following not in "ะาำ")
        if starts_cluster and char not in _LEADING_VOWELS:
            cut = place + 1
    return max(cut, 1)


def columns_text(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> str:
    """Aligned text columns, wrapped to the width; a rule under the heads."""
    if not heads:
        return ""
    natural = [
        max([display_width(h), *(display_width(r[i]) for r in rows)]) for i, h in enumerate(heads)
    ]
    room = max(width - 2 * (len(heads) - 1), 6 * len(heads))
    widths = _share(natural, room)
    out = []
    for number, row in enumerate([heads, *rows]):
        wrapped = [wrap(str(cell), w) for cell, w in zip(row, widths, strict=True)]
        for level in range(max(len(w) for w in wrapped)):
            cells = [
                pad(w[level] if level < len(w) else "", n)
                for w, n in zip(wrapped, widths, strict=True)
            ]
            out.append("  ".join(cells).rstrip())
        if number == 0:
            out.append("  ".join("─" * n for n in widths))
    return "\n".join(out) + "\n"


def _share(natural: list[int], room: int) -> list[int]:
    widths = list(natural)
    while sum(widths) > room:
        widest = widths.index(max(widths))
        others = [w for i, w in enumerate(widths) if i != widest]
        excess = sum(widths) - room
        widths[widest] = max(
            6, widths[widest] - max(1, min(excess, widths[widest] - max(others, default=6)))
        )
        if max(widths) <= 6:
            break
    return widths
