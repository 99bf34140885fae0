"""The job that makes a page: one builder for each, over the desk's snapshot."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from kkgraph.web.messages import Reply
from kkgraph.web.pages import asked, described, frame, overview, terms, things
from kkgraph.web.pages.visit import Page, Visit

if TYPE_CHECKING:
    from kkgraph.web.desk import Desk

Builder = Callable[["Desk", Visit], Page]
BUILDERS: Final[dict[str, Builder]] = {
    "home": overview.home,
    "actors": overview.actors,
    "systems": overview.systems,
    "matrix": overview.matrix,
    "questions": asked.catalogue_page,
    "question": asked.question,
    "query": asked.query,
    "search": things.search,
    "thing": things.thing,
    "graph": described.graph,
    "data": described.data,
    "terms": terms.terms,
    "validate": described.validate,
}


def page(desk: Desk, *, name: str, visit: Visit) -> Reply:
    """The HTML of a page. Raises what its builder raises, such as ``TermError`` unknown-entity."""
    return frame.reply(BUILDERS[name](desk, visit), visit)
