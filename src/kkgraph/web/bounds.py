"""The limits of a server: time, size and number, each with the status that answers it."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one server allows. Times are seconds, sizes are bytes.

    A query that runs longer than ``long_s`` counts as long: while others wait it moves out of
    their way (``long_workers`` such processes) or, if its client has one there already, is ended.
    """

    workers: int = 2
    long_workers: int = 2
    query_s: float = 30.0
    update_s: float = 60.0
    long_s: float = 0.5
    wait_s: float = 10.0
    queue: int = 256
    client_queue: int = 64
    max_rows: int = 100_000
    answer_bytes: int = 64 * MIB
    query_bytes: int = MIB
    upload_bytes: int = 64 * MIB
    line_bytes: int = 32 * KIB
    head_bytes: int = 64 * KIB
    head_s: float = 10.0
    stall_s: float = 20.0
    connections: int = 512
    client_connections: int = 128
    cache_bytes: int = 32 * MIB
    service_bytes: int = 16 * MIB
    service_calls: int = 100
    memory_bytes: int = 2048 * MIB
