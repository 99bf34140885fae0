"""Property paths: one step, turned round, one after another, any of several, repeated."""

from __future__ import annotations

from dataclasses import dataclass

from kkgraph.names import compact


@dataclass(frozen=True, slots=True)
class Predicate:
    """One step along a property."""

    iri: str

    def __str__(self) -> str:
        return compact(self.iri)


@dataclass(frozen=True, slots=True)
class Inverse:
    """A path walked from its end to its start."""

    path: Path

    def __str__(self) -> str:
        return f"^{_grouped(self.path)}"


@dataclass(frozen=True, slots=True)
class Sequence:
    """Paths one after the other."""

    parts: tuple[Path, ...]

    def __str__(self) -> str:
        return "/".join(_grouped(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Any one of several paths."""

    parts: tuple[Path, ...]

    def __str__(self) -> str:
        return "|".join(_grouped(p) for p in self.parts)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A path walked several times: ``sign`` is ``*`` (any), ``+`` (once or more) or ``?``."""

    path: Path
    sign: str

    def __str__(self) -> str:
        return f"{_grouped(self.path)}{self.sign}"


Path = Predicate | Inverse | Sequence | Alternative | Repeat


def _grouped(path: Path) -> str:
    return str(path) if isinstance(path, Predicate) else f"({path})"


def turned(path: Path) -> Path:
    """The path from its end to its start, with inverses only at single properties."""
    match path:
        case Predicate():
            return Inverse(path)
        case Inverse(inner):
            return inner
        case Sequence(parts):
            return Sequence(tuple(turned(p) for p in reversed(parts)))
        case Alternative(parts):
            return Alternative(tuple(turned(p) for p in parts))
        case Repeat(inner, sign):
            return Repeat(turned(inner), sign)


def path_sparql(path: Path) -> str:
    """The path in SPARQL's own syntax, with whole IRIs."""
    match path:
        case Predicate(iri):
            return f"<{iri}>"
        case Inverse(inner):
            return f"^({path_sparql(inner)})"
        case Sequence(parts):
            return "/".join(f"({path_sparql(p)})" for p in parts)
        case Alternative(parts):
            return "|".join(f"({path_sparql(p)})" for p in parts)
        case Repeat(inner, sign):
            return f"({path_sparql(inner)}){sign}"


def predicates(path: Path) -> list[str]:
    """The properties that a path names."""
    match path:
        case Predicate(iri):
            return [iri]
        case Sequence(parts) | Alternative(parts):
            return [iri for part in parts for iri in predicates(part)]
        case Inverse(inner) | Repeat(inner, _):
            return predicates(inner)
