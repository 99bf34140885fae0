"""Random expressions, each made for the kind of value that it should have."""

from __future__ import annotations

from shacl_random.terms import DATATYPES, PATTERNS
from sparql_random.nodes import listed, node

COMPARING = ("=", "!=", "<", ">", "<=", ">=")
TEXT_OF_TEXT = ("UCASE", "LCASE", "ENCODE_FOR_URI", "MD5", "SHA1", "SHA256", "SHA384", "SHA512")
NUMBER_OF_NUMBER = ("ABS", "CEIL", "FLOOR", "ROUND", "-", "+")
NUMBER_OF_DATE = ("YEAR", "MONTH", "DAY", "HOURS", "MINUTES", "SECONDS")
CASTS = ("integer", "decimal", "double", "float")
XSD = "http://www.w3.org/2001/XMLSchema#"


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def call(name, *arguments):
    return node("expression", name, "(", listed(arguments, ", "), ")")


def cast(name, argument):
    return node("expression", f"<{XSD}{name}>(", argument, ")")


def between(left, sign, right):
    return node("expression", "(", left, f" {sign} ", right, ")")


class Expressions:
    """Makes expressions over the variables that a pattern may bind.

    ``exists`` gives a group to test for; ``texts`` False leaves out what spells a literal.
    """

    def __init__(self, dice, theme, *, exists=None, texts=True):
        self.dice = dice
        self.theme = theme
        self.exists = exists
        self.texts = texts

    def any(self, names, depth=2):
        """An expression of any kind."""
        kinds = [self.truth, self.number, self.term, self.term]
        if self.texts:
            kinds += [self.text, self.text]
        return self.dice.one(kinds)(names, depth)

    def truth(self, names, depth=2):
        """Something that is true or false."""
        dice = self.dice
        if not depth or dice.chance(35):
            return self._signed(self.term(names, 0), self.term(names, 0))
        kinds = ["compare", "compare", "and", "or", "not", "bound", "is", "in", "same", "value"]
        kinds += ["if", "coalesce", "chain"]
        if self.exists:
            kinds += ["exists", "exists"]
        if self.texts:
            kinds += ["regex", "contains", "matches", "matches"]
        return getattr(self, "_" + dice.one(kinds))(names, depth - 1)

    def _compare(self, names, depth):
        kind = self.dice.one([self.number, self.term, self.any])
        if self.dice.chance(30):
            return between(self._sum(names, depth), self.dice.one(COMPARING), self.number(names, 1))
        return self._signed(kind(names, depth), kind(names, depth))

    def _signed(self, left, right):
        """A comparison; of terms that may have no order, one that is false rather than an error."""
        sign = self.dice.one(COMPARING)
        test = between(left, sign, right)
        if sign in ("=", "!="):
            return test
        if sign in ("<=", ">=") or self.dice.chance(30):
            return between(call("isNumeric", left), "&&", test)
        return call("COALESCE", test, "false")

    def _chain(self, names, depth):
        """Conditions without brackets, in the order of the operators themselves."""
        parts = [self.truth(names, min(depth, 1)) for _ in range(self.dice.number(2, 4))]
        signs = [self.dice.one((" && ", " || ")) for _ in parts[1:]]
        mixed = [part for pair in zip(parts, [*signs, ")"], strict=True) for part in pair]
        return node("expression", "(", *mixed)

    def _and(self, names, depth):
        return between(self.truth(names, depth), "&&", self.truth(names, depth))

    def _or(self, names, depth):
        return between(self.truth(names, depth), "||", self.truth(names, depth))

    def _not(self, names, depth):
        return node("expression", "(!", self.truth(names, depth), ")")

    def _bound(self, names, depth):
        return call("BOUND", self.variable(names))

    def _is(self, names, depth):
        test = self.dice.one(("isIRI", "isBlank", "isLiteral", "isNumeric"))
        return call(test, self.any(names, depth))

    def _in(self, names, depth):
        word = self.dice.one(("IN", "NOT IN"))
        members = [self.term(names, 0) for _ in range(self.dice.number(0, 3))]
        return node("expression", "(", self.any(names, depth), f" {word} (",
                    listed(members, ", "), "))")  # fmt: skip

    def _same(self, names, depth):
        return call("sameTerm", self.any(names, depth), self.any(names, depth))

    def _value(self, names, depth):
        """The truth of a value, but not of a text with a language."""
        value = self.any(names, depth)
        return call("IF", between(call("LANG", value), "=", '""'), value, "false")

    def _if(self, names, depth):
        return self._choice(names, depth, self.truth)

    def _coalesce(self, names, depth):
        return call("COALESCE", self.truth(names, depth), self.truth(names, 0))

    def _exists(self, names, depth):
        word = self.dice.one(("EXISTS", "NOT EXISTS"))
        return node("expression", f"({word} ", self.exists(names), ")")

    def _regex(self, names, depth):
        pattern, flags = self.dice.one(PATTERNS)
        if "q" in flags:
            flags = ""
        return call("REGEX", self.text(names, depth), quoted(pattern), quoted(flags))

    def _contains(self, names, depth):
        test = self.dice.one(("CONTAINS", "STRSTARTS", "STRENDS"))
        return call(test, self.text(names, depth), self.text(names, 0))

    def _matches(self, names, depth):
        ranges = ("en", "EN", "en-GB", "*", "th", "e", "")
        return call("LANGMATCHES", call("LANG", self.term(names, 0)), quoted(self.dice.one(ranges)))

    def number(self, names, depth=2):
        """Something that is a number, if what it is made of is one."""
        dice = self.dice
        if not depth or dice.chance(30):
            return dice.one([self.variable, self.variable, self._figure])(names)
        kinds = ["sum", "sum", "function", "cast", "choice"]
        if self.texts:
            kinds += ["length", "part"]
        match dice.one(kinds):
            case "sum":
                return self._sum(names, depth - 1)
            case "function":
                return call(dice.one(NUMBER_OF_NUMBER), self.number(names, depth - 1))
            case "cast":
                return cast(dice.one(CASTS), self.any(names, depth - 1))
            case "choice":
                return self._choice(names, depth - 1, self.number)
            case "length":
                return call("STRLEN", self.text(names, depth - 1))
        return call(dice.one(NUMBER_OF_DATE), self.term(names, 0))

    def _sum(self, names, depth):
        if self.dice.chance(20):  # without brackets, in the order of the operators themselves
            parts = [self.number(names, 0) for _ in range(self.dice.number(2, 4))]
            signs = [self.dice.one((" + ", " - ", " * ", " / ", "-", "+")) for _ in parts[1:]]
            mixed = [part for pair in zip(parts, [*signs, ")"], strict=True) for part in pair]
            return node("expression", "(", *mixed)
        sign = self.dice.one(("+", "-", "*", "/"))
        return between(self.number(names, depth), sign, self.number(names, depth))

    def _figure(self, names):
        return node(
            "expression",
            self.dice.one(
                ("1", "2", "0", "-1", "10", "0.5", "2.5", "+2", "1e0", f'"2.5"^^<{XSD}double>')
            ),
        )

    def _choice(self, names, depth, kind):
        if self.dice.chance(50):
            return call("COALESCE", kind(names, depth), kind(names, depth))
        return call("IF", self.truth(names, depth), kind(names, depth), kind(names, depth))

    def text(self, names, depth=2):
        """Something that is a text, if what it is made of is one."""
        dice = self.dice
        if not depth or dice.chance(25):
            plain = call("STR", self.variable(names))
            texts = ('"a"', '"b"', '""', '"abc"', '"b"@en', '"-"', '"กำ"')
            return dice.one(
                [plain, plain, self.variable(names), node("expression", dice.one(texts))]
            )
        less = depth - 1
        match dice.one(["text", "part", "joined", "cut", "lang", "datatype", "tagged", "replace",
                        "choice", "zone", "cast"]):  # fmt: skip
            case "text":
                return call(dice.one(TEXT_OF_TEXT), self.text(names, less))
            case "part":
                start = node("expression", dice.one(("1", "2", "0", "-1", "3", "1.5")))
                length = node("expression", dice.one(("1", "2", "0", "5", "-1", "1.5")))
                arguments = [start, length][: dice.number(1, 2)]
                return call("SUBSTR", self.text(names, less), *arguments)
            case "joined":
                parts = [self.text(names, less) for _ in range(dice.number(0, 3))]
                return call("CONCAT", *parts)
            case "cut":
                cut = dice.one(("STRBEFORE", "STRAFTER"))
                return call(cut, self.text(names, less), self.text(names, 0))
            case "lang":
                return call("LANG", self.term(names, less))
            case "datatype":
                return call("STR", call("DATATYPE", self.any(names, less)))
            case "tagged":
                if dice.chance(50):
                    return call("STRLANG", self.text(names, less), '"en"')
                return call("STRDT", self.text(names, less), f"<{dice.one(DATATYPES).value}>")
            case "replace":
                pattern, flags = dice.one((("a", ""), ("b", "i"), ("(.)b", ""), ("[a-c]+", "i")))
                new = dice.one(("x", "", "[$1]"))
                new = "x" if "(" not in pattern and "$" in new else new
                return call("REPLACE", self.text(names, less), quoted(pattern), quoted(new),
                            quoted(flags))  # fmt: skip
            case "zone":
                return call("TZ", self.term(names, 0))
            case "cast":
                return cast("string", self.any(names, less))
        return self._choice(names, less, self.text)

    def term(self, names, depth=1):
        """A variable, mostly, or a term of the data."""
        dice = self.dice
        if depth and self.texts and dice.chance(20):
            match dice.one(["iri", "datatype", "dated", "boolean"]):
                case "iri":
                    return call("IRI", self.text(names, depth - 1))
                case "datatype":
                    return call("DATATYPE", self.term(names, depth - 1))
                case "dated":
                    return cast("dateTime", self.text(names, depth - 1))
            return cast("boolean", self.text(names, depth - 1))
        if depth and dice.chance(15):
            return self._choice(names, depth - 1, self.term)
        if dice.chance(70):
            return self.variable(names)
        return node("expression", str(dice.one(self.theme)))

    def variable(self, names):
        return node("expression", f"?{self.dice.one(names)}")
