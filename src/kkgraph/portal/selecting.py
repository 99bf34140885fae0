"""What of a store leaves the house, what stays in, and that the unnamed stay unnamed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox

from kkgraph import files, matching, names, shapes, turtle
from kkgraph.cases import shelf
from kkgraph.errors import TermError
from kkgraph.graph import background_of
from kkgraph.names import KK, KKG, RDF_TYPE
from kkgraph.shapes import Report
from kkgraph.store import Store

STUDY: Final = "study"
_ALWAYS: Final = ("ontology", "entities", "context")
_MANY: Final = 100_000
_OF_STUDY: Final = ("study", "cited", "analyst", "inferred")


@dataclass(frozen=True)
class Selection:
    """The graphs that are published, by name without ``kkg:``, and those that are kept back.

    Kept back are records of loading (they name the submitted files), the user's own
    ``kkg:local``, what of the study or the cases wasn't chosen, and graphs of other kinds.
    """

    graphs: tuple[str, ...]
    kept_back: tuple[str, ...]
    cases: tuple[str, ...]
    study: bool

    @property
    def links(self) -> tuple[str, ...]:
        """The graphs of links."""
        return tuple(g for g in self.graphs if g.startswith("links-"))


def select(store: Store, cases: Sequence[str] = ()) -> Selection:
    """What is published of a store: all of it, or only some cases (``study`` is the study itself).

    Links between datasets go along only where everything does. Raises ``TermError`` unknown-case.
    """
    loaded = shelf.slugs(store)
    for name in cases:
        if name != STUDY and name not in loaded:
            raise TermError(
                "unknown-case",
                f'no case "{name}" is loaded',
                hint=matching.did_you_mean(name, [*loaded, STUDY])
                + f"To choose from: {', '.join([STUDY, *loaded])}.",
            )
    chosen = tuple(c for c in loaded if not cases or c in cases)
    study = not cases or STUDY in cases
    wanted = {*_ALWAYS, *(_OF_STUDY if study else ())}
    wanted |= {f"{kind}-{c}" for c in chosen for kind in ("case", "context")}
    graphs = [g.removeprefix(KKG) for g in store.graphs()]
    mine = [g for g in graphs if g in wanted or (not cases and g.startswith("links-"))]
    return Selection(tuple(mine), tuple(g for g in graphs if g not in mine), chosen, study)


def part(store: Store, graphs: Iterable[str]) -> list[ox.Quad]:
    """The quads of some graphs in an order that depends on nothing but the quads.

    Blank nodes get the names that RDF Dataset Canonicalization gives them.
    """
    return in_order(store.quads([KKG + g for g in graphs]))


def in_order(quads: Iterable[ox.Quad]) -> list[ox.Quad]:
    """The quads as ``part`` gives those of a store."""
    return sorted(settled(quads), key=str)


def settled(quads: Iterable[ox.Quad]) -> Iterator[ox.Quad]:
    """The quads as they come, those with blank nodes last, under their canonical names."""
    blank: list[ox.Quad] = []
    for quad in quads:
        if any(isinstance(t, ox.BlankNode) for t in (quad.subject, quad.object)):
            blank.append(quad)
        else:
            yield quad
    if blank:  # the names hang on the statements with blank nodes alone (RDFC-1.0, 4.4.3)
        dataset = ox.Dataset(blank)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        yield from dataset


def each_once(quads: Iterable[ox.Quad]) -> Iterator[ox.Triple]:
    """The triples of quads in order, in which those of one triple stand together."""
    last = None
    for quad in quads:
        triple = quad.triple
        if triple != last:
            yield triple
            last = triple


def exposures(quads: Sequence[ox.Quad]) -> Report:
    """What would tell who the unnamed are: violations of the shapes on anonymity.

    They are judged over everything that is published together, links and inferences included.
    """
    path = files.shipped("shapes") / "anonymity.ttl"
    return shapes.validate(
        quads, shapes=[path], engine="columnar" if len(quads) > _MANY else "auto"
    )


def broken_rules(quads: Sequence[ox.Quad], store: Store, kept_back: Sequence[str]) -> Report:
    """The report on what is published, under all shapes; what is kept back may be looked up."""
    rest = store.quads([KKG + g for g in kept_back])
    return shapes.validate(background_of(quads), background=background_of(rest))


def unnamed(quads: Iterable[ox.Quad]) -> int:
    """How many groups there are whose members the source leaves unnamed."""
    kind = KK + "AnonymousCaseGroup"
    return len(
        {
            q.subject
            for q in quads
            if q.predicate.value == RDF_TYPE and getattr(q.object, "value", "") == kind
        }
    )


def triples_of(quads: Iterable[ox.Quad], *graphs: str) -> list[ox.Triple]:
    """The triples of some of the graphs, or of all that the default graph holds."""
    wanted = {KKG + g for g in graphs}
    return list(
        dict.fromkeys(
            q.triple
            for q in quads
            if (turtle.graph_of(q) in wanted if graphs else names.is_merged(turtle.graph_of(q)))
        )
    )
