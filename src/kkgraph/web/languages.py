"""Which language a request wants."""

from __future__ import annotations

from kkgraph.names import LANGUAGES


def wanted(given: str, accepted: str, default: str) -> str:
    """th or en: what the request's ``lang`` says, else its ``Accept-Language``, else the default.

    ``accepted`` is the header's value (RFC 9110, 12.5.4); a language with quality 0 is refused,
    and ``*`` stands for the default.

    >>> wanted("", "fr;q=0.9, th-TH, en;q=0.5", "en")
    'th'
    """
    asked = given.strip().lower().partition("-")[0]
    if asked in LANGUAGES:
        return asked
    best, quality = default, 0.0
    for part in accepted[:1000].split(",")[:50]:
        tag, _, parameter = part.strip().partition(";")
        lang = tag.strip().lower().partition("-")[0]
        its = _quality(parameter)
        if lang in LANGUAGES and its > quality:
            best, quality = lang, its
        elif lang == "*" and its > quality:
            best, quality = default, its
    return best


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0
