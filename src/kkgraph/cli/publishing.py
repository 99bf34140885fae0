"""The verbs for data portals: publish a package, and read what a portal lists."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kkgraph.cli.common import (
    KEEP,
    Lang,
    Memory,
    Output,
    Progress,
    Store,
    app,
    choose,
    open_graph,
    width,
    write_bytes,
    write_table,
)
from kkgraph.errors import QuestionError

portal_app = typer.Typer(no_args_is_help=True, help="What data portals list.")
_PAUSE_S = 0.2
_HOUR_S = 3600


@app.command(rich_help_panel=KEEP)
def publish(
    to: Annotated[
        Path | None, typer.Option("--to", metavar="DIR", help="The folder to be made.")
    ] = None,
    profile: Annotated[
        str, typer.Option("--profile", help="A portal's profile: thai-gdc, ckan, or a YAML file.")
    ] = "thai-gdc",
    address: Annotated[
        str, typer.Option("--address", help="Where the files will be found on the web.")
    ] = "",
    cases: Annotated[
        str, typer.Option("--cases", help="Only these cases: ban-pet,study (default: all).")
    ] = "",
    day: Annotated[
        str, typer.Option("--date", help="Date of publication, 2026-11-27 (default: today).")
    ] = "",
    replace: Annotated[bool, typer.Option("--replace", help="Replace the package there.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Publish in spite of problems, marked.")
    ] = False,
    show_profile: Annotated[
        str, typer.Option("--show-profile", metavar="NAME", help="Print a profile and stop.")
    ] = "",
    lang: Lang = "en",
    store: Store = None,
    memory: Memory = None,
) -> None:
    """Write a package for a data portal: data, DCAT, CKAN records, RO-Crate, reports."""
    from kkgraph import files
    from kkgraph.cli import published, render
    from kkgraph.portal import package
    from kkgraph.portal import profile as profiles

    choose("--lang", lang, ("th", "en"))
    if show_profile:
        known = files.portal_profiles()
        choose("--show-profile", show_profile, tuple(known))
        print(files.read_text(known[show_profile]), end="")
        return
    if to is None:
        raise QuestionError(
            "bad-value",
            "publish needs a folder to write",
            where="--to",
            hint="Write --to DIR.",
        )
    chosen = profiles.read(profile, address=address)
    package.check_place(to, replace=replace)
    done = package.publish(
        open_graph(store, memory=memory),
        to,
        chosen,
        lang=lang,
        cases=[c.strip() for c in cases.split(",") if c.strip()],
        day=day,
        replace=replace,
        force=force,
        memory=memory,
    )
    found = [*done.exposed, *done.problems]
    if found:
        print(render.problems(found, lang, width()), end="")
    print(published.publication(done, chosen.address, lang, width()), end="")
    raise typer.Exit(1 if found else 0)


@portal_app.command()
def fetch(
    url: Annotated[str, typer.Argument(metavar="URL", help="A CKAN portal or a DCAT catalogue.")],
    to: Annotated[
        str, typer.Option("--to", help="Link publishers to: a register's file, or: graph.")
    ] = "graph",
    roles_to: Annotated[
        list[str] | None, typer.Option("--map-to", help="COLUMN=ROLE of the register.")
    ] = None,
    kind: Annotated[str, typer.Option("--kind", help="auto, ckan or dcat.")] = "auto",
    query: Annotated[
        str, typer.Option("--query", "-q", help="Only what this search finds (CKAN).")
    ] = "",
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Stop after so many datasets.")
    ] = None,
    threshold: Annotated[
        float, typer.Option("--threshold", help="Least probability of a link (above 0.5).")
    ] = 0.95,
    form: Annotated[
        str, typer.Option("--format", "-f", help="text, csv, json, xlsx or ttl.")
    ] = "text",
    cache: Annotated[
        Path | None, typer.Option("--cache", help="Where answers are kept (default: yours).")
    ] = None,
    max_age: Annotated[
        float, typer.Option("--max-age", help="Hours that kept answers are used; 0: none.")
    ] = 24.0,
    timeout: Annotated[
        float, typer.Option("--timeout", help="Seconds to wait for the portal each time.")
    ] = 30.0,
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """List a portal's datasets, with their publishers linked to local administrations."""
    from kkgraph import files
    from kkgraph.cli import published
    from kkgraph.fetching import Fetcher
    from kkgraph.link import Target
    from kkgraph.portal import harvest, writing

    choose("--format", form, ("text", "csv", "json", "xlsx", "ttl"))
    choose("--kind", kind, harvest.KINDS)
    choose("--lang", lang, ("th", "en"))
    target = Target(*_target(to, roles_to or [], store, lang))
    progress = Progress()
    fetcher = Fetcher(
        timeout_s=timeout,
        pause_s=_PAUSE_S,
        private=True,
        cache=cache or files.cache_folder() / "portals",
        max_age_s=max_age * _HOUR_S,
    )
    listing = harvest.read(url, fetcher, kind=kind, query=query, limit=limit, progress=progress)
    found = harvest.linked(listing, target, threshold=threshold, progress=progress)
    progress.end()
    if form == "ttl":
        write_bytes(writing.catalogue(list(harvest.triples(found)), "ttl"), output)
    else:
        write_table(harvest.table(found, lang, short=form == "text"), form, output)
    print(published.harvest(found, lang), end="", file=sys.stderr)
    raise typer.Exit(0 if listing.whole else 1)


def _target(to: str, roles: list[str], store: str | None, lang: str) -> Any:
    from kkgraph.cli.linked import heard
    from kkgraph.link import columns, reading

    if to == "graph":
        return reading.of_graph(open_graph(store).store)
    found = reading.Heard()
    side = reading.read(to, columns.parsed(roles), heard=found)
    print(heard(Path(to).name, found, lang), end="", file=sys.stderr)
    return side
