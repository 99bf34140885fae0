"""Lexical spaces: one regular expression for each datatype, which decides alone.

The expressions keep to what Python's ``re``, RE2 (pyarrow, DuckDB) and Rust's ``regex`` read
alike: no look-around, no back-reference, no ``\\d`` (Python's matches Thai digits), no ``.``.
Ranges of integers and the days of February are written out as alternatives, so that an engine
that only has RE2 needs nothing else.

Source: XML Schema 1.1 part 2 (https://www.w3.org/TR/xmlschema11-2/), sections 3.3 and 3.4.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

XSD: Final = "http://www.w3.org/2001/XMLSchema#"

# XSD lets a processor choose XML 1.0's or 1.1's characters. 1.1 forbids only what no other RDF
# tool accepts either: NUL, surrogates, U+FFFE and U+FFFF.
_HIGH: Final = "\x80-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
_CHAR: Final = rf"[\x01-\x7F{_HIGH}]"
_LINE_CHAR: Final = rf"[\x01-\x08\x0B\x0C\x0E-\x7F{_HIGH}]"
_WORD_CHAR: Final = rf"[\x01-\x08\x0B\x0C\x0E-\x1F\x21-\x7F{_HIGH}]"

_NAME_START: Final = (
    "A-Z_a-z\xc0-\xd6\xd8-\xf6\xf8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_CHAR: Final = _NAME_START + r"0-9.\x2D" + "\xb7\u0300-\u036f\u203f-\u2040"

_YEAR: Final = "-?(?:[1-9][0-9]{3,}|0[0-9]{3})"
_LEAP_YEAR: Final = (
    "-?(?:(?:[0-9]{2}|[1-9][0-9]{2,})(?:0[48]|[2468][048]|[13579][26])"
    "|(?:[1-9][0-9]*)?(?:[02468][048]|[13579][26])00)"
)
_MONTH: Final = "(?:0[1-9]|1[0-2])"
_DAY: Final = "(?:0[1-9]|[12][0-9]|3[01])"
_COMMON_DAY: Final = (
    f"(?:(?:0[13578]|1[02])-{_DAY}|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_DATE: Final = f"(?:{_YEAR}-{_COMMON_DAY}|{_LEAP_YEAR}-02-29)"
_TIME: Final = r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_ZONE: Final = "(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))"

_SECONDS: Final = r"[0-9]+(?:\.[0-9]+)?S"
_CLOCK: Final = f"T(?:[0-9]+H(?:[0-9]+M)?(?:{_SECONDS})?|[0-9]+M(?:{_SECONDS})?|{_SECONDS})"
_MONTHS: Final = "(?:[0-9]+Y(?:[0-9]+M)?|[0-9]+M)"

_DECIMAL: Final = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_DOUBLE: Final = rf"{_DECIMAL}(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN"
_SIX_BITS: Final = "[A-Za-z0-9+/] ?"


def _up_to(limit: int) -> str:
    """An expression of the whole numbers from 0 to ``limit``, leading zeros allowed."""
    digits = str(limit)
    size = len(digits)
    longest = [
        f"{digits[:at]}[0-{int(digit) - 1}][0-9]{{{size - 1 - at}}}"
        for at, digit in enumerate(digits)
        if digit != "0"
    ]
    return f"0*(?:[0-9]{{1,{size - 1}}}|{'|'.join(longest)}|{digits})"


def _signed(bits: int) -> str:
    return rf"\+?{_up_to(2 ** (bits - 1) - 1)}|-{_up_to(2 ** (bits - 1))}"


def _unsigned(bits: int) -> str:
    return rf"\+?{_up_to(2**bits - 1)}|-0+"


_NUMBERS: Final = {
    "decimal": _DECIMAL,
    "integer": "[+-]?[0-9]+",
    "long": _signed(64),
    "int": _signed(32),
    "short": _signed(16),
    "byte": _signed(8),
    "nonNegativeInteger": r"\+?[0-9]+|-0+",
    "positiveInteger": r"\+?0*[1-9][0-9]*",
    "nonPositiveInteger": r"-[0-9]+|\+?0+",
    "negativeInteger": "-0*[1-9][0-9]*",
    "unsignedLong": _unsigned(64),
    "unsignedInt": _unsigned(32),
    "unsignedShort": _unsigned(16),
    "unsignedByte": _unsigned(8),
    "float": _DOUBLE,
    "double": _DOUBLE,
}
_TIMES: Final = {
    "dateTime": f"{_DATE}T{_TIME}{_ZONE}?",
    "dateTimeStamp": f"{_DATE}T{_TIME}{_ZONE}",
    "date": f"{_DATE}{_ZONE}?",
    "time": f"{_TIME}{_ZONE}?",
    "gYear": f"{_YEAR}{_ZONE}?",
    "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonthDay": f"--(?:{_COMMON_DAY}|02-29){_ZONE}?",
    "gDay": f"---{_DAY}{_ZONE}?",
    "gMonth": f"--{_MONTH}{_ZONE}?",
    "duration": (f"-?P(?:(?:{_MONTHS}(?:[0-9]+D)?|[0-9]+D)(?:{_CLOCK})?|{_CLOCK})"),
    "yearMonthDuration": f"-?P{_MONTHS}",
    "dayTimeDuration": f"-?P(?:[0-9]+D(?:{_CLOCK})?|{_CLOCK})",
}
_TEXTS: Final = {
    "string": f"{_CHAR}*",
    "normalizedString": f"{_LINE_CHAR}*",
    "token": f"(?:{_WORD_CHAR}+(?: {_WORD_CHAR}+)*)?",
    "language": "[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    "NMTOKEN": f"[:{_NAME_CHAR}]+",
    "Name": f"[:{_NAME_START}][:{_NAME_CHAR}]*",
    "NCName": f"[{_NAME_START}][{_NAME_CHAR}]*",
    "anyURI": f"{_CHAR}*",
    "boolean": "true|false|1|0",
    "hexBinary": "(?:[0-9a-fA-F]{2})*",
    "base64Binary": (
        f"(?:(?:(?:{_SIX_BITS}){{4}})*(?:(?:{_SIX_BITS}){{3}}[A-Za-z0-9+/]"
        f"|(?:{_SIX_BITS}){{2}}[AEIMQUYcgkosw048] ?=|{_SIX_BITS}[AQgw] ?= ?=))?"
    ),
}

PATTERNS: Final[dict[str, str]] = {
    XSD + name: pattern for name, pattern in (_NUMBERS | _TIMES | _TEXTS).items()
}
"""The lexical space of each datatype IRI, to be matched against the *whole* string.

They carry no anchors and may be alternatives at the top: use ``fullmatch``,
``regexp_full_match`` or ``\\A(?:...)\\z`` (``$`` may stop before a last line end).
"""

EXACT: Final = frozenset(PATTERNS)
"""The datatypes whose expression alone decides: all of them."""


@cache
def _compiled(datatype: str) -> re.Pattern[str]:
    return re.compile(PATTERNS[datatype])


def ill_typed(lexical: str, datatype: str) -> bool:
    """True where the datatype is known here and the form lies outside its lexical space.

    White space is not trimmed, because RDF does not trim it. An unknown datatype and
    ``rdf:langString`` are never ill-typed. ``xsd:anyURI`` accepts every string, as XSD 1.1 does.

    >>> ill_typed("2023-02-29", XSD + "date")
    True
    """
    return datatype in PATTERNS and _compiled(datatype).fullmatch(lexical) is None
