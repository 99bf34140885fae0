"""CKAN packages: what ``package_create`` takes, one record a dataset, filled by a profile."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

from kkgraph.model import Text, in_language
from kkgraph.portal.profile import Profile, fill
from kkgraph.portal.records import FORMS, Dataset, Distribution

_TAG_BAD: Final = re.compile(r"[^\w \-.\u0e00-\u0e7f]")
_NAME_BAD: Final = re.compile(r"[^a-z0-9_-]")
_TAG_SIZE: Final = (2, 100)
_NAMED_SIZE: Final = 100


def package(
    data: Dataset, profile: Profile, *, lang: str, issued: str, sources: Text
) -> dict[str, Any]:
    """The record of a dataset; fields that the profile leaves empty are left out."""
    given: dict[str, Any] = {
        "slug": data.slug,
        "own_name": name_of(data.slug),
        "issued": issued,
        "modified": data.modified,
        "address": profile.address,
        "email": profile.email,
        "licence_iri": profile.licence_iri,
        "formats": list(dict.fromkeys(_format(d.form, profile) for d in data.distributions)),
    }
    texts = {
        "title": data.title, "description": data.description, "sources": sources,
        "publisher": profile.publisher, "contact": profile.contact, "licence": profile.licence,
    }  # fmt: skip
    for key, text in texts.items():
        given |= {key: in_language(text, lang), f"{key}_en": in_language(text, "en")}
        given[f"{key}_th"] = in_language(text, "th")
    both = [*data.keywords.get("th", ()), *data.keywords.get("en", ())]
    given |= {"tags": both, "tags_en": data.keywords.get("en", ())}
    given["tags_th"] = data.keywords.get("th", ())
    found = {}
    for field, template in profile.dataset.items():
        value = fill(template, given)
        if field in ("tags", "tag_string"):
            value = _tags(field, value)
        if value not in ("", [], ()):
            found[field] = value
    found["resources"] = [_resource(d, profile, data, lang, issued) for d in data.distributions]
    return found


def name_of(slug: str) -> str:
    """A dataset's name on a portal, where other publishers have cases too."""
    whole = slug if slug.startswith("kkgraph") else f"kkgraph-{slug}"
    return _NAME_BAD.sub("-", whole.lower())[:_NAMED_SIZE]


def _resource(
    file: Distribution, profile: Profile, data: Dataset, lang: str, issued: str
) -> dict[str, Any]:
    form = FORMS[file.form]
    given = {
        "url": profile.address + file.path, "media": form.media, "size": file.size,
        "format": _format(file.form, profile), "sha256": file.sha256, "issued": issued,
        "modified": data.modified, "name": in_language(file.title, lang),
        "name_en": in_language(file.title, "en"), "name_th": in_language(file.title, "th"),
    }  # fmt: skip
    found = {field: fill(template, given) for field, template in profile.resource.items()}
    return {field: value for field, value in found.items() if value != ""}


def _format(form: str, profile: Profile) -> str:
    """What the portal calls a format: by the profile, else its usual name."""
    return profile.formats.get(form, FORMS[form].name)


def _tags(field: str, value: Any) -> Any:
    """Tags as CKAN takes them: names of 2 to 100 letters, digits, spaces, hyphens and dots."""
    words: Iterable[str] = value.split(",") if isinstance(value, str) else value
    clean = (_TAG_BAD.sub(" ", w).strip()[: _TAG_SIZE[1]].strip() for w in words)
    names = list(dict.fromkeys(w for w in clean if len(w) >= _TAG_SIZE[0]))
    return ",".join(names) if field == "tag_string" else [{"name": n} for n in names]


def missing(record: dict[str, Any], profile: Profile) -> list[str]:
    """The fields that the profile requires and that the record lacks."""
    return [field for field in profile.required if record.get(field) in (None, "", [])]


def unsuited(record: dict[str, Any], profile: Profile) -> list[tuple[str, str]]:
    """Fields with a value that is not among the profile's choices."""
    found = []
    for field, allowed in profile.choices.items():
        value = record.get(field)
        for one in value if isinstance(value, list) else [value]:
            if one is not None and str(one) not in allowed:
                found.append((field, str(one)))
    return found
