"""Rules that no triple may break: each checked on the data, and on a copy with one breach of it.

Before inference: what the reasoner adds is held to the same rules in the tests of reasoning.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations

import pyoxigraph as ox
import pytest

from kkgraph import names
from kkgraph.store import Limits, OxigraphStore
from test_data import FIVE, Facts, asserted_quads, ontology_quads

DIRECT = {
    "kk:form": 5,
    "kk:member": 10,
    "kk:networkType": 10,
    "kk:operatedBy": 0,
    "kk:partOf": 10,
    "kk:party": 5,
    "kk:policyOf": 4,
    "kk:providedBy": 7,
    "kk:servesMission": 1,
    "kk:topic": 1,
    "kk:usedBy": 6,
}
TEXT_GRAPHS = {"kkg:study", "kkg:cited"}
SIX_SYSTEMS = {
    "kkd:document-management-system",
    "kkd:e-auction",
    "kkd:e-bidding",
    "kkd:e-laas",
    "kkd:e-plan",
    "kkd:emenscr",
}
ECONOMIC_ORGANISATIONS = {
    "kkd:khon-kaen-bankers-club",
    "kkd:khon-kaen-chamber-of-commerce",
    "kkd:khon-kaen-federation-of-industries",
    "kkd:khon-kaen-tourism-business-association",
    "kkd:thai-sme-association-khon-kaen",
}
OF_NO_WORK_BUT_CITED = {
    # "Most scholars" are known through Palvia & Sharma alone (kk:citedVia): the study reports it.
    "kkd:F124": "kkd:work-palvia-sharma-2007",
    "kkd:F125": "kkd:work-palvia-sharma-2007",
}
LAO_CLASSES = {
    "kk:CityMunicipality",
    "kk:LocalAdministrativeOrganisation",
    "kk:Municipality",
    "kk:ProvincialAdministrativeOrganisation",
    "kk:SpecialLocalAdministration",
    "kk:SubdistrictAdministrativeOrganisation",
    "kk:SubdistrictMunicipality",
    "kk:TownMunicipality",
}


def quad(line: str) -> ox.Quad:
    """A quad from ``subject predicate object graph`` in CURIEs; a quoted object is a literal."""
    s, p, rest = line.split(" ", 2)
    o, g = rest.rsplit(" ", 1)
    value = ox.Literal(o.strip('"')) if o.startswith('"') else ox.NamedNode(names.expand(o))
    s, p, g = (ox.NamedNode(names.expand(t)) for t in (s, p, g))
    return ox.Quad(s, p, value, g)


@pytest.fixture(scope="module")
def quads() -> list[ox.Quad]:
    return asserted_quads()


@pytest.fixture(scope="module")
def facts(quads) -> Facts:
    return Facts(quads)


@pytest.fixture(scope="module")
def ontology() -> list[ox.Quad]:
    return ontology_quads()


def direct_triples(facts) -> set:
    return {q for q in facts.quads if q[1] in DIRECT and q[3] in TEXT_GRAPHS}


# The checks: each gives the breaches that it finds


def lists_above(facts, finding) -> set[str]:
    found, todo = set(), {finding}
    while todo:
        parents = facts.values(todo.pop(), "kk:exampleOf") - found
        found |= parents
        todo |= parents
    return found


def justified(facts, s, o, graph) -> bool:
    """True where an asserted finding, with the lists that it is an example of, names both ends."""
    roles = ("kk:about", "kk:value", "kk:scope")
    candidates = {f for role in roles for f in facts.subjects(role, s) | facts.subjects(role, o)}
    for finding in candidates & facts.of_type("kk:Finding"):
        chain = {finding, *lists_above(facts, finding)}
        hedges = set().union(*(facts.values(f, "kk:hedge") for f in chain))
        named = set().union(*(facts.values(f, *roles) for f in chain))
        if hedges == {"kk:asserted"} and {s, o} <= named and graph in facts.graphs(finding):
            return True
    return False


def unjustified(facts):
    return [f"{s} {p} {o}" for s, p, o, g in direct_triples(facts) if not justified(facts, s, o, g)]


def examples_apart(facts):
    pairs = [(s, o) for s, p, o, _ in facts.quads if p == "kk:exampleOf"]
    return [
        f"{s} {field} is not that of {o}"
        for s, o in pairs
        for field in ("kk:hedge", "kk:scope")
        if facts.values(s, field) != facts.values(o, field)
    ]


def triples_on_one_of_five(facts):
    """What study and cited say of a single case but its membership, its type and its naming."""
    allowed = {"kk:hasLegalStatus"}
    naming = {f"kkd:F{n}" for n in (265, 266, 267, 268, 269, 270)}
    found = []
    for s, p, o, g in facts.quads:
        of_case = s in FIVE and p not in allowed
        to_case = o in FIVE and s not in naming and (s, p) != ("kkd:five-cases", "kk:member")
        if g in TEXT_GRAPHS and (of_case or to_case):
            found.append(f"{s} {p} {o}")
    return found


def used_by_one_of_five(facts):
    """In any graph, the analysts' included."""
    return [f"{s} {p} {o}" for s, p, o, _ in facts.quads if p == "kk:usedBy" and o in FIVE]


