"""The verbs for registers: add, list, show, check, remove."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kkgraph.cli.common import Lang, Output, Store, choose, on_disk, width

if TYPE_CHECKING:
    from kkgraph.link.register import Register

register_app = typer.Typer(
    no_args_is_help=True, help="Tables as authorities: bodies with codes, in graphs of their own."
)
File = Annotated[Path, typer.Argument(help="The table: CSV, .xlsx or Parquet.")]
Name = Annotated[str, typer.Argument(help="A register's name, such as lao-2017.")]
Called = Annotated[str, typer.Option("--name", help="The register's name (default: the file's).")]
Roles = Annotated[
    list[str] | None,
    typer.Option("--map", "-m", help="COLUMN=ROLE, such as agency=name_th (repeat it)."),
]
Period = Annotated[
    str, typer.Option("--period", help="When it holds: 2017, 2017..2020, 2017.. or ..2020.")
]
Sheet = Annotated[str, typer.Option("--sheet", help="The sheet of a workbook.")]
Form = Annotated[str, typer.Option("--format", "-f", help="text or json.")]


@register_app.command()
def add(
    path: File,
    name: Called = "",
    roles: Roles = None,
    period: Period = "",
    label_en: Annotated[str, typer.Option("--label-en", help="What it is called.")] = "",
    label_th: Annotated[str, typer.Option("--label-th", help="What it is called in Thai.")] = "",
    sheet: Sheet = "",
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in place of a register of this name.")
    ] = False,
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Make a table an authority: every row checked, and stored whole or not at all.

    With --output it is written as RDF (.trig, .ttl, .nq …) and needs no store.
    """
    from kkgraph.cli import authority
    from kkgraph.link import authorities

    choose("--lang", lang, ("th", "en"))
    graph = None if output is not None and store is None else on_disk(store)
    label = {k: v for k, v in (("en", label_en), ("th", label_th)) if v}
    found = _read(path, name, roles, period, sheet, label)
    if output is not None:
        problems = authorities.write(found, output)
        print(authority.problems(problems, lang, width()), end="")
        if any(p.severity == "violation" for p in problems):
            print(authority.say("refused", lang, name=found.name))
            raise typer.Exit(1)
        print(authority.say("written", lang, path=output), file=sys.stderr)
    if graph is not None:
        done = authorities.add(graph.store, found, replace=replace)
        print(authority.added(done, lang, width()), end="")
        raise typer.Exit(0 if done.added else 1)


@register_app.command("list")
def list_(form: Form = "text", lang: Lang = "en", store: Store = None) -> None:
    """The registers of a store."""
    from kkgraph.cli.authority import register_table

    choose("--format", form, ("text", "json"))
    choose("--lang", lang, ("th", "en"))
    found = on_disk(store).registers()
    if form == "json":
        print(json.dumps([r.as_dict() for r in found], ensure_ascii=False, indent=2))
    else:
        print(register_table(found, lang, width()), end="")


@register_app.command()
def show(name: Name, form: Form = "text", lang: Lang = "en", store: Store = None) -> None:
    """One register: its file, the period it holds for, its types and codes.

    A single entry has a page: kkgraph show lao-2017-5400104
    """
    from kkgraph.cli.authority import register_page

    choose("--format", form, ("text", "json"))
    choose("--lang", lang, ("th", "en"))
    found = on_disk(store).register(name)
    if form == "json":
        print(json.dumps(found.as_dict(), ensure_ascii=False, indent=2))
    else:
        print(register_page(found, lang), end="")


@register_app.command()
def check(
    path: File,
    name: Called = "",
    roles: Roles = None,
    period: Period = "",
    sheet: Sheet = "",
    lang: Lang = "en",
) -> None:
    """Check a table as ``add`` does, and store nothing."""
    from kkgraph.cli import authority
    from kkgraph.cli.common import open_graph
    from kkgraph.link import authorities

    choose("--lang", lang, ("th", "en"))
    found = _read(path, name, roles, period, sheet, {})
    problems = authorities.check(open_graph(None).store, found)
    print(authority.problems(problems, lang, width()), end="")
    grave = sum(p.severity == "violation" for p in problems)
    if grave:
        print(authority.say("wrong", lang, name=found.name, n=f"{grave:,}"))
    else:
        print(authority.say("fine", lang, name=found.name, n=f"{len(found.entries):,}"))
    raise typer.Exit(1 if grave else 0)


@register_app.command()
def remove(name: Name, lang: Lang = "en", store: Store = None) -> None:
    """Remove a register and its graph; links to it stay until they are removed."""
    from kkgraph.cli.authority import say

    choose("--lang", lang, ("th", "en"))
    number = on_disk(store).remove_register(name)
    print(say("removed", lang, name=name, n=f"{number:,}"))


def _read(
    path: Path,
    name: str,
    roles: list[str] | None,
    period: str,
    sheet: str,
    label: dict[str, str],
) -> Register:
    """The register in a file; which column was taken for what is said on standard error."""
    from kkgraph.link import columns, register

    found = register.read(
        path,
        name=name,
        roles=columns.parsed(roles or []),
        period=period,
        label=label,
        sheet=sheet,
    )
    pairs = ", ".join(f"{column}={role}" for column, role in (found.roles or {}).items())
    print(f"{path.name}: {pairs}", file=sys.stderr)
    for note in found.notes:
        print(f"{path.name}: {note}", file=sys.stderr)
    return found
