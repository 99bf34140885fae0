"""A folder of tables for Spark: partitioned Parquet, and a manifest that is written last.

Each table is a folder of Parquet files. ``triples`` and ``quads`` have one folder for each
predicate (``p=12``) where there are not too many of these. The manifest says how many rows each
table has; a folder without it, or with other rows, is half-written.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kkgraph import __version__
from kkgraph.building import scratch
from kkgraph.columnar.session import quoted, translated
from kkgraph.errors import StoreError

if TYPE_CHECKING:
    from kkgraph.columnar.tables import Columnar

NAME: Final = "kkgraph tables"
FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
STARTED: Final = "started.json"
AGAIN: Final = "Run the command that wrote it again: what is complete is kept."
MOST_PARTITIONS: Final = 1000
"""With more predicates than this a folder for each would be many small files."""
SCHEMAS: Final = {
    "terms": "id BIGINT, lex STRING",
    "groups": "lo BIGINT, hi BIGINT, kind STRING, datatype STRING, lang STRING",
    "sources": "number INT, name STRING, scope STRING",
    "triples": "s BIGINT, o BIGINT, p BIGINT",
    "quads": "g BIGINT, s BIGINT, o BIGINT, p BIGINT",
    "ill_typed": "id BIGINT",
    "values": "id BIGINT, family SMALLINT, exact DECIMAL(38,12), approx DOUBLE, zoned BOOLEAN",
}
_EXPORTS: Final = {
    "terms": "SELECT id::BIGINT AS id, lex FROM terms",
    "groups": "SELECT lo, hi, kind, datatype, lang FROM groups ORDER BY lo",
    "sources": "SELECT number, name, scope FROM sources ORDER BY number",
    "triples": "SELECT s::BIGINT AS s, o::BIGINT AS o, p::BIGINT AS p FROM triples",
    "quads": "SELECT g::BIGINT AS g, s::BIGINT AS s, o::BIGINT AS o, p::BIGINT AS p FROM quads",
    "ill_typed": "SELECT id::BIGINT AS id FROM ill_typed",
    "values": (
        'SELECT id::BIGINT AS id, family::SMALLINT AS family, exact, approx, zoned FROM "values"'
    ),
}
_PARTITIONED: Final = ("triples", "quads")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a complete folder says of itself: the rows of each table, and what wrote it."""

    rows: dict[str, int]
    partitioned: bool
    name: str = NAME
    format: int = FORMAT
    kkgraph: str = __version__

    def text(self) -> str:
        """The manifest as JSON on one line."""
        return json.dumps(asdict(self), sort_keys=True) + "\n"

    @classmethod
    def read(cls, text: str, where: str) -> Manifest:
        """The manifest that a text holds; ``StoreError`` half-written or columnar-format."""
        try:
            found: dict[str, Any] = json.loads(text)
            manifest = cls(**found)
            known = manifest.name == NAME and set(manifest.rows) == set(SCHEMAS)
        except (ValueError, TypeError) as error:
            raise half_written(where, "its manifest cannot be read") from error
        if manifest.format != FORMAT or not known:
            raise StoreError(
                "columnar-format",
                f"the folder has format {manifest.format} of kkgraph {manifest.kkgraph};"
                f" this one reads {FORMAT}",
                where=where,
                hint="Write the tables again.",
            )
        return manifest


def half_written(where: str, message: str) -> StoreError:
    """The error for a folder whose writing was broken off."""
    return StoreError("half-written", message, where=where, hint=AGAIN)


def is_folder(path: Path | str) -> bool:
    """True for a folder on this machine that holds tables for Spark, complete or not."""
    return any((Path(path) / name).exists() for name in (MANIFEST, STARTED))


def write_folder(
    columnar: Columnar,
    folder: Path,
    *,
    source: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> Manifest:
    """Write the loaded data as tables for Spark; the manifest comes last.

    A run that was broken off is taken up: tables that it completed of the same ``source`` (the
    file that the data are opened from) stay. Other tables there are replaced. Raises
    ``StoreError``: unwritable-store, disk-full, out-of-memory.
    """
    with translated(str(folder)):
        try:
            kept = _begin(folder, _identity(source))
        except OSError as error:
            raise StoreError(
                "unwritable-store",
                f"the folder cannot be written: {error.strerror}",
                where=str(folder),
            ) from error
        predicates = columnar.run("SELECT count(DISTINCT p) FROM triples")[0][0]
        partitioned = predicates <= MOST_PARTITIONS
        rows = {}
        for name in SCHEMAS:
            rows[name] = columnar.run(f'SELECT count(*) FROM "{name}"')[0][0]
            if name in kept:
                continue
            if progress is not None:
                progress(f"writing {name}: {rows[name]:,} rows")
            _write(columnar, name, folder, by_predicate=partitioned and rows[name] > 0)
        manifest = Manifest(rows, partitioned)
        write_text(folder / MANIFEST, manifest.text())
        (folder / STARTED).unlink()
    return manifest


def _identity(source: Path | None) -> dict[str, Any]:
    """What says that a file is the same one as before."""
    if source is None:
        return {"run": os.urandom(8).hex()}
    found = source.stat()
    return {"path": str(source.resolve()), "size": found.st_size, "changed": found.st_mtime_ns}


def _begin(folder: Path, identity: dict[str, Any]) -> set[str]:
    """Mark the folder as begun; the names of the tables that are complete already."""
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / STARTED
    text = json.dumps(identity, sort_keys=True) + "\n"
    if marker.is_file() and marker.read_text("utf-8") == text:
        return {name for name in SCHEMAS if (folder / name).is_dir()}
    write_text(marker, text)
    (folder / MANIFEST).unlink(missing_ok=True)
    for name in SCHEMAS:
        shutil.rmtree(folder / name, ignore_errors=True)
    return set()


def write_text(path: Path, text: str) -> None:
    """Write a small file, complete or not at all."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _write(columnar: Columnar, name: str, folder: Path, *, by_predicate: bool) -> None:
    """Write a table beside its place, and move it there complete."""
    with scratch(folder, f".{name}-") as made:
        place = made / name
        options = "FORMAT PARQUET, COMPRESSION ZSTD"
        if by_predicate and name in _PARTITIONED:
            options += ", PARTITION_BY (p)"
        else:
            place.mkdir()
            place = place / "part-0.parquet"
        columnar.run(f"COPY ({_EXPORTS[name]}) TO {quoted(place)} ({options})")
        (made / name).replace(folder / name)
