"""CURIEs of a mapping set: short identifiers with the prefix map that they need, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from kkgraph import names
from kkgraph.errors import LinkError

BUILT_IN: Final[dict[str, str]] = {
    "owl": names.PREFIXES["owl"],
    "rdf": names.PREFIXES["rdf"],
    "rdfs": names.PREFIXES["rdfs"],
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": names.PREFIXES["skos"],
    "sssom": "https://w3id.org/sssom/",
    "xsd": names.PREFIXES["xsd"],
    "linkml": "https://w3id.org/linkml/",
}
"""Prefixes that the standard knows by itself (SSSOM/TSV, IRI prefixes)."""
WIKIDATA: Final = "http://www.wikidata.org/entity/"
_KNOWN: Final = {**names.PREFIXES, **BUILT_IN, "wikidata": WIKIDATA}
_LOCAL: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.%~-]*[A-Za-z0-9_%~-])?")
_CURIE: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]*):([^\s/][^\s]*|)")
_SPLIT: Final = re.compile(r"(.*[/#:=])([^/#:=]+)", re.S)


class Shortener:
    """Makes CURIEs, and remembers which prefixes they need (``used``, prefix → IRI)."""

    def __init__(self, prefixes: Mapping[str, str] | None = None) -> None:
        self._bases = {**_KNOWN, **(prefixes or {})}
        self._longest = sorted(self._bases.items(), key=lambda item: -len(item[1]))
        self._made: dict[str, str] = {}
        self.used: dict[str, str] = {}

    def __call__(self, iri: str) -> str:
        """The CURIE of an IRI; a base that no prefix has gets one of its own: ns1, ns2, ….

        Raises ``LinkError`` no-curie for an IRI whose last part no CURIE can hold.
        """
        for prefix, base in self._longest:
            if iri.startswith(base) and _LOCAL.fullmatch(iri[len(base) :]):
                self.used[prefix] = base
                return f"{prefix}:{iri[len(base) :]}"
        parts = _SPLIT.fullmatch(iri)
        if parts is None or not _LOCAL.fullmatch(parts[2]):
            raise LinkError(
                "no-curie",
                "this address has no short form, which SSSOM needs",
                where=iri,
                hint="Give the entries identifiers of letters, digits, hyphens and dots.",
            )
        base = parts[1]
        prefix = self._made.setdefault(base, f"ns{len(self._made) + 1}")
        self.used[prefix] = base
        return f"{prefix}:{parts[2]}"

    def map(self) -> dict[str, str]:
        """The prefixes in use that a file has to declare, in name order."""
        return {p: self.used[p] for p in sorted(self.used) if p not in BUILT_IN}


def expand(curie: str, prefixes: Mapping[str, str], *, where: str) -> str:
    """The IRI of a CURIE under declared prefixes; ``LinkError`` bad-sssom otherwise."""
    match = _CURIE.fullmatch(curie)
    if match is None:
        raise LinkError(
            "bad-sssom",
            f'"{curie}" is no CURIE',
            where=where,
            hint="Write prefix:name, with the prefix in the curie_map.",
        )
    base = prefixes.get(match[1]) or BUILT_IN.get(match[1])
    if base is None:
        raise LinkError(
            "bad-sssom",
            f'the prefix "{match[1]}:" is not declared',
            where=where,
            hint=f"Add it to the curie_map at the top of the file. There: {_listed(prefixes)}.",
        )
    return base + match[2]


def _listed(prefixes: Iterable[str]) -> str:
    return ", ".join(sorted(prefixes)) or "none"
