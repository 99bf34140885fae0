"""Random graphs, and random queries of the kinds that are answered on arrays.

Every one comes from a number, so that each run compares the same ones.
"""

from __future__ import annotations

from random import Random

import pyoxigraph as ox

HEAD = "PREFIX : <http://e/> "
_NODES = [ox.NamedNode(f"http://e/n{at}") for at in range(8)]
_XSD = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS = [("1", "integer"), ("2", "integer"), ("-3", "integer"), ("1.0", "decimal")]
_NUMBERS += [("2.50", "decimal"), ("01", "integer"), ("-0.5", "decimal"), ("7", "int")]
_TEXTS = [("a", "en"), ("b", "en"), ("b", "th"), ("ก", "th"), ("a", None), ("b", None)]
_VARIABLES = ["?a", "?b", "?c", "?d"]


def graph(random: Random, *, plain: bool) -> list[ox.Quad]:
    """Some triples: ``:p`` and ``:q`` between nodes, ``:n`` to numbers, ``:t`` to texts.

    Where it is ``plain``, no number is written in two ways.
    """
    made = set()
    for _ in range(random.randrange(5, 40)):
        subject = random.choice(_NODES)
        name = random.choice("ppqqnt")
        made.add(ox.Quad(subject, ox.NamedNode(f"http://e/{name}"), _object(random, name, plain)))
    return sorted(made, key=str)


def _object(random: Random, name: str, plain: bool):
    if name == "n":
        text, datatype = random.choice(_NUMBERS[:3] if plain else _NUMBERS)
        return ox.Literal(text, datatype=ox.NamedNode(_XSD + datatype))
    if name == "t":
        text, language = random.choice(_TEXTS)
        return ox.Literal(text, language=language)
    return random.choice(_NODES)


def query(random: Random) -> str:
    """A query; one with LIMIT orders by all that it selects."""
    pattern = _group(random, 2)
    if random.random() < 0.1:
        return f"{HEAD}ASK {{ {pattern} }}"
    if random.random() < 0.1:
        return f"{HEAD}CONSTRUCT {{ ?a :made ?b }} WHERE {{ {pattern} }}"
    if random.random() < 0.35:
        return HEAD + _grouped(random, pattern)
    names = random.sample(_VARIABLES, random.randrange(1, 4))
    distinct = random.choice(["", "DISTINCT "])
    return f"{HEAD}SELECT {distinct}{' '.join(names)} WHERE {{ {pattern} }}" + _order(random, names)


def _order(random: Random, names: list[str]) -> str:
    if random.random() < 0.5:
        return ""
    keys = [random.choice([name, f"DESC({name})"]) for name in names]
    limit = f" LIMIT {random.randrange(1, 6)}" if random.random() < 0.4 else ""
    return f" ORDER BY {' '.join(keys)}{limit}" + (" OFFSET 1" if random.random() < 0.1 else "")


def _grouped(random: Random, pattern: str) -> str:
    keys = random.sample(_VARIABLES, random.randrange(0, 3))
    made = [_aggregate(random, at) for at in range(random.randrange(1, 3))]
    by = f" GROUP BY {' '.join(keys)}" if keys else ""
    having = " HAVING (COUNT(*) > 1)" if random.random() < 0.2 else ""
    order = f" ORDER BY {' '.join(keys)}" if keys and random.random() < 0.5 else ""
    selected = " ".join([*keys, *made])
    return f"SELECT {selected} WHERE {{ {pattern} }}{by}{having}{order}"


def _aggregate(random: Random, at: int) -> str:
    name = random.choice(_VARIABLES)
    made = ["COUNT(*)", f"COUNT({name})", f"COUNT(DISTINCT {name})", f"SUM({name})"]
    made += [f"AVG({name})", f"SUM(DISTINCT {name})"]
    return f"({random.choice(made)} AS ?made{at})"


def _group(random: Random, depth: int) -> str:
    parts = [_triples(random)]
    for _ in range(random.randrange(0, 3) if depth else 0):
        parts.append(_part(random, depth - 1))
    return " ".join(parts)


def _triples(random: Random) -> str:
    return " . ".join(_triple(random) for _ in range(random.randrange(1, 4))) + " ."


def _triple(random: Random) -> str:
    name = random.choice("ppqqnt")
    start = _node(random)
    if name in "nt":
        return f"{start} :{name} {random.choice(_VARIABLES)}"
    paths = [":p+", ":p*", ":q?", ":p|:q", "^:q", ":p/:q", "(:p|^:q)+"]
    return (
        f"{start} {random.choice(paths) if random.random() < 0.2 else f':{name}'} {_node(random)}"
    )


def _node(random: Random) -> str:
    return random.choice(_VARIABLES) if random.random() < 0.85 else f":n{random.randrange(9)}"


def _part(random: Random, depth: int) -> str:
    inner = _group(random, depth)
    name, other = random.sample(_VARIABLES, 2)
    new = f"?new{random.randrange(10**6)}"
    made = [
        f"OPTIONAL {{ {inner} }}",
        f"OPTIONAL {{ {_triples(random)} {_filter(random)} }}",
        f"MINUS {{ {inner} }}",
        f"FILTER NOT EXISTS {{ {_triples(random)} }}",
        f"FILTER EXISTS {{ {_triples(random)} }}",
        f"{{ {inner} }} UNION {{ {_group(random, depth)} }}",
        f"VALUES {name} {{ :n1 :n2 :n1 :lacking }}",
        f"VALUES ({name} {other}) {{ (:n1 :n2) (:n3 UNDEF) }}",
        f"{{ SELECT DISTINCT {name} {{ {inner} }} }}",
        f"{{ SELECT {name} (COUNT(*) AS {new}) {{ {inner} }} GROUP BY {name} }}",
        f"BIND (STR({name}) AS {new})",
        f"BIND (COALESCE({name}, {other}) AS {new})",
    ]
    return random.choice([*made, *(_filter(random) for _ in range(4))])


def _filter(random: Random) -> str:
    name, other = random.sample(_VARIABLES, 2)
    return random.choice(
        [
            f"FILTER ({name} = {other})",
            f"FILTER ({name} != :n1)",
            f"FILTER (STR({name}) < STR({other}))",
            f'FILTER (LANG({name}) = "en" || ISIRI({name}))',
            f'FILTER (LANGMATCHES(LANG({name}), "TH"))',
            f"FILTER ({name} > 1.0)",
            f"FILTER ({name} <= {other})",
            f"FILTER ({name} != :lacking)",
            f"FILTER (BOUND({name}) && !BOUND({other}))",
            f"FILTER ({name} IN (:n1, :n2, {other}))",
            f'FILTER (CONTAINS(STR({name}), "n"))',
            f"FILTER (ISLITERAL({name}))",
            f"FILTER (IF(ISIRI({name}), {name} = {other}, true))",
        ]
    )
