"""Asking other machines: which addresses, how much, how often, and what comes of failures."""

from __future__ import annotations

import json
import socket

import pytest

from kkgraph.addresses import resolve
from kkgraph.errors import RemoteError, SourceError
from kkgraph.fetching import Fetcher, check_address
from serving import Reply, serving


@pytest.mark.parametrize(
    "url",
    [
        "http://portal.example/api", "ftp://127.0.0.1/x", "file:///etc/passwd", "portal.example",
        "https://", "https://me:secret@portal.example/", "https://portal.example:99999/",
        "https://portal.example/a b", "https://portal.example/\n", "gopher://x", "",
    ],
)  # fmt: skip
def test_addresses_that_are_refused(url):
    with pytest.raises(SourceError) as found:
        check_address(url)
    assert found.value.code == "bad-address"
    assert found.value.hint


@pytest.mark.parametrize(
    "host",
    ["10.1.2.3", "192.168.0.1", "169.254.169.254", "[fd00::1]", "[::ffff:10.0.0.1]", "0.0.0.0"],
)
def test_private_networks_are_refused(host):
    with pytest.raises(SourceError, match="private network"):
        resolve(f"https://{host}/")
    assert resolve(f"https://{host}/", private=True).numbers


def test_a_name_that_leads_inside_is_refused(monkeypatch):
    def leads_inside(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.7", port))]

    monkeypatch.setattr(socket, "getaddrinfo", leads_inside)
    with pytest.raises(SourceError, match=r"private network \(10\.0\.0\.7\)"):
        Fetcher().get("https://looks-public.example/")


def test_get_and_post():
    def answer(request):
        got = {"query": request.query, "body": request.body.decode(), "heads": request.heads}
        return Reply(json.dumps({"method": request.method, "path": request.path, **got}))

    with serving(answer) as server:
        ask = Fetcher()
        got = ask.get(f"{server.base}/ท้องถิ่น?a=1", {"q": "เทศบาล", "rows": 5}).json()
        assert got["query"] == {"a": "1", "q": "เทศบาล", "rows": "5"}
        assert got["method"] == "GET" and "Content-Type" not in got["heads"]
        assert got["heads"]["User-Agent"].startswith("kkgraph/")
        got = ask.post(f"{server.base}/", {"queries": "{}"}).json()
        assert (got["method"], got["body"]) == ("POST", "queries=%7B%7D")
        got = ask.post(f"{server.base}/", {"ids": ["ก"]}, form=False).json()
        assert json.loads(got["body"]) == {"ids": ["ก"]}
        assert ask.requests == 3


def test_a_busy_service_is_asked_again_after_the_time_it_wants(slept):
    replies = [Reply(status=429, heads={"Retry-After": "7"}), Reply(status=503), Reply("[1]")]
    with serving(lambda _: replies.pop(0)) as server:
        assert Fetcher().get(server.base).json() == [1]
    assert slept == [7.0, 2.0]


def test_a_service_that_stays_busy_or_asks_for_hours_is_left(slept):
    def busy(wait):
        return lambda _: Reply(status=429, heads={"Retry-After": wait} if wait else {})

    with serving(busy("")) as server, pytest.raises(RemoteError) as found:
        Fetcher(tries=3).get(server.base)
    assert (found.value.code, len(server.requests), slept) == ("service-busy", 3, [1.0, 2.0])
    with serving(busy("86400")) as server, pytest.raises(RemoteError, match="wait 86400 s"):
        Fetcher().get(server.base)
    assert len(server.requests) == 1
    with serving(busy("Fri, 01 Jan 2999 00:00:00 GMT")) as server, pytest.raises(RemoteError):
        Fetcher().get(server.base)
    assert len(server.requests) == 1


def test_an_answer_that_breaks_off_is_fetched_again_and_never_taken_for_whole(slept):
    replies = [Reply("[1, 2]", cut=3), Reply("[1, 2]")]
    with serving(lambda _: replies.pop(0)) as server:
        assert Fetcher().get(server.base).json() == [1, 2]
    with serving(lambda _: Reply("[1, 2]", cut=3)) as server, pytest.raises(RemoteError) as found:
        Fetcher(tries=2).get(server.base)
    assert found.value.code == "cut-off"


def test_silence_and_dripping_end(slept):
    with serving(lambda _: Reply(wait_s=5)) as server, pytest.raises(RemoteError) as found:
        Fetcher(timeout_s=0.2, tries=1).get(server.base)
    assert found.value.code == "no-answer"
    with pytest.raises(RemoteError) as found:
        Fetcher(tries=1).get("http://127.0.0.1:9/")
    assert found.value.code == "no-answer"
    with serving(lambda _: Reply(b"x" * 400_000)) as server, pytest.raises(RemoteError) as found:
        Fetcher(total_s=-1, tries=1).get(server.base)
    assert found.value.code == "no-answer"


def test_an_answer_that_is_too_large(slept):
    with serving(lambda _: Reply(b"x" * 2000)) as server, pytest.raises(RemoteError) as found:
        Fetcher(max_bytes=1000).get(server.base)
    assert found.value.code == "answer-too-large"
    assert len(server.requests) == 1


def test_refusals_are_said_with_what_the_service_said():
    with serving(lambda _: Reply('{"error": "no such table"}', status=404)) as server:
        with pytest.raises(RemoteError, match=r"HTTP 404\): \{\"error\": \"no such table") as found:
            Fetcher().get(server.base)
        assert (found.value.status, found.value.exit_code) == (404, 3)
    assert len(server.requests) == 1


def test_a_web_page_is_no_json():
    page = "<!DOCTYPE html><title>ปิดปรับปรุง</title>"
    with serving(lambda _: Reply(page, media="text/html; charset=utf-8")) as server:
        got = Fetcher().get(server.base)
        assert got.media == "text/html" and "ปิดปรับปรุง" in got.text()
        with pytest.raises(RemoteError, match=r"a web page \(HTML\)"):
            got.json()
    with (
        serving(lambda _: Reply(b"\xff\xfe{", media="text/plain")) as server,
        pytest.raises(RemoteError, match="not UTF-8"),
    ):
        Fetcher().get(server.base).json()
    with serving(lambda _: Reply("[" * 100_000)) as server:
        with pytest.raises(RemoteError) as found:
            Fetcher().get(server.base).json()
        assert found.value.code == "unexpected-answer"


def test_redirects_are_followed_a_few_times():
    def answer(request):
        step = int(request.path.strip("/") or 0)
        if step >= 3:
            return Reply(json.dumps([request.method, request.body.decode()]))
        return Reply(
            status=307 if request.method == "POST" else 302, heads={"Location": f"/{step + 1}"}
        )

    with serving(answer) as server:
        got = Fetcher().get(server.base)
        assert got.json()[0] == "GET" and got.url.endswith("/3")
        assert Fetcher().post(server.base, {"a": 1}).json() == ["POST", "a=1"]
        with pytest.raises(RemoteError, match="more than 2 times") as found:
            Fetcher(redirects=2).get(server.base)
        assert found.value.code == "bad-redirect"


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "http://portal.example/", "https://10.0.0.1/", "ftp://127.0.0.1/"],
)
def test_redirects_that_lead_astray(target):
    with (
        serving(lambda _: Reply(status=302, heads={"Location": target})) as server,
        pytest.raises(RemoteError) as found,
    ):
        Fetcher(private=True).get(server.base)
    assert found.value.code == "bad-redirect"
    assert len(server.requests) == 1


