"""Stored questions: ``.rq`` files with a YAML header, and values bound into them as checked terms.

A header line starts with ``#+ ``. A parameter is one line, ``VALUES ?name { default }``, which is
valid SPARQL by itself; binding replaces the whole line by a serialised term.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from kkgraph import addresses, files, sparql
from kkgraph.errors import QuestionError, SourceError
from kkgraph.model import Column, Federation, Parameter, Question, Text

COLUMN_TYPES: Final = frozenset(
    ("entity", "finding", "gap", "graph", "text", "string", "integer", "decimal", "year", "boolean")
)
RESERVED: Final = frozenset(("scope", "hedge", "graph", "evidence"))
PARAMETER_TYPES: Final = frozenset(("entity", "string", "integer", "lang"))
_KEYS: Final = frozenset(
    ("title", "answers", "competency", "tags", "columns", "params", "note", "gaps", "federated")
)
_FEDERATED: Final = ("endpoints", "timeout_s", "given")
MAX_TIMEOUT_S: Final = 600
_VALUES = re.compile(r"^[ \t]*VALUES[ \t]+\?(\w+)[ \t]*\{[^{}\n]*\}[ \t]*$", re.M | re.I)
_INTEGER = re.compile(r"[+-]?\d{1,18}")
_XSD_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def read_question(path: Path) -> Question:
    """The question of an ``.rq`` file.

    Raises ``QuestionError`` bad-header with file and line: broken YAML, an unknown or missing key,
    an unknown type, a tab, a parameter without its ``VALUES`` line.
    """
    header, body, first = split_header(path)
    data = load_header(path, header, first, _KEYS)
    where = f"{path}:{first}"
    for key in ("title", "columns"):
        if key not in data:
            raise _bad(where, f'the header has no "{key}"', f"Add the line #+ {key}: …")
    for column in data["columns"]:
        if isinstance(column, dict) and column.get("name") in RESERVED:
            raise _bad(
                where,
                f'a column may not be called "{column["name"]}"',
                "Every row carries scope, hedge, graph and evidence of its findings by itself.",
            )
    params = tuple(
        Parameter(
            name=_field(where, p, "name"),
            type=_one_of(where, _field(where, p, "type"), PARAMETER_TYPES, "parameter type"),
            default=None if p.get("default") is None else str(p["default"]),
            label=_text(p),
        )
        for p in _records(where, data.get("params") or [], {"name", "type", "default", "en", "th"})
    )
    lines = set(_VALUES.findall(body))
    for param in params:
        if param.name not in lines:
            raise _bad(
                where,
                f'the parameter "{param.name}" has no line of its own in the query',
                f"Write VALUES ?{param.name} {{ UNDEF }} on one line, first in WHERE.",
            )
    return Question(
        id=path.stem,
        title=_bilingual(where, data["title"], "title"),
        columns=tuple(
            Column(
                name=_field(where, c, "name"),
                type=_one_of(where, _field(where, c, "type"), COLUMN_TYPES, "column type"),
                label=_text(c),
            )
            for c in _records(where, data["columns"], {"name", "type", "en", "th"})
        ),
        sparql=body,
        params=params,
        tags=tuple(str(t) for t in data.get("tags") or ()),
        competency=data.get("competency"),
        answers=tuple(str(t) for t in data.get("answers") or ()),
        note=_bilingual(where, data["note"], "note") if "note" in data else {},
        gaps=tuple(str(g) for g in data.get("gaps") or ()),
        where=str(path),
        federated=_federation(where, data["federated"], body) if "federated" in data else None,
    )


def _federation(where: str, data: Any, body: str) -> Federation:
    """What the header's ``federated`` says; bad-header where it is wrong or not used."""
    hint = "#+ federated:\n#+   endpoints: [https://…]\n#+   timeout_s: 60"
    if not isinstance(data, dict) or not isinstance(data.get("endpoints"), list):
        raise _bad(where, '"federated" needs a list of endpoints', hint)
    for key in data:
        if key not in _FEDERATED:
            known = f"Known keys: {', '.join(_FEDERATED)}."
            raise _bad(where, f'unknown key "{key}" under federated', known)
    endpoints = tuple(str(e) for e in data["endpoints"])
    for endpoint in endpoints:
        try:
            addresses.check_address(endpoint)
        except SourceError as error:
            raise _bad(where, f"federated: {endpoint}: {error.message}", error.hint) from error
        if sparql.send_services(body, {endpoint: "urn:x"}) == body:
            raise _bad(
                where,
                f"federated: no SERVICE <{endpoint}> stands in the query",
                "Name only what the query asks, each as its whole address.",
            )
    seconds = data.get("timeout_s", 60)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise _bad(where, f'federated: "{seconds}" is no number of seconds', hint)
    if not 0 < seconds <= MAX_TIMEOUT_S or not endpoints:
        raise _bad(
            where,
            "federated: it needs an endpoint, and a timeout_s above 0",
            f"At most {MAX_TIMEOUT_S} seconds are possible.",
        )
    given = data.get("given") or {}
    if not isinstance(given, dict):
        raise _bad(where, 'federated: "given" holds no variable: pattern lines', hint)
    for name, pattern in given.items():
        if f"VALUES ?{name} {{ UNDEF }}" not in (m[0].strip() for m in _VALUES.finditer(body)):
            raise _bad(
                where,
                f'federated: "{name}" has no line of its own in the query',
                f"Write VALUES ?{name} {{ UNDEF }} on one line, first in the SERVICE.",
            )
        sparql.refuse_remote(f"SELECT * {{ {pattern} }}", where=where)
    return Federation(endpoints, float(seconds), tuple((str(n), str(p)) for n, p in given.items()))


