"""Unnamed groups belong to the source that mentions them: no other case may speak of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pyoxigraph as ox

from kkgraph import names
from kkgraph.cases.records import Case, Place
from kkgraph.model import Problem

_UNNAMED: Final = names.KK + "AnonymousCaseGroup"
_SPEAKING: Final = frozenset(names.KK + p for p in ("scope", "about", "value", "holder"))


def intrusions(case: Case, background: Iterable[ox.Quad]) -> list[Problem]:
    """A problem for each place where a case speaks of another source's unnamed group.

    Whom that group means isn't known, so nobody else can mean the same.
    """
    unnamed = {
        q.subject.value
        for q in background
        if q.predicate.value == names.RDF_TYPE
        and isinstance(q.subject, ox.NamedNode)
        and getattr(q.object, "value", "") == _UNNAMED
    }
    # what the other source says itself may be repeated, as a case does that only reports it
    known = {
        (q.subject, q.predicate, q.object)
        for q in background
        if q.predicate.value in _SPEAKING and getattr(q.object, "value", "") in unnamed
    }
    found = []
    for triple in case.triples:
        group = str(getattr(triple.object, "value", ""))
        if triple.predicate.value not in _SPEAKING or group not in unnamed:
            continue
        if (triple.subject, triple.predicate, triple.object) in known:
            continue
        place = case.located().origins.get(triple, (Place(case.source),))[0]
        found.append(
            Problem(
                "violation",
                {
                    "en": f"The unnamed group {names.compact(group)} belongs to another source. "
                    "Nobody knows whom it means, so make a group of your own for the "
                    "municipalities that your source leaves unnamed.",
                    "th": f"กลุ่มที่ไม่ระบุชื่อ {names.compact(group)} เป็นของแหล่งข้อมูลอื่น "
                    "จึงไม่มีใครทราบว่าหมายถึงที่ใด โปรดสร้างกลุ่มของท่านเองสำหรับเทศบาลที่แหล่งข้อมูลของท่านไม่ระบุชื่อ",
                },
                str(getattr(triple.subject, "value", triple.subject)),
                path=names.compact(triple.predicate.value),
                value=group,
                where=str(place),
            )
        )
    return found
