"""What a template holds, whatever its file: headings with their help, choices and examples."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from kkgraph.cases import headers
from kkgraph.cases.form import Column, Form, Sheet
from kkgraph.cases.known import Known
from kkgraph.cases.rules import Rule, Rules, local
from kkgraph.model import Text
from kkgraph.names import expand

MOST_CHOICES: Final = 1_000
_LISTED: Final = 16
_LANGS: Final = ("en", "th")


@dataclass(frozen=True)
class Heading:
    """A column of the template.

    ``required`` is True where no row can do without it. ``choices`` are what the drop-down offers,
    in the template's language; where ``closed`` nothing else will do. ``rows_of`` is the sheet
    whose ids the drop-down offers instead.
    """

    column: Column
    title: Text = field(hash=False)
    help: Text = field(hash=False)
    required: bool
    choices: tuple[str, ...] = ()
    closed: bool = False
    single: bool = True
    rows_of: str = ""
    whole_from: int | None = None
    example: str = ""


@dataclass(frozen=True)
class Page:
    """A sheet of the template."""

    sheet: Sheet
    headings: tuple[Heading, ...]


@cache
def guide() -> dict[str, Any]:
    """The template's own words, from ``guide.yaml``."""
    import yaml

    text = Path(__file__).with_name("guide.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def plan(form: Form, rules: Rules, known: Known, lang: str) -> list[Page]:
    """The pages of a template in a language: one for each sheet of the form, in its order."""
    planner = _Planner(form, rules, known, lang)
    return [Page(s, tuple(planner.heading(s, c) for c in s.columns)) for s in form.sheets]


def meanings(rules: Rules, form: Form, known: Known, key: str) -> list[tuple[Text, Text]]:
    """Labels and definitions of all that a column of the findings may hold: hedges, or scopes."""
    sheet = form.sheet("findings")
    column = sheet.column(key)
    assert column is not None
    rule = rules.of(sheet.classes, column)
    nodes = [t.value for t in rule.allowed or ()] or sorted(rule.classes)
    return [(known.labels(n), known.definition(n)) for n in nodes]


class _Planner:
    def __init__(self, form: Form, rules: Rules, known: Known, lang: str) -> None:
        self.form = form
        self.rules = rules
        self.known = known
        self.lang = lang

    def heading(self, sheet: Sheet, column: Column) -> Heading:
        title = headers.title(column, self.known)
        example = column.example
        if ":" in example and column.kind in ("thing", "class"):
            example = self.known.label(expand(example), self.lang)
        if not column.property:
            return self._plain(sheet, column, title, example)
        by_kind = self.rules.of_sheet(sheet, column)
        rule = _loosest(by_kind.values())
        choices = self._choices(column, by_kind.values())
        kinds = [k for k, r in by_kind.items() if _needs(r, column)]
        every = bool(kinds) and len(kinds) == len(by_kind)
        required = every and not column.node
        text = {lang: self._help(sheet, column, kinds, lang, every=every) for lang in _LANGS}
        closed = all(r.allowed is not None for r in by_kind.values()) or _is_boolean(rule)
        return Heading(
            column=column,
            title=title,
            help=text,
            required=required,
            choices=choices,
            closed=closed and bool(choices),
            single=all(r.single for r in by_kind.values()) or column.kind not in ("thing", "texts"),
            rows_of="" if choices else column.prefers,
            whole_from=_lowest(rule),
            example=example,
        )

    def _plain(self, sheet: Sheet, column: Column, title: Text, example: str) -> Heading:
        """A column without a property: the id, or the type of a row."""
        choices: tuple[str, ...] = ()
        text = {lang: column.help.get(lang) or guide()["help"]["id"][lang] for lang in _LANGS}
        if column.kind == "class":
            choices = tuple(self.known.label(k, self.lang) for k in sheet.classes)
            text = {
                lang: self._say(
                    "choose", lang, choices=[self.known.label(k, lang) for k in sheet.classes]
                )
                for lang in _LANGS
            }
        required = column.kind == "class" or sheet.single
        if required:
            text = {lang: f"{self._say('required', lang)} {text[lang]}" for lang in _LANGS}
        closed = column.kind == "class"
        return Heading(column, title, text, required, choices, closed, example=example)

    def _choices(self, column: Column, rules: Iterable[Rule]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for rule in rules:
            if _is_boolean(rule):
                return (guide()["affirm"][self.lang], guide()["deny"][self.lang])
            if column.kind != "thing":
                continue
            if rule.allowed is not None:
                found.update((self.known.label(t.value, self.lang), None) for t in rule.allowed)
            elif rule.classes and not column.prefers:
                found.update(self._instances(rule.classes))
        return tuple(found) if len(found) <= MOST_CHOICES else ()

    def _instances(self, classes: frozenset[str]) -> dict[str, None]:
        """What is known of the classes: by label, or by id where a label is not unique."""
        nodes = dict.fromkeys(n for kind in sorted(classes) for n in self.known.instances(kind))
        labels = {n: self.known.label(n, self.lang) for n in nodes}
        found: dict[str, None] = {}
        for node, label in labels.items():
            same = [n for n in self.known.named(label) if self.known.classes(n) & classes]
            found[label if same == [node] else f"kkd:{node.rpartition('/')[2]}"] = None
        return found

    def _help(
        self,
        sheet: Sheet,
        column: Column,
        kinds: list[str],
        lang: str,
        *,
        every: bool,
    ) -> str:
        definition = self.known.definition(column.property).get(lang, "")
        parts = [column.help.get(lang) or definition]
        rule = _loosest(self.rules.of_sheet(sheet, column).values())
        if every and column.node:
            beside = [c for c in sheet.columns if c.node == column.node and c is not column]
            others = [headers.title(c, self.known)[lang] for c in beside]
            parts.append(self._say("beside", lang, others=others))
        elif every:
            parts.insert(0, self._say("required", lang))
        elif kinds:
            labels = [self.known.label(k, lang) for k in kinds]
            parts.append(self._say("required_for", lang, kinds=labels))
        if instead := self._instead(sheet, column, rule):
            others = [headers.title(c, self.known)[lang] for c in instead]
            parts.append(self._say("instead", lang, others=others))
        parts += self._values(column, rule, lang)
        if rule.patterns and column.kind != "hash":
            parts += [t for s in rule.shapes for t, of in s.messages if of == lang][:1]
        return " ".join(dict.fromkeys(p for p in parts if p))

    def _instead(self, sheet: Sheet, column: Column, rule: Rule) -> list[Column]:
        """The columns of which one will do in place of this one, or of its further node."""
        others = rule.instead
        if column.node:
            link = Column("link", "thing", sheet.part(column.node).link)
            others = self.rules.of(sheet.classes[:1], link).instead
        links = {p.key for p in sheet.parts if p.link in others}
        return [c for c in sheet.columns if c.property in others or c.node in links]

    def _values(self, column: Column, rule: Rule, lang: str) -> list[str]:
        parts: list[str] = []
        if rule.allowed is not None:
            labels = [self.known.label(t.value, lang) for t in rule.allowed]
            parts.append(self._say("choose", lang, choices=labels))
        elif rule.classes:
            labels = [self.known.label(k, lang) for k in sorted(rule.classes)]
            parts.append(self._say("things", lang, kinds=labels))
        names = [
            *([] if column.kind == "id" else [column.kind]),
            *(sorted(local(d) for d in rule.datatypes)),
        ]
        parts += [self._say(n, lang) for n in names[::-1] if n in guide()["help"]][:1]
        parts += [
            self._say(name, lang, limit=str(getattr(limit, "value", limit)))
            for name, limit in rule.limits.items()
            if name in guide()["help"] and (name, limit) != ("MinLength", 1)
        ]
        if column.kind in ("thing", "texts"):
            parts.append(self._say("single" if rule.single else "several", lang))
        return parts

    @staticmethod
    def _say(key: str, lang: str, **words: Sequence[str] | str) -> str:
        filled = {
            name: value if isinstance(value, str) else _listed(value)
            for name, value in words.items()
        }
        return str(guide()["help"][key][lang]).format(**filled)


def _listed(labels: Sequence[str]) -> str:
    return " / ".join(labels[:_LISTED]) + (" / …" if len(labels) > _LISTED else "")


def _needs(rule: Rule, column: Column) -> bool:
    return rule.least > 1 if column.lang else rule.least > 0


def _loosest(rules: Iterable[Rule]) -> Rule:
    """The rule of which most is said: with datatypes, classes or terms."""
    return max(rules, key=lambda r: (bool(r.datatypes or r.classes or r.allowed), bool(r.shapes)))


def _is_boolean(rule: Rule) -> bool:
    return {local(d) for d in rule.datatypes} == {"boolean"}


def _lowest(rule: Rule) -> int | None:
    """The least whole number allowed, where whole numbers are wanted."""
    if {local(d) for d in rule.datatypes} != {"integer"}:
        return None
    limit = rule.limits.get("MinInclusive")
    return int(limit.value) if limit is not None else 0
