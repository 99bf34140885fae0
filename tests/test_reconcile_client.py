"""Linking to somebody else's reconciliation service: its shapes, its failures, and our decision."""

from __future__ import annotations

import json
import sqlite3

import pytest

from kkgraph.errors import RemoteError, SourceError
from kkgraph.fetching import Fetcher
from kkgraph.link import Entry, Side, Target, link
from kkgraph.link.remote import RemoteTarget, manifest
from kkgraph.link.remote.kept import Kept
from reconcilers import SIDE, entries, running, small_service, verb
from serving import Reply, serving

WIKIDATA = {
    "versions": ["0.1", "0.2"],
    "name": "Wikidata (th)",
    "identifierSpace": "http://www.wikidata.org/entity/",
    "schemaSpace": "http://www.wikidata.org/prop/direct/",
    "view": {"url": "https://www.wikidata.org/wiki/{{id}}"},
    "defaultTypes": [{"id": "Q35120", "name": "entity"}],
}
BODY = {"id": "Q1077097", "name": "เทศบาลตำบล"}
TAMBON = {"id": "Q1077097x", "name": "tambon of Thailand"}


def candidate(id_, name, score, match=False, **more):
    """A candidate in the shape of Wikidata's service, which adds features by property."""
    features = [{"id": "all_labels", "value": score}]
    return {"id": id_, "name": name, "score": score, "match": match, "type": [BODY],
            "features": features, "description": ""} | more  # fmt: skip


class Service:
    """A service made of a manifest and the candidates by name; counts what it is asked."""

    def __init__(self, found=None, about=None):
        self.about = dict(WIKIDATA if about is None else about)
        self.found = found or {}
        self.asked: list[list[str]] = []
        self.before = lambda request: None

    def __call__(self, request):
        if (reply := self.before(request)) is not None:
            return reply
        if request.method == "GET":
            return Reply(json.dumps(self.about))
        queries = json.loads(request.form["queries"])
        self.asked.append([q["query"] for q in queries.values()])
        return Reply(json.dumps({k: {"result": self.result(q)} for k, q in queries.items()}))

    def result(self, query):
        return self.found.get(query["query"], [])

    @property
    def count(self):
        return sum(map(len, self.asked))


def patient(**options):
    return Fetcher(**{"timeout_s": 5.0, "tries": 3, **options})


def opened(base, tmp_path, **options):
    options.setdefault("fetcher", patient())
    return RemoteTarget.open(f"{base}/api", cache=tmp_path / "kept", **options)


def decided(found, entry, tmp_path, about=None, **options):
    """The decision on an entry where the service offers these candidates for its name."""
    service = Service({entry.name: found}, about)
    with serving(service) as server:
        target = opened(server.base, tmp_path, **options)
        (decision,) = target.decide([entry])
        target.close()
    assert service.count == 1
    return decision


THA_PHRA = Entry("1", "x.csv:2", "เทศบาลตำบลท่าพระ", province="40")


def test_a_match_is_a_link_with_its_iri_and_its_reasons(tmp_path):
    found = [
        candidate("Q21278778", "เทศบาลตำบลท่าพระ", 100, True, description="ในจังหวัดขอนแก่น"),
        candidate("Q5", "เทศบาลตำบลท่าพล", 71.5),
    ]
    got = decided(found, THA_PHRA, tmp_path)
    assert (got.outcome, got.why) == ("linked", "certain")
    assert got.link.entry.id == "Q21278778"
    assert got.link.entry.iri == "http://www.wikidata.org/entity/Q21278778"
    assert got.link.entry.identifiers == (("wikidata", "Q21278778"),)
    assert got.link.score == 1.0 and got.link.entry.province == "40"
    kinds = {r.kind: r.verdict for r in got.link.reasons}
    assert kinds == {"score": "agrees", "name": "agrees", "type": "agrees", "province": "agrees"}


