"""Thai writing: texts repaired, and the keys by which two spellings are the same or near."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_INVISIBLE: Final = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACES: Final = re.compile(r"\s+")
_LETTER: Final = re.compile("[\u0e01-\u0e2e\u0e30-\u0e4e]")
_MARKS: Final = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_REPAIRS: Final = (
    (re.compile("เเ"), "แ"),
    (re.compile("([่-๋])ํา|ํ([่-๋])า|ํา"), r"\1\2ำ"),
    (re.compile("ำ([่-๋])"), r"\1ำ"),
    (re.compile("([่-์])([ัิ-ฺ็])"), r"\2\1"),
    (re.compile(f"([{_MARKS}])\\1+"), r"\1"),
    (re.compile(f" +([{_MARKS}ำ])"), r"\1"),
)
_DIGITS: Final = {0x0E50 + n: str(n) for n in range(10)}
_NO_KEY: Final = re.compile(r"[^\u0e01-\u0e2e\u0e30-\u0e45\u0e47-\u0e4e0-9a-z]")
_LIGHT: Final = re.compile("[็-๎]")
_DOUBLED: Final = re.compile(r"(.)\1+")


def is_thai(text: str) -> bool:
    """True where a Thai letter or vowel stands in the text."""
    return _LETTER.search(text) is not None


@lru_cache(maxsize=65_536)
def clean(text: str) -> str:
    """The text as it was meant: composed, visible, with one space and digits of 0 to 9.

    ``ํ`` with ``า`` becomes ``ำ``, two ``เ`` become ``แ``, a tone mark comes after its vowel, and a
    mark that is repeated stands once. What looks the same afterwards is the same.

    >>> clean("ทต.นํ้าพอง ๑") == clean("ทต.น้ำพอง\u200b  1")
    True
    """
    if text.isascii():
        return " ".join(text.split())
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).translate(_DIGITS)
    text = _SPACES.sub(" ", text).strip()
    if _LETTER.search(text):
        before = ""
        while text != before:
            before = text
            for pattern, to in _REPAIRS:
                text = pattern.sub(to, text)
    return text.strip()


def key(text: str) -> str:
    """The letters and digits of a cleaned name: what remains without spaces and points."""
    return _NO_KEY.sub("", text.lower())


def light(key: str) -> str:
    """A key without tone marks, ``์`` and ``็``."""
    return _LIGHT.sub("", key)


def skeleton(key: str) -> str:
    """A key without tone marks, ``์`` and ``็``, each letter once where it is doubled.

    >>> skeleton("กาฬสินธุ์") == skeleton("กาฬสินธุ")
    True
    """
    return _DOUBLED.sub(r"\1", _LIGHT.sub("", key))
