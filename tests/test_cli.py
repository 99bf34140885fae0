"""The command line: output, exit codes, and one clear message for every failure."""

from __future__ import annotations

import gc
import io
import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from conftest import ROOT, shared
from kkgraph.cli.app import app
from kkgraph.cli.main import main


def run(*args, stdin="", env=None):
    """Run a verb in this process, which spares it the start of Python and the imports."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
    code = 0
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"KKGRAPH_WIDTH": "100", **(env or {})}.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["kkgraph", *map(str, args)])
        patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        try:
            main()
        except SystemExit as stop:
            code = stop.code or 0
    texts = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err))
    return subprocess.CompletedProcess(args, code, *texts)


def start(*args, stdin=None):
    """Run a verb in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "kkgraph.cli", *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        input=stdin,
        timeout=120,
        check=False,
        env={**os.environ, "KKGRAPH_WIDTH": "100"},
    )


def test_help_and_version():
    done = start("--help")
    assert done.returncode == 0
    for verb in ("report", "questions", "ask", "query", "show", "explain", "evidence", "validate",
                 "check", "reason", "export"):  # fmt: skip
        assert verb in done.stdout
    version = start("--version")
    assert version.stdout.startswith("kkgraph 0.1.0")
    assert "Large files are read by" in version.stderr


