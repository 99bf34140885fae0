"""Which addresses may be contacted: https anywhere in public, http on this machine alone."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from kkgraph.errors import RemoteError, SourceError

_PORTS: Final = {"https": 443, "http": 80}
_LOCAL_NAMES: Final = frozenset(("localhost", "localhost.localdomain"))
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"


@dataclass(frozen=True, slots=True)
class Address:
    """An address that may be contacted: where to connect to, and what to ask for there.

    ``numbers`` are the IP addresses that the host's name was resolved to, all of them allowed;
    empty where a proxy resolves it.
    """

    url: str
    scheme: str
    host: str
    port: int
    target: str
    numbers: tuple[str, ...] = ()


def is_loopback(host: str) -> bool:
    """True where the host, as written, is this machine: localhost, 127.x.x.x or ::1."""
    if host.lower().rstrip(".") in _LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_address(url: str) -> SplitResult:
    """The parts of an address that may be contacted, judged by its spelling alone.

    Raises ``SourceError`` bad-address: another scheme than https (or http on this machine), no
    host, a user name or password in it, a port that is none, spaces or control characters.
    """
    parts = _split(url)
    if parts.scheme not in _PORTS:
        _refuse(url, f'"{parts.scheme or url}" is no web address', "Give an https:// address.")
    if not parts.hostname:
        _refuse(url, "the address names no host", "Give an https:// address.")
    if "@" in parts.netloc:
        _refuse(url, "the address holds a user name", "Leave out what stands before the @.")
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        hint = "Use https. Plain http is allowed on this machine only (127.0.0.1, localhost)."
        _refuse(url, "the address is not encrypted (http)", hint)
    return parts


def resolve(url: str, *, private: bool = False, proxied: bool = False) -> Address:
    """The address with the numbers that its host's name stands for.

    Unless ``private``, each of them must be a public one: a name that leads into somebody's inner
    network isn't followed. The connection goes to these very numbers, so that a second look-up
    can't lead elsewhere. ``proxied`` leaves names to the proxy and checks numbers only. Raises
    ``SourceError`` bad-address, ``RemoteError`` no-answer where the name is unknown.
    """
    parts = check_address(url)
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    path = quote(parts.path or "/", safe=_SAFE)
    target = f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path
    numbers = () if proxied and not _is_number(host) else _numbers(url, host, port)
    if not private and not is_loopback(host):
        for number in numbers:
            if not ipaddress.ip_address(number.partition("%")[0]).is_global:
                hint = "Only public addresses are contacted this way."
                _refuse(url, f'the host "{host}" is in a private network ({number})', hint)
    elif is_loopback(host):
        numbers = tuple(n for n in numbers if ipaddress.ip_address(n).is_loopback)
    return Address(url, parts.scheme, host, port, target, numbers)


def _split(url: str) -> SplitResult:
    if any(c <= " " or c == "\x7f" for c in url):
        _refuse(url, "the address has spaces or control characters", "Give an https:// address.")
    try:
        parts = urlsplit(url)
        _ = parts.port
        if parts.hostname:
            parts.hostname.encode("idna")
    except ValueError as error:
        _refuse(url, f"this is no web address ({error})", "Give an https:// address.")
    return parts


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _numbers(url: str, host: str, port: int) -> tuple[str, ...]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise RemoteError(
            "no-answer",
            f'the host "{host}" is not known ({getattr(error, "strerror", error)})',
            where=url,
            hint="Check the address and the network.",
        ) from error
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def _refuse(url: str, message: str, hint: str) -> None:
    raise SourceError("bad-address", message, where=url, hint=hint)
