"""Random queries over the whole algebra, made of few variables so that their parts meet."""

from __future__ import annotations

from itertools import count

from shacl_random.terms import ABSENT, NODES, PREDICATES
from sparql_random.expressions import Expressions, call
from sparql_random.graphs import GRAPHS
from sparql_random.nodes import listed, node

VARIABLES = ("x", "y", "z", "w")
AGGREGATES = ("COUNT", "SUM", "AVG", "MIN", "MAX")


class Queries:
    """Makes one query; what may stand in it is decided by the dice as it goes."""

    def __init__(self, dice, theme, quads, *, odd=False):
        self.dice = dice
        self.theme = theme
        self.odd = odd
        self.objects = [q.object for q in quads if str(q.object)[0] != "_"] or [*NODES]
        self.named = any(q.graph_name in GRAPHS for q in quads)
        self.make = Expressions(dice, theme, exists=self._tested, texts=not odd)
        self._fresh = count(1)

    def query(self):
        """A whole query."""
        dice = self.dice
        names = set()
        match dice.number(1, 20):
            case 1 | 2:
                head, where = "ASK ", self._where(names)
                return node("query", head, self._dataset(), where)
            case 3:
                triples = listed([self._plain_triple(names) for _ in range(dice.number(1, 3))])
                return node("query", "CONSTRUCT ", self._dataset(), "WHERE { ", triples, " }")
            case 4:
                where = self._where(names)
                return node("query", "CONSTRUCT ", self._template(names), " ", self._dataset(),
                            "WHERE ", where)  # fmt: skip
            case 5:
                where = self._where(names)
                what = dice.one([str(dice.one(NODES)), self._some(names)])
                return node("query", f"DESCRIBE {what} ", self._dataset(), "WHERE ", where)
        return self.select(top=True)[0]

    def _where(self, names):
        return self.group(names, 2)

    def _some(self, names):
        return f"?{self.dice.one(sorted(names) or VARIABLES)}"

    def _dataset(self):
        if not self.named or not self.dice.chance(15):
            return ""
        clauses = [f"FROM {g} " for g in GRAPHS if self.dice.chance(50)]
        clauses += [f"FROM NAMED {g} " for g in GRAPHS if self.dice.chance(50)]
        return listed([node("clause", c) for c in clauses], "")

    def _template(self, names):
        terms = [f"?{n}" for n in sorted(names)] or ["?x"]
        triples = []
        for _ in range(self.dice.number(1, 3)):
            subject = self.dice.one([*terms, "_:a"])
            value = self.dice.one([*terms, *terms, "_:a", str(self.dice.one(self.theme))])
            triples.append(node("triple", f"{subject} {self.dice.one(PREDICATES)} {value} ."))
        return node("template", "{ ", listed(triples), " }")

    def _plain_triple(self, names):
        """A triple pattern without a path or a blank node, as a short CONSTRUCT wants it."""
        parts = [self._place(names, [*map(str, NODES)], 90, known=60)]
        parts.append(str(self.dice.one(PREDICATES)))
        parts.append(self._place(names, [*map(str, self.objects)], 90, parts[0], known=25))
        return node("triple", " ".join(parts), " .")

    def select(self, *, top=False, depth=2):
        """A SELECT, and the names of the variables that it gives."""
        dice = self.dice
        names = set()
        where = self.group(names, depth)
        if dice.chance(35):
            return self._grouped(where, names, top)
        items, given = [], []
        for name in dice.some(sorted(names), 1, 4):
            items.append(node("item", f"?{name}"))
            given.append(name)
        while dice.chance(20):
            name = self._new()
            items.append(node("item", "(", self.make.any(sorted(names)), f" AS ?{name})"))
            given.append(name)
        word = "DISTINCT " if dice.chance(35) else ""
        if top and not word and dice.chance(10):
            items, given = [node("item", "*")], sorted(names)
        end = self._end(names if not word else given, given, top)
        dataset = self._dataset() if top else ""
        return node("query", "SELECT ", listed([node("word", word)], ""), listed(items), " ",
                    dataset, "WHERE ", where, end), given  # fmt: skip

    def _end(self, names, given, top):
        """ORDER BY, and where that makes it certain what is left, LIMIT and OFFSET."""
        dice, parts = self.dice, []
        if not top:
            return listed([])
        if not dice.chance(40):
            if dice.chance(8):
                return listed([node("clause", f" LIMIT {dice.number(0, 8)}")], "")
            return listed([node("clause", " ", self._values(set()))] if dice.chance(8) else [], "")
        keys = [self._key(n) for n in dice.some(sorted(names), 1, 2)]
        if dice.chance(20):
            keys.append(node("key", "(", self.make.any(sorted(names), 1), ")"))
        parts.append(node("clause", " ORDER BY ", listed(keys)))
        if dice.chance(30):
            parts.append(node("clause", f" LIMIT {dice.number(0, 8)}"))
        if dice.chance(20):
            parts.append(node("clause", f" OFFSET {dice.number(0, 4)}"))
        return listed(parts, "")

    def _key(self, name):
        return node("key", self.dice.one((f"?{name}", f"ASC(?{name})", f"DESC(?{name})")))

    def _grouped(self, where, names, top):
        dice = self.dice
        keys = dice.some(sorted(names), 0, 2)
        by = [node("key", f"?{k}") for k in keys]
        if dice.chance(15):
            name = self._new()
            by.append(node("key", "(", self._unless_error(names), f" AS ?{name})"))
            keys.append(name)
        elif dice.chance(8):
            by.append(node("key", "(", self._unless_error(names), ")"))
        items = [node("item", f"?{k}") for k in keys]
        given = [*keys]
        for _ in range(dice.number(0 if keys else 1, 3)):
            name = self._new()
            items.append(node("item", "(", self._figure(names, keys), f" AS ?{name})"))
            given.append(name)
        group = listed([node("clause", " GROUP BY ", listed(by))] if by else [], "")
        having = []
        if dice.chance(25):
            tests = [self._condition(names, keys) for _ in range(dice.one((1, 1, 1, 2)))]
            having = [node("clause", " HAVING ", listed(tests))]
        end = self._end(given, given, top)
        return node("query", "SELECT ", listed(items), " ", self._dataset() if top else "",
                    "WHERE ", where, group, listed(having, ""), end), given  # fmt: skip

    def _unless_error(self, names):
        """What has a value, or none, for all of a group alike."""
        return call("COALESCE", self.make.any(sorted(names), 1))

    def _figure(self, names, keys):
        """An aggregate, or what is made of one."""
        total = self._total(names, keys)
        if not self.dice.chance(20):
            return total
        match self.dice.one(["sum", "default", "choice"]):
            case "sum":
                sign = self.dice.one(("+", "-", "*", "/"))
                other = self._total(names, keys) if self.dice.chance(50) else "2"
                return node("expression", "(", total, f" {sign} ", other, ")")
            case "default":
                return call("COALESCE", total, '"none"')
        return call("IF", self._condition(names, keys), total, '"few"')

    def _condition(self, names, keys):
        sign = self.dice.one((">", "<", "=", "!=", ">="))
        figure = self.dice.one(("1", "2", "3", "0.5"))
        return node("expression", "(", self._total(names, keys), f" {sign} {figure})")

    def _total(self, names, keys):
        """An aggregate; of those that choose a member, only where all members are the same."""
        dice = self.dice
        what = self.make.variable(sorted(names))
        if dice.chance(20):
            what = self.make.any(sorted(names), 1)
        distinct = listed([node("word", "DISTINCT ")] if dice.chance(30) else [])
        if dice.chance(20):
            return node("expression", "COUNT(", distinct, "*)")
        if keys and dice.chance(10):
            return call("SAMPLE", f"?{dice.one(keys)}")
        if not self.odd and dice.chance(12):
            between = dice.one((' ; SEPARATOR="-"', ' ; SEPARATOR=""', ""))
            if keys and dice.chance(40):  # which are all the same, so that no order matters
                key = call("STR", f"?{dice.one(keys)}")
                return node("expression", "GROUP_CONCAT(", distinct, key, between, ")")
            joined = node("expression", "GROUP_CONCAT(", distinct, call("STR", what), between, ")")
            return call("STRLEN", joined)
        name = dice.one(AGGREGATES)
        if name in ("MIN", "MAX") and dice.chance(80):  # of literals that have an order
            plain = self.make.variable(sorted(names))
            what = call("IF", call("isBlank", plain), "1", "2")
            if not self.odd:
                what = call("STRLEN", call("STR", plain))
        return node("expression", name + "(", distinct, what, ")")

    def _new(self):
        return f"n{next(self._fresh)}"

    def group(self, names, depth):
        """A group in braces; adds the variables that it may bind to ``names``."""
        dice, parts = self.dice, []
        if dice.chance(88):
            parts.append(self._triples(names))
        if dice.chance(8) or not names:
            parts.append(self._values(names))
        kinds = ["filter"] * 3 + ["bind"] * 3 + ["values", "triples"]
        if depth:
            kinds += ["optional"] * 5 + ["union"] * 3 + ["minus"] * 3 + ["select"] * 3 + ["group"]
            kinds += ["graph"] * (4 if self.named else 1)
        for _ in range(dice.one((0, 1, 1, 1, 2, 2, 3) if depth > 1 else (0, 0, 1, 1, 2))):
            parts.append(getattr(self, "_" + dice.one(kinds))(names, depth - 1))
        return node("group", "{ ", listed(parts), " }")

    def _triples(self, names, _depth=0):
        triples = [self._triple(names) for _ in range(self.dice.number(1, 2))]
        if self.dice.chance(6):  # two that meet in a node without a name
            blank = f"_:{self._new()}"
            one, two = (str(self.dice.one(PREDICATES)) for _ in "12")
            ends = [self._place(names, [*map(str, self.objects)], 90, known=50) for _ in "12"]
            text = self.dice.one((
                f"{blank} {one} {ends[0]} . {blank} {two} {ends[1]} .",
                f"[ {one} {ends[0]} ; {two} {ends[1]} ] .",
            ))  # fmt: skip
            triples.append(node("triple", text))
        return listed(triples)

    def _triple(self, names):
        dice = self.dice
        subject = self._place(names, [*map(str, NODES)], 92, known=75)
        predicate = str(dice.one(PREDICATES))
        if dice.chance(8):
            predicate = self._place(names, [predicate], 100, subject, known=10)
        elif dice.chance(15):
            predicate = self.path()
        constants = [*map(str, self.objects), str(ABSENT)]
        value = self._place(names, constants, 90, subject, known=25)
        return node("triple", subject, " ", predicate, " ", value, " .")

    def _place(self, names, constants, percent, other="", *, known):
        """A variable, known already in so many of 100 cases, or a constant."""
        dice = self.dice
        if not dice.chance(percent):
            return "[]" if dice.chance(20) else dice.one(constants)
        fresh = [n for n in VARIABLES if n not in names]
        seen = [n for n in VARIABLES if n in names]
        name = dice.one(seen if not fresh or (seen and dice.chance(known)) else fresh)
        if f"?{name}" == other and dice.chance(90):
            name = dice.one(VARIABLES)
        names.add(name)
        return f"?{name}"

    def path(self, depth=2):
        """A property path."""
        dice = self.dice
        kind = dice.one(
            ("iri", "inverse", "sequence", "sequence", "alternative", "*", "+", "?", "!")
        )
        if not depth or kind == "iri":
            return node("path", str(dice.one(PREDICATES)))
        match kind:
            case "inverse":
                return node("path", "(^", self.path(depth - 1), ")")
            case "sequence":
                return node("path", "(", self.path(depth - 1), "/", self.path(depth - 1), ")")
            case "alternative":
                return node("path", "(", self.path(depth - 1), "|", self.path(depth - 1), ")")
            case "!":
                signs = [
                    str(p) if dice.chance(70) else f"^{p}" for p in dice.some(PREDICATES, 1, 3)
                ]
                return node("path", "!(", listed([node("word", s) for s in signs], "|"), ")")
        return node("path", "(", self.path(depth - 1), ")", kind)

    def _filter(self, names, _depth):
        test = self.make.truth(self._seen(names))
        if self.dice.chance(40):  # what is in error lets pass
            test = call("COALESCE", test, "true")
        return node("pattern", "FILTER ( ", test, " )")

    def _seen(self, names):
        """The variables to speak of: mostly those that are bound."""
        return sorted(names) if names and self.dice.chance(95) else [*VARIABLES]

    def _bind(self, names, _depth):
        made = self.make.any(self._seen(names))
        if self.dice.chance(5):
            made = node("expression", "BNODE()")
        name = self._new()
        names.add(name)
        return node("pattern", "BIND ( ", made, f" AS ?{name} )")

    def _values(self, names, _depth=0):
        dice = self.dice
        chosen = dice.some(VARIABLES, 1, 2)
        names.update(chosen)
        rows = []
        for _ in range(dice.number(1, 3)):
            known = [*dice.some(self.objects, 3, 3), dice.one(self.theme)]
            terms = [dice.one(["UNDEF", *map(str, known)]) for _ in chosen]
            rows.append(node("row", f"({' '.join(terms)})"))
        head = " ".join(f"?{n}" for n in chosen)
        if dice.chance(5):
            rows = []
        if len(chosen) == 1 and dice.chance(50):
            terms = [node("row", str(row)[1:-1]) for row in rows]
            return node("pattern", f"VALUES ?{chosen[0]} {{ ", listed(terms), " }")
        return node("pattern", f"VALUES ({head}) {{ ", listed(rows), " }")

    def _optional(self, names, depth):
        return node("pattern", "OPTIONAL ", self.group(names, depth))

    def _union(self, names, depth):
        parts = [self.group(names, depth) for _ in range(self.dice.number(2, 3))]
        return node("pattern", listed(parts, " UNION "))

    def _minus(self, _names, depth):
        return node("pattern", "MINUS ", self.group(set(), depth))

    def _select(self, names, depth):
        if self.dice.chance(12):
            return self._first(names)
        made, given = self.select(depth=depth)
        names.update(given)
        return node("pattern", "{ ", made, " }")

    def _first(self, names):
        """The first properties of the data, of which the order is certain."""
        name, number = self.dice.one(VARIABLES), self.dice.number(1, 3)
        names.add(name)
        order = self.dice.one((f"?{name}", f"DESC(?{name})"))
        found = f"SELECT DISTINCT ?{name} WHERE {{ ?a ?{name} ?b }}"
        return node("pattern", f"{{ {found} ORDER BY {order} LIMIT {number} }}")

    def _group(self, names, depth):
        return node("pattern", self.group(names, depth))

    def _graph(self, names, depth):
        inside = set()
        graph = "?g" if self.dice.chance(60) else str(self.dice.one([*GRAPHS, ABSENT]))
        if self.dice.chance(5):
            graph = f"?{self.dice.one(VARIABLES)}"
        group = self.group(inside, depth)
        names.update(inside | ({graph[1:]} if graph[0] == "?" else set()))
        return node("pattern", f"GRAPH {graph} ", group)

    def _tested(self, _names):
        return self.group(set(), int(self.dice.chance(15)))