def test_a_start_imports_little():
    start = (
        "import atexit, sys; from kkgraph.cli.main import main; "
        "atexit.register(lambda: print(*sys.modules, file=sys.stderr)); main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", start, "validate", "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    started = {name.partition(".")[0] for name in done.stderr.split()}
    assert "typer" in started
    heavy = {"duckdb", "numpy", "pyarrow", "pydantic", "pyoxigraph", "rdflib", "openpyxl", "yaml"}
    assert not started & heavy


def test_unknown_says_why_and_what_is_known():
    done = start("ask", "CQ83")
    assert done.returncode == 0
    assert "Unknown: the study does not name" in done.stdout
    assert "F369" in done.stdout
    thai = start("ask", "cq83", "--lang", "th")
    assert "ไม่ทราบ" in thai.stdout


def test_ask_formats(tmp_path):
    assert json.loads(run("ask", "cq06", "--format", "json").stdout)["question"] == "cq06"
    assert run("ask", "cq06", "-f", "csv").stdout.startswith("System,Provided by,Finding")
    assert run("ask", "cq06", "-f", "md").stdout.startswith("| System")
    assert (
        "VALUES ?provider { <https://w3id.org"
        in run("ask", "cq06", "--show", "-p", "provider=central-government").stdout
    )
    out = tmp_path / "a.xlsx"
    assert run("ask", "cq06", "-f", "xlsx", "-o", str(out)).returncode == 0
    assert out.stat().st_size > 1000


def test_query_from_standard_input():
    done = run("query", "-", "-f", "json", stdin="SELECT * { kkd:e-laas kk:providedBy ?who }")
    (binding,) = json.loads(done.stdout)["results"]["bindings"]
    assert binding["who"]["value"].endswith("/central-government")
    ttl = run("query", "-", "-f", "ttl", stdin="DESCRIBE kkd:e-laas")
    assert "kk:DigitalSystem" in ttl.stdout


@pytest.mark.parametrize(
    ("args", "stdin", "code", "exit_code", "word"),
    [
        (["ask", "cq999"], None, "unknown-question", 2, "kkgraph questions"),
        (["ask", "cq06", "-p", "x=1"], None, "unknown-parameter", 2, "provider"),
        (["ask", "cq06", "-p", "provider"], None, "bad-value", 2, "-p provider"),
        (["ask", "cq06", "-p", "provider=e-laaz"], None, "unknown-entity", 2, "e-laas"),
        (["ask", "cq06", "-f", "pdf"], None, "bad-value", 2, "csv"),
        (["ask", "cq06", "-f", "xlsx"], None, "no-output", 2, "-o"),
        (["ask", "cq06", "--lang", "fr"], None, "bad-value", 2, "th"),
        (["show", "e-laaz"], None, "unknown-entity", 2, "Did you mean"),
        (["show", "nope:x"], None, "unknown-prefix", 2, "kkd"),
        (["explain", "e-laas"], None, "not-a-finding", 2, "kkgraph show"),
        (["explain", "F999"], None, "unknown-entity", 2, ""),
        (["query", "nowhere.rq"], None, "missing-file", 2, "Check"),
        (["query", "ASK\n{?s ?p ?o}" + " " * 300], None, "missing-file", 2, "| kkgraph query -"),
        (["query", "-"], "SELECT {", "bad-sparql", 2, "query:1:"),
        (["query", "-"], "SELECT * { SERVICE <http://x> {} }", "remote-access", 2, "--allow"),
        (["validate", "nowhere.ttl"], None, "missing-file", 2, ""),
        (["export", "--graphs", "nope"], None, "unknown-graph", 2, "kkg:study"),
        (["query", "-", "--timeout", "0.3"],
         "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c > ?f && ?f > ?i) }",
         "timeout", 3, "--timeout"),
    ],
)  # fmt: skip
def test_failures_are_clear(args, stdin, code, exit_code, word):
    alone = code == "timeout"  # which ends the process
    done = start(*args, stdin=stdin) if alone else run(*args, stdin=stdin or "")
    assert done.returncode == exit_code, done.stderr
    assert done.stdout == ""
    assert f"kkgraph: {code}: " in done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_debug_shows_the_traceback():
    assert "Traceback" in start("--debug", "ask", "cq999").stderr


def test_show_and_explain():
    page = run("show", "เทศบาลตำบลท่าพระ", "--lang", "th").stdout
    assert "5400104" in page
    assert "Q21278778" in page
    assert "F270" in page
    text = run("explain", "f369").stdout
    assert "39467" in text
    assert "--source" in text


def test_explain_shows_the_passage_where_the_text_is_at_hand():
    source = shared("source", "study.txt")
    done = run("explain", "F369", "--source", str(source))
    raw = source.read_text(encoding="utf-8")[39467:39544]
    assert " ".join(raw.split())[:30] in done.stdout


def test_evidence_verify(tmp_path):
    source = shared("source", "study.txt")
    done = run("evidence", "verify", "--source", str(source))
    assert done.returncode == 0
    assert done.stdout.startswith("530 of 530 anchors hold")
    data = bytearray(source.read_bytes())
    data[60000] ^= 1
    copy = tmp_path / "copy.txt"
    copy.write_bytes(bytes(data))
    broken = run("evidence", "verify", "--source", str(copy))
    assert broken.returncode == 2
    assert "wrong-text" in broken.stderr
    assert "of 530 anchors hold" in broken.stderr


def test_bad_turtle_names_line_and_column(tmp_path):
    path = tmp_path / "bad.ttl"
    path.write_text("@prefix a: <urn:a:> .\na:b a:c a:d .\na:b a:c ; .\n a:x b:y 1 .\n")
    done = run("validate", str(path))
    assert done.returncode == 2
    assert f"bad-rdf: {path}:3:" in done.stderr or f"bad-rdf: {path}:4:" in done.stderr


@pytest.mark.parametrize("form", ["trig", "nq", "jsonld", "ttl", "nt", "rdf", "owl"])
def test_exports_parse_again(tmp_path, form):
    from kkgraph import turtle

    out = tmp_path / f"export.{form}"
    assert run("export", "-f", form, "-o", str(out)).returncode == 0
    quads = turtle.parse_file(out)
    graphs = {turtle.graph_of(q) for q in quads}
    assert (len(graphs) > 5) is (form in ("trig", "nq", "jsonld"))
    if form == "owl":
        assert not any("Finding" in str(q.object) and "type" in q.predicate.value
                       and "/id/F" in turtle.subject_of(q) for q in quads)  # fmt: skip
    else:
        assert len({turtle.subject_of(q) for q in quads}) > 2000


def test_export_of_some_graphs(tmp_path):
    out = tmp_path / "cited.trig"
    assert run("export", "--graphs", "cited,kkg:context", "-o", str(out)).returncode == 0
    from kkgraph import turtle

    assert {turtle.graph_of(q).rpartition("/")[2] for q in turtle.parse_file(out)} == {
        "cited", "context",
    }  # fmt: skip


def test_flat_sheet(tmp_path):
    import csv

    out = tmp_path / "findings.csv"
    assert run("export", "-f", "csv", "-o", str(out)).returncode == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 530
    assert rows[368]["Finding"] == "F369"
    assert rows[368]["Start (code point)"] == "39467"
    assert run("export", "-f", "xlsx", "-o", str(tmp_path / "f.xlsx")).returncode == 0


def test_check_passes():
    assert run("check").returncode == 0


def test_a_store_on_disk(tmp_path):
    place = str(tmp_path / "graph")
    assert run("ask", "cq06", "--store", place).returncode == 0
    assert run("ask", "cq06", env={"KKGRAPH_STORE": place}).returncode == 0
    assert (ROOT / "data").is_dir()


def test_a_closed_pipe_is_no_failure():
    done = subprocess.run(
        f"{sys.executable} -m kkgraph.cli export -f nq | head -1",
        shell=True, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == 1


def test_a_cut_answer_says_so_in_every_format():
    for form in ("csv", "md", "table"):
        done = run("ask", "findings", "--max-rows", "3", "-f", form)
        assert done.returncode == 0
        assert "only the first 3 rows" in done.stderr


def test_a_search_without_a_hit_is_exit_1():
    assert run("questions", "-s", "zebra").returncode == 1
    assert run("questions", "-s", "zebra", "-f", "json").returncode == 1


def test_near_names_put_whole_words_first():
    assert "Did you mean sila-town" in run("show", "Sila").stderr
    assert "เทศบาลเมืองศิลา" in run("show", "ศิลา").stderr


def test_more_bad_input_is_named(tmp_path):
    for args, env, word in [
        (["ask", "cq06"], {"KKGRAPH_WIDTH": "abc"}, "KKGRAPH_WIDTH"),
        (["export", "-f", "csv", "--graphs", "cited"], {}, "--graphs"),
        (["ask", "findings", "-p", "hedge=a", "-p", "hedge=b"], {}, "given twice"),
        (["show", "[x]"], {}, "unknown-entity"),
        (["show", "e-laas}"], {}, "Did you mean"),
        (["ask", "cq06", "--timeout", "inf"], {}, "timeout"),
    ]:
        done = run(*args, env=env)
        assert done.returncode == 2, args
        assert word in done.stderr
        assert "Traceback" not in done.stderr
    assert run("ask", "cq06", env={"KKGRAPH_WIDTH": "5"}).returncode == 0
    done = subprocess.run(
        [sys.executable, "-m", "kkgraph.cli", "query", "-"],
        input=b"SELECT * { ?s ?p '\xff' }", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert b"not-utf8" in done.stderr


def test_stores_made_at_once_all_answer(tmp_path):
    command = [sys.executable, "-m", "kkgraph.cli", "ask", "cq06", "--store", str(tmp_path / "g")]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True,
                                stdout=subprocess.DEVNULL) for _ in range(3)]  # fmt: skip
    errors = [p.communicate(timeout=60)[1] for p in running]
    assert any(p.returncode == 0 for p in running)
    for error in errors:
        assert "unwritable-store" not in error
    (tmp_path / "file").write_text("x")
    done = run("ask", "cq06", "--store", str(tmp_path / "file" / "sub"))
    assert done.returncode == 3
    assert "unwritable-store" in done.stderr


def test_a_verb_that_fails_lets_go_of_its_store(tmp_path):
    """The error's traceback holds the graph, and the collector may come late."""
    store, held = str(tmp_path / "store"), []
    gc.disable()
    try:
        for verb in (["cases"], ["cases", "none-such"], ["cases", "none-such"], ["cases"]):
            held.append(CliRunner().invoke(app, [*verb, "--store", store]))
    finally:
        gc.enable()
    assert [getattr(done.exception, "code", None) for done in held] == [
        None, "unknown-case", "unknown-case", None,
    ]  # fmt: skip
