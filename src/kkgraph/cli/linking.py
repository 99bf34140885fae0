"""The verbs for linking: a table to a register, and how right that is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from kkgraph.cli.common import Lang, Output, Progress, Store, choose, open_graph, width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kkgraph.link import Entry, Linking, Side, Target


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
Input = Annotated[
    Path, typer.Argument(metavar="INPUT", help="What to link: CSV, .xlsx, Parquet or RDF.")
]
To = Annotated[str, typer.Option("--to", help="What to link to: such a file, or: graph.")]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", "-m", help="COLUMN=ROLE of the input, such as agency=name."),
]
MapTo = Annotated[
    list[str] | None, typer.Option("--map-to", help="COLUMN=ROLE of what is linked to.")
]
Id = Annotated[str, typer.Option("--id", help="The input's column of row ids.")]
IdTo = Annotated[str, typer.Option("--id-to", help="The column of row ids in what is linked to.")]
Sheet = Annotated[
    str, typer.Option("--sheet", help="The sheet of a workbook (default: the first).")
]
Threshold = Annotated[
    float, typer.Option("--threshold", help="Least probability of a link, above 0.5.")
]


@link_app.command(
    epilog="Also: kkgraph link evaluate INPUT --to REGISTER --gold FILE. "
    "A file that is called as a verb is: ./evaluate"
)
def tables(
    path: Input,
    to: To,
    roles: Map = None,
    roles_to: MapTo = None,
    id_: Id = "",
    id_to: IdTo = "",
    sheet: Sheet = "",
    threshold: Threshold = 0.98,
    form: Annotated[str, typer.Option("--format", "-f", help="text, csv or json.")] = "text",
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Link the rows of a table to a register: linked, ambiguous or none, with reasons."""
    from kkgraph.cli.linked import summary
    from kkgraph.link import writing

    choose("--format", form, ("text", "csv", "json"))
    choose("--lang", lang, ("th", "en"))
    if output is not None:
        writing.check(output)
    sides = _sides((path, roles or [], id_, sheet), (to, roles_to or [], id_to), store, lang)
    linking, _ = _linked(*sides, threshold)
    if output is not None:
        writing.write(linking, output, lang=lang)
    if form == "text":
        print(summary(linking, lang, width(), saved=str(output or "")), end="")
    elif output is None:
        print(writing.to_csv(linking) if form == "csv" else writing.to_json(linking), end="")


@link_app.command()
def evaluate(
    path: Input,
    to: To,
    gold: Annotated[
        Path, typer.Option("--gold", help="The true links: a column of ids of each side.")
    ],
    roles: Map = None,
    roles_to: MapTo = None,
    id_: Id = "",
    id_to: IdTo = "",
    sheet: Sheet = "",
    threshold: Threshold = 0.98,
    first: Annotated[int, typer.Option("--first", help="Faults to show.", min=0)] = 10,
    form: Annotated[str, typer.Option("--format", "-f", help="text, csv or json.")] = "text",
    lang: Lang = "en",
    output: Output = None,
    store: Store = None,
) -> None:
    """Link, and hold the links against true ones: precision, recall, F1, errors by kind."""
    from kkgraph.cli import linked, render
    from kkgraph.link import evaluation

    choose("--format", form, ("text", "csv", "json"))
    choose("--lang", lang, ("th", "en"))
    sides = _sides((path, roles or [], id_, sheet), (to, roles_to or [], id_to), store, lang)
    linking, target = _linked(*sides, threshold)
    found = evaluation.evaluate(linking, evaluation.read_gold(gold, linking, target))
    if form == "json":
        text = json.dumps(evaluation.as_dict(found), ensure_ascii=False, indent=1) + "\n"
    elif form == "csv":
        text = linked.faults_csv(found)
    else:
        text = linked.evaluation(found, lang, width(), first=first)
    render.save(text, output)


def _sides(
    source: tuple[Path, list[str], str, str],
    to: tuple[str, list[str], str],
    store: str | None,
    lang: str,
) -> tuple[Any, Any]:
    """Both sides, read; what was understood of their columns is said on standard error."""
    from kkgraph.link import reading

    path, roles, id_, sheet = source
    mine = _side(path, roles, id_, sheet, lang)
    if to[0] == "graph":
        return mine, reading.of_graph(open_graph(store).store)
    return mine, _side(Path(to[0]), to[1], to[2], "", lang)


def _side(
    path: Path, roles: list[str], id_: str, sheet: str, lang: str
) -> tuple[Side, Sequence[Entry]]:
    from kkgraph.cli.linked import heard
    from kkgraph.link import columns, reading

    found = reading.Heard()
    side = reading.read(path, columns.parsed(roles), sheet=sheet, id_column=id_, heard=found)
    print(heard(path.name, found, lang), end="", file=sys.stderr)
    return side


def _linked(source: Any, to: Any, threshold: float) -> tuple[Linking, Target]:
    from kkgraph.link import Target, link

    progress = Progress()
    target = Target(*to)
    linking = link(source, target, threshold=threshold, progress=progress)
    progress.end()
    return linking, target


__all__ = ["LinkGroup", "link_app"]
