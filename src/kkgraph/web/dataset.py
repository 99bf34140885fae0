"""``using-graph-uri`` and ``using-named-graph-uri``: an update rewritten, and checked to be so.

The engine's update takes no dataset. So ``USING`` clauses are written before the ``WHERE`` of each
operation that has one, and the result is parsed again: it must be the same update but for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from kkgraph import sparql
from kkgraph.errors import QuestionError

_TOKEN: Final = re.compile(
    r"(?P<open>\{)|(?P<close>\})|(?P<end>;)|(?<![\w:.\-?$@%\\])(?P<word>[A-Za-z]+)(?![\w:.\-%\\])"
)

_BLANK: Final = re.compile(r"BNode\('[^']*'\)")


def with_using(text: str, using: Sequence[str], named: Sequence[str]) -> str:
    """The update with this dataset for its patterns; unchanged where none is given.

    Raises ``QuestionError``: dataset-conflict where the update has ``USING`` or ``WITH`` of its
    own, bad-sparql where it can't be read.
    """
    if not using and not named:
        return text
    before = sparql.operations(text)
    if any(_has_dataset(o) for o in before):
        raise QuestionError(
            "dataset-conflict",
            "the update has USING or WITH, and the request names graphs to use as well",
            where="update",
            hint="Keep one of the two.",
        )
    clauses = "".join(f"USING {sparql.iri(g)} " for g in dict.fromkeys(using))
    clauses += "".join(f"USING NAMED {sparql.iri(g)} " for g in dict.fromkeys(named))
    written = _insert(text, clauses)
    if not _same(before, sparql.operations(written), set(using), set(named)):
        raise QuestionError(
            "bad-sparql",
            "this update can't be given another dataset safely",
            where="update",
            hint="Write the USING clauses into it.",
        )
    return written


def _insert(text: str, clauses: str) -> str:
    """The text with the clauses before each ``WHERE`` that stands outside of all braces.

    ``DELETE WHERE { p }`` takes no ``USING``; it becomes ``DELETE { p } USING … WHERE { p }``.
    """
    plain = sparql.blank(text)
    out: list[str] = []
    done, depth = 0, 0
    short: tuple[int, int] | None = None  # where a DELETE WHERE has its WHERE, and its brace
    last = ""
    for match in _TOKEN.finditer(plain):
        kind = match.lastgroup
        if kind == "open":
            if short and depth == 0:
                short = (short[0], match.start())
            depth += 1
        elif kind == "close":
            depth -= 1
            if short and depth == 0:
                pattern = text[short[1] : match.end()]
                out.append(text[done : short[0]] + f"{pattern} {clauses}WHERE {pattern}")
                done, short = match.end(), None
        elif kind == "word" and depth == 0:
            if match["word"].upper() == "WHERE" and last == "DELETE":
                short = (match.start(), match.end())
            elif match["word"].upper() == "WHERE":
                out.append(text[done : match.start()] + clauses)
                done = match.start()
        if kind == "word" and depth == 0:
            last = match["word"].upper()
        elif depth == 0:
            last = ""
    return "".join(out) + text[done:]


def _has_dataset(operation: Any) -> bool:
    return "using" in operation or "withClause" in operation


def _same(before: list[Any], after: list[Any], using: set[str], named: set[str]) -> bool:
    """True where the second update is the first one, with this dataset for its patterns."""
    if len(before) != len(after):
        return False
    for old, new in zip(before, after, strict=True):
        if old.name == "DeleteWhere" and new.name == "Modify":
            if _plain(dict(old)) != _plain(dict(new["delete"])) or "insert" in new:
                return False
        elif old.name != new.name or _plain(dict(old)) != _plain(dict(new)):
            return False
        if new.name == "Modify" and _dataset(new) != (using, named):
            return False
        if new.name != "Modify" and _has_dataset(new):
            return False
    return True


def _dataset(operation: Any) -> tuple[set[str], set[str]]:
    clauses = dict(operation).get("using", [])  # its own "get" answers otherwise
    default = {str(u["default"]) for u in clauses if "default" in u}
    return default, {str(u["named"]) for u in clauses if "named" in u}


def _plain(parts: dict[str, Any]) -> str:
    """The operation as text, without its dataset, its blank nodes numbered as they come."""
    text = repr({k: v for k, v in sorted(parts.items()) if k != "using"})
    numbers: dict[str, str] = {}
    return _BLANK.sub(lambda m: numbers.setdefault(m[0], f"_:{len(numbers)}"), text)
