"""Regular expressions, and texts to match, that tell one engine from another."""

from __future__ import annotations

from kkgraph.shacl import forms as f

TEXTS = (
    "", "a", "b", "ab", "A", "_", "a-b", "-", "]", "[", "&", "é", "e\u0301", "กำ", "น้ำ", "๑", "1",
    "😀", "ſ", "K", "k", "\u212a", " ", "\n", "\r", "a\nb", "\xa0", "\u3000", "\v", "\x85", ".",
    "€", "a]", "\\", "^", "$", "{", "a{,2}", "aa", "<", "b&&c", "²", "Ⅷ", "\u200d", "ß", "İ", "ς",
)  # fmt: skip
_PIECES = (
    r"a b k K s . ^ $ \w \W \d \D \s \S [ab] [^a] [a-z] [a-z-[aeiou]] [\w] [^\w] [\s-] [a&&b] [a-]"
    r" [-a] []a] [[] [[:alpha:]] [^\W] \b \B \< \A \z \. \- \_ \n \t \p{L} \p{Lu} \P{L} \p{M} \pL"
    r" \p{Thai} | ( ) (?: (?i) (?i:k) * + ? {2} {1,} {,2} {0} *? \i \c \x{e01} \Q.\E é ก 😀 - _ &"
    r" ~~ \$ [\d-x] [\p{L}] [^\p{L}] [\]] [\^a] [^]] []&&a] \f \v \C [\b] (?<n>a) (?x) [z-a] { } ]"
)
_FLAGS = ("", "", "i", "s", "m", "x", "q", "im")


def random_pattern(source):
    pieces = source.choices([*_PIECES.split(), " "], k=source.randint(1, 5))
    return f.Pattern("".join(pieces), source.choice(_FLAGS))
