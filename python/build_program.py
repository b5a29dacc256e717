"""Compiles hnn into the wheel where Go is there, and marks the wheel as one for this platform.

HNN_PROGRAM and HNN_PLATFORM, which a release sets, give a program that is there already and the
platform that it is for.
"""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        built, platform = os.environ.get("HNN_PROGRAM"), os.environ.get("HNN_PLATFORM")
        if built and platform:
            self.take(Path(built), platform, build_data)
            return
        source = Path(self.root).parent
        if version == "editable" or not shutil.which("go") or not (source / "go.mod").is_file():
            return
        name = "hnn.exe" if os.name == "nt" else "hnn"
        program = Path(self.directory) / name
        program.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", str(program.resolve()), "./cmd/hnn"],
            cwd=source, check=True, env={**os.environ, "CGO_ENABLED": "0"},
        )
        self.take(program, sysconfig.get_platform().replace("-", "_").replace(".", "_"), build_data)

    @staticmethod
    def take(program, platform, build_data):
        build_data["force_include"][str(program)] = f"hnn/bin/{program.name}"
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{platform}"
