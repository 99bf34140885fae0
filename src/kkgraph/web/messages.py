"""What the front process and the processes behind it say to each other.

A message is four bytes with the size of its head, eight with the size of its body, the head
(a pickle; both ends are ours) and the body as it will be sent to the client.
"""

from __future__ import annotations

import pickle
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from kkgraph.errors import KkgraphError

HEAD: Final = struct.Struct("<IQ")


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: its kind (see ``kkgraph.web.desk``) and what it needs."""

    kind: str
    args: dict[str, Any] = field(default_factory=dict)
    gzip: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a job: bytes of a media type, ready to be sent."""

    body: bytes
    media: str = ""
    status: int = 200
    encoding: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """A job that failed on purpose: the error as it was raised."""

    error: KkgraphError


def pack(head: Any, body: bytes = b"") -> bytes:
    """A message, whole."""
    data = pickle.dumps(head, protocol=5)
    return b"".join((HEAD.pack(len(data), len(body)), data, body))


def of_reply(reply: Reply | Failure) -> bytes:
    """The message of a reply; its body goes beside the pickle and is not copied into it."""
    if isinstance(reply, Failure):
        return pack(reply)
    return pack((reply.media, reply.status, reply.encoding, reply.facts), reply.body)


def to_reply(head: bytes, body: bytes) -> Reply | Failure:
    """The reply that a message holds."""
    data = pickle.loads(head)  # noqa: S301 (our own process wrote it)
    if isinstance(data, Failure):
        return data
    media, status, encoding, facts = data
    return Reply(body, media, status, encoding, facts)


def read_message(read: Callable[[int], bytes]) -> Any:
    """The head of the next message from a blocking reader; ``EOFError`` at its end."""
    start = read(HEAD.size)
    if len(start) < HEAD.size:
        raise EOFError
    size, rest = HEAD.unpack(start)
    data = read(size)
    if len(data) < size or len(read(rest)) < rest:
        raise EOFError
    return pickle.loads(data)  # noqa: S301 (our own process wrote it)
