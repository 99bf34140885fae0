"""Requests read within limits, and answers written as JSON or JSONP, with CORS."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

from kkgraph.link.service import Refusal
from kkgraph.web.languages import wanted

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

BODY: Final = 4 * 2**20
"""Bytes of a request's body at most."""
BODY_S: Final = 30.0
"""Seconds that a client may take to send it."""
_FIELDS: Final = 32
_FORM: Final = "application/x-www-form-urlencoded"
_CALLBACK: Final = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_CALLBACK_LENGTH: Final = 100


async def fields(request: Request) -> dict[str, str]:
    """The fields of a request's address and form, the form's last.

    ``Refusal``: 413 too-large, 408 too-slow, 415 not-a-form, 400 bad-form.
    """
    found = _parsed(request.scope["query_string"], len(request.scope["query_string"]))
    if request.method != "POST":
        return found
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        async with asyncio.timeout(BODY_S):
            body = await _body(request)
    except TimeoutError as error:
        raise Refusal(408, "too-slow", f"the request took more than {BODY_S:g} s") from error
    if body and media != _FORM:
        raise Refusal(415, "not-a-form", f"the body must be {_FORM}, not {media[:80] or 'untyped'}")
    return found | _parsed(body, BODY)


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    parts: list[bytes] = []
    size = int(declared) if declared.isdecimal() and len(declared) < 12 else BODY + 1
    if size <= BODY:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > BODY:
                break
            parts.append(part)
    if size > BODY:
        raise Refusal(
            413, "too-large", f"the request is larger than {BODY // 2**20} MiB",
            "Send fewer queries at once.",
        )  # fmt: skip
    return b"".join(parts)


def _parsed(data: bytes, most: int) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            data[:most].decode("utf-8"), keep_blank_values=True, max_num_fields=_FIELDS,
            errors="strict",
        )  # fmt: skip
    except ValueError as error:
        raise Refusal(400, "bad-form", f"the form can't be read: {str(error)[:80]}") from error
    return dict(pairs)


def language(request: Request, given: Mapping[str, str], fixed: str, default: str) -> str:
    """The language to answer in: ``lang``, else the address's own, else what is accepted."""
    asked = given.get("lang", "") or fixed
    return wanted(asked, request.headers.get("accept-language", ""), default)


def callback(given: Mapping[str, str]) -> str:
    """The function's name that a JSONP answer calls, or empty; ``Refusal`` 400 bad-callback."""
    name = given.get("callback", "")
    if name and (len(name) > _CALLBACK_LENGTH or not _CALLBACK.fullmatch(name)):
        raise Refusal(400, "bad-callback", '"callback" is no name of a function')
    return name


def reply(data: Any, *, lang: str = "", call: str = "", status: int = 200) -> Response:
    """JSON, or a call of a function with it."""
    from starlette.responses import Response

    heads = {"X-Content-Type-Options": "nosniff", "Vary": "Accept-Language, Origin"}
    if lang:
        heads["Content-Language"] = lang
    if not call:
        text = json.dumps(data, ensure_ascii=False, allow_nan=False)
        return Response(text, status, heads, "application/json; charset=utf-8")
    # ASCII alone: U+2028 and < have a meaning of their own in a script or a page
    text = json.dumps(data, allow_nan=False).replace("<", "\\u003c")
    return Response(f"/**/{call}({text});", status, heads, "text/javascript; charset=utf-8")


def refused(refusal: Refusal) -> Response:
    """A refusal as JSON: its code, what is wrong and what to do."""
    said = {"code": refusal.code, "message": refusal.message}
    if refusal.hint:
        said["hint"] = refusal.hint
    found = reply({"status": "error", "error": said}, status=refusal.status)
    if refusal.status == 503:
        found.headers["Retry-After"] = "2"
    return found
