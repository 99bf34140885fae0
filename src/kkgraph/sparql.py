"""SPARQL texts: what a query asks for, what it may not do, and terms written safely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import pyoxigraph as ox

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
_REMOTE: Final = re.compile("SERVICE|LOAD", re.I)
_BRACKET: Final = re.compile(r"[(){}\[\]]")
_BRACE: Final = re.compile("[{}]")
_SERVICE: Final = re.compile(
    r"(?<![\w:.\-?$@%\\])SERVICE\s*(?:\bSILENT\s*)?(?P<iri><[^<>\"{}|^`\\\s]*>)", re.I
)
MAX_DEPTH: Final = 200
_EXPECTED: Final = 120
_PLACE: Final = "The place is line:column. Known prefixes need no declaration."


def blank(text: str) -> str:
    """The text with strings, IRIs and comments turned into spaces; as long as it was."""
    return _OPAQUE.sub(lambda m: " " * len(m[0]), text)


def without_comments(text: str) -> str:
    """The text with its comments turned into spaces; as long as it was."""
    return _OPAQUE.sub(lambda m: " " * len(m[0]) if m[0][0] == "#" else m[0], text)


def unescape(text: str) -> str:
    """Code-point escapes (``\\u0053``) undone, as SPARQL does before it parses."""

    def undo(match: re.Match[str]) -> str:
        number = int(match[1] or match[2], 16)
        return chr(number) if number < 0x110000 else " "

    return _ESCAPE.sub(undo, text)


def refuse_remote(text: str, *, where: str = "query") -> None:
    """Raise ``QuestionError`` (remote-access) where the text uses ``SERVICE`` or ``LOAD``.

    Both contact whatever host they name, and the engine has no switch for them. The engine's own
    parser decides: a text in which the words are spelt otherwise must still parse, or one of them
    was a keyword. (Looking for the words alone isn't safe: ``{1}SERVICEe:x{}`` is valid there.)
    """
    check_nesting(text, where=where)
    plain = unescape(text)
    # both readings of escapes must be harmless, whichever the engine takes
    readings = {t for t in (text, plain) if _REMOTE.search(t)}
    if all(_parses(_REMOTE.sub(lambda m: m[0][:-1] + "x", t)) for t in readings):
        return
    found = _REMOTE.search(blank(plain)) or _REMOTE.search(plain)
    line = plain[: found.start()].count("\n") + 1 if found else 1
    raise QuestionError(
        "remote-access",
        f"{found[0].upper() if found else 'SERVICE'} contacts another machine and is not allowed",
        where=f"{where}:{line}",
        hint="Allow it on purpose: allow_remote=True, or --allow-remote. If it is only a name in "
        "a query with a mistake, mend the mistake first.",
    )


def refuse_undeclared(text: str, endpoints: Sequence[str], *, where: str = "query") -> str:
    """The text without its services, all else at its place; it may contact these endpoints alone.

    Raises ``QuestionError`` (remote-access) where it contacts more.

    A service counts as declared where it is written ``SERVICE <address>`` with exactly one of the
    addresses; these are blanked out, and what is left must pass ``refuse_remote``. A service that
    is a variable, a prefixed name, or written in any other way is refused with the rest, and so
    is one inside the group of another, which that other machine would have to contact.
    """
    plain = list(text)
    masked, end = blank(text), 0
    for match, endpoint in _services(text, endpoints):
        if match.start() < end:
            raise QuestionError(
                "remote-access",
                f"SERVICE <{endpoint}> stands inside another SERVICE",
                where=f"{where}:{text[: match.start()].count(chr(10)) + 1}",
                hint="Write them side by side.",
            )
        end = _end_of_group(masked, match.end())
        # line ends stay: without one a comment would swallow what follows it
        for place in range(match.start(), match.end()):
            plain[place] = plain[place] if plain[place] in "\n\r" else " "
    left = "".join(plain)
    refuse_remote(left, where=where)
    return left


def send_services(text: str, places: Mapping[str, str]) -> str:
    """The text with each ``SERVICE <address>`` of the mapping sent to its other address."""
    out, at = [], 0
    for match, endpoint in _services(text, list(places)):
        out += [text[at : match.start("iri")], f"<{places[endpoint]}>"]
        at = match.end("iri")
    return "".join([*out, text[at:]])


def named_services(text: str) -> list[str]:
    """The addresses written as ``SERVICE <address>``, in order, each once."""
    return list(dict.fromkeys(address for _, address in _services(text, None)))


def _end_of_group(masked: str, start: int) -> int:
    """Where the group ends that opens after a place in a text without strings and comments."""
    depth = 0
    for match in _BRACE.finditer(masked, start):
        depth += 1 if match[0] == "{" else -1
        if depth <= 0:
            return match.end()
    return len(masked)


def _services(text: str, endpoints: Sequence[str] | None) -> list[tuple[re.Match[str], str]]:
    """Where the keyword stands before one of the addresses (any one for None) in the query itself.

    What a string or a comment says doesn't count.
    """
    masked = blank(text)
    found = []
    for match in _SERVICE.finditer(text):
        keyword = masked[match.start() : match.start() + len("SERVICE")].upper()
        address = match["iri"][1:-1]
        if keyword == "SERVICE" and (endpoints is None or address in endpoints):
            found.append((match, address))
    return found


def syntax_error(error: SyntaxError, text: str) -> QuestionError:
    """The engine's parser error as ours: line and column, and what stands there."""
    message = str(error.args[0])
    match = re.match(r"error at (\d+):(\d+): (.*)", message, re.S)
    if not match:
        return QuestionError("bad-sparql", message, where="query", hint=_PLACE)
    number, column, expected = int(match[1]), int(match[2]), match[3]
    lines = text.split("\n")
    rest = lines[number - 1][column - 1 :].strip() if number <= len(lines) else ""
    found = (
        f'"{rest[:40]}" is not expected here' if rest else "the text ends too early or breaks off"
    )
    reason = f"{found} ({expected})" if len(expected) <= _EXPECTED else found
    return QuestionError("bad-sparql", reason, where=f"query:{number}:{column}", hint=_PLACE)


def _parses(text: str) -> bool:
    engine = ox.Store()
    for parse in (engine.update, engine.query):
        try:
            parse(text, prefixes=PREFIXES)
        except SyntaxError:
            continue
        except (ValueError, RuntimeError, OSError):
            pass
        return True
    return False


def names_remote(text: str) -> bool:
    """True where the letters of ``SERVICE`` or ``LOAD`` stand anywhere in the text."""
    return bool(_REMOTE.search(unescape(text)))


def check_nesting(text: str, *, where: str = "query") -> None:
    """Raise ``QuestionError`` (bad-sparql) where brackets nest too deeply for the engine."""
    depth = 0
    for match in _BRACKET.finditer(text):
        depth += 1 if match[0] in "({[" else -1
        if depth > MAX_DEPTH:
            raise QuestionError(
                "bad-sparql",
                f"the brackets nest more than {MAX_DEPTH} deep",
                where=where,
                hint="Write it flatter.",
            )


_PROLOGUE = re.compile(
    r"(?:\s+|#[^\n\r]*|PREFIX\s+[^\s:<]*:\s*<[^<>\"{}|^`\\\s]*>|BASE\s*<[^<>\"{}|^`\\\s]*>)*", re.I
)


def dataset_of(text: str, base: str | None = None) -> tuple[list[str], list[str]]:
    """The graphs of a query's ``FROM`` and ``FROM NAMED``, where it has ``FROM`` twice or more.

    Else, and where rdflib can't read the query, nothing: the engine does well with one.
    """
    if len(_FROM.findall(blank(text))) < 2:
        return [], []
    from rdflib.plugins.sparql.algebra import translateQuery
    from rdflib.plugins.sparql.parser import parseQuery

    declared = set(_DECLARED.findall(text))
    known = {prefix: iri for prefix, iri in PREFIXES.items() if iri not in declared}
    try:
        clauses = translateQuery(parseQuery(text), base=base, initNs=known).algebra.datasetClause
        found = [(str(dict(c).get("default", "")), str(dict(c).get("named", ""))) for c in clauses]
    except Exception:  # rdflib raises many kinds for what it doesn't know
        return [], []
    return [d for d, _ in found if d], [n for _, n in found if n]


_FROM: Final = re.compile(r"\bFROM\b(?!\s+NAMED\b)", re.I)
_DECLARED: Final = re.compile(r"PREFIX\s+[^\s:<]*:\s*<([^<>\"{}|^`\\\s]*)>", re.I)
_BASE: Final = "http://base.invalid/"


def split_prologue(text: str) -> tuple[str, str]:
    """The leading ``PREFIX`` and ``BASE`` declarations (with comments), and the rest."""
    match = _PROLOGUE.match(text)
    end = match.end() if match else 0
    return text[:end], text[end:]


def writes_default_graph(steps: Iterable[Any]) -> bool:
    """True where one of an update's operations would write into the default graph."""
    return any(_targets_default(step) for step in steps)


def operations(text: str) -> list[Any]:
    """The operations of an update, in rdflib's algebra; ``QuestionError`` bad-sparql otherwise."""
    from rdflib.plugins.sparql.algebra import translateUpdate
    from rdflib.plugins.sparql.parser import parseUpdate

    # a namespace that has a known prefix already could not be bound to the text's own
    declared = set(_DECLARED.findall(text))
    known = {prefix: iri for prefix, iri in PREFIXES.items() if iri not in declared}
    try:
        return list(translateUpdate(parseUpdate(text), base=_BASE, initNs=known).algebra)
    except Exception as error:  # rdflib raises many kinds for what it doesn't know
        raise QuestionError(
            "bad-sparql",
            "this update goes beyond SPARQL 1.1, so it can't be checked before it runs",
            where="update",
            hint="Write it in SPARQL 1.1.",
        ) from error


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


_IRI_BAD = re.compile(r'[\x00-\x20<>"{}|^`\\\[\]]')


def is_iri(value: str) -> bool:
    """True where the text has the form of an IRI: a colon, no spaces, quotes or brackets."""
    return ":" in value and not _IRI_BAD.search(value)


def iri(value: str) -> str:
    """An IRI in SPARQL syntax; ``QuestionError`` (bad-iri) where it has a character no IRI has."""
    if not is_iri(value):
        raise QuestionError(
            "bad-iri", f"{value!r} is not an IRI", hint="An IRI has no spaces, quotes or brackets."
        )
    return f"<{value}>"


def with_list(text: str, iris: Iterable[str]) -> str:
    """The query with these IRIs where ``<urn:kkgraph:given>`` stands for them; may raise bad-iri.

    >>> with_list("SELECT * { VALUES ?x { <urn:kkgraph:given> } }", ["urn:a", "urn:b"])
    'SELECT * { VALUES ?x { <urn:a> <urn:b> } }'
    """
    return text.replace("<urn:kkgraph:given>", " ".join(map(iri, iris)))


_NAME: Final = re.compile(r"(?<![\w.\-:?$@])([A-Za-z][\w.\-]*):")
_OWN: Final = re.compile(r"\bPREFIX\s+([^\s:<]*):", re.I)


def with_prefixes(text: str) -> str:
    """The query with those known prefixes declared that it uses and doesn't declare itself.

    Its lines keep their numbers.
    """
    plain = blank(text)
    used = set(_NAME.findall(plain)) & PREFIXES.keys()
    lacking = sorted(used - set(_OWN.findall(plain)))
    return "".join(f"PREFIX {p}: <{PREFIXES[p]}> " for p in lacking) + text


_CLAUSE: Final = re.compile(
    r"(?<![\w:.\-?$@])FROM(?:\s+NAMED)?(?:\s+|(?=<))(<[^<>\"{}|^`\\\s]*>|[\w.\-]*:[\w.\-]*)", re.I
)


def with_base(text: str, base: str) -> str:
    """The query with this base where it declares none; its lines keep their numbers."""
    if re.search(r"\bBASE\b", blank(split_prologue(text)[0]), re.I):
        return text
    return f"BASE {iri(base)} {text}"


def without_dataset(text: str) -> str:
    """The query without its ``FROM`` and ``FROM NAMED`` clauses."""
    plain = blank(text)
    out = list(text)
    for match in _CLAUSE.finditer(text):
        if plain[match.start() : match.start() + 4].upper() == "FROM":
            out[match.start() : match.end()] = " " * (match.end() - match.start())
    return "".join(out)
