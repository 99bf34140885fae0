"""The verbs for linking: a table to a register, and how right that is."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from kkgraph.cli.afar import (
    Cache,
    Properties,
    Types,
    is_service,
    refuse_service,
    service,
    tell_unanswered,
)
from kkgraph.cli.common import (
    Lang,
    Master,
    Memory,
    Output,
    Progress,
    Store,
    Tables,
    choose,
    on_disk,
    open_graph,
    width,
)
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pyspark.sql import SparkSession

    from kkgraph.link import Entry, Linking, Side
    from kkgraph.link.target import Known


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
To = Annotated[
    str,
    typer.Option(
        "--to", help="What to link to: such a file, graph, register:NAME, or a service's address."
    ),
]
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
Reviewed = Annotated[
    list[Path] | None,
    typer.Option("--reviewed", help="Keep the decisions of this review or SSSOM file (repeat it)."),
]
Called = Annotated[str, typer.Option("--name", help="The set's name (default: of its two sides).")]
Licence = Annotated[str, typer.Option("--licence", help="The licence of the links, an IRI.")]
Concepts = Annotated[
    bool, typer.Option("--concepts", help="The rows are concepts: SKOS matches, not kk:matches.")
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        help="Write links: .csv .json .sssom.tsv .trig .ttl …, or a review: .xlsx .review.csv "
        "(repeat it).",
    ),
]
LinkEngine = Annotated[
    str, typer.Option("--engine", help="auto, or spark: the rows are shared among its workers.")
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
    cache: Cache = None,
    properties: Properties = None,
    types: Types = None,
    form: Annotated[str, typer.Option("--format", "-f", help="text, csv or json.")] = "text",
    reviewed: Reviewed = None,
    name: Called = "",
    licence: Licence = "",
    concepts: Concepts = False,
    load: Annotated[
        bool, typer.Option("--load", help="Put the links into the store's kkg:links-<name>.")
    ] = False,
    lang: Lang = "en",
    output: Outputs = None,
    store: Store = None,
    engine: LinkEngine = "auto",
    master: Master = None,
    data: Tables = None,
    memory: Memory = None,
) -> None:
    """Link the rows of a table to a register: linked, ambiguous or none, with reasons."""
    from kkgraph.cli import settling
    from kkgraph.cli.linked import summary
    from kkgraph.link import writing

    choose("--format", form, ("text", "csv", "json"))
    choose("--lang", lang, ("th", "en"))
    for place in output or []:
        writing.check(place)
    kept = settling.kept(reviewed)
    mine = (path, roles or [], id_, sheet)
    spark = _spark(engine, master, data, memory)
    if is_service(to):
        if spark is not None:
            raise _no_service()
        target = service(to, cache, properties, types, lang)
        linking = _link(_side(*mine, lang), target, threshold)
        tell_unanswered(linking, lang)
        linking = settling.settled(linking, kept)
    else:
        sides = _sides(mine, (to, roles_to or [], id_to), store, lang, data)
        linking, known = _linked(*sides, threshold, spark)
        linking = settling.settled(linking, kept, known.entries)
    how = settling.form_of(linking, name, licence, lang, concepts=concepts)
    for place in output or []:
        writing.write(linking, place, form=how)
    if load:
        settling.load(linking, how, store, lang)
    if form == "text":
        print(summary(linking, lang, width(), saved=", ".join(map(str, output or []))), end="")
    elif not output:
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
    refuse_service(to)
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
    tables: str | None = None,
) -> tuple[Any, Any]:
    """Both sides, read; what was understood of their columns is said on standard error."""
    path, roles, id_, sheet = source
    mine = _stored(str(path), store, tables) or _side(path, roles, id_, sheet, lang)
    if there := _stored(to[0], store, tables):
        return mine, there
    return mine, _side(Path(to[0]), to[1], to[2], "", lang)


def _stored(
    name: str, store: str | None, tables: str | None = None
) -> tuple[Side, Sequence[Entry]] | None:
    """The side that is in a graph: ``graph``, or ``register:NAME`` of a store, or of ``tables``."""
    from kkgraph.link import authorities, reading

    engine = "auto" if tables is None else "spark"
    if name == "graph":
        return reading.of_graph(open_graph(store, engine, tables=tables).store)
    if name.startswith("register:"):
        graph = on_disk(store) if tables is None else open_graph(None, engine, tables=tables)
        return authorities.side(graph.store, name.removeprefix("register:"))
    return None


def _side(
    path: Path, roles: list[str], id_: str, sheet: str, lang: str
) -> tuple[Side, Sequence[Entry]]:
    from kkgraph.cli.linked import heard
    from kkgraph.link import columns, reading

    found = reading.Heard()
    side = reading.read(path, columns.parsed(roles), sheet=sheet, id_column=id_, heard=found)
    print(heard(path.name, found, lang), end="", file=sys.stderr)
    return side


def _linked(
    source: Any, to: Any, threshold: float, spark: SparkSession | None = None
) -> tuple[Linking, Known]:
    from kkgraph.link.spread import SpreadTarget
    from kkgraph.link.target import Target

    target: Target | SpreadTarget = Target(*to) if spark is None else SpreadTarget(spark, *to)
    return _link(source, target, threshold), target


def _spark(
    engine: str, master: str | None, tables: str | None, memory: str | None
) -> SparkSession | None:
    """Spark, where it is to link; ``QuestionError`` bad-value for what another engine knows not."""
    choose("--engine", engine, ("auto", "spark"))
    if engine == "spark":
        from kkgraph.spark.session import session

        return session(master, memory=memory)
    for option, given in (("--master", master), ("--tables", tables), ("--memory", memory)):
        if given is not None:
            raise QuestionError(
                "bad-value",
                "only Spark has that when it links",
                where=option,
                hint="Add --engine spark, or leave it out.",
            )
    return None


def _no_service() -> QuestionError:
    return QuestionError(
        "bad-value",
        "a service is asked by this machine, not by Spark's workers",
        where="--to",
        hint="Leave --engine out, or give the register as a file.",
    )


def _link(source: Any, target: Any, threshold: float) -> Linking:
    from kkgraph.link import link

    progress = Progress()
    try:
        return link(source, target, threshold=threshold, progress=progress)
    finally:
        progress.end()


__all__ = ["LinkGroup", "link_app"]
