"""Links as SSSOM/TSV 1.0, the standard form of mappings: written, canonically."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kkgraph import names
from kkgraph.link import wording
from kkgraph.link.curies import Shortener
from kkgraph.link.records import TYPES, Candidate, Decision, Linking

COLUMNS: Final = (
    "subject_id",
    "subject_label",
    "subject_category",
    "predicate_id",
    "object_id",
    "object_label",
    "object_category",
    "mapping_justification",
    "author_label",
    "confidence",
    "match_string",
    "similarity_score",
    "comment",
)
"""The columns written here, in the order of the standard's table of slots."""
NO_TERM: Final = "https://w3id.org/sssom/NoTermFound"
UNSPECIFIED_LICENCE: Final = "https://w3id.org/sssom/license/unspecified"
SEMAPV: Final = "https://w3id.org/semapv/vocab/"
MANUAL: Final = SEMAPV + "ManualMappingCuration"
COMPOSITE: Final = SEMAPV + "CompositeMatching"
LEXICAL: Final = SEMAPV + "LexicalMatching"
MATCHES: Final = names.KK + "matches"
EXACT: Final = names.PREFIXES["skos"] + "exactMatch"
CLOSE: Final = names.PREFIXES["skos"] + "closeMatch"
_MEASURE: Final = "estimated probability of a match, from the odds of its reasons"
_SURE_BY_MACHINE: Final = 0.999
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9_./()-]*(?:[ :][A-Za-z0-9_./()-]+)*|\d{4}-\d\d-\d\d")
_RESERVED: Final = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n"))


@dataclass(frozen=True, slots=True)
class Form:
    """How links are written: the set's name, whether the entries are concepts, licence, language.

    ``name`` is what its graph is called, ``kkg:links-<name>``. ``licence`` is an IRI.
    """

    name: str
    concepts: bool = False
    licence: str = UNSPECIFIED_LICENCE
    lang: str = "en"

    @classmethod
    def of(cls, linking: Linking, lang: str = "en") -> Form:
        """How a linking is written if nothing is said: called after its two sides."""
        ends = (s.slug.removeprefix("register-") for s in (linking.source, linking.target))
        return cls("-".join(ends)[:60].strip("-"), lang=lang)

    @property
    def graph(self) -> str:
        """The IRI of the link graph, which is that of the mapping set too."""
        return names.LINKS_PREFIX + self.name


def predicate(decision: Decision, form: Form) -> str:
    """What relates the two entries.

    Bodies and other things get ``kk:matches``. Concepts get ``skos:exactMatch`` where a reviewer
    or a code says so, else ``skos:closeMatch``. Never ``owl:sameAs``.
    """
    if not form.concepts:
        return MATCHES
    return EXACT if decision.why in ("reviewed", "identifier") else CLOSE


def justification(decision: Decision, candidate: Candidate) -> str:
    """The method as a term of SEMAPV: a person, one kind of evidence, or several together."""
    if decision.why == "reviewed":
        return MANUAL
    kinds = {r.kind for r in candidate.reasons if r.verdict in ("agrees", "near")} - {"rival"}
    return LEXICAL if kinds == {"name"} else COMPOSITE