def anonymous_groups_opened(facts):
    groups = facts.of_type("kk:AnonymousCaseGroup")
    two = "kkd:two-own-internal-systems"
    plain = {"rdf:type", "skos:prefLabel", "skos:altLabel", "kk:identity"}
    found = []
    for group in groups:
        if facts.values(group, "rdf:type") != {"kk:AnonymousCaseGroup"}:
            found.append(f"{group} has a further type")
        if facts.values(group, "kk:identity") != {"kk:withheld"}:
            found.append(f"{group} is not withheld")
        own = {"kk:drawnFrom", "kk:size", "kk:outOf"} if group == two else set()
        found += [f"{group} {p}" for p in facts.predicates(group) - plain - own]
    if facts.values(two, "kk:drawnFrom") != {"kkd:five-cases"}:
        found.append("drawnFrom")
    roles = {"kk:about", "kk:value", "kk:scope", "kk:holder"}
    for s, p, o, _ in facts.quads:
        if o in groups and not (p in roles and s in facts.of_type("kk:Finding")):
            found.append(f"{s} {p} {o}")
    return found


def groups_met_in_one_finding(facts):
    """Findings on two anonymous groups at once: the two ends of the comparisons alone."""
    groups = facts.of_type("kk:AnonymousCaseGroup")
    pairs = set()
    for finding in facts.of_type("kk:Finding"):
        near = facts.values(finding, "kk:about", "kk:value", "kk:scope", "kk:holder") & groups
        pairs |= {(finding, *pair) for pair in combinations(sorted(near), 2)}
    compared = {
        (
            "kkd:F022",
            "kkd:other-municipalities-thai-abstract",
            "kkd:some-city-municipalities-higher-level",
        ),
        (
            "kkd:F046",
            "kkd:other-municipalities-english-abstract",
            "kkd:some-municipalities-higher-level",
        ),
    }
    return sorted(pairs - compared)


def asserted_of_what_is_built(facts):
    """T05: findings on LINE complaints and the Living Lab, or on their group, that assert."""
    systems = {"kkd:line-complaint-system", "kkd:smart-living-lab", "kkd:main-front-services"}
    systems |= {"kkd:form-filling-and-complaint-intake", "kkd:pr-information-online"}
    of_list = {f for s in systems for f in facts.subjects("kk:about", s)}
    found = [f for f in of_list if facts.values(f, "kk:hedge") != {"kk:inDevelopment"}]
    for s in systems:
        if facts.values(s, "kk:status") != {"kk:inDevelopment"}:
            found.append(f"{s} status {facts.values(s, 'kk:status')}")
        found += [f"{s} {p}" for p in facts.predicates(s) & set(DIRECT) - {"kk:partOf"}]
    return found


def public_services_not_in_service(facts):
    """The scope note of kk:PublicDigitalService: not while the service is being developed."""
    built = facts.subjects("kk:status", "kk:inDevelopment")
    return sorted(built & facts.of_type("kk:PublicDigitalService"))


def hedge_and_holder_lost(facts):
    """Rule 3: statements whose mode the traps name, with their holder."""
    modes = {
        "kk:opinion": ("F329", "F330", "F331"),
        "kk:expectation": ("F021", "F402", "F403", "F404"),
        "kk:belief": ("F020",),
        "kk:assumption": ("F309",),
        "kk:estimate": ("F348",),
        "kk:initiated": ("F327",),
        "kk:goal": ("F015", "F321", "F447"),
        "kk:preliminary": ("F454", "F455"),
        "kk:inDevelopment": ("F333", "F336", "F341", "F342"),
    }
    holders = dict.fromkeys(("F329", "F330", "F331"), "kkd:some-local-executives")
    holders |= {"F020": "kkd:municipalities-of-the-study"}
    found = [
        f"{f} {hedge}"
        for hedge, ids in modes.items()
        for f in ids
        if facts.values(f"kkd:{f}", "kk:hedge") != {hedge}
    ]
    found += [
        f"{f} {holder}"
        for f, holder in holders.items()
        if facts.values(f"kkd:{f}", "kk:holder") != {holder}
    ]
    return found


def light_rail_in_service(facts):
    """T11: a project and its needs; nothing says that it runs."""
    nodes = {"kkd:lrt-project", "kkd:lrt-project-phase-1", "kkd:lrt-service-system"}
    allowed = {("kkd:lrt-project-phase-1", "kk:partOf")}
    found = [
        f"{s} {p} {o}"
        for s, p, o, _ in facts.quads
        if s in nodes and (p in DIRECT or p == "kk:status") and (s, p) not in allowed
    ]
    hoped = facts.subjects("kk:claim", "kkd:claim-is-expected-to-bring")
    for node in nodes:
        for f in facts.subjects("kk:about", node) & hoped:
            if facts.values(f, "kk:hedge") != {"kk:expectation"}:
                found.append(f)
    for f in facts.subjects("kk:about", "kkd:lrt-service-system"):
        if facts.values(f, "kk:hedge") & {"kk:asserted", "kk:inDevelopment"}:
            found.append(f)
    return found


def owners_from_outside(facts):
    """T07, T16: no provider but central government; nobody owns, founded or joined KKTS or KKTT."""
    found = [
        f"{s} {p} {o}"
        for s, p, o, _ in facts.quads
        if p == "kk:providedBy" and o != "kkd:central-government"
    ]
    firms = {"kkd:kktt", "kkd:kkts"}
    for s, p, o, _ in facts.quads:
        if s in firms and p not in {"rdf:type", "skos:prefLabel", "skos:altLabel"}:
            found.append(f"{s} {p} {o}")
        if o in firms and s not in facts.of_type("kk:Finding"):
            found.append(f"{s} {p} {o}")
        if p.rpartition(":")[2] in {"owns", "ownedBy", "owner", "founder", "foundedBy"}:
            found.append(f"{s} {p} {o}")
    return found


