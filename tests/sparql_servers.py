"""Real SPARQL servers for the tests of remote stores: started on a free port, always ended."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import warnings
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent / "servers"
CACHE = HERE.parents[1] / "build" / "servers"
START_S = 60
JAVA = 17


def installed(server: str, *, needs: str) -> Path:
    """The folder of a server: below KKGRAPH_SERVERS, or installed now; or a loud skip."""
    home = Path(os.environ.get("KKGRAPH_SERVERS", CACHE))
    if not (home / server).exists():
        if not shutil.which(needs):
            skip(server, f"it is not in {home}, and there is no {needs}")
        command = ["sh", str(HERE / "install.sh"), str(home), server]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            skip(server, f"installing failed: {(done.stderr or done.stdout).strip()[-300:]}")
    return home / server


def skip(server: str, reason: str) -> None:
    warnings.warn(f"SKIPPED: {server} is absent ({reason})", stacklevel=3)
    pytest.skip(f"{server} is absent: {reason}")


def java() -> str:
    """A Java that is new enough: JAVA_HOME's, that of the PATH, or one of the system's."""
    homes = [Path(os.environ.get("JAVA_HOME", "/nowhere")), *sorted(Path("/usr/lib/jvm").glob("*"))]
    for path in [shutil.which("java"), *(str(h / "bin" / "java") for h in homes)]:
        with contextlib.suppress(OSError):
            said = subprocess.run(
                [path or "", "-version"], check=False, capture_output=True, text=True
            )
            found = re.search(r'version "(\d+)', said.stderr)
            if found and int(found[1]) >= JAVA:
                return str(path)
    skip("fuseki", f"there is no Java {JAVA} or newer")
    raise AssertionError


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running(command, path: str, folder: Path, **environ: str):
    """The origin of a server while it runs, from its first answer on; its words are in a log.

    ``command`` makes the command line of a port; another port is tried where one is taken.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for _ in range(3):
        port = free_port()
        origin = f"http://127.0.0.1:{port}"
        with (folder / "log").open("wb") as out:
            process = subprocess.Popen(
                command(port), stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=folder,
                env={**os.environ, **environ}, start_new_session=True,
            )  # fmt: skip
        try:
            if came_up(process, origin + path):
                yield origin
                return
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()
    pytest.fail(f"the server does not answer:\n{(folder / 'log').read_text()[-2000:]}")


def came_up(process, url: str) -> bool:
    end = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < end:
        if answers(url):
            return True
        time.sleep(0.1)
    return False


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=30) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


@contextlib.contextmanager
def fuseki(folder: Path):
    """The address of a Fuseki with the datasets of ``servers/fuseki.ttl``."""
    jar = installed("fuseki", needs="mvn") / "jena-fuseki-server.jar"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "passwd").write_text("steward: s3cret\n")
    text = (HERE / "fuseki.ttl").read_text(encoding="utf-8")
    (folder / "fuseki.ttl").write_text(text.replace("PASSWD", str(folder / "passwd")))
    program = [
        java(), "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(jar),
        "org.apache.jena.fuseki.main.cmds.FusekiMainCmd", "--localhost",
        f"--conf={folder / 'fuseki.ttl'}",
    ]  # fmt: skip
    with running(lambda port: [*program, f"--port={port}"], "/named/sparql", folder) as origin:
        yield origin


@contextlib.contextmanager
def comunica(folder: Path, data: Path):
    """The address of a read-only Comunica over a file of N-Quads."""
    program = installed("comunica", needs="npm") / "node_modules/.bin/comunica-sparql-file-http"
    if not shutil.which("node"):
        skip("comunica", "there is no node")
    command = [str(program), str(data), "-l", "error", "-w", "1", "-p"]
    memory = "--max-old-space-size=1024"
    with running(lambda p: [*command, str(p)], "/sparql", folder, NODE_OPTIONS=memory) as origin:
        yield f"{origin}/sparql"
