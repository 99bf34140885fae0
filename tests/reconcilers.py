"""A small register, and services of it, for the tests of reconciliation."""

from __future__ import annotations

import contextlib
import http.client
import io
import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from kkgraph.link import Entry, Side, Target
from kkgraph.link.service import Service
from kkgraph.link.target import THRESHOLD

SIDE = Side("small", "small.csv", "Small register")
ROWS = (
    ("1", "ท่าพระ", "Tha Phra", "SUBDISTRICT", "40", "5400104", "Q21278778", (16.33, 102.8)),
    ("2", "ท่าพระ", "Tha Phra", "SAO", "40", "6400114", "", None),
    ("3", "ขอนแก่น", "Khon Kaen", "CITY", "40", "3400102", "Q876526", (16.43, 102.83)),
    ("4", "ศิลา", "Sila", "TOWN", "40", "4400115", "Q17155186", None),
    ("5", "เมืองเก่า", "Mueang Kao", "SUBDISTRICT", "40", "5400109", "Q26206687", None),
    ("6", "สำราญ", "Samran", "SUBDISTRICT", "40", "5400107", "", None),
    ("7", "ขอนแก่น", "Khon Kaen", "PAO", "40", "2400101", "", None),
    ("8", "หนองบัว", "Nong Bua", "SUBDISTRICT", "41", "", "", None),
    ("9", "หนองบัว", "Nong Bua", "SUBDISTRICT", "22", "", "", None),
    ("10", "เมืองพัทยา", "Pattaya City", "SPECIAL", "20", "", "Q170919", None),
    ("11", "<b>&\"'", "", "TOWN", "", "", "", None),
)


def entries() -> list[Entry]:
    out = []
    for number, (id_, th, en, type_, province, dla, item, point) in enumerate(ROWS, 2):
        codes = [("dla", dla)] * bool(dla) + [("wikidata", item)] * bool(item)
        names = (en,) if en else ()
        out.append(
            Entry(f"lao-{id_}", f"small.csv:{number}", th, names, type_, province,
                  identifiers=tuple(codes), point=point)
        )  # fmt: skip
    return out


def small_service() -> Service:
    found = entries()
    return Service(SIDE, found, Target(SIDE, found), threshold=THRESHOLD)


@contextlib.contextmanager
def running(service: Service, *, host: str = "127.0.0.1", **options: Any) -> Iterator[str]:
    """The address of a server with the service, for as long as the block runs."""
    from kkgraph.web.reconciling import Reconciling, application
    from kkgraph.web.running import LOOPBACK, address, listen, server

    sock = listen(host, 0)
    ready = threading.Event()
    app = application(Reconciling(service, **options), hosts=LOOPBACK)
    found = server(app, started=ready.set)
    thread = threading.Thread(target=lambda: found.run(sockets=[sock]))
    thread.start()
    try:
        assert ready.wait(10), "the server did not start"
        yield address(sock)
    finally:
        found.should_exit = True
        thread.join(10)
        sock.close()
        assert not thread.is_alive()


def verb(*words: str) -> tuple[int, str, str]:
    """Exit code, output and messages of a verb of the command line, run in this process."""
    from kkgraph.cli.main import main

    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "12")
    before, code = sys.argv, 0
    sys.argv = ["kkgraph", *words]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = int(str(stop.code or 0))
    finally:
        sys.argv = before
    return code, *(s.buffer.getvalue().decode("utf-8") for s in (out, err))


@dataclass(frozen=True)
class Got:
    status: int
    heads: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    url: str,
    form: dict[str, str] | None = None,
    *,
    method: str = "",
    heads: dict[str, str] | None = None,
    body: bytes | None = None,
    **query: str,
) -> Got:
    """The answer to GET, or to POST where there is a form or a body."""
    parts = urlsplit(url)
    target = parts.path or "/"
    given = "&".join(p for p in (parts.query, urlencode(query)) if p)
    target += f"?{given}" if given else ""
    sent = dict(heads or {})
    if form is not None:
        body = urlencode(form).encode()
        sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=20)
    try:
        connection.request(method or ("GET" if body is None else "POST"), target, body, sent)
        answer = connection.getresponse()
        found = {k.lower(): v for k, v in answer.headers.items()}
        return Got(answer.status, found, answer.read())
    finally:
        connection.close()