AGENCIES = re.compile(
    r"Department of Local Admin|Department of Provincial Admin|Comptroller General|NESDC|NESDB"
    r"|National Economic and Social|Digital Government Development Agency|\bDLA\b|\bCGD\b"
    r"|กรมส่งเสริมการปกครองท้องถิ่น|กรมบัญชีกลาง|กรมการปกครอง|สภาพัฒน|สพร\.|สำนักงานพัฒนารัฐบาลดิจิทัล"
)


def agencies_from_outside(facts):
    return sorted(
        f"{s}: {o.value}"
        for s, _, o, g in facts.quads
        if g != "kkg:context" and isinstance(o, ox.Literal) and AGENCIES.search(o.value)
    )


def context_leaks(facts):
    """Rule 6: no other graph names what only ``kkg:context`` describes, or holds a code."""
    only = {s for s, _, _, g in facts.quads if g == "kkg:context" and facts.graphs(s) == {g}}
    code_terms = {"adms:identifier", "skos:notation", "kk:governs", "kk:matches"}
    return [
        f"{s} {p} {o} {g}"
        for s, p, o, g in facts.quads
        if g != "kkg:context" and (o in only or p in code_terms)
    ]


def members_of_the_eight(facts):
    members = facts.values("kkd:eight-economic-organisations", "kk:member")
    found = sorted(members ^ ECONOMIC_ORGANISATIONS)
    sizes = [o.value for o in facts.values("kkd:eight-economic-organisations", "kk:statedSize")]
    networks = {s for s, p, _, _ in facts.quads if p == "kk:member"}
    found += [] if sizes == ["8"] else [f"stated size {sizes}"]
    return found + sorted(networks - {"kkd:eight-economic-organisations", "kkd:five-cases"})


def cases_not_five(facts):
    return sorted(facts.values("kkd:five-cases", "kk:member") ^ set(FIVE))


def ban_pet_at_large(facts):
    """T12: Ban Pet's facts have its scope, and none of their topics is said of the five."""
    ban_pet = "kkd:ban-pet-subdistrict"
    scoped = facts.subjects("kk:scope", ban_pet)
    topics = set()
    for f in scoped:
        topics |= facts.values(f, "kk:about", "kk:value")
    topics -= {ban_pet, "kkd:work-suriyanon-2014"}
    found = [
        f
        for t in topics | {ban_pet}
        for role in ("kk:about", "kk:value")
        for f in facts.subjects(role, t)
        if f not in scoped and f in facts.of_type("kk:Finding")
    ]
    found += [f for f in scoped if facts.graphs(f) - {"kkg:cited", "kkg:analyst"}]
    for s, p, o, g in facts.quads:
        direct = p not in {"kk:about", "kk:value", "kk:scope"} and o == ban_pet
        if direct and (p, g) != ("kk:usedBy", "kkg:cited"):
            found.append(f"{s} {p} {o}")
    return found


def borrowed_results(facts):
    """Rule 8: a cited work's statement is never claimed for the five or for an anonymous group."""
    ours = {"kkd:five-cases", "kkd:most-internal-systems-of-the-five", *FIVE}
    ours |= facts.of_type("kk:AnonymousCaseGroup") | {"kkd:urban-laos-mueang-district"}
    works = facts.of_type("kk:CitedWork")
    found = [
        f
        for f in facts.of_type("kk:Finding")
        if facts.values(f, "kk:holder") & works and facts.values(f, "kk:scope") & ours
    ]
    agreeing = {(s, o) for s, p, o, _ in facts.quads if p == "cito:agreesWith"}
    wanted = {
        ("kkd:F459", "kkd:work-suriyanon-2014"),
        ("kkd:F469", "kkd:work-linders-2015"),
        ("kkd:F487", "kkd:work-meijer-2015"),
    }
    found += sorted(agreeing ^ wanted)
    for f, _ in wanted:
        if facts.values(f, "kk:holder") != {"kkd:study"}:
            found.append(f)
    return found


PERSON_TERMS = re.compile(
    r":(?:\w*[pP]erson|\w*[nN]ame|surname|author|creator|contributor|birthDate|mbox|email|telephone"
    r"|honorificPrefix|jobTitle|headOf|mayor)$"
)
HONORIFICS = re.compile(
    r"\b(?:Mr|Mrs|Ms|Dr|Prof|General|Gen|Mayor)\b\.? [A-Z]|พลเอก|นายกเทศมนตรี[ก-ฮ]"
    r"|(?<![ก-๛])(?:นาย|นาง|นางสาว|ดร\.)(?=[ก-ฮ])"
)


def persons(facts):
    """Rule 9: no property of persons, and no name but that of the cabinet."""
    cabinet = {"kkd:prayut-government", "kkd:F070", "kkd:F072", "kkd:F452"}
    found = []
    for s, p, o, _ in facts.quads:
        if PERSON_TERMS.search(p) or (p == "rdf:type" and PERSON_TERMS.search(o)):
            found.append(f"{s} {p} {o}")
        if isinstance(o, ox.Literal) and p != "kk:rule":
            named = HONORIFICS.search(o.value) or "Prayut" in o.value or "ประยุทธ์" in o.value
            if named and s not in cabinet:
                found.append(f"{s}: {o.value}")
    return found


