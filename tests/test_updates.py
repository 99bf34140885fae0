"""Updates made by their change alone give what the engine and a new derivation would have given."""

from __future__ import annotations

import time

import pyoxigraph as ox
import pytest

from kkgraph.errors import QuestionError, StoreError
from kkgraph.names import LOCAL_GRAPH, PREFIXES, is_merged
from kkgraph.store import OxigraphStore, changes, updates, updating

STUDY = "https://w3id.org/kkgraph/graph/study"
APART = "https://x.example/apart"
HEAD = "PREFIX ex: <https://x.example/> PREFIX kkg: <https://w3id.org/kkgraph/graph/>\n"
HELD = f"""INSERT DATA {{
  GRAPH <{STUDY}> {{ ex:a ex:p 1 , 2 ; ex:q "x" . ex:b ex:p 1 . ex:c ex:knows _:c . _:c ex:p 3 }}
  GRAPH <{LOCAL_GRAPH}> {{ ex:a ex:p 1 . ex:l ex:p "}} ; DROP ALL # {{"@en , "2020-01-01" }}
  GRAPH <{APART}> {{ ex:a ex:p 2 . ex:z ex:p ex:a }}
}}"""

SHORT = {
    "data that is new": "INSERT DATA { GRAPH kkg:local { ex:n ex:p 1, 'a' , \"b\"@th, ex:m } }",
    "data that is there": "INSERT DATA { GRAPH kkg:local { ex:a ex:p 1 } }",
    "data in another merged graph": "INSERT DATA { GRAPH kkg:local { ex:b ex:p 1 } };",
    "data in a graph that is apart": "INSERT DATA { GRAPH ex:apart { ex:b ex:p 1 } } ;",
    "nothing": "INSERT DATA { GRAPH kkg:local { } }",
    "a quote, a brace and a hash in strings":
        "INSERT DATA { GRAPH kkg:local { ex:n ex:p '''} ' ; DROP ALL''' , \"#{\" } } # } ; DROP",
    "a triple that another merged graph keeps": "DELETE DATA { GRAPH kkg:local { ex:a ex:p 1 } }",
    "a triple that goes for good": "DELETE DATA { GRAPH kkg:study { ex:a ex:p 2 } }",
    "a triple that isn't there": "DELETE DATA { GRAPH kkg:local { ex:no ex:p 2 } }",
    "the same triple from both": """delete data { graph kkg:study { ex:a ex:p 1 } } ;
        DELETE\nDATA{ GRAPH kkg:local { ex:a ex:p 1 } }""",
    "in and out again": """INSERT DATA { GRAPH kkg:local { ex:n ex:p 7 } } ;
        DELETE DATA { GRAPH kkg:local { ex:n ex:p 7 } }""",
    "out and in again": """DELETE DATA { GRAPH kkg:study { ex:b ex:p 1 } } ;
        INSERT DATA { GRAPH kkg:study { ex:b ex:p 1 } }""",
    "from one merged graph into another": """DELETE { GRAPH kkg:study { ?s ex:p ?o } }
        INSERT { GRAPH kkg:local { ?s ex:p ?o } } WHERE { GRAPH kkg:study { ?s ex:p ?o
        FILTER(isIRI(?s)) } }""",
    "values that change": """DELETE { GRAPH kkg:study { ?s ex:p ?o } }
        INSERT { GRAPH kkg:study { ?s ex:p ?n } }
        WHERE { GRAPH kkg:study { ?s ex:p ?o FILTER(isIRI(?s)) BIND(?o + 1 AS ?n) } }""",
    "a pattern over the default graph": """INSERT { GRAPH kkg:local { ?s ex:seen true } }
        WHERE { ?s ex:p 1 }""",
    "two graphs": """INSERT { GRAPH kkg:local { ?s ex:in ?g } GRAPH ex:apart { ?s ex:in ?g } }
        WHERE { GRAPH ?g { ?s ex:p 1 } }""",
    "with": "WITH kkg:study DELETE { ?s ex:p 2 } INSERT { ?s ex:p 22 } WHERE { ?s ex:p 2 }",
    "with an IRI and a comment": """WITH # the study
        <https://w3id.org/kkgraph/graph/study> DELETE { ?s ex:p 2 . } WHERE { ?s ex:p 2 } ;""",
    "with, a pattern over a named graph":
        "WITH ex:apart INSERT { ?s ex:r ?o } WHERE { GRAPH kkg:study { ?s ex:q ?o } }",
    "delete where": "DELETE WHERE { GRAPH kkg:study { ex:a ex:p ?o } }",
    "delete where over two graphs":
        "DELETE WHERE { GRAPH kkg:study { ?s ex:p ?o } GRAPH ex:apart { ?s ex:p ?o } }",
    "a node that has no name, seen": "INSERT { GRAPH kkg:local { ?c ex:seen 1 } } "
        "WHERE { GRAPH kkg:study { ex:c ex:knows ?c } }",
    "drop": "DROP GRAPH kkg:local",
    "drop by its IRI": "DROP SILENT GRAPH <https://w3id.org/kkgraph/graph/study>",
    "clear": "CLEAR GRAPH <https://x.example/apart> ;",
}  # fmt: skip
LONG = {
    "a graph that is a variable":
        "DELETE { GRAPH ?g { ?s ex:p ?o } } WHERE { GRAPH ?g { ?s ex:p ?o FILTER(?o = 1) } }",
    "using": "INSERT { GRAPH kkg:local { ?s ex:r 1 } } USING ex:apart WHERE { ?s ex:p ?o }",
    "copy": "COPY GRAPH ex:apart TO GRAPH <https://w3id.org/kkgraph/graph/local>",
    "move": "MOVE kkg:local TO ex:apart",
    "several": "DROP GRAPH kkg:local ; INSERT DATA { GRAPH kkg:local { ex:n ex:p 1 } }",
    "several, one by pattern": "INSERT DATA { GRAPH kkg:local { ex:n ex:p 1 } } ; "
        "DELETE WHERE { GRAPH kkg:local { ?s ex:p 1 } }",
    "drop named": "DROP NAMED",
    "an escaped character that hides more": """INSERT DATA { GRAPH kkg:local { ex:a\\# ex:p 1
        } } ; DROP GRAPH ex:apart ; INSERT DATA { GRAPH kkg:local { ex:b ex:p 2
        } }""",
    "a node that has no name goes": "DELETE { GRAPH kkg:study { ?c ex:p 3 } } "
        "WHERE { GRAPH kkg:study { ex:c ex:knows ?c } }",
    "one that may differ": "DELETE { GRAPH kkg:study { ?s ex:p 1 } } INSERT { GRAPH kkg:local "
        "{ ?s ex:p 9 } } WHERE { { SELECT ?s { GRAPH kkg:study { ?s ex:p 1 } } ORDER BY ?s "
        "LIMIT 1 } }",
    "create": "CREATE GRAPH ex:new",
}  # fmt: skip


