"""The form of a case, as ``form.yaml`` declares it: sheets, columns, and how rows become nodes."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from kkgraph.model import Text
from kkgraph.names import expand

KINDS: Final = frozenset(
    ("id", "class", "text", "texts", "thing", "value", "number", "date", "period", "hash")
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the property of its values, their language and kind; see ``form.yaml``.

    ``inverse`` is True where the row is the value and the cell names the subject. ``node`` is the
    key of the row's further node that the property belongs to, ``""`` for the row's own.
    """

    key: str
    kind: str
    property: str = ""
    inverse: bool = False
    lang: str = ""
    node: str = ""
    prefers: str = ""
    label: Text = field(default_factory=dict, hash=False)
    help: Text = field(default_factory=dict, hash=False)
    example: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A further node of a row: its class, name and the property that ties it to the row."""

    key: str
    kind: str
    node: str
    link: str
    constants: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: the classes of what its rows describe, how they are named, and the columns."""

    key: str
    label: Text = field(hash=False)
    help: Text = field(hash=False)
    classes: tuple[str, ...]
    node: str
    columns: tuple[Column, ...]
    parts: tuple[Part, ...] = ()
    constants: tuple[tuple[str, str, str], ...] = ()
    single: bool = False

    def column(self, key: str) -> Column | None:
        """The column of that key, if there is one."""
        return next((c for c in self.columns if c.key == key), None)

    def part(self, key: str) -> Part:
        """The further node of that key."""
        return next(p for p in self.parts if p.key == key)

    @property
    def typed(self) -> Column | None:
        """The column that says of which class a row is, where there are several."""
        return next((c for c in self.columns if c.kind == "class"), None)


@dataclass(frozen=True, slots=True)
class Form:
    """All sheets, in the order in which a person fills them in."""

    sheets: tuple[Sheet, ...]

    def sheet(self, key: str) -> Sheet:
        """The sheet of that key."""
        return next(s for s in self.sheets if s.key == key)


@cache
def declared() -> Form:
    """The form that is shipped with the package."""
    import yaml

    text = Path(__file__).with_name("form.yaml").read_text(encoding="utf-8")
    loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
    return Form(tuple(_sheet(s) for s in loaded["sheets"]))


def _sheet(raw: dict[str, Any]) -> Sheet:
    constants = [
        (expand(kind), expand(p), expand(v))
        for kind, pairs in raw.get("with", {}).items()
        for p, v in pairs.items()
    ]
    return Sheet(
        key=raw["key"],
        label=raw["label"],
        help=raw["help"],
        classes=tuple(expand(c) for c in raw["classes"]),
        node=raw["node"],
        columns=tuple(_column(c) for c in raw["columns"]),
        parts=tuple(_part(p) for p in raw.get("nodes", ())),
        constants=tuple(constants),
        single=raw.get("single", False),
    )


def _part(raw: dict[str, Any]) -> Part:
    constants = tuple((expand(p), expand(v)) for p, v in raw.get("with", {}).items())
    return Part(raw["key"], expand(raw["class"]), raw["node"], expand(raw["link"]), constants)


def _column(raw: dict[str, Any]) -> Column:
    name = raw.get("property", "")
    if raw["kind"] not in KINDS:
        raise ValueError(f"form.yaml: {raw['key']}: no kind {raw['kind']!r}")
    return Column(
        key=raw["key"],
        kind=raw["kind"],
        property=expand(name.removeprefix("^")) if name else "",
        inverse=name.startswith("^"),
        lang=raw.get("lang", ""),
        node=raw.get("on", ""),
        prefers=raw.get("prefers", ""),
        label=raw.get("label", {}),
        help=raw.get("help", {}),
        example=str(raw.get("example", "")),
    )
