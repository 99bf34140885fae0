"""Loading a case: read, met with the graph by code, validated, written in one transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kkgraph import files, matching, names, turtle
from kkgraph.cases import anonymity, keeping, meeting, shelf
from kkgraph.cases.checking import Findings, check, merged
from kkgraph.cases.records import Case, Place
from kkgraph.errors import SourceError, TermError
from kkgraph.model import Problem
from kkgraph.store import Store

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RESERVED: Final = ("study", "cited", "local", "all")
_CONTEXT: Final = "context"


@dataclass(frozen=True, slots=True)
class Submission:
    """What is to be loaded: the case's file or folder, and the file of its context if any."""

    main: Path
    context: Path | None = None

    @property
    def paths(self) -> list[Path]:
        """Both."""
        return [self.main, *([self.context] if self.context else [])]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A literal that the store writes in another form; ``kept`` has it as submitted."""

    place: Place
    subject: str
    predicate: str
    before: str
    after: str


@dataclass(frozen=True)
class Loading:
    """What came of loading a case; ``loaded`` is False where problems stood against it.

    ``findings`` are all problems of the shapes and the reader, those of meeting included.
    """

    slug: str
    loaded: bool
    replaced: bool
    triples: int
    findings: Findings
    met: tuple[meeting.Meeting, ...] = ()
    rewritten: tuple[Rewritten, ...] = ()
    kept: Path | None = None
    context: int = 0
    forced: int = field(default=0)

    @property
    def graph(self) -> str:
        """The IRI of the case's graph."""
        return names.CASE_PREFIX + self.slug


def submission(path: Path) -> Submission:
    """What a path, or the name of a shipped case, stands for.

    A folder with an RDF file of the folder's own name is a package: that file is the case, a file
    ``context`` beside it what is known from outside. Any other folder is one of CSV files.
    Raises ``SourceError`` missing-file.
    """
    shipped = files.case_packages()
    if not path.exists():
        if str(path) not in shipped:
            raise SourceError(
                "missing-file",
                "there is no such file, and no shipped case of this name",
                where=str(path),
                hint=matching.did_you_mean(str(path), shipped)
                + f"Shipped cases: {', '.join(shipped)}.",
            )
        path = shipped[str(path)]
    if not path.is_dir():
        return Submission(path)
    rdf = {p.stem: p for p in sorted(path.iterdir()) if p.suffix.lstrip(".") in turtle.FORMATS}
    main = rdf.get(path.resolve().name)
    return Submission(main, rdf.get(_CONTEXT)) if main else Submission(path)


@dataclass(frozen=True, slots=True)
class How:
    """How a case is loaded: under which name (its own), in place of one of that name, in spite of
    problems, and under which shapes (the shipped ones)."""

    name: str = ""
    replace: bool = False
    force: bool = False
    shapes: Sequence[Path] = ()


