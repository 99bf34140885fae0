"""Compiles the inner loops in ``native/`` into the wheel, where Rust is at hand.

Without Rust, or where the compiler fails, the wheel is pure Python and works as well, at a lower
speed. ``KKGRAPH_NATIVE=0`` leaves them out, ``KKGRAPH_NATIVE=1`` fails where they can't be made.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PLACE = "kkgraph/columnar"


class NativeBuildHook(BuildHookInterface):
    """Adds the compiled library to a wheel, and names the platform in the wheel's tag."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before the wheel is put together; an editable install gets it in ``src``."""
        wish = os.environ.get("KKGRAPH_NATIVE", "")
        if self.target_name != "wheel" or wish == "0":
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
