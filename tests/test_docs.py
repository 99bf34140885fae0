"""The documentation says what is so: its examples run, its pages are whole, its versions agree.

``python tests/test_docs.py`` runs every example again and rewrites the outputs on the pages.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shlex
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import kkgraph
from conftest import ROOT, shared
from kkgraph import KnowledgeGraph, errors, files, names, pages, turtle
from kkgraph.cli.app import app
from kkgraph.cli.main import main

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
README = [p for p in (ROOT / "README.md", ROOT / "README.th.md") if p.exists()]
GENERATED = {"questions.md", "terms.md"}
WRITTEN = {
    "reconciliation.md",
    "index.md", "modelling.md", "architecture.md", "cli.md", "python.md", "errors.md",
    "engines.md", "evidence.md", "validation.md", "large-data.md", "validators.md", "comparing.md",
    "cases.md", "linking.md", "registers.md", "reviewing.md", "publishing.md",
    "federation.md", "remote.md", "th/publishing.md", "th/tour.md", "serving.md",
    "deployment.md", "web.md", "rules.md", "analytic.md", "spark.md",
}  # fmt: skip
COUNTS: dict[str, dict[str, int]] = {
    "analytic.md": {"python": 1},
    "cases.md": {"sh": 6, "python": 1},
    "cli.md": {"sh": 56},
    "comparing.md": {"sh": 7, "python": 1},
    "errors.md": {"sh": 30},
    "evidence.md": {"sh": 2, "python": 2},
    "large-data.md": {"sh": 6},
    "linking.md": {"sh": 2, "python": 1},
    "modelling.md": {"sparql": 24},
    "python.md": {"python": 11},
    "registers.md": {"sh": 4},
    "reviewing.md": {"sh": 3},
    "reconciliation.md": {"python": 3},
    "federation.md": {"sh": 1},
    "publishing.md": {"sh": 3, "python": 1},
    "th/publishing.md": {"sh": 2},
    "remote.md": {"sh": 1},
    "rules.md": {"sh": 4, "python": 1},
    "th/tour.md": {"sh": 14},
    "spark.md": {"sh": 1},
    "validation.md": {"sh": 5, "python": 2},
}
CUT = "…"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
EXIT = re.compile(r"\s+# exit (\d)$")
SECONDS = re.compile(r" in \d+\.\d s\.$")
TEXT = "study.txt"


@dataclass(frozen=True)
class Example:
    """A fenced block that runs, with the ```text block right after it, if there is one."""

    page: Path
    line: int
    kind: str
    body: str
    output: str | None
    span: tuple[int, int]

    @property
    def name(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    def commands(self) -> list[str]:
        return [c for c in self.body.splitlines() if c.startswith("kkgraph ")]


def examples(page: Path) -> list[Example]:
    text = page.read_text(encoding="utf-8")
    blocks = list(FENCE.finditer(text))
    found = []
    for number, block in enumerate(blocks):
        if block[1] not in ("sparql", "sh", "python"):
            continue
        after = blocks[number + 1] if number + 1 < len(blocks) else None
        follows = (
            after is not None
            and after[1] == "text"
            and not text[block.end() : after.start()].strip()
        )
        line = text[: block.start()].count("\n") + 1
        output = after[2] if after is not None and follows else None
        span = after.span(2) if after is not None and follows else (0, 0)
        found.append(Example(page, line, block[1], block[2], output, span))
    return found


ALL = [e for page in [*PAGES, *README] for e in examples(page)]
RUNS = [e for e in ALL if e.kind == "sh" and e.commands()]


def expects(output: str) -> tuple[list[str], bool]:
    """The lines that must be there, and whether the output was shortened."""
    lines = output.rstrip("\n").split("\n")
    cut = lines.index(CUT) if CUT in lines else len(lines)
    return lines[:cut], CUT in lines


def run(command: str) -> tuple[int, str]:
    """Exit code and output (standard output, then messages) of a ``kkgraph …`` line."""
    words = shlex.split(EXIT.sub("", command))
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in "12")
    code: object = 0
    before = sys.argv
    sys.argv = words
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = stop.code or 0
    finally:
        sys.argv = before
    texts = [s.buffer.getvalue().decode("utf-8") for s in (out, err)]
    return int(str(code)), "".join(texts)


def place(folder: Path, source: Path | None) -> Path:
    """A folder in which the examples find the shipped files, and the study's text if at hand."""
    for name in ("ontology", "data", "shapes", "queries", "tests"):
        (folder / name).symlink_to(ROOT / name)
    if source is not None:
        (folder / TEXT).symlink_to(source)
    return folder


@pytest.fixture
def desk(tmp_path, monkeypatch):
    monkeypatch.chdir(place(tmp_path, None))
    monkeypatch.setenv("KKGRAPH_WIDTH", "100")
    monkeypatch.setenv("KKGRAPH_CACHE", str(tmp_path / "kept"))
    for name in ("KKGRAPH_LANG", "KKGRAPH_STORE", "KKGRAPH_SOURCE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def answer_of(graph: KnowledgeGraph, example: Example) -> str:
    return graph.query(example.body, max_rows=None).to_text(100)


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_generated_pages_are_current(name):
    made = {"questions.md": pages.questions_page, "terms.md": pages.terms_page}[name]()
    assert (DOCS / name).read_text(encoding="utf-8") == made, "run: python -m kkgraph.pages docs/"


def test_pages_are_whole_and_every_example_is_collected():
    assert {str(p.relative_to(DOCS)) for p in PAGES} == GENERATED | WRITTEN
    found = {
        str(page.relative_to(DOCS)): {
            kind: sum(e.page == page and e.kind == kind for e in ALL)
            for kind in ("sparql", "sh", "python")
        }
        for page in PAGES
    }
    assert {p: {k: n for k, n in c.items() if n} for p, c in found.items() if any(c.values())} == (
        COUNTS
    )


def test_term_anchors_differ_even_without_case():
    text = (DOCS / "terms.md").read_text(encoding="utf-8")
    anchors = re.findall(r'<a id="([^"]+)">', text)
    assert len(anchors) == len({a.lower() for a in anchors}) > 200
    assert {"kk-class-goal", "kk-concept-goal"} <= set(anchors)
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= set(anchors)


@pytest.mark.parametrize("example", [e for e in ALL if e.kind == "sparql"], ids=lambda e: e.name)
def test_sparql(graph, example):
    assert example.output is not None, "a query stands with its result"
    want, cut = expects(example.output)
    got = answer_of(graph, example).rstrip("\n").split("\n")
    assert got[: len(want)] == want
    assert cut == (len(got) > len(want))


@pytest.mark.parametrize("example", RUNS, ids=lambda e: e.name)
def test_command(desk, example):
    if TEXT in example.body:
        (desk / TEXT).symlink_to(shared("source", "study.txt"))
    total = []
    for command in example.commands():
        code, output = run(command)
        stated = EXIT.search(command)
        assert code == (int(stated[1]) if stated else 0), (command, output)
        total += output.split("\n")
    if example.output is not None:
        for line in expects(example.output)[0]:
            assert line.rstrip() in [t.rstrip() for t in total], line


@pytest.mark.parametrize(
    "page", sorted({e.page for e in ALL if e.kind == "python"}), ids=lambda p: p.name
)
def test_python(desk, page):
    space: dict[str, object] = {"__name__": "example"}
    for example in (e for e in examples(page) if e.kind == "python"):
        if TEXT in example.body and not (desk / TEXT).exists():
            (desk / TEXT).symlink_to(shared("source", "study.txt"))
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(example.body, example.name, "exec"), space)
        if example.output is not None:
            want, cut = expects(example.output)
            got = out.getvalue().rstrip("\n").split("\n")
            assert got[: len(want)] == want, example.name
            assert cut == (len(got) > len(want)), example.name


def raised() -> dict[str, set[str]]:
    """Error code → names of the classes raised with it, read from the source's syntax tree."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "src" / "kkgraph").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                name = "ShapeError" if name == "refuse" else name
                first = node.args[0]
                kinds = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
                for kind in kinds if name.endswith("Error") else ():
                    value = getattr(kind, "value", None)
                    if isinstance(value, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value):
                        found.setdefault(value, set()).add(name)
        for code in re.findall(r'f"kkgraph: ([a-z-]+): ', text):
            found.setdefault(code, set())
    return found


def test_every_error_code_is_documented_and_no_other():
    codes = raised()
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## ([a-z0-9-]+)\n(.*?)(?=^## |^# |\Z)", text, re.M | re.S))
    assert len(codes) > 30
    assert set(sections) == set(codes)
    for code, classes in codes.items():
        for name in classes:
            assert issubclass(getattr(errors, name), errors.KkgraphError)
            assert f"`{name}`" in sections[code], (code, name)
        assert "```text" in sections[code], f"{code}: no example message"


