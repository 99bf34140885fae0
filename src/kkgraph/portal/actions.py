"""A CKAN portal read through its Action API: organisations, and datasets page by page."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import quote, urlsplit

from kkgraph.errors import RemoteError
from kkgraph.fetching import Fetcher
from kkgraph.portal.listed import Listed, Listing, Publisher, broken, clean, unique, web

ROWS: Final = 200
_TAIL: Final = re.compile(
    r"/(api(/\d+)?(/action(/\w+)?)?|dataset(/.*)?|organization(/.*)?|group(/.*)?)?/?$"
)
_REFUSED: Final = frozenset((400, 403, 404, 405, 409))


def root_of(url: str) -> str:
    """The address of a portal, from any of its usual pages, without a slash at its end.

    >>> root_of("https://portal.example/th/api/3/action/package_search?q=x")
    'https://portal.example/th'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{_TAIL.sub('', parts.path)}".rstrip("/")


def read(
    url: str,
    fetcher: Fetcher,
    *,
    query: str = "",
    limit: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> Listing:
    """The datasets of a CKAN portal and their publishers.

    ``query`` is a search as the portal understands it, ``limit`` how many datasets are enough.
    Pages are asked for until all that the portal promises have come; one that comes twice counts
    once. Where the portal's number changes meanwhile, or it stops early, ``notes`` say so. Raises
    ``RemoteError`` as ``Fetcher`` does: service-refused with the portal's own words where it
    answers ``"success": false``, unexpected-answer for other forms.
    """
    root = root_of(url)
    notes: list[str] = []
    publishers = _organisations(root, fetcher, notes)
    datasets: dict[str, Listed] = {}
    counts: list[int] = []
    oldest = ""
    for page, when in _pages(root, fetcher, query, limit):
        oldest = min(oldest or when, when)
        counts.append(page["count"])
        for record in page["results"]:
            found = _dataset(root, record, publishers)
            datasets.setdefault(found.id, found)
        if progress:
            progress(f"{len(datasets):,} of {counts[-1]:,} datasets")
    wanted = min(counts[-1], limit) if limit else counts[-1]
    if len(set(counts)) > 1:
        notes.append(f"the catalogue changed while it was read: {counts[0]} → {counts[-1]}")
    whole = len(datasets) >= wanted
    if not whole:
        notes.append(f"the portal promises {wanted} datasets and gave {len(datasets)}")
    kept = tuple(datasets.values())[: limit or None]
    return Listing(root, "ckan", kept, publishers, oldest, fetcher.requests, whole, tuple(notes))


def call(root: str, action: str, fetcher: Fetcher, **params: object) -> tuple[Any, str, str]:
    """The result of an action, its address, and when it was fetched."""
    url = f"{root}/api/3/action/{action}"
    try:
        answer = fetcher.get(url, params, accept="application/json")
    except RemoteError as error:
        said = _said(error.body)
        if error.code != "service-refused" or not said:
            raise
        raise _refusal(url, said, error.status) from error
    data = answer.json()
    if not isinstance(data, dict) or "success" not in data:
        raise broken(url, "the answer is not that of a CKAN Action API")
    if data["success"] is not True:
        raise _refusal(url, _message(data.get("error")), answer.status)
    return data.get("result"), url, answer.when


def _pages(
    root: str, fetcher: Fetcher, query: str, limit: int | None
) -> Iterator[tuple[dict[str, Any], str]]:
    start = 0
    while True:
        rows = min(ROWS, limit - start) if limit else ROWS
        # a stated order, since pages of an unstated one may overlap
        params = {"rows": rows, "start": start, "sort": "name asc"} | (
            {"q": query} if query else {}
        )
        page, url, when = call(root, "package_search", fetcher, **params)
        if (
            not isinstance(page, dict)
            or not isinstance(page.get("results"), list)
            or not isinstance(page.get("count"), int)
        ):
            raise broken(url, "the answer of package_search has no count and results")
        yield page, when
        start += len(page["results"])
        if not page["results"] or start >= page["count"] or (limit and start >= limit):
            return


def _organisations(root: str, fetcher: Fetcher, notes: list[str]) -> dict[str, Publisher]:
    """The organisations by id; none where the portal doesn't list them (datasets name theirs)."""
    found: dict[str, Publisher] = {}
    offset = 0
    while True:
        try:
            page, url, _ = call(
                root, "organization_list", fetcher, all_fields="true", limit=ROWS, offset=offset
            )
        except RemoteError as error:
            if error.code != "service-refused" or error.status not in _REFUSED:
                raise
            if offset == 0 and error.status == 404:
                raise
            notes.append(f"the portal does not list its organisations: {error.message}")
            return found
        if not isinstance(page, list):
            raise broken(url, "the answer of organization_list is no list")
        before = len(found)
        for record in page:
            if isinstance(record, dict) and (mine := _publisher(root, record)) is not None:
                found.setdefault(mine.id, mine)
        offset += len(page)
        if not page or len(found) == before:
            return found


def _publisher(root: str, record: dict[str, Any]) -> Publisher | None:
    id_ = clean(record.get("id")) or clean(record.get("name"))
    slug = clean(record.get("name"))
    texts = [record.get("title"), record.get("display_name"), record.get("title_translated")]
    names: list[str] = []
    for text in texts:
        names += [clean(v) for v in text.values()] if isinstance(text, dict) else [clean(text)]
    called = unique(names) or unique([slug])
    if not id_ or not called:
        return None
    return Publisher(id_, called, f"{root}/organization/{quote(slug or id_, safe='')}")


def _dataset(root: str, record: Any, publishers: dict[str, Publisher]) -> Listed:
    if not isinstance(record, dict) or not clean(record.get("id") or record.get("name")):
        raise broken(f"{root}/api/3/action/package_search", "a dataset without an id")
    owner = record.get("organization")
    publisher = clean(record.get("owner_org"))
    if isinstance(owner, dict) and (mine := _publisher(root, owner)) is not None:
        publisher = mine.id
        publishers.setdefault(mine.id, mine)
    name = clean(record.get("name")) or clean(record.get("id"))
    resources = [r for r in record.get("resources") or () if isinstance(r, dict)]
    tags = [t for t in record.get("tags") or () if isinstance(t, dict)]
    return Listed(
        id=clean(record.get("id")) or name,
        title=_texts(record),
        url=f"{root}/dataset/{quote(name, safe='')}",
        publisher=publisher if publisher in publishers else "",
        modified=clean(record.get("metadata_modified"))[:10],
        licence=web(record.get("license_url")) or clean(record.get("license_title"))
        or clean(record.get("license_id")),
        formats=tuple(sorted({clean(r.get("format")).upper() for r in resources} - {""})),
        keywords=unique(clean(t.get("display_name") or t.get("name")) for t in tags),
    )  # fmt: skip


def _texts(record: dict[str, Any]) -> dict[str, str]:
    translated = record.get("title_translated")
    found = {}
    if isinstance(translated, dict):
        found = {str(k): t for k, v in translated.items() if (t := clean(v))}
    plain = clean(record.get("title")) or clean(record.get("name"))
    return found or {"": plain}


def _said(body: bytes) -> str:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    return _message(data.get("error")) if isinstance(data, dict) else ""


def _message(error: Any) -> str:
    if isinstance(error, dict):
        kind, text = clean(error.get("__type")), clean(error.get("message"))
        others = "; ".join(f"{k}: {v}" for k, v in error.items() if k not in ("__type", "message"))
        return ": ".join(unique([kind, text or clean(others)])) or "no reason given"
    return clean(error) or "no reason given"


def _refusal(url: str, said: str, status: int) -> RemoteError:
    error = RemoteError(
        "service-refused",
        f"the portal refused the request: {said}",
        where=url,
        hint="Check the address, or whether the portal needs a login.",
    )
    error.status = status
    return error