def held():
    store = OxigraphStore.in_memory([], in_process=True)
    store.update(HEAD + HELD)
    return store


def written(engine):
    """The quads, nodes without a name under one, and the names of the graphs."""
    text = engine.dump(format=ox.RdfFormat.N_QUADS).decode()
    lines = [" ".join("_:" if w.startswith("_:") else w for w in x.split(" "))
             for x in text.splitlines()]  # fmt: skip
    return sorted(lines), sorted(str(g) for g in engine.named_graphs())


def derived(engine):
    return {
        ox.Triple(q.subject, q.predicate, q.object)
        for q in engine
        if isinstance(q.graph_name, ox.NamedNode) and is_merged(q.graph_name.value)
    }


def in_default(engine):
    found = engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
    return {ox.Triple(q.subject, q.predicate, q.object) for q in found}


@pytest.fixture
def ways(monkeypatch):
    """What was run by the engine: an update that derives anew has all of its text."""
    texts = []
    run = updating.run_update

    def noted(engine, text, base=None):
        texts.append(text)
        run(engine, text, base)

    monkeypatch.setattr(updating, "run_update", noted)
    return texts


@pytest.mark.parametrize("name", [*SHORT, *LONG])
def test_each_way_gives_the_same(ways, name):
    text = HEAD + {**SHORT, **LONG}[name]
    expected, store = held().engine, held()
    expected.update(text, prefixes=PREFIXES)
    expected.update(updating._DERIVED_ANEW)
    ways.clear()
    store.update(text)
    assert in_default(store.engine) == derived(store.engine)
    assert written(store.engine) == written(expected)
    anew = any("DROP DEFAULT" in t for t in ways)
    assert anew is (name in LONG), "the way that it went"


