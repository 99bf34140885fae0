"""Problems as SARIF 2.1.0, which code hosts and editors show at the line.

Source: OASIS, Static Analysis Results Interchange Format (SARIF) version 2.1.0, sections 3.13
(sarifLog), 3.14 (run), 3.19 (toolComponent), 3.27 (result), 3.28 (location), 3.33
(logicalLocation).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from kkgraph.cases.checking import READER, Findings, PlacedProblem
from kkgraph.cases.phrases import say
from kkgraph.cases.records import Place
from kkgraph.model import in_language

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_HOME: Final = "https://w3id.org/kkgraph/ns"
_LEVELS: Final = {"violation": "error", "warning": "warning", "info": "note"}


def to_sarif(findings: Findings, lang: str, version: str) -> str:
    """The SARIF log: one rule for each shape and component, one result for each problem.

    A line is a region with its column, in code points; a cell is a logical location, named in the
    message too, as no host knows the cells of a workbook.
    """
    rules: dict[str, dict[str, Any]] = {}
    results = []
    for problem in findings.problems:
        ident = _rule_id(problem)
        if ident not in rules:
            rules[ident] = _rule(ident, problem, lang)
        results.append(_result(problem, list(rules).index(ident), ident, lang))
    driver = {
        "name": "kkgraph",
        "version": version,
        "informationUri": _HOME,
        "rules": list(rules.values()),
    }
    run = {
        "tool": {"driver": driver},
        "language": "th" if lang == "th" else "en",
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, ensure_ascii=False, indent=2) + "\n"


def _rule_id(problem: PlacedProblem) -> str:
    component = problem.component.removesuffix("ConstraintComponent")
    return f"{problem.shape}/{component}" if component != problem.shape else problem.shape


def _rule(ident: str, problem: PlacedProblem, lang: str) -> dict[str, Any]:
    text = in_language(problem.message, lang) or ident
    if problem.shape == READER:
        text = say("reader", lang, n=problem.component)
    return {
        "id": ident,
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "defaultConfiguration": {"level": _LEVELS[problem.severity]},
    }


def _result(problem: PlacedProblem, index: int, ident: str, lang: str) -> dict[str, Any]:
    parts = [in_language(problem.message, lang) or problem.component]
    rule, fix = in_language(problem.rule, lang), in_language(problem.fix.text, lang)
    given = in_language(problem.given, lang)
    cells = ", ".join(f"{p.sheet}!{p.cell}" for p in problem.places if p.cell)
    return {
        "ruleId": ident,
        "ruleIndex": index,
        "level": _LEVELS[problem.severity],
        "message": {
            "text": " ".join(
                [
                    *([f"{cells}:"] if cells else []),
                    *parts,
                    *([f"“{given}”"] if given else []),
                    *([rule] if rule else []),
                    *([fix] if fix else []),
                ]
            )
        },
        "locations": [_location(p) for p in problem.places],
        "partialFingerprints": {
            "kkgraph/v1": f"{ident}|{problem.problem.focus}|{problem.problem.value}"
        },
    }


def _location(place: Place) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(place.file)}}
    found: dict[str, Any] = {"physicalLocation": physical}
    if place.line:
        physical["region"] = {"startLine": place.line}
        if place.column:
            physical["region"]["startColumn"] = place.column
    elif place.sheet:
        name = place.cell or (f"row {place.row}" if place.row else place.sheet)
        full = f"{place.sheet}!{name}" if place.row else place.sheet
        kind = "cell" if place.cell else "row" if place.row else "sheet"
        found["logicalLocations"] = [{"name": name, "fullyQualifiedName": full, "kind": kind}]
    return found


def _uri(file: str) -> str:
    """A relative reference, or a ``file:`` URI of an absolute path."""
    path = Path(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
