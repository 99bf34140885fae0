"""Errors in the words of a page: in Thai from a table of their codes, in English as they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from kkgraph.errors import KkgraphError

_ENGLISH: Final = re.compile("[A-Za-z]{2}")
_QUOTED: Final = re.compile(r'"([^"]{1,200})"')


@dataclass(frozen=True, slots=True)
class Told:
    """What an error says on a page: what happened and what to do.

    ``exactly`` is the error's own message in English, where the page's words are others. A
    ``foreign`` one is in English on a Thai page: its code has no Thai words.
    """

    code: str
    what: str
    remedy: str
    where: str
    exactly: str = ""
    foreign: bool = False


def told(error: KkgraphError, lang: str) -> Told:
    """The error as a page in ``lang`` tells it: as it was raised, but for English on a Thai page.

    A name that the message quotes, such as that of a thing that isn't there, is kept.
    """
    foreign = lang == "th" and bool(_ENGLISH.search(_QUOTED.sub("", error.message)))
    words = thai().get(error.code) if foreign else None
    if words is None:
        return Told(error.code, error.message, error.hint, error.where, foreign=foreign)
    quoted = _QUOTED.search(error.message)
    what = words["what"]
    if quoted and "named" in words:
        what = words["named"].replace("{name}", quoted[1])
    exactly = error.message + (f" {error.hint}" if error.hint else "")
    return Told(error.code, what, words["remedy"], error.where, exactly)


@lru_cache(maxsize=1)
def thai() -> dict[str, dict[str, str]]:
    """The Thai words for each code: ``what``, ``remedy``, and ``named`` where a name is quoted."""
    from importlib.resources import files

    import yaml

    text = files("kkgraph.web.pages").joinpath("errors.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, dict[str, str]] = yaml.load(text, Loader=loader)  # noqa: S506 (a safe loader)
    return found
