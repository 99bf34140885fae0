"""What to write instead: the nearest allowed value, the well-formed date, what is missing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import matching, names, xsd
from kkgraph.cases.lexical import rewritten, script, variants
from kkgraph.cases.wording import Words, datatype, joined, language
from kkgraph.model import Text, in_language
from kkgraph.names import KKD, LANGUAGES, PREF_LABEL
from kkgraph.shacl import forms as f
from kkgraph.shacl.forms import Result
from kkgraph.shacl.paths import Alternative, Predicate
from kkgraph.shacl.patterns import matching as matching_texts
from kkgraph.shacl.terms import Term, show
from kkgraph.shacl.values import below

_OR: Final = (" or ", " หรือ ")
_LIKENESS: Final = 0.62
_SEARCHES: Final = 300
"""After so many searches for a near name no more are made: they take long."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A suggestion: a sentence in each language, and where there is one the value to write.

    ``value`` is what a person types, by language (a label, or the text of a literal); ``term`` is
    the same as Turtle has it. Both are empty where only a person can know.
    """

    text: Text = field(default_factory=dict)
    value: Text = field(default_factory=dict)
    term: str = ""


NONE: Final = Fix()


class Fixer:
    """Finds fixes of results; near names are searched for once each."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._near: dict[tuple[str, Any], list[Term]] = {}
        self._names: dict[Any, dict[str, Term]] = {}

    def fix(self, result: Result) -> Fix:
        """The fix of a result, or ``NONE``."""
        constraint = result.constraint
        match constraint:
            case f.In(terms):
                return self._nearest(result.value, "in", terms)
            case f.Class(iri):
                return self._of_class(result.value, (iri,))
            case f.NodeKind(kinds) if kinds == {"iri"} and isinstance(result.value, ox.Literal):
                classes = self._classes(result)
                return self._of_class(result.value, classes) if classes else self._of_any(result)
            case f.Datatype(iri):
                return self._typed(result.value, iri)
            case f.MinCount() | f.HasValue():
                return self._missing(result)
            case f.MaxCount(count):
                return self._too_many(result, count)
            case f.Pattern():
                return self._patterned(result)
            case f.UniqueLang():
                return self._one_language(result)
            case f.LanguageIn(ranges):
                return self._languages(result.value, ranges)
            case f.LessThan() | f.LessThanOrEquals():
                return self._swapped(result)
        return NONE

    # Near names

    def _nearest(self, value: Term | None, key: Any, terms: Iterable[Term]) -> Fix:
        if value is None:
            return NONE
        near = self._find(value, key, terms)
        if not near:
            return NONE
        best = near[0]
        shown = joined([_quoted(self.words.name(t)) for t in near], _OR)
        text = {"en": f"Perhaps {shown['en']} is meant.", "th": f"อาจหมายถึง {shown['th']}"}
        return Fix(text, self.words.name(best), show(best))

    def _of_class(self, value: Term | None, classes: tuple[str, ...]) -> Fix:
        if not classes:
            return NONE
        known = {t for c in classes for t in self.words.data.instances(ox.NamedNode(c))}
        known = {t for t in known if isinstance(t, ox.NamedNode) and t != value}
        return self._nearest(value, classes, sorted(known, key=lambda t: t.value))

    def _of_any(self, result: Result) -> Fix:
        """A thing of whatever kind with a name like the text that stands there."""
        named = self.words.data.out.get(PREF_LABEL, {})
        return self._nearest(result.value, "any", (t for t in named if _is_ours(t)))

    def _find(self, value: Term, key: Any, terms: Iterable[Term]) -> list[Term]:
        given = self._given(value)
        wanted = [g for g in given if g]
        search = (wanted[0] if wanted else "", key if key != "in" else tuple(terms))
        if search not in self._near:
            if len(self._near) > _SEARCHES:
                return []
            self._near[search] = self._search(wanted, search[1], terms)
        return self._near[search]

    def _search(self, wanted: list[str], key: Any, terms: Iterable[Term]) -> list[Term]:
        if key not in self._names:
            named: dict[str, Term] = {}
            for term in terms:
                for name in self._given(term):
                    named.setdefault(name, term)
            self._names[key] = named
        named = self._names[key]
        found: dict[Term, None] = {}
        for word in wanted:
            exact = next((t for n, t in named.items() if n.casefold() == word.casefold()), None)
            if exact is not None:
                return [exact]
            near = matching.nearest(word, named, 3)
            found.update((named[n], None) for n in near if _alike(word, n))
        return list(found)[:3]

    def _given(self, term: Term) -> list[str]:
        """What a term may be called: its labels, its short name, its text."""
        if isinstance(term, ox.Literal):
            return [term.value.strip()]
        if isinstance(term, ox.BlankNode):
            return []
        labels = [n for texts in self.words.labels(term).values() for n in texts]
        local = re.split("[#/:]", term.value.rstrip("#/"))[-1]
        return list(dict.fromkeys([local, *labels]))

    def _classes(self, result: Result) -> tuple[str, ...]:
        return tuple(c.iri for c in self._siblings(result) if isinstance(c, f.Class))

    def _siblings(self, result: Result) -> list[f.Constraint]:
        """The constraints of all shapes of the same name that look along the same path."""
        mine = list(result.shape.constraints)
        if result.shape.path is not None:
            for shape in self.words.validator.schema.shapes.values():
                near = shape.path == result.shape.path and shape.name.startswith(result.shape.name)
                mine += shape.constraints if near and shape is not result.shape else ()
        return mine

    # Forms

    def _typed(self, value: Term | None, iri: str) -> Fix:
        if not isinstance(value, ox.Literal):
            return NONE
        better = rewritten(value.value, iri)
        kind = names.compact(iri)
        if better is None:
            if value.language and kind == "xsd:string":
                return _write(value.value, f'"{value.value}"')
            if value.datatype.value == iri or value.language:
                return NONE
            if xsd.ill_typed(value.value, iri):
                return NONE
            better = value.value
        return _write(better, f'"{better}"^^{kind}')

    def _patterned(self, result: Result) -> Fix:
        value, pattern = result.value, result.constraint
        assert isinstance(pattern, f.Pattern)
        if isinstance(value, ox.Literal):
            start, given = "", value.value
        elif isinstance(value, ox.NamedNode) and value.value.startswith(KKD):
            start, given = KKD, value.value[len(KKD) :]
        else:
            return NONE
        tries = list(dict.fromkeys(variants(given)))
        good = matching_texts(pattern, [start + t for t in tries])
        for text in tries:
            if start + text in good:
                return _write(text, f"kkd:{text}" if start else f'"{text}"')
        return NONE

    def _languages(self, value: Term | None, ranges: tuple[str, ...]) -> Fix:
        if not isinstance(value, ox.Literal):
            return NONE
        tag = script(value.value)
        if tag not in ranges:
            return NONE
        name = language(tag)
        text = {"en": f"Mark the text as {name['en']}.", "th": f"ระบุว่าข้อความนี้เป็น{name['th']}"}
        return Fix(text, {}, f'"{value.value}"@{tag}')

    # How many

    def _missing(self, result: Result) -> Fix:
        if not isinstance(result.path, Predicate | Alternative):
            return NONE
        about = self.words.path(result.path)
        constraint = result.constraint
        if isinstance(constraint, f.HasValue):
            name = self.words.name(constraint.term)
            text = {"en": f"Add “{name['en']}”.", "th": f"เพิ่ม “{name['th']}”"}
            return Fix(text, name, show(constraint.term))
        siblings = self._siblings(result)
        lacking = self._lacking(result, siblings)
        if lacking:
            shown = joined([language(tag) for tag in lacking], (" and ", " และ"))
            return Fix(
                {
                    "en": f"Fill in “{about['en']}” in {shown['en']}.",
                    "th": f"กรอก “{about['th']}” เป็น{shown['th']}",
                }
            )
        text = {"en": f"Fill in “{about['en']}”", "th": f"กรอก “{about['th']}”"}
        for constraint in siblings:
            match constraint:
                case f.In(terms):
                    return _with(text, self.words.listed(terms), ("choose one of", "เลือกจาก"))
                case f.Class(iri):
                    name = _quoted(self.words.name(ox.NamedNode(iri)))
                    return _with(text, name, ("something of the kind", "เป็นสิ่งประเภท"))
                case f.Datatype(iri) if not iri.endswith("#string"):
                    return _with(text, datatype(iri), ("", ""))
        return Fix({"en": text["en"] + ".", "th": text["th"]})

    def _lacking(self, result: Result, siblings: list[f.Constraint]) -> list[str]:
        """The languages in which a text is wanted and missing."""
        for constraint in siblings:
            if isinstance(constraint, f.LanguageIn) and f.UniqueLang() in siblings:
                given = {getattr(v, "language", None) for v in self.words.values(result)}
                return [r for r in constraint.ranges if r not in given]
        return []

    def _too_many(self, result: Result, count: int) -> Fix:
        values = self.words.values(result)
        shown = joined([_quoted(self.words.name(v)) for v in values[:8]], (", ", ", "))
        if not shown:
            return NONE
        if count == 0:
            return Fix({"en": f"Take away {shown['en']}.", "th": f"ลบ {shown['th']}"})
        return Fix(
            {
                "en": f"Keep {count} of these and take the rest away: {shown['en']}.",
                "th": f"เก็บไว้ {count} ค่า แล้วลบที่เหลือ: {shown['th']}",
            }
        )

    def _one_language(self, result: Result) -> Fix:
        by_tag: dict[str, list[Text]] = {}
        for value in self.words.values(result):
            if isinstance(value, ox.Literal) and value.language:
                by_tag.setdefault(value.language, []).append(_quoted(self.words.name(value)))
        doubled = [joined(t, (", ", ", ")) for t in by_tag.values() if len(t) > 1]
        if not doubled:
            return NONE
        shown = joined(doubled, ("; ", "; "))
        return Fix(
            {"en": f"Keep one of: {shown['en']}.", "th": f"เก็บไว้เพียงหนึ่งข้อความจาก {shown['th']}"}
        )

    def _swapped(self, result: Result) -> Fix:
        assert isinstance(result.constraint, f.LessThan | f.LessThanOrEquals)
        others = self.words.data.values(result.focus, Predicate(result.constraint.predicate))
        if result.value is None or len(others) != 1:
            return NONE
        other = next(iter(others))
        if not below(other, result.value, equal=False):
            return NONE
        mine, theirs = (getattr(t, "value", "") for t in (result.value, other))
        here = self.words.path(result.path)
        there = self.words.name(ox.NamedNode(result.constraint.predicate))
        return Fix(
            {
                "en": f"Perhaps the two are swapped: {here['en']} {theirs}, {there['en']} {mine}.",
                "th": f"อาจสลับกัน: {here['th']} {theirs}, {there['th']} {mine}",
            }
        )


def _alike(word: str, name: str) -> bool:
    """True where one is likely meant to be the other."""
    word, name = word.casefold(), name.casefold()
    return word in name or difflib.SequenceMatcher(None, word, name).ratio() >= _LIKENESS


def _is_ours(term: Term) -> bool:
    return isinstance(term, ox.NamedNode) and term.value.startswith(KKD)


def _quoted(text: Text) -> Text:
    return {lang: f"“{in_language(text, lang)}”" for lang in LANGUAGES}


def _write(value: str, term: str) -> Fix:
    text = {"en": f"Write {value}", "th": f"เขียนว่า {value}"}
    return Fix(text, dict.fromkeys(LANGUAGES, value), term)


def _with(text: Text, more: Text, how: tuple[str, str]) -> Fix:
    said = {
        lang: " ".join(p for p in (text[lang] + ":", word, in_language(more, lang)) if p)
        for lang, word in zip(LANGUAGES, how, strict=True)
    }
    return Fix({"en": said["en"] + ".", "th": said["th"]})
