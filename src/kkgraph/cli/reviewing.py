"""The verbs for what becomes of links: apply a review, load, list, remove."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from kkgraph.cli.common import Lang, Output, Store, choose, on_disk, width
from kkgraph.cli.linking import Called, Concepts, Licence, link_app


@link_app.command()
def apply(
    review: Annotated[Path, typer.Argument(help="The review with decisions: .xlsx or .csv.")],
    role: Annotated[
        str, typer.Option("--role", help='Who reviewed, by role: "data steward". No names.')
    ] = "reviewer",
    name: Called = "",
    licence: Licence = "",
    concepts: Concepts = False,
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Read a review back: as SSSOM, RDF, CSV or a new review (--output), or into a store."""
    from kkgraph.cli import authority, settling
    from kkgraph.link import applying, linksets, writing

    choose("--lang", lang, ("th", "en"))
    if output is not None:
        writing.check(output)
    graph = on_disk(store) if store is not None else None
    done = applying.read(review, role=role)
    print(authority.review(done, lang, width()), end="")
    if done.problems:
        raise typer.Exit(1)
    form = settling.form_of(done.linking, name, licence, lang, concepts=concepts)
    if output is not None:
        writing.write(done.linking, output, form=form)
        print(authority.say("written", lang, path=output), file=sys.stderr)
    if graph is not None:
        stored = linksets.put(graph.store, done.linking, form)
        print(authority.put(stored, lang, width()), end="")
        raise typer.Exit(1 if stored.problems else 0)


@link_app.command()
def load(
    path: Annotated[Path, typer.Argument(help="Links: .sssom.tsv, .trig, .ttl, .nq …")],
    name: Called = "",
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """Put the links of a file into a graph of their own, in place of older ones of the name."""
    from kkgraph.cli import authority

    choose("--lang", lang, ("th", "en"))
    done = on_disk(store).load_links(path, name=name)
    print(authority.put(done, lang, width()), end="")
    raise typer.Exit(1 if done.problems else 0)


@link_app.command("list")
def list_(
    form: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """The sets of links in a store, and how much of each is linked, ambiguous, reviewed."""
    from kkgraph.cli import authority

    choose("--format", form, ("text", "json"))
    choose("--lang", lang, ("th", "en"))
    found = on_disk(store).links()
    if form == "json":
        print(json.dumps([s.as_dict() for s in found], ensure_ascii=False, indent=2))
    else:
        print(authority.links_table(found, lang, width()), end="")


@link_app.command()
def remove(
    name: Annotated[str, typer.Argument(help="The name of a set of links.")],
    lang: Lang = "en",
    store: Store = None,
) -> None:
    """Remove a set of links from a store."""
    from kkgraph.cli import authority

    choose("--lang", lang, ("th", "en"))
    number = on_disk(store).remove_links(name)
    print(authority.say("removed", lang, name=name, n=f"{number:,}"))
