"""A trained model: its field and energy on arrays, and rollouts by the program."""

from __future__ import annotations

import csv
import functools
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import differentiable
from .executable import HnnError, run

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Rollout:
    """What a model did from one initial state.

    t: times, of shape [T]. x: states, [T, d]. columns: the names of the d components.
    energy_change: how much the learned H changed since the start, [T], and true_energy: the H of the
    known system that the data were drawn from, [T]; None where there is none.
    """

    t: Array
    x: Array
    columns: Sequence[str]
    energy_change: Array | None = None
    true_energy: Array | None = None

    def to_frame(self) -> Any:
        """A pandas DataFrame with the times, states and energies as columns."""
        import pandas

        columns: dict[str, Array] = {"t": self.t}
        columns.update({name: self.x[:, j] for j, name in enumerate(self.columns)})
        for name in ("energy_change", "true_energy"):
            if getattr(self, name) is not None:
                columns[name] = getattr(self, name)
        return pandas.DataFrame(columns)


class Model:
    """A trained model of a run directory; see load."""

    def __init__(self, path: str | os.PathLike[str]):
        self.path = Path(path)
        """The run's directory."""
        about = json.loads(run("inspect", str(self.path), "--json"))[0]
        self.columns: list[str] = about["columns"]
        """The names of a state's components: positions, then momenta."""
        self.about: dict[str, Any] = about
        """What ``hnn inspect --json`` says of the run."""
        self.inputs: list[str] = about.get("inputs") or []
        """The names of what acts on the system from outside."""

    def __repr__(self) -> str:
        return f"hnn.Model({str(self.path)!r}, columns={self.columns})"

    @property
    def results(self) -> dict[str, Any]:
        """The run's numbers, as its results.json has them."""
        return json.loads((self.path / "results.json").read_text(encoding="utf-8"))

    @functools.cached_property
    def source(self) -> str:
        """The model as a Python module that needs NumPy alone: what ``hnn export --to python`` writes."""
        with tempfile.TemporaryDirectory() as folder:
            run("export", str(self.path), "--to", "python", "--out", folder)
            return (Path(folder) / "model.py").read_text(encoding="utf-8")

    @functools.cached_property
    def _module(self) -> ModuleType:
        module = ModuleType("hnn_exported")
        exec(compile(self.source, f"{self.path}/model.py", "exec"), module.__dict__)  # noqa: S102: the program wrote it
        return module

    def _checked(self, x: ArrayLike) -> Array:
        a = np.asarray(x, dtype=np.float64)
        if a.ndim == 0 or a.shape[-1] != len(self.columns):
            raise ValueError(f"x has the shape {a.shape}; its last axis is a state of {len(self.columns)} numbers ({', '.join(self.columns)})")
        return a

    def field(self, x: ArrayLike, u: ArrayLike | None = None) -> Array:
        """dx/dt of states x, [..., d], under inputs u, [..., inputs], zero where None."""
        return self._module.field(self._checked(x), u)

    def energy(self, x: ArrayLike) -> Array:
        """The learned energy H, [...], of states x, [..., d]; known up to a constant."""
        if not hasattr(self._module, "energy"):
            raise HnnError(f"{self.path}: this model has no energy: it conserves nothing")
        return self._module.energy(self._checked(x))

    def simulate(
        self,
        x0: ArrayLike,
        to: float | None = None,
        *,
        times: ArrayLike | None = None,
        start: float = 0.0,
        steps: int = 100,
        method: str = "auto",
        step: float | None = None,
        rtol: float | None = None,
        atol: float | None = None,
        u: ArrayLike | None = None,
    ) -> Rollout:
        """Integrates from the state x0, [d].

        Either to, the last time, from start in as many intervals as steps; or times, [T], the first being
        that of x0. method, step, rtol and atol are those of ``hnn simulate``, which chooses where they are
        not given. u: inputs that stay, [inputs], or one row for each time, [T, inputs], linear between.
        """
        state = self._checked(x0)
        if state.ndim != 1:
            raise ValueError(f"x0 has the shape {state.shape}; give one state")
        if (to is None) == (times is None):
            raise ValueError("give either to or times")
        at = np.linspace(start, float(to), steps + 1) if to is not None else np.asarray(times, dtype=np.float64)  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "rollout.npz")
            arguments = ["simulate", str(self.path), "--x0=" + _listed(state), "--times=" + _listed(at), "--method", method, "--out", out, "--quiet"]
            for name, value in (("step", step), ("rtol", rtol), ("atol", atol)):
                if value is not None:
                    arguments += [f"--{name}", repr(float(value))]
            if u is not None:
                arguments += ["--input=" + self._input(np.asarray(u, dtype=np.float64), at, folder)]
            run(*arguments)
            with np.load(out) as data:
                arrays = {name: np.asarray(data[name], dtype=np.float64) for name in data.files}
        return Rollout(arrays["t"], arrays["x"], self.columns, arrays.get("energy_change"), arrays.get("true_energy"))

    def _input(self, u: Array, times: Array, folder: str) -> str:
        if u.shape == (len(self.inputs),):
            return _listed(u)
        if u.shape != (len(times), len(self.inputs)):
            raise ValueError(f"u has the shape {u.shape}; give [{len(self.inputs)}] or [{len(times)}, {len(self.inputs)}]: {', '.join(self.inputs)}")
        path = os.path.join(folder, "input.csv")
        with open(path, "w", newline="", encoding="utf-8") as f:
            rows = csv.writer(f)
            rows.writerow(["t", *self.inputs])
            rows.writerows([repr(float(v)) for v in (t, *row)] for t, row in zip(times, u, strict=True))
        return path

    def to_torch(self, dtype: Any = None, device: Any = None) -> Any:
        """The model as a torch.nn.Module in torch.float64 or another dtype.

        Called with states, [..., d], and inputs it returns dx/dt; its method energy returns H. Autograd goes
        through both. Needs torch.
        """
        return differentiable.torch_module(self.source, dtype, device)

    def to_jax(self) -> Any:
        """The model as functions of JAX: an object with field(x, u=None) and energy(x), for jit, grad and vmap.

        In double precision where jax_enable_x64 is set. Needs jax.
        """
        return differentiable.jax_functions(self.source)


def _listed(values: Array) -> str:
    return ",".join(repr(float(v)) for v in values)


def load(path: str | os.PathLike[str]) -> Model:
    """Opens a run directory that ``train`` or ``hnn train`` has left."""
    return Model(path)
