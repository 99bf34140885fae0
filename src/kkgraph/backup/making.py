"""Making a back-up: written beside its place, read back, and moved there when it is right."""

from __future__ import annotations

import os
import re
import shutil
import time
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, cast

import pyoxigraph as ox

from kkgraph import __version__
from kkgraph.backup.archive import MANIFEST, QUADS, Hashed, Manifest, Member, check
from kkgraph.building import scratch
from kkgraph.cases.keeping import FOLDER
from kkgraph.errors import QuestionError, SourceError, StoreError
from kkgraph.store import OxigraphStore, Store

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def make(store: Store, to: Path | str, *, replace: bool = False) -> Manifest:
    """What the back-up holds that is now at ``to``: the graphs and the kept files of cases.

    The store is open in this process, which no other can write to meanwhile: the file has one
    state of it. Raises ``QuestionError`` no-store (in memory, or on a server), ``SourceError``
    file-exists, ``StoreError`` unwritable-backup.
    """
    target = Path(to)
    if not isinstance(store, OxigraphStore) or store.path is None:
        raise QuestionError(
            "no-store",
            "a back-up is made of a store on disk, and this one is not",
            where="backup",
            hint="Name its folder: --store FOLDER. From a server: kkgraph export --format nq.",
        )
    if target.exists() and not (replace and target.is_file()):
        raise SourceError(
            "file-exists",
            "there is something already, and it is left as it is",
            where=str(target),
            hint="Give another name, or write over the file with --replace.",
        )
    try:
        with scratch(target.parent, f".{target.name}-") as folder:
            building = folder / target.name
            building.touch(mode=0o600)
            with building.open("w+b") as file:
                with zipfile.ZipFile(file, "w", allowZip64=True) as archive:
                    _write(store, store.path, archive)
                file.flush()
                os.fsync(file.fileno())
            manifest = check(building)
            building.replace(target)
    except OSError as error:
        raise StoreError(
            "unwritable-backup",
            f"the back-up cannot be written: {error}",
            where=str(target),
            hint="Make room there, or choose a place where you may write.",
        ) from error
    return manifest


def _write(store: OxigraphStore, folder: Path, archive: zipfile.ZipFile) -> None:
    count = [0]
    members = []
    with archive.open(_entry(QUADS), "w", force_zip64=True) as raw:
        stream = Hashed(raw)
        ox.serialize(
            _counted(_all(store), count), cast("IO[bytes]", stream), format=ox.RdfFormat.N_QUADS
        )
    members.append(Member(QUADS, stream.bytes, stream.sha256))
    for name, path in _kept(folder):
        with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as raw:
            stream = Hashed(raw)
            shutil.copyfileobj(source, cast("IO[bytes]", stream))
        members.append(Member(name, stream.bytes, stream.sha256))
    manifest = Manifest(
        version=__version__,
        made=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        derived=store.derived,
        quads=count[0],
        graphs=len(store.graphs()),
        members=tuple(members),
    )
    archive.writestr(_entry(MANIFEST), manifest.to_json())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=time.gmtime()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    return entry


def _all(store: OxigraphStore) -> Iterable[ox.Quad]:
    """The quads that no other follow from: a derived default graph is made anew."""
    return store.quads() if store.derived else store.engine


def _counted(quads: Iterable[ox.Quad], count: list[int]) -> Iterator[ox.Quad]:
    for quad in quads:
        count[0] += 1
        yield quad


def _kept(folder: Path) -> Iterator[tuple[str, Path]]:
    """The kept files with their names in a back-up; remains of a crash are left out."""
    for place in sorted((folder / FOLDER).glob("*")):
        if _DIGEST.fullmatch(place.name) and place.is_dir() and not place.is_symlink():
            for path in sorted(place.rglob("*")):
                if path.is_file() and not path.is_symlink():
                    yield path.relative_to(folder).as_posix(), path
