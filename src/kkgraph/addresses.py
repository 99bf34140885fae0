"""Which addresses may be contacted: https anywhere in public, http on this machine alone."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from kkgraph.errors import RemoteError, SourceError

_PORTS: Final = {"https": 443, "http": 80}
_LOCAL_NAMES: Final = frozenset(("localhost", "localhost.localdomain"))
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
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


@dataclass(frozen=True, slots=True)
class Permit:
    """Which addresses may be contacted, named one by one; see ``permit``.

    ``urls`` are whole addresses, ``hosts`` have a host and a port, ``numbers`` are the IP
    addresses among the hosts: these alone need not be public ones.
    """

    urls: frozenset[str] = frozenset()
    hosts: frozenset[tuple[str, int]] = frozenset()
    numbers: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.urls or self.hosts)

    def allows(self, url: str) -> bool:
        """True where the address is named as a whole, or its host and port are."""
        if url in self.urls:
            return True
        try:
            parts = _split(url)
        except SourceError:
            return False
        port = parts.port or _PORTS.get(parts.scheme, 0)
        return parts.scheme in _PORTS and (_host(parts.hostname or ""), port) in self.hosts


def permit(named: Iterable[str]) -> Permit:
    """The permit of ``HOST``, ``HOST:PORT`` and whole addresses, each as a person writes it.

    A host without a port is meant with the usual ones, 443 for https and 80 for http. Raises
    ``SourceError`` bad-address where one of them is none.
    """
    urls, hosts, numbers = set(), set(), set()
    for text in named:
        whole = "://" in text
        bare = f"[{text}]" if text.count(":") > 1 and "[" not in text else text
        parts = check_address(text) if whole else _split(f"//{bare}")
        host = _host(parts.hostname or "")
        if not host or (not whole and parts.netloc != bare) or "@" in parts.netloc:
            _refuse(text, "this is no host", "Give HOST, HOST:PORT or a whole address.")
        if whole:
            urls.add(text)
        else:
            hosts |= {(host, port) for port in ((parts.port,) if parts.port else _PORTS.values())}
        if _is_number(host):
            numbers.add(str(ipaddress.ip_address(host)))
    return Permit(frozenset(urls), frozenset(hosts), frozenset(numbers))


def is_public(number: str) -> bool:
    """True where the IP address is one of the public network, and so is one that it wraps."""
    address = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            wrapped.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if not all(is_public(str(inner)) for inner in wrapped if inner is not None):
            return False
    return address.is_global and not address.is_multicast


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


def resolve(
    url: str, *, private: bool = False, proxied: bool = False, permitted: Permit | None = None
) -> Address:
    """The address with the numbers that its host's name stands for.

    Unless ``private``, each of them must be a public one: a name that leads into somebody's inner
    network isn't followed. The connection goes to these very numbers, so that a second look-up
    can't lead elsewhere. ``proxied`` leaves names to the proxy and checks numbers only. With
    ``permitted`` nothing else is contacted, and a number that it names may be a private one.
    Raises ``SourceError`` bad-address, ``RemoteError`` no-answer where the name is unknown.
    """
    parts = check_address(url)
    if permitted is not None and not permitted.allows(url):
        _refuse(url, "this address is not on the list of those allowed", "Allow it on purpose.")
    host = parts.hostname or ""
    port = parts.port or _PORTS[parts.scheme]
    path = quote(parts.path or "/", safe=_SAFE)
    target = f"{path}?{quote(parts.query, safe=_SAFE)}" if parts.query else path
    numbers = () if proxied and not _is_number(host) else _numbers(url, host, port)
    if not private and not is_loopback(host):
        allowed = permitted.numbers if permitted is not None else ()
        for number in numbers:
            if not is_public(number) and number not in allowed:
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


def _host(name: str) -> str:
    return name.lower().rstrip(".")


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
