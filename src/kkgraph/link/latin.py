"""Thai names in Latin letters: the keys by which two romanisations are the same or near."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_NO_KEY: Final = re.compile(r"[^a-z0-9]")
_DOUBLED: Final = re.compile(r"(.)\1+")
_SOUNDS: Final = (
    (re.compile(r"meu?ang|muea?ng|moo?ang"), "muang"),
    (re.compile(r"p?ph"), "p"),
    (re.compile(r"t?th"), "t"),
    (re.compile(r"k?kh|gh|c(?!h)"), "k"),
    (re.compile(r"ch|tch|ts"), "j"),
    (re.compile(r"(?<=[aeiou])h(?![aeiou])"), ""),
    (re.compile(r"v|w"), "w"),
    (re.compile(r"oo|ou|eu|ue"), "u"),
    (re.compile(r"ee|ie|ii|y(?![aeiou])"), "i"),
    (re.compile(r"ae|ea|ai|ei|[ae]y(?![aeiou])"), "e"),
    (re.compile(r"au|aw(?![aeiou])|ao|or(?![aeiou])|oi|oe"), "o"),
    (re.compile(r"(?<=[aeiou])r(?![aeiou])"), ""),
    (re.compile(r"(?<!n)g"), "k"),
    (re.compile(r"d"), "t"),
    (re.compile(r"b"), "p"),
    (re.compile(r"z"), "s"),
    (re.compile(r"l"), "r"),
)


def plain(text: str) -> str:
    """The text in lower case without accents."""
    if text.isascii():
        return text.lower()
    spread = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in spread if not unicodedata.combining(c))


def key(text: str) -> str:
    """The letters and digits of a name, in lower case, without spaces and hyphens."""
    return _NO_KEY.sub("", plain(text))


def skeleton(key: str) -> str:
    """What different romanisations of a Thai name have in common.

    Aspiration, the length of vowels and the voice of consonants are written or left out as people
    please; they are levelled here. Not for reading: names that differ may have one skeleton.

    >>> skeleton("muangkao") == skeleton("mueangkao") == skeleton("meuangkao")
    True
    """
    for pattern, to in _SOUNDS:
        key = pattern.sub(to, key)
    return _DOUBLED.sub(r"\1", key)
