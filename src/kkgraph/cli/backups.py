"""The verbs for copies of a store: backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kkgraph.cli.common import KEEP, Lang, Store, app, choose
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    from kkgraph.backup import Manifest

_WORDS: Final = {
    "made": ("Backed up and read back: {file}", "สำรองข้อมูลและอ่านทวนแล้ว: {file}"),
    "sound": (
        "Every byte is as it was backed up: {file}",
        "ทุกไบต์ตรงกับเมื่อสำรองข้อมูล: {file}",
    ),
    "restored": ("Verified and restored: {file} → {store}", "ตรวจสอบและกู้คืนแล้ว: {file} → {store}"),
    "holds": (
        "{quads} quads in {graphs} graphs, {kept} submitted files; version {version}, {made}",
        "{quads} ควอดใน {graphs} กราฟ แฟ้มที่ส่ง {kept} แฟ้ม รุ่น {version} เมื่อ {made}",
    ),
}
File = Annotated[Path, typer.Argument(help="The back-up, one file.")]


@app.command(rich_help_panel=KEEP)
def backup(
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="Write over the file.")] = False,
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """Back up a store on disk into one file, with the submitted files of its cases."""
    from kkgraph import backup as copies
    from kkgraph.store import OxigraphStore

    choose("--lang", lang, ("th", "en"))
    opened = OxigraphStore.open(_folder(store))
    try:
        manifest = copies.make(opened, file, replace=replace)
    finally:
        opened.close()
    _tell("made", manifest, lang, file=file)


@app.command(rich_help_panel=KEEP)
def restore(
    file: File,
    check: Annotated[
        bool, typer.Option("--check", help="Verify the file, and write nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace the store that is there.")
    ] = False,
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """Restore a store from a back-up, verified byte by byte before anything is replaced."""
    from kkgraph import backup as copies

    choose("--lang", lang, ("th", "en"))
    if check:
        _tell("sound", copies.check(file), lang, file=file)
        return
    folder = _folder(store)
    _tell("restored", copies.restore(file, folder, replace=replace), lang, file=file, store=folder)


def _folder(store: str | None) -> Path:
    from kkgraph.store.address import is_url

    if store is None or is_url(store):
        raise QuestionError(
            "no-store",
            "back-ups are of a store on disk, and none is named",
            where="--store",
            hint="Add --store FOLDER, or set KKGRAPH_STORE. "
            "From a server: kkgraph export --store URL --format nq.",
        )
    return Path(store)


def _tell(key: str, manifest: Manifest, lang: str, **values: object) -> None:
    number = 1 if lang == "th" else 0
    print(_WORDS[key][number].format(**values))
    print(
        "  "
        + _WORDS["holds"][number].format(
            quads=f"{manifest.quads:,}",
            graphs=manifest.graphs,
            kept=len(manifest.kept),
            version=manifest.version,
            made=manifest.made,
        )
    )