def text(linking: Linking, form: Form) -> str:
    """The links as SSSOM/TSV.

    Only what is linked is a mapping; what is ambiguous is never in it. An entry for which a
    reviewer found nothing is mapped to ``sssom:NoTermFound``; one for which only the machine found
    nothing isn't, since that is no proof. Raises ``LinkError`` no-curie.
    """
    shorten = Shortener()
    rows = sorted(_rows(linking, form, shorten))
    used = [i for i, _ in enumerate(COLUMNS) if any(row[i] for row in rows)]
    if not rows:
        used = [COLUMNS.index(c) for c in COLUMNS if c.endswith("_id")]
        used.append(COLUMNS.index("mapping_justification"))
    sources = [shorten(source_iri(side.slug)) for side in (linking.source, linking.target)]
    out = io.StringIO()
    out.writelines(f"#{line}\n" for line in _head(linking, form, shorten, sources))
    writer = csv.writer(out, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerow([COLUMNS[i] for i in used])
    writer.writerows([row[i] for i in used] for row in rows)
    return out.getvalue()


def source_iri(slug: str) -> str:
    """The IRI of a side: a register, or another file or part of a graph with entries."""
    return names.KKD + (slug if slug.startswith("register-") else f"source-{slug}")


def _rows(linking: Linking, form: Form, shorten: Shortener) -> Iterator[list[str]]:
    role = linking.reviewer or "reviewer"
    for decision in linking:
        found = decision.link
        by_hand = decision.why == "reviewed"
        if found is None and not (by_hand and decision.outcome == "none"):
            continue
        entry = decision.entry
        row = dict.fromkeys(COLUMNS, "")
        row["subject_id"] = shorten(linking.source.iri(entry))
        row["subject_label"] = _flat(entry.name)
        row["subject_category"] = _category(entry.type, shorten)
        row["predicate_id"] = shorten(predicate(decision, form))
        row["object_id"] = shorten(linking.target.iri(found.entry) if found else NO_TERM)
        row["author_label"] = _one(role) if by_hand else ""
        row["mapping_justification"] = shorten(justification(decision, found) if found else MANUAL)
        row["confidence"] = _number(1.0 if by_hand else min(found.score, _SURE_BY_MACHINE))  # type: ignore[union-attr]
        if found is not None:
            row["object_label"] = _flat(found.entry.name)
            row["object_category"] = _category(found.entry.type, shorten)
            row["similarity_score"] = _number(found.score)
            row["match_string"] = _shared(decision, found)
        row["comment"] = _comment(decision, found, form.lang)
        yield list(row.values())


def _shared(decision: Decision, found: Candidate) -> str:
    """A name that both have, as it is written."""
    mine = (decision.entry.name, *decision.entry.names)
    theirs = {found.entry.name, *found.entry.names}
    return _one(next((n for n in mine if n and n in theirs), ""))


def _comment(decision: Decision, found: Candidate | None, lang: str) -> str:
    parts = [decision.remark, wording.reasons(found, lang) if found else ""]
    return _flat(" | ".join(p for p in parts if p))


def _category(kind: str, shorten: Shortener) -> str:
    return shorten(TYPES[kind]) if kind in TYPES else ""


def _number(value: float) -> str:
    """At most three digits after the point, as the canonical form wants it."""
    shown = f"{value:.3f}".rstrip("0").rstrip(".")
    return shown or "0"


def _flat(given: str) -> str:
    """The text on one line."""
    return re.sub(r"\s+", " ", given).strip()


def _one(given: str) -> str:
    """A single value of a slot that may have several: a bar would part it."""
    return _flat(given).replace("|", "/")


def _head(linking: Linking, form: Form, shorten: Shortener, sources: list[str]) -> Iterator[str]:
    yield "curie_map:"
    for prefix, base in shorten.map().items():
        yield f"  {prefix}: {_scalar(base)}"
    kind = "skos concept" if form.concepts else "rdfs resource"
    source, target = linking.source, linking.target
    title = f"{source.label or source.slug} → {target.label or target.slug}"
    values = {
        "mapping_set_id": form.graph,
        "mapping_set_version": linking.reviewed or linking.made,
        "mapping_set_title": _flat(title),
        "license": form.licence,
        "subject_type": kind,
        "subject_source": sources[0],
        "subject_source_version": f"sha256:{source.sha256}" if source.sha256 else "",
        "object_type": kind,
        "object_source": sources[1],
        "object_source_version": f"sha256:{target.sha256}" if target.sha256 else "",
        "mapping_tool": "kkgraph",
        "mapping_tool_version": linking.version.removeprefix("kkgraph "),
        "mapping_date": (linking.reviewed or linking.made)[:10],
        "similarity_measure": _MEASURE if linking.count("linked") else "",
        "comment": f"Linked at {linking.threshold:g} or more; {linking.count('linked')} linked, "
        f"{linking.count('ambiguous')} ambiguous, {linking.count('none')} without a counterpart.",
    }
    for key, value in values.items():
        if value:
            yield f"{key}: {_scalar(value)}"


def _scalar(value: str) -> str:
    """A YAML scalar: plain where that is sure to be a text (or a date), else in double quotes."""
    if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    return json.dumps(value, ensure_ascii=False)
