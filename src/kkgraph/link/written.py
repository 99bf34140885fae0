"""The parts of a name as they stand in its text, before they are known as codes."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Written:
    """Parts of a name while it is read; what isn't said is empty."""

    text: str
    type: str = ""
    name: str = ""
    district: str = ""
    province: str = ""
    subdistrict: str = ""
    whole: str = ""
    territory: bool = False
    others: list[tuple[str, str]] = field(default_factory=list)
