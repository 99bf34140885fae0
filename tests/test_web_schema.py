"""Schemathesis on the OpenAPI description: what a machine makes up brings no error of the server.

Each answer must also be what the description says: its status, its type, its schema.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kkgraph import catalogue
from webserver import Server

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)


@pytest.fixture(scope="module")
def server():
    made = Server("--no-log")
    yield made
    assert made.stop() == 0
    assert "Traceback" not in made.said


def run(server, folder, phases, examples):
    """How many operations and cases were tested; all of them must pass."""
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run",
            server.url + "/api/openapi.json", "--phases", phases, "-n", str(examples),
            "--seed", "1", "--no-color", "-c", CHECKS, "--no-shrink", "--generation-database",
            "none", "--request-timeout", "60",
        ],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    tested = re.search(r"Tested: (\d+)", done.stdout)
    passed = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    assert tested
    assert passed
    assert passed[1] == passed[2]
    return int(tested[1]), int(passed[1])


def test_no_made_up_request_is_an_error_of_the_server(server, tmp_path):
    operations, cases = run(server, tmp_path, "examples,fuzzing", 2)
    assert operations == len(catalogue.all_questions()) + 5 >= 86
    assert cases >= 150


@pytest.mark.long
def test_thousands_of_made_up_requests(server, tmp_path):
    assert run(server, tmp_path, "examples,coverage,fuzzing", 20)[1] > 3000
