"""Style, script and editor: small files kept in memory, at addresses that name their content."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.resources import files
from typing import Final

PATH: Final = "/assets"
EDITOR: Final = ("yasgui.min.js", "yasgui.min.css")
_MEDIA: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
}
_LINE: Final = "\n"


@lru_cache(maxsize=1)
def held() -> dict[str, bytes]:
    """The content by name. The style is the report's, the heat map's and the pages' own."""
    own = files("kkgraph.web.pages").joinpath("assets")
    report = files("kkgraph.report")
    style = [
        report.joinpath("style.css").read_text(encoding="utf-8"),
        report.joinpath("heatmap.css").read_text(encoding="utf-8"),
        own.joinpath("site.css").read_text(encoding="utf-8"),
    ]
    found = {
        "site.css": _LINE.join(style).encode(),
        "site.js": own.joinpath("site.js").read_bytes(),
        "icon.svg": own.joinpath("icon.svg").read_bytes(),
    }
    return found | yasgui()


@lru_cache(maxsize=1)
def yasgui() -> dict[str, bytes]:
    """The editor's files, where the package was built with them; else none (see hatch_build.py)."""
    folder = files("kkgraph.web.pages").joinpath("assets", "yasgui")
    names = (*EDITOR, "NOTICE.txt")
    if not all(folder.joinpath(name).is_file() for name in names):
        return {}
    return {name: folder.joinpath(name).read_bytes() for name in names}


@lru_cache(maxsize=64)
def address(name: str) -> str:
    """The address of an asset, with the beginning of its hash: it may be kept for ever."""
    digest = hashlib.sha256(held()[name]).hexdigest()[:10]
    return f"{PATH}/{digest}/{name}"


def media(name: str) -> str:
    """The content type of an asset."""
    return _MEDIA[name.rpartition(".")[2]]
