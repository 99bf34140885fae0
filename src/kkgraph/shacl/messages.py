"""What a result says: the shape's own messages, or plain words for the component."""

from __future__ import annotations

import re
from typing import Any, Final

import pyoxigraph as ox

from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Result
from kkgraph.shacl.terms import Term, show

_PLACE: Final = re.compile(r"\{[?$](\w+)\}")
_WORDS: Final[dict[type, tuple[str, str]]] = {
    f.Class: ("This must be a {iri}.", "ค่านี้ต้องเป็น {iri}"),
    f.Datatype: (
        "This must be a well-formed {iri}.",
        "ค่านี้ต้องเป็นข้อมูลชนิด {iri} ที่เขียนถูกรูปแบบ",
    ),
    f.NodeKind: ("This must be of the kind: {kinds}.", "ค่านี้ต้องเป็นชนิด {kinds}"),
    f.MinInclusive: ("This must be {limit} or more.", "ค่านี้ต้องไม่น้อยกว่า {limit}"),
    f.MinExclusive: ("This must be more than {limit}.", "ค่านี้ต้องมากกว่า {limit}"),
    f.MaxInclusive: ("This must be {limit} or less.", "ค่านี้ต้องไม่เกิน {limit}"),
    f.MaxExclusive: ("This must be less than {limit}.", "ค่านี้ต้องน้อยกว่า {limit}"),
    f.MinLength: (
        "This must have {count} characters or more.",
        "ค่านี้ต้องมีอย่างน้อย {count} อักขระ",
    ),
    f.MaxLength: (
        "This must have {count} characters or fewer.",
        "ค่านี้ต้องมีไม่เกิน {count} อักขระ",
    ),
    f.MinCount: ("At least {count} needed here.", "ต้องมีอย่างน้อย {count} ค่า"),
    f.MaxCount: ("At most {count} allowed here.", "มีได้ไม่เกิน {count} ค่า"),
    f.Pattern: ('This must match the pattern "{regex}".', 'ค่านี้ต้องตรงกับรูปแบบ "{regex}"'),
    f.LanguageIn: (
        "This must be a text in one of the languages: {ranges}.",
        "ค่านี้ต้องเป็นข้อความในภาษาใดภาษาหนึ่งคือ {ranges}",
    ),
    f.UniqueLang: (
        "One text for each language: two are in the same one.",
        "แต่ละภาษามีได้ข้อความเดียว แต่พบมากกว่าหนึ่งข้อความในภาษาเดียวกัน",
    ),
    f.In: ("This must be one of: {terms}.", "ค่านี้ต้องเป็นค่าใดค่าหนึ่งคือ {terms}"),
    f.HasValue: ("{term} must be among the values.", "ต้องมี {term} อยู่ในค่าเหล่านี้"),
    f.Equals: (
        "The values must be those of {predicate}.",
        "ค่าต้องตรงกับค่าของ {predicate}",
    ),
    f.Disjoint: (
        "This must not be a value of {predicate} as well.",
        "ค่านี้ต้องไม่ซ้ำกับค่าของ {predicate}",
    ),
    f.LessThan: (
        "This must be less than each value of {predicate}.",
        "ค่านี้ต้องน้อยกว่าทุกค่าของ {predicate}",
    ),
    f.LessThanOrEquals: (
        "This must not be more than any value of {predicate}.",
        "ค่านี้ต้องไม่มากกว่าค่าใดของ {predicate}",
    ),
    f.Closed: (
        "This property is not allowed here.",
        "ไม่อนุญาตให้ใช้คุณสมบัตินี้ที่นี่",
    ),
    f.Not: ("This must not conform to {shapes}.", "ค่านี้ต้องไม่เป็นไปตาม {shapes}"),
    f.And: ("This must conform to all of: {shapes}.", "ค่านี้ต้องเป็นไปตามทุกข้อใน {shapes}"),
    f.Or: (
        "This must conform to one at least of: {shapes}.",
        "ค่านี้ต้องเป็นไปตามอย่างน้อยหนึ่งข้อใน {shapes}",
    ),
    f.Xone: (
        "This must conform to exactly one of: {shapes}.",
        "ค่านี้ต้องเป็นไปตามเพียงหนึ่งข้อใน {shapes}",
    ),
    f.Node: ("This must conform to {shapes}.", "ค่านี้ต้องเป็นไปตาม {shapes}"),
    f.QualifiedMinCount: (
        "At least {count} values must conform to {shapes}.",
        "ต้องมีอย่างน้อย {count} ค่าที่เป็นไปตาม {shapes}",
    ),
    f.QualifiedMaxCount: (
        "At most {count} values may conform to {shapes}.",
        "มีได้ไม่เกิน {count} ค่าที่เป็นไปตาม {shapes}",
    ),
}
_QUERY: Final = ("A rule written in SPARQL is broken.", "ไม่เป็นไปตามกฎที่เขียนด้วย SPARQL")


def messages_of(result: Result) -> list[tuple[str, str]]:
    """The result's messages as (text, language), placeholders filled in.

    A query's own messages come first, then the shape's, then plain words in English and Thai.
    """
    constraint = result.constraint
    own: tuple[tuple[str, str], ...] = getattr(constraint, "messages", ())
    given = own or result.shape.messages
    if not given:
        english, thai = _WORDS.get(type(constraint), _QUERY)
        values = _shown(constraint)
        return [(english.format_map(values), "en"), (thai.format_map(values), "th")]
    if not isinstance(constraint, f.Sparql | f.Custom):
        return list(given)
    known = {k: _plain(v) for k, v in _bindings(result)}
    return [(_PLACE.sub(lambda m: known.get(m[1], m[0]), text), lang) for text, lang in given]


def _plain(term: Term) -> str:
    """A term within a sentence: a literal's text, a CURIE."""
    return term.value if isinstance(term, ox.Literal) else show(term)


def _bindings(result: Result) -> list[tuple[str, Term]]:
    fixed = list(getattr(result.constraint, "bindings", ()))
    found = [*fixed, ("this", result.focus), *result.bindings]
    if result.value is not None:
        found.append(("value", result.value))
    return found


def _shown(constraint: f.Constraint) -> dict[str, str]:
    """The constraint's parameters in words."""
    found: dict[str, str] = {}
    for name in constraint.__dataclass_fields__:
        value: Any = getattr(constraint, name)
        if name in ("iri", "predicate"):
            found[name] = show(ox.NamedNode(value))
        elif name in ("limit", "term"):
            found[name] = show(value)
        elif name in ("terms", "shapes"):
            shown = [show(v) for v in value]
            more = f" … ({len(shown)})" if len(shown) > _MANY else ""
            found[name] = ", ".join(shown[:_MANY]) + more
        elif name in ("kinds", "ranges"):
            found[name] = ", ".join(sorted(value))
        else:
            found[name] = str(value)
    return found


_MANY: Final = 12
