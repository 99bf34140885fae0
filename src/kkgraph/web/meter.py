"""What a server counts, as Prometheus text, and its request log."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import TextIO

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_SHOWN = 200


class Meter:
    """Counts requests by kind and status, their times and sizes; writes one line for each."""

    def __init__(self, log: TextIO | None = sys.stderr) -> None:
        self._log = log
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._times: Counter[tuple[str, float]] = Counter()
        self._seconds: dict[str, float] = {}
        self._number: Counter[str] = Counter()
        self.bytes_sent = 0
        self.cached = 0
        self.open = 0

    def count(self, kind: str, method: str, status: int, seconds: float, size: int) -> None:
        """One request that is answered."""
        self._requests[kind, method, status] += 1
        self._number[kind] += 1
        self._seconds[kind] = self._seconds.get(kind, 0.0) + seconds
        self.bytes_sent += size
        for edge in _BUCKETS:
            if seconds <= edge:
                self._times[kind, edge] += 1
                break

    def write(
        self, client: str, method: str, target: str, status: int, seconds: float, size: int
    ) -> None:
        """One line of the log: when, who, what, how it ended. Headers are never in it."""
        if self._log is None:
            return
        when = time.strftime("%Y-%m-%dT%H:%M:%S%z")
        shown = target if len(target) <= _SHOWN else target[:_SHOWN] + "…"
        safe = "".join(c if c.isprintable() and c != '"' else "?" for c in shown)
        self._log.write(
            f'{when} {client} "{method} {safe}" {status} {size} {seconds * 1000:.1f}ms\n'
        )
        self._log.flush()

    def text(self, gauges: Mapping[str, float], killed: Mapping[str, int]) -> str:
        """The Prometheus exposition of everything counted."""
        out = ["# TYPE kkgraph_requests_total counter"]
        for (kind, method, status), n in sorted(self._requests.items()):
            labels = f'kind="{kind}",method="{method}",status="{status}"'
            out.append(f"kkgraph_requests_total{{{labels}}} {n}")
        out.append("# TYPE kkgraph_request_seconds histogram")
        for kind, number in sorted(self._number.items()):
            below = 0
            for edge in _BUCKETS:
                below += self._times[kind, edge]
                out.append(f'kkgraph_request_seconds_bucket{{kind="{kind}",le="{edge}"}} {below}')
            out.append(f'kkgraph_request_seconds_bucket{{kind="{kind}",le="+Inf"}} {number}')
            out.append(f'kkgraph_request_seconds_sum{{kind="{kind}"}} {self._seconds[kind]:.6f}')
            out.append(f'kkgraph_request_seconds_count{{kind="{kind}"}} {number}')
        out.append("# TYPE kkgraph_jobs_stopped_total counter")
        for reason, n in sorted(killed.items()):
            out.append(f'kkgraph_jobs_stopped_total{{reason="{reason}"}} {n}')
        totals = {"sent_bytes": self.bytes_sent, "cached": self.cached}
        for name, total in totals.items():
            out += [f"# TYPE kkgraph_{name}_total counter", f"kkgraph_{name}_total {total}"]
        for name, value in {**gauges, "requests_open": self.open}.items():
            out += [f"# TYPE kkgraph_{name} gauge", f"kkgraph_{name} {value:g}"]
        return "\n".join(out) + "\n"
