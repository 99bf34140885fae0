"""What the readers say of a file, in English and Thai: what is wrong, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kkgraph.cases.records import Place
from kkgraph.model import Problem

_LONG = 300


@dataclass(frozen=True, slots=True)
class Remark(Problem):
    """A reader's problem; ``fix`` is what could be written instead, where the reader knows it."""

    fix: str = ""


@cache
def texts() -> dict[str, dict[str, str]]:
    """The severity and the sentences of each code, from ``remarks.yaml``."""
    import yaml

    path = Path(__file__).with_name("remarks.yaml")
    loaded: dict[str, dict[str, str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def remark(  # noqa: PLR0913
    code: str,
    place: Place,
    value: str = "",
    *,
    focus: str = "",
    path: str = "",
    near: Sequence[str] = (),
    **words: object,
) -> Remark:
    """The reader's problem of that code at a place; ``words`` fill in its sentence.

    Its ``component`` is the code, ``value`` what the user wrote, ``where`` the place; ``focus``
    and ``path`` are the node's IRI and the property's CURIE where it is about a value. Long values
    are shortened in the sentence.
    """
    text = texts()[code]
    filled: dict[str, object] = {
        "near": f"Did you mean {' or '.join(map(_quoted, near))}? " if near else "",
        "near_th": f"หมายถึง {' หรือ '.join(map(_quoted, near))} หรือไม่ " if near else "",
        **{name: _short(str(word)) for name, word in words.items()},
        "value": _short(value),
    }
    return Remark(
        severity=text["severity"],
        message={lang: text[lang].format(**filled) for lang in ("en", "th")},
        focus=focus or str(place),
        path=path,
        value=value,
        component=code,
        where=str(place),
        fix=str(words.get("fix", near[0] if near else "")),
    )


def _quoted(text: str) -> str:
    return f'"{text}"'


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
