"""One visit of a page: what the browser asked for, and the addresses that lead on from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from kkgraph import names
from kkgraph.model import Text, in_language

LANGUAGES: Final[dict[str, str]] = {"en": "English", "th": "ภาษาไทย"}
"""The languages of the pages, each by its own name."""
_OWN: Final = {names.KKD: "/id/", names.KKG: "/graph/", names.KKQ: "/questions/"}
_ENDING: Final = {names.KKD: ".html"}


@dataclass(frozen=True, slots=True)
class Visit:
    """The path, the language, and the parameters that the page knows.

    ``chosen`` is True where the address itself names the language: then the links of the page
    keep it. ``placed`` are the parts of the path that the page is about.
    """

    path: str
    lang: str
    chosen: bool = False
    given: tuple[tuple[str, str], ...] = ()
    placed: tuple[tuple[str, str], ...] = ()

    def get(self, name: str, default: str = "") -> str:
        """The last value of a parameter, or a part of the path."""
        return dict((*self.given, *self.placed)).get(name, default)

    def say(self, text: Text) -> str:
        """The text in the language of the visit."""
        return in_language(text, self.lang)

    def url(self, path: str, given: Mapping[str, Any] | None = None) -> str:
        """An address on this server, with the language where the visit's address names it."""
        pairs = [(k, str(v)) for k, v in (given or {}).items() if v not in ("", None)]
        if self.chosen:
            pairs.append(("lang", self.lang))
        path, mark, fragment = path.partition("#")
        query = f"?{urlencode(pairs)}" if pairs else ""
        return quote(path, safe="/:.,-_~") + query + mark + quote(fragment, safe="-_.:~")

    def again(self, **changed: Any) -> str:
        """The address of this page with other values of some parameters."""
        pairs = {**dict(self.given), **changed}
        lang = pairs.pop("lang", self.lang if self.chosen else "")
        found = [(k, str(v)) for k, v in pairs.items() if v not in ("", None)]
        query = urlencode([*found, ("lang", lang)] if lang else found)
        return quote(self.path, safe="/:.,-_~") + (f"?{query}" if query else "")

    def href(self, name: str) -> str:
        """Where a slug, CURIE or IRI leads: a page here, another server, or ``""`` for neither."""
        iri = names.expand(name) if _has_known_prefix(name) else name
        if iri == names.ONTOLOGY_IRI or iri.startswith(names.KK):
            return self.url(f"/terms#{iri.partition('#')[2]}".rstrip("#"))
        for base, path in _OWN.items():
            if iri.startswith(base):
                return self.url(path + iri.removeprefix(base) + _ENDING.get(base, ""))
        return iri if urlsplit(iri).scheme in ("http", "https") else ""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says: its template, its title, and what the template takes from it."""

    template: str
    title: str
    fields: dict[str, Any] = field(default_factory=dict)
    status: int = 200


def known(pairs: Iterable[tuple[str, str]], allowed: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """The parameters that a page knows; others, such as those of a mailing, are left out."""
    wanted = set(allowed)
    return tuple((k, v) for k, v in pairs if k in wanted and v)


def _has_known_prefix(name: str) -> bool:
    prefix, colon, _ = name.partition(":")
    return not colon or prefix in names.PREFIXES
