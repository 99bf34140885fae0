"""The one process that writes: updates in turn, each answered by the snapshot that reads use."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from kkgraph.errors import StoreError
from kkgraph.opening import SAVED
from kkgraph.web.bounds import Bounds
from kkgraph.web.messages import Job, Reply
from kkgraph.web.pool import Pool
from kkgraph.web.process import Process

_OPEN_S: Final = 600.0


@dataclass(frozen=True, slots=True)
class Source:
    """What is served: the store on disk at ``path``, or one in memory; see ``OxigraphStore``."""

    path: Path | None = None
    derived: bool = True


class Writer:
    """Opens the store, and runs one write after another in a process of its own.

    A write that passes its time is stopped by killing the process: on disk the engine takes the
    unfinished transaction back, in memory the last snapshot is read again. Snapshots go into the
    folder, which is removed in the end.
    """

    def __init__(self, source: Source, bounds: Bounds, pool: Pool, folder: Path) -> None:
        self._source = source
        self._bounds = bounds
        self._pool = pool
        self._process: Process | None = None
        self._lock = asyncio.Lock()
        self._folder = folder
        self._number = 0
        self._folders: dict[int, Path] = {}

    async def start(self, *, keep: bool) -> Path:
        """The first snapshot. Without ``keep`` the store is let go again: others may open it.

        A columnar file is read where it is: nothing writes into it. Raises ``StoreError``
        read-only-store where it is to be kept for writing, and those of opening it.
        """
        path = self._source.path
        if path is not None and path.suffix == SAVED and not path.is_dir():
            return _saved(path, keep)
        process = await self._open(None)
        folder = str(self._next())
        made = await process.ask(Job("snapshot", {"folder": folder}), _OPEN_S)
        self._folders[0] = Path(folder)
        if not keep:
            self._end()
        return Path(made.facts["place"])

    async def run(self, job: Job) -> Reply:
        """The reply to a write; reads see it from then on. One write at a time."""
        async with self._lock:
            if self._process is None or not self._process.alive:
                self._end()
                await self._open(self._pool.place)
            assert self._process is not None
            args = {**job.args, "folder": str(self._next())}
            reply = await asyncio.shield(self._ask(replace(job, args=args)))
            self._pool.advance(Path(reply.facts["place"]))
            self._tidy()
            return reply

    def stop(self) -> None:
        """End the process, and remove the snapshots."""
        self._end()
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def pid(self) -> int:
        """The number of the process that writes; 0 where there is none."""
        return self._process.pid if self._process is not None else 0

    async def _ask(self, job: Job) -> Reply:
        assert self._process is not None
        return await self._process.ask(job, self._bounds.update_s)

    async def _open(self, state: Path | None) -> Process:
        process = Process("write", 0)
        self._process = process
        on_disk = self._source.path
        args = {
            "path": str(on_disk) if on_disk else None,
            "state": str(state) if state and not on_disk else None,
            "derived": self._source.derived,
        }
        try:
            await process.ask(Job("open", args), _OPEN_S)
        except BaseException:
            self._end()
            raise
        return process

    def _next(self) -> Path:
        self._number += 1
        return self._folder / str(self._number)

    def _tidy(self) -> None:
        """Remove snapshots that no process reads any more, nor may just be starting to read."""
        version = self._pool.version
        self._folders[version] = self._folder / str(self._number)
        for old in [v for v in self._folders if v < min(self._pool.oldest, version - 2)]:
            shutil.rmtree(self._folders.pop(old), ignore_errors=True)

    def _end(self) -> None:
        if self._process is not None:
            self._process.stop(StoreError("worker-died", "the server is stopping"))
            self._process.reap()
            self._process = None


def _saved(path: Path, keep: bool) -> Path:
    from kkgraph.columnar.saved import open_saved

    if keep:
        raise StoreError(
            "read-only-store",
            "a columnar file is for reading, and takes no changes",
            where=str(path),
            hint="Serve it without --allow-update, or serve a store in a folder.",
        )
    open_saved(path).close()  # what is wrong with it is said at once
    return path.resolve()
