"""Every page has the same security headers, whichever module makes it; every route is looked at."""

from __future__ import annotations

import re

import pytest

from kkgraph.web.app import build
from kkgraph.web.bounds import Bounds
from kkgraph.web.service import Service
from kkgraph.web.writer import Source
from webserver import Server

GIVEN = {
    "/questions/{id}": "/questions/cq06",
    "/graph/{slug}": "/graph/study.html",
    "/id/{slug}": "/id/e-laas.html",
    "/ns.{form}": "/ns.html",
    "/assets/{digest}/{name}": "/assets/0/icon.svg",
    "/graphs/{name:path}": "/graphs/nothing",
    "/api/questions/{id}": "/api/questions/cq06",
    "/api/entities/{name:path}": "/api/entities/e-laas",
    "/api/findings/{name}": "/api/findings/F369",
}
"""A path for each route that has a part to be filled in."""
PAGES = 22
SAME = {
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "x-content-type-options": "nosniff",
}


@pytest.fixture(scope="module")
def server():
    made = Server("--no-log")
    yield made
    assert made.stop() == 0


@pytest.fixture(scope="module")
def paths():
    service = Service(Source(), Bounds())
    try:
        routes = build(service).app.routes
        return [r.path for r in routes if "GET" in r.methods]
    finally:
        service.writer.stop()


def secure(heads):
    for name, value in SAME.items():
        assert heads.get(name) == value, name
    policy = heads["content-security-policy"]
    parts = dict(p.strip().partition(" ")[::2] for p in policy.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["base-uri"] == "'none'"
    assert "unsafe" not in policy and "*" not in policy and "http" not in policy
    assert parts["form-action"] in ("'none'", "'self'")


def test_every_page_has_the_security_headers(server, paths):
    assert all(p in GIVEN or "{" not in p for p in paths), "a new route needs a path here"
    pages = []
    for route in sorted(set(paths)):
        path = GIVEN.get(route, route)
        if path.endswith(("/preview", "/entity")):
            path += "?id=tha-phra-subdistrict"
        status, heads, body = server.get(path, {"accept": "text/html"})
        assert heads["x-content-type-options"] == "nosniff", path
        if heads.get("content-type", "").startswith("text/html"):
            secure(heads)
            assert status < 500
            pages.append(path)
        else:
            assert not body.lstrip().lower().startswith(b"<!doctype"), path
    assert len(pages) == PAGES, pages


@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/id/nothing.html", 404), ("/questions/nothing", 404),
     ("/sparql?query=nonsense", 400), ("/questions/cq06?provider=nobody", 400)],
)  # fmt: skip
def test_pages_of_errors_have_them_too(server, path, status):
    got, heads, _ = server.get(path, {"accept": "text/html"})
    assert got == status
    assert heads["content-type"].startswith("text/html")
    secure(heads)


def test_the_reconciliation_page_names_its_own_style_and_script(server):
    for path in ("/reconcile/about", "/reconcile/th/entity?id=tha-phra-subdistrict"):
        _, heads, body = server.get(path, {"accept": "text/html"})
        kinds = {k for k in ("style", "script") if f"<{k}>".encode() in body}
        policy = heads["content-security-policy"]
        assert set(re.findall(r"(\w+)-src 'sha256-", policy)) == kinds
        assert b" style=" not in body and b" onclick=" not in body
