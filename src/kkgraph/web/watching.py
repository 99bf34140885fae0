"""What whoever runs the server looks at: health and metrics."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import Route


from kkgraph import __version__
from kkgraph.web.messages import Reply
from kkgraph.web.service import Sent, Service

_QUIET = {"cache-control": "no-store"}


def routes(service: Service) -> list[Route]:
    """``/health`` (200 where it answers, 503 where no process does) and ``/metrics``."""
    from starlette.routing import Route

    async def health(request: Request) -> Sent:
        gauges = service.pool.gauges()
        well = gauges["processes"] > 0
        data = {
            "status": "ok" if well else "down",
            "version": __version__,
            "store": service.version,
            "updates": service.may_update,
            **gauges,
        }
        body = json.dumps(data).encode()
        return Sent(Reply(body, "application/json", 200 if well else 503), _QUIET)

    async def metrics(request: Request) -> Sent:
        gauges = {**service.pool.gauges(), "store_version": service.pool.version,
                  "processes_started": service.pool.started}  # fmt: skip
        text = service.meter.text(gauges, service.pool.killed)
        return Sent(Reply(text.encode(), "text/plain"), _QUIET)

    return [
        Route("/health", health, methods=["GET"]),
        Route("/metrics", metrics, methods=["GET"]),
    ]
