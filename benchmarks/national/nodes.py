"""The nodes of one invented case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from national.register import (
    ACTORS,
    CLAIMS,
    FORMALITIES,
    FORMS,
    GROUP,
    HEDGES,
    MISSIONS,
    MODES,
    PROVINCES,
    SCHEME,
    THEMES,
    TOPICS,
    UNITS,
    WORKS,
)
from national.triples import (
    ADMS,
    AFTER,
    ALT_LABEL,
    CODE,
    FIRST,
    HAS_SELECTOR,
    HAS_SOURCE,
    KKD,
    LOCATION,
    NOTATION,
    NUMBER,
    OA,
    PREF_LABEL,
    TEMPORAL,
    TYPE,
    both,
    integer,
    kk,
    node,
    typed,
)
from national.wording import KINDS, SYSTEMS, Kind, Pair, place, sentence

Block = tuple[str, str]
"""The sort of a node, and its lines."""

NETWORKS = tuple(map(kk, ("intranet", "extranet", "internet")))
STATUSES = tuple(map(kk, ("inUse", "inUse", "inDevelopment", "planned", "givenImportance")))
SYSTEM_CLASSES = tuple(map(kk, ("DigitalSystem", "DigitalSystem", "PublicDigitalService")))
FOCUSES = tuple(map(kk, ("internalFocus", "externalFocus")))
SHARES = [kind.share for kind in KINDS]
DISTRICTS = 99
SERIALS = 30
PROPERTIES = (
    "about claim codePoints drawnFrom end estimated evidence fileSha256 focus form formality "
    "governs hedge holder identifierScheme identity interactionMode maximum minimum networkType "
    "operatedBy outOf partOf party providedBy restates scope servesMission size start statement "
    "status textSha256 theme topic unit usedBy value"
)
P = {name: kk(name) for name in PROPERTIES.split()}
FINDING, COLLABORATION, QUANTITY = kk("Finding"), kk("Collaboration"), kk("Quantity")
RESOURCE, SELECTOR = f"<{OA}SpecificResource>", f"<{OA}TextPositionSelector>"


@dataclass(frozen=True)
class Case:
    """One organisation: its node, its kind and code, and what it is called."""

    iri: str
    code: str
    kind: Kind
    place: Pair
    name: Pair
    province: str

    def named(self, name: str) -> str:
        """A node of this case."""
        return f"{self.iri[:-1]}-{name}>"


def case_nodes(rng: Random, number: int) -> Iterator[Block]:
    """The nodes of case ``number``, each with its sort ("" where no error is to be planted)."""
    case = _case(rng, number)
    yield from _organisation(rng, case)
    systems = rng.sample(SYSTEMS, rng.choice((5, 6, 6, 7)))
    for index, system in enumerate(systems, 1):
        yield "system", _system(rng, case, index, system)
    quantities = [case.named(f"quantity-{index}") for index in range(1, rng.choice((2, 2, 3)))]
    for quantity in quantities:
        yield "quantity", _quantity(rng, quantity)
    group = case.named("group") if rng.random() < 0.25 else ""
    if group:
        yield "", _anonymous_group(rng, group)
    values = quantities + [topic.iri for topic in rng.sample(TOPICS, 13)]
    for index in range(1, rng.choice((11, 12, 12, 12, 13)) + 1):
        scope = group if group and index == 3 else case.iri
        yield from _finding(rng, case, index, systems, (scope, values[index - 1]))
    for index in (1, 2):
        yield "collaboration", _collaboration(rng, case, index)


def _case(rng: Random, number: int) -> Case:
    kind = rng.choices(KINDS, SHARES)[0]
    rest, at = divmod(number, len(PROVINCES))
    rest, serial = divmod(rest, SERIALS)
    again, district = divmod(rest, DISTRICTS)
    code = f"{kind.digit}{at + 10}{district + 1:02}{serial + 1:02}"
    own = f"{code}-{again}" if again else code  # seven digits hold some 226,000 cases
    here = place(rng)
    name = Pair(kind.pattern.en.format(here.en), kind.pattern.th.format(here.th))
    return Case(f"<{KKD}lao-{own}>", code, kind, here, name, PROVINCES[at].iri)


def _organisation(rng: Random, case: Case) -> Iterator[Block]:
    identifier, period = case.named("dla"), case.named("period")
    territory, document = case.named("territory"), case.named("document")
    organisation = node(
        case.iri,
        (TYPE, kk(case.kind.class_name)),
        *both(PREF_LABEL, case.name),
        (ALT_LABEL, f'"{case.kind.short.format(case.place.th)}"@th'),
        (CODE, identifier),
        (P["governs"], territory),
    )
    yield "organisation", organisation
    code = (NOTATION, f'"{case.code}"'), (P["identifierScheme"], SCHEME), (TEMPORAL, period)
    yield "identifier", node(identifier, (TYPE, f"<{ADMS}Identifier>"), *code)
    since = (P["start"], typed(rng.randint(1999, 2020), "gYear"))
    yield "period", node(period, (TYPE, kk("Period")), since)
    area = both(PREF_LABEL, Pair(f"Area of {case.place.en}", f"พื้นที่{case.place.th}"))
    yield "", node(territory, (TYPE, LOCATION), *area, (P["partOf"], case.province))
    size = (P["codePoints"], integer(rng.randint(60_000, 90_000)))
    digest = (P["fileSha256"], f'"{rng.getrandbits(256):064x}"')
    yield "document", node(document, (TYPE, kk("SourceText")), digest, size)


def _system(rng: Random, case: Case, index: int, system: Pair) -> str:
    networks = rng.sample(NETWORKS, rng.choice((1, 1, 2)))
    name = Pair(
        f"{system.en[0].upper()}{system.en[1:]} of {case.place.en}", f"{system.th}{case.place.th}"
    )
    return node(
        case.named(f"system-{index}"),
        (TYPE, rng.choice(SYSTEM_CLASSES)),
        *both(PREF_LABEL, name),
        (P["focus"], rng.choice(FOCUSES)),
        (P["providedBy"], rng.choice(ACTORS).iri),
        (P["operatedBy"], case.iri),
        *[(P["networkType"], network) for network in networks],
        (P["interactionMode"], rng.choice(MODES).iri),
        (P["servesMission"], rng.choice(MISSIONS).iri),
        (P["status"], rng.choice(STATUSES)),
        (P["start"], typed(rng.randint(2004, 2024), "gYear")),
    )


def _quantity(rng: Random, iri: str) -> str:
    low = rng.randint(3, 60)
    high = low + rng.choice((0, 0, 0, 5, 12))
    return node(
        iri,
        (TYPE, QUANTITY),
        (P["minimum"], typed(f"{low}.0", "decimal")),
        (P["maximum"], typed(f"{high}.0", "decimal")),
        (P["unit"], rng.choice(UNITS).iri),
        (P["estimated"], typed("true" if low < high else "false", "boolean")),
    )


def _anonymous_group(rng: Random, iri: str) -> str:
    out_of = rng.randint(5, 30)
    size = rng.randint(2, out_of - 1)
    name = Pair(f"{size} of {out_of} villages, not named", f"{size} ใน {out_of} หมู่บ้าน (ไม่ระบุชื่อ)")
    return node(
        iri,
        (TYPE, kk("AnonymousCaseGroup")),
        *both(PREF_LABEL, name),
        (P["drawnFrom"], GROUP),
        (P["size"], integer(size)),
        (P["outOf"], integer(out_of)),
        (P["identity"], kk("withheld")),
    )


def _finding(
    rng: Random, case: Case, index: int, systems: Sequence[Pair], said: tuple[str, str]
) -> Iterator[Block]:
    """A finding with its evidence and selector; ``said`` is its scope and its value."""
    at, actor = rng.randrange(len(systems)), rng.choice(ACTORS)
    iri = case.named(f"F{index:03}")
    evidence, selector = f"{iri[:-1]}-evidence>", f"{iri[:-1]}-selector>"
    holder = rng.choice((case.iri, case.iri, actor.iri, WORKS[index % 2].iri))
    earlier = [(P["restates"], case.named("F001"))] if index > 1 and rng.random() < 0.3 else []
    finding = node(
        iri,
        (TYPE, FINDING),
        (NUMBER, f'"F{index:03}"'),
        (P["about"], case.named(f"system-{at + 1}")),
        (P["claim"], rng.choice(CLAIMS).iri),
        (P["value"], said[1]),
        (P["scope"], said[0]),
        (P["hedge"], rng.choice(HEDGES).iri),
        (P["holder"], holder),
        (P["theme"], rng.choice(THEMES).iri),
        *both(P["statement"], sentence(rng, case.name, systems[at], actor.name)),
        *earlier,
        (P["evidence"], evidence),
    )
    yield "finding", finding
    yield "evidence", _evidence(rng, evidence, case.named("document"), selector)
    start = rng.randint(0, 58_000)
    places = (FIRST, integer(start)), (AFTER, integer(start + rng.randint(40, 900)))
    yield "selector", node(selector, (TYPE, SELECTOR), *places)


def _evidence(rng: Random, iri: str, document: str, selector: str) -> str:
    return node(
        iri,
        (TYPE, RESOURCE),
        (HAS_SOURCE, document),
        (HAS_SELECTOR, selector),
        (P["textSha256"], f'"{rng.getrandbits(256):064x}"'),
    )


def _collaboration(rng: Random, case: Case, index: int) -> str:
    partners = rng.sample(ACTORS, rng.choice((1, 1, 2)))
    return node(
        case.named(f"collaboration-{index}"),
        (TYPE, COLLABORATION),
        (P["party"], case.iri),
        *[(P["party"], partner.iri) for partner in partners],
        (P["form"], rng.choice(FORMS).iri),
        (P["topic"], rng.choice(TOPICS).iri),
        (P["formality"], rng.choice(FORMALITIES).iri),
    )
