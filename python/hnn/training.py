"""Training from arrays and DataFrames."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .model import Model
from .executable import run


def train(
    data: ArrayLike | Any,
    t: ArrayLike | None = None,
    *,
    dxdt: ArrayLike | None = None,
    out: str | os.PathLike[str] | None = None,
    **settings: Any,
) -> Model:
    """Trains a model of a system that was measured and returns it.

    data: a pandas DataFrame whose columns are named as in a file (time, positions, momenta or velocities,
    trial, derivatives); or an array of states, positions first, of shape [T, d] or [trials, T, d].
    t: the times of an array, [T] or [trials, T], or the step between its rows.
    dxdt: the derivatives of an array's states, where they are known, of its shape.
    out: the run's directory; by default the next one under runs/.
    settings: the flags of ``hnn train``, with _ for -: model="lagrangian", seed=1, angle=["q"], known=True.
    Raises HnnError with what the program says of the data.
    """
    with tempfile.TemporaryDirectory() as folder:
        if hasattr(data, "to_csv"):
            if t is not None or dxdt is not None:
                raise ValueError("of a DataFrame the times and the derivatives are columns")
            path = os.path.join(folder, "data.csv")
            data.to_csv(path, index=False)
        else:
            path = os.path.join(folder, "data.npz")
            np.savez(path, **_arrays(data, t, dxdt))
        # The run reads its rows again later, so they stay: with it, or where the caller is.
        kept = _keep(path, out)
        arguments = ["train", "--data", kept, "--json", *_flags(settings)]
        if out is not None:
            arguments += ["--out", os.fspath(out)]
        try:
            printed = run(*arguments)
        except BaseException:
            os.remove(kept)
            raise
    return Model(json.loads(printed)[0]["dir"])


def _arrays(data: ArrayLike, t: ArrayLike | None, dxdt: ArrayLike | None) -> dict[str, Any]:
    x = np.asarray(data, dtype=np.float64)
    if x.ndim not in (2, 3):
        raise ValueError(f"the states have the shape {x.shape}; give [T, d] or [trials, T, d]")
    if t is None:
        raise ValueError("t is missing: the times of the rows, or the step between them")
    times = np.asarray(t, dtype=np.float64)
    if times.ndim == 0:
        times = times * np.arange(x.shape[-2])
    if times.shape not in (x.shape[-2:-1], x.shape[:-1]):
        raise ValueError(f"t has the shape {times.shape} and the states {x.shape}; give one time for each row")
    arrays = {"t": times, "x": x}
    if dxdt is not None:
        dx = np.asarray(dxdt, dtype=np.float64)
        if dx.shape != x.shape:
            raise ValueError(f"dxdt has the shape {dx.shape} and the states {x.shape}")
        arrays["dx"] = dx
    return arrays


def _keep(path: str, out: str | os.PathLike[str] | None) -> str:
    """Copies a file of rows beside the runs, under a name by its content."""
    with open(path, "rb") as f:
        name = hashlib.sha256(f.read()).hexdigest()[:16]
    folder = os.path.dirname(os.path.abspath(os.fspath(out))) if out is not None else os.path.abspath("runs")
    os.makedirs(os.path.join(folder, "data"), exist_ok=True)
    kept = os.path.join(folder, "data", name + os.path.splitext(path)[1])
    shutil.copyfile(path, kept)
    return kept


def _flags(settings: dict[str, Any]) -> list[str]:
    flags = []
    for name, value in settings.items():
        flag = "--" + name.replace("_", "-")
        if isinstance(value, bool):
            flags.append(f"{flag}={str(value).lower()}")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            flags.append(flag + "=" + ",".join(str(v) for v in value))
        else:
            flags.append(f"{flag}={value}")
    return flags
