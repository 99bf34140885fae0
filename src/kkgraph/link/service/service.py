"""A register as a reconciliation service (API 0.2): plain values in, plain values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kkgraph import __version__, names
from kkgraph.link.records import Candidate, Entry, Side
from kkgraph.link.service import asking, previews, titles
from kkgraph.link.service.answering import Answering, Found, Matcher, features
from kkgraph.link.service.asking import Query, Refusal
from kkgraph.link.service.kinds import ROOT, Kind, Kinds, known
from kkgraph.link.service.previews import Preview
from kkgraph.link.service.properties import Properties, Property, chosen, settings
from kkgraph.link.service.suggesting import Beginnings, key
from kkgraph.link.target import THRESHOLD
from kkgraph.model import Text, in_language

VERSIONS: Final = ("0.2",)
FRAME: Final = (420, 220)
"""Width and height of a preview in pixels."""


class Service:
    """Answers of the API on one register.

    ``matcher`` decides, as ``Target(side, entries)`` does; a match has ``threshold`` as its least
    probability. ``label`` is what the register is called, where its side has it in one language
    only. ``lang`` is th or en throughout. Nothing is changed by asking, and questions may
    be asked from several threads. Every request that can't be answered raises ``Refusal`` with an
    HTTP status.
    """

    def __init__(
        self,
        side: Side,
        entries: Sequence[Entry],
        matcher: Matcher,
        *,
        threshold: float = THRESHOLD,
        label: Text | None = None,
    ) -> None:
        self.side = side
        self.label = label or dict.fromkeys(names.LANGUAGES, side.label or side.slug)
        self.entries = tuple(entries)
        self._by_id = {e.id: e for e in self.entries}
        self.kinds = Kinds(self.entries)
        self.properties = Properties(side, self.entries, self.kinds)
        self.answering = Answering(
            self.entries, matcher, self.kinds, self.properties, threshold=threshold
        )
        self._beginnings = Beginnings(self.entries)

    @property
    def identifier_space(self) -> str:
        """What the ids of entries are appended to to give their IRIs."""
        return self.side.base or f"{names.KKD}{self.side.slug}-"

    def manifest(self, base: str, lang: str, *, documentation: str = "") -> dict[str, Any]:
        """The manifest of a service at ``base``, an absolute address without a slash at its end."""
        label = in_language(self.label, lang)
        suggest = {
            what: {"service_url": base, "service_path": f"/suggest/{what}"}
            for what in ("entity", "type", "property")
        }
        width, height = FRAME
        return {
            "versions": list(VERSIONS),
            "name": f"{label} (kkgraph, {lang})",
            "identifierSpace": self.identifier_space,
            "schemaSpace": names.KK,
            "documentation": documentation or base,
            "serviceVersion": f"kkgraph {__version__}",
            "defaultTypes": self._default_types(lang),
            "view": {"url": f"{base}/entity?id={{{{id}}}}"},
            "feature_view": {"url": f"{documentation or base}#feature-{{{{id}}}}"},
            "preview": {"url": f"{base}/preview?id={{{{id}}}}", "width": width, "height": height},
            "suggest": suggest,
            "extend": {
                "propose_properties": {"service_url": base, "service_path": "/properties"},
                "property_settings": settings(lang),
            },
            "batchSize": asking.BATCH,
        }

    def _default_types(self, lang: str) -> list[dict[str, Any]]:
        top = [k for k in self.kinds if not k.broader]
        rest = [k for k in self.kinds if k.broader]
        if not top:
            top = [known()[ROOT]]
        return [self.kinds.as_json(k, lang, whole=True) for k in (*top, *rest)][: asking.LIMIT]

    def reconcile(self, queries: Mapping[str, Query], lang: str) -> dict[str, Any]:
        """The candidates of each query, under its key."""
        found = self.answering.answer(list(queries.values()))
        return {k: self._result(f, lang) for k, f in zip(queries, found, strict=True)}

    def _result(self, found: Found, lang: str) -> dict[str, Any]:
        return {"result": [self._candidate(c, found, lang) for c in found.candidates]}

    def _candidate(self, candidate: Candidate, found: Found, lang: str) -> dict[str, Any]:
        entry = candidate.entry
        kind = self.kinds.of(entry)
        out: dict[str, Any] = {
            "id": entry.id,
            "name": titles.title(entry, lang),
            "score": round(100 * candidate.score, 2),
            "match": entry.id == found.match,
            "type": [self.kinds.as_json(kind, lang)] if kind else [],
            "features": features(candidate, exact=entry.id in found.exact),
        }
        if said := titles.description(entry, lang):
            out["description"] = said
        return out

    def extend(self, data: Any, lang: str) -> dict[str, Any]:
        """The values asked for: ``meta`` of the columns, ``rows`` by identifier.

        An identifier that isn't in the register has no values. ``Refusal`` 400 unknown-property.
        """
        asked = asking.extension(data)
        columns = [(self._property(name), *chosen(given)) for name, given in asked.properties]
        rows: dict[str, Any] = {}
        for id_ in asked.ids:
            entry = self._by_id.get(id_)
            row: dict[str, Any] = {}
            for prop, limit, content in columns:
                values = self.properties.values(prop, entry, lang, content) if entry else []
                row[prop.id] = values[:limit] if limit else values
            rows[id_] = row
        return {"meta": [self.properties.meta(p, lang) for p, *_ in columns], "rows": rows}

    def propose(self, kind: str, limit: Any, lang: str) -> dict[str, Any]:
        """The properties that entries of a type have (all without one)."""
        most = asking.count(limit, asking.LIMIT, asking.LIMIT, what="limit")
        chosen_kind = self._kind(kind) if kind else None
        found = self.properties.of_kind(chosen_kind)[:most]
        out: dict[str, Any] = {"properties": [p.as_json(lang) for p in found]}
        if limit:
            out["limit"] = most
        return out | ({"type": kind} if kind else {})

    def suggest_entity(
        self, prefix: str, lang: str, *, cursor: Any = None, limit: Any = None, kind: str = ""
    ) -> dict[str, Any]:
        """Entries whose name, or a code, begins so; those of a type where one is given."""
        start, most = _page(cursor, limit)
        wanted = self._kind(kind) if kind else None
        found = self._beginnings.find(
            prefix[: asking.TEXT], start=start, limit=most,
            keep=lambda e: wanted is None or self.kinds.covers(wanted, e),
        )  # fmt: skip
        out = []
        for entry in found:
            its = self.kinds.of(entry)
            item = {
                "id": entry.id,
                "name": titles.title(entry, lang),
                "notable": [self.kinds.as_json(its, lang)] if its else [],
            }
            if said := titles.description(entry, lang):
                item["description"] = said
            out.append(item)
        return {"result": out}

    def suggest_type(
        self, prefix: str, lang: str, *, cursor: Any = None, limit: Any = None
    ) -> dict[str, Any]:
        """Types whose id, code or a name begins so, or has a word that does."""
        start, most = _page(cursor, limit)
        found = [
            k for k in self.kinds
            if _begins(prefix, (k.id, k.code, *k.label.values(), *k.other_names))
        ]  # fmt: skip
        page = found[start : start + most]
        return {"result": [self.kinds.as_json(k, lang, whole=True) for k in page]}

    def suggest_property(
        self, prefix: str, lang: str, *, cursor: Any = None, limit: Any = None
    ) -> dict[str, Any]:
        """Properties whose id or name begins so, or has a word that does."""
        start, most = _page(cursor, limit)
        found = [p for p in self.properties if _begins(prefix, (p.id, *p.label.values()))]
        return {"result": [p.as_json(lang) for p in found[start : start + most]]}

    def preview(self, id_: str, lang: str) -> Preview:
        """What an entry is, or a type or province that is a value; ``Refusal`` 404 unknown-id."""
        entry = self._by_id.get(id_)
        found = (
            previews.entry(entry, self.side, self.properties, lang)
            if entry
            else previews.value(id_, self.kinds, self.entries, lang)
        )
        if found is None:
            raise Refusal(404, "unknown-id", f'there is no entry "{id_[:80]}"')
        return found

    def _property(self, name: str) -> Property:
        prop = self.properties.get(name)
        if prop is None:
            raise Refusal(
                400, "unknown-property", f'there is no property "{name[:80]}"',
                f"Properties: {', '.join(p.id for p in self.properties)}.",
            )  # fmt: skip
        return prop

    def _kind(self, name: str) -> Kind:
        kind = self.kinds.get(name)
        if kind is None:
            raise Refusal(
                400, "unknown-type", f'there is no type "{name[:80]}"',
                f"Types: {', '.join(k.id for k in self.kinds)}.",
            )  # fmt: skip
        return kind


def _page(cursor: Any, limit: Any) -> tuple[int, int]:
    start = asking.count(cursor, 0, 10**6, what="cursor")
    return start, asking.count(limit, asking.DEFAULT, asking.LIMIT, what="limit")


def _begins(prefix: str, texts: Sequence[str]) -> bool:
    """True where a text, or a word of it, begins so; an empty prefix begins everything."""
    wanted = key(prefix[: asking.TEXT])
    if not wanted:
        return not prefix.strip()
    parts = [t for text in texts for t in (text, *text.split()[1:])]
    return any(key(p).startswith(wanted) for p in parts)
