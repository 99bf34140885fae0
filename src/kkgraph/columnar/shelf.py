"""Arrays kept in memory of their own, so that it goes back whole when they are no longer used.

Blocks are encoded on several threads. What is kept of them would lie between what is not, and an
allocator gives nothing back while one kept array lies in its way. Where the memory allowed is used
up, further arrays lie in temporary files, mapped, and take memory only while they are read.
"""

from __future__ import annotations

import mmap
import os
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[Any]]

# An allocator maps an array of this size on its own; what is not yet written takes no memory.
_BOARD_BYTES: Final = 33 * 2**20
_ALIGNED: Final = 64


@dataclass(slots=True)
class Room:
    """The memory that several shelves share; ``limit`` None is as much as they need."""

    limit: int | None = None
    held: int = 0


class Shelf:
    """A place for arrays; a board of it is freed with the last array on it.

    ``held`` counts the bytes kept in memory, ``n_bytes`` those in files as well.
    """

    def __init__(self, room: Room) -> None:
        self._room = room
        self._board: Numbers | None = None
        self._file: mmap.mmap | None = None
        self._used = 0
        self.held = 0
        self.n_bytes = 0

    def keep(self, array: Numbers) -> Numbers:
        """A copy of the array on the shelf; ``OSError`` where the disk is full."""
        size = array.nbytes
        if self._board is None or self._used + size > len(self._board):
            self._board = self._next(max(_BOARD_BYTES, size))
            self._used = 0
        kept = self._board[self._used : self._used + size].view(array.dtype).reshape(array.shape)
        kept[...] = array
        self._used += -(-size // _ALIGNED) * _ALIGNED
        self.n_bytes += size
        if self._file is None:
            self.held += size
            self._room.held += size
        return kept

    def _next(self, size: int) -> Numbers:
        """A new board: in memory, or in a file where no memory is left for it."""
        import numpy as np

        room = self._room
        if self._file is not None:
            _let_go(self._file)
        self._file = None
        if room.limit is None or room.held + size <= room.limit:
            return np.empty(size, np.uint8)
        self._file = _mapped(size)
        return np.frombuffer(self._file, np.uint8)

    def clear(self) -> None:
        """Give back what it holds of the room, once its arrays are no longer needed."""
        self._room.held -= self.held
        self.held = self.n_bytes = 0
        self._board = self._file = None

    def keep_forms(self, forms: pa.Array) -> pa.Array:
        """A copy of a string array on the shelf."""
        import numpy as np
        import pyarrow as pa

        offsets = np.frombuffer(forms.buffers()[1], np.int32)
        offsets = offsets[forms.offset : forms.offset + len(forms) + 1]
        data = np.frombuffer(forms.buffers()[2] or b"", np.uint8)[offsets[0] : offsets[-1]]
        buffers = [
            None,
            pa.py_buffer(self.keep(offsets - offsets[0])),
            pa.py_buffer(self.keep(data)),
        ]
        return pa.Array.from_buffers(pa.string(), len(forms), buffers)


def _mapped(size: int) -> mmap.mmap:
    """A temporary file of so many bytes as memory; it is gone with its last use."""
    with tempfile.TemporaryFile(prefix="kkgraph-") as file:
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(file.fileno(), 0, size)  # a full disk is an error now, not later
        else:
            file.truncate(size)
        return mmap.mmap(file.fileno(), size)


def _let_go(board: mmap.mmap) -> None:
    """Take a file's pages out of this process's memory until they are read again."""
    if hasattr(mmap, "MADV_DONTNEED"):
        board.madvise(mmap.MADV_DONTNEED)
