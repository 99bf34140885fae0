"""A portal package: data, catalogue, records and reports in one folder, whole or not there."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import files, shapes
from kkgraph.errors import QuestionError, SourceError
from kkgraph.graph import KnowledgeGraph
from kkgraph.model import Problem
from kkgraph.portal import ckan, crate, holding, readme, selecting, sheets, writing
from kkgraph.portal.describing import Description
from kkgraph.portal.gathering import Gatherer
from kkgraph.portal.holding import Holding
from kkgraph.portal.profile import Profile
from kkgraph.portal.records import FORMS, Dataset
from kkgraph.portal.selecting import Selection
from kkgraph.shapes import Report
from kkgraph.shapes.standard import chunks

MANIFEST: Final = "manifest-sha256.txt"
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_MEDIA: Final = {"md": "text/markdown", "json": "application/json"}


@dataclass(frozen=True)
class Published:
    """What came of publishing; ``path`` is None where problems stood against it.

    ``exposed`` are problems that would tell who the unnamed are: with them nothing is ever
    published. ``problems`` are broken rules of data or catalogue, of large data the first of each
    rule, and ``broken`` is how many there are. ``lacking`` are fields that the profile requires of
    a CKAN record and that nobody gave; ``kept_back`` graphs stayed in.
    """

    path: Path | None
    datasets: tuple[Dataset, ...]
    files: int
    size: int
    problems: tuple[Problem, ...] = ()
    exposed: tuple[Problem, ...] = ()
    lacking: tuple[str, ...] = ()
    unsuited: tuple[tuple[str, str], ...] = ()
    kept_back: tuple[str, ...] = field(default=())
    broken: int = 0


def publish(  # noqa: PLR0913
    graph: KnowledgeGraph,
    to: Path,
    profile: Profile,
    *,
    lang: str = "en",
    cases: Sequence[str] = (),
    day: str = "",
    replace: bool = False,
    force: bool = False,
    memory: str | None = None,
) -> Published:
    """Write the package of a graph, or of some of its cases, into a new folder.

    Nothing is written where the data or the catalogue break a rule, unless ``force``, which marks
    them; nor ever where the unnamed could be told. ``day`` is the date of publication (today
    without it): with the same graph, profile and day every byte is the same. The folder is built
    beside its place and renamed. ``replace`` replaces a package that is there, and nothing else.
    More statements than ``holding.MANY`` are put in order, checked and read in temporary files;
    ``memory`` ("2GB") bounds what SQL takes for that.

    Raises ``SourceError`` file-exists, not-a-package, unwritable-package; ``QuestionError``
    bad-value for a date that is none; ``TermError`` unknown-case; ``StoreError`` disk-full,
    out-of-memory.
    """
    day = _day(day)
    check_place(to, replace=replace)
    selection = selecting.select(graph.store, cases)
    with holding.held(graph.store, selection, memory=memory) as held:
        exposed = held.exposures()
        if not exposed.conforms:
            grave = _violations(exposed)
            return Published(None, (), 0, 0, exposed=grave, kept_back=selection.kept_back)
        report = held.broken_rules(graph.store, selection.kept_back)
        try:
            return _published(graph, to, profile, held, report, selection, lang, day, force)
        finally:
            report.close()


def _published(  # noqa: PLR0913, PLR0917
    graph: KnowledgeGraph,
    to: Path,
    profile: Profile,
    held: Holding,
    report: Report,
    selection: Selection,
    lang: str,
    day: str,
    force: bool,
) -> Published:
    """What comes of publishing data of which nobody unnamed could be told."""
    problems = _violations(report)
    broken = report.count("violation")
    if broken and not force:
        return Published(None, (), 0, 0, problems, kept_back=selection.kept_back, broken=broken)
    with _beside(to) as folder:
        made = _Package(folder, graph, held, profile, lang, day)
        made.data(selection.study, broken)
        described = made.catalogue()
        problems += described
        broken += len(described)
        if described and not force:
            return Published(None, (), 0, 0, problems, kept_back=selection.kept_back, broken=broken)
        made.reports(report)
        lacking, unsuited = made.records()
        made.pages()
        _put_in_place(folder, to)
    return Published(
        to, tuple(made.datasets), len(made.files), sum(n for n, _ in made.files.values()),
        problems, (), lacking, unsuited, selection.kept_back, broken,
    )  # fmt: skip


def _violations(report: Report) -> tuple[Problem, ...]:
    return tuple(p for p in report.problems if p.severity == "violation")


class _Package:
    """The files of a package as they are made: written at once, with size and digest by path."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        folder: Path,
        graph: KnowledgeGraph,
        held: Holding,
        profile: Profile,
        lang: str,
        day: str,
    ) -> None:
        self.folder = folder
        self.held = held
        self.profile = profile
        self.lang = lang
        self.day = day
        self.files: dict[str, tuple[int, str]] = {}
        self.datasets: list[Dataset] = []
        self.gatherer = Gatherer(graph, held.graph, date=day)
        self._catalogue: Report | None = None

    def put(self, path: str, data: bytes) -> None:
        """Write a file."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        self.files[path] = len(data), writing.sha256(data)

    def note(self, path: str) -> tuple[int, str]:
        """The size and digest of a file that is written, which are kept."""
        place = self.folder / path
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.files[path] = place.stat().st_size, digest
        return self.files[path]

    def data(self, study: bool, problems: int) -> None:
        """The data files, and the record of each dataset; ``study`` is True where it is there."""
        long = self.held.large
        for portion, contents in self.held.portions():
            found = [writing.data_files(portion, self.folder)]
            if portion.kind == "graph":
                write = sheets.long_sheet_files if long else sheets.sheet_files
                found.append(write(self.held.graph, self.day, self.folder))
            files_ = [writing.distribution(made, *self.note(made.path)) for made in chain(*found)]
            mine = problems if portion.kind == "graph" else 0
            self.datasets.append(
                self.gatherer.dataset(
                    portion, files_, problems=mine, study=study, contents=contents
                )
            )

    def catalogue(self) -> tuple[Problem, ...]:
        """The catalogue's files; what is wrong with it under the shapes of catalogues."""
        description = Description(self.profile, issued=self.day)
        description.catalogue(self.datasets)
        triples = description.triples()
        for form in ("ttl", "jsonld", "rdf"):
            self.put(f"metadata/dcat.{form}", writing.catalogue(triples, form))
        self.put("metadata/void.ttl", writing.catalogue(description.void(), "ttl"))
        self._catalogue = check_catalogue(triples)
        return tuple(p for p in self._catalogue.problems if p.severity == "violation")

    def reports(self, report: Report) -> None:
        """The standard validation reports on data and catalogue, all results of each."""
        for name, found in (("validation", report), ("metadata", self._catalogue)):
            assert found is not None
            path = f"reports/{name}.ttl"
            place = self.folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as out:
                for number, chunk in enumerate(chunks(found, "ttl")):
                    out.write(chunk if number else writing.settled(chunk, "ttl"))
            self.note(path)

    def records(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """The CKAN records; the fields that they lack, and values that aren't among the choices."""
        lacking: dict[str, None] = {}
        unsuited: dict[tuple[str, str], None] = {}
        for data in self.datasets:
            sources = self.gatherer.sources(data)
            record = ckan.package(
                data, self.profile, lang=self.lang, issued=self.day, sources=sources
            )
            self.put(f"metadata/ckan/{data.slug}.json", _json(record))
            lacking |= dict.fromkeys(ckan.missing(record, self.profile))
            unsuited |= dict.fromkeys(ckan.unsuited(record, self.profile))
        return tuple(lacking), tuple(unsuited)

    def pages(self) -> None:
        """The README in both languages, and the crate that lists everything."""
        others = [*readme.NAMES.values(), *(p for p in self.files if not p.startswith("data/"))]
        for lang, name in readme.NAMES.items():
            page = readme.readme(self.datasets, others, self.profile, lang=lang, date=self.day)
            self.put(name, page)
        titles = {d.path: d.title for s in self.datasets for d in s.distributions}
        parts = [
            crate.Part(path, _media(path), size, digest, titles.get(path) or readme.other(path))
            for path, (size, digest) in sorted(self.files.items())
        ]
        whole = self.datasets[0]
        listed = crate.crate(
            parts, self.profile, title=whole.title, description=whole.description, date=self.day
        )
        self.put(crate.NAME, listed)
        lines = [f"{digest}  {path}\n" for path, (_, digest) in sorted(self.files.items())]
        self.put(MANIFEST, "".join(lines).encode())


def check_catalogue(triples: Sequence[ox.Triple]) -> Report:
    """The report on a catalogue under the shapes of catalogues (``shapes/portal/``)."""
    quads = [ox.Quad(t.subject, t.predicate, t.object) for t in triples]
    return shapes.validate(quads, shapes=files.portal_shapes())


def check_place(to: Path, *, replace: bool) -> None:
    """Raise ``SourceError`` where the folder is taken: file-exists, or not-a-package."""
    if not to.exists() and not to.is_symlink():
        return
    if to.is_dir() and not to.is_symlink() and not any(to.iterdir()):
        return
    if not replace:
        raise SourceError(
            "file-exists",
            "there is something already",
            where=str(to),
            hint="Choose another folder, or replace the package there with --replace.",
        )
    if to.is_symlink() or not (to / MANIFEST).is_file() or not (to / crate.NAME).is_file():
        raise SourceError(
            "not-a-package",
            "this is no package of kkgraph, so it isn't replaced",
            where=str(to),
            hint="Choose another folder, or remove this one yourself.",
        )


def _day(text: str) -> str:
    if not text:
        return datetime.now(UTC).date().isoformat()
    with suppress(ValueError):
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    raise QuestionError(
        "bad-value",
        f'"{text}" is no date',
        where="--date",
        hint="Write it as 2026-11-27, in the Gregorian calendar.",
    )


def _media(path: str) -> str:
    ending = path.rpartition(".")[2]
    return FORMS[ending].media if ending in FORMS else _MEDIA[ending]


def _json(data: Any) -> bytes:
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


@contextmanager
def _beside(to: Path) -> Iterator[Path]:
    """A new folder beside the place, gone at the end unless it was put there.

    A failure to write is ``SourceError`` unwritable-package.
    """
    folder = to.absolute().with_name(f".{to.name}.{os.getpid()}")
    try:
        folder.mkdir(parents=True)
        yield folder
    except OSError as error:
        raise SourceError(
            "unwritable-package",
            f"the package can't be written: {error.strerror or error}",
            where=str(to),
            hint="Choose a place where you may write and that has room.",
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put_in_place(folder: Path, to: Path) -> None:
    """Rename the finished folder; what was there is away only once that is done."""
    to = to.absolute()
    before = to.with_name(f".{to.name}.before-{os.getpid()}")
    if to.exists():
        to.rename(before)
    try:
        folder.rename(to)
    except OSError:
        if before.exists():
            before.rename(to)
        raise
    shutil.rmtree(before, ignore_errors=True)
