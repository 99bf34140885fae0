"""The Reconciliation API in the whole server: schema-valid, within its limits, and up to date."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from conftest import ROOT
from reconcilers import ask
from test_reconcile_conformance import problems
from webserver import TOKEN, Server, token_file, wait_for

REGISTER = ROOT / "tests" / "fixtures" / "registers" / "register.csv"
NEW = """
INSERT DATA { GRAPH kkg:local { kkd:nong-hin-test a kk:SubdistrictMunicipality ;
  skos:prefLabel "เทศบาลตำบลหนองหินทดสอบ"@th, "Nong Hin Test Subdistrict Municipality"@en } }
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reconciled")
    made = Server("--no-log", "--allow-update", "--token-file", str(token_file(folder)))
    yield made
    assert made.stop() == 0
    assert "Traceback" not in made.said


def queries(*names):
    found = {f"q{n}": {"query": name, "limit": 3} for n, name in enumerate(names)}
    return {"queries": json.dumps(found, ensure_ascii=False)}


def test_a_session_through_the_whole_server(server):
    about = ask(f"{server.url}/reconcile/th")
    assert about.status == 200
    assert about.heads["access-control-allow-origin"] == "*"
    assert about.heads["x-content-type-options"] == "nosniff"
    manifest = about.json()
    assert problems(manifest, "manifest.json") == []
    assert manifest["name"].startswith("องค์กรปกครองส่วนท้องถิ่น")
    assert ask(f"{server.url}/reconcile/en").json()["name"].startswith("local government")

    got = ask(f"{server.url}/reconcile/th", queries("ทต.ท่าพระ", "Khon Kaen City", "ไม่มีชื่อนี้"))
    assert got.status == 200
    found = got.json()
    assert problems(found, "reconciliation-result-batch.json") == []
    first = found["q0"]["result"][0]
    assert (first["id"], first["match"]) == ("tha-phra-subdistrict", True)
    assert found["q1"]["result"][0]["id"] == "khon-kaen-city"
    assert not any(c["match"] for c in found["q2"]["result"])

    shown = ask(manifest["preview"]["url"].replace("{{id}}", first["id"]))
    assert shown.status == 200 and first["name"] in shown.text
    page = ask(manifest["documentation"])
    assert page.status == 200 and f"{server.url}/reconcile/th" in page.text
    asked = {"ids": [first["id"]], "properties": [{"id": "dla"}]}
    more = ask(f"{server.url}/reconcile/th", {"extend": json.dumps(asked)})
    assert problems(more.json(), "data-extension-response.json") == []
    assert more.json()["rows"][first["id"]]["dla"] == [{"str": "5400104"}]
    begun = ask(f"{server.url}/reconcile/en/suggest/entity", prefix="Khon").json()
    assert problems(begun, "suggest-entities-response.json") == []
    assert begun["result"]


@pytest.mark.parametrize(
    ("form", "path", "status", "code"),
    [
        ({"queries": "{"}, "/reconcile", 400, "bad-json"),
        ({}, "/reconcile", 400, "nothing-asked"),
        (None, "/reconcile/preview?id=nobody", 404, "unknown-id"),
        ({"extend": '{"ids":["a"],"properties":[{"id":"shoe"}]}'}, "/reconcile", 400,
         "unknown-property"),
    ],
)  # fmt: skip
def test_refusals_are_those_of_the_api(server, form, path, status, code):
    got = ask(server.url + path, form)
    assert (got.status, got.json()["error"]["code"]) == (status, code)


def test_the_servers_limits_hold(server):
    long = ask(f"{server.url}/reconcile?{urlencode({'queries': 'x' * 40_000})}")
    assert long.status == 414
    big = ask(f"{server.url}/reconcile", body=b"queries=" + b"x" * (4 * 2**20 + 1),
              heads={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert (big.status, big.json()["error"]["code"]) == (413, "too-large")


def test_what_is_written_is_found(server):
    name = "ทต.หนองหินทดสอบ"
    before = ask(f"{server.url}/reconcile", queries(name)).json()["q0"]["result"]
    assert "nong-hin-test" not in [c["id"] for c in before]
    assert server.update(NEW, TOKEN)[0] == 204
    after = ask(f"{server.url}/reconcile", queries(name)).json()["q0"]["result"]
    assert (after[0]["id"], after[0]["match"]) == ("nong-hin-test", True)


def test_the_pages_and_the_description_lead_to_it(server):
    html = {"accept": "text/html"}
    for lang in ("th", "en"):
        text = server.get(f"/data?lang={lang}", html)[2].decode()
        assert f"/reconcile/about?lang={lang}" in text
        assert f"<code>/reconcile/{lang}</code>" in text
    described = json.loads(server.get("/api/openapi.json")[2])
    assert set(described["paths"]["/reconcile"]) == {"get", "post"}


def test_a_stored_register_answers_in_its_place(tmp_path):
    store = str(tmp_path / "store")
    command = [sys.executable, "-m", "kkgraph.cli"]
    made = [*command, "register", "add", str(REGISTER), "--name", "lao-2017", "--period", "2017"]
    subprocess.run([*made, "--store", store], check=True, capture_output=True)
    refused = subprocess.run(
        [*command, "serve", store, "--port", "0", "--register", "lao-2018"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert refused.returncode == 2
    assert "lao-2017" in refused.stderr
    server = Server(store, "--no-log", "--register", "lao-2017")
    try:
        assert problems(ask(f"{server.url}/reconcile").json(), "manifest.json") == []
        got = ask(f"{server.url}/reconcile/th", queries("เทศบาลตำบลท่าพระ")).json()
        assert problems(got, "reconciliation-result-batch.json") == []
        first = got["q0"]["result"][0]
        assert (first["id"], first["match"]) == ("lao-2017-5400104", True)
    finally:
        assert server.stop() == 0


def test_a_busy_register_holds_up_no_query():
    """The process that prepares and answers is stopped; pages and queries go on meanwhile."""
    server = Server("--no-log", "--workers", "1")
    try:
        assert wait_for(lambda: server.health()["processes"] == 2, 30)  # one, and the spare one
        before = set(server.children())
        assert ask(f"{server.url}/reconcile").status == 200
        (own,) = [
            n for n in set(server.children()) - before
            if "web.worker" in Path(f"/proc/{n}/cmdline").read_text()
        ]  # fmt: skip
        assert server.health()["processes"] == 3
        os.kill(own, signal.SIGSTOP)
        answers: list[int] = []
        waiting = threading.Thread(
            target=lambda: answers.append(
                ask(f"{server.url}/reconcile", queries("ทต.ท่าพระ")).status
            )
        )
        waiting.start()
        begun = time.monotonic()
        for _ in range(3):
            assert server.query("ASK { ?s a kk:Finding }")[0] == 200
            assert server.get("/", {"accept": "text/html"})[0] == 200
        assert time.monotonic() - begun < 8
        assert answers == [], "the one that asks the register waits"
        assert server.health()["running"] == 1
        os.kill(own, signal.SIGCONT)
        waiting.join(timeout=20)
        assert answers == [200]
    finally:
        assert server.stop() == 0
    assert "Traceback" not in server.said