def test_error_codes_stand_under_their_exit_code():
    text = (DOCS / "errors.md").read_text(encoding="utf-8")
    parts = re.split(r"^# Exit code (\d).*$", text, flags=re.M)[1:]
    place_of = {
        code: int(number)
        for number, part in zip(parts[::2], parts[1::2], strict=True)
        for code in re.findall(r"^## ([a-z0-9-]+)$", part, re.M)
    }
    for code, classes in raised().items():
        exits = {getattr(errors, name).exit_code for name in classes} or {3}
        assert {place_of[code]} == exits, code


def verbs(group=None, path=()):
    """(words of the verb, its command) for every verb of the application."""
    import typer

    group = group or typer.main.get_command(app)
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from verbs(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_every_verb_and_option_is_documented():
    import typer

    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## ([a-z -]+)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    found = dict(verbs())
    assert len(found) == 40
    assert set(found) <= set(sections)
    for name, command in found.items():
        assert f"kkgraph {name}" in sections[name]
        for param in command.params:
            if param.name != "help":
                wanted = param.opts if param.param_type_name == "option" else [param.name.upper()]
                for option in wanted:
                    assert f"`{option}" in sections[name], (name, option)
    for param in typer.main.get_command(app).params:
        for option in param.opts:
            assert f"`{option}`" in text, option


def test_links_lead_somewhere():
    checked = 0
    for page in [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *README]:
        text = FENCE.sub("", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if target.startswith(("http://", "https://", "mailto:")):
                continue
            name, _, anchor = target.partition("#")
            other = (page.parent / name).resolve() if name else page
            assert other.exists(), (page.name, target)
            if anchor and other.suffix == ".md":
                assert anchor in anchors_of(other), (page.name, target)
            checked += 1
    assert checked > 300


def anchors_of(page: Path) -> set[str]:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    heads = re.findall(r"^#+ (.*)$", text, re.M)
    plain = {re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads}
    return plain | set(re.findall(r'<a id="([^"]+)">', text))


def test_versions_agree():
    version = kkgraph.__version__
    ontology = {
        q.predicate.value.rpartition("#")[2]: q.object.value
        for path in files.ontology_files()
        for q in turtle.parse_file(path)
        if turtle.subject_of(q) == names.ONTOLOGY_IRI and "#version" in q.predicate.value
    }
    assert ontology == {
        "versionInfo": version,
        "versionIRI": f"{names.ONTOLOGY_IRI}/{version}",
    }
    import yaml

    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    log = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    released = re.findall(r"^## \[?(\d+\.\d+\.\d+)\]? - (\d{4}-\d\d-\d\d)$", log, re.M)
    assert citation["version"] == version
    assert released[0] == (version, str(citation["date-released"]))
    assert version in (ROOT / "ontology" / "kkgraph.ttl").read_text(encoding="utf-8")


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text).replace("ำ", "า")


def test_no_page_repeats_the_study(study_text):
    """No 50 code points of the text, white space dropped and ำ read as า."""
    text = squeezed(study_text)
    pieces = {text[i : i + 50] for i in range(len(text) - 49)}
    for page in [*PAGES, *README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        mine = squeezed(page.read_text(encoding="utf-8"))
        shared_pieces = [
            mine[i : i + 50] for i in range(len(mine) - 49) if mine[i : i + 50] in pieces
        ]
        assert not shared_pieces, (page.name, shared_pieces[0])


def test_no_page_names_a_machine():
    for page in [*PAGES, *README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]:
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"/(?:work|tmp|home|root|Users)/\w", text), page.name


@pytest.mark.skipif(not (ROOT / "README.md").exists(), reason="there is no README.md yet")
def test_quick_start_is_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## Quick start\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    assert section, "README.md has no section Quick start"
    blocks = [m[2] for m in FENCE.finditer(section[1]) if m[1] == "sh"]
    assert any(e.page.name == "README.md" for e in RUNS), "no kkgraph line of README.md is run"
    assert len(blocks) == 2
    assert all(len([x for x in b.splitlines() if x.strip()]) == 1 for b in blocks)


def rewrite() -> None:
    """Run every example that stands with an output, and write that output anew."""
    import tempfile

    source = Path(os.environ.get("KKGRAPH_SHARED", ROOT.parent / "shared")) / "source" / TEXT
    os.environ["KKGRAPH_WIDTH"] = "100"
    os.environ["KKGRAPH_CACHE"] = tempfile.mkdtemp()
    graph = KnowledgeGraph.open(in_process=True)
    for page in [*PAGES, *README]:
        os.chdir(place(Path(tempfile.mkdtemp()), source if source.exists() else None))
        text = page.read_text(encoding="utf-8")
        space: dict[str, object] = {"__name__": "example"}
        new: list[tuple[tuple[int, int], str]] = []
        for example in examples(page):
            if example.kind == "python":
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    exec(compile(example.body, example.name, "exec"), space)
                got = out.getvalue()
            elif example.kind == "sparql":
                got = answer_of(graph, example)
            else:
                got = "".join(run(c)[1] for c in example.commands())
            if example.output is None or not (example.kind != "sh" or example.commands()):
                continue
            old, cut = expects(example.output)
            lines = [x.rstrip() for x in got.rstrip("\n").split("\n") if not SECONDS.search(x)]
            if cut and len(lines) > len(old):
                lines = [*lines[: len(old)], CUT]
            new.append((example.span, "\n".join(lines) + "\n"))
        for (start, end), body in reversed(new):
            text = text[:start] + body + text[end:]
        page.write_text(text, encoding="utf-8", newline="")


if __name__ == "__main__":
    rewrite()
