"""Where a remote store is, and how one logs in: checked, and without secrets in what is printed."""

from __future__ import annotations

import base64
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from kkgraph.errors import QuestionError, SourceError

MAX_ANSWER_BYTES: Final = 1 << 30
_ENV: Final = "KKGRAPH_STORE_"
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]+")
_PORTS: Final = {"http": 80, "https": 443}


def is_url(text: object) -> bool:
    """True where a store is named by a URL and not by a folder."""
    return isinstance(text, str) and re.match(r"https?:", text, re.I) is not None


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of a URL: what a login is for."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or _PORTS.get(scheme, 0)


def is_loopback(host: str) -> bool:
    """True where the host is this machine, by its literal name or address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


@dataclass(frozen=True, slots=True)
class Login:
    """A name with its password, or a bearer token. Neither is ever printed."""

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        if self.token and not _PRINTABLE.fullmatch(self.token):
            raise _bad_login("the token has a space, a line end or a letter that no token has")
        if ":" in self.user or re.search(r"[\x00-\x1f\x7f]", self.user + self.password):
            raise _bad_login("the name or the password has a character that cannot be sent")

    @property
    def header(self) -> str:
        """The value of the ``Authorization`` header; empty where there is no login."""
        if self.token:
            return f"Bearer {self.token}"
        if not self.user:
            return ""
        pair = f"{self.user}:{self.password}".encode()
        return "Basic " + base64.b64encode(pair).decode("ascii")

    @classmethod
    def of_environment(cls, environ: Mapping[str, str]) -> Login:
        """From ``KKGRAPH_STORE_TOKEN``, or ``…_USER`` and ``…_PASSWORD``, or files (``…_FILE``)."""
        return cls(
            user=environ.get(_ENV + "USER", ""),
            password=_secret(environ, "PASSWORD"),
            token=_secret(environ, "TOKEN"),
        )


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A SPARQL 1.1 server: the URL of its queries, and what else one knows of it.

    ``update_url`` and ``graphs_url`` (Graph Store Protocol) are found where they are not given.
    ``allow_http`` lets a plain ``http`` address leave this machine, login and data readable on the
    way. ``max_bytes`` bounds one answer, unpacked; ``write_timeout_s`` one update. Raises
    ``QuestionError`` bad-address.
    """

    url: str
    update_url: str = ""
    graphs_url: str = ""
    login: Login = Login()
    allow_http: bool = False
    max_bytes: int = MAX_ANSWER_BYTES
    write_timeout_s: float = 600.0

    def __post_init__(self) -> None:
        for url in filter(None, (self.url, self.update_url, self.graphs_url)):
            self.check(url)

    @classmethod
    def of(cls, url: str, environ: Mapping[str, str] = os.environ) -> Endpoint:
        """The endpoint at a URL, with what the environment says of it (``KKGRAPH_STORE_…``)."""
        return cls(
            url,
            update_url=environ.get(_ENV + "UPDATE_URL", ""),
            graphs_url=environ.get(_ENV + "GRAPHS_URL", ""),
            login=Login.of_environment(environ),
            allow_http=environ.get(_ENV + "ALLOW_HTTP", "") == "1",
        )

    def check(self, url: str) -> None:
        """Raise ``QuestionError`` bad-address where a store cannot or should not be there."""
        try:
            parts = urlsplit(url)
            scheme, host, _ = origin(url)
        except ValueError as error:
            raise _bad_address(url.partition("?")[0], "this is no URL") from error
        shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        if "@" in parts.netloc:
            raise _bad_address(
                shown,
                "a URL with a name or password in it ends up in logs",
                "Take it out, and set KKGRAPH_STORE_USER and KKGRAPH_STORE_PASSWORD_FILE.",
            )
        if scheme not in _PORTS or not host or re.search(r"[\x00-\x20\x7f-\U0010ffff]", url):
            raise _bad_address(shown, "this is no address of a SPARQL server")
        if parts.query or parts.fragment:
            raise _bad_address(
                shown, "the address has something after ? or #", "Give the address without it."
            )
        if scheme == "http" and not is_loopback(host) and not self.allow_http:
            raise _bad_address(
                shown,
                "plain http to another machine: all on the way can read and change it",
                "Use https. If the network is yours: KKGRAPH_STORE_ALLOW_HTTP=1.",
            )

    def knows(self, url: str) -> bool:
        """True where the login is for this URL: scheme, host and port of one that was given."""
        given = filter(None, (self.url, self.update_url, self.graphs_url))
        return origin(url) in {origin(u) for u in given}


def _secret(environ: Mapping[str, str], name: str) -> str:
    path = environ.get(f"{_ENV}{name}_FILE", "")
    if not path:
        return environ.get(_ENV + name, "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise SourceError(
            "unreadable-file",
            "the file of the login cannot be read",
            where=path,
            hint=f"It is named by {_ENV}{name}_FILE, and holds nothing but the secret.",
        ) from error


def _bad_login(message: str) -> QuestionError:
    return QuestionError(
        "bad-login", message, where="login", hint="Give it as the server's steward wrote it."
    )


def _bad_address(url: str, message: str, hint: str = "") -> QuestionError:
    hint = hint or "Write it whole, as in https://example.org/kkgraph/sparql"
    return QuestionError("bad-address", message, where=url, hint=hint)
