"""Restoring a back-up: verified whole, built beside the store's place, moved there at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph as ox

from kkgraph.backup.archive import QUADS, Archive, Hashed, Manifest, bad, opened, verify
from kkgraph.building import scratch
from kkgraph.errors import SourceError, StoreError
from kkgraph.store import OxigraphStore

_SPARE: Final = 3
"""So many times the bytes of the graph's text its store may take on disk, with room to spare."""


def restore(source: Path | str, to: Path | str, *, replace: bool = False) -> Manifest:
    """What the back-up held that is now the store at ``to``.

    All of it is verified first; what stands at ``to`` stays until the new store is complete. A
    store is replaced only with ``replace``, and never one that another process has open. Raises
    ``SourceError`` (missing-file, bad-backup, backup-format, file-exists), ``StoreError``
    (unreadable-store, unwritable-store).
    """
    path, place = Path(source), Path(to).resolve()
    _refuse(place, replace=replace)
    with opened(path) as archive:
        verify(archive, path)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            _room(place.parent, archive.manifest)
            with scratch(place.parent, f".{place.name}-") as building:
                _build(archive, path, building / "store")
                _refuse(place, replace=replace)
                _swap(building, place)
        except OSError as error:
            raise _unwritable(place, str(error)) from error
        return archive.manifest


def _refuse(place: Path, *, replace: bool) -> None:
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    if not replace:
        raise SourceError(
            "file-exists",
            "there is something already, and it is left as it is",
            where=str(place),
            hint="Give another folder, or replace the store there with --replace.",
        )
    if not (place / "kkgraph.json").is_file():
        raise SourceError(
            "file-exists",
            "this is no store, and it is left as it is",
            where=str(place),
            hint="Give another folder: only a store is replaced.",
        )
    try:
        OxigraphStore.open(place).close()
    except StoreError as error:
        if "lock" in error.message.lower():
            raise
        # a damaged store is what back-ups are for


def _room(folder: Path, manifest: Manifest) -> None:
    free = shutil.disk_usage(folder).free
    wanted = sum(m.bytes for m in manifest.members) + manifest.members[0].bytes * (_SPARE - 1)
    if free < wanted:
        raise _unwritable(folder, f"it may need {wanted:,} bytes, and {free:,} are free")


def _build(archive: Archive, path: Path, store: Path) -> None:
    quads = next(m for m in archive.manifest.members if m.name == QUADS)
    count = [0]
    with archive.reading(quads) as stream:
        try:
            made = OxigraphStore.create(
                store, _parsed(stream, count), derived=archive.manifest.derived
            )
        except (SyntaxError, ValueError) as error:
            raise bad(path, f"{QUADS} is not right: {error}") from error
        made.close()
    if count[0] != archive.manifest.quads:
        raise bad(path, f"it has {count[0]} quads and should have {archive.manifest.quads}")
    for member in archive.manifest.kept:
        target = store / member.name  # a name that ``archive`` has checked
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as file:
            archive.copy(member, file)
            file.flush()
            os.fsync(file.fileno())


def _parsed(stream: Hashed, count: list[int]) -> Iterator[ox.Quad]:
    for quad in ox.parse(cast("IO[bytes]", stream), format=ox.RdfFormat.N_QUADS):
        count[0] += 1
        yield quad


def _swap(building: Path, place: Path) -> None:
    """Put the new store in place; where that fails, the earlier one is there again.

    Between two renames the earlier one stands beside its place, as ``.NAME-before-…``.
    """
    before: Path | None = None
    if place.exists():
        before = Path(tempfile.mkdtemp(prefix=f".{place.name}-before-", dir=place.parent))
        place.rename(before)
    try:
        (building / "store").rename(place)
    except OSError:
        if before is not None:
            before.rename(place)
        raise
    if before is not None:
        shutil.rmtree(before, ignore_errors=True)


def _unwritable(place: Path, message: str) -> StoreError:
    return StoreError(
        "unwritable-store",
        f"the store cannot be made: {message}",
        where=str(place),
        hint="Make room there, or choose a place where you may write. Nothing was changed.",
    )
