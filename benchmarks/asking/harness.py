"""What the Python runners share: ask each question, time it, and keep its answer.

A runner's arguments are DATA QUERIES OUT REPEAT. It loads DATA, asks each question of the folder
QUERIES once and then up to REPEAT times more, writes each answer as SPARQL JSON to OUT, and
prints one line of JSON: ``version``, ``load_s`` and, for each question, the seconds of each time
(or the words of an error). A question that takes long is not asked again.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LONG_S = 10.0


def run(load: Callable[[Path], Callable[[str], Any]], version: str,
        written: Callable[[Any], str]) -> None:  # fmt: skip
    """``load`` opens the data and gives what asks a question; ``written`` makes JSON of an answer.

    What ``load`` gives must return the whole answer, with its terms.
    """
    data, queries, out, repeat = sys.argv[1:5]
    start = time.perf_counter()
    ask = load(Path(data))
    report: dict[str, Any] = {"version": version, "load_s": time.perf_counter() - start}
    report["questions"] = {
        path.stem: _timed(ask, path, int(repeat), written, Path(out))
        for path in sorted(Path(queries).iterdir())
    }
    print(json.dumps(report))


def _timed(ask: Callable[[str], Any], path: Path, repeat: int, written: Callable[[Any], str],
           out: Path) -> list[float] | str:  # fmt: skip
    text, seconds = path.read_text(encoding="utf-8"), []
    try:
        for turn in range(repeat + 1):
            start = time.perf_counter()
            answer = ask(text)
            seconds.append(time.perf_counter() - start)
            if not turn:
                (out / f"{path.stem}.srj").write_text(written(answer), encoding="utf-8")
            if seconds[0] > LONG_S:
                break
    except Exception as error:  # each engine has kinds of its own
        return f"{type(error).__name__}: {error}".splitlines()[0][:200]
    return seconds


def as_json(variables: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    """SPARQL JSON of rows of pyoxigraph terms."""
    bindings = [
        {n: _term(t) for n, t in zip(variables, row, strict=True) if t is not None} for row in rows
    ]
    return json.dumps({"head": {"vars": list(variables)}, "results": {"bindings": bindings}})


def _term(term: Any) -> dict[str, str]:
    import pyoxigraph as ox

    if isinstance(term, ox.NamedNode):
        return {"type": "uri", "value": term.value}
    if isinstance(term, ox.BlankNode):
        return {"type": "bnode", "value": term.value}
    kind = {"xml:lang": term.language} if term.language else {"datatype": term.datatype.value}
    return {"type": "literal", "value": term.value, **kind}
