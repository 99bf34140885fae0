"""Back-ups: what comes back is what was there, and a bad file changes nothing."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import warnings
import zipfile
from pathlib import Path

import pytest

from conftest import ROOT
from kkgraph import KnowledgeGraph, backup
from kkgraph.backup import archive
from kkgraph.errors import KkgraphError, QuestionError, SourceError, StoreError
from kkgraph.store import OxigraphStore
from test_cli import run

REGISTERS = ROOT / "tests" / "fixtures" / "registers"
LINE = "<https://example.org/a> <https://example.org/b> _:x <https://example.org/g> .\n"


def content(folder):
    """Everything that counts in a store: all quads, default graph included, and kept files."""
    store = OxigraphStore.open(folder)
    quads = set(store.engine)
    assert len(quads) == len(store.engine)
    store.close()
    kept = {p.relative_to(folder): p.read_bytes() for p in folder.glob("cases/**/*") if p.is_file()}
    return quads, kept


@pytest.fixture(scope="module")
def lively(tmp_path_factory):
    """A store with a case, a register, links and a blank node in a graph of one's own."""
    folder = tmp_path_factory.mktemp("lively") / "store"
    with KnowledgeGraph.open(folder, in_process=True) as graph:
        assert graph.load("ban-pet").loaded
        assert graph.add_register(REGISTERS / "register.csv", name="lao-2017").added
        graph.put_links(graph.link(REGISTERS / "names.csv", REGISTERS / "register.csv"))
        graph.update('INSERT DATA { GRAPH kkg:local { _:mine rdfs:label "ของฉัน"@th } }')
    return folder


