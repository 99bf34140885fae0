"""What a server's refusals mean: HTTP statuses made our errors, each with its remedy."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Final

from kkgraph.errors import StoreError
from kkgraph.store.body import Body

_LOGIN_HINT: Final = (
    "Set KKGRAPH_STORE_TOKEN_FILE, or KKGRAPH_STORE_USER and KKGRAPH_STORE_PASSWORD_FILE; "
    "or ask the server's steward."
)
_BUSY: Final = frozenset((429, 502, 504))


def accept(body: Body) -> Body:
    """The answer, if its status is a good one; ``StoreError`` with the server's words otherwise.

    Codes: not-allowed, no-endpoint, upload-too-large, timeout, busy-endpoint, endpoint-refused,
    endpoint-failed.
    """
    if 200 <= body.status < 300:
        return body
    status, where, said = body.status, body.where, _words(body)
    body.close()
    words = f": {said}" if said else ""
    if status in (401, 403):
        why = "wants a login" if status == 401 else "does not allow this"
        raise StoreError(
            "not-allowed",
            f"the server {why} (status {status}{words})",
            where=where,
            hint=_LOGIN_HINT,
        )
    if status in (404, 405, 410, 415, 501):
        raise StoreError(
            "no-endpoint",
            f"no SPARQL service answers here (status {status}{words})",
            where=where,
            hint="Give the address of its queries, such as https://example.org/kkgraph/sparql",
        )
    if status == 413:
        raise StoreError(
            "upload-too-large",
            f"the server takes no request of this size{words}",
            where=where,
            hint="Ask its steward to allow more, or load the data there from a file.",
        )
    if status == 408 or (status in (503, 504) and took_too_long(said)):
        raise StoreError(
            "timeout",
            f"the server stopped the request{words}",
            where=where,
            hint="Make it narrower, or ask the server's steward for more time.",
        )
    if status in _BUSY or status == 503:
        raise StoreError(
            "busy-endpoint",
            f"the server is busy (status {status}{words})",
            where=where,
            hint="Try again in a while.",
        )
    if status < 500:
        raise StoreError(
            "endpoint-refused",
            f"the server refused the request (status {status}{words})",
            where=where,
            hint="Its words tell why; what works on the embedded store may be foreign to it.",
        )
    raise StoreError(
        "endpoint-failed",
        f"the server failed (status {status}{words})",
        where=where,
        hint="Its own log tells more. Nothing was changed by a query.",
    )


def took_too_long(text: str) -> bool:
    """True where a server's words are that time ran out."""
    return re.search("tim(ed|e)[ -]?out", text, re.I) is not None


def _words(body: Body) -> str:
    """What a server says of a failure: of a problem document (RFC 9457) the detail."""
    said = body.text()
    if body.kind == "application/problem+json":
        with contextlib.suppress(ValueError, AttributeError):
            document = json.loads(body.start())
            said = f"{document.get('code', '')}: {document.get('detail', '')}".strip(": ")
    return said
