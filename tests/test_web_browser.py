"""A person at work: a browser asks, opens the evidence, validates a workbook, runs SPARQL.

It needs Chromium as the system has it (``chromium`` of Debian, or ``KKGRAPH_CHROMIUM``); where
there is none the tests skip, and say so.
"""

from __future__ import annotations

import os
import shutil
import warnings

import pytest

from kkgraph.web.pages import assets
from webserver import Server

PAGES = ("/", "/questions", "/questions/cq06", "/actors", "/systems", "/matrix", "/terms", "/data",
         "/validate", "/sparql", "/id/F369.html", "/id/kktt.html", "/search?q=LINE")  # fmt: skip


@pytest.fixture(scope="module")
def browser():
    path = os.environ.get("KKGRAPH_CHROMIUM") or shutil.which("chromium")
    if path is None:
        warnings.warn("SKIPPED: there is no Chromium for the browser's tests", stacklevel=1)
        pytest.skip("there is no Chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="module")
def server():
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def visit(browser, server):
    """Opens a page in a fresh window; nothing may go wrong in it, or come from elsewhere."""
    faults, contexts = [], []

    def opened(path, *, width=1280, height=900, script=True):
        context = browser.new_context(
            viewport={"width": width, "height": height}, java_script_enabled=script
        )
        contexts.append(context)
        window = context.new_page()
        window.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
        window.on("pageerror", lambda e: faults.append(str(e)))
        window.on("request", lambda r: None if r.url.startswith((server.url, "data:", "blob:"))
                  else faults.append(f"from elsewhere: {r.url}"))  # fmt: skip
        window.goto(server.url + path)
        return window

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_researcher_asks_and_opens_the_evidence(visit, script):
    window = visit("/?lang=en", script=script)
    window.click("nav.menu >> text=Questions")
    window.fill("#words", "systems")
    window.select_option("#tag", "daily")
    window.click("form.filter button")
    window.click("main >> text=Which systems are there, with focus, provider")
    before = window.locator("tbody.line").count()
    window.select_option("#p-status", label="in use")
    window.click("text=Ask")
    lines = window.locator("tbody.line")
    assert 0 < lines.count() < before
    lines.first.locator("summary >> nth=0").click()
    found = lines.first.locator("details.finding").first
    found.locator("summary").click()
    assert "SHA-256" in found.inner_text()
    assert found.locator("dd").first.is_visible()
    found.locator("p.whole a").click()
    assert window.locator("h1").inner_text()
    assert window.locator("ol.chain > li").count() == 5
    window.click("nav.tongues >> text=ภาษาไทย")
    assert window.locator("html").get_attribute("lang") == "th"
    assert window.locator("ol.chain > li").count() == 5


@pytest.fixture(scope="module")
def book(graph, tmp_path_factory):
    from openpyxl import load_workbook

    path = tmp_path_factory.mktemp("browser") / "กรณี.xlsx"
    graph.template(path, fill="ban-pet", lang="th")
    spoilt = load_workbook(path)
    spoilt.worksheets[2]["M3"] = "แน่นอน"
    spoilt.save(path)
    return path


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_a_steward_validates_a_workbook(visit, book, script):
    from openpyxl import load_workbook

    window = visit("/validate?lang=th", script=script)
    window.set_input_files("#file", book)
    window.click("button.main >> nth=0")
    problem = window.locator("section.found").first
    assert "!M3" in problem.locator("td.place").first.inner_text()
    with window.expect_download() as download:
        window.click("a.button.main")
    assert download.value.suggested_filename == "กรณี-marked.xlsx"
    target = book.with_name("marked.xlsx")
    download.value.save_as(target)
    marked = load_workbook(target)
    assert marked.sheetnames[0] == "ปัญหา (kkgraph)"


def test_a_file_can_be_dropped(visit, book):
    import base64

    window = visit("/validate?lang=en")
    content = base64.b64encode(book.read_bytes()).decode()
    data = window.evaluate_handle(
        """([name, content]) => {
          const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0));
          const held = new DataTransfer();
          held.items.add(new File([bytes], name));
          return held;
        }""",
        [book.name, content],
    )
    window.dispatch_event("[data-drop]", "drop", {"dataTransfer": data})
    assert window.evaluate("document.getElementById('file').files.length") == 1
    window.keyboard.press("Enter")  # the button has the focus
    window.wait_for_selector("section.found")


def test_an_engineer_runs_sparql_in_the_plain_form(visit):
    window = visit("/sparql?lang=en", script=False)
    window.fill("#query", "SELECT (COUNT(*) AS ?n) WHERE { ?f a kk:Finding }")
    window.click("text=Run")
    assert window.locator("table.answer tbody td").inner_text() == "530"


def test_an_engineer_runs_sparql_in_the_editor(visit):
    if not assets.yasgui():
        pytest.skip("the package was built without the editor (it needs npm)")
    window = visit("/sparql?lang=en&query=SELECT+*+WHERE+%7B+%3Fs+%3Fp+%3Fo+%7D+LIMIT+3")
    assert not window.locator("#plain").is_visible()
    window.click(".yasqe_queryButton")
    window.wait_for_selector(".yasr table.dataTable tbody tr")
    assert window.locator(".yasr table.dataTable tbody tr").count() == 3


def test_the_keyboard_reaches_everything(visit):
    window = visit("/actors?lang=en")
    window.keyboard.press("Tab")
    assert window.evaluate("document.activeElement.className") == "skip"
    window.keyboard.press("Enter")
    assert window.evaluate("document.activeElement.id") == "content"
    window.locator("svg.network:visible a.lead[data-joins]").first.focus()
    told = window.locator("#pointed")
    assert told.is_visible()
    assert "→" in told.inner_text()
    window.keyboard.press("Enter")
    window.wait_for_selector("li:target details.tie-line[open]")  # the page hears of it later
    opened = window.locator("li:target details.tie-line")
    assert opened.locator("details.finding").count() >= 1
    window = visit("/matrix?lang=en&by=barrier")
    window.locator("table.heat td.present a").first.focus()
    window.keyboard.press("Enter")
    window.wait_for_selector("details.cell:target[open]")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(visit, width):
    window = visit("/?lang=en", width=width, height=844)
    wide = {}
    for path in PAGES:
        for lang in ("en", "th") if width < 500 else ("th",):
            mark = "&" if "?" in path else "?"
            window.goto(window.url.split("/", 3)[0] + "//" + window.url.split("/")[2]
                        + f"{path}{mark}lang={lang}")  # fmt: skip
            size = window.evaluate("document.documentElement.scrollWidth")
            if size > width:
                wide[path, lang] = size
    assert wide == {}


def test_paper_shows_what_is_folded(visit):
    window = visit("/questions/cq06?lang=en")
    window.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert window.locator("details:not([open])").count() == 0
    window.emulate_media(media="print")
    assert not window.locator("header.site").is_visible()
    assert window.locator("details.finding dl").first.is_visible()
    window.evaluate("dispatchEvent(new Event('afterprint'))")
    assert window.locator("details:not([open])").count() > 0