def test_a_redirect_from_elsewhere_into_this_machine_is_refused():
    def answer(request):
        place = server.base.replace("127.0.0.1", "localhost")
        return Reply(status=302, heads={"Location": f"{place}/secret"})

    with serving(answer) as server, pytest.raises(RemoteError, match="this machine itself"):
        Fetcher().get(server.base)
    assert [r.path for r in server.requests] == ["/"]


def test_answers_are_kept_and_damaged_ones_fetched_again(tmp_path):
    with serving(lambda r: Reply(json.dumps(r.query), heads={"Link": "<x>"})) as server:
        first = Fetcher(cache=tmp_path).get(server.base, {"a": 1})
        again = Fetcher(cache=tmp_path)
        got = again.get(server.base, {"a": 1})
        assert (got.body, got.link, got.cached, again.requests) == (first.body, "<x>", True, 0)
        assert got.when == first.when
        assert not again.get(server.base, {"a": 2}).cached
        (body,) = [p for p in tmp_path.glob("*.body") if p.read_bytes() == first.body]
        body.write_bytes(b"{")
        assert Fetcher(cache=tmp_path).get(server.base, {"a": 1}).body == first.body
        assert not Fetcher(cache=tmp_path, max_age_s=0).get(server.base, {"a": 1}).cached
    assert len(server.requests) == 4


def test_failures_are_not_kept(tmp_path):
    replies = [Reply(status=404), Reply("1")]
    with serving(lambda _: replies.pop(0)) as server:
        with pytest.raises(RemoteError):
            Fetcher(cache=tmp_path).get(server.base)
        assert Fetcher(cache=tmp_path).get(server.base).json() == 1
    blocked = tmp_path / "file"
    blocked.write_text("x")
    with serving(lambda _: Reply("1")) as server, pytest.raises(SourceError) as found:
        Fetcher(cache=blocked).get(server.base)
    assert found.value.code == "unwritable-cache"


def test_a_pause_lies_between_two_requests(slept):
    with serving(lambda _: Reply("1")) as server:
        ask = Fetcher(pause_s=3)
        ask.get(server.base)
        ask.get(server.base)
    assert len(slept) == 1 and 2 < slept[0] <= 3