NAMED = "เทศบาลตำบลท่าพระ"
SURE = candidate("Q1", NAMED, 100, True)


@pytest.mark.parametrize(
    ("found", "outcome", "why"),
    [
        ([], "none", "unknown-name"),
        ([SURE, candidate("Q2", NAMED, 100, True)], "ambiguous", "tie"),
        ([candidate("Q1", NAMED, 100, True), candidate("Q2", NAMED, 100)], "ambiguous", "tie"),
        ([candidate("Q1", NAMED, 90, True), candidate("Q2", NAMED, 99)], "ambiguous", "tie"),
        ([candidate("Q1", NAMED, 100), candidate("Q2", NAMED, 100)], "ambiguous", "tie"),
        ([candidate("Q1", NAMED, 100), candidate("Q2", NAMED, 80)], "linked", "certain"),
        ([candidate("Q1", NAMED, 100), candidate("Q2", NAMED, 95)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, 80)], "ambiguous", "weak"),
        ([candidate("Q1", "Tha Phra Subdistrict Municipality", 100, True)], "linked", "certain"),
        ([candidate("Q1", "Tha Phra Subdistrict Municipality", 100)], "ambiguous", "weak"),
        ([candidate("Q1", "เทศบาลตำบลบ้านเป็ด", 100, True)], "ambiguous", "weak"),
        ([candidate("Q1", "เทศบาลตำบลบ้านเป็ด", 20)], "none", "weak"),
        ([candidate("Q1", "องค์การบริหารส่วนตำบลท่าพระ", 100, True, type=[])], "none", "weak"),
        ([candidate("Q1", "ท่าพระ", 100, True, type=[TAMBON])], "none", "weak"),
        ([candidate("Q1", "ตำบลท่าพระ", 100, True, type=[])], "none", "weak"),
        ([candidate("Q1", NAMED, 100, True, description="Municipality in Chon Buri Province")],
         "none", "weak"),
        ([candidate("Q1", "ตำบลท่าพระ", 100, True, type=[TAMBON]), candidate("Q2", NAMED, 70)],
         "ambiguous", "veto"),
        ([candidate("Q1", "ตำบลท่าพระ", 100, type=[TAMBON]), candidate("Q2", NAMED, 99, True)],
         "linked", "certain"),
        # scores that are none, in all the ways that were seen
        ([candidate("Q1", NAMED, "high", True)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, None, True)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, -1, True)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, float("nan"), True)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, True, True)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, 100, True), candidate("Q2", NAMED, None)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, "97.5", True)], "linked", "certain"),
        # scores without an upper end, as search engines give: only a match counts
        ([candidate("Q1", NAMED, 378.2)], "ambiguous", "weak"),
        ([candidate("Q1", NAMED, 378.2, True), candidate("Q2", NAMED, 53.0)], "linked", "certain"),
        # a match must be said in as many words
        ([candidate("Q1", NAMED, 60, "true")], "ambiguous", "weak"),
        # one entity twice is one; what has no id is nothing
        ([SURE, SURE], "linked", "certain"),
        ([candidate("", NAMED, 100, True), {"name": NAMED, "score": 100}, 7, None], "none",
         "unknown-name"),
    ],
)  # fmt: skip
def test_our_decision_on_what_is_offered(found, outcome, why, tmp_path):
    got = decided(found, THA_PHRA, tmp_path)
    assert (got.outcome, got.why) == (outcome, why), got.candidates


