"""Which branch of a compound rule failed, and why: short, and down to its ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pyoxigraph as ox

from kkgraph.cases.wording import Words
from kkgraph.model import Text, in_language
from kkgraph.names import LANGUAGES
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Result
from kkgraph.shacl.terms import Term

_DEEPEST: Final = 3
_MOST: Final = 16
_MARKS: Final = {True: "✓", False: "✗"}


def why(result: Result, words: Words) -> tuple[Text, ...]:
    """One line for each branch of ``sh:or``, ``xone``, ``and``, ``node`` and ``not``.

    ✓ is before a branch that holds and ✗ before one that doesn't, with what it asks and what
    breaks it; two spaces before what lies deeper. Nothing for other constraints.
    """
    lines = list(_branches(result, words, 0))
    if lines and result.value is not None and not isinstance(result.value, ox.Literal):
        kinds = words.kinds(result.value)
        known = {"en": f"It is: {kinds['en']}", "th": f"สิ่งนี้คือ: {kinds['th']}"} if kinds else None
        unknown = {
            "en": "Nothing says what kind of thing it is.",
            "th": "ไม่มีข้อมูลบอกว่าสิ่งนี้เป็นสิ่งประเภทใด",
        }
        lines.insert(0, known or unknown)
    return tuple(lines[:_MOST])


def _branches(result: Result, words: Words, depth: int) -> Iterator[Text]:
    constraint, value = result.constraint, result.value
    if depth >= _DEEPEST:
        return
    if isinstance(constraint, f.QualifiedMinCount | f.QualifiedMaxCount):
        for found in words.values(result):
            yield from _branch(constraint.shapes[0], found, words, depth, of=words.name(found))
    elif isinstance(constraint, f.Or | f.Xone | f.And | f.Node | f.Not) and value is not None:
        held = isinstance(constraint, f.And | f.Node)
        for shape in constraint.shapes:
            yield from _branch(shape, value, words, depth, only_failing=held)


def _branch(  # noqa: PLR0913 - two of them are details of one line
    shape_id: Term,
    value: Term,
    words: Words,
    depth: int,
    *,
    of: Text | None = None,
    only_failing: bool = False,
) -> Iterator[Text]:
    shape = words.validator.schema.shapes[shape_id]
    broken = words.validator.results_of(shape_id, value)
    if only_failing and not broken:
        return
    asked = words.shape(shape)
    reasons = _reasons(broken, words, asked)
    line: Text = {}
    for lang in LANGUAGES:
        text = f"{'  ' * depth}{_MARKS[not broken]} "
        text += f"{in_language(of, lang)}: " if of else ""
        text += in_language(asked, lang).rstrip(".")
        said = "; ".join(in_language(r, lang) for r in reasons)
        line[lang] = f"{text} – {said}" if said else text
    yield line
    for inner in broken:
        yield from _branches(inner, words, depth + 1)


def _reasons(broken: list[Result], words: Words, asked: Text) -> list[Text]:
    """What breaks a branch, where it says more than the branch itself does."""
    found: dict[str, Text] = {}
    for result in broken:
        rule = words.rule(result)
        if not rule or isinstance(result.constraint, f.Or | f.Xone | f.And | f.Node | f.Not):
            continue
        about = words.path(result.path)
        text = {lang: f"{about[lang]}: {rule[lang]}" if about else rule[lang] for lang in LANGUAGES}
        if in_language(text, "en").rstrip(".") not in in_language(asked, "en"):
            found.setdefault(text["en"], text)
    return list(found.values())[:3]
