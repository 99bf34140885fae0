"""The reconciliation service over real HTTP on this machine: a session, refusals, many at once."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from conftest import ROOT, shared
from kkgraph.errors import StoreError
from kkgraph.link import Target, reading
from kkgraph.link.service import Refusal, Service
from kkgraph.link.target import THRESHOLD
from kkgraph.web import exchange
from kkgraph.web import running as server
from kkgraph.web.languages import wanted
from kkgraph.web.reconciling import host_of
from kkgraph.web.turns import Turns
from reconcilers import SIDE, ask, entries, running, small_service, verb
from test_reconcile_conformance import problems

LOG: list[str] = []


@pytest.fixture(scope="module")
def base():
    LOG.clear()
    with running(small_service(), log=LOG.append) as address:
        yield address


def queries(**found):
    return {"queries": json.dumps(found, ensure_ascii=False)}


def test_a_session_as_openrefine_has_it(base):
    """Manifest, reconcile, suggest, preview, extend: each as the one before says, schema-valid."""
    about = ask(f"{base}/reconcile/th").json()
    assert problems(about, "manifest.json") == []
    assert about["versions"] == ["0.2"] and about["batchSize"] == 1000

    batch = queries(
        q0={"query": "ทต.ท่าพระ", "type": about["defaultTypes"][0]["id"], "type_strict": "should",
            "limit": 5, "properties": [{"pid": "province", "v": "ขอนแก่น"}]},
        q1={"query": "ท่าพระ"},
    )  # fmt: skip
    got = ask(f"{base}/reconcile/th", batch)
    found = got.json()
    assert problems(found, "reconciliation-result-batch.json") == []
    best = found["q0"]["result"][0]
    assert best["match"] and best["name"] == "เทศบาลตำบลท่าพระ"
    assert [c["match"] for c in found["q1"]["result"][:2]] == [False, False]
    assert got.heads["content-language"] == "th"

    def suggest(what):
        place = about["suggest"][what]
        return place["service_url"] + place["service_path"]

    entity = ask(suggest("entity"), prefix="ท่าพ").json()
    assert problems(entity, "suggest-entities-response.json") == []
    assert [e["id"] for e in entity["result"]] == ["lao-1", "lao-2"]
    types = ask(suggest("type"), prefix="เทศบาล").json()
    assert problems(types, "suggest-types-response.json") == []
    assert len(types["result"]) == 4
    properties = ask(suggest("property"), prefix="จัง").json()
    assert problems(properties, "suggest-properties-response.json") == []
    assert properties["result"][0]["id"] == "province"

    preview = ask(about["preview"]["url"].replace("{{id}}", best["id"]))
    assert preview.heads["content-type"].startswith("text/html")
    assert "<h1>เทศบาลตำบลท่าพระ</h1>" in preview.text
    assert ask(about["view"]["url"].replace("{{id}}", best["id"])).status == 200

    place = about["extend"]["propose_properties"]
    proposed = ask(place["service_url"] + place["service_path"], type=best["type"][0]["id"]).json()
    assert problems(proposed, "data-extension-property-proposal.json") == []
    wanted_ = [{"id": p["id"]} for p in proposed["properties"]]
    asked = {"ids": [best["id"]], "properties": wanted_}
    rows = ask(f"{base}/reconcile/th", {"extend": json.dumps(asked)}).json()
    assert problems(rows, "data-extension-response.json") == []
    assert rows["rows"][best["id"]]["dla"] == [{"str": "5400104"}]


def test_get_works_as_post_does(base):
    given = queries(q={"query": "ทต.ท่าพระ จ.ขอนแก่น"})
    assert ask(f"{base}/reconcile", **given).json() == ask(f"{base}/reconcile", given).json()
    assert ask(f"{base}/reconcile/", given).status == 200
    asked = {"extend": json.dumps({"ids": ["lao-1"], "properties": [{"id": "type"}]})}
    assert ask(f"{base}/reconcile", **asked).json() == ask(f"{base}/reconcile", asked).json()


def test_languages(base):
    def name(url, **heads):
        return ask(url, heads={k.replace("_", "-"): v for k, v in heads.items()}).json()[
            "defaultTypes"
        ][0]["name"]

    thai, english = "องค์กรปกครองส่วนท้องถิ่น", "Local administrative organisation"
    assert name(f"{base}/reconcile") == english
    assert name(f"{base}/reconcile", Accept_Language="th-TH,th;q=0.9,en;q=0.8") == thai
    assert name(f"{base}/reconcile?lang=th") == thai
    assert name(f"{base}/reconcile/en", Accept_Language="th") == english
    assert name(f"{base}/reconcile/en?lang=th", Accept_Language="en") == thai
    about = ask(f"{base}/reconcile/th").json()
    assert about["preview"]["url"] == f"{base}/reconcile/th/preview?id={{{{id}}}}"


@pytest.mark.parametrize(
    ("given", "accepted", "expected"),
    [
        ("", "", "en"), ("th", "en", "th"), ("fr", "th", "th"), ("", "*", "en"),
        ("", "de, th;q=0.1", "th"), ("", "th;q=0, en;q=0.1", "en"), ("", "th;q=x", "en"),
        ("", "en;q=0.5, th;q=0.6", "th"), ("TH-th", "", "th"), ("", ",;,=" * 400, "en"),
    ],
)  # fmt: skip
def test_language_of_a_request(given, accepted, expected):
    assert wanted(given, accepted, "en") == expected


def test_cross_origin_and_jsonp(base):
    for path in (
        "/reconcile",
        "/reconcile/suggest/type?prefix=a",
        "/reconcile/preview?id=no",
        "/x",
    ):
        assert ask(base + path).heads["access-control-allow-origin"] == "*", path
    got = ask(f"{base}/reconcile", method="OPTIONS")
    assert got.status == 204 and "POST" in got.heads["access-control-allow-methods"]
    got = ask(f"{base}/reconcile", callback="jQuery33_1.cb$")
    assert got.heads["content-type"].startswith("text/javascript")
    found = re.fullmatch(r"/\*\*/jQuery33_1\.cb\$\((.*)\);", got.text)
    assert problems(json.loads(found[1]), "manifest.json") == []
    for bad in ("alert(1)//", "a b", "<script>", "a..b", "1a", "x" * 101, "a\u2028"):
        got = ask(f"{base}/reconcile", callback=bad)
        assert (got.status, got.json()["error"]["code"]) == (400, "bad-callback")
    angry = ask(f"{base}/reconcile/suggest/entity", prefix="lao-11", callback="f")
    assert "<b>" not in angry.text and "\\u003cb>" in angry.text


def test_pages_are_escaped_and_closed(base):
    got = ask(f"{base}/reconcile/preview", id="lao-11")
    assert "<b>" not in got.text and "&lt;b&gt;&amp;&quot;&#x27;" in got.text
    assert "default-src 'none'" in got.heads["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", got.text, re.S)[1]
    from base64 import b64encode
    from hashlib import sha256

    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert digest in got.heads["content-security-policy"]
    page = ask(f"{base}/").text
    assert f"{base}/reconcile/th" in page and f"{base}/reconcile/en" in page
    assert "วางใน OpenRefine" in page and "Paste this into OpenRefine" in page
    assert 'id="feature-name"' in page
    assert ask(f"{base}/reconcile").json()["feature_view"]["url"] == f"{base}/#feature-{{{{id}}}}"


@pytest.mark.parametrize(
    ("path", "given", "status", "code"),
    [
        ("/reconcile", {"form": {"queries": "{"}}, 400, "bad-json"),
        ("/reconcile", {"form": {"queries": "[1]"}}, 400, "bad-query"),
        ("/reconcile", {"form": {"extend": "[]"}}, 400, "bad-extension"),
        ("/reconcile", {"form": {"other": "1"}}, 400, "nothing-asked"),
        ("/reconcile", {"form": {str(n): "1" for n in range(40)}}, 400, "bad-form"),
        ("/reconcile", {"body": b"queries=%FF"}, 400, "bad-form"),
        ("/reconcile", {"body": b"{}", "heads": {"Content-Type": "application/json"}}, 415,
         "not-a-form"),
        ("/reconcile", {"method": "DELETE"}, 405, "bad-method"),
        ("/reconcile/preview?id=nobody", {}, 404, "unknown-id"),
        ("/reconcile/entity", {}, 404, "unknown-id"),
        ("/reconcile/properties?type=Q5", {}, 400, "unknown-type"),
        ("/reconcile/suggest/entity?prefix=a&cursor=b", {}, 400, "bad-query"),
        ("/reconcile/nothing", {}, 404, "not-found"),
        ("/reconcile/fr", {}, 404, "not-found"),
    ],
)  # fmt: skip
def test_refusals(base, path, given, status, code):
    options = dict(given)
    if "body" in options:
        options.setdefault("heads", {"Content-Type": "application/x-www-form-urlencoded"})
    got = ask(base + path, options.pop("form", None), **options)
    assert (got.status, got.json()["error"]["code"]) == (status, code)
    assert got.heads["access-control-allow-origin"] == "*"


def test_what_is_too_large_is_refused(base):
    many = {str(n): {"query": "x"} for n in range(1001)}
    got = ask(f"{base}/reconcile", {"queries": json.dumps(many)})
    assert (got.status, got.json()["error"]["code"]) == (413, "too-many-queries")
    big = b"queries=" + b"a" * exchange.BODY
    heads = {"Content-Type": "application/x-www-form-urlencoded"}
    got = ask(f"{base}/reconcile", body=big, heads=heads)
    assert (got.status, got.json()["error"]["code"]) == (413, "too-large")


def test_a_long_name_cannot_hold_it_up(base):
    long_ = queries(a={"query": "ท่าพระ" * 100_000}, b={"query": "ทต.ท่าพระ จ.ขอนแก่น"})
    found = ask(f"{base}/reconcile", {k: v for k, v in long_.items() if len(v) < 10**7})
    assert found.status in (200, 413)
    odd = queries(a={"query": "เ" * 249}, b={"query": "((((" * 62}, c={"query": "อ. จ. ต. " * 27})
    assert ask(f"{base}/reconcile", odd).status == 200


def test_the_log_does_not_say_what_was_asked(base):
    LOG.clear()
    ask(f"{base}/reconcile", queries(q={"query": "ชื่อลับ"}))
    ask(f"{base}/reconcile/suggest/entity", prefix="secret-name")
    ask(f"{base}/reconcile/preview", id="secret-id")
    assert len(LOG) == 3
    assert re.fullmatch(r"POST /reconcile 200 \d+ ms, 1 queries", LOG[0])
    assert not any("secret" in line or "ลับ" in line for line in LOG)


def test_names_for_this_machine_alone(base):
    port = base.rpartition(":")[2]
    assert ask(f"{base}/reconcile", heads={"Host": f"localhost:{port}"}).status == 200
    assert ask(f"{base}/reconcile", heads={"Host": "rebound.example"}).status == 400


def test_sixteen_clients_get_their_own_answers(base):
    rows = [
        e for e in entries() if e.type in ("TOWN", "CITY", "SUBDISTRICT") and e.province == "40"
    ]
    expected = {e.id: dict(e.identifiers)["dla"] for e in rows}
    assert len(expected) == 5

    def client(number):
        mine = rows[number % len(rows) :] + rows[: number % len(rows)]
        asked = {f"{number}-{e.id}": {"query": e.name, "type": "Municipality"} for e in mine}
        lang = ("th", "en")[number % 2]
        out = []
        for _ in range(5):
            got = ask(f"{base}/reconcile/{lang}", queries(**asked))
            assert got.status == 200 and got.heads["content-language"] == lang
            found = got.json()
            assert set(found) == set(asked)
            out += [(k, [c["id"] for c in v["result"] if c["match"]]) for k, v in found.items()]
        return out

    with ThreadPoolExecutor(16) as pool:
        results = [r for rs in pool.map(client, range(16)) for r in rs]
    assert len(results) == 16 * 5 * 5
    assert all(ids == [key.partition("-")[2]] for key, ids in results)


def test_a_crowd_is_told_to_wait_and_work_has_an_end():
    async def crowd():
        turns = Turns(workers=1, waiting=2)
        async with turns.turn() as one, turns.turn():
            with pytest.raises(Refusal) as found:
                async with turns.turn():
                    pass
            assert (found.value.status, found.value.code) == (503, "busy")
            assert exchange.refused(found.value).headers["Retry-After"] == "2"
            assert await one.run(lambda: 7) == 7
        async with Turns(time_s=-1).turn() as late:
            with pytest.raises(Refusal) as found:
                await late.run(lambda: 7)
            assert found.value.code == "timeout"

    asyncio.run(crowd())


def test_a_failure_inside_is_told_without_its_details():
    class Broken:
        def decide(self, *_, **__):
            raise ValueError("a secret detail")

        candidates = decide

    log: list[str] = []
    service = Service(SIDE, entries(), Broken(), threshold=THRESHOLD)
    with running(service, log=log.append) as base:
        got = ask(f"{base}/reconcile", queries(q={"query": "ท่าพระ"}))
        assert (got.status, got.json()["error"]["code"]) == (500, "failed")
        assert "secret" not in got.text
        assert ask(f"{base}/reconcile").status == 200
    assert any("500 ValueError" in line for line in log)


def test_behind_a_proxy_and_for_one_origin():
    options = {"public": "https://data.example.go.th/", "origin": "https://refine.example"}
    with running(small_service(), lang="th", **options) as base:
        got = ask(f"{base}/reconcile")
        assert got.heads["access-control-allow-origin"] == "https://refine.example"
        about = got.json()
        assert about["preview"]["url"].startswith("https://data.example.go.th/reconcile/preview")
        assert about["defaultTypes"][0]["name"] == "องค์กรปกครองส่วนท้องถิ่น"
        assert "https://data.example.go.th/reconcile/th" in ask(f"{base}/").text


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost:8650", "localhost"), ("LocalHost", "localhost"), ("127.0.0.1:1", "127.0.0.1"),
        ("[::1]:8650", "::1"), ("[0:0:0::1]", "::1"), ("[::1]x", ""), ("[::1", ""), ("[evil]", ""),
        ("localhost:x", ""), ("localhost:1:2", ""), ("::1", ""), ("", ""),
    ],
)  # fmt: skip
def test_the_name_in_a_host_header(header, name):
    assert host_of(header) == name


def test_a_service_at_an_ipv6_address():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with running(small_service(), host="::1") as address:
        assert address.startswith("http://[::1]:")
        about = ask(f"{address}/reconcile").json()
        assert about["suggest"]["entity"]["service_url"] == f"{address}/reconcile"
        rebound = ask(f"{address}/reconcile", heads={"Host": "rebound.example"})
        assert (rebound.status, rebound.json()["error"]["code"]) == (400, "bad-host")


def test_a_port_that_is_taken_and_hosts_that_are_none():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(StoreError) as found:
            server.listen("127.0.0.1", port)
        assert (found.value.code, found.value.exit_code) == ("port-in-use", 3)
    for host, port in (("192.0.2.1", 0), ("no.such.host.invalid", 0), ("127.0.0.1", 70_000)):
        with pytest.raises(StoreError) as found:
            server.listen(host, port)
        assert found.value.code == "no-address"
    assert server.is_loopback("127.8.9.1") and server.is_loopback("::1")
    assert not server.is_loopback("0.0.0.0") and not server.is_loopback("example.org")


_BODIES = "code,type,name_th,province\n5400104,SUBDISTRICT,ท่าพระ,ขอนแก่น\n6400114,SAO,ท่าพระ,ขอนแก่น\n"


def served(register: str, *more: str) -> tuple[list[str], list[dict]]:
    """What the verb says, and its candidates for ทต.ท่าพระ; it ends well when interrupted."""
    command = [sys.executable, "-m", "kkgraph.cli", "reconcile-serve", register, "--port", "0",
               "--lang", "th", "--name", "ทะเบียนทดสอบ", *more]  # fmt: skip
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"}, cwd=ROOT,
    )  # fmt: skip
    killer = threading.Timer(30, process.kill)
    killer.start()
    try:
        said = []
        for line in process.stderr:
            said.append(line)
            if found := re.search(r"OpenRefine: (\S+)", line):
                break
        else:
            raise AssertionError("".join(said))
        got = ask(found[1], queries(q={"query": "ทต.ท่าพระ"})).json()
        process.send_signal(signal.SIGINT)
        out, rest = process.communicate(timeout=15)
    finally:
        killer.cancel()
        process.kill()
    assert process.returncode == 0, rest
    assert rest.rstrip().endswith("หยุดแล้ว") and "Traceback" not in rest
    assert out == ""
    return said, got["q"]["result"]


def test_the_verb_serves_until_it_is_interrupted(tmp_path):
    table = tmp_path / "bodies.csv"
    table.write_text(_BODIES, encoding="utf-8")
    said, result = served(str(table), "--map", "code=code:dla")
    assert any("2 รายการของ ทะเบียนทดสอบ" in line for line in said)
    assert [c["id"] for c in result if c["match"]] == ["5400104"]


def test_the_verb_serves_a_register_of_a_store(tmp_path):
    table, store = tmp_path / "bodies.csv", str(tmp_path / "store")
    table.write_text(_BODIES, encoding="utf-8")
    code, _, err = verb("register", "add", str(table), "--name", "mine", "--store", store)
    assert code == 0, err
    said, result = served("register:mine", "--store", store)
    assert any("2 รายการของ ทะเบียนทดสอบ" in line for line in said)
    matched = [c for c in result if c["match"]]
    assert len(matched) == 1 and matched[0]["id"].endswith("5400104")
    code, _, err = verb("reconcile-serve", "register:other", "--store", store, "--port", "0")
    assert code == 2 and "unknown-register" in err


def test_the_verb_checks_what_it_is_given(tmp_path):
    for words in (("--origin", "everywhere"), ("--public-url", "ftp://x"), ("--lang", "fr"),
                  ("--origin", "https://a.example\r\nX: y")):  # fmt: skip
        code, _, err = verb("reconcile-serve", *words)
        assert code == 2 and "bad-value" in err, words
    code, _, err = verb("reconcile-serve", str(tmp_path / "none.csv"), "--port", "0")
    assert code == 2 and "missing-file" in err


def test_names_of_the_register_against_the_gazetteer():
    """What is a match over HTTP is what linking itself links."""
    side, found = reading.read(shared("open-data", "th-lao-gazetteer.csv"))
    register = reading.read(shared("open-data", "th-lao-register-2017.csv"))[1]
    some = register[:: len(register) // 300][:300]
    target = Target(side, found)
    expected = {d.entry.id: d.link.entry.id if d.link else None for d in target.decide(some)}
    asked = {
        e.id: {
            "query": e.name,
            "properties": [
                {"pid": "type", "v": e.type},
                {"pid": "province", "v": e.province},
                {"pid": "dla", "v": e.id},
            ],
        }
        for e in some
    }
    with running(Service(side, found, target, threshold=THRESHOLD)) as base:
        got = ask(f"{base}/reconcile/th", queries(**asked))
    assert got.status == 200
    answer = got.json()
    first = dict(list(answer.items())[:50])
    assert problems(first, "reconciliation-result-batch.json") == []
    matched = {
        key: next((c["id"] for c in value["result"] if c["match"]), None)
        for key, value in answer.items()
    }
    assert len(matched) == 300
    assert matched == expected
    assert sum(v is not None for v in matched.values()) > 200
