"""Templates filled in: every text is escaped, every language is marked."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from kkgraph import __version__, names
from kkgraph.model import FindingNote, Text
from kkgraph.report import words as told
from kkgraph.web.messages import Reply
from kkgraph.web.pages import assets, telling
from kkgraph.web.pages.visit import LANGUAGES, Page, Visit

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

HTML: Final = "text/html; charset=utf-8"
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
EDITOR_STYLE: Final = "'sha256-zCK2EVMoPc04mRF/g5CotUvxbJPWS+8V0b+s9ptqQIk='"
"""The one style that the editor of the SPARQL page puts in by itself (its resizable columns)."""
HEADERS: Final = {
    "content-security-policy": POLICY,
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
PLAIN: Final = "kk:asserted"
MENU: Final = (
    ("/", "answers"),
    ("/questions", "questions"),
    ("/actors", "actors"),
    ("/systems", "systems"),
    ("/matrix", "matrix"),
    ("/terms", "terms"),
    ("/validate", "validate"),
    ("/sparql", "sparql"),
    ("/data", "data"),
)


def reply(page: Page, visit: Visit) -> Reply:
    """The page as HTML."""
    return Reply(render(page, visit).encode(), HTML, page.status)


def render(page: Page, visit: Visit) -> str:
    """The page as text."""
    template = _environment().get_template(page.template)
    return template.render(
        page=page,
        visit=visit,
        lang=visit.lang,
        url=visit.url,
        href=visit.href,
        t=lambda text: marked(text, visit.lang),
        plain=visit.say,
        tell=lambda error: telling.told(error, visit.lang),
        w=Words(visit.lang),
        **page.fields,
    )


def marked(text: Text, lang: str) -> str | Markup:
    """The text in ``lang``; one in another language, for want of it, says which it is in."""
    from markupsafe import Markup

    if text.get(lang) or not text:
        return text.get(lang, "")
    other = "en" if text.get("en") else next(iter(text))
    return Markup('<span lang="{}">{}</span>').format(other, text[other])


class Words:
    """The pages' own words in one language, as attributes; an unknown one is an error."""

    def __init__(self, lang: str) -> None:
        self._lang = lang

    def __getattr__(self, name: str) -> str:
        return words()[name][self._lang]

    def __getitem__(self, name: str) -> str:
        return words()[name][self._lang]


@lru_cache(maxsize=1)
def words() -> dict[str, Text]:
    """Every text of the pages by its name, in both languages."""
    from importlib.resources import files

    import yaml

    text = files("kkgraph.web.pages").joinpath("words.yaml").read_text(encoding="utf-8")
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Text] = yaml.load(text, Loader=loader)  # noqa: S506 (a safe loader)
    return found


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("kkgraph.web.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        asset=assets.address,
        has_yasgui=bool(assets.yasgui()),
        languages=LANGUAGES,
        menu=MENU,
        told=told,
        version=__version__,
        compact=names.compact,
        slug=names.slug,
        is_plain=_is_plain,
        tally=_tally,
    )
    return made


def _is_plain(note: FindingNote) -> bool:
    return note.hedge == PLAIN


def _tally(notes: tuple[FindingNote, ...]) -> list[tuple[int, FindingNote]]:
    """How many findings there are of each strength, each with one of them."""
    found: dict[str, list[FindingNote]] = {}
    for note in notes:
        found.setdefault(note.hedge, []).append(note)
    return [(len(group), group[0]) for group in found.values()]
