"""Who asks, and how much each has used of the processes lately."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kkgraph.web.process import Process

HALF_LIFE_S: Final = 10.0
"""After so many seconds what was used counts half."""


@dataclass(slots=True)
class Client:
    """What one client has waiting and running, and how much it has used lately."""

    waiting: deque[asyncio.Future[Process]] = field(default_factory=deque)
    running: int = 0
    used_s: float = 0.0
    at: float = 0.0
    heavy_until: float = 0.0

    def use(self, seconds: float, now: float) -> None:
        """Count the use of a process; what is past counts half after ten seconds."""
        self.used_s = self.used_s * 0.5 ** ((now - self.at) / HALF_LIFE_S) + seconds
        self.at = now
