"""The exported NumPy module with the functions of another library in NumPy's place.

What ``hnn export --to python`` writes calls some thirty functions of NumPy on arrays. With those of torch
or JAX under the same names it computes the same, and its derivatives can be taken.
"""

from __future__ import annotations

import contextlib
from types import SimpleNamespace
from typing import Any


def _executed(source: str, numpy: Any) -> SimpleNamespace:
    model = source.split("\nMETHODS = ")[0]  # the steps after it are NumPy's
    names: dict[str, Any] = {"np": numpy}
    model = model.replace("import numpy as np\n", "").replace("import math\n", "")
    exec(compile(model, "model.py", "exec"), names)  # noqa: S102: the program wrote it
    return SimpleNamespace(**{k: names[k] for k in ("field", "energy", "encode", "decode") if k in names})


def torch_module(source: str, dtype: Any = None, device: Any = None) -> Any:
    """See Model.to_torch."""
    import torch

    dtype = dtype or torch.float64

    def tensor(v: Any, *_: Any, **__: Any) -> Any:
        return torch.as_tensor(v, dtype=dtype, device=device)

    def binary(function: Any) -> Any:
        return lambda a, b: function(tensor(a), tensor(b))

    numpy = SimpleNamespace(
        float64=float, float32=float, array=tensor, asarray=tensor, zeros=lambda n, *_: torch.zeros(n, dtype=dtype, device=device),
        atleast_1d=torch.atleast_1d, broadcast_shapes=torch.broadcast_shapes, broadcast_to=torch.broadcast_to,
        concatenate=lambda parts, axis: torch.cat(list(parts), dim=axis), errstate=lambda **_: contextlib.nullcontext(),
        vectorize=lambda *_, **__: torch.special.erfc,  # of math.erfc, the only one
        maximum=binary(torch.maximum), minimum=binary(torch.minimum), power=binary(torch.pow),
        **{name: getattr(torch, name) for name in ("abs", "cos", "cosh", "exp", "expm1", "log", "log1p", "sin", "sinh", "sqrt", "tan", "tanh")},
    )
    functions = _executed(source.replace(".astype(REAL)", ".to(np.dtype)").replace("math.erfc", "None"), numpy)
    numpy.dtype = dtype

    class Field(torch.nn.Module):
        """dx/dt of states, and their energy."""

        def forward(self, x: Any, u: Any = None) -> Any:
            return functions.field(x, u)

        def energy(self, x: Any) -> Any:
            return functions.energy(x)

    return Field()


def jax_functions(source: str) -> Any:
    """See Model.to_jax."""
    import jax
    import jax.numpy as jnp

    class Numpy:
        """jax.numpy with what it has under other names."""

        errstate = staticmethod(lambda **_: contextlib.nullcontext())
        vectorize = staticmethod(lambda *_, **__: jax.scipy.special.erfc)  # of math.erfc, the only one
        float64 = jnp.float64 if jax.config.jax_enable_x64 else jnp.float32
        float32 = jnp.float32

        def __getattr__(self, name: str) -> Any:
            return getattr(jnp, name)

    return _executed(source.replace("math.erfc", "None"), Numpy())