@pytest.fixture(scope="module")
def copy(lively, tmp_path_factory):
    """A back-up of that store."""
    file = tmp_path_factory.mktemp("copy") / "store.kkb"
    with KnowledgeGraph.open(lively, in_process=True) as graph:
        graph.backup(file)
    return file


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A back-up of a small plain dataset with a kept file, to break in many ways."""
    folder = tmp_path_factory.mktemp("small")
    store = OxigraphStore.create(folder / "store", [], derived=False)
    store.update("INSERT DATA { <urn:s> <urn:p> 1 . GRAPH <urn:g> { <urn:s> <urn:p> _:b, 2 } }")
    kept = folder / "store" / "cases" / ("0" * 64) / "in" / "บ้าน.csv"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"a,b\n1,2\n")
    made = backup.make(store, folder / "small.kkb")
    store.close()
    assert (made.quads, made.graphs, made.derived, len(made.kept)) == (3, 1, False, 1)
    return folder / "small.kkb"


def graph_of(quad):
    """The IRI of the named graph; empty for the default graph."""
    return getattr(quad.graph_name, "value", "")


def entries(file):
    with zipfile.ZipFile(file) as packed:
        return {n: packed.read(n) for n in packed.namelist()}


def pack(file, members):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name that stands twice is one of the cases
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, data in members:
                packed.writestr(name, data)
    return file


def listing(held, **more):
    """A manifest that lists the members truly, but for what ``more`` says."""
    kept = tuple(archive.Member(n, len(d), hashlib.sha256(d).hexdigest()) for n, d in held)
    made = archive.Manifest("0.1.0", "2026-11-27T00:00:00Z", False, 1, 1, kept)
    return json.dumps(json.loads(made.to_json()) | more).encode()


def refused(file, place, code="bad-backup"):
    """The error of restoring; nothing has come to stand beside or at the place."""
    before = sorted(p.name for p in place.parent.iterdir())
    with pytest.raises(KkgraphError) as caught:
        backup.restore(file, place)
    assert caught.value.code == code, caught.value
    assert sorted(p.name for p in place.parent.iterdir()) == before
    return caught.value


def test_everything_comes_back(lively, copy, tmp_path):
    held = backup.restore(copy, tmp_path / "back")
    quads, kept = content(lively)
    assert content(tmp_path / "back") == (quads, kept)
    assert len(kept) == len(held.kept) == 2
    assert held.quads == sum(bool(graph_of(q)) for q in quads) > 22_000
    with KnowledgeGraph.open(tmp_path / "back", in_process=True) as graph:
        assert [c.slug for c in graph.cases()] == ["ban-pet"]
        assert [r.name for r in graph.registers()] == ["lao-2017"]
        assert len(graph.links()) == 1
        graph.unload("ban-pet")  # it lives: what it holds can be changed
    assert [p.name for p in tmp_path.iterdir()] == ["back"]


def test_a_plain_dataset_comes_back_with_its_default_graph(small, tmp_path):
    backup.restore(small, tmp_path / "deep" / "back")
    quads, kept = content(tmp_path / "deep" / "back")
    assert sorted(graph_of(q) for q in quads) == ["", "urn:g", "urn:g"]
    assert list(kept.values()) == [b"a,b\n1,2\n"]
    assert OxigraphStore.open(tmp_path / "deep" / "back").derived is False


def test_no_flipped_byte_passes(small, tmp_path):
    """A changed byte is refused, or (in a date of the ZIP, say) changes nothing that counts."""
    whole = small.read_bytes()
    backup.restore(small, tmp_path / "right")
    right, listed = content(tmp_path / "right"), backup.check(small)
    seen = {"refused": 0, "harmless": 0}
    for place in range(len(whole)):
        file = tmp_path / "flipped.kkb"
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            held = backup.check(file)
        except SourceError as error:
            assert error.code in ("bad-backup", "backup-format")
            seen["refused"] += 1
        else:
            assert held == listed, place
            seen["harmless"] += 1
            if seen["harmless"] % 40 == 1:
                backup.restore(file, tmp_path / "got", replace=True)
                assert content(tmp_path / "got") == right, place
    assert sum(seen.values()) == len(whole) > 800
    assert seen["refused"] > seen["harmless"]


def test_no_cut_file_passes(small, copy, tmp_path):
    whole = small.read_bytes()
    file = tmp_path / "cut.kkb"
    for size in range(len(whole)):
        file.write_bytes(whole[:size])
        with pytest.raises(SourceError) as caught:
            backup.check(file)
        assert caught.value.code == "bad-backup"
    file.write_bytes(copy.read_bytes()[:-100])
    refused(file, tmp_path / "back")
    file.write_text("no archive", encoding="utf-8")
    refused(file, tmp_path / "back")
    refused(tmp_path / "absent.kkb", tmp_path / "back", "missing-file")


def test_a_missing_or_added_member_is_refused(small, tmp_path):
    held = entries(small)
    assert len(held) == 3
    for name in held:
        file = pack(tmp_path / "less.kkb", [(n, d) for n, d in held.items() if n != name])
        assert name in refused(file, tmp_path / "back").message
    for name in (f"cases/{'1' * 64}/more.csv", "quads.nq"):
        file = pack(tmp_path / "more.kkb", [*held.items(), (name, b"more")])
        assert name in refused(file, tmp_path / "back").message


UNSAFE = [
    "../evil", "/tmp/evil", "cases/../evil", f"cases/{'0' * 64}/../../../evil", "C:\\evil",
    f"cases/{'0' * 64}/..\\evil", f"cases/{'0' * 64}//evil", f"cases/{'0' * 64}/./evil",
    f"cases/{'0' * 64}/a:b", f"cases/{'0' * 64}/a\nb", f"cases/{'0' * 63}/evil", "cases/evil",
    "kkgraph.json", "oxigraph/CURRENT", f"cases/{'0' * 64}/folder/",
]  # fmt: skip


@pytest.mark.parametrize("name", UNSAFE)
def test_a_member_of_another_name_is_refused(name, tmp_path):
    members = [("quads.nq", LINE.encode()), (name, b"evil")]
    file = pack(tmp_path / "evil.kkb", [*members, ("manifest.json", listing(members))])
    (tmp_path / "in").mkdir()
    refused(file, tmp_path / "in" / "back")
    assert not list(tmp_path.rglob("evil"))


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo(f"cases/{'0' * 64}/link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    members = [("quads.nq", LINE.encode()), (link.filename, b"/etc/passwd")]
    file = tmp_path / "link.kkb"
    pack(file, [members[0], (link, b"/etc/passwd"), ("manifest.json", listing(members))])
    assert "ordinary" in refused(file, tmp_path / "back").message


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    bomb = (f"cases/{'0' * 64}/zeros", bytes(40_000_000))
    members = [("quads.nq", LINE.encode()), bomb]
    file = pack(tmp_path / "bomb.kkb", [*members, ("manifest.json", listing(members))])
    assert file.stat().st_size < 60_000
    assert "far more" in refused(file, tmp_path / "back").message
    lying = listing([members[0], (bomb[0], b"0" * 10)])
    file = pack(tmp_path / "bomb.kkb", [*members, ("manifest.json", lying)])
    assert "not what was backed up" in refused(file, tmp_path / "back").message


def test_another_format_and_a_wrong_list_are_refused(tmp_path):
    members = [("quads.nq", LINE.encode())]
    for more, code in (
        ({"format": 2, "version": "9.9"}, "backup-format"),
        ({"members": []}, "bad-backup"),
        ({"members": None}, "bad-backup"),
        ({"quads": 2}, "bad-backup"),
        ({"quads": "many"}, "bad-backup"),
    ):
        file = pack(tmp_path / "odd.kkb", [*members, ("manifest.json", listing(members, **more))])
        error = refused(file, tmp_path / "back", code)
        assert code == "bad-backup" or "9.9" in error.hint
    for data in (b"[]", b"{", b"7", b"[" * 100_000, b"\xff"):
        file = pack(tmp_path / "odd.kkb", [*members, ("manifest.json", data)])
        refused(file, tmp_path / "back")
    members = [("quads.nq", b"<no> quads\n")]
    file = pack(tmp_path / "odd.kkb", [*members, ("manifest.json", listing(members))])
    assert "quads.nq" in refused(file, tmp_path / "back").message


def test_what_is_there_stays_unless_it_may_be_replaced(small, tmp_path):
    place = tmp_path / "store"
    backup.restore(small, place)
    OxigraphStore.open(place, in_process=True).update("INSERT DATA { <urn:new> <urn:p> 3 }")
    changed = content(place)
    refused(small, place, "file-exists")
    broken = tmp_path / "broken.kkb"
    broken.write_bytes(small.read_bytes()[:-50])
    with pytest.raises(SourceError):
        backup.restore(broken, place, replace=True)
    assert content(place) == changed
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.docx").write_bytes(b"mine")
    with pytest.raises(SourceError, match="no store"):
        backup.restore(small, tmp_path / "other", replace=True)
    assert (tmp_path / "other" / "thesis.docx").read_bytes() == b"mine"
    (place / "oxigraph" / "CURRENT").unlink()  # a damaged store is what back-ups are for
    backup.restore(small, place, replace=True)
    assert len(content(place)[0]) == 3
    assert {p.name for p in tmp_path.iterdir()} == {"store", "other", "broken.kkb"}


def test_the_earlier_store_is_there_again_where_the_last_step_fails(small, tmp_path, monkeypatch):
    place = tmp_path / "store"
    backup.restore(small, place)
    before = content(place)
    move = Path.rename

    def fails(self, target):
        if self.name == "store" and Path(target) == place:
            raise OSError("no space")
        return move(self, target)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(StoreError) as caught:
        backup.restore(small, place, replace=True)
    monkeypatch.undo()
    assert caught.value.code == "unwritable-store"
    assert content(place) == before
    assert [p.name for p in tmp_path.iterdir()] == ["store"]


def test_a_store_that_another_process_has_open(small, tmp_path):
    place = tmp_path / "store"
    backup.restore(small, place)
    held = OxigraphStore.open(place)
    try:
        for verb in (["backup", str(tmp_path / "b.kkb")], ["restore", str(small), "--replace"]):
            done = run(*verb, "--store", str(place))
            assert done.returncode == 3
            assert done.stderr.startswith(f"kkgraph: unreadable-store: {place}: ")
    finally:
        held.close()
    assert [p.name for p in tmp_path.iterdir()] == ["store"]


def test_nothing_half_written_is_left(lively, tmp_path, monkeypatch):
    store = OxigraphStore.open(lively)
    file = tmp_path / "store.kkb"
    file.write_bytes(b"earlier")
    try:
        with pytest.raises(SourceError) as caught:
            backup.make(store, file)
        assert caught.value.code == "file-exists"
        monkeypatch.setattr(shutil, "copyfileobj", _full)
        with pytest.raises(StoreError) as full:
            backup.make(store, file, replace=True)
        assert full.value.code == "unwritable-backup"
        with pytest.raises(StoreError):
            backup.make(store, tmp_path / "absent" / "store.kkb")
    finally:
        store.close()
    assert [p.name for p in tmp_path.iterdir()] == ["store.kkb"]
    assert file.read_bytes() == b"earlier"


def _full(*_):
    raise OSError(28, "No space left on device")


def test_only_a_store_on_disk_is_backed_up(graph, tmp_path):
    with pytest.raises(QuestionError) as caught:
        graph.backup(tmp_path / "b.kkb")
    assert caught.value.code == "no-store"
    done = run("backup", str(tmp_path / "b.kkb"), "--store", "https://data.example.org/sparql")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("kkgraph: no-store: --store: ")
    done = run("backup", str(tmp_path / "b.kkb"), "--store", str(tmp_path / "absent"))
    assert done.returncode == 3
    assert done.stderr.startswith("kkgraph: not-a-store: ")
    assert list(tmp_path.iterdir()) == []


def test_the_verbs_speak_both_languages(lively, tmp_path):
    file, place = str(tmp_path / "b.kkb"), str(tmp_path / "back")
    made = run("backup", file, "--store", str(lively))
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith(f"Backed up and read back: {file}\n  ")
    checked = run("restore", file, "--check", "--lang", "th")
    assert checked.stdout.startswith(f"ทุกไบต์ตรงกับเมื่อสำรองข้อมูล: {file}\n  ")
    assert not Path(place).exists()
    done = run("restore", file, "--store", place, "--lang", "th")
    assert done.stdout.startswith(f"ตรวจสอบและกู้คืนแล้ว: {file} → {place}\n  ")
    assert content(Path(place)) == content(lively)
