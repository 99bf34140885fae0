"""Rules in plain words, Thai and English: real limits, allowed values, names instead of IRIs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.model import Text, in_language
from kkgraph.names import ALT_LABEL, LANGUAGES, PREF_LABEL, PREFIXES, RDFS_LABEL
from kkgraph.shacl import forms as f
from kkgraph.shacl.data import Data
from kkgraph.shacl.direct import Validator
from kkgraph.shacl.forms import Result, Shape
from kkgraph.shacl.paths import Alternative, Inverse, Path, Predicate, Repeat
from kkgraph.shacl.paths import Sequence as Steps
from kkgraph.shacl.terms import Term, show

_XSD: Final = PREFIXES["xsd"]
MOST: Final = 20
"""How many allowed values are listed; of longer lists the first, and their number."""
_TYPES: Final[dict[str, tuple[str, str]]] = {
    "integer": ("a whole number, such as 12", "จำนวนเต็ม เช่น 12"),
    "nonNegativeInteger": ("a whole number, 0 or more", "จำนวนเต็มตั้งแต่ 0 ขึ้นไป"),
    "positiveInteger": ("a whole number, 1 or more", "จำนวนเต็มตั้งแต่ 1 ขึ้นไป"),
    "int": ("a whole number, such as 12", "จำนวนเต็ม เช่น 12"),
    "long": ("a whole number, such as 12", "จำนวนเต็ม เช่น 12"),
    "decimal": ("a number, such as 12.5", "ตัวเลข เช่น 12.5"),
    "double": ("a number, such as 1.25e3", "ตัวเลข เช่น 1.25e3"),
    "float": ("a number, such as 1.25e3", "ตัวเลข เช่น 1.25e3"),
    "boolean": ("true or false", "true (ใช่) หรือ false (ไม่ใช่)"),
    "date": (
        "a date, as year-month-day of the common era, such as 2026-03-31",
        "วันที่ในรูป ปี ค.ศ.-เดือน-วัน เช่น 2026-03-31",
    ),
    "dateTime": (
        "a date and time, such as 2026-03-31T09:30:00",
        "วันที่และเวลา เช่น 2026-03-31T09:30:00",
    ),
    "time": ("a time, such as 09:30:00", "เวลา เช่น 09:30:00"),
    "gYear": (
        "a year of the common era, in four digits, such as 2026",
        "ปี ค.ศ. สี่หลัก เช่น 2026",
    ),
    "gYearMonth": (
        "a year and month of the common era, such as 2026-03",
        "ปี ค.ศ. และเดือน เช่น 2026-03",
    ),
    "string": ("plain text, without a language", "ข้อความธรรมดา ไม่ระบุภาษา"),
    "anyURI": ("a web address, such as https://example.org/", "ที่อยู่เว็บ เช่น https://example.org/"),
}
_LANGUAGES: Final[dict[str, tuple[str, str]]] = {
    "en": ("English", "ภาษาอังกฤษ"),
    "th": ("Thai", "ภาษาไทย"),
    "": ("no language", "ไม่ระบุภาษา"),
}
_KINDS: Final[dict[frozenset[str], tuple[str, str]]] = {
    frozenset({"iri"}): (
        "Name a thing; free text or a number is not enough.",
        "ต้องระบุสิ่งที่มีชื่อในข้อมูล มิใช่ข้อความอิสระหรือตัวเลข",
    ),
    frozenset({"literal"}): (
        "Write text or a number; a thing can't stand here.",
        "ต้องเขียนเป็นข้อความหรือตัวเลข จะเป็นสิ่งในข้อมูลไม่ได้",
    ),
    frozenset({"blank", "iri"}): (
        "Name or describe a thing; free text or a number is not enough.",
        "ต้องระบุหรือบรรยายสิ่งหนึ่ง มิใช่ข้อความอิสระหรือตัวเลข",
    ),
}
_SENTENCES: Final[dict[type, tuple[str, str]]] = {
    f.Class: ("Needed: something of the kind “{kind}”.", "ต้องเป็นสิ่งประเภท “{kind}”"),
    f.Datatype: ("Needed: {type}.", "ต้องเป็น {type}"),
    f.MinInclusive: ("Needed: {limit} or more.", "ต้องไม่น้อยกว่า {limit}"),
    f.MinExclusive: ("Needed: more than {limit}.", "ต้องมากกว่า {limit}"),
    f.MaxInclusive: ("Needed: {limit} or less.", "ต้องไม่เกิน {limit}"),
    f.MaxExclusive: ("Needed: less than {limit}.", "ต้องน้อยกว่า {limit}"),
    f.MinLength: (
        "Needed: {count} characters or more; here {length}.",
        "ต้องยาวอย่างน้อย {count} อักขระ ขณะนี้มี {length}",
    ),
    f.MaxLength: (
        "Allowed: {count} characters or fewer; here {length}.",
        "ยาวได้ไม่เกิน {count} อักขระ ขณะนี้มี {length}",
    ),
    f.MinCount: (
        "Needed: at least {count}; given: {given}.",
        "ต้องมีอย่างน้อย {count} ค่า ขณะนี้มี {given}",
    ),
    f.MaxCount: (
        "Allowed: at most {count}; given: {given}.",
        "มีได้ไม่เกิน {count} ค่า ขณะนี้มี {given}",
    ),
    f.Pattern: ("Needed: the form {regex}", "ต้องอยู่ในรูปแบบ {regex}"),
    f.LanguageIn: ("Allowed languages: {ranges}.", "ภาษาที่ใช้ได้: {ranges}"),
    f.UniqueLang: ("One text for each language.", "มีได้ภาษาละหนึ่งข้อความ"),
    f.In: ("Allowed: {terms}.", "ค่าที่ใช้ได้: {terms}"),
    f.HasValue: ("Needed among the values: {term}.", "ต้องมีค่านี้อยู่ด้วย: {term}"),
    f.Equals: ("Needed: the same values as “{other}”.", "ต้องมีค่าเดียวกับ “{other}”"),
    f.Disjoint: ("Not allowed: a value of “{other}” as well.", "ต้องไม่ซ้ำกับค่าของ “{other}”"),
    f.LessThan: ("Needed: less than “{other}” ({others}).", "ต้องน้อยกว่า “{other}” ({others})"),
    f.LessThanOrEquals: (
        "Needed: not more than “{other}” ({others}).",
        "ต้องไม่มากกว่า “{other}” ({others})",
    ),
    f.Closed: ("“{path}” is not allowed here.", "ใช้ “{path}” ที่นี่ไม่ได้"),
    f.Not: ("This must not hold: {shapes}", "ต้องไม่เป็นดังนี้: {shapes}"),
    f.And: ("All of this must hold: {shapes}", "ต้องเป็นไปตามทุกข้อ: {shapes}"),
    f.Or: ("One of this must hold at least: {shapes}", "ต้องเป็นอย่างน้อยหนึ่งข้อ: {shapes}"),
    f.Xone: ("Exactly one of this must hold: {shapes}", "ต้องเป็นเพียงหนึ่งข้อ: {shapes}"),
    f.Node: ("This must hold: {shapes}", "ต้องเป็นดังนี้: {shapes}"),
    f.QualifiedMinCount: (
        "At least {count} of the values must be so: {shapes}",
        "ต้องมีอย่างน้อย {count} ค่าที่เป็นดังนี้: {shapes}",
    ),
    f.QualifiedMaxCount: (
        "At most {count} of the values may be so: {shapes}",
        "มีได้ไม่เกิน {count} ค่าที่เป็นดังนี้: {shapes}",
    ),
}


class Words:
    """Names and rules in both languages, from the labels in the validated data.

    ``titles`` are better names of properties, by IRI: the heads of a form's columns.
    """

    def __init__(self, validator: Validator, titles: Mapping[str, Text] | None = None) -> None:
        self.validator = validator
        self.data: Data = validator.data
        self._titles = titles or {}

    def labels(self, term: Term) -> dict[str, list[str]]:
        """All names of a node, by language, the main one of each first."""
        found: dict[str, list[str]] = {}
        for predicate in (PREF_LABEL, RDFS_LABEL, ALT_LABEL):
            for value in self.data.values(term, Predicate(predicate)):
                if isinstance(value, ox.Literal):
                    found.setdefault(value.language or "en", []).append(value.value)
        return found

    def name(self, term: Term) -> Text:
        """A node's name in each language; its short identifier, or a literal's text, otherwise."""
        if isinstance(term, ox.Literal):
            return dict.fromkeys(LANGUAGES, term.value)
        known = {lang: texts[0] for lang, texts in self.labels(term).items()}
        short = names.slug(term.value) if isinstance(term, ox.NamedNode) else show(term)
        return {lang: in_language(known, lang) or short for lang in LANGUAGES}

    def path(self, path: Path | None) -> Text:
        """A path in words: the property's label, ``label of`` for the way back."""
        match path:
            case None:
                return {}
            case Predicate(iri):
                return dict(self._titles.get(iri, {})) or self.name(ox.NamedNode(iri))
            case Inverse(inner):
                return _filled(
                    ("what has this as its “{it}”", "สิ่งที่มีสิ่งนี้เป็น “{it}”"), it=self.path(inner)
                )
            case Alternative(parts):
                return joined([self.path(p) for p in parts], (" or ", " หรือ "))
            case Steps(parts):
                return joined([self.path(p) for p in parts], (" › ", " › "))
            case Repeat(inner, _):
                return self.path(inner)

    def rule(self, result: Result) -> Text:
        """The broken rule with its real limits; empty where only the shape's message can say it."""
        constraint = result.constraint
        if isinstance(constraint, f.NodeKind):
            english, thai = _KINDS.get(constraint.kinds, ("", ""))
            return {"en": english, "th": thai} if english else {}
        sentence = _SENTENCES.get(type(constraint))
        if sentence is None or (isinstance(constraint, f.Pattern) and result.shape.messages):
            return {}  # the message explains a pattern better than the expression does
        return _filled(sentence, **self._parameters(result))

    def shape(self, shape: Shape) -> Text:
        """What a shape asks: its own message, else its rules, else its name."""
        own = {lang or "en": text for text, lang in reversed(shape.messages)}
        if own:
            return {lang: in_language(own, lang) for lang in LANGUAGES}
        inner = [self._short(c) for c in shape.constraints]
        if shape.path is not None and any(inner):
            about = self.path(shape.path)
            said = joined([i for i in inner if i], ("; ", " และ"))
            return {lang: f"{about[lang]} – {said[lang]}" for lang in LANGUAGES}
        return joined([i for i in inner if i], ("; ", " และ")) or dict.fromkeys(
            LANGUAGES, shape.name
        )

    def _short(self, constraint: f.Constraint) -> Text:
        """A constraint in words that need no result; empty for those that would be long."""
        match constraint:
            case f.Class() | f.Datatype() | f.In() | f.HasValue():
                dummy = Result(ox.NamedNode("urn:x"), None, _NO_SHAPE, constraint)
                return {k: t.rstrip(".") for k, t in self.rule(dummy).items()}
            case f.Property(shapes) | f.Node(shapes):
                return self.shape(self.validator.schema.shapes[shapes[0]])
            case f.MinCount(count):
                return {"en": f"at least {count}", "th": f"อย่างน้อย {count} ค่า"}
            case f.MaxCount(count):
                return {"en": f"at most {count}", "th": f"ไม่เกิน {count} ค่า"}
        return {}

    def _parameters(self, result: Result) -> dict[str, Text]:
        """What fills in each placeholder of a rule's sentence."""
        constraint: Any = result.constraint
        found: dict[str, Text] = {}
        for name in constraint.__dataclass_fields__:
            value = getattr(constraint, name)
            match name:
                case "iri" if isinstance(constraint, f.Datatype):
                    found["type"] = datatype(value)
                case "iri":
                    found["kind"] = self.name(ox.NamedNode(value))
                case "limit" | "term":
                    found[name] = self.name(value)
                case "terms":
                    found[name] = self.listed(value)
                case "ranges":
                    found[name] = joined([language(r) for r in value], (", ", ", "))
                case "predicate":
                    found["other"] = self.name(ox.NamedNode(value))
                    others = self.data.values(result.focus, Predicate(value))
                    found["others"] = self.listed(tuple(others))
                case "shapes":
                    found[name] = self._shapes(value)
                case "count" | "regex":
                    found[name] = _same(value)
        found["length"] = _same(len(getattr(result.value, "value", "")))
        found["given"] = _same(len(self.values(result)))
        found["path"] = self.path(result.path)
        return found

    def kinds(self, term: Term) -> Text:
        """What a node is, by the names of its classes; empty where nothing says it."""
        classes = self.data.values(term, Predicate(names.RDF_TYPE))
        return joined([self.name(c) for c in classes], (", ", ", "))

    def values(self, result: Result) -> list[Term]:
        """The values that the result's path leads to from its focus node."""
        return list(self.data.values(result.focus, result.path)) if result.path else []

    def listed(self, terms: Sequence[Term]) -> Text:
        """Terms by name, the first of a long list."""
        more = f" … ({len(terms)})" if len(terms) > MOST else ""
        text = joined([self.name(t) for t in terms[:MOST]], (", ", ", "))
        return {lang: text.get(lang, "") + more for lang in LANGUAGES}

    def _shapes(self, shapes: tuple[Term, ...]) -> Text:
        asked = [self.shape(self.validator.schema.shapes[s]) for s in shapes]
        return joined([{k: t.rstrip(".") for k, t in a.items()} for a in asked], ("; ", "; "))


_NO_SHAPE: Final = Shape(ox.NamedNode("urn:x"))


def datatype(iri: str) -> Text:
    """What values of a datatype look like."""
    known = _TYPES.get(iri.removeprefix(_XSD))
    return dict(zip(LANGUAGES, known or (names.compact(iri),) * 2, strict=True))


def language(tag: str) -> Text:
    """The name of a language; its tag where no name is known."""
    return dict(zip(LANGUAGES, _LANGUAGES.get(tag.lower(), (tag, tag)), strict=True))


def joined(texts: Iterable[Text], between: tuple[str, str]) -> Text:
    """Texts in a row, in each language; empty where there are none."""
    items = list(texts)
    if not items:
        return {}
    pairs = zip(LANGUAGES, between, strict=True)
    return {lang: mark.join(in_language(i, lang) for i in items) for lang, mark in pairs}


def _same(value: object) -> Text:
    return dict.fromkeys(LANGUAGES, str(value))


def _filled(sentence: tuple[str, str], **values: Text) -> Text:
    return {
        lang: text.format_map({k: in_language(v, lang) for k, v in values.items()})
        for lang, text in zip(LANGUAGES, sentence, strict=True)
    }
