"""What the pages say and how they look: both languages complete, contrast that people can read."""

from __future__ import annotations

import ast
import re

import pytest

from conftest import ROOT
from kkgraph.errors import QuestionError, RequestError, TermError
from kkgraph.web.pages import assets, frame, telling
from kkgraph.web.pages.visit import Page, Visit

PAGES = ROOT / "src" / "kkgraph" / "web" / "pages"
THAI = re.compile("[\u0e01-\u0e5b]")
SAME = {"sparql", "validate_limits"}
"""Words that have no Thai letters of their own, or hardly any."""


def test_every_word_is_in_both_languages():
    import yaml

    found = frame.words()
    text = PAGES.joinpath("words.yaml").read_text("utf-8")
    assert yaml.load(text, Loader=yaml.SafeLoader) == found  # the loader without the C library too
    assert len(found) >= 200
    for name, text in found.items():
        assert set(text) == {"en", "th"}, name
        assert text["en"].strip(), name
        assert THAI.search(text["th"]) or name in SAME, name
        assert not THAI.search(text["en"]), name
        assert sorted(re.findall(r"{(\w+)}", text["en"])) == sorted(
            re.findall(r"{(\w+)}", text["th"])
        ), name


def test_every_word_is_used_and_every_used_word_is_there():
    templates = sorted(PAGES.joinpath("templates").glob("*.html"))
    assert len(templates) == 20
    source = "\n".join(p.read_text("utf-8") for p in templates)
    code = "\n".join(p.read_text("utf-8") for p in sorted(PAGES.glob("*.py")))
    used = set(re.findall(r"\bw\.(\w+)", source)) | set(re.findall(r"\bw\['(\w+)'\]", source))
    found = set(frame.words())
    assert used <= found, used - found
    made = ("kind_", "role_", "graph_", "module_", "term_", "sparql_example_", "tag_")
    rest = {n for n in found - used if not n.startswith(made)}
    assert {n for n in rest if f'"{n}"' not in code} == set()


READING = (
    "book cells checking documents form gathering grids headers listing marking packing placing "
    "rdf reading records resolving sheets template values workbook"
)
BEHIND = (
    "web", "federation", "fetching", "addresses.py", "answers.py", "catalogue.py", "entities.py",
    "files.py", "graph.py", "names.py", "questions.py", "sparql.py", "turtle.py", "tables.py",
    "store/execute.py", "store/updating.py", "shapes/checking.py",
    *(f"cases/{name}.py" for name in READING.split()),
)  # fmt: skip
"""The modules whose errors can come to a page: what answers it, and what reads an upload."""
NEVER = {"file-exists", "no-address", "no-web", "open-token", "port-in-use", "weak-token"}
"""What only whoever starts a server, or writes a file, is told."""


def codes_behind_pages():
    source = ROOT / "src" / "kkgraph"
    found = {"not-found", "not-allowed"}  # of the routes themselves
    for name in BEHIND:
        place = source / name
        assert place.exists(), name
        for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and node.args):
                    continue
                called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0]
                kinds = (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,)
                for kind in kinds if called.endswith("Error") else ():
                    code = getattr(kind, "value", None)
                    if isinstance(code, str) and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code):
                        found.add(code)
    return found


def test_every_error_that_a_page_can_show_has_thai_words():
    codes = codes_behind_pages()
    assert len(codes) == 66, sorted(codes)
    assert set(telling.thai()) == codes - NEVER
    for code, words in telling.thai().items():
        assert set(words) in ({"what", "remedy"}, {"what", "named", "remedy"}), code
        assert all(THAI.search(text) for text in words.values()), code
        assert "{name}" in words.get("named", "{name}"), code


def test_an_error_is_told_in_the_language_of_the_page():
    error = TermError("unknown-entity", 'there is no entity "<b>ก</b> x"', hint="Give a name.")
    for lang in ("th", "en"):
        page = Page("error.html", "", {"error": error, "status": 400, "problem": {}}, 400)
        text = frame.render(page, Visit("/x", lang))
        assert "&lt;b&gt;ก" in text and "<b>ก" not in text
        told = telling.told(error, lang)
        assert told.what in (error.message, "กราฟนี้ไม่มีสิ่งที่ชื่อ “<b>ก</b> x”")
        # what is English on a Thai page says so
        if lang == "th":
            assert re.search(r'<p lang="en">there is no entity .*Give a name\.</p>', text)
            assert text.count("there is no entity") == 1
    thai = RequestError("bad-request", "โปรดเลือกไฟล์", hint="เลือกก่อน")
    assert telling.told(thai, "th").what == "โปรดเลือกไฟล์"
    other = QuestionError("some-new-code", "said in English")
    assert telling.told(other, "th").what == "said in English"
    assert (telling.told(other, "th").foreign, telling.told(other, "en").foreign) == (True, False)
    assert not telling.told(thai, "th").foreign


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def palettes():
    style = assets.held()["site.css"].decode()
    long = re.sub(r"#([0-9a-f])([0-9a-f])([0-9a-f])\b(?![0-9a-f])", r"#\1\1\2\2\3\3", style)
    light, dark = {}, {}
    for block in re.finditer(r"(@media \(prefers-color-scheme: dark\) {\s*)?:root {([^}]*)}", long):
        into = dark if block[1] else light
        into.update(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block[2]))
    return {"light": light, "dark": {**light, **dark}}


@pytest.mark.parametrize("name", ["light", "dark"])
def test_texts_stand_out(name):
    """WCAG 2.2 AA: 4.5 to 1 for texts; the print style has a palette of its own."""
    colours = palettes()[name]
    grounds = ("paper", "card", "tint")
    pairs = [(text, g) for text in ("ink", "soft", "accent") for g in grounds]
    pairs += [("warm", "warm-tint"), ("warm", "paper"), ("warm", "card"), ("bad", "card"),
              ("bad", "bad-tint"), ("ink", "warm-tint"), ("ink", "bad-tint"), ("ink", "good-tint"),
              ("soft", "warm-tint"), ("paper", "accent"), ("warm", "tint"),
              *(("ink", g) for g in ("present", "absent", "both"))]  # fmt: skip
    low = {p: round(contrast(colours[p[0]], colours[p[1]]), 2) for p in pairs}
    assert {p: n for p, n in low.items() if n < 4.5} == {}
    assert contrast("#ffffff", colours["head"]) >= 4.5
    assert contrast("#ffd48a", colours["head"]) >= 3  # the mark of the present page, and of focus


def test_the_style_and_the_script_load_nothing():
    held = assets.held()
    assert {"site.css", "site.js", "icon.svg"} <= set(held)
    for name in ("site.css", "site.js"):
        text = held[name].decode()
        assert "http:" not in text
        assert "https:" not in text
        assert "@import" not in text
        assert "eval(" not in text
    assert len(held["site.css"]) < 60_000
    assert len(held["site.js"]) < 12_000


def test_every_tag_has_a_name_in_thai():
    from kkgraph import catalogue
    from kkgraph.web.pages.asked import tag_name

    tags = {t for q in catalogue.all_questions() for t in q.tags}
    assert len(tags) >= 40
    assert {t for t in tags if not THAI.search(tag_name(t)["th"])} == set()
