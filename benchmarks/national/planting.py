"""Errors of eight kinds, put into one node of an invented case so that one violation follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random

from national.triples import KK, KKD, OA, XSD

IDENTIFIER = "http://purl.org/dc/terms/identifier"
NOTATION = "http://www.w3.org/2004/02/skos/core#notation"

MISSING, DOUBLED = "missing value", "doubled value"
DATATYPE, ILL_TYPED = "wrong datatype", "ill-typed literal"
RANGE, PATTERN = "out of range", "pattern not matched"
LIST, CLASS = "not in the list", "wrong class or node kind"


@dataclass(frozen=True)
class Planted:
    """An error in the file, and the one violation that a validator must report for it.

    ``path`` and ``value`` are empty where the violation has none; ``value`` is an N-Triples term.
    ``line`` counts from 1; it is 0 where a triple is missing.
    """

    kind: str
    focus: str
    path: str
    value: str
    component: str
    line: int


@dataclass(frozen=True)
class Fault:
    """What may go wrong with one property: the new object is made from the present one."""

    kind: str
    path: str
    component: str
    make: Callable[[Random, str], str] = lambda _rng, _now: ""


def _one_of(*terms: str) -> Callable[[Random, str], str]:
    return lambda rng, now: rng.choice([term for term in terms if term != now])


def _typed(now: str, datatype: str) -> str:
    return f'"{now.split(chr(34))[1]}"^^<{XSD}{datatype}>'


def _retyped(datatype: str) -> Callable[[Random, str], str]:
    return lambda _rng, now: _typed(now, datatype)


def _untyped(_rng: Random, now: str) -> str:
    return now.split("^^", maxsplit=1)[0]


def _next_integer(_rng: Random, now: str) -> str:
    return f'"{int(now.split(chr(34))[1]) + 1}"^^<{XSD}integer>'


def _negative(datatype: str) -> Callable[[Random, str], str]:
    point = ".5" if datatype == "decimal" else ""
    return lambda rng, _now: f'"-{rng.randint(1, 99)}{point}"^^<{XSD}{datatype}>'


def _other_hash(rng: Random, _now: str) -> str:
    return f'"{rng.getrandbits(256):064x}"'


def _broken_hash(_rng: Random, now: str) -> str:
    return f"{now[:9]}G{now[10:]}"


MIN, MAX = "MinCountConstraintComponent", "MaxCountConstraintComponent"
IN, MATCH = "InConstraintComponent", "PatternConstraintComponent"
TYPE, LOW = "DatatypeConstraintComponent", "MinInclusiveConstraintComponent"
IS_A, EITHER = "ClassConstraintComponent", "OrConstraintComponent"
NODE_KIND = "NodeKindConstraintComponent"

A_THEME = f"<{KKD}theme-services>"
A_TEXT = '"ไม่ระบุ"@th'
NOT_A_YEAR = f'"not-a-year"^^<{XSD}gYear>'

FAULTS: dict[str, tuple[Fault, ...]] = {
    "organisation": (
        Fault(MISSING, KK + "governs", MIN),
        Fault(DOUBLED, KK + "governs", MAX, _one_of(f"<{KKD}province-10>", f"<{KKD}province-11>")),
    ),
    "identifier": (Fault(PATTERN, NOTATION, MATCH, lambda _rng, now: f'"{now[1:4]}-{now[4:-1]}"'),),
    "period": (Fault(ILL_TYPED, KK + "start", TYPE, lambda _rng, _now: NOT_A_YEAR),),
    "document": (
        Fault(DATATYPE, KK + "codePoints", TYPE, _untyped),
        Fault(PATTERN, KK + "fileSha256", MATCH, _broken_hash),
    ),
    "system": (
        Fault(MISSING, KK + "status", MIN),
        Fault(DOUBLED, KK + "status", MAX, _one_of(f"<{KK}inUse>", f"<{KK}planned>")),
        Fault(ILL_TYPED, KK + "start", TYPE, lambda _rng, _now: NOT_A_YEAR),
        Fault(DATATYPE, KK + "start", TYPE, _retyped("integer")),
        Fault(LIST, KK + "networkType", IN, _one_of(f"<{KK}wireless>")),
        Fault(CLASS, KK + "operatedBy", IS_A, _one_of(A_THEME, A_TEXT)),
    ),
    "finding": (
        Fault(MISSING, KK + "claim", MIN),
        Fault(MISSING, KK + "scope", MIN),
        Fault(DOUBLED, KK + "hedge", MAX, _one_of(f"<{KK}asserted>", f"<{KK}tendency>")),
        Fault(DOUBLED, IDENTIFIER, MAX, _one_of('"F901"', '"F902"')),
        Fault(PATTERN, IDENTIFIER, MATCH, _one_of('"f 17"', '"ข้อ ๑๗"')),
        Fault(LIST, KK + "hedge", IN, _one_of(f"<{KK}certain>", '"asserted"')),
        Fault(CLASS, KK + "scope", EITHER, _one_of(A_THEME)),
        Fault(CLASS, KK + "restates", IS_A, _one_of(A_THEME, A_TEXT)),
        Fault(CLASS, KK + "about", NODE_KIND, _one_of(A_TEXT)),
    ),
    "evidence": (
        Fault(MISSING, KK + "textSha256", MIN),
        Fault(DOUBLED, KK + "textSha256", MAX, _other_hash),
        Fault(DATATYPE, KK + "textSha256", TYPE, _retyped("hexBinary")),
        Fault(PATTERN, KK + "textSha256", MATCH, _broken_hash),
        Fault(CLASS, OA + "hasSelector", IS_A, _one_of(A_THEME, '"1200-1340"')),
    ),
    "selector": (
        Fault(MISSING, OA + "end", MIN),
        Fault(DOUBLED, OA + "end", MAX, _next_integer),
        Fault(RANGE, OA + "start", LOW, _negative("integer")),
    ),
    "quantity": (
        Fault(MISSING, KK + "unit", MIN),
        Fault(DATATYPE, KK + "estimated", TYPE, _untyped),
        Fault(RANGE, KK + "minimum", LOW, _negative("decimal")),
    ),
    "collaboration": (
        Fault(MISSING, KK + "form", MIN),
        Fault(CLASS, KK + "party", IS_A, _one_of(A_THEME, A_TEXT)),
    ),
}


def plant(rng: Random, node: str, block: str, line: int) -> tuple[str, Planted]:
    """The lines of ``block`` with one error in them; ``line`` is the number of its first line.

    The last value of a property is the one that is changed, so a collaboration keeps the
    organisation that stands first among its parties.
    """
    lines = block.splitlines(keepends=True)
    fault = _choose(rng, FAULTS[node], block)
    at = max(i for i, text in enumerate(lines) if f" <{fault.path}> " in text)
    subject, predicate, now = lines[at][:-3].split(" ", 2)
    value = fault.make(rng, now)
    changed = f"{subject} {predicate} {value} .\n"
    if fault.kind == MISSING:
        del lines[at]
    elif fault.kind == DOUBLED:
        lines.insert(at + 1, changed)
    else:
        lines[at] = changed
    shown = "" if fault.kind in (MISSING, DOUBLED) else value
    found_at = 0 if fault.kind == MISSING else line + at + (fault.kind == DOUBLED)
    focus = subject[1:-1]
    planted = Planted(fault.kind, focus, fault.path, shown, fault.component, found_at)
    return "".join(lines), planted


def _choose(rng: Random, faults: Iterable[Fault], block: str) -> Fault:
    possible = [fault for fault in faults if f" <{fault.path}> " in block]
    kind = rng.choice(sorted({fault.kind for fault in possible}))
    return rng.choice([fault for fault in possible if fault.kind == kind])
