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
def running(command: list[str], url: str, folder: Path, **environ: str):
    """A server while it runs, from its first answer on; its words are in ``folder/log``."""
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=folder,
            env={**os.environ, **environ}, start_new_session=True,
        )  # fmt: skip
    try:
        end = time.monotonic() + START_S
        while not answers(url):
            if process.poll() is not None or time.monotonic() > end:
                pytest.fail(f"{command[0]} does not answer:\n{log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5) as answer:
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
    port = free_port()
    command = [
        java(), "-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", str(jar),
        "org.apache.jena.fuseki.main.cmds.FusekiMainCmd",
        "--localhost", f"--port={port}", f"--conf={folder / 'fuseki.ttl'}",
    ]  # fmt: skip
    with running(command, f"http://127.0.0.1:{port}/named/sparql", folder):
        yield f"http://127.0.0.1:{port}"


@contextlib.contextmanager
def comunica(folder: Path, data: Path):
    """The address of a read-only Comunica over a file of N-Quads."""
    program = installed("comunica", needs="npm") / "node_modules/.bin/comunica-sparql-file-http"
    if not shutil.which("node"):
        skip("comunica", "there is no node")
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    url = f"http://127.0.0.1:{port}/sparql"
    command = [str(program), str(data), "-p", str(port), "-l", "error", "-w", "1"]
    with running(command, url, folder, NODE_OPTIONS="--max-old-space-size=1024"):
        yield url
