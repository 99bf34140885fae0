"""What the verb for linking does with links: earlier reviews kept, names given, a store filled."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from kkgraph.cli.common import on_disk, width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kkgraph.link import Entry, Linking
    from kkgraph.link.kept import Kept
    from kkgraph.link.sssom import Form


def kept(paths: list[Path] | None) -> list[Kept]:
    """The decisions of earlier reviews, read before anything is linked."""
    from kkgraph.link import kept as keeping

    return [keeping.read(path) for path in paths or []]


def settled(linking: Linking, earlier: list[Kept], entries: Iterable[Entry] = ()) -> Linking:
    """The linking with what was reviewed before; what couldn't be kept is said.

    ``entries`` are those of the target; of a service only what it offered is known.
    """
    from kkgraph.link import kept as keeping

    if not earlier:
        return linking
    offered = (c.entry for d in linking for c in d.candidates)
    by_iri = {linking.target.iri(e): e for e in (*entries, *offered)}
    for reviewed in earlier:
        linking = keeping.keep(linking, reviewed, by_iri.get)
    for note in linking.notes:
        print(note, file=sys.stderr)
    return linking


def load(linking: Linking, form: Form, store: Path | None, lang: str) -> None:
    """Put the links into a store; exit code 1 where the shapes forbid them."""
    from kkgraph.cli import authority

    done = on_disk(store).put_links(linking, form)
    print(authority.put(done, lang, width()), end="", file=sys.stderr)
    if done.problems:
        raise typer.Exit(1)


def form_of(linking: Linking, name: str, licence: str, lang: str, *, concepts: bool) -> Form:
    """How links are written: what was given, else what is usual."""
    from dataclasses import replace

    from kkgraph.link import register, sssom

    form = replace(sssom.Form.of(linking, lang), concepts=concepts)
    if name:
        form = replace(form, name=register.named(name, "--name"))
    return replace(form, licence=licence) if licence else form