def cited_misplaced(facts):
    works = facts.of_type("kk:CitedWork")
    found = []
    for f in facts.of_type("kk:Finding"):
        held = bool(facts.values(f, "kk:holder") & works)
        through = OF_NO_WORK_BUT_CITED.get(f)
        held |= through is not None and facts.values(f, "kk:citedVia") == {through}
        graph = "kkg:cited" if held else "kkg:study"
        if facts.graphs(f) - {"kkg:analyst"} != {graph}:
            found.append(f"{f} stands in {facts.graphs(f)}, not in {graph}")
        if held and facts.values(f, "kk:holder") - works - {"kkd:most-scholars"}:
            found.append(f"{f} has mixed holders")
    return found


def analyst_terms_elsewhere(facts):
    terms = {"kk:answers", "kk:note", "kk:reading", "kk:rule", "kk:status", "kk:restsOn"}
    terms |= {"kk:interactionMode", "kk:operatedBy", "kk:leavesOpen", "kk:position"}
    return [
        f"{s} {p} {g}"
        for s, p, _, g in facts.quads
        if (p in terms and g != "kkg:analyst")
        or (p == "kk:focus" and g != "kkg:analyst" and s not in facts.of_type("kk:FrameworkCell"))
    ]


def readings_without_a_rule(facts):
    """Tags and inferences of the analysts without who, when and by which rule."""
    rules = facts.of_type("kk:AnalystRule")
    covered = {o for s, p, o, _ in facts.quads if p == "kk:reading" and s in rules}
    found = []
    for s, p, o, g in facts.quads:
        if g != "kkg:analyst" or s in rules or p in {"kk:note", "rdf:type", "skos:prefLabel"}:
            continue
        if s not in covered and not (p == "kk:answers" and o in covered):
            found.append(f"{s} {p} {o}")
    for rule in rules:
        words = [len(facts.texts(rule, "kk:rule", lang)) for lang in names.LANGUAGES]
        used = facts.values(rule, "prov:used")
        whole = (
            words == [1, 1]
            and facts.values(rule, "prov:wasAssociatedWith") == {"kkd:analyst"}
            and len(facts.values(rule, "dcterms:created")) == 1
            and facts.values(rule, "kk:reading")
            and used
            and used <= facts.of_type("kk:Finding")
        )
        found += [] if whole else [f"{rule} is not whole"]
    return found


def gaps_open(facts):
    reasons = {
        "kk:notNamed",
        "kk:notStated",
        "kk:openListReason",
        "kk:notMeasured",
        "kk:outsideScope",
    }
    found = []
    for gap in facts.of_type("kk:KnowledgeGap"):
        bounds = facts.values(gap, "kk:boundedBy")
        words = [len(facts.texts(gap, "kk:question", lang)) for lang in names.LANGUAGES]
        reason = facts.values(gap, "kk:reason")
        if not (bounds and bounds <= facts.of_type("kk:Finding")):
            found.append(f"{gap} is bounded by {bounds}")
        if words != [1, 1] or len(reason) != 1 or not reason <= reasons:
            found.append(f"{gap} {words} {reason}")
        if facts.graphs(gap) != {"kkg:study"}:
            found.append(f"{gap} {facts.graphs(gap)}")
    return found


def lists_closed(facts):
    """Rule 7: a list with examples is open, on the list's finding or on the examples'."""
    shown_in = {"kkd:F446", "kkd:F450"}  # "one of the examples", "seen clearly in": no list follows
    pairs = [(s, o) for s, p, o, _ in facts.quads if p == "kk:exampleOf" and s not in shown_in]
    found = [
        f"{s} of {o}"
        for s, o in pairs
        if not facts.values(s, "kk:openList") and not facts.values(o, "kk:openList")
    ]
    for f in {s for s, p, _, _ in facts.quads if p == "kk:openList"}:
        if [o.value for o in facts.values(f, "kk:openList")] != ["true"]:
            found.append(f)
    return found


def abstracts_merged(facts):
    """Rule 5: the two abstracts and the body are findings apart, linked where they differ."""
    links = {
        ("kkd:F046", "kk:conflictsWith", "kkd:F022"),
        ("kkd:F047", "kk:conflictsWith", "kkd:F023"),
        ("kkd:F048", "kk:weakens", "kkd:F024"),
        ("kkd:F049", "kk:weakens", "kkd:F025"),
        ("kkd:F050", "kk:weakens", "kkd:F026"),
        ("kkd:F088", "kk:conflictsWith", "kkd:F286"),
        ("kkd:F293", "kk:conflictsWith", "kkd:F286"),
    }
    there = {q[:3] for q in facts.quads if q[1] in {"kk:conflictsWith", "kk:weakens"}}
    found = sorted(there ^ links)
    for f in facts.of_type("kk:Finding"):
        if len(facts.values(f, "kk:section")) != 1 or len(facts.values(f, "kk:evidence")) != 1:
            found.append(f)
    return found


def definitions_made_global(facts):
    """Rule 4: a concept has no parent or equal; each definition has its definer."""
    bad = {"skos:exactMatch", "skos:closeMatch", "skos:broader", "skos:narrower", "skos:broadMatch"}
    bad |= {"rdfs:subClassOf", "owl:equivalentClass", "owl:sameAs", "skos:narrowMatch"}
    found = [f"{s} {p} {o}" for s, p, o, _ in facts.quads if p in bad]
    for d in facts.of_type("kk:Definition"):
        if not (facts.values(d, "kk:definedBy") and facts.values(d, "kk:defines")):
            found.append(d)
    return found


