"""Adds to the wheel what is made by other tools: the compiled reader, and the SPARQL editor.

The inner loops in ``native/`` are compiled where Rust is at hand. Without Rust, or where the
compiler fails, the wheel is pure Python and works as well, at a lower speed. ``KKGRAPH_NATIVE=0``
leaves them out, ``KKGRAPH_NATIVE=1`` fails where they can't be made.

The editor of the SPARQL page is one release of YASGUI, fetched once with npm and checked by its
hash; whoever installs the wheel needs no Node. Without npm, or without a network, the page has a
plain text area. ``KKGRAPH_YASGUI=0`` leaves it out, ``KKGRAPH_YASGUI=1`` fails where it can't be
had.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sysconfig
import tarfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PLACE = "kkgraph/columnar"
_EDITOR_PLACE = "kkgraph/web/pages/assets/yasgui"
_EDITOR = "@zazuko/yasgui"
_EDITOR_VERSION = "4.6.2"
_EDITOR_SHA512 = (
    "Zw45KdPoAE1KRaAoxIHdQqeJxvaVG1oQdntw0hy0ktX35Zu8ZccuOLrXCLwR+GU+0xMzLw8Mjw6BkSZV2vUuQw=="
)
_EDITOR_FILES = ("yasgui.min.js", "yasgui.min.css")
_EDITOR_WAIT_S = 45
_EDITOR_PATIENCE = ("--fetch-retries=1", "--fetch-timeout=15000", "--fetch-retry-maxtimeout=3000")
_NOTICE = f"""The files yasgui.min.js and yasgui.min.css are YASGUI {_EDITOR_VERSION}, unchanged,
from the npm package {_EDITOR} (https://github.com/rdfjs/Yasgui).

YASGUI is by Triply B.V., Zazuko GmbH and contributors, under the MIT licence. Bundled in it are
CodeMirror, jQuery, DataTables, Choices.js, SortableJS, lodash and others (MIT), autoComplete.js
(Apache 2.0) and DOMPurify (Apache 2.0 or MPL 2.0); its package.json names them all.

The MIT licence: Permission is hereby granted, free of charge, to any person obtaining a copy of
this software and associated documentation files (the "Software"), to deal in the Software without
restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions: The above copyright notice and
this permission notice shall be included in all copies or substantial portions of the Software. THE
SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


class MadeBuildHook(BuildHookInterface):
    """Adds the compiled library and the editor to a wheel, and the platform to its tag."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make both before the wheel is put together; an editable install gets them in ``src``."""
        if self.target_name == "wheel":
            self._add_reader(version, build_data)
            self._add_editor(version, build_data)

    def _add_reader(self, version: str, build_data: dict[str, Any]) -> None:
        wish = os.environ.get("KKGRAPH_NATIVE", "")
        if wish == "0":
            return
        try:
            library = self._compile()
        except (OSError, subprocess.CalledProcessError) as error:
            if wish == "1":
                raise
            self.app.display_warning(f"without the compiled reader: {error}")
            return
        name = f"kkgraph_native{library.suffix}"
        if version == "editable":
            place = Path(self.root, "src", _PLACE, name)
            new = place.with_suffix(".new")
            shutil.copyfile(library, new)
            new.replace(place)  # a running program keeps the one that it has open
            return
        build_data["force_include"][str(library)] = f"{_PLACE}/{name}"
        build_data["pure_python"] = False
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"py3-none-{platform}"

    def _add_editor(self, version: str, build_data: dict[str, Any]) -> None:
        wish = os.environ.get("KKGRAPH_YASGUI", "")
        if wish == "0":
            return
        try:
            folder = self._fetch()
        except (OSError, ValueError, tarfile.TarError, subprocess.SubprocessError) as error:
            if wish == "1":
                raise
            self.app.display_warning(f"without the editor of the SPARQL page: {error}")
            return
        for path in sorted(folder.iterdir()):
            if version == "editable":
                place = Path(self.root, "src", _EDITOR_PLACE)
                place.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, place / path.name)
            else:
                build_data["force_include"][str(path)] = f"{_EDITOR_PLACE}/{path.name}"

    def _fetch(self) -> Path:
        """The folder with the editor's files, fetched unless it was before."""
        folder = Path(self.root, "build", "yasgui", _EDITOR_VERSION)
        if folder.is_dir():
            return folder
        npm = shutil.which("npm")
        if npm is None:
            raise FileNotFoundError("there is no npm")
        making = folder.with_name(f"{_EDITOR_VERSION}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        subprocess.run(
            [npm, "pack", "--silent", *_EDITOR_PATIENCE, f"{_EDITOR}@{_EDITOR_VERSION}"],
            cwd=making,
            check=True,
            timeout=_EDITOR_WAIT_S,
            stdout=subprocess.DEVNULL,
        )
        packed = next(making.glob("*.tgz"))
        digest = base64.b64encode(hashlib.sha512(packed.read_bytes()).digest()).decode()
        if digest != _EDITOR_SHA512:
            raise ValueError(f"{packed.name} isn't the release that is expected")
        with tarfile.open(packed) as archive:
            for name in _EDITOR_FILES:
                part = archive.extractfile(f"package/build/{name}")
                if part is None:
                    raise ValueError(f"{packed.name} has no {name}")
                making.joinpath(name).write_bytes(part.read())
        packed.unlink()
        making.joinpath("NOTICE.txt").write_text(_NOTICE, encoding="utf-8")
        making.rename(folder)
        return folder

    def _compile(self) -> Path:
        target = Path(self.root, "build", "native")
        command = ["cargo", "build", "--release", "--offline", "--quiet"]
        manifest = Path(self.root, "native", "Cargo.toml")
        subprocess.run(
            [*command, "--manifest-path", str(manifest), "--target-dir", str(target)], check=True
        )
        for name in ("libkkgraph_native.so", "libkkgraph_native.dylib", "kkgraph_native.dll"):
            library = target / "release" / name
            if library.is_file():
                return library
        raise FileNotFoundError("the compiler gave no library")
