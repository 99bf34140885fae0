"""Requests to the service read and checked: batches of queries, and data extension."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from kkgraph.errors import LinkError

BATCH: Final = 1000
"""Queries of one request at most."""
TEXT: Final = 250
"""Characters of a name or value at most; what is longer is no name."""
LIMIT: Final = 50
"""Candidates or suggestions of one answer at most."""
DEFAULT: Final = 10
VALUES: Final = 20
"""Properties of a query, types, and values of a property at most."""
CELLS: Final = 20_000
"""Identifiers times properties of one request for values at most."""
_KEYS: Final = frozenset(("query", "type", "limit", "properties", "type_strict"))
_STRICT: Final = ("any", "should", "all")


class Refusal(LinkError):  # noqa: N818 (it is an answer, not a failure)
    """A request that can't be answered; ``status`` is the HTTP status to say so with."""

    def __init__(self, status: int, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint=hint)
        self.status = status

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.status, self.code, self.message, self.hint)


@dataclass(frozen=True, slots=True)
class Query:
    """One question: a name, types to be among, and values by property id.

    ``text`` is empty where only properties were sent, or where it is too long to be a name
    (``overlong``).
    """

    text: str = ""
    types: tuple[str, ...] = ()
    strict: str = "any"
    limit: int = DEFAULT
    properties: tuple[tuple[str, tuple[str, ...]], ...] = ()
    overlong: bool = False


@dataclass(frozen=True, slots=True)
class Extension:
    """A question for values: identifiers, and properties with their settings."""

    ids: tuple[str, ...]
    properties: tuple[tuple[str, Mapping[str, Any]], ...]


def load(text: str) -> Any:
    """A JSON text; ``Refusal`` 400 bad-json where it is none."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        said = str(error) or "it is nested too deeply"
        raise Refusal(400, "bad-json", f"this is no JSON: {said[:120]}") from error


def batch(data: Any) -> dict[str, Query]:
    """The queries of a batch by their keys.

    ``Refusal``: 400 bad-query where the batch isn't as the API writes it, 413 too-many-queries.
    """
    if not isinstance(data, dict):
        _bad("", "a batch is an object of queries by key")
    if len(data) > BATCH:
        raise Refusal(
            413,
            "too-many-queries",
            f"{len(data)} queries in one request",
            f"Send at most {BATCH} at once (batchSize of the manifest).",
        )
    return {key: _query(key, value) for key, value in data.items()}


def extension(data: Any) -> Extension:
    """A question for values; ``Refusal`` 400 bad-extension, or 413 too-many-values."""
    ids = data.get("ids") if isinstance(data, dict) else None
    properties = data.get("properties") if isinstance(data, dict) else None
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise Refusal(400, "bad-extension", '"ids" must be a list of identifiers')
    if not isinstance(properties, list) or not properties:
        raise Refusal(400, "bad-extension", '"properties" must be a list of properties')
    if len(ids) * len(properties) > CELLS:
        raise Refusal(
            413, "too-many-values", f"{len(ids)} × {len(properties)} values in one request",
            f"Ask for at most {CELLS:,} at once.",
        )  # fmt: skip
    chosen = []
    for item in properties:
        settings = item.get("settings") or {} if isinstance(item, dict) else None
        if not isinstance(settings, dict) or not isinstance(item.get("id"), str):
            raise Refusal(400, "bad-extension", 'each property is an object with an "id"')
        chosen.append((item["id"], settings))
    return Extension(tuple(dict.fromkeys(ids)), tuple(chosen))


def count(value: Any, default: int, most: int, *, what: str) -> int:
    """A number of things to return, between 1 and ``most``; the default where it isn't given."""
    if value is None or value == "":
        return default
    try:
        number = int(float(value)) if not isinstance(value, bool) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None:
        raise Refusal(400, "bad-query", f'"{what}" must be a number')
    return min(number, most) if number > 0 else default


def _query(key: str, data: Any) -> Query:
    if not isinstance(data, dict):
        _bad(key, "a query is an object")
    given = {k: v for k, v in data.items() if v is not None}
    if unknown := sorted(set(given) - _KEYS):
        _bad(
            key, f'"{unknown[0][:40]}" is no part of a query', f"Known: {', '.join(sorted(_KEYS))}."
        )
    text = given.get("query", "")
    if not isinstance(text, str):
        _bad(key, '"query" must be a text')
    properties = _properties(key, given.get("properties", []))
    if "query" not in given and not properties:
        _bad(key, 'it has neither "query" nor "properties"')
    strict = given.get("type_strict", "any")
    if strict not in _STRICT:
        _bad(key, '"type_strict" must be any, should or all')
    types = given.get("type", [])
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(t, str) for t in types):
        _bad(key, '"type" must be a type or a list of types')
    limit = given.get("limit")
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int | float)):
        _bad(key, '"limit" must be a number')
    return Query(
        text="" if len(text) > TEXT else text.strip(),
        types=tuple(t for t in types if t)[:VALUES],
        strict=strict,
        limit=count(limit, DEFAULT, LIMIT, what="limit"),
        properties=properties,
        overlong=len(text) > TEXT,
    )


def _properties(key: str, data: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if not isinstance(data, list):
        _bad(key, '"properties" must be a list')
    if len(data) > VALUES:
        _bad(key, f"it has more than {VALUES} properties")
    out = []
    for item in data:
        if not isinstance(item, dict) or not isinstance(item.get("pid"), str) or "v" not in item:
            _bad(key, 'each property is an object with "pid" and "v"')
        values = item["v"] if isinstance(item["v"], list) else [item["v"]]
        texts = [_value(key, v) for v in values[:VALUES]]
        out.append((item["pid"], tuple(dict.fromkeys(t for t in texts if t))))
    return tuple(out)


def _value(key: str, value: Any) -> str:
    """A value as text: an entity by its id, a whole number without a decimal point."""
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        value = value["id"]
    if value is None or isinstance(value, bool):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if not isinstance(value, str | int | float):
        _bad(key, 'a value is a text, a number, true, false, or an object with an "id"')
    text = str(value).strip()
    return text if len(text) <= TEXT else ""


def _bad(key: str, message: str, hint: str = "") -> NoReturn:
    where = f'query "{key[:40]}": ' if key else ""
    raise Refusal(400, "bad-query", where + message, hint)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