def places_given_a_perspective(facts):
    """T18: the four perspectives are tied to no city."""
    perspectives = facts.values("kkd:F076", "kk:value")
    places = facts.of_type("dcterms:Location")
    found = [] if len(perspectives) == 4 else [f"{len(perspectives)} perspectives"]
    for s, p, o, _ in facts.quads:
        if o in perspectives and s in places:
            found.append(f"{s} {p} {o}")
        if o in perspectives and facts.values(s, "kk:about", "kk:value", "kk:scope") & places:
            found.append(f"{s} {p} {o}")
    return found


def estimate_made_measure(facts):
    """T13: 70 to 85 percent, estimated, of a body that isn't named."""
    q = "kkd:F348-quantity"
    wanted = {
        "kk:minimum": {"70"},
        "kk:maximum": {"85"},
        "kk:unit": {"kk:percent"},
        "kk:estimated": {"true"},
    }
    values = {p: {getattr(o, "value", o) for o in facts.values(q, p)} for p in wanted}
    found = [] if values == wanted else [str(values)]
    scope = facts.values("kkd:F348", "kk:scope")
    return found + ([] if scope == {"kkd:lao-annual-budget"} else [str(scope)])


def two_given_more(facts):
    """T02 and T04: importance is given to developing; nothing is built, used or named."""
    own = "kkd:own-internal-systems"
    found = [] if facts.values(own, "kk:status") == {"kk:givenImportance"} else ["status"]
    found += [f"{own} {p}" for p in facts.predicates(own) & set(DIRECT)]
    for f, claim in {
        "kkd:F369": "kkd:claim-gives-importance-to",
        "kkd:F370": "kkd:claim-has-count",
    }.items():
        if facts.values(f, "kk:claim") != {claim}:
            found.append(f)
    for f in facts.subjects("kk:scope", "kkd:two-own-internal-systems"):
        near = facts.values(f, "kk:about", "kk:value") & (set(FIVE) | {"kkd:five-cases"})
        found += [f"{f} {n}" for n in near]
    return found


