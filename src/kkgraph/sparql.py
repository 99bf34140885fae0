"""SPARQL texts: what a query asks for, what it may not do, and terms written safely."""

from __future__ import annotations

import re
from typing import Any, Final

from kkgraph.errors import QuestionError
from kkgraph.names import PREFIXES

_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_OPAQUE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n\r]|\\.)*"'
    r"|'(?:[^'\\\n\r]|\\.)*'"
    r"|<[^<>\"{}|^`\\\s]*>"
    r"|#[^\n\r]*",
    re.S,
)
_FORM = re.compile(r"(?<![\w:?$.-])(SELECT|ASK|CONSTRUCT|DESCRIBE)(?![\w:-])", re.I)
_REMOTE: Final = {
    word: re.compile(rf"(?<![\w:?$.-]){word}(?![\w:-])", re.I) for word in ("SERVICE", "LOAD")
}


def blank(text: str) -> str:
    """The text with strings, IRIs and comments turned into spaces; as long as it was."""
    return _OPAQUE.sub(lambda m: " " * len(m[0]), text)


def skeleton(text: str) -> str:
    """The query's own words: strings, IRIs and comments blanked out.

    Code-point escapes (``\\u0053``) are undone first, as SPARQL does before it parses, so a keyword
    can't hide behind them.
    """

    def undo(match: re.Match[str]) -> str:
        number = int(match[1] or match[2], 16)
        return chr(number) if number < 0x110000 else " "

    return blank(_ESCAPE.sub(undo, text))


def query_form(text: str) -> str:
    """``SELECT``, ``ASK``, ``CONSTRUCT`` or ``DESCRIBE``; ``""`` where none is found."""
    match = _FORM.search(skeleton(text))
    return match[1].upper() if match else ""


def refuse_remote(text: str, *, where: str = "query") -> None:
    """Raise ``QuestionError`` (remote-access) where the text uses ``SERVICE`` or ``LOAD``.

    Both contact whatever host they name, and the engine has no switch for them.
    """
    plain = skeleton(text)
    for word, pattern in _REMOTE.items():
        if match := pattern.search(plain):
            line = plain[: match.start()].count("\n") + 1
            raise QuestionError(
                "remote-access",
                f"{word} contacts another machine and is not allowed here",
                where=f"{where}:{line}",
                hint="Allow it on purpose: allow_remote=True, or --allow-remote.",
            )


_PROLOGUE = re.compile(
    r"(?:\s+|#[^\n\r]*|PREFIX\s+[^\s:<]*:\s*<[^<>\"{}|^`\\\s]*>|BASE\s*<[^<>\"{}|^`\\\s]*>)*", re.I
)


def split_prologue(text: str) -> tuple[str, str]:
    """The leading ``PREFIX`` and ``BASE`` declarations (with comments), and the rest."""
    match = _PROLOGUE.match(text)
    end = match.end() if match else 0
    return text[:end], text[end:]


def writes_default_graph(text: str) -> bool:
    """True where a (valid) SPARQL update would write into the default graph."""
    from rdflib.plugins.sparql.algebra import translateUpdate
    from rdflib.plugins.sparql.parser import parseUpdate

    operations = translateUpdate(parseUpdate(text), initNs=PREFIXES).algebra
    return any(_targets_default(operation) for operation in operations)


def _targets_default(operation: Any) -> bool:
    if operation.name in ("InsertData", "DeleteData", "DeleteWhere"):
        return bool(operation.triples)
    if operation.name == "Modify":
        parts = [p for p in (operation.delete, operation.insert) if p]
        return not operation.withClause and any(p.triples for p in parts)
    if operation.name in ("Clear", "Drop"):
        return str(operation.graphiri) in ("DEFAULT", "ALL")
    if operation.name in ("Copy", "Move", "Add"):
        source, target = (str(g) for g in operation.graph)
        return target == "DEFAULT" or (operation.name == "Move" and source == "DEFAULT")
    return operation.name == "Load" and not operation.graphiri


def literal(value: str, *, lang: str = "", datatype: str = "") -> str:
    """A literal in SPARQL syntax, with every character that could end it escaped."""
    table = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    body = "".join(table.get(c, c) for c in value)
    if lang:
        return f'"{body}"@{lang}'
    return f'"{body}"^^<{datatype}>' if datatype else f'"{body}"'


_IRI_BAD = re.compile(r'[\x00-\x20<>"{}|^`\\]')


def iri(value: str) -> str:
    """An IRI in SPARQL syntax; ``QuestionError`` (bad-iri) where it has a character no IRI has."""
    if _IRI_BAD.search(value) or ":" not in value:
        raise QuestionError(
            "bad-iri", f"{value!r} is not an IRI", hint="An IRI has no spaces, quotes or brackets."
        )
    return f"<{value}>"
