"""Close DATA by its axioms with one engine, and print one JSON line.

``closure_run.py ENGINE DATA…``, where the engine is kkgraph (one .kk file), updates (the same
rules as SPARQL updates on Oxigraph, until nothing changes), reasonable or owlrl (N-Triples
files). ``closure`` in the line is the number of inferred triples that name things, and
``digest`` the sum of their hashes, so that closures can be compared however they are ordered.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

BUILTIN = tuple(
    f"<http://www.w3.org/{name}"
    for name in ("2002/07/owl#", "1999/02/22-rdf-syntax-ns#", "2000/01/rdf-schema#")
)
XSD = "<http://www.w3.org/2001/XMLSchema#"
ORDERINGS = ("subClassOf>", "subPropertyOf>", "equivalentClass>", "equivalentProperty>")
EXPRESSION = "<urn:expression:"
"""How the names begin that stand for the blank nodes of axioms, so that updates can name them."""
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
Terms = tuple[str, str, str]


class Tally:
    """How many telling triples there are, and the sum of their hashes."""

    def __init__(self) -> None:
        self.n = 0
        self.sum = 0

    def add(self, triples: Iterable[Terms], sign: int = 1) -> Tally:
        for subject, predicate, value in triples:
            if telling(subject, predicate, value):
                text = f"{subject} {predicate} {value}".encode()
                self.n += sign
                self.sum += sign * int.from_bytes(hashlib.blake2b(text, digest_size=16).digest())
        return self

    def row(self) -> dict[str, object]:
        return {"closure": self.n, "digest": f"{self.sum % 2**128:032x}"}


def telling(subject: str, predicate: str, value: str) -> bool:
    """False for what is always true, and what is said of expressions, literals and OWL itself."""
    if not subject.startswith("<") or predicate.endswith("#sameAs>"):
        return False
    if subject.startswith((*BUILTIN, XSD, EXPRESSION)) or value.startswith((*BUILTIN, EXPRESSION)):
        return False
    return not (subject == value and predicate.endswith(ORDERINGS))


def kkgraph(paths: list[str]) -> tuple[dict[str, object], Callable[[], Tally]]:
    import duckdb  # noqa: F401 - before the clock starts
    import numpy  # noqa: F401

    from kkgraph import __version__
    from kkgraph.columnar.rules import close
    from kkgraph.columnar.saved import open_saved

    start = time.perf_counter()
    columnar = open_saved(Path(paths[0]))
    loaded = Clock()
    closure = close(columnar)
    row = {"version": __version__, "load_s": loaded.start - start, **loaded.row()}
    row["rounds"] = closure.rounds
    write = Clock()
    target = Path(paths[0]).with_suffix(".closed.kk")
    closure.write(target)
    row["write_s"] = write.row()["close_s"]
    target.unlink()
    return row, lambda: Tally().add(tuple(map(str, t)) for t in closure.triples())


class Clock:
    """Wall and CPU seconds since it was made."""

    def __init__(self) -> None:
        self.start = time.perf_counter()
        self.cpu = time.process_time()

    def row(self) -> dict[str, object]:
        return {
            "close_s": time.perf_counter() - self.start,
            "close_cpu_s": time.process_time() - self.cpu,
        }


def updates(paths: list[str]) -> tuple[dict[str, object], Callable[[], Tally]]:
    import pyoxigraph as ox

    from kkgraph.columnar.rules.rulebook import DATA_RULES, LAST_RULES, SCHEMA_RULES

    start = time.perf_counter()
    store = ox.Store()
    for path in paths:
        store.bulk_load(path=path, format=ox.RdfFormat.N_TRIPLES)
    load_s = time.perf_counter() - start

    def triples() -> Iterable[Terms]:
        return ((str(q.subject), str(q.predicate), str(q.object)) for q in store)

    before = Tally().add(triples(), -1)
    clock = Clock()
    rounds = 0
    data = [update_of(rule) for rule in DATA_RULES if applies(store, rule)]
    data += intersections(store)
    schema = [update_of(rule) for rule in SCHEMA_RULES if applies(store, rule)]
    last = [update_of(rule) for rule in LAST_RULES]
    for group in (schema, data, last):
        size = -1
        while size != (size := len(store)):
            rounds += 1
            for update in group:
                store.update(update)
    row = {"version": ox.__version__, "load_s": load_s, **clock.row(), "rounds": rounds}
    return row, lambda: before.add(triples())


def update_of(rule: object) -> str:
    """A rule of the rulebook as a SPARQL update; a list is followed by a property path."""
    head = rule.conclusion
    body = " . ".join(pattern(atom) for atom in rule.premises)
    if head.subject not in {atom.subject for atom in rule.premises}:
        body += f" FILTER(!isLiteral({head.subject}))"
    if head.predicate.endswith(tuple(name[:-1] for name in ORDERINGS)):
        body += f" FILTER({head.subject} != {head.value})"
    return f"INSERT {{ {pattern(head)} }} WHERE {{ {body} }}"


def pattern(atom: object) -> str:
    return " ".join(slot(text) for text in (atom.subject, atom.predicate, atom.value))


def slot(text: str) -> str:
    rdf = BUILTIN[1]
    if text.startswith("each:"):
        return f"<{text[5:]}>/{rdf}rest>*/{rdf}first>"
    return text if text.startswith("?") else f"<{text}>"


def applies(store: object, rule: object) -> bool:
    """True where the store has axioms for a rule, as kkgraph looks before it runs one."""
    axioms = [atom for atom in rule.premises if atom.is_axiom]
    return bool(store.query(f"ASK {{ {' . '.join(map(pattern, axioms))} }}"))


def intersections(store: object) -> list[str]:
    """cls-int1 for each intersection, its list written out."""
    rdf, owl = BUILTIN[1], BUILTIN[0]
    found: dict[str, list[str]] = {}
    for cls, item in store.query(
        f"SELECT ?c ?i {{ ?c {owl}intersectionOf>/{rdf}rest>*/{rdf}first> ?i }}"
    ):
        found.setdefault(str(cls), []).append(str(item))
    return [
        f"INSERT {{ ?x {TYPE} {cls} }} WHERE {{ {' . '.join(f'?x {TYPE} {i}' for i in items)} }}"
        for cls, items in sorted(found.items())
    ]


def written(triple: Iterable[object]) -> Terms:
    """The terms of a triple of rdflib, strings without their datatype, as the others write them."""
    subject, predicate, value = (term.n3().removesuffix(f"^^{XSD}string>") for term in triple)
    return subject, predicate, value


def reasonable(paths: list[str]) -> tuple[dict[str, object], Callable[[], Tally]]:
    from importlib.metadata import version

    from reasonable import PyReasoner

    start = time.perf_counter()
    reasoner = PyReasoner()
    for path in paths:
        with tempfile.NamedTemporaryFile(suffix=".ttl") as renamed:  # it knows no other ending
            shutil.copyfile(path, renamed.name)
            reasoner.load_file(renamed.name)
    load_s = time.perf_counter() - start
    base = {written(triple) for triple in reasoner.get_base_triples()}
    clock = Clock()
    found = reasoner.reason()
    row = {"version": version("reasonable"), "load_s": load_s, **clock.row()}
    new = {written(triple) for triple in found} - base
    return row, lambda: Tally().add(new)


def owlrl(paths: list[str]) -> tuple[dict[str, object], Callable[[], Tally]]:
    from importlib.metadata import version

    import owlrl as engine
    import rdflib

    start = time.perf_counter()
    graph = rdflib.Graph()
    for path in paths:
        graph.parse(path, format="nt")
    load_s = time.perf_counter() - start
    base = set(graph)
    clock = Clock()
    engine.DeductiveClosure(engine.OWLRL_Semantics).expand(graph)
    row = {"version": version("owlrl"), "load_s": load_s, **clock.row()}
    new = (written(triple) for triple in graph if triple not in base)
    return row, lambda: Tally().add(new)


ENGINES = {"kkgraph": kkgraph, "updates": updates, "reasonable": reasonable, "owlrl": owlrl}


def main(engine: str, *paths: str) -> None:
    row, tally = ENGINES[engine](list(paths))
    print(json.dumps({"engine": engine, **row, **tally().row()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