def test_shapes_of_other_services_are_understood(tmp_path):
    old = {  # version 0.1: no versions, types as texts, an address in every candidate
        "name": "OpenCorporates", "identifierSpace": "http://rdf.freebase.com/ns/type.object.id",
        "schemaSpace": "http://rdf.freebase.com/ns/type.object.id",
        "view": {"url": "https://opencorporates.example{{id}}"},
    }  # fmt: skip
    entry = Entry("1", "x:2", "Tha Phra Subdistrict Municipality")
    found = [{"id": "/th/1", "name": "Tha Phra Subdistrict Municipality", "score": 47,
              "match": True, "type": "Municipality", "uri": "https://x.example/th/1"}]  # fmt: skip
    got = decided(found, entry, tmp_path, old)
    assert got.outcome == "linked"
    assert got.link.entry.iri == "https://opencorporates.example%2Fth%2F1"
    number = [{"id": 17, "name": "Tha Phra Subdistrict Municipality", "score": 90, "match": True}]
    got = decided(number, entry, tmp_path, WIKIDATA | {"name": "numbers"})
    assert got.link.entry.id == "17"
    whole = [{"id": "https://d.example/1", "name": entry.name, "score": 1, "match": True,
              "type": ["a", {"id": 3}, None]}]  # fmt: skip
    got = decided(whole, entry, tmp_path, WIKIDATA | {"name": "iris"})
    assert got.link.entry.iri == "https://d.example/1"


def test_our_own_service_gives_our_own_decisions(tmp_path):
    """What is linked over HTTP is what is linked at home, with the same entities."""
    names = ["ทต.ท่าพระ", "อบต.ท่าพระ", "ท่าพระ", "ทน.ขอนแก่น", "เทศบาลเมืองศิลา", "ทต.เมืองเก่า",
             "เทศบาลตำบลสำราญ", "อบจ.ขอนแก่น", "เทศบาลตำบลหนองบัว", "เมืองพัทยา", "ไม่มี"]  # fmt: skip
    asked = [Entry(str(n), f"x.csv:{n}", name) for n, name in enumerate(names)]
    asked.append(Entry("p", "x.csv:20", "หนองบัว", type="SUBDISTRICT", province="41"))
    asked.append(Entry("c", "x.csv:21", "ท่าพระ", identifiers=(("dla", "6400114"),)))
    asked.append(Entry("e", "x.csv:22", ""))
    home = link((Side("x", "x.csv"), asked), Target(SIDE, entries()))
    with running(small_service()) as base:
        for place in ("reconcile", "reconcile/en"):
            target = RemoteTarget.open(f"{base}/{place}", cache=tmp_path)
            away = link((Side("x", "x.csv"), asked), target)
            assert away.target.base == "https://w3id.org/kkgraph/id/small-"
            for mine, theirs in zip(home, away, strict=True):
                assert mine.outcome == theirs.outcome, (mine, theirs)
                if mine.link:
                    assert theirs.link.entry.id == mine.link.entry.id
                    assert theirs.link.entry.iri == SIDE.iri(mine.link.entry)
            assert away.count("linked") == 10
            assert {e.id for e in target.entries} == {
                r.entry.id for d in away for r in d.candidates
            }
            assert target.entry("lao-1").identifiers == () and target.entry("nobody") is None
            target.close()


def rows(count):
    return [Entry(str(n), f"x.csv:{n}", f"เทศบาลตำบลที่ {n}") for n in range(count)]


def offering(count):
    return {
        e.name: [candidate(f"Q{e.id}", e.name, 100, True)] for e in rows(count)
    }  # fmt: skip


def test_batches_are_of_the_size_that_the_service_takes(tmp_path):
    for batch, sizes in ((None, [10, 10, 5]), (7, [7, 7, 7, 4]), (1, [1] * 25), (10**6, [25]),
                         ("9", [10, 10, 5]), (True, [10, 10, 5])):  # fmt: skip
        service = Service(offering(25), WIKIDATA | {"batchSize": batch, "name": f"b{batch}"})
        with serving(service) as server:
            decisions = opened(server.base, tmp_path).decide(rows(25))
        assert [len(a) for a in service.asked] == sizes, batch
        assert all(d.outcome == "linked" for d in decisions)


