"""``reason`` on a columnar file, or on Spark: rules as SQL, told, explained and written."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from kkgraph.cli.common import Progress
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    import pyoxigraph as ox

    from kkgraph.columnar.rules import Closure

_FIRST: Final = 3
_KINDS: Final = 12


def close(
    path: Path,
    output: Path | None,
    explain: str | None,
    background: bool,
    every: bool,
    force: bool,
    memory: str | None,
    timeout_s: float | None,
) -> None:
    """Reason over a columnar file; ends the verb with its exit code."""
    from kkgraph.reasoning.saved import close_saved

    progress = Progress()
    wanted = None if explain is None else _triple(explain)
    with close_saved(
        path, background=background, memory=memory, progress=progress, timeout_s=timeout_s
    ) as closure:
        progress.end()
        if wanted is not None:
            _explained(closure, wanted)
            return
        sound = _told(closure, every=every)
        sound &= _anonymous(closure, progress)
        if output is not None:
            if not sound and not force:
                print(f"Not written: {output} (--force writes in spite of this).", file=sys.stderr)
                raise typer.Exit(1)
            closure.write(output)
            print(f"Written: {output}", file=sys.stderr)
    raise typer.Exit(0 if sound else 1)


def close_on_spark(
    paths: list[Path],
    tables: str | None,
    master: str | None,
    output: str | None,
    explain: str | None,
    background: bool,
    every: bool,
    force: bool,
    memory: str | None,
) -> None:
    """Reason over tables on Spark; ends the verb with its exit code."""
    from kkgraph.reasoning.saved import missing_ontology
    from kkgraph.shapes.bulk import open_data
    from kkgraph.spark.opening import open_tables
    from kkgraph.spark.reasoning import close_tables, write_inferred
    from kkgraph.spark.session import session

    progress = Progress()
    wanted = None if explain is None else _triple(explain)
    spark = session(master, memory=memory)
    loaded = open_tables(
        spark, paths, tables, lambda: open_data(paths, memory=memory), progress=progress
    )
    with loaded:
        axioms = missing_ontology(loaded) if background else []
        closure = close_tables(loaded, axioms, progress=progress)
        progress.end()
        if wanted is not None:
            _explained(closure, wanted)
            return
        sound = _told(closure, every=every)
        sound &= _anonymous(closure, progress)
        if output is not None and (sound or force):
            write_inferred(closure, output)
            print(f"Written: {output}", file=sys.stderr)
        elif output is not None:
            print(f"Not written: {output} (--force writes in spite of this).", file=sys.stderr)
    raise typer.Exit(0 if sound else 1)


def _told(closure: Closure, *, every: bool) -> bool:
    """Print what was found; True where the data don't contradict themselves."""
    from kkgraph.reasoning.wording import contradiction_text
    from kkgraph.shacl.terms import show, statement

    seconds = f"{closure.seconds:.1f} s"
    rounds = f"{closure.rounds} round{'' if closure.rounds == 1 else 's'}"
    found = f"{closure.n:,} triple{'' if closure.n == 1 else 's'}"
    print(f"{found} inferred by rules in {rounds} in {seconds}.")
    if every:
        for triple in closure.triples():
            print(" ", *map(show, statement(triple)))
    else:
        counts = closure.counts()
        for predicate, cls, number in counts[:_KINDS]:
            print(f"  {number:,} × {show(predicate) if cls is None else show(cls)}")
        if rest := counts[_KINDS:]:
            triples = sum(n for *_, n in rest)
            print(f"  and {triples:,} of {len(rest):,} further kinds (--all)")
    for name, number in closure.ignored:
        print(f"Not followed: {name} ({number:,} ×).")
    axioms = closure.written() if closure.contradictions else ()
    for rule, number in closure.contradictory.items():
        print(f"{number:,} × contradiction by {rule}; the first:")
        for one in [c for c in closure.contradictions if c.rule == rule][:_FIRST]:
            print("".join(f"  {line}\n" for line in contradiction_text(one, axioms).splitlines()))
    return closure.consistent


def _explained(closure: Closure, wanted: ox.Triple) -> None:
    """Print why a triple holds."""
    from kkgraph.reasoning.wording import derivation_text

    print(derivation_text(closure.explain(wanted), closure.written()), end="")


def _anonymous(closure: Closure, progress: Progress) -> bool:
    """Print the breaches of anonymity; True where there is none."""
    from kkgraph.cli import render
    from kkgraph.cli.common import width
    from kkgraph.shapes.closed import breaches

    progress("anonymity")
    found = breaches(closure)
    progress.end()
    if found.revealed:
        print("Breaches of anonymity that only the inferred triples reveal:")
        print(render.problems(found.revealed, "en", width()), end="")
    if found.before:
        print("Breaches of anonymity that the data have without them:")
        print(render.problems(found.before, "en", width()), end="")
    return not found.total


def _triple(text: str) -> ox.Triple:
    """The one triple that a text writes in the syntax of Turtle, with known prefixes."""
    import pyoxigraph as ox

    from kkgraph import turtle
    from kkgraph.errors import SourceError
    from kkgraph.names import PREFIXES

    head = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    try:
        quads = turtle.parse(f"{head}{text} .".encode(), ox.RdfFormat.TURTLE, where="--explain")
    except SourceError as error:
        raise _unclear(text) from error
    if len(quads) != 1:
        raise _unclear(text)
    quad = quads[0]
    return ox.Triple(quad.subject, quad.predicate, quad.object)


def _unclear(text: str) -> QuestionError:
    return QuestionError(
        "bad-value",
        f'"{text}" is not one triple',
        where="--explain",
        hint="Write subject, property and value: 'kkd:e-laas a kk:EGovernanceSystem'.",
    )
