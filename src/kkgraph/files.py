"""The shipped files: the one module that knows where ontology, data, shapes and queries live.

In a checkout they are folders beside ``src/``; in an installed wheel they are inside the package,
under ``kkgraph/shipped/``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from kkgraph.errors import SourceError

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parent.parent
_FOLDERS = ("ontology", "data", "shapes", "queries")


def shipped(folder: str) -> Path:
    """The path of one of the four shipped folders.

    Raises ``SourceError`` (missing-files) where the installation lacks it.
    """
    if folder not in _FOLDERS:
        raise ValueError(f"no shipped folder {folder!r}")
    for base in (_PACKAGE / "shipped", _CHECKOUT):
        if (path := base / folder).is_dir():
            return path
    raise SourceError(
        "missing-files",
        f"the folder {folder}/ is not part of this installation",
        where=str(_PACKAGE),
        hint="Install kkgraph again: pip install --force-reinstall .",
    )


def ontology_files() -> list[Path]:
    """The ontology's modules, in name order."""
    return sorted(shipped("ontology").glob("*.ttl"))


def data_files() -> list[Path]:
    """The shipped data, in name order: TriG, each triple in its named graph."""
    return sorted(shipped("data").rglob("*.trig"))


def case_packages() -> dict[str, Path]:
    """The shipped cases by slug: each a folder with ``<slug>.ttl`` and perhaps ``context.ttl``.

    They are not part of the study's graph: ``kkgraph load`` loads them into a store.
    """
    folder = shipped("data") / "cases"
    return {p.name: p for p in sorted(folder.glob("*")) if (p / f"{p.name}.ttl").is_file()}


def inferred_file() -> Path:
    """Where the reasoner's additions are shipped (``kkgraph reason --write`` makes it)."""
    return shipped("data") / "inferred.trig"


def shape_files() -> list[Path]:
    """The shipped SHACL shapes, in name order."""
    return sorted(shipped("shapes").glob("*.ttl"))


def portal_shapes() -> list[Path]:
    """The shapes for catalogues of portals, which no data are validated with."""
    return sorted(shipped("shapes").joinpath("portal").glob("*.ttl"))


def portal_profiles() -> dict[str, Path]:
    """The shipped profiles of data portals, by name."""
    return {p.stem: p for p in sorted(shipped("data").joinpath("portals").glob("*.yaml"))}


def cache_folder() -> Path:
    """Where answers of other machines are kept: KKGRAPH_CACHE, else the user's cache folder."""
    if own := os.environ.get("KKGRAPH_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "kkgraph"


def question_files() -> list[Path]:
    """The stored questions, in name order."""
    return sorted(shipped("queries").joinpath("questions").glob("*.rq"))


def hygiene_files() -> list[Path]:
    """The ontology checks, in name order."""
    return sorted(shipped("queries").joinpath("hygiene").glob("*.rq"))


def read_text(path: Path | str) -> str:
    """The text of a UTF-8 file, line ends untouched.

    Raises ``SourceError``: missing-file, unreadable-file, not-utf8 (with the byte's offset).
    """
    return _decode(read_bytes(path), path)


def read_stdin() -> str:
    """The text of standard input; ``SourceError`` not-utf8 as for a file."""
    return _decode(sys.stdin.buffer.read(), "standard input")


def _decode(data: bytes, path: Path | str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceError(
            "not-utf8",
            f"byte {error.start} is not UTF-8",
            where=f"{path}:{line}",
            hint="Save the file as UTF-8.",
        ) from error


def read_bytes(path: Path | str) -> bytes:
    """The bytes of a file; ``SourceError`` missing-file or unreadable-file where that fails."""
    try:
        return Path(path).read_bytes()
    except FileNotFoundError as error:
        raise SourceError(
            "missing-file", "there is no such file", where=str(path), hint="Check the path."
        ) from error
    except OSError as error:
        raise SourceError(
            "unreadable-file", f"the file cannot be read: {error.strerror}", where=str(path)
        ) from error


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a UTF-8 file with their numbers, from 1, without line ends."""
    yield from enumerate(read_text(path).splitlines(), 1)
