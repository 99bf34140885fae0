"""Taking a file to be checked: one part of a form, within limits, gone when the answer is there."""

from __future__ import annotations

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from starlette.requests import Request

from kkgraph.errors import KkgraphError, RequestError, SourceError
from kkgraph.web.messages import Job, Reply
from kkgraph.web.pages import frame
from kkgraph.web.pages.checking import refuse_kind
from kkgraph.web.pages.described import CHECKED_BYTES
from kkgraph.web.pages.frame import words
from kkgraph.web.pages.visit import Visit
from kkgraph.web.service import GONE, Sent, Service, attended, body_of, client_of

_FORM: Final = "multipart/form-data"
_AROUND: Final = 64 * 1024
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]")
Failing = Callable[["Request", Service, KkgraphError], Sent]
Visiting = Callable[..., Visit]


def handler(
    service: Service, failed: Failing, visit_of: Visiting
) -> Callable[[Request], Awaitable[Sent]]:
    """What answers the form of the validation page."""

    async def check(request: Request) -> Sent:
        visit = visit_of(request)
        try:
            title, data, marked = await _read(request, service, visit)
            return await _checked(request, service, visit, (title, data, marked))
        except KkgraphError as error:
            return failed(request, service, error)

    return check


async def _read(request: Request, service: Service, visit: Visit) -> tuple[str, bytes, bool]:
    """The file's name and content, and whether the marked workbook is wanted."""
    from starlette.datastructures import UploadFile
    from starlette.formparsers import MultiPartException, MultiPartParser

    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith(_FORM):
        raise RequestError(
            "unsupported-media", f"a form with a file is expected ({_FORM})",
            where="Content-Type", hint="Send the file as the part named file.",
        )  # fmt: skip
    limit = min(CHECKED_BYTES, service.bounds.upload_bytes) + _AROUND
    whole = await body_of(request, limit)

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield whole

    try:
        parser = MultiPartParser(request.headers, pieces(), max_files=1, max_fields=8)
        form = await parser.parse()
    except (MultiPartException, ValueError, KeyError, AssertionError) as error:
        raise RequestError(
            "bad-request", f"the form can't be read: {getattr(error, 'message', error)}",
            where="body", hint="Send one file as the part named file.",
        ) from error  # fmt: skip
    async with _closing(form):
        found = form.get("file")
        if not isinstance(found, UploadFile) or not found.filename:
            raise RequestError(
                "bad-request", words()["validate_none"][visit.lang], where="file",
                hint=words()["validate_none_hint"][visit.lang],
            )  # fmt: skip
        title = _safe(found.filename)
        refuse_kind(title)
        data = await found.read()
        if not data:
            raise SourceError("no-data", "the file is empty", where=title, hint="Choose another.")
        return title, data, form.get("give") == "marked"


class _closing:  # noqa: N801 (used as a statement)
    def __init__(self, form: Any) -> None:
        self._form = form

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        await self._form.close()


async def _checked(
    request: Request, service: Service, visit: Visit, upload: tuple[str, bytes, bool]
) -> Sent:
    """The answer of a process that has a time limit; the file is removed whatever happens."""
    title, data, marked = upload
    folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="kkgraph-check-"))
    try:
        place = folder / f"upload{Path(title).suffix.lower()}"
        await asyncio.to_thread(place.write_bytes, data)
        args = {"path": str(place), "title": title, "marked": marked, "visit": visit}
        work = service.pool.run(Job("check", args), client_of(request))
        reply = await attended(request, work)
    finally:
        await asyncio.shield(asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True))
    if reply is None:
        return Sent(Reply(b"", status=GONE))
    headers = {**frame.HEADERS, "cache-control": "no-store", "content-language": visit.lang}
    if reply.media != frame.HTML:
        name = str(reply.facts.get("name", "marked.xlsx"))
        plain = name.encode("ascii", "replace").decode().replace("?", "_")
        headers["content-disposition"] = (
            f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
        )
    return Sent(reply, headers)


def _safe(name: str) -> str:
    """A file's own name: no folders, no control characters, not too long."""
    base = re.split(r"[/\\]", name)[-1]
    clean = _UNSAFE.sub("_", base).strip(" .")
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[:100]}{dot}{ending[:10]}" if dot else clean[:100]
