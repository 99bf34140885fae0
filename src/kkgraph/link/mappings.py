"""SSSOM/TSV read back in: a strict reader of the slots that links are made of."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kkgraph import files, names
from kkgraph.errors import LinkError
from kkgraph.link.curies import BUILT_IN, expand
from kkgraph.link.sssom import NO_TERM

MAX_BYTES: Final = 256 * 2**20
REQUIRED: Final = ("subject_id", "predicate_id", "object_id", "mapping_justification")
_FORBIDDEN: Final = {
    names.PREFIXES["owl"] + name
    for name in ("sameAs", "equivalentClass", "equivalentProperty")
}  # fmt: skip
_ANCHOR: Final = re.compile(r"(?:^|[\s:\[{,-])[&*!][A-Za-z0-9_]")


@dataclass(frozen=True, slots=True)
class Mapped:
    """One mapping of a file, its identifiers as full IRIs; ``object`` is ``""`` for none found.

    ``confidence`` None is one that the file doesn't give. ``where`` is the file and line.
    """

    subject: str
    predicate: str
    object: str
    justification: str
    where: str
    subject_label: str = ""
    object_label: str = ""
    author: str = ""
    confidence: float | None = None
    comment: str = ""


@dataclass(frozen=True)
class MappingSet:
    """What an SSSOM file says of the set, and its mappings in order."""

    id: str
    about: Mapping[str, Any]
    mappings: tuple[Mapped, ...]
    ignored: tuple[str, ...] = ()
    """Columns that were not read."""


def read(path: Path | str) -> MappingSet:
    """The mapping set of an SSSOM/TSV file with its metadata in front.

    Columns of the standard that say nothing of a link are passed over, unknown ones too, as the
    standard has it (``ignored`` names both). Raises ``SourceError`` (missing-file, not-utf8) and
    ``LinkError`` bad-sssom with file and line: no metadata, an undeclared prefix, an identifier
    that is no CURIE, a missing column or value, a confidence out of 0 to 1, a predicate that
    declares identity, a mapping told twice.
    """
    text = files.read_text(path)
    if len(text) > MAX_BYTES:
        raise _bad(str(path), "the file is too large", "Split it.")
    lines = text.split("\n")
    count = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    about = _metadata(str(path), lines[:count])
    prefixes = _prefixes(str(path), about)
    identifier = about.get("mapping_set_id")
    if not isinstance(identifier, str) or ":" not in identifier:
        raise _bad(f"{path}:1", "the set has no mapping_set_id", "Add #mapping_set_id: https://…")
    reader = csv.reader(io.StringIO("\n".join(lines[count:])), delimiter="\t", strict=True)
    try:
        heads = next(reader, [])
        _check_heads(f"{path}:{count + 1}", heads)
        mappings = tuple(_mappings(str(path), count, reader, heads, prefixes))
    except csv.Error as error:
        where = f"{path}:{count + reader.line_num}"
        raise _bad(where, f"the row cannot be read: {error}", "Quote texts with tabs.") from error
    _once(mappings)
    known = {*Mapped.__slots__, *REQUIRED, "author_label"}
    return MappingSet(identifier, about, mappings, tuple(h for h in heads if h not in known))


def _metadata(where: str, lines: list[str]) -> dict[str, Any]:
    import yaml

    if not lines:
        raise _bad(f"{where}:1", "the metadata are missing", "Begin with #curie_map: lines.")
    body = "\n".join(line[1:] for line in lines)
    if _ANCHOR.search(re.sub(r'"(?:[^"\\]|\\.)*"', '""', body)):
        raise _bad(f"{where}:1", "anchors, aliases and tags are not allowed", "Write values out.")
    try:
        found = yaml.load(body, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise _bad(
            f"{where}:{line}", "the metadata are not YAML", "Compare a file that kkgraph wrote."
        ) from error
    if not isinstance(found, dict):
        raise _bad(f"{where}:1", "the metadata are no key: value lines", "Write #key: value.")
    return found


def _prefixes(where: str, about: dict[str, Any]) -> dict[str, str]:
    given = about.get("curie_map") or {}
    if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
        raise _bad(f"{where}:1", "curie_map is no list of prefixes", "#curie_map:\n#  kkd: https…")
    for prefix, base in given.items():
        if prefix in BUILT_IN and BUILT_IN[prefix] != base:
            raise _bad(
                f"{where}:1",
                f'the prefix "{prefix}:" may only stand for {BUILT_IN[prefix]}',
                "Choose another prefix.",
            )
    return {str(k): v for k, v in given.items()}


def _check_heads(where: str, heads: list[str]) -> None:
    missing = [h for h in REQUIRED if h not in heads]
    twice = {h for h in heads if heads.count(h) > 1}
    if missing or twice:
        what = f"no column {', '.join(missing)}" if missing else f"{', '.join(twice)} twice"
        raise _bad(where, f"the head of the table has {what}", f"Needed: {', '.join(REQUIRED)}.")


def _mappings(
    path: str, before: int, reader: Any, heads: list[str], prefixes: dict[str, str]
) -> Iterator[Mapped]:
    start = reader.line_num + 1
    for row in reader:
        where = f"{path}:{before + start}"
        start = reader.line_num + 1
        if not any(row):
            if reader.line_num and not row:
                continue
            raise _bad(where, "the row is empty", "Remove it.")
        if len(row) > len(heads):
            raise _bad(where, "the row has more cells than the head", "Remove the tabs.")
        cell = dict(zip(heads, (c.strip() for c in row), strict=False))
        iris = {}
        for slot in REQUIRED:
            if not cell.get(slot):
                raise _bad(where, f"{slot} is empty", "Every mapping needs it.")
            iris[slot] = expand(cell[slot], prefixes, where=where)
        if iris["predicate_id"] in _FORBIDDEN:
            raise _bad(
                where,
                f"{cell['predicate_id']} declares two things identical",
                "Use kk:matches for things, skos:exactMatch for concepts.",
            )
        if cell.get("predicate_modifier"):
            continue  # "not a match": it is no link
        yield Mapped(
            subject=iris["subject_id"],
            predicate=iris["predicate_id"],
            object="" if iris["object_id"] == NO_TERM else iris["object_id"],
            justification=iris["mapping_justification"],
            where=where,
            subject_label=cell.get("subject_label", ""),
            object_label=cell.get("object_label", ""),
            author=cell.get("author_label", ""),
            confidence=_confidence(where, cell.get("confidence", "")),
            comment=cell.get("comment", ""),
        )


def _confidence(where: str, given: str) -> float | None:
    if not given:
        return None
    if not re.fullmatch(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?", given) or not float(given) <= 1:
        raise _bad(where, f'"{given}" is no confidence', "Write a number from 0 to 1.")
    return float(given)


def _once(mappings: tuple[Mapped, ...]) -> None:
    seen: dict[tuple[str, str, str], str] = {}
    for item in mappings:
        key = (item.subject, item.predicate, item.object)
        if key in seen:
            raise _bad(item.where, f"the mapping stands in {seen[key]} already", "Remove one.")
        seen[key] = item.where


def _bad(where: str, message: str, hint: str) -> LinkError:
    return LinkError("bad-sssom", message, where=where, hint=hint)
