"""A small graph with a case, two registers and links between them; and linkings to write."""

from __future__ import annotations

from pathlib import Path

from kkgraph import KnowledgeGraph
from kkgraph.link import Candidate, Decision, Entry, Linking, Reason, Side, authorities
from kkgraph.link.sssom import Form

REGISTERS = Path(__file__).resolve().parent / "fixtures" / "registers"
ROLES = {"รหัส": "code:dla"}
MADE = "2026-11-27T06:00:00Z"


def entry(ident: str, name: str, **more) -> Entry:
    return Entry(ident, f"list.csv:{ident}", name, **more)


def candidate(ident: str, name: str, score: float, *reasons: Reason, **more) -> Candidate:
    found = reasons or (Reason("name", "agrees", name, 4.0), Reason("type", "agrees", "", 2.0))
    return Candidate(entry(ident, name, **more), score, found)


def linking(*decisions: Decision, **more) -> Linking:
    source = Side("list", "list.csv", "A list", "a" * 64)
    target = Side("codes", "codes.csv", "Codes", "b" * 64)
    return Linking(source, target, decisions, 0.95, "kkgraph 0.1.0", MADE, **more)


MUNICIPALITY = candidate(
    "5400104",
    "ท่าพระ",
    0.9987,
    type="SUBDISTRICT",
    province="40",
    identifiers=(("dla", "5400104"), ("wikidata", "Q21278778")),
)
SAO = candidate("6400114", "ท่าพระ", 0.5, type="SAO", province="40")


def usual(**more) -> Linking:
    """One link, one tie, one without a counterpart, one whose texts are dangerous."""
    return linking(
        Decision(entry("1", "ทต.ท่าพระ จ.ขอนแก่น"), "linked", (MUNICIPALITY,), "certain"),
        Decision(entry("2", "ท่าพระ"), "ambiguous", (MUNICIPALITY, SAO), "tie"),
        Decision(entry("3", "ไม่มีที่นี่"), "none", (), "unknown-name"),
        Decision(entry("4", '=HYPERLINK("http://x")'), "none", (SAO,), "weak"),
        **more,
    )


def linked_graph() -> KnowledgeGraph:
    """The study, the case ban-pet, registers of two years, and links of all three kinds."""
    graph = KnowledgeGraph.open(in_process=True)
    assert graph.load("ban-pet").loaded
    assert graph.add_register(REGISTERS / "register.csv", name="lao-2017", period="2017").added
    later = graph.add_register(
        REGISTERS / "later.csv", name="lao-later", roles=ROLES, period="2024"
    )
    assert later.added
    older, newer = (authorities.side(graph.store, name) for name in ("lao-2017", "lao-later"))
    by_code = {dict(e.identifiers)["dla"]: e for e in newer[1]}
    mine = {dict(e.identifiers)["dla"]: e for e in older[1]}

    def to(code: str, score: float) -> Candidate:
        return Candidate(by_code[code], score, (Reason("name", "agrees", "", 3.0),))

    decisions = (
        Decision(mine["3400102"], "linked", (to("3400102", 0.999),), "identifier"),
        Decision(mine["5400104"], "linked", (to("4400199", 0.97),), "certain"),
        Decision(mine["6400114"], "ambiguous", (to("6400114", 0.6), to("4400199", 0.4)), "tie"),
        Decision(mine["6400901"], "none", (), "unknown-name"),
        Decision(mine["4400115"], "none", (), "reviewed"),
    )
    made = Linking(
        older[0], newer[0], decisions, 0.95, "kkgraph 0.1.0", MADE, reviewer="data steward"
    )
    assert not graph.put_links(made, Form("years")).problems
    bodies = (
        Decision(
            Entry("kc", "", "เทศบาลนครขอนแก่น", iri=graph.resolve("khon-kaen-city")),
            "linked",
            (Candidate(mine["3400102"], 1.0, (Reason("identifier", "agrees", "dla", 9.0),)),),
            "identifier",
        ),
    )
    side = Side("graph", "graph", "the knowledge graph")
    again = Linking(side, older[0], bodies, 0.95, "kkgraph 0.1.0", MADE)
    assert not graph.put_links(again, Form("bodies")).problems
    return graph
