"""Text as people type it: invisible and decomposed characters, Thai digits, and keys for names."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACES: Final = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NIKHAHIT: Final = re.compile("\u0e4d([\u0e48-\u0e4b]?)\u0e32")
_TONE_FIRST: Final = re.compile("([\u0e48-\u0e4b])([\u0e31\u0e34-\u0e3a\u0e4d])")
_THAI_DIGITS: Final = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")


def composed(text: str) -> str:
    """The text with Thai vowels and tone marks in their usual order and form (and NFC).

    A sara am typed as nikhahit and sara aa becomes one character, two sara e become sara ae, and
    a tone mark typed before its vowel goes behind it, so that what looks alike is alike.
    """
    text = unicodedata.normalize("NFC", text).replace("เเ", "แ")
    text = _TONE_FIRST.sub(r"\2\1", text)
    return _NIKHAHIT.sub("\\1\u0e33", text)


def visible(text: str) -> str:
    """The text without characters of no width and without control characters."""
    return _CONTROLS.sub("", _INVISIBLE.sub("", text))


def trimmed(text: str) -> str:
    """The text with plain spaces, none at the ends and none doubled; line breaks stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip("\n")


def clean(text: str) -> tuple[str, tuple[str, ...]]:
    """The text as it is read, and what was changed: invisible, decomposed, spaces."""
    if text.isascii() and text == text.strip() and text.isprintable() and "  " not in text:
        return text, ()
    seen = visible(text)
    whole = composed(seen)
    plain = trimmed(whole)
    changes = (
        ("invisible", seen != text),
        ("decomposed", whole != seen),
        ("spaces", plain != whole and plain != whole.replace("\r\n", "\n")),
    )
    return plain, tuple(name for name, changed in changes if changed)


def key(text: str) -> str:
    """What two spellings of one name share: case, spaces, hyphens and underscores don't count."""
    plain = composed(visible(text)).casefold().replace("_", " ").replace("-", " ")
    return " ".join(plain.replace("–", " ").replace("’", "'").split())


def arabic(text: str) -> str:
    """The text with Thai digits as 0 to 9."""
    return text.translate(_THAI_DIGITS)


def slug(text: str) -> str:
    """Small Latin letters, digits and hyphens out of a text; ``""`` where it has none of them."""
    plain = unicodedata.normalize("NFKD", arabic(text)).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain.lower()))[:60].strip("-")