def give(question: Question, values: Mapping[str, Sequence[str]], bound: str) -> str:
    """The bound query with the values of its given variables, as terms in SPARQL syntax."""

    def swap(match: re.Match[str]) -> str:
        if match[1] not in values:
            return match[0]
        return f"  VALUES ?{match[1]} {{ {' '.join(values[match[1]])} }}"

    return _VALUES.sub(swap, bound)


def split_header(path: Path) -> tuple[list[str], str, int]:
    """Header lines without ``#+``, the query below them, and the header's first line number."""
    header: list[str] = []
    first = 0
    for number, line in files.lines(path):
        if line.startswith("#+"):
            first = first or number
            if "\t" in line:
                raise _bad(f"{path}:{number}", "a tab in the header", "Indent with spaces.")
            header.append(line[3:] if line.startswith("#+ ") else line[2:])
    if not header:
        raise _bad(f"{path}:1", "there is no header", "Start the file with #+ lines.")
    body = "\n".join(line for _, line in files.lines(path) if not line.startswith("#+")) + "\n"
    return header, body, first


def load_header(path: Path, header: list[str], first: int, keys: frozenset[str]) -> dict[str, Any]:
    """The header as a mapping; unknown keys and broken YAML raise bad-header with their line."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        data = yaml.load("\n".join(header), Loader=loader)  # noqa: S506 (a safe loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = first + (mark.line if mark else 0)
        raise _bad(
            f"{path}:{line}",
            f"the header is not YAML: {error}".split("\n")[0],
            "See docs/questions.md.",
        ) from error
    if not isinstance(data, dict):
        raise _bad(f"{path}:{first}", "the header is no mapping", "Write key: value lines.")
    for key in data:
        if key not in keys:
            number = next(
                (first + i for i, line in enumerate(header) if line.startswith(f"{key}:")), first
            )
            raise _bad(
                f"{path}:{number}",
                f'unknown header key "{key}"',
                f"Known keys: {', '.join(sorted(keys))}.",
            )
    return data


def bind(question: Question, terms: dict[str, str | None]) -> str:
    """The question's SPARQL with parameters set to terms in SPARQL syntax (None: leave it open).

    The terms must come from ``term_of`` or ``sparql.iri``; nothing is pasted unchecked. Parameters
    not named keep the value that stands in the file. A parameter's line is the first one with its
    name: a later one says among which values it may be, and stays.
    """
    known = {p.name for p in question.params}
    for name in terms:
        if name not in known:
            raise QuestionError(
                "unknown-parameter",
                f'{question.id} has no parameter "{name}"',
                where=question.id,
                hint=(
                    f"Its parameters: {', '.join(sorted(known))}."
                    if known
                    else "It takes no parameters."
                ),
            )

    waiting = set(terms)

    def swap(match: re.Match[str]) -> str:
        if match[1] not in waiting:
            return match[0]
        waiting.remove(match[1])
        term = terms[match[1]]
        return f"  VALUES ?{match[1]} {{ {'UNDEF' if term is None else term} }}"

    return _VALUES.sub(swap, question.sparql)


def term_of(param: Parameter, value: str) -> str:
    """A value of a non-entity parameter as a SPARQL term; ``QuestionError`` bad-value otherwise."""
    if param.type == "integer":
        if not _INTEGER.fullmatch(value.strip()):
            raise QuestionError(
                "bad-value",
                f'"{value}" is no whole number',
                where=f"parameter {param.name}",
                hint=f"Write digits only: -p {param.name}=5",
            )
        return sparql.literal(str(int(value)), datatype=_XSD_INTEGER)
    if param.type == "lang" and value not in ("th", "en"):
        raise QuestionError(
            "bad-value",
            f'"{value}" is no language',
            where=f"parameter {param.name}",
            hint="Choose th or en.",
        )
    return sparql.literal(value)


def _bad(where: str, message: str, hint: str) -> QuestionError:
    return QuestionError("bad-header", message, where=where, hint=hint)


def _field(where: str, record: dict[str, Any], name: str) -> str:
    if name not in record:
        raise _bad(where, f'a column or parameter has no "{name}"', f"Add {name}: …")
    return str(record[name])


def _one_of(where: str, value: str, allowed: frozenset[str], what: str) -> str:
    if value not in allowed:
        raise _bad(
            where, f'unknown {what} "{value}"', f"Choose one of: {', '.join(sorted(allowed))}."
        )
    return value


def _records(where: str, items: Any, keys: set[str]) -> list[dict[str, Any]]:
    for item in items:
        if not isinstance(item, dict) or set(item) - keys:
            extra = sorted(set(item) - keys) if isinstance(item, dict) else [item]
            raise _bad(
                where, f"unknown key in a column or parameter: {extra}", f"Keys: {sorted(keys)}."
            )
    return list(items)


def _text(record: dict[str, Any]) -> Text:
    return {k: str(record[k]) for k in ("en", "th") if k in record}


def _bilingual(where: str, value: Any, key: str) -> Text:
    if not isinstance(value, dict) or set(value) != {"en", "th"}:
        raise _bad(where, f'"{key}" needs exactly en and th', f"#+ {key}:\n#+   en: …\n#+   th: …")
    return {k: str(v) for k, v in value.items()}
