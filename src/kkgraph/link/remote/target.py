"""A reconciliation service to link to: asked politely, in batches, each answer kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from kkgraph import files
from kkgraph.errors import RemoteError
from kkgraph.fetching import Fetcher, is_loopback
from kkgraph.link.records import Candidate, Decision, Entry, Side
from kkgraph.link.remote import answers, manifest
from kkgraph.link.remote.asking import Asking, key
from kkgraph.link.remote.deciding import decide
from kkgraph.link.remote.kept import Kept
from kkgraph.link.remote.manifest import Manifest
from kkgraph.link.target import Deciding

PAUSE_S: Final = 1.0
"""Seconds between two requests to somebody else's machine."""
MAX_AGE_S: Final = 30 * 86_400.0
"""Age up to which kept answers are used."""
CHECKED: Final = 20
"""Batches after which the service is asked whether it is still the same."""
_TRIES: Final = 3
_TOO_LARGE: Final = 413
_DIVIDED: Final = frozenset((400, _TOO_LARGE, 414, 422, 500))
"""Refusals that may be of one query, or of so many at once."""
_ROW: Final = 5
"""Queries refused one after the other until it is the service that is broken."""
_JSON: Final = "application/json"


class RemoteTarget(Deciding):
    """A service's entities as what is linked to; used like ``kkgraph.link.target.Target``.

    One request at a time, with a pause between them. Every batch is kept as soon as it is there:
    a run that broke off goes on where it stopped, and nothing is asked twice. Where the service
    changes its name, spaces or version meanwhile, it is left (``RemoteError`` service-changed),
    and what it answered since it was last seen unchanged is dropped.

    ``decide`` asks once for entries that ask the same. Where the service leaves a query without an
    answer, twice, the entry is none, with the reason unanswered; it is asked again the next time.
    It raises ``RemoteError`` where the service fails; the answers so far are kept.
    """

    def __init__(
        self, found: Manifest, fetcher: Fetcher, kept: Kept, asking: Asking, *, url: str
    ) -> None:
        self.manifest = found
        self.side: Side = found.side
        self.notes: tuple[str, ...] = ()
        """What there is to say of the last decisions: entries that the service left out."""
        self._url = url
        self._fetcher = fetcher
        self._kept = kept
        self._asking = asking
        self._batch = found.batch
        self._in_doubt: list[str] = []
        self._refused: set[str] = set()
        self._seen: dict[str, Entry] = {}
        self._row = 0

    @classmethod
    def open(  # noqa: PLR0913
        cls,
        url: str,
        *,
        cache: Path | None = None,
        lang: str = "th",
        properties: Mapping[str, str] | None = None,
        types: Mapping[str, str] | None = None,
        fetcher: Fetcher | None = None,
        max_age_s: float = MAX_AGE_S,
    ) -> RemoteTarget:
        """The service at an address: https, also in a private network; http on this machine.

        ``cache`` is the folder for answers (default: the user's own for such things); ``lang`` the
        language to name entries in; ``properties`` and ``types`` say what is sent (``Asking``).
        Raises ``SourceError`` bad-address, unwritable-cache; ``RemoteError`` not-a-service and
        those of ``Fetcher``.
        """
        pause_s = 0.0 if is_loopback(urlsplit(url).hostname or "") else PAUSE_S
        # an address that is wrong is to be said soon; a run that has begun is worth waiting for
        found = _fetch(fetcher or Fetcher(tries=2, private=True), url)
        fetcher = fetcher or Fetcher(pause_s=pause_s, max_wait_s=120.0, tries=5, private=True)
        kept = Kept(cache or files.cache_folder(), found.url, found.identity, max_age_s=max_age_s)
        return cls(found, fetcher, kept, Asking(found, lang, properties, types), url=url)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entities that the service has offered so far; the others aren't known."""
        return tuple(self._seen.values())

    def entry(self, id: str) -> Entry | None:
        """The entity of this id, where the service has offered it."""
        return self._seen.get(id)

    def candidates(self, entry: Entry, limit: int = 10) -> list[Candidate]:
        """What the service offers for one entry, best first, what contradicts left out."""
        found = self.decide([entry])[0].candidates
        return [c for c in found if all(r.verdict != "contradicts" for r in c.reasons)][:limit]

    def _decided(
        self, asked: list[Entry], threshold: float, progress: Callable[[str], None] | None
    ) -> list[Decision]:
        queries = [self._asking.query(e) for e in asked]
        keys = [key(q) if q else "" for q in queries]
        wanted = {k: q for k, q in zip(keys, queries, strict=True) if q}
        got = self._gather(wanted, progress)
        out = []
        for entry, name in zip(asked, keys, strict=True):
            if not name:
                out.append(Decision(entry, "none", (), "no-name"))
            elif name in got:
                found = answers.offers(got[name], self.manifest)
                self._seen |= {o.entry.id: o.entry for o in found}
                out.append(decide(entry, found, threshold=threshold))
            else:
                out.append(Decision(entry, "none", (), "unanswered"))
        left = sum(d.why == "unanswered" for d in out)
        self.notes = (f"{left} entries got no answer from the service",) if left else ()
        return out

    def close(self) -> None:
        """Close the file of answers."""
        self._kept.close()

    def _gather(
        self, wanted: Mapping[str, dict[str, Any]], progress: Callable[[str], None] | None
    ) -> dict[str, list[Any]]:
        """The candidates by query: those kept, and the rest asked for."""
        got = self._kept.get(wanted)
        todo = [k for k in wanted if k not in got]
        batches = 0
        try:
            while todo:
                some, todo = todo[: self._batch], todo[self._batch :]
                got |= self._answered({k: wanted[k] for k in some})
                batches += 1
                if progress:
                    done = len(wanted) - len(todo)
                    progress(f"asking {self.manifest.name}: {done:,} of {len(wanted):,}")
                if batches % CHECKED == 0:
                    self._check()
            if self._in_doubt:
                self._check()
        except RemoteError as error:
            raise _told(error, len(self._kept.get(wanted)), len(wanted)) from error
        return got

    def _answered(self, queries: Mapping[str, dict[str, Any]]) -> dict[str, list[Any]]:
        """The answers to a batch; what was left out is asked once more, by itself."""
        found = self._ask(queries)
        left = set(found) | self._refused
        missing = {k: q for k, q in queries.items() if k not in left}
        if missing:
            found |= self._ask(missing, again=True)
        return found

    def _ask(
        self, queries: Mapping[str, dict[str, Any]], *, again: bool = False
    ) -> dict[str, list[Any]]:
        """The answers to queries, as far as there are any (where ``again``, perhaps none); kept."""
        numbered = {f"q{n}": k for n, k in enumerate(queries)}
        text = json.dumps({n: queries[k] for n, k in numbered.items()}, ensure_ascii=False)
        error: RemoteError | None = None
        for tried in range(_TRIES):
            if tried:
                time.sleep(2.0 ** (tried - 1))
            try:
                reply = self._fetcher.post(self.manifest.url, {"queries": text}, accept=_JSON)
                found = answers.results(reply.json())
            except RemoteError as failed:
                if failed.status in _DIVIDED:
                    return self._divided(queries, failed)
                if failed.code != "unexpected-answer":
                    raise
                error = failed
                continue
            if found is None or not (again or set(found) & set(numbered)):
                error = reply.unexpected("JSON that answers none of the queries")
                continue
            self._row = 0
            got = {numbered[n]: c for n, c in found.items() if n in numbered}
            self._kept.put(got)
            self._in_doubt += got
            return got
        assert error is not None
        raise error

    def _divided(
        self, queries: Mapping[str, dict[str, Any]], error: RemoteError
    ) -> dict[str, list[Any]]:
        """The answers to a batch that was refused, asked for in two halves.

        A query that is refused by itself is left out; after a row of them no more are asked.
        """
        if len(queries) == 1:
            self._refused.update(queries)
            self._row += 1
            if self._row >= _ROW:
                raise error
            return {}
        middle = len(queries) // 2
        if error.status == _TOO_LARGE:
            self._batch = min(self._batch, middle)
        items = list(queries.items())
        return self._ask(dict(items[:middle])) | self._ask(dict(items[middle:]))

    def _check(self) -> None:
        """Make sure that the service is the one that was asked first."""
        now = _fetch(self._fetcher, self._url)
        if now.identity == self.manifest.identity:
            self._in_doubt = []
            return
        self._kept.drop(self._in_doubt)
        lost, self._in_doubt = len(self._in_doubt), []
        fields = ("name", "versions", "identifier_space", "schema_space")
        other = [f for f in fields if getattr(now, f) != getattr(self.manifest, f)]
        what = ", ".join(f.replace("_", " ") for f in other) or "software"
        raise RemoteError(
            "service-changed",
            f"the service has changed while it was asked ({what}); its last {lost} answers are "
            "not used",
            where=self.manifest.url,
            hint="Run it again, to ask the service as it is now.",
        )


def _fetch(fetcher: Fetcher, url: str) -> Manifest:
    reply = fetcher.get(url, accept=_JSON)
    return manifest.read(reply.json(), reply.url)


def _told(error: RemoteError, got: int, wanted: int) -> RemoteError:
    """The same error, saying how far it came."""
    if error.code == "service-changed":
        return error
    kept = f"{got:,} of {wanted:,} answers are kept: run it again to go on from there."
    told = RemoteError(
        error.code, error.message, where=error.where, hint=f"{error.hint} {kept}".strip()
    )
    told.status, told.body = error.status, error.body
    return told