CHECKS = {
    unjustified: [
        "kkd:line-complaint-system kk:providedBy kkd:central-government kkg:study",
        "kkd:own-internal-systems kk:usedBy kkd:five-cases kkg:study",
        "kkd:crm kk:operatedBy kkd:private-sector-organisations kkg:cited",
        "kkd:F311 kk:hedge kk:tendency kkg:study",
    ],
    examples_apart: [
        "kkd:F316 kk:hedge kk:tendency kkg:study",
        "kkd:F318 kk:scope kkd:five-cases kkg:study",
        "kkd:F464 kk:exampleOf kkd:F316 kkg:cited",
    ],
    triples_on_one_of_five: [
        "kkd:sila-town kk:partOf kkd:five-cases kkg:study",
        "kkd:F353 kk:about kkd:sila-town kkg:study",
        "kkd:e-laas kk:usedBy kkd:khon-kaen-city kkg:study",
    ],
    used_by_one_of_five: [
        "kkd:e-laas kk:usedBy kkd:khon-kaen-city kkg:study",
        "kkd:e-laas kk:usedBy kkd:tha-phra-subdistrict kkg:analyst",
    ],
    anonymous_groups_opened: [
        "kkd:two-own-internal-systems kk:member kkd:sila-town kkg:study",
        "kkd:two-own-internal-systems kk:drawnFrom kkd:khon-kaen-province kkg:study",
        "kkd:some-municipalities-own-budget kk:drawnFrom kkd:five-cases kkg:study",
        "kkd:some-municipalities-own-budget kk:size \"2\" kkg:entities",
        "kkd:some-city-municipalities-higher-level rdf:type kk:CityMunicipality kkg:entities",
        "kkd:large-ready-laos owl:sameAs kkd:some-municipalities-own-budget kkg:analyst",
        "kkd:five-cases kk:partOf kkd:large-ready-laos kkg:study",
        "kkd:other-laos-inspired kk:identity kk:named kkg:entities",
    ],
    groups_met_in_one_finding: [
        "kkd:F369 kk:about kkd:some-municipalities-own-budget kkg:study",
    ],
    asserted_of_what_is_built: [
        "kkd:F341 kk:hedge kk:asserted kkg:study",
        "kkd:F464 kk:about kkd:smart-living-lab kkg:cited",
        "kkd:smart-living-lab kk:status kk:inUse kkg:analyst",
        "kkd:smart-living-lab kk:providedBy kkd:central-government kkg:study",
    ],
    public_services_not_in_service: [
        "kkd:main-front-services rdf:type kk:PublicDigitalService kkg:entities",
    ],
    hedge_and_holder_lost: [
        "kkd:F331 kk:hedge kk:asserted kkg:study",
        "kkd:F330 kk:holder kkd:study kkg:study",
        "kkd:F403 kk:hedge kk:asserted kkg:study",
    ],
    light_rail_in_service: [
        "kkd:lrt-service-system kk:status kk:inUse kkg:analyst",
        "kkd:lrt-project kk:usedBy kkd:khon-kaen kkg:study",
        "kkd:F411 kk:hedge kk:asserted kkg:study",
        "kkd:F404 kk:hedge kk:asserted kkg:study",
    ],
    owners_from_outside: [
        "kkd:e-laas kk:providedBy kkd:etda kkg:study",
        "kkd:five-cases kk:member kkd:kkts kkg:study",
        "kkd:kkts kk:partOf kkd:kktt kkg:study",
        "kkd:lrt-project schema:founder kkd:etda kkg:context",
    ],
    agencies_from_outside: [
        'kkd:e-laas skos:altLabel "e-LAAS of the Department of Local Administration" kkg:entities',
        'kkd:F316 kk:statement "e-LAAS ของกรมส่งเสริมการปกครองท้องถิ่น" kkg:study',
    ],
    context_leaks: [
        "kkd:F265 kk:value kkd:khon-kaen-city-dla kkg:study",
        'kkd:khon-kaen-city skos:notation "3400102" kkg:entities',
    ],
    members_of_the_eight: [
        "kkd:eight-economic-organisations kk:member kkd:kktt kkg:study",
        'kkd:eight-economic-organisations kk:statedSize "5" kkg:entities',
        "kkd:universities-mueang-district kk:member kkd:kktt kkg:study",
    ],
    cases_not_five: ["kkd:five-cases kk:member kkd:ban-pet-subdistrict kkg:study"],
    ban_pet_at_large: [
        "kkd:F353 kk:value kkd:adequate-staff-it-skills kkg:study",
        "kkd:F353 kk:about kkd:ban-pet-subdistrict kkg:study",
        "kkd:five-cases kk:member kkd:ban-pet-subdistrict kkg:study",
    ],
    borrowed_results: [
        "kkd:F468 kk:scope kkd:five-cases kkg:cited",
        "kkd:F456 cito:agreesWith kkd:work-meijer-2015 kkg:study",
        "kkd:F459 kk:holder kkd:work-suriyanon-2014 kkg:study",
    ],
    persons: [
        'kkd:khon-kaen-city schema:givenName "A" kkg:entities',
        'kkd:khon-kaen-city skos:altLabel "Mayor Somchai" kkg:entities',
        'kkd:F471 kk:note "นายสมชาย" kkg:analyst',
        "kkd:analyst rdf:type prov:Person kkg:entities",
    ],
    cited_misplaced: [
        "kkd:F311 kk:holder kkd:work-meijer-2015 kkg:study",
        "kkd:F464 kk:theme kkd:theme-forms kkg:study",
        "kkd:F125 kk:citedVia kkd:work-meijer-2015 kkg:cited",
    ],
    analyst_terms_elsewhere: [
        "kkd:e-laas kk:focus kk:internalFocus kkg:study",
        "kkd:F311 kk:answers kkd:rq1 kkg:study",
        "kkd:e-laas kk:status kk:inUse kkg:study",
    ],
    readings_without_a_rule: [
        "kkd:website kk:focus kk:externalFocus kkg:analyst",
        "kkd:analyst-new-rule rdf:type kk:AnalystRule kkg:analyst",
        "kkd:F311 kk:answers kkd:rq9 kkg:analyst",
    ],
    gaps_open: [
        "kkd:gap-new rdf:type kk:KnowledgeGap kkg:study",
        "kkd:gap-which-two kk:boundedBy kkd:e-laas kkg:study",
        "kkd:gap-which-two kk:reason kk:asserted kkg:study",
    ],
    lists_closed: [
        "kkd:F420 kk:exampleOf kkd:F447 kkg:study",
        'kkd:F311 kk:openList "false" kkg:study',
    ],
    abstracts_merged: [
        "kkd:F046 kk:section kkd:section-abstract-th kkg:study",
        "kkd:F043 kk:weakens kkd:F019 kkg:study",
    ],
    definitions_made_global: [
        "kkd:e-government skos:broader kkd:e-governance kkg:entities",
        "kkd:e-government skos:exactMatch kkd:e-governance kkg:context",
        "kkd:definition-new rdf:type kk:Definition kkg:entities",
    ],
    places_given_a_perspective: [
        "kkd:F076 kk:value kkd:rayong kkg:study",
        "kkd:rayong kk:partOf kkd:smart-industrial-city kkg:study",
    ],
    estimate_made_measure: [
        'kkd:F348-quantity kk:minimum "60.0" kkg:study',
        "kkd:F348 kk:scope kkd:five-cases kkg:study",
    ],
    two_given_more: [
        "kkd:own-internal-systems kk:status kk:inUse kkg:analyst",
        "kkd:F369 kk:about kkd:khon-kaen-city kkg:study",
        "kkd:own-internal-systems kk:usedBy kkd:two-own-internal-systems kkg:study",
    ],
}  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_no_triple_breaks_the_rule(facts, check):
    assert sorted(map(str, check(facts))) == []


