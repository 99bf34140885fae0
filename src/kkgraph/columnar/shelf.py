"""Arrays kept in memory of their own, so that it goes back whole when they are no longer used.

Blocks are encoded on several threads. What is kept of them would lie between what is not, and an
allocator gives nothing back while one kept array lies in its way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    Numbers = np.ndarray[Any, np.dtype[Any]]

# An allocator maps an array of this size on its own; what is not yet written takes no memory.
_BOARD_BYTES: Final = 33 * 2**20
_ALIGNED: Final = 64


class Shelf:
    """A place for arrays; a board of it is freed with the last array on it."""

    def __init__(self) -> None:
        self._board: Numbers | None = None
        self._used = 0
        self.n_bytes = 0

    def keep(self, array: Numbers) -> Numbers:
        """A copy of the array on the shelf."""
        import numpy as np

        size = array.nbytes
        if self._board is None or self._used + size > len(self._board):
            self._board = np.empty(max(_BOARD_BYTES, size), np.uint8)
            self._used = 0
        kept = self._board[self._used : self._used + size].view(array.dtype).reshape(array.shape)
        kept[...] = array
        self._used += -(-size // _ALIGNED) * _ALIGNED
        self.n_bytes += size
        return kept

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