def load(
    store: Store,
    path: Path,
    how: How = How(),
    progress: Callable[[str], None] | None = None,
) -> Loading:
    """Validate a case beside the graph and write it to its own graph, in one transaction.

    Its graph is ``kkg:case-<slug>``, that of what came with it from outside
    ``kkg:context-<slug>``. With problems it is not loaded unless ``force``, which marks it. On disk
    the submitted files are kept. Raises ``SourceError``, ``TermError`` (case-exists,
    bad-case-name), ``ShapeError``, ``StoreError``.
    """
    say = progress or (lambda what: None)
    given = submission(path)
    say("reading the case")
    looked_up = [g for g in store.graphs() if names.is_background(g)]
    main, context = _read(given, lambda: store.quads(looked_up))
    slug = named(how.name or main.slug, given.main)
    graph, beside = names.CASE_PREFIX + slug, names.CONTEXT_PREFIX + slug
    there = graph in store.graphs()
    if there and not how.replace:
        raise TermError(
            "case-exists",
            f'there is a case "{slug}" already',
            where=str(path),
            hint="Add --replace to load this one in its place, or --name for another name.",
        )
    background = list(store.quads(g for g in looked_up if g not in (graph, beside)))
    main.slug = context.slug = slug
    parts = [main, context] if given.context else [main]
    meetings = meeting.meet(merged(parts), background)
    main, context = meeting.renamed(main, meetings), meeting.renamed(context, meetings)
    whole = merged([main, context] if given.context else [main])
    whole.source, whole.slug = main.source, slug
    whole.problems = [
        *whole.problems,
        *meetings.problems,
        *anonymity.intrusions(whole, background),
    ]
    found = check(whole, background, shapes=how.shapes, progress=progress)
    outcome = {"met": tuple(meetings.met), "rewritten": tuple(rewritten(whole))}
    problems = found.count("violation")
    if problems and not how.force:
        return Loading(slug, False, there, len(main.triples), found, **outcome)  # type: ignore[arg-type]
    say("writing the case")
    content = keeping.submitted(given.paths)
    record = shelf.record(slug, given.main.name, keeping.digest(content), problems, _now())
    place = keeping.keep(store.path, content) if store.path else None
    store.put_graphs(
        {graph: main.triples, beside: context.triples, names.LOAD_PREFIX + slug: record}
    )
    shelf.sweep(store)
    return Loading(
        slug,
        True,
        there,
        len(main.triples),
        found,
        kept=place,
        context=len(context.triples),
        forced=problems,
        **outcome,  # type: ignore[arg-type]
    )


def named(slug: str, where: Path) -> str:
    """The slug, if it can name a case; ``TermError`` bad-case-name otherwise."""
    if not _SLUG.fullmatch(slug) or slug in _RESERVED:
        reserved = " (this name is kept for the graph's own parts)" if slug in _RESERVED else ""
        raise TermError(
            "bad-case-name",
            f'"{slug}" cannot name a case{reserved}',
            where=str(where),
            hint="Use small Latin letters and digits with hyphens between, as in ban-pet: "
            "--name ban-pet",
        )
    return slug


def _read(given: Submission, known: Callable[[], Iterable[ox.Quad]]) -> tuple[Case, Case]:
    """The case, and its context (empty where it has none); RDF needs no known names."""
    from kkgraph.cases.known import Known
    from kkgraph.cases.reading import read

    rdf = given.main.suffix.lstrip(".").lower() in turtle.FORMATS
    main = read(given.main, Known() if rdf else Known.of(known()))
    context = read(given.context, Known()) if given.context else Case(main.source)
    if not main.triples and not main.problems:
        raise SourceError("no-data", "there are no triples to load", where=str(given.main))
    return main, context


def rewritten(case: Case) -> Iterable[Rewritten]:
    """The literals that the store will write otherwise, found by letting it do so."""
    typed = [t for t in case.triples if _typed(t.object)]
    engine = ox.Store()
    node = ox.NamedNode(names.KK + "literal")
    for literal in dict.fromkeys(t.object for t in typed):
        engine.add(ox.Quad(node, node, literal))
        (stored,) = (q.object for q in engine.quads_for_pattern(None, None, None, None))
        engine.clear()
        if stored == literal:
            continue
        for triple in typed:
            if triple.object == literal:
                place = case.located().origins.get(triple, (Place(case.source),))[0]
                yield Rewritten(
                    place,
                    names.compact(str(getattr(triple.subject, "value", triple.subject))),
                    names.compact(triple.predicate.value),
                    _shown(literal),
                    _shown(stored),
                )


def _typed(term: Any) -> bool:
    plain = names.PREFIXES["xsd"] + "string"
    return isinstance(term, ox.Literal) and not term.language and term.datatype.value != plain


def _shown(literal: Any) -> str:
    return f'"{literal.value}"^^{names.compact(literal.datatype.value)}'


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def problems_of(loading: Loading) -> list[Problem]:
    """The problems of a loading as plain records."""
    return [p.problem for p in loading.findings.problems]
