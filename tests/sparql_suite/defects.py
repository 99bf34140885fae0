"""Tests of the suites that Oxigraph does not pass, and those that pass but for a spelling."""

from __future__ import annotations

# (what it does, what the specification says, the tests that show it)
OXIGRAPH = [
    (
        "literals are stored by value, and come back in one spelling",
        "SPARQL 1.1, 12.1: a graph pattern matches RDF terms",
        [
            "sparql10/open-world/open-eq-01",
            "sparql10/expr-builtin/dawg-str-1",
            "sparql10/expr-builtin/dawg-str-2",
            "sparql10/expr-builtin/sameTerm-simple",
            "sparql10/expr-builtin/sameTerm-eq",
            "sparql10/expr-builtin/sameTerm-not-eq",
            "sparql10/expr-equals/eq-graph-1",
            "sparql10/expr-equals/eq-graph-2",
            "sparql10/distinct/distinct-1",
            "sparql10/distinct/distinct-9",
            "sparql11/cast/cast-bool",
            "sparql11/cast/cast-int",
            "sparql11/cast/cast-float",
            "sparql11/cast/cast-double",
            "sparql11/cast/cast-decimal",
            "sparql11/cast/cast-string",
        ],
    ),
    (
        "a date with a time zone is unequal to every date without one",
        "XML Schema 1.1, part 2, 3.3.9: they may be the same day, which is an error",
        ["sparql10/open-world/date-2", "sparql10/open-world/date-3"],
    ),
    (
        "the variable of GRAPH is bound before the pattern inside it",
        "SPARQL 1.1, 18.6: the graph's name is joined to the solutions of the pattern",
        [
            "sparql10/graph/graph-variable-scope",
            "sparql10/graph/graph-optional",
            "sparql11/negation/graph-minus",
        ],
    ),
    (
        "a sub-select or VALUES within GRAPH is evaluated once, for no graph",
        "SPARQL 1.1, 18.6: the pattern is evaluated in each graph, and joined to its name",
        ["sparql11/aggregates/agg-empty-group-count-graph", "sparql11/bindings/graph"],
    ),
    (
        "a path of no steps does not end at a term that the data lack",
        "SPARQL 1.1, 18.4: a term of the query itself is an end of the path",
        [
            "sparql11/property-path/zero_or_more_set_start",
            "sparql11/property-path/zero_or_more_set_end",
            "sparql11/property-path/zero_or_one_set_start",
            "sparql11/property-path/zero_or_one_set_end",
        ],
    ),
    (
        "GROUP_CONCAT keeps the language that all members have",
        "SPARQL 1.1, 18.5.1.7: it returns a simple literal",
        ["sparql11/aggregates/agg-groupconcat-04", "sparql11/aggregates/agg-groupconcat-06"],
    ),
    (
        "BNODE of a text is the same node in all solutions",
        "SPARQL 1.1, 17.4.2.9: distinct nodes for different solutions",
        ["sparql11/functions/bnode01"],
    ),
    (
        "TRUE and FALSE are no booleans",
        "SPARQL 1.1, 19.8, note 1: keywords are matched in a case-insensitive manner",
        ["sparql10/expr-builtin/case-insensitive-booleans"],
    ),
]

# syntax tests whose query is read though it should not be, and the reason
SYNTAX = {
    "sparql10/syntax-sparql3/syn-bad-26": "?x<?a&&?b>?y is read as two comparisons, and not as an"
    " IRI between variables, which is the longer token (SPARQL 1.1, 19.8, note 4)",
}
