"""The terms that random graphs are made of: few enough that they meet each other often."""

from __future__ import annotations

import pyoxigraph as ox

from kkgraph.names import PREFIXES

EX = "http://example.org/"
SH, RDF, RDFS, XSD = (PREFIXES[p] for p in ("sh", "rdf", "rdfs", "xsd"))
TYPE = ox.NamedNode(RDF + "type")
SUBCLASS = ox.NamedNode(RDFS + "subClassOf")


def ex(name):
    return ox.NamedNode(EX + name)


def sh(name):
    return ox.NamedNode(SH + name)


NODES = [ex(f"n{i}") for i in range(5)]
BLANKS = [ox.BlankNode(f"b{i}") for i in range(3)]
CLASSES = [ex(f"C{i}") for i in range(4)]
PREDICATES = [ex(p) for p in "pqr"]
ABSENT = ex("absent/*")  # and what would end, or open, a comment in SQL

# An ill-typed literal stands among the well-formed ones of its datatype, and so do two forms of
# one value, values that only meet in a common type, and values that cannot be compared.
FORMS = {
    "integer": "1 01 +1 2 -1 0 -0 10 abc 1.0 99999999999999999999999999999999999999999 ๑",
    "decimal": "1.0 1.00 1 .5 1.5 -1.5 abc 0.1 0.10000000000000000000000000000000000000001",
    "double": "1 1.0E0 1e0 0.1 NaN INF -INF -0.0 abc 1e400",
    "float": "1 0.1 NaN INF 16777217",
    "byte": "300 12 1",
    "nonNegativeInteger": "1 -1 +2",
    "boolean": "true 1 false 0 yes",
    "gYear": "2020 2021 2020Z 2021+07:00 20 not-a-year",
    "date": "2020-01-01 2020-01-02 2020-01-01Z 2020-02-30",
    "dateTime": "2020-01-01T00:00:00 2020-01-01T00:00:00Z 2020-01-01T07:00:00+07:00"
    " 2020-01-02T00:00:00 2020-01-03T00:00:00Z 2019-12-31T24:00:00 2020-13-01T00:00:00",
    "time": "12:00:00 12:00:00Z 25:00:00",
    "gMonthDay": "--02-29 --03-01",
    "duration": "P1M P30D P1Y P365D",
    "yearMonthDuration": "P1Y P12M",
    "dayTimeDuration": "P1D PT24H PT25H",
    "anyURI": "http://example.org/n0",
    "hexBinary": "0a 0A",
    "token": "a b",
    "language": "en notalanguage",
}
TEXTS = [
    "a", "b", "ab", "A", "", " a ", "1", "2020", "a b", "a\nb", "x.y", 'say "a"\\', "๑๒",
    "กำ", "ก็", "น้ำ", "น้ํา", "é", "e\u0301", "😀", "a😀b", "\U00010ffd", "\uffee", "ſ", "K",
    "\xa0", "http://example.org/n0", "*/ '; --",
]  # fmt: skip
TAGGED = [
    ("a", "en"), ("b", "en"), ("a", "EN"), ("a", "en-GB"), ("b", "en-us"), ("กำ", "th"),
    ("น้ำ", "th"),
    ("a", "de"), ("1", "en"), ("2", "en"), ("c", "en"), ("ก็", "th"),
]  # fmt: skip


def typed(form, name):
    return ox.Literal(form, datatype=ox.NamedNode(XSD + name))


LITERALS = [
    *(typed(form, name) for name, forms in FORMS.items() for form in forms.split()),
    typed(" a", "token"),
    typed("a  b", "token"),
    typed("a\tb", "normalizedString"),
    ox.Literal("1", datatype=ex("dt")),
    *(ox.Literal(text) for text in TEXTS),
    *(ox.Literal(text, language=tag) for text, tag in TAGGED),
]
_NUMBERS = {"integer", "decimal", "double", "float", "byte", "nonNegativeInteger", "boolean"}
_TIMES = {"date", "dateTime", "gYear", "time", "gMonthDay"}
_STRINGS = {"string", "token", "normalizedString", "language", "anyURI"}


def _of(names):
    return [t for t in LITERALS if t.datatype.value in {XSD + n for n in names}]


# Literals that have something to do with each other; a case draws most of its own from one.
THEMES = [
    _of(_NUMBERS),
    _of({"integer", "decimal", "nonNegativeInteger"}),
    _of(_TIMES),
    _of({"dateTime"}),
    _of({"duration", "yearMonthDuration", "dayTimeDuration", "hexBinary", "gYear"}),
    _of(_STRINGS),
    [*_of({"token", "normalizedString", "language"}), ox.Literal("a"), ox.Literal("b")],
    *[[t for t in LITERALS if t.language]] * 2,
    [t for t in LITERALS if t.language] + _of({"string"}),
    LITERALS,
]
DATATYPES = [
    *(ox.NamedNode(XSD + name) for name in (*FORMS, "string", "normalizedString")),
    ox.NamedNode(RDF + "langString"),
    ex("dt"),
]
NODE_KINDS = [
    sh(k)
    for k in ("IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")
]
RANGES = ["en", "EN", "en-GB", "th", "*", "e"]
PATTERNS = [
    ("a", ""), ("^a", ""), ("^a$", ""), ("b$", "m"), ("^b", "m"), ("^.$", ""), ("^.{2}$", ""),
    ("^...$", "s"), ("^a.b$", "s"), ("^a.b$", ""), ("[0-9]+", ""), ("^\\d+$", ""), ("^\\w+$", ""),
    ("^\\W$", ""), ("\\s", ""), ("^\\S+$", ""), ("^\\p{L}+$", ""), ("\\p{M}", ""), ("^(a|b)$", ""),
    ("^A$", "i"), ("^[a-b]+$", "i"), ("x.y", "q"), ("A.B", "iq"), ("a b", "x"),
    ("^ a [ ] b $", "x"),
    ("[^a]", ""), ("^$", ""), ("k", "i"), ("s", "i"), ("^http://", ""), ("\\\\", ""),
]  # fmt: skip
