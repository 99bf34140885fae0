"""A portal's profile: who publishes, where, and how the fields of its CKAN records are filled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kkgraph import fetching, files, matching
from kkgraph.errors import KkgraphError, SourceError
from kkgraph.model import Text

DEFAULT: Final = "thai-gdc"
_KEYS: Final = ("name", "address", "publisher", "contact", "licence", "ckan")
_TEXTS: Final = ("publisher", "contact", "licence")
_CKAN: Final = ("dataset", "resource", "formats", "required", "choices")
_BOTH: Final = ("publisher", "contact", "licence")
PLACES: Final[dict[str, frozenset[str]]] = {
    "dataset": frozenset(
        ("slug", "own_name", "title", "title_en", "title_th", "description", "description_en",
         "description_th", "sources", "sources_en", "sources_th", "tags", "tags_en", "tags_th",
         "issued", "modified", "address", "email", "licence_iri", "formats",
         *_BOTH, *(f"{k}_{lang}" for k in _BOTH for lang in ("en", "th")))
    ),
    "resource": frozenset(
        ("url", "name", "name_en", "name_th", "format", "media", "size", "sha256", "issued",
         "modified")
    ),
}  # fmt: skip
"""What may stand in braces in the values of a profile's fields."""
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_EMAIL: Final = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile as read; ``dataset`` and ``resource`` are CKAN fields with their templates.

    ``formats`` gives file endings the portal's names for them. ``address`` is where the package's
    files will be found, ending in a slash.
    """

    name: str
    address: str
    publisher: Text
    publisher_url: str
    contact: Text
    email: str
    licence: Text
    licence_iri: str
    dataset: Mapping[str, Any]
    resource: Mapping[str, Any]
    formats: Mapping[str, str]
    required: tuple[str, ...]
    choices: Mapping[str, tuple[str, ...]]
    source: str = ""


def read(given: str | Path = DEFAULT, *, address: str = "") -> Profile:
    """The profile of a file, or a shipped one by its name; ``address`` replaces its own.

    Raises ``SourceError``: bad-profile with the key that is wrong, missing-file, not-utf8;
    bad-address for an address that is not https.
    """
    known = files.portal_profiles()
    path = known.get(str(given), Path(given))
    if not path.exists() and "." not in path.name:
        raise SourceError(
            "bad-profile",
            f'there is no profile "{given}"',
            hint=matching.did_you_mean(str(given), known)
            + f"Shipped: {', '.join(known)}. Or give a YAML file.",
        )
    data = _load(path)
    _keys(path, "", data, _KEYS)
    ckan = _mapping(path, "ckan", data.get("ckan") or {})
    _keys(path, "ckan", ckan, _CKAN)
    where = str(address or data.get("address") or "")
    return Profile(
        name=str(data.get("name") or path.stem),
        address=_address(path, where),
        publisher=_text(path, data, "publisher"),
        publisher_url=str(data["publisher"].get("url") or ""),
        contact=_text(path, data, "contact"),
        email=_email(path, str(data["contact"].get("email") or "")),
        licence=_text(path, data, "licence"),
        licence_iri=_web(path, "licence.iri", str(data["licence"].get("iri") or "")),
        dataset=_fields(path, "dataset", ckan),
        resource=_fields(path, "resource", ckan),
        formats={
            str(k): str(v)
            for k, v in _mapping(path, "ckan.formats", ckan.get("formats") or {}).items()
        },
        required=tuple(str(r) for r in _list(path, "ckan.required", ckan.get("required"))),
        choices={
            str(k): tuple(str(c) for c in _list(path, f"ckan.choices.{k}", v))
            for k, v in _mapping(path, "ckan.choices", ckan.get("choices") or {}).items()
        },
        source=str(path),
    )


def _load(path: Path) -> dict[str, Any]:
    import yaml

    text = files.read_text(path)
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise SourceError(
            "bad-profile", "this is no YAML", where=where, hint="Mend this line."
        ) from error
    return _mapping(path, "the file", data)


def _bad(path: Path, message: str, hint: str = "") -> SourceError:
    return SourceError(
        "bad-profile",
        message,
        where=str(path),
        hint=hint or "Start from a shipped one: kkgraph publish --show-profile thai-gdc",
    )


def _mapping(path: Path, key: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _bad(path, f"{key} holds no key: value lines")
    return value


def _list(path: Path, key: str, value: Any) -> list[Any]:
    if value is not None and not isinstance(value, list):
        raise _bad(path, f"{key} is no list", "Write it as [one, two].")
    return value or []


def _keys(path: Path, key: str, data: dict[str, Any], known: tuple[str, ...]) -> None:
    for name in data:
        if name not in known:
            under = f"{key}." if key else ""
            hint = matching.did_you_mean(str(name), known) + f"Known keys: {', '.join(known)}."
            raise _bad(path, f'unknown key "{under}{name}"', hint)


def _text(path: Path, data: dict[str, Any], key: str) -> Text:
    part = _mapping(path, key, data.get(key))
    extra = {"publisher": ("url",), "contact": ("email",), "licence": ("iri",)}[key]
    _keys(path, key, part, ("en", "th", *extra))
    found = {lang: str(part[lang]).strip() for lang in ("en", "th") if part.get(lang)}
    if len(found) < 2:
        raise _bad(path, f"{key} needs a name in en and in th")
    return found


def _email(path: Path, text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise _bad(
            path, f'contact.email: "{text}" is no mail address', "Leave it empty, or mend it."
        )
    return text


def _web(path: Path, key: str, text: str) -> str:
    if not text.startswith(("https://", "http://")) or any(c in text for c in ' <>"{}|\\^`\n'):
        raise _bad(path, f'{key}: "{text}" is no web address')
    return text


def _address(path: Path, text: str) -> str:
    try:
        fetching.check_address(text)
    except KkgraphError as error:
        raise SourceError(
            "bad-address", error.message, where=f"address {text}", hint=error.hint
        ) from error
    return _web(path, "address", text).rstrip("/") + "/"


def _fields(path: Path, kind: str, ckan: dict[str, Any]) -> dict[str, Any]:
    found = _mapping(path, f"ckan.{kind}", ckan.get(kind) or {})
    for field, value in found.items():
        for text in value if isinstance(value, list) else [value]:
            if not isinstance(text, str | int | float | bool):
                raise _bad(path, f"ckan.{kind}.{field} is neither a text nor a list of texts")
            for place in _PLACE.findall(text) if isinstance(text, str) else ():
                if place not in PLACES[kind]:
                    near = matching.did_you_mean(place, PLACES[kind])
                    raise _bad(
                        path,
                        f"ckan.{kind}.{field}: nothing is known as {{{place}}}",
                        near + f"Known: {', '.join(sorted(PLACES[kind]))}.",
                    )
    return found


def fill(value: Any, given: Mapping[str, Any]) -> Any:
    """A template with its places filled; one that is a single place gives that place's value."""
    if isinstance(value, list):
        return [fill(v, given) for v in value]
    if not isinstance(value, str):
        return value
    whole = _PLACE.fullmatch(value)
    if whole:
        return given[whole[1]]
    return _PLACE.sub(lambda m: str(given[m[1]]), value).strip()
