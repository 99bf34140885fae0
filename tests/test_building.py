"""Folders in which something new is built: gone in the end, whatever happened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kkgraph.building import scratch


def test_the_folder_is_private_and_gone_in_the_end(tmp_path):
    with scratch(tmp_path, ".new-") as folder:
        assert folder.parent == tmp_path
        assert folder.name.startswith(".new-")
        assert folder.stat().st_mode & 0o077 == 0 or os.name != "posix"
        (folder / "half").write_text("half", encoding="utf-8")
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_at_the_moment_of_its_making_leaves_nothing(tmp_path, monkeypatch):
    make = Path.mkdir

    def interrupted(self, *args, **options):
        make(self, *args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt), scratch(tmp_path, ".new-"):
        pytest.fail("the block was entered")
    assert list(tmp_path.iterdir()) == []


def test_what_is_moved_out_stays(tmp_path):
    with scratch(tmp_path, ".new-") as folder:
        (folder / "whole").mkdir()
        (folder / "whole").rename(tmp_path / "whole")
    assert [p.name for p in tmp_path.iterdir()] == ["whole"]
