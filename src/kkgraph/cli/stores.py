"""The verbs for the graph on a server: store init, store status, store tidy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from kkgraph.cli.common import Lang, choose
from kkgraph.errors import QuestionError

if TYPE_CHECKING:
    from kkgraph.store.endpoint import EndpointStore, Status

store_app = typer.Typer(no_args_is_help=True, help="The graph on a SPARQL server.")
Url = Annotated[str, typer.Argument(help="Where the server answers queries, as https://….")]
_WORDS: Final = {
    "begun": (
        "The graph of version {version} is there.",
        "มีกราฟรุ่น {version} อยู่ที่เซิร์ฟเวอร์แล้ว",
    ),
    "put": (
        "The graph of version {version} has been put there.",
        "นำกราฟรุ่น {version} ขึ้นเซิร์ฟเวอร์แล้ว",
    ),
    "absent": ("There is no graph of kkgraph.", "ยังไม่มีกราฟของ kkgraph"),
    "version": ("Version {version} (this program: {own})", "รุ่น {version} (โปรแกรมนี้: {own})"),
    "revision": ("Revision {revision}", "ฉบับแก้ไข {revision}"),
    "foreign": (
        "Loaded by other means than this program",
        "นำเข้าด้วยวิธีอื่นที่ไม่ใช่โปรแกรมนี้",
    ),
    "graphs": ("{n} graphs: {names}", "{n} กราฟ: {names}"),
    "right": ("The default graph is as it should be.", "กราฟเริ่มต้นถูกต้อง"),
    "wrong": (
        "The default graph is not what it should be: answers would be wrong.",
        "กราฟเริ่มต้นไม่ถูกต้อง คำตอบจะผิด",
    ),
    "unfinished": (
        "An upload began at {when} and did not end. If none is under way: kkgraph store tidy",
        "มีการนำขึ้นที่เริ่มเมื่อ {when} และไม่จบ หากไม่มีงานใดกำลังทำอยู่: kkgraph store tidy",
    ),
    "tidied": ("Unfinished uploads removed: {n}", "นำการนำขึ้นที่ไม่จบออก: {n}"),
}


@store_app.command()
def init(
    url: Url,
    upgrade: Annotated[
        bool, typer.Option("--upgrade", help="Replace its copy by this version's; cases stay.")
    ] = False,
    lang: Lang = "en",
) -> None:
    """Put the shipped graph on an empty server, or renew it."""
    from kkgraph import opening

    choose("--lang", lang, ("th", "en"))
    store = _store(url)
    there = store.status().version
    status = opening.initialise(store, upgrade=upgrade)
    print(_say("begun" if there and not upgrade else "put", lang, version=status.version))


@store_app.command("status")
def status_of(url: Url, lang: Lang = "en") -> None:
    """What stands on a server: version, graphs, and uploads that did not end."""
    choose("--lang", lang, ("th", "en"))
    store = _store(url)
    status = store.status()
    print("\n".join(_lines(store, status, lang)))
    fine = status.version and status.derived and not status.union and not status.unfinished
    raise typer.Exit(0 if fine else 1)


@store_app.command()
def tidy(url: Url, lang: Lang = "en") -> None:
    """Remove what uploads left that did not end."""
    choose("--lang", lang, ("th", "en"))
    print(_say("tidied", lang, n=_store(url).tidy()))


def _lines(store: EndpointStore, status: Status, lang: str) -> list[str]:
    from kkgraph import __version__, names

    if not status.version:
        return [_say("absent", lang)]
    graphs = [names.compact(g) for g in store.graphs()]
    known = status.revision != ""
    return [
        _say("version", lang, version=status.version, own=__version__),
        _say("revision", lang, revision=status.revision) if known else _say("foreign", lang),
        _say("graphs", lang, n=len(graphs), names=", ".join(graphs)),
        _say("right" if status.derived and not status.union else "wrong", lang),
        *(_say("unfinished", lang, when=when) for _, when in status.unfinished),
    ]


def _store(url: str) -> EndpointStore:
    from kkgraph import opening
    from kkgraph.store import Endpoint
    from kkgraph.store.address import is_url

    if not is_url(url):
        raise QuestionError(
            "bad-address",
            "this is no address of a SPARQL server",
            where=url,
            hint="Write it whole, as in https://example.org/kkgraph/sparql",
        )
    return opening.connect(Endpoint.of(url))


def _say(key: str, lang: str, **values: object) -> str:
    english, thai = _WORDS[key]
    return (thai if lang == "th" else english).format(**values)
