"""The file of a back-up: a ZIP of the graph, the kept files, and a manifest with their digests.

Whatever the file says is believed only once it is checked: names by a pattern, sizes while they
are read, bytes by their SHA-256. Nothing is ever unpacked under a name of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from kkgraph.errors import SourceError

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
QUADS: Final = "quads.nq"
MAX_RATIO: Final = 200
"""So many bytes at most for one of the file: N-Quads take 10 to 40, a bomb takes 1,000."""
_SLACK: Final = 1 << 24
_MAX_MANIFEST: Final = 1 << 26
_CHUNK: Final = 1 << 20
_KEPT: Final = re.compile(r"cases/[0-9a-f]{64}(?:/[^/\\\x00-\x1f]+)+")
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a back-up: its name in it, its size in bytes, the SHA-256 of its bytes."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a back-up holds. ``made`` is in UTC; ``quads`` counts those of ``graphs`` graphs.

    ``derived`` is False for a plain dataset, whose default graph is one of its own.
    """

    version: str
    made: str
    derived: bool
    quads: int
    graphs: int
    members: tuple[Member, ...]

    @property
    def kept(self) -> tuple[Member, ...]:
        """The submitted files of loaded cases."""
        return tuple(m for m in self.members if m.name != QUADS)

    def to_json(self) -> str:
        """The manifest as it stands in the file."""
        body = {
            "format": FORMAT,
            "version": self.version,
            "made": self.made,
            "derived": self.derived,
            "quads": self.quads,
            "graphs": self.graphs,
            "members": [
                {"name": m.name, "bytes": m.bytes, "sha256": m.sha256} for m in self.members
            ],
        }
        return json.dumps(body, ensure_ascii=False, indent=1) + "\n"


class Hashed:
    """A stream to read from or write to, which counts the bytes and their SHA-256."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._sha = hashlib.sha256()
        self.bytes = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        return self._seen(self._stream.read(size))

    def write(self, data: bytes) -> int:
        """How many bytes were written: all."""
        self._stream.write(self._seen(data))
        return len(data)

    def flush(self) -> None:
        """Nothing: the archive is flushed when it is complete."""

    def _seen(self, data: bytes) -> bytes:
        self._sha.update(data)
        self.bytes += len(data)
        return data

    @property
    def sha256(self) -> str:
        """The digest of the bytes that have passed."""
        return self._sha.hexdigest()


class Archive:
    """A back-up that is open for reading, its manifest and names checked."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path = path
        self._archive = archive
        self._entries = _entries(archive, path)
        self.manifest = _manifest(self._bounded(MANIFEST, _MAX_MANIFEST), path)
        self._compare(path.stat().st_size)

    def _compare(self, size: int) -> None:
        listed = [m.name for m in self.manifest.members]
        for name in listed:
            if name not in self._entries:
                raise bad(self._path, f"{name} is missing")
        for name in self._entries:
            if name not in listed and name != MANIFEST:
                raise bad(self._path, f"{name} is not in its list of contents")
        if QUADS not in listed or len(set(listed)) != len(listed):
            raise bad(self._path, "its list of contents is wrong")
        if sum(m.bytes for m in self.manifest.members) > size * MAX_RATIO + _SLACK:
            raise bad(self._path, "it would unpack to far more than such a file can hold")

    def _bounded(self, name: str, limit: int) -> bytes:
        if name not in self._entries:
            raise bad(self._path, f"{name} is missing")
        try:
            with self._archive.open(self._entries[name]) as stream:
                data = stream.read(limit + 1)
        except _BROKEN as error:
            raise bad(self._path, f"{name} cannot be read ({error})") from error
        if len(data) > limit:
            raise bad(self._path, f"{name} is too large")
        return data

    def copy(self, member: Member, to: IO[bytes] | None = None) -> None:
        """Read a member to its end, perhaps into a file; ``SourceError`` if it isn't as listed."""
        with self.reading(member) as stream:
            while chunk := stream.read(_CHUNK):
                if to is not None:
                    to.write(chunk)

    @contextmanager
    def reading(self, member: Member) -> Iterator[Hashed]:
        """A member's bytes, at most as many as listed; at the end they must be those listed."""
        with self._archive.open(self._entries[member.name]) as raw:
            stream = Hashed(_Limited(raw, member.bytes))  # type: ignore[arg-type]
            yield stream
            if stream.bytes != member.bytes or stream.sha256 != member.sha256 or raw.read(1):
                raise bad(self._path, f"{member.name} is not what was backed up")


class _Limited:
    def __init__(self, stream: IO[bytes], left: int) -> None:
        self._stream = stream
        self._left = left

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The back-up, open. What is wrong with it raises ``SourceError``.

    Codes: missing-file, bad-backup (no back-up, cut, changed, unsafe), backup-format (of a
    version that this one doesn't read).
    """
    if not path.is_file():
        raise SourceError(
            "missing-file", "there is no such file", where=str(path), hint="Check the path."
        )
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise bad(path, f"it is no back-up, or its end is missing ({error})") from error
    with archive:
        yield Archive(path, archive)


def check(path: Path | str) -> Manifest:
    """What a back-up holds, once all of it has been read and found as it was written.

    Writes nothing. Raises ``SourceError`` as ``opened`` does.
    """
    with opened(Path(path)) as archive:
        verify(archive, Path(path))
        return archive.manifest


def verify(archive: Archive, path: Path) -> None:
    """Read every member to its end; ``SourceError`` bad-backup where one is not as listed."""
    for member in archive.manifest.members:
        try:
            archive.copy(member)
        except _BROKEN as error:
            raise bad(path, f"{member.name} cannot be read ({error})") from error


def bad(path: Path, message: str) -> SourceError:
    """The error for a back-up that cannot be relied on."""
    return SourceError(
        "bad-backup",
        message,
        where=str(path),
        hint="Nothing was restored. Copy the file again from where it is kept, or take another.",
    )


def _entries(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.orig_filename
        mode = entry.external_attr >> 16
        plain = name in (MANIFEST, QUADS) or (_KEPT.fullmatch(name) and not _climbs(name))
        if not plain or name != entry.filename or name in found:
            raise bad(path, f"{name!r} is no name that a back-up has")
        if entry.is_dir() or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
            raise bad(path, f"{name} is no ordinary file")
        if entry.flag_bits & 1 or entry.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):
            raise bad(path, f"{name} is packed in a way that a back-up never is")
        found[name] = entry
    return found


def _climbs(name: str) -> bool:
    return any(part in (".", "..") or ":" in part for part in name.split("/"))


def _manifest(data: bytes, path: Path) -> Manifest:
    try:
        body: Any = json.loads(data)
        number = body["format"]
    except (*_BROKEN, TypeError, RecursionError) as error:
        raise bad(path, "its list of contents cannot be read") from error
    if number != FORMAT:
        raise SourceError(
            "backup-format",
            f"the back-up has format {number!r}, and this version reads {FORMAT}",
            where=str(path),
            hint=f"Restore it with the version that made it: {body.get('version', 'unknown')}.",
        )
    try:
        return Manifest(
            version=str(body["version"]),
            made=str(body["made"]),
            derived=body["derived"] is True,
            quads=int(body["quads"]),
            graphs=int(body["graphs"]),
            members=tuple(
                Member(str(m["name"]), max(0, int(m["bytes"])), str(m["sha256"]))
                for m in body["members"]
            ),
        )
    except (*_BROKEN, TypeError) as error:
        raise bad(path, "its list of contents is incomplete") from error
