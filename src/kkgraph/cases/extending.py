"""The form with what the shapes require beyond it: a column for each property that has none."""

from __future__ import annotations

from dataclasses import replace

from kkgraph.cases.form import Column, Form, Sheet
from kkgraph.cases.known import Known
from kkgraph.cases.rules import Rules
from kkgraph.names import RDF_TYPE, compact


def extended(form: Form, rules: Rules, known: Known) -> Form:
    """The form, with columns added for properties that a shape requires and no column has.

    What kind of column it is, the shapes say as well: things where a class, a list or a node is
    wanted; a text in each language where two are; else a value.
    """
    covered = {c.property for s in form.sheets for c in s.columns if c.inverse} | {RDF_TYPE}
    return Form(tuple(_sheet(s, covered, rules, known) for s in form.sheets))


def _sheet(sheet: Sheet, covered: set[str], rules: Rules, known: Known) -> Sheet:
    added: list[Column] = []
    for name in rules.missing(sheet):
        if name not in covered:
            added += _columns(name, sheet, rules, known)
    return replace(sheet, columns=(*sheet.columns, *added)) if added else sheet


def _columns(name: str, sheet: Sheet, rules: Rules, known: Known) -> list[Column]:
    key = compact(name).partition(":")[2] or name
    rule = next(iter(rules.missing_rules(sheet, name)))
    if rule.languages:
        return [
            Column(f"{key}_{lang}", "text", name, lang=lang, label=known.labels(name))
            for lang in sorted(rule.languages, reverse=True)
        ]
    is_thing = rule.allowed is not None or rule.classes or rule.is_node
    kind = "thing" if is_thing else "value" if rule.datatypes else "text"
    return [Column(key, kind, name, label=known.labels(name))]