def test_nothing_is_asked_twice(tmp_path):
    service = Service(offering(12))
    asked = rows(12)
    again = [Entry(f"again-{e.id}", e.where, e.name) for e in asked]
    with serving(service) as server:
        first = opened(server.base, tmp_path).decide([*asked, *again])
        assert service.count == 12
        assert [d.link.entry.id for d in first] == [f"Q{e.id}" for e in asked] * 2
        second = opened(server.base, tmp_path).decide([*again, *rows(13)])
        assert service.count == 13
        assert [d.outcome for d in second] == ["linked"] * 24 + ["none"]
        old = opened(server.base, tmp_path, max_age_s=-1.0)
        old.decide(asked[:3])
        assert service.count == 16


def test_a_run_that_breaks_goes_on_where_it_stopped(tmp_path, slept):
    service = Service(offering(50))

    def breaks(request):
        return Reply("overloaded", status=500) if len(service.asked) == 3 else None

    service.before = breaks
    with serving(service) as server:
        with pytest.raises(RemoteError) as found:
            opened(server.base, tmp_path).decide(rows(50))
        assert found.value.code == "service-refused"
        assert "30 of 50 answers are kept" in found.value.hint
        assert service.count == 30
        service.before = lambda request: None
        decisions = opened(server.base, tmp_path).decide(rows(50))
    assert service.count == 50
    assert sorted(n for a in service.asked for n in a) == sorted(e.name for e in rows(50))
    assert [d.link.entry.id for d in decisions] == [f"Q{n}" for n in range(50)]


def test_a_service_that_limits_its_users_is_waited_for(tmp_path, slept):
    service = Service(offering(30))
    replies = [Reply(status=429, heads={"Retry-After": "17"}), Reply(status=503), None, None]
    service.before = lambda request: (
        replies.pop(0) if request.method == "POST" and replies else None
    )
    with serving(service) as server:
        decisions = opened(server.base, tmp_path).decide(rows(30))
    assert slept[:2] == [17.0, 2.0]
    assert all(d.outcome == "linked" for d in decisions) and service.count == 30
    service.before = lambda request: (
        Reply(status=429, heads={"Retry-After": "7200"}) if request.method == "POST" else None
    )
    with serving(service) as server, pytest.raises(RemoteError) as found:
        opened(server.base, tmp_path).decide(rows(40))
    assert found.value.code == "service-busy" and "0 of 40" in found.value.hint


def test_requests_keep_their_distance(tmp_path, slept):
    service = Service(offering(30))
    with serving(service) as server:
        target = opened(server.base, tmp_path, fetcher=patient(pause_s=1.0))
        target.decide(rows(30))
    assert len(slept) == 4 and all(0.5 < p <= 1.0 for p in slept)


def test_web_pages_and_nonsense_are_no_answers(tmp_path, slept):
    page = Reply("<!DOCTYPE html><title>Maintenance</title>", media="text/html")
    service = Service(offering(20))
    replies = [None, page, None]
    service.before = lambda request: (
        replies.pop(0) if request.method == "POST" and replies else None
    )
    with serving(service) as server:
        decisions = opened(server.base, tmp_path).decide(rows(20))
    assert all(d.outcome == "linked" for d in decisions)
    for nonsense in (page, Reply("[]"), Reply("{}"), Reply('{"error": "no"}'), Reply("{"),
                     Reply('{"q0": []}'), Reply('{"q0": {"result": {}}}')):  # fmt: skip
        service.before = lambda request, reply=nonsense: reply if request.method == "POST" else None
        with serving(service) as server, pytest.raises(RemoteError) as found:
            opened(server.base, tmp_path).decide(rows(20))
        assert found.value.code == "unexpected-answer", nonsense
        assert "0 of 20 answers are kept" in found.value.hint


