"""A small portal on this machine that answers as CKAN's Action API does."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from serving import Reply, Request

ORGANISATIONS = [
    ("o1", "tha-phra", "เทศบาลตำบลท่าพระ จังหวัดขอนแก่น"),
    ("o2", "tha-phra-sao", "องค์การบริหารส่วนตำบลท่าพระ จังหวัดขอนแก่น"),
    ("o3", "sila", "เทศบาลเมืองศิลา จังหวัดขอนแก่น"),
    ("o4", "dga", "สำนักงานพัฒนารัฐบาลดิจิทัล"),
]


def organisation(id_: str, name: str, title: str) -> dict[str, Any]:
    return {"id": id_, "name": name, "title": title, "display_name": title, "type": "organization"}


def package(number: int) -> dict[str, Any]:
    owner = ORGANISATIONS[number % len(ORGANISATIONS)]
    return {
        "id": f"d{number:03}", "name": f"dataset-{number:03}", "title": f"ชุดข้อมูลที่ {number}",
        "owner_org": owner[0], "organization": organisation(*owner),
        "metadata_modified": "2026-05-01T08:00:00.000000", "license_title": "CC BY 4.0",
        "license_url": "https://creativecommons.org/licenses/by/4.0/",
        "resources": [{"format": "CSV"}, {"format": "xlsx"}], "tags": [{"name": "งบประมาณ"}],
    }  # fmt: skip


@dataclass
class Ckan:
    """``rows`` is the portal's own limit of a page, ``first`` replies are given before any other.

    ``listed`` may be False: the portal then keeps its organisations to itself.
    """

    packages: list[dict[str, Any]]
    rows: int = 1000
    listed: bool = True
    prefix: str = ""
    first: list[Reply] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)

    def __call__(self, request: Request) -> Reply:
        if self.first:
            return self.first.pop(0)
        base = f"{self.prefix}/api/3/action/"
        if not request.path.startswith(base):
            return Reply("<!DOCTYPE html><title>Portal</title>", 404, "text/html; charset=utf-8")
        action = request.path.removeprefix(base)
        if action == "package_search":
            return self._search(request)
        if action == "organization_list" and self.listed:
            start = int(request.query.get("offset", 0))
            page = ORGANISATIONS[start : start + min(int(request.query["limit"]), 2)]
            return said([organisation(*o) for o in page])
        if action == "organization_list":
            return refused("Authorization Error", "Access denied", 403)
        return Reply(json.dumps(f"Bad request - Action name not known: {action}"), 400)

    def _search(self, request: Request) -> Reply:
        rows, start = int(request.query.get("rows", 10)), int(request.query.get("start", 0))
        if "q" in request.query and request.query["q"].startswith("{"):
            return refused("Search Query Error", "Can't parse the query", 409)
        found = sorted(self.packages, key=lambda p: p["name"])
        count = self.counts.pop(0) if self.counts else len(found)
        page = found[start : start + min(rows, self.rows)]
        return said({"count": count, "sort": "name asc", "results": page})


def said(result: Any) -> Reply:
    return Reply(json.dumps({"help": "…", "success": True, "result": result}, ensure_ascii=False))


def refused(kind: str, message: str, status: int) -> Reply:
    error = {"__type": kind, "message": message}
    return Reply(json.dumps({"help": "…", "success": False, "error": error}), status)
