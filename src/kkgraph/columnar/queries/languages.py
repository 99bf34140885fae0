"""Questions about languages, which whole groups of terms answer alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyoxigraph as ox

from kkgraph.columnar.queries import forms as f


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether the language of something fits."""

    of: f.Expression
    fits: Callable[[str], bool]


def asked(name: str, arguments: tuple[f.Expression, ...]) -> Asked | None:
    """``LANG(…) = "en"`` or ``LANGMATCHES(LANG(…), "en")``; None for anything else."""
    if name == "=" and len(arguments) == 2:
        one, two = arguments
        return _equal(one, two) or _equal(two, one)
    if name == "LANGMATCHES" and len(arguments) == 2:
        wanted = _plain(arguments[1])
        inner = _language(arguments[0])
        if inner is not None and wanted is not None:
            return Asked(inner, _matching(wanted.lower()))
    return None


def _equal(language: f.Expression, other: f.Expression) -> Asked | None:
    inner, wanted = _language(language), _plain(other)
    if inner is None or wanted is None:
        return None
    return Asked(inner, lambda tag: tag == wanted)


def _language(found: f.Expression) -> f.Expression | None:
    """What ``LANG`` is asked of."""
    if isinstance(found, f.Call) and found.name == "LANG":
        return found.arguments[0]
    return None


def _plain(found: f.Expression) -> str | None:
    """A string that the query names, without a language."""
    if not isinstance(found, f.Constant) or not isinstance(found.term, ox.Literal):
        return None
    return found.term.value if found.term == ox.Literal(found.term.value) else None


def in_range(tag: str, wanted: str) -> bool:
    """Whether a language tag matches a range, as ``LANGMATCHES`` has it."""
    return _matching(wanted.lower())(tag)


def _matching(wanted: str) -> Callable[[str], bool]:
    if wanted == "*":
        return bool
    return lambda tag: tag.lower() == wanted or tag.lower().startswith(f"{wanted}-")
