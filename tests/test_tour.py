"""The notebook of the tour: run anew by a real kernel, its outputs compared.

``python tests/test_tour.py`` runs it and stores the outputs.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from conftest import ROOT

NOTEBOOK = ROOT / "docs" / "tour.ipynb"
CELLS = 12
LIMIT_S = 120


def ran(notebook, folder: Path):
    """A copy of the notebook with the outputs of a run in ``folder``."""
    fresh = nbformat.from_dict(notebook)
    for cell in fresh.cells:
        if cell.cell_type == "code":
            cell.outputs = []
    before = {n: os.environ.pop(n, None) for n in ("KKGRAPH_STORE", "KKGRAPH_LANG")}
    try:
        NotebookClient(
            fresh,
            timeout=LIMIT_S,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            coalesce_streams=True,
        ).execute()
    finally:
        os.environ.update({n: v for n, v in before.items() if v is not None})
    for output in (o for c in code(fresh) for o in c.outputs if "data" in o):
        if "text/html" in output.data:
            output.data.pop("text/plain", None)  # readers show the richest form
    return fresh


def texts(cell) -> list[str]:
    """What a cell printed and showed, in order, every form of it."""
    said = []
    for output in cell.outputs:
        if output.output_type == "stream":
            assert output.name == "stdout", output.text
            said.append(output.text)
        else:
            assert output.output_type in ("display_data", "execute_result")
            said += [output.data[kind] for kind in sorted(output.data)]
    return said


def code(notebook):
    return [c for c in notebook.cells if c.cell_type == "code"]


@pytest.fixture(scope="module")
def stored():
    return nbformat.read(NOTEBOOK, as_version=4)


def test_the_notebook_is_well_formed_and_whole(stored):
    nbformat.validate(stored)
    assert len(code(stored)) == CELLS
    assert all(texts(c) for c in code(stored)), "every cell shows something"
    prose = "".join(c.source for c in stored.cells if c.cell_type == "markdown")
    assert len(re.findall("[ก-๙]", prose)) > 500
    shown = "".join(t for c in code(stored) for t in texts(c))
    assert shown.count("<svg ") == shown.count("</svg>") >= 4
    assert str(ROOT) not in NOTEBOOK.read_text(encoding="utf-8")


def test_the_outputs_are_what_the_cells_say(stored, tmp_path):
    fresh = ran(stored, tmp_path)
    assert len(code(fresh)) == CELLS
    for was, now in zip(code(stored), code(fresh), strict=True):
        assert texts(now) == texts(was), was.source


def rewrite() -> None:
    """Run the notebook and store the outputs."""
    import tempfile

    begun = time.monotonic()
    fresh = ran(nbformat.read(NOTEBOOK, as_version=4), Path(tempfile.mkdtemp()))
    for number, cell in enumerate(code(fresh), 1):
        cell.execution_count = number
    fresh.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    nbformat.write(fresh, NOTEBOOK)
    print(f"{len(code(fresh))} cells in {time.monotonic() - begun:.1f} s")


if __name__ == "__main__":
    rewrite()
