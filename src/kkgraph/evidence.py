"""Evidence: anchors re-sliced and re-hashed against the text; a finding's passage read."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kkgraph import files, names
from kkgraph.errors import SourceError
from kkgraph.model import Evidence
from kkgraph.store import Limits, Store

_ANCHORS: Final = f"""PREFIX kk: <{names.KK}> PREFIX oa: <{names.PREFIXES["oa"]}>
PREFIX dcterms: <{names.PREFIXES["dcterms"]}>
SELECT ?id ?source ?start ?end ?sha WHERE {{
  ?f a kk:Finding ; dcterms:identifier ?id ; kk:evidence ?e .
  ?e oa:hasSource ?source ; oa:hasSelector ?s ; kk:textSha256 ?sha .
  ?s oa:start ?start ; oa:end ?end
}} ORDER BY ?source ?id"""
_SOURCES: Final = f"""PREFIX kk: <{names.KK}>
SELECT ?source ?sha WHERE {{ ?source a kk:SourceText ; kk:fileSha256 ?sha }} ORDER BY ?source"""


@dataclass(frozen=True, slots=True)
class Broken:
    """An anchor whose passage is not what was hashed."""

    finding: str
    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Verification:
    """How many anchors of one source were checked, and those that failed."""

    source: str
    checked: int
    broken: tuple[Broken, ...]


def anchors(store: Store) -> list[Evidence]:
    """Every anchor in the store, ordered by source and finding."""
    rows = store.query(_ANCHORS, Limits(max_rows=None)).rows
    return [
        Evidence(i.value, source.value, int(start.value), int(end.value), sha.value)
        for i, source, start, end, sha in rows
    ]


def verify(store: Store, path: Path | str) -> Verification:
    """All anchors of the source whose text this file is, re-sliced and re-hashed.

    Offsets are Unicode code points of the raw text, end-exclusive; nothing is normalised.
    Raises ``SourceError`` wrong-text where the file's SHA-256 is no known source's, saying how
    many anchors still hold; missing-file; not-utf8.
    """
    text = files.read_bytes(path)
    digest = hashlib.sha256(text).hexdigest()
    known = {s.value: h.value for s, h in store.query(_SOURCES, Limits(max_rows=None)).rows}
    found = anchors(store)
    source = next((s for s, h in known.items() if h == digest), None)
    if source is None:
        held = [check(text.decode("utf-8", "replace"), a) for a in found]
        broken = [b for b in held if b]
        first = (
            f" The first that fails: {broken[0].finding} ({broken[0].reason})." if broken else ""
        )
        raise SourceError(
            "wrong-text",
            f"this is not a text that the graph knows (its SHA-256 is {digest})",
            where=str(path),
            hint=(
                f"Known: {', '.join(known.values()) or 'none'}. "
                f"{len(held) - len(broken)} of {len(held)} anchors hold in it.{first} "
                "Use the file as it was extracted, unchanged."
            ),
        )
    content = text.decode("utf-8")
    mine = [a for a in found if a.source == source]
    results = [check(content, a) for a in mine]
    return Verification(names.compact(source), len(mine), tuple(b for b in results if b))


def check(text: str, anchor: Evidence) -> Broken | None:
    """None where the slice has the anchor's hash; else what is wrong."""
    reason = ""
    if not 0 <= anchor.start < anchor.end <= len(text):
        reason = (
            f"offsets {anchor.start}–{anchor.end} are outside the text's {len(text)} code points"
        )
    elif (
        hashlib.sha256(text[anchor.start : anchor.end].encode("utf-8")).hexdigest() != anchor.sha256
    ):
        reason = "the passage has another SHA-256"
    return Broken(anchor.finding, anchor.start, anchor.end, reason) if reason else None


def passage(path: Path | str, anchor: Evidence) -> str:
    """The passage of an anchor, white space folded for reading.

    Raises ``SourceError`` wrong-text where the slice's hash isn't the anchor's.
    """
    text = files.read_text(path)
    if broken := check(text, anchor):
        raise SourceError(
            "wrong-text",
            f"the passage of {anchor.finding} is not in this text: {broken.reason}",
            where=str(path),
            hint="Use the file as it was extracted, unchanged.",
        )
    return " ".join(text[anchor.start : anchor.end].split())
