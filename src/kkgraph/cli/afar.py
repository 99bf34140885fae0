"""What the verb ``link`` needs to link to somebody else's reconciliation service."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kkgraph.errors import LinkError, QuestionError

if TYPE_CHECKING:
    from kkgraph.link import Linking
    from kkgraph.link.remote import RemoteTarget

Cache = Annotated[
    Path | None,
    typer.Option("--cache", help="Folder for a service's answers (default: the user's own)."),
]
Properties = Annotated[
    list[str] | None,
    typer.Option("--property", help="ROLE=ID: send it as the service's property, province=P131."),
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type-id", help="TYPE=ID: ask for the service's type, such as TOWN=Q123."),
]
_WORDS: Final[dict[str, dict[str, str]]] = {
    "asking": {
        "en": "Asking {name} ({url}); answers are kept in {cache}",
        "th": "กำลังถาม {name} ({url}) และเก็บคำตอบไว้ใน {cache}",
    },
    "unanswered": {
        "en": "The service left {n} entries without an answer. Run it again to ask for them.",
        "th": "บริการไม่ได้ตอบ {n} รายการ สั่งอีกครั้งเพื่อถามรายการเหล่านั้น",
    },
}


def is_service(to: str) -> bool:
    """True where what is linked to is an address on the web, and no file."""
    return to.lower().startswith(("http://", "https://"))


def refuse_service(to: str) -> None:
    """Raise ``QuestionError`` bad-value where a file or graph is wanted, and this is a service."""
    if is_service(to):
        raise QuestionError(
            "bad-value",
            "links to a service can't be evaluated: what it holds isn't known",
            where="--to",
            hint="Give the register as a file, or write the links and compare them yourself.",
        )


def service(
    url: str,
    cache: Path | None,
    properties: list[str] | None,
    types: list[str] | None,
    lang: str,
) -> RemoteTarget:
    """The service at an address, ready to be linked to; says so on standard error.

    Raises ``LinkError`` bad-role, ``SourceError`` and ``RemoteError`` as ``RemoteTarget.open``.
    """
    from kkgraph import files
    from kkgraph.link.records import TYPES
    from kkgraph.link.remote import RemoteTarget

    sent = _pairs(properties, "--property", ("type", "province", "district"), "code:")
    asked = _pairs(types, "--type-id", tuple(TYPES), "")
    target = RemoteTarget.open(url, cache=cache, lang=lang, properties=sent, types=asked)
    said = _WORDS["asking"][lang].format(
        name=target.side.label, url=target.side.source, cache=cache or files.cache_folder()
    )
    print(said, file=sys.stderr)
    return target


def tell_unanswered(linking: Linking, lang: str) -> None:
    """Say on standard error which entries a service left out."""
    left = sum(d.why == "unanswered" for d in linking)
    if left:
        print(_WORDS["unanswered"][lang].format(n=left), file=sys.stderr)


def _pairs(
    items: list[str] | None, option: str, known: tuple[str, ...], prefix: str
) -> dict[str, str]:
    out = {}
    for item in items or ():
        name, equals, value = (part.strip() for part in item.partition("="))
        fits = name in known or (prefix and name.startswith(prefix) and name != prefix)
        if not equals or not value or not fits:
            more = f", {prefix}SCHEME" if prefix else ""
            raise LinkError(
                "bad-role",
                f'"{item}" is no {option} that can be used',
                where=option,
                hint=f"Write NAME=ID, where NAME is one of: {', '.join(known)}{more}.",
            )
        out[name] = value
    return out
