"""What another machine answered, and the answers kept from before."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final

from kkgraph.errors import RemoteError, SourceError

_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: where it came from at last, its media type, its bytes, and when (Unix time).

    ``cached`` is True where it was kept from before.
    """

    url: str
    status: int
    media: str
    body: bytes
    fetched: float
    link: str = ""
    cached: bool = False

    @property
    def when(self) -> str:
        """When it was fetched, as ``xsd:dateTime`` in UTC."""
        return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.fetched))

    def text(self) -> str:
        """The body as text; ``RemoteError`` unexpected-answer where it is no UTF-8."""
        try:
            return self.body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise self.unexpected("text that is not UTF-8") from error

    def json(self) -> Any:
        """The body as JSON; ``RemoteError`` unexpected-answer where it is something else."""
        try:
            return json.loads(self.text())
        except (ValueError, RecursionError) as error:
            raise self.unexpected() from error

    def unexpected(self, what: str = "") -> RemoteError:
        """The error of an answer that is something else than was asked for."""
        start = self.body[:200].decode("utf-8", "replace").strip()
        found = what or _kind(start, self.media)
        shown = " ".join(start.split())[:_SHOWN]
        return RemoteError(
            "unexpected-answer",
            f"the service answered with {found}" + (f": {shown}" if shown else ""),
            where=self.url,
            hint="Open the address in a browser: a login page, a notice of maintenance or another "
            "address of the service often stands behind it.",
        )


def _kind(start: str, media: str) -> str:
    lower = start.lower()
    if lower.startswith(("<!doctype html", "<html")) or media == "text/html":
        return "a web page (HTML)"
    if not start:
        return "nothing"
    return f"{media or 'something'} that is not whole JSON"


class Kept:
    """A folder of answers, one pair of files each; a pair that is not whole counts as absent."""

    def __init__(self, folder: Path, max_age_s: float | None) -> None:
        self.folder = folder
        self.max_age_s = max_age_s

    def get(self, key: str) -> Response | None:
        """The answer kept under the key, unless it is too old or damaged."""
        try:
            about = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
            body = (self.folder / f"{key}.body").read_bytes()
            found = Response(
                url=str(about["url"]),
                status=int(about["status"]),
                media=str(about["media"]),
                body=body,
                fetched=float(about["fetched"]),
                link=str(about["link"]),
                cached=True,
            )
            whole = about["sha256"] == hashlib.sha256(body).hexdigest()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        age = time.time() - found.fetched
        return found if whole and (self.max_age_s is None or age <= self.max_age_s) else None

    def put(self, key: str, found: Response) -> None:
        """Keep an answer; ``SourceError`` unwritable-cache where the folder can't be written."""
        about = {
            "url": found.url, "status": found.status, "media": found.media,
            "fetched": found.fetched, "date": formatdate(found.fetched, usegmt=True),
            "link": found.link, "sha256": hashlib.sha256(found.body).hexdigest(),
        }  # fmt: skip
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # the description last: without it the body counts for nothing
            _write(self.folder / f"{key}.body", found.body)
            _write(self.folder / f"{key}.json", json.dumps(about, indent=1).encode())
        except OSError as error:
            raise SourceError(
                "unwritable-cache",
                f"answers can't be kept here: {error.strerror or error}",
                where=str(self.folder),
                hint="Choose another folder for them.",
            ) from error


def key_of(method: str, url: str, accept: str, body: bytes) -> str:
    """The name under which the answer to a request is kept."""
    parts = "\n".join((method, url, accept)).encode() + b"\n" + body
    return hashlib.sha256(parts).hexdigest()[:40]


def _write(path: Path, data: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_bytes(data)
        beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