def test_silence_and_broken_lines_end(tmp_path, slept):
    service = Service(offering(5))
    slow, cut = Reply("{}", wait_s=3), Reply(json.dumps({"q0": {"result": []}}), cut=7)
    for reply, code in ((slow, "no-answer"), (cut, "cut-off")):
        service.before = lambda request, reply=reply: reply if request.method == "POST" else None
        with serving(service) as server:
            target = opened(server.base, tmp_path, fetcher=patient(timeout_s=0.3, tries=2))
            with pytest.raises(RemoteError) as found:
                target.decide(rows(5))
            assert found.value.code == code
            target.close()
    service.before = lambda request: None
    with serving(service) as server:
        assert opened(server.base, tmp_path).decide(rows(5))[4].link.entry.id == "Q4"


def test_what_a_service_leaves_out_is_asked_again_and_never_taken_for_none(tmp_path):
    service = Service(offering(10))
    whole = service.__call__

    forgets = True

    def forgetful(request):
        if request.method == "GET" or not forgets:
            return whole(request)
        answer = json.loads(whole(request).body)
        kept = {k: v for k, v in answer.items() if v["result"] and v["result"][0]["id"] != "Q3"}
        return Reply(json.dumps({**kept, "stranger": {"result": [candidate("Q9", "x", 1)]}}))

    with serving(forgetful) as server:
        linking = link((Side("x", "x.csv"), rows(10)), opened(server.base, tmp_path))
        assert [d.why for d in linking].count("certain") == 9
        left = list(linking)[3]
        assert (left.outcome, left.why) == ("none", "unanswered")
        assert linking.notes == ("1 entries got no answer from the service",)
        assert service.asked[1] == [rows(10)[3].name]
        forgets = False
        linking = link((Side("x", "x.csv"), rows(10)), opened(server.base, tmp_path))
    assert linking.count("linked") == 10 and linking.notes == ()
    assert service.asked[2:] == [[rows(10)[3].name]]


def test_a_batch_that_is_too_large_is_halved(tmp_path):
    service = Service(offering(20))

    def small(request):
        if request.method == "POST" and len(json.loads(request.form["queries"])) > 3:
            return Reply("too large", status=413)
        return None

    service.before = small
    with serving(service) as server:
        decisions = opened(server.base, tmp_path).decide(rows(20))
    assert all(d.outcome == "linked" for d in decisions)
    assert service.count == 20 and max(map(len, service.asked)) <= 3


@pytest.mark.parametrize("status", [400, 500])
def test_a_query_that_a_service_chokes_on_does_not_stop_the_others(tmp_path, status):
    service = Service(offering(40))
    bad = {rows(40)[n].name for n in (3, 4, 17)}

    def chokes(request):
        if request.method == "POST":
            names = {q["query"] for q in json.loads(request.form["queries"]).values()}
            return Reply("failed", status=status) if names & bad else None
        return None

    service.before = chokes
    with serving(service) as server:
        decisions = opened(server.base, tmp_path).decide(rows(40))
        assert {d.entry.name for d in decisions if d.why == "unanswered"} == bad
        assert sum(d.outcome == "linked" for d in decisions) == 37
        assert max(map(len, service.asked)) == 10
        posts = sum(r.method == "POST" for r in server.requests)
        # all of them refused: it is the service, and it is left soon
        service.before = lambda request: (
            Reply("failed", status=status) if request.method == "POST" else None
        )
        with pytest.raises(RemoteError) as found:
            opened(server.base, tmp_path).decide(rows(140))
        assert found.value.code == "service-refused" and "37 of 140" in found.value.hint
        assert sum(r.method == "POST" for r in server.requests) - posts < 15


