"""What is remembered of a file while somebody has it open."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar

Kept = TypeVar("Kept")


class PerFile(Generic[Kept]):
    """One thing for each open file, made when it is first asked for, by one thread."""

    def __init__(self, make: Callable[[Columnar], Kept]) -> None:
        self._make = make
        self._kept: WeakKeyDictionary[Columnar, Kept] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def of(self, columnar: Columnar) -> Kept:
        """The thing of this file."""
        with self._lock:
            found = self._kept.get(columnar)
            if found is None:
                found = self._kept[columnar] = self._make(columnar)
            return found
