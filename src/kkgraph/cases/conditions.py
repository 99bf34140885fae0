"""What a finding reports of which condition: the rules behind a comparison, one for each kind.

A rule says which nodes of a finding are conditions of its kind, and whether the finding's claim
reports them to be there, to be lacking, or only speaks of them. Nothing here looks at the hedge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from kkgraph.model import Text
from kkgraph.names import KK, KKD

PRESENT: Final = "present"
ABSENT: Final = "absent"
SPOKEN: Final = "spoken"
OUTSIDE: Final = KKD + "no-theme"
"""The column of findings that their source puts under no theme."""

Reported = Iterable[tuple[str, str]]
"""Nodes, each with what is reported of it: PRESENT, ABSENT or SPOKEN."""


@dataclass(frozen=True)
class Said:
    """A finding as the rules see it; ``about`` and ``value`` are nodes with all their classes."""

    iri: str
    scope: str
    kind: str
    claim: str
    hedge: str
    theme: str
    about: dict[str, frozenset[str]]
    value: dict[str, frozenset[str]]


@dataclass(frozen=True)
class Kind:
    """A kind of condition: its name, what its columns are, and what "present" means there.

    ``hedges`` are those that make a report; a weaker one is shown and counts as no report.
    """

    name: str
    title: Text
    meaning: Text
    report: Callable[[Said], Reported]
    hedges: tuple[str, ...] = ("asserted",)


def _claims(*names: str) -> frozenset[str]:
    return frozenset(f"{KKD}claim-{n}" for n in names)


def _classes(*names: str) -> frozenset[str]:
    return frozenset(KK + n for n in names)


_LACKS: Final = _claims("lacks")
_ACTING: Final = _classes(
    "Actor", "CaseGroup", "AnonymousCaseGroup", "Population", "Study", "InformantGroup", "Role"
)
_SYSTEMS: Final = _classes("DigitalSystem", "SystemGroup", "Technology")
_COLLABORATIONS: Final = _classes("Collaboration", "CollaborationForm")
_VALUE_IS_THERE: Final = _claims("uses", "includes")
_SUBJECT_IS_THERE: Final = _claims("is-supplied-by", "serves-mission", "uses-network")
_BOTH_ARE_THERE: Final = _claims("is-example-of")
_JOINING: Final = _claims("collaborates-with", "participates-in")
_AIMING: Final = _claims("has-goal", "has-objective")


def _lacking(said: Said) -> bool:
    """True where a body, a group or people lack something (and not, say, a system)."""
    return said.claim in _LACKS and all(kinds & _ACTING for kinds in said.about.values())


def _theme(said: Said) -> Reported:
    yield said.theme or OUTSIDE, PRESENT


def _system(said: Said) -> Reported:
    for node, kinds in said.about.items():
        if kinds & _SYSTEMS:
            there = said.claim in _SUBJECT_IS_THERE | _BOTH_ARE_THERE
            yield node, PRESENT if there else SPOKEN
    for node, kinds in said.value.items():
        if kinds & _SYSTEMS:
            there = said.claim in _VALUE_IS_THERE | _BOTH_ARE_THERE
            yield node, ABSENT if _lacking(said) else PRESENT if there else SPOKEN


def _influence(kind: str) -> Callable[[Said], Reported]:
    """Barriers or enablers: what a finding of that kind names as one, whether there or lacking."""

    def report(said: Said) -> Reported:
        if said.kind != KK + kind:
            return
        if _lacking(said):
            for node in said.value:
                yield node, ABSENT
            return
        named = [n for n, kinds in said.about.items() if not kinds & _ACTING]
        for node in named or said.value:
            yield node, PRESENT

    return report


def _collaboration(said: Said) -> Reported:
    joining = said.claim in _JOINING
    for nodes in (said.about, said.value):
        for node, kinds in nodes.items():
            if joining and node != said.scope:
                yield node, PRESENT
            elif kinds & _COLLABORATIONS:
                yield node, ABSENT if _lacking(said) else PRESENT


def _goal(said: Said) -> Reported:
    for node, kinds in said.value.items():
        if KK + "Goal" in kinds:
            yield node, PRESENT if said.claim in _AIMING else SPOKEN


KINDS: Final[dict[str, Kind]] = {
    k.name: k
    for k in (
        Kind(
            "theme",
            {"en": "Themes", "th": "แก่นเรื่อง"},
            {
                "en": "Present means that something is asserted under the theme that its source "
                "gives it.",
                "th": "“มี” หมายความว่ามีข้อความที่กล่าวยืนยันภายใต้แก่นเรื่องที่แหล่งข้อมูลจัดไว้",
            },
            _theme,
        ),
        Kind(
            "system",
            {"en": "Systems and technologies", "th": "ระบบและเทคโนโลยี"},
            {
                "en": "Present means that the system is said to be used, supplied, listed or run "
                "over a network. To plan it or to give it importance is not to have it.",
                "th": "“มี” หมายความว่ามีการกล่าวว่าใช้ ได้รับ อยู่ในรายการ หรือทำงานผ่านเครือข่าย "
                "การวางแผนหรือการให้ความสำคัญยังไม่ถือว่ามี",
            },
            _system,
        ),
        Kind(
            "barrier",
            {"en": "Barriers", "th": "อุปสรรค"},
            {
                "en": "Present means that the condition is reported as a barrier, absent that its "
                "lack is the barrier.",
                "th": "“มี” หมายความว่ามีการรายงานว่าเงื่อนไขนี้เป็นอุปสรรค "
                "“ไม่มี” หมายความว่าการขาดเงื่อนไขนี้เป็นอุปสรรค",
            },
            _influence("barrierKind"),
        ),
        Kind(
            "enabler",
            {"en": "Enablers", "th": "ปัจจัยเอื้อ"},
            {
                "en": "Present means that the condition is reported as an enabler, absent that it "
                "is reported to be lacking.",
                "th": "“มี” หมายความว่ามีการรายงานว่าเงื่อนไขนี้เป็นปัจจัยเอื้อ "
                "“ไม่มี” หมายความว่ามีการรายงานว่าขาดเงื่อนไขนี้",
            },
            _influence("enablerKind"),
        ),
        Kind(
            "collaboration",
            {"en": "Collaboration", "th": "ความร่วมมือ"},
            {
                "en": "Present means that the form of collaboration, or work together with this "
                "partner, is reported.",
                "th": "“มี” หมายความว่ามีการรายงานรูปแบบความร่วมมือนี้ หรือการทำงานร่วมกับภาคีนี้",
            },
            _collaboration,
        ),
        Kind(
            "goal",
            {"en": "Goals", "th": "เป้าหมาย"},
            {
                "en": "Present means that the goal is stated, not that it was reached. What is "
                "only believed or expected is shown and does not count.",
                "th": "“มี” หมายความว่ามีการระบุเป้าหมายนี้ มิใช่ว่าบรรลุแล้ว "
                "สิ่งที่เป็นเพียงความเชื่อหรือความคาดหวังแสดงไว้แต่ไม่นับ",
            },
            _goal,
            ("asserted", "goal"),
        ),
    )
}
ADDABLE: Final = ("tendency", "estimate", "preliminary")
"""Hedges that may be counted as reports on request: they qualify what is, not what is hoped."""