@pytest.mark.parametrize(
    "change",
    [
        {"identifierSpace": "http://elsewhere.example/"},
        {"schemaSpace": "http://elsewhere.example/"},
        {"name": "Another"},
        {"versions": ["0.2", "1.0"]},
        {"serviceVersion": "2"},
    ],
)
def test_a_service_that_changes_its_mind_is_left(tmp_path, change):
    service = Service(offering(30))

    def changes(request):
        if len(service.asked) == 2:
            service.about |= change

    service.before = changes
    with serving(service) as server:
        with pytest.raises(RemoteError) as found:
            opened(server.base, tmp_path).decide(rows(30))
        assert found.value.code == "service-changed"
        assert "its last 30 answers are not used" in found.value.message
        assert service.count == 30
        # asked again as it is now: nothing of before is mixed in
        decisions = opened(server.base, tmp_path).decide(rows(30))
        assert service.count == 60
    assert all(d.outcome == "linked" for d in decisions)
    kept = sqlite3.connect(tmp_path / "kept" / "reconcile.sqlite")
    assert kept.execute("SELECT count(DISTINCT identity), count(*) FROM answers").fetchone() == (
        1, 30,
    )  # fmt: skip
    kept.close()


def test_a_long_run_looks_from_time_to_time(tmp_path):
    service = Service(offering(230))
    with serving(service) as server:
        opened(server.base, tmp_path).decide(rows(230))
        gets = [r for r in server.requests if r.method == "GET"]
    assert len(gets) == 3
    assert service.count == 230


@pytest.mark.parametrize(
    ("about", "says"),
    [
        ([], "no manifest"),
        ({}, "no name and no identifierSpace and no schemaSpace"),
        ({**WIKIDATA, "identifierSpace": 7}, "no identifierSpace"),
        ({**WIKIDATA, "versions": ["1.0"]}, "version 1.0"),
        ({**WIKIDATA, "versions": []}, "version"),
        ({**WIKIDATA, "authentication": {"type": "http"}}, "wants a login"),
    ],
)
def test_what_is_no_service_is_refused(about, says, tmp_path):
    with serving(lambda _: Reply(json.dumps(about))) as server:
        with pytest.raises(RemoteError, match=says) as found:
            opened(server.base, tmp_path)
        assert found.value.code in ("not-a-service", "service-refused")
        assert found.value.hint


def test_only_safe_addresses_are_asked(tmp_path):
    for url in ("http://example.org/reconcile", "ftp://127.0.0.1/", "https://me:x@example.org/"):
        with pytest.raises(SourceError) as found:
            RemoteTarget.open(url, cache=tmp_path)
        assert found.value.code == "bad-address"
    elsewhere = Reply(status=302, heads={"Location": "http://example.org/reconcile"})
    with serving(lambda _: elsewhere) as server, pytest.raises(RemoteError) as found:
        opened(server.base, tmp_path)
    assert found.value.code == "bad-redirect"
    huge = Reply(b"[" + b" " * 3000 + b"]")
    with serving(lambda _: huge) as server, pytest.raises(RemoteError) as found:
        opened(server.base, tmp_path, fetcher=patient(max_bytes=1000))
    assert found.value.code == "answer-too-large"


def test_a_service_that_moved_is_asked_where_it_is(tmp_path):
    service = Service(offering(3))

    def moved(request):
        if request.path == "/api":
            return Reply(status=301, heads={"Location": "/new"})
        return service(request)

    with serving(moved) as server:
        target = opened(server.base, tmp_path)
        assert target.manifest.url == f"{server.base}/new"
        assert all(d.outcome == "linked" for d in target.decide(rows(3)))


def test_what_is_sent_to_whom(tmp_path):
    sent: list[dict] = []

    def answer(request):
        if request.method == "GET":
            return Reply(json.dumps(WIKIDATA))
        sent.extend(json.loads(request.form["queries"]).values())
        return Reply(json.dumps({k: {"result": []} for k in json.loads(request.form["queries"])}))

    entry = Entry("1", "x:2", "ท่าพระ", ("Tha Phra",), "SUBDISTRICT", "40", "4001",
                  identifiers=(("dla", "5400104"),))  # fmt: skip
    with serving(answer) as server:
        opened(server.base, tmp_path).decide([entry])
        english = opened(
            server.base, tmp_path, lang="en", types={"SUBDISTRICT": "Q1"},
            properties={"province": "P131", "code:dla": "P9", "type": "P31"},
        )  # fmt: skip
        english.decide([entry])
    # a stranger gets the name that strangers use, and only the properties that are its own
    assert sent[0] == {"limit": 10, "query": "เทศบาลตำบลท่าพระ"}
    assert sent[1]["query"] == "Tha Phra Subdistrict Municipality"
    assert (sent[1]["type"], sent[1]["type_strict"]) == ("Q1", "any")
    assert sent[1]["properties"] == [
        {"pid": "P31", "v": "Subdistrict municipality"},
        {"pid": "P131", "v": "Khon Kaen"},
        {"pid": "P9", "v": "5400104"},
    ]