@pytest.mark.parametrize("name", ["values that change", "drop"])
def test_a_very_large_change_is_left_to_the_engine(ways, monkeypatch, name):
    monkeypatch.setattr(changes, "MOST", 1)
    store = held()
    ways.clear()
    store.update(HEAD + SHORT[name])
    assert any("DROP DEFAULT" in t for t in ways)
    assert in_default(store.engine) == derived(store.engine)


def test_a_node_without_a_name_stays_the_same_node():
    store = held()
    store.update(HEAD + SHORT["a node that has no name, seen"])
    found = store.engine.query(
        HEAD + "ASK { GRAPH kkg:study { ex:c ex:knows ?c } GRAPH kkg:local { ?c ex:seen 1 } }"
    )
    assert found


@pytest.mark.parametrize(
    "text",
    [
        "INSERT DATA { ex:n ex:p 1 }",
        "INSERT DATA { GRAPH kkg:local { ex:n ex:p 1 } ex:n ex:p 1 }",
        "DELETE DATA { ex:a ex:p 1 }",
        "DELETE { ?s ex:p 1 } WHERE { ?s ex:p 1 }",
        "DELETE WHERE { ?s ex:p 1 }",
        "INSERT { GRAPH kkg:local { ?s ex:r 1 } ?s ex:r 1 } WHERE { ?s ex:p 1 }",
        "CLEAR DEFAULT",
        "CLEAR ALL",
        "INSERT DATA { GRAPH kkg:local { ex:n ex:p 1 } } ; DELETE DATA { ex:a ex:p 1 }",
        "MOVE DEFAULT TO ex:apart",
    ],
)
def test_the_default_graph_is_never_written(text):
    store = held()
    before = written(store.engine)
    with pytest.raises(QuestionError) as found:
        store.update(HEAD + text)
    assert found.value.code == "default-graph-write"
    assert written(store.engine) == before


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("DROP GRAPH ex:absent", StoreError, "engine-failed"),
        ("DELETE DATA { GRAPH kkg:local { _:a ex:p 1 } }", QuestionError, "bad-sparql"),
        ("INSERT DATA { GRAPH kkg:local { ex:a ex:p ?x } }", QuestionError, "bad-sparql"),
        ("INSERT DATA { GRAPH kkg:local { ex:a no:p 1 } }", QuestionError, "bad-sparql"),
        ("INSERT DATA { GRAPH kkg:local { ex:a ex:p 1 } } } ; DROP ALL", QuestionError,
         "bad-sparql"),
        ("WITH kkg:local DELETE { ?s ?p ?o } WHERE { ?s ?p ?o } ; NONSENSE", QuestionError,
         "bad-sparql"),
    ],
)  # fmt: skip
def test_what_is_wrong_changes_nothing(text, kind, code):
    store = held()
    before = written(store.engine)
    with pytest.raises(kind) as found:
        store.update(HEAD + text)
    assert found.value.code == code
    assert written(store.engine) == before


def test_what_is_read_of_an_update():
    (one, two) = updates.read(
        "PREFIX a: <x:> INSERT DATA { GRAPH a:g { a:s a:p 1 } } ;\nBASE <y:> # c\n"
        "DELETE\nDATA{ GRAPH <g> { a:s a:p 2 } }"
    )
    assert (one.inserts, two.inserts) == (True, False)
    assert two.text.startswith("PREFIX a: <x:>") and "BASE <y:>" in two.text
    assert two.text.endswith("INSERT\nDATA{ GRAPH <g> { a:s a:p 2 } }")
    made = updates.read("WITH <x:g> DELETE { ?s ?p 1 } INSERT { ?s ?p 2 } WHERE { ?s ?p 1 }")
    assert (made.graph, made.where.strip()) == ("<x:g>", "?s ?p 1")
    assert updates.read("DELETE { GRAPH $g { ?s ?p 1 } } WHERE { GRAPH $g { ?s ?p 1 } }") is None
    assert updates.read("INSERT DATA { GRAPH <x:g> { <x:s> <x:p> 1 } } nonsense") is None
    assert updates.read("CLEAR DEFAULT") is None


def test_large_data_take_time_by_their_size():
    lines = "".join(f'<x:s{n}> <x:p> "value number {n}" .\n' for n in range(5_000))
    store = OxigraphStore.in_memory([], in_process=True)
    for word, there in (("INSERT", 5_000), ("DELETE", 0)):
        begun = time.process_time()
        store.update(f"{word} DATA {{ GRAPH kkg:local {{ {lines} }} }}")
        assert time.process_time() - begun < 3  # rdflib's reading alone took 20 s
        assert len(store.engine) == 2 * there
