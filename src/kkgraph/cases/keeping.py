"""Submitted files kept beside a store on disk, under the SHA-256 of their bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from kkgraph import files
from kkgraph.building import scratch
from kkgraph.errors import StoreError

FOLDER: Final = "cases"
_NEW: Final = ".new-"


def submitted(paths: Collection[Path]) -> dict[str, bytes]:
    """The bytes of the files, by name; of a folder every file in it, by its path within."""
    found: dict[str, bytes] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.is_file())
            found |= {p.relative_to(path).as_posix(): files.read_bytes(p) for p in inside}
        else:
            found[path.name] = files.read_bytes(path)
    return found


def digest(content: Mapping[str, bytes]) -> str:
    """The SHA-256 of a single file's bytes; of several that of their names and digests.

    In the second case it is that of the text ``sha256sum`` prints for them, in name order.
    """
    each = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    if len(each) == 1:
        return next(iter(each.values()))
    text = "".join(f"{each[name]}  {name}\n" for name in sorted(each))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def keep(store: Path, content: Mapping[str, bytes]) -> Path:
    """The folder in which the files now stand, whole and written through to the disk.

    It is built beside its place and moved there when complete. Raises ``StoreError``
    unwritable-store.
    """
    place = store / FOLDER / digest(content)
    if place.is_dir() and digest(submitted([place])) == place.name:
        return place
    shutil.rmtree(place, ignore_errors=True)  # somebody changed what was kept
    try:
        place.parent.mkdir(exist_ok=True)
        with scratch(place.parent, _NEW) as building:
            for name, data in content.items():
                target = building / name
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            building.rename(place)
        _sync(place.parent)
    except OSError as error:
        raise StoreError(
            "unwritable-store",
            f"the submitted file cannot be kept: {error}",
            where=str(place.parent),
            hint="Make room there, or choose a store where you may write. Nothing was loaded.",
        ) from error
    return place


def _sync(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # a system on which a folder can't be opened
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def kept(store: Path, digest_: str) -> dict[str, bytes]:
    """The kept files of a digest, by name; empty where none are kept."""
    place = store / FOLDER / digest_
    return submitted([place]) if place.is_dir() else {}


def stray(store: Path, wanted: Collection[str]) -> Iterator[Path]:
    """What stands among the kept files and belongs to no loaded case."""
    folder = store / FOLDER
    if folder.is_dir():
        yield from (p for p in sorted(folder.iterdir()) if p.name not in wanted)


def sweep(store: Path, wanted: Collection[str]) -> None:
    """Remove what belongs to no loaded case: files of unloaded cases, remains of a crash."""
    for path in stray(store, wanted):
        shutil.rmtree(path, ignore_errors=True)