@pytest.mark.parametrize(
    ("check", "breach"),
    [(check, breach) for check, breaches in CHECKS.items() for breach in breaches],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_breach_is_found(quads, facts, check, breach):
    added = quad(breach)
    assert added not in quads
    before = set(map(str, check(facts)))
    assert set(map(str, check(Facts([*quads, added])))) - before


# What is counted


def test_direct_triples_are_counted(facts):
    counted = Counter(p for _, p, _ in {q[:3] for q in direct_triples(facts)})
    assert {p: counted[p] for p in DIRECT} == DIRECT


def test_the_rules_have_something_to_hold_on(facts):
    sizes = {
        "examples": len({q for q in facts.quads if q[1] == "kk:exampleOf"}),
        "groups": len(facts.of_type("kk:AnonymousCaseGroup")),
        "rules": len(facts.of_type("kk:AnalystRule")),
        "gaps": len(facts.of_type("kk:KnowledgeGap")),
        "definitions": len(facts.of_type("kk:Definition")),
        "ban pet": len(facts.subjects("kk:scope", "kkd:ban-pet-subdistrict")),
        "open lists": len({q for q in facts.quads if q[1] == "kk:openList"}),
    }
    assert sizes == {
        "examples": 38,
        "groups": 12,
        "rules": 29,
        "gaps": 42,
        "definitions": 21,
        "ban pet": 8,
        "open lists": 43,
    }
    six = {s for s, p, _, _ in facts.quads if p == "kk:providedBy"}
    assert six == SIX_SYSTEMS | {"kkd:centrally-supplied-internal-systems"}
    reasons = Counter(o for _, p, o, _ in facts.quads if p == "kk:reason")
    assert sum(reasons.values()) == 42
    assert len(reasons) == 5


def test_the_gap_on_the_two_says_what_the_study_does_say(facts):
    gap = "kkd:gap-which-two"
    assert facts.values(gap, "kk:reason") == {"kk:notNamed"}
    assert "kkd:F369" in facts.values(gap, "kk:boundedBy")


# The ontology


def ontology_breaches(ontology):
    owl = names.PREFIXES["owl"]
    kinds = {
        owl + k
        for k in ("FunctionalProperty", "InverseFunctionalProperty", "NegativePropertyAssertion")
    }
    terms = "sameAs hasKey oneOf propertyChainAxiom cardinality minCardinality maxCardinality"
    terms += " qualifiedCardinality minQualifiedCardinality maxQualifiedCardinality allValuesFrom"
    terms += " unionOf complementOf disjointUnionOf differentFrom hasSelf onDataRange"
    bad = {owl + t for t in terms.split()}
    found = []
    for q in ontology:
        if q.predicate.value in bad:
            found.append(str(q))
        if q.predicate.value == names.RDF_TYPE and q.object.value in kinds:
            found.append(str(q))
    return found


def test_no_axiom_of_the_ontology_can_tell_one_case_from_another(ontology):
    assert len(ontology) > 2_900
    assert ontology_breaches(ontology) == []


@pytest.mark.parametrize(
    "breach",
    [
        "kk:member rdf:type owl:InverseFunctionalProperty kkg:ontology",
        "kk:about rdf:type owl:FunctionalProperty kkg:ontology",
        "kk:drawnFrom owl:propertyChainAxiom kk:member kkg:ontology",
        "kk:CaseGroup owl:oneOf kk:Municipality kkg:ontology",
        "kk:CaseGroup owl:cardinality kk:Municipality kkg:ontology",
    ],
)
def test_such_an_axiom_is_found(ontology, breach):
    assert ontology_breaches([*ontology, quad(breach)])


def test_no_domain_or_range_types_a_group_as_a_municipality(facts, ontology):
    declared = Facts(ontology)
    groups = facts.of_type("kk:AnonymousCaseGroup")
    forced = {
        (p, kind)
        for s, p, o, _ in facts.quads
        for end, axiom in ((s, "rdfs:domain"), (o, "rdfs:range"))
        if end in groups
        for kind in declared.values(p, axiom)
    }
    assert forced == set()
    assert "kk:LocalAdministrativeOrganisation" in declared.values("kk:governs", "rdfs:domain")


def test_no_class_or_concept_stands_above_e_government_and_e_governance(ontology):
    declared = Facts(ontology)
    classes = {"kk:EGovernanceSystem", "kk:EGovernmentSystem", "kk:InterOrganisationalSystem"}
    assert classes <= declared.of_type("owl:Class")
    linking = {"rdfs:subClassOf", "owl:equivalentClass", "owl:disjointWith"}
    tied = [(s, p, o) for s, p, o, _ in declared.quads if p in linking and {s, o} & classes]
    assert [(s, p, o) for s, p, o in tied if isinstance(o, str) and s in classes] == []
    assert {s for s, p, _ in tied} == classes
    assert {p for _, p, _ in tied} == {"owl:equivalentClass"}
    defined_on = [o for _, p, o, _ in declared.quads if p == "owl:onProperty"]
    assert sorted(set(defined_on)) == ["kk:focus", "kk:operatedBy", "kk:sector"]


# The obvious queries: each tries to name a municipality behind a group, and finds none

LAO = f"VALUES ?kind {{ {' '.join(sorted(LAO_CLASSES))} }} ?lao a ?kind ."
SPEAKS = "kk:about|kk:value|kk:scope"
DIRECT_PATH = "|".join(sorted(set(DIRECT) - {"kk:form", "kk:topic", "kk:party"}))
OBVIOUS = {
    "who uses a system that an anonymous group's findings speak of": (
        f"""SELECT ?group ?lao {{ ?group a kk:AnonymousCaseGroup .
        ?f kk:scope ?group ; kk:about|kk:value ?system .
        ?system kk:usedBy|kk:operatedBy|kk:providedBy ?lao . {LAO} }}""",
        ["kkd:own-internal-systems kk:usedBy kkd:sila-town kkg:study"],
    ),
    "who is a member, part or origin of an anonymous group": (
        f"""SELECT ?group ?lao {{ ?group a kk:AnonymousCaseGroup .
        ?group (kk:member|^kk:partOf|kk:party|owl:sameAs|^owl:sameAs|kk:matches)+ ?lao .
        {LAO} }}""",
        ["kkd:two-own-internal-systems kk:member kkd:sila-town kkg:study"],
    ),
    "which finding of an anonymous group names a municipality": (
        f"""SELECT ?f ?lao {{ ?group a kk:AnonymousCaseGroup . ?f {SPEAKS}|kk:holder ?group ;
        {SPEAKS}|kk:holder ?lao . {LAO} }}""",
        ["kkd:F369 kk:about kkd:khon-kaen-city kkg:study"],
    ),
    "which municipality has the rank that an anonymous group is given": (
        """SELECT ?group ?lao { ?group a kk:AnonymousCaseGroup .
        ?group a|kk:hasLegalStatus/kk:legalType ?rank .
        ?lao a|kk:hasLegalStatus/kk:legalType ?rank ; ^kk:member kkd:five-cases }""",
        ["kkd:some-city-municipalities-higher-level rdf:type kk:CityMunicipality kkg:entities"],
    ),
    "which two anonymous groups are the same or hold one another": (
        """SELECT ?a ?b { ?a a kk:AnonymousCaseGroup . ?b a kk:AnonymousCaseGroup .
        ?a owl:sameAs|kk:drawnFrom|kk:partOf|kk:member|kk:matches|skos:exactMatch|skos:broader ?b
        FILTER (?a != ?b) }""",
        ["kkd:large-ready-laos kk:drawnFrom kkd:some-municipalities-own-budget kkg:study"],
    ),
    "which two anonymous groups come from one group, so that their sizes could be added": (
        """SELECT ?a ?b { ?a kk:drawnFrom ?all . ?b kk:drawnFrom ?all
        FILTER (STR(?a) < STR(?b)) }""",
        ["kkd:some-municipalities-own-budget kk:drawnFrom kkd:five-cases kkg:study"],
    ),
    "which of the five has a direct triple that another one lacks": (
        """SELECT ?p (COUNT(DISTINCT ?lao) AS ?n) { kkd:five-cases kk:member ?lao .
        { ?lao ?p ?x } UNION { ?x ?p ?lao }
        FILTER (?p NOT IN (rdf:type, kk:matches, kk:value)) }
        GROUP BY ?p HAVING (COUNT(DISTINCT ?lao) < 5)""",
        [
            "kkd:sila-town kk:partOf kkd:khon-kaen-province kkg:study",
            "kkd:e-laas kk:usedBy kkd:khon-kaen-city kkg:study",
        ],
    ),
    "which of the five has a finding beyond the one that names it": (
        """SELECT ?lao (COUNT(DISTINCT ?f) AS ?n) { kkd:five-cases kk:member ?lao .
        ?f kk:about|kk:scope|kk:holder ?lao } GROUP BY ?lao HAVING (COUNT(DISTINCT ?f) != 1)""",
        ["kkd:F353 kk:scope kkd:khon-kaen-city kkg:study"],
    ),
    "which municipality shares a network, a collaboration or a mission with an anonymous group": (
        f"""SELECT ?group ?lao {{ ?group a kk:AnonymousCaseGroup .
        ?f kk:scope ?group ; kk:about|kk:value ?thing .
        ?thing ({DIRECT_PATH}|kk:party|^kk:party|kk:topic|kk:form) ?x .
        ?x (kk:party|^kk:party|kk:usedBy|^kk:usedBy|kk:member|^kk:member) ?lao . {LAO} }}""",
        ["kkd:own-internal-systems kk:partOf kkd:five-cases kkg:study"],
    ),
    "which municipality's passage overlaps the passage of an anonymous group": (
        f"""SELECT ?f ?g ?lao {{ ?group a kk:AnonymousCaseGroup . ?f {SPEAKS} ?group .
        ?g kk:about|kk:scope ?lao . {LAO}
        ?f kk:evidence/oa:hasSelector ?a . ?a oa:start ?s1 ; oa:end ?e1 .
        ?g kk:evidence/oa:hasSelector ?b . ?b oa:start ?s2 ; oa:end ?e2 .
        FILTER (?s1 < ?e2 && ?s2 < ?e1) }}""",
        ["kkd:F371 kk:about kkd:tha-phra-subdistrict kkg:study"],
    ),
    "which place that one of the five governs is a group's": (
        f"""SELECT ?f ?lao {{ ?group a kk:AnonymousCaseGroup .
        ?f {SPEAKS} ?group ; {SPEAKS} ?place . ?lao kk:governs ?place }}""",
        ["kkd:F422 kk:value kkd:territory-sila-town kkg:study"],
    ),
}  # fmt: skip


def store_of(quads, everything: bool) -> OxigraphStore:
    """A store; with ``everything`` the default graph holds the analysts' graph as well."""
    study = ox.NamedNode(names.KKG + "study")
    if everything:
        quads = [ox.Quad(q.subject, q.predicate, q.object, study) for q in quads]
    return OxigraphStore.in_memory(list(quads), in_process=True)


@pytest.fixture(scope="module", params=[False, True], ids=["default graph", "every graph"])
def engine(request, quads, ontology):
    graph = ox.NamedNode(names.ONTOLOGY_GRAPH)
    terms = [ox.Quad(q.subject, q.predicate, q.object, graph) for q in ontology]
    return request.param, store_of([*quads, *terms], request.param)


def test_there_are_eleven_obvious_queries():
    assert len(OBVIOUS) == 11


@pytest.mark.parametrize("name", OBVIOUS)
def test_the_obvious_query_names_nobody(engine, name):
    assert engine[1].query(OBVIOUS[name][0], Limits(max_rows=None)).rows == ()


@pytest.mark.parametrize(
    ("name", "breach"), [(name, b) for name, (_, breaches) in OBVIOUS.items() for b in breaches]
)
def test_the_obvious_query_would_find_a_breach(quads, name, breach):
    store = store_of([*quads, quad(breach)], everything=False)
    assert store.query(OBVIOUS[name][0], Limits(max_rows=None)).rows
