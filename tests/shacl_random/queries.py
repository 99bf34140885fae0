"""SPARQL constraints to choose from, and two SPARQL-based components."""

from __future__ import annotations

import pyoxigraph as ox

from shacl_random.terms import EX

_PREFIX = f"PREFIX ex: <{EX}> "
FOR_NODES = [
    "SELECT $this WHERE { $this ex:p ?v . FILTER NOT EXISTS { ?v ex:q ?w } }",
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER NOT EXISTS { $this ex:q ?value } }",
    "SELECT $this WHERE { FILTER NOT EXISTS { $this ex:p ?v } }",
    "SELECT $this WHERE { FILTER EXISTS { $this ex:p ?v . FILTER NOT EXISTS { ?v ex:p ?v } } }",
    "SELECT $this ?value WHERE {"
    " $this ex:p ?value . OPTIONAL { ?value ex:q ?o } FILTER (!BOUND(?o)) }",
    "SELECT $this ?value WHERE { $this ex:p|ex:q ?v . OPTIONAL { ?v ex:r ?value } }",
    "SELECT $this ?value WHERE { OPTIONAL { $this ex:q ?value } FILTER (!BOUND(?value)) }",
    "SELECT $this (COUNT(?o) AS ?n) WHERE { $this ex:p ?o } GROUP BY $this HAVING (COUNT(?o) > 1)",
    "SELECT $this ?value WHERE { { SELECT $this (COUNT(?o) AS ?value) WHERE { $this ?x ?o }"
    " GROUP BY $this } FILTER (?value > 2) }",
    "SELECT $this ?value WHERE { { $this ex:p ?value } UNION { ?value ex:q $this } }",
    "SELECT $this ?value WHERE { { $this ex:p ?value FILTER isIRI(?value) }"
    " UNION { $this ex:p ?value FILTER isBlank(?value) } UNION { $this ex:q ?value } }",
    "SELECT $this ?value WHERE { $this ex:p ?x . FILTER isIRI(?x) BIND (STR(?x) AS ?value) }",
    "SELECT $this ?path ?value WHERE { $this ?path ?value . FILTER isLiteral(?value) }",
    "SELECT DISTINCT $this WHERE { $this ex:p/ex:p ?x }",
    "SELECT $this ?value WHERE { $this ex:p* ?value . FILTER (?value = ex:n0) }",
    "SELECT $this ?value WHERE { $this ^ex:p+ ?value }",
    "SELECT $this WHERE { FILTER isBlank($this) }",
    "SELECT $this WHERE { FILTER ($this = ex:n1) }",
    "SELECT $this ?value WHERE { $this ex:p ?value . ?value ex:q $this FILTER (?value != $this) }",
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER (LANG(?value) = 'en') }",
    "SELECT $this ?value WHERE { $this ex:p ?value . FILTER (STRLEN(STR(?value)) = 1) }",
    "SELECT $this ?value WHERE { BIND ($this AS ?value) FILTER isIRI(?value) }",
]
FOR_PATHS = [
    "SELECT $this ?value WHERE { $this $PATH ?value . FILTER isLiteral(?value) }",
    "SELECT $this WHERE { FILTER NOT EXISTS { $this $PATH ?any } }",
    "SELECT DISTINCT $this ?value WHERE { $this $PATH ?value . ?value ex:p ?more }",
    "SELECT $this (COUNT(DISTINCT ?v) AS ?n) WHERE { $this $PATH ?v }"
    " GROUP BY $this HAVING (COUNT(DISTINCT ?v) > 1)",
    "SELECT $this ?value WHERE {"
    " $this $PATH ?value . OPTIONAL { $this ex:q ?o FILTER (?o = ?value) } FILTER (!BOUND(?o)) }",
]
COMPONENT_PARAMETERS = {
    EX + "AlikeComponent": EX + "alike",
    EX + "LinkedComponent": EX + "linked",
}
SHAPES_GRAPH = (
    "SELECT $this WHERE { GRAPH $shapesGraph { $currentShape ex:about ?node } $this ex:p ?node }"
)


def prefixed(query):
    return _PREFIX + query


COMPONENTS = f'''
PREFIX ex: <{EX}>
PREFIX sh: <http://www.w3.org/ns/shacl#>
ex:AlikeComponent a sh:ConstraintComponent ;
  sh:parameter [ sh:path ex:alike ] ;
  sh:validator [ a sh:SPARQLAskValidator ;
    sh:ask "ASK {{ FILTER (sameTerm($value, $alike)) }}" ] .
ex:LinkedComponent a sh:ConstraintComponent ;
  sh:parameter [ sh:path ex:linked ] , [ sh:path ex:target ; sh:optional true ] ;
  sh:nodeValidator [ a sh:SPARQLSelectValidator ;
    sh:select "SELECT $this WHERE {{ FILTER NOT EXISTS {{ $this $linked ?o }} }}" ] ;
  sh:propertyValidator [ a sh:SPARQLSelectValidator ;
    sh:select """SELECT DISTINCT $this ?value WHERE {{ $this $PATH ?value . ?value $linked ?o .
      FILTER (!BOUND($target) || ?o = $target) }}""" ] .
'''


def components():
    return [
        ox.Quad(q.subject, q.predicate, q.object)
        for q in ox.parse(COMPONENTS.encode(), format=ox.RdfFormat.TURTLE)
    ]
