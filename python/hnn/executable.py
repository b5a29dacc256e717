"""Finds the program and calls it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


class HnnError(RuntimeError):
    """What the program says is wrong."""


def program() -> str:
    """The program that is called: the environment variable HNN, the wheel's own, or hnn on the path."""
    name = "hnn.exe" if os.name == "nt" else "hnn"
    inside = Path(__file__).parent / "bin" / name
    for candidate in (os.environ.get("HNN"), str(inside) if inside.is_file() else None, shutil.which("hnn")):
        if candidate:
            return candidate
    raise HnnError("there is no program hnn: install a wheel that has it inside, put hnn on the path, or name it by the environment variable HNN")


def run(*arguments: str, cwd: str | os.PathLike[str] | None = None) -> str:
    """Runs the program with arguments, as in a shell, and returns what it prints.

    Raises HnnError with the program's own words if it fails.
    """
    done = subprocess.run([program(), *arguments], capture_output=True, text=True, encoding="utf-8", cwd=cwd, check=False)
    if done.returncode != 0:
        raise HnnError(done.stderr.strip() or f"hnn ended with status {done.returncode}")
    return done.stdout