def test_a_folder_that_cannot_keep_answers(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(SourceError) as found:
        Kept(tmp_path / "file", "s", "i", max_age_s=1)
    assert found.value.code == "unwritable-cache"
    (tmp_path / "reconcile.sqlite").write_bytes(b"this is no database" * 100)
    with pytest.raises(SourceError) as found:
        Kept(tmp_path, "s", "i", max_age_s=1)
    assert found.value.code == "unwritable-cache" and "remove the file" in found.value.hint


def test_batches_are_kept_whole_or_not_at_all(tmp_path):
    kept = Kept(tmp_path, "s", "i", max_age_s=60)
    kept.put({"a": [1], "b": [{"id": "ก"}]})
    with pytest.raises(TypeError):
        kept.put({"c": [1], "d": [object()]})
    other = Kept(tmp_path, "s", "i", max_age_s=60)
    assert other.get(["a", "b", "c", "d"]) == {"a": [1], "b": [{"id": "ก"}]}
    assert Kept(tmp_path, "s", "other", max_age_s=60).get(["a"]) == {}
    other.drop(["a"])
    assert kept.get(["a", "b"]) == {"b": [{"id": "ก"}]}


def test_the_slug_of_a_service_names_its_links():
    found = manifest.read(WIKIDATA, "https://wikidata.reconci.link/th/api")
    assert found.side.slug == "wikidata-reconci-link-wikidata-th"
    assert found.side.label == "Wikidata (th)" and not found.ours


def test_the_verb_links_to_a_service(tmp_path):
    table = tmp_path / "names.csv"
    table.write_text("ชื่อ\nทต.ท่าพระ\nท่าพระ\nทม.ศิลา\n", encoding="utf-8")
    cache = str(tmp_path / "kept")
    with running(small_service()) as base:
        command = ("link", str(table), "--to", f"{base}/reconcile", "--cache", cache)
        code, out, err = verb(*command, "--format", "json")
        assert code == 0, err
        assert "Small register" in err and cache in err
        told = json.loads(out)
        assert [d["outcome"] for d in told["decisions"]] == ["linked", "ambiguous", "linked"]
        assert [d["candidates"][0]["id"] for d in told["decisions"]] == ["lao-1", "lao-1", "lao-4"]
        code, _, err = verb(*command, "--lang", "th")
        assert code == 0 and "กำลังถาม" in err
        code, _, err = verb(*command, "--property", "colour=P1")
        assert code == 2 and "bad-role" in err
    code, _, err = verb(*command)
    assert code == 3 and "no-answer" in err
    code, _, err = verb("link", str(table), "--to", "http://example.org/reconcile")
    assert code == 2 and "bad-address" in err
    gold = ("--gold", str(table))
    code, _, err = verb("link", "evaluate", str(table), "--to", "https://x.example/", *gold)
    assert code == 2 and "bad-value" in err


def test_python_links_to_a_service(tmp_path, graph, monkeypatch):
    monkeypatch.setenv("KKGRAPH_CACHE", str(tmp_path))
    source = (Side("x", "x.csv"), [Entry("1", "x.csv:2", "ทต.ท่าพระ")])
    with running(small_service()) as base:
        for to in (f"{base}/reconcile", RemoteTarget.open(f"{base}/reconcile", cache=tmp_path)):
            assert graph.link(source, to).count("linked") == 1
