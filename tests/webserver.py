"""A real server for tests: the command in a process of its own, at a free port of this machine."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

TOKEN = "a-token-of-the-tests-0123456789"


class Server:
    """``kkgraph serve`` with these options, or a script that serves; stopped at the end."""

    def __init__(self, *options: str, script: str = "") -> None:
        command = [sys.executable, "-m", "kkgraph.cli", "serve", "--port", "0", *options]
        if script:
            command = [sys.executable, "-c", script]
        self.process = subprocess.Popen(
            command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert self.process.stderr is not None
        self.said = ""
        while not (found := re.search(r" at http://([^:\s]+):(\d+)", self.said)):
            line = self.process.stderr.readline().decode()
            assert line, f"the server ended: {self.said}"
            self.said += line
        self.host, self.port = found[1], int(found[2])
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()
        self.url = f"http://{self.host}:{self.port}"

    def _read(self):
        for line in self.process.stderr:
            self.said += line.decode()

    def request(self, method, path, body=None, headers=None, *, source="127.0.0.1", timeout=30):
        """Status, headers (small letters) and body; nothing is added but Host and the length."""
        connection = http.client.HTTPConnection(
            self.host, self.port, timeout=timeout, source_address=(source, 0)
        )
        given = {k.lower(): v for k, v in (headers or {}).items()}
        try:
            connection.putrequest(
                method, path, skip_host="host" in given, skip_accept_encoding=True
            )
            for name, value in given.items():
                connection.putheader(name, value)
            if body is not None and "content-length" not in given:
                connection.putheader("content-length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            data = answer.read()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, data
        finally:
            connection.close()

    def get(self, path, headers=None, **options):
        """A GET."""
        return self.request("GET", path, headers=headers, **options)

    def query(self, text, accept="application/sparql-results+json", **options):
        """A query, posted directly."""
        headers = {"content-type": "application/sparql-query", "accept": accept}
        return self.request("POST", "/sparql", text.encode(), headers, **options)

    def update(self, text, token=TOKEN, **options):
        """An update, posted directly."""
        headers = {"content-type": "application/sparql-update", "authorization": f"Bearer {token}"}
        return self.request("POST", "/sparql", text.encode(), headers, **options)

    def health(self):
        """What ``/health`` says."""
        return json.loads(self.get("/health")[2])

    def children(self):
        """The numbers of the processes behind it."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        return [int(n) for n in listed.stdout.split()]

    def stop(self, how=signal.SIGINT):
        """End it; the exit code."""
        self.process.send_signal(how)
        try:
            return self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self._reading.join(timeout=5)


def wait_for(condition, seconds=10.0):
    """Wait until it holds; False where time runs out."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def token_file(folder: Path) -> Path:
    """A file with the tests' token, readable by its owner only."""
    path = folder / "token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path
