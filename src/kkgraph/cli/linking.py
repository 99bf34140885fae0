"""The verb for linking: tables to tables, and what is done with links afterwards."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from kkgraph.cli.common import Lang, Output, Progress, Store, choose, open_graph, width
from kkgraph.errors import LinkError

if TYPE_CHECKING:
    from kkgraph.link.reading import Heard


class LinkGroup(TyperGroup):
    """The group ``link``: what is no verb of its own is the input of ``link tables``."""

    default = "tables"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments, with the default verb where none is named."""
        if args and args[0] not in self.commands:
            args = [self.default, *args]
        return super().parse_args(ctx, args)


link_app = typer.Typer(
    cls=LinkGroup, no_args_is_help=True, help="Rows of a table linked to a register, with reasons."
)
To = Annotated[str, typer.Option("--to", help="What to link to: a table, an RDF file, or: graph.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", "-m", help="COLUMN=ROLE of the input, such as agency=name."),
]
MapTo = Annotated[
    list[str] | None, typer.Option("--map-to", help="COLUMN=ROLE of what is linked to.")
]
Threshold = Annotated[
    float, typer.Option("--threshold", help="Least probability of a link (above 0.5).")
]


@link_app.command()
def tables(
    path: Annotated[Path, typer.Argument(metavar="INPUT", help="CSV, .xlsx, Parquet or RDF.")],
    to: To,
    roles: Map = None,
    roles_to: MapTo = None,
    threshold: Threshold = 0.98,
    form: Annotated[str, typer.Option("--format", "-f", help="text, csv or json.")] = "text",
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Link the rows of a table to a register: linked, ambiguous or none, with reasons."""
    from kkgraph.cli.linked import summary
    from kkgraph.link import Target, columns, link, reading, writing

    choose("--format", form, ("text", "csv", "json"))
    choose("--lang", lang, ("th", "en"))
    heard = reading.Heard()
    source = reading.read(path, columns.parsed(roles or []), heard=heard)
    _tell(path, heard)
    progress = Progress()
    linking = link(source, Target(*_target(to, roles_to or [], store)), threshold=threshold,
                   progress=progress)  # fmt: skip
    progress.end()
    if output is not None:
        writing.write(linking, output, lang=lang)
    if form == "text":
        print(summary(linking, lang, width()), end="")
    elif output is None:
        print(writing.to_csv(linking) if form == "csv" else writing.to_json(linking), end="")


def _target(to: str, roles: list[str], store: Path | None) -> Any:
    from kkgraph.link import columns, reading

    if to == "graph":
        return reading.of_graph(open_graph(store).store)
    heard = reading.Heard()
    side = reading.read(to, columns.parsed(roles), heard=heard)
    _tell(Path(to), heard)
    return side


def _tell(path: Path, heard: Heard) -> None:
    """Say which column was taken for what, and what else there is to say of reading."""
    if heard.roles:
        pairs = ", ".join(f"{column}={role}" for column, role in heard.roles.items())
        print(f"{path.name}: {pairs}", file=sys.stderr)
    for note in heard.notes:
        print(f"{path.name}: {note}", file=sys.stderr)


__all__ = ["LinkError", "LinkGroup", "link_app"]
