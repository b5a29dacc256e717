"""What every peer runs, and how it is timed.

The sizes of the cases, their weights and data (the same numbers for every
framework), the clock, and the JSON report. No framework is imported here, so
that a peer can set its threads first and pays for its own imports only.
"""

import argparse
import dataclasses
import json
import os
import platform
import re
import statistics
import sys
import time

import numpy as np

HIDDEN = (200, 200)
LEARNING_RATE = 1e-3
CHECK_STEPS = 10  # the loss after so many Adam steps is compared between peers


@dataclasses.dataclass(frozen=True)
class TrainStep:
    """One optimizer step: the forward pass, the gradients, Adam with L2."""

    dim: int
    batch: int
    weight_decay: float
    model: str = "hnn"  # or "baseline": the field itself is the output


TRAIN_STEPS = {
    "train-step/spring": TrainStep(dim=2, batch=750, weight_decay=1e-4),
    "train-step/spring-baseline": TrainStep(dim=2, batch=750, weight_decay=1e-4, model="baseline"),
    "train-step/two-body": TrainStep(dim=8, batch=200, weight_decay=0.0),
    "train-step/three-body": TrainStep(dim=12, batch=600, weight_decay=1e-4),
}
# The pixel pendulum: an autoencoder of two frames of 28 x 28 with the HNN between.
PIXELS = "train-step/pixel-pendulum"
PIXEL_BATCH, PIXEL_WEIGHT_DECAY = 200, 1e-5
PIXEL_LAYERS = (1568, 200, 200, 200, 2)
FIELD = "field/batch-1"
ROLLOUT = "rollout/spring"
CASES = [*TRAIN_STEPS, PIXELS, FIELD, ROLLOUT]

ROLLOUT_SPAN = (0.0, 20.0)
ROLLOUT_POINTS = 100


def orthogonal_weights(dim, outputs=1, seed=0):
    """Float64 layers [(W, b), ..., (w, None)], W as [out, in].

    Orthogonal with gain 1, biases uniform in +-1/sqrt(in) as PyTorch's Linear
    draws them, none on the last layer.
    """
    random = np.random.default_rng(seed)
    sizes = (dim, *HIDDEN, outputs)
    layers = []
    for fan_in, fan_out in zip(sizes, sizes[1:]):
        tall = random.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out)))
        q, r = np.linalg.qr(tall)
        q *= np.sign(np.diag(r))
        weight = q if fan_out >= fan_in else q.T
        bound = fan_in**-0.5
        layers.append((np.ascontiguousarray(weight), random.uniform(-bound, bound, fan_out)))
    layers[-1] = (layers[-1][0], None)
    return layers


def load_weights(path):
    """Layers of a tanh network as in orthogonal_weights, from .npz or .safetensors.

    Tensors are named NAME.weight and NAME.bias, where NAMEs differ in a number
    and are taken in its order. Of a last layer with several outputs the last is
    the Hamiltonian, as in the authors' two-output networks.
    """
    if path.endswith(".safetensors"):
        from safetensors.numpy import load_file

        tensors = load_file(path)
    else:
        with np.load(path) as archive:
            tensors = {name: archive[name] for name in archive.files}
    numbered = {}
    for name, tensor in tensors.items():
        match = re.search(r"(\d+)\.(weight|bias)$", name)
        if match:
            numbered.setdefault(int(match[1]), {})[match[2]] = np.asarray(tensor, np.float64)
    layers = [(layer["weight"], layer.get("bias")) for _, layer in sorted(numbered.items())]
    if not layers:
        sys.exit(f"{path}: no tensors named like layers.0.weight")
    for (above, _), (below, _) in zip(layers, layers[1:]):
        if above.shape[0] != below.shape[1]:
            sys.exit(f"{path}: a layer of {above.shape[0]} outputs feeds one of {below.shape[1]} inputs")
    last, bias = layers[-1]
    if bias is not None:
        sys.exit(f"{path}: the last layer has a bias; a Hamiltonian has none")
    layers[-1] = (last[-1:], None)
    return layers


def training_batch(case, seed=1):
    """States and their time derivatives, [batch, dim] each, of the oscillator
    H = |q|^2 + |p|^2. A step's time does not depend on the values."""
    x = np.random.default_rng(seed).uniform(-1, 1, (case.batch, case.dim))
    q, p = np.split(x, 2, axis=1)
    return x, np.concatenate([2 * p, -2 * q], axis=1)


def pixel_batch(seed=3):
    """Observations and the next ones, [batch, 1568] each: pictures that are zero but
    for a bar, as the pendulum's are."""
    random = np.random.default_rng(seed)
    x = np.zeros((2, PIXEL_BATCH, 2, 28, 28), np.float32)
    for row in range(PIXEL_BATCH):
        at = random.integers(4, 20)
        for step in range(2):
            for frame in range(2):
                x[step, row, frame, 2:22, at + step + frame : at + step + frame + 3] = 0.8
    return x.reshape(2, PIXEL_BATCH, -1)


def spring_weights(samples=2000, seed=2):
    """A network of the mass on a spring, H = q^2 + p^2, without training.

    The field is linear in the last layer, which is fitted by least squares; the
    hidden layers stay as drawn. The rollout needs a network that has learned
    something: the flow of a random one is slow and takes 38 evaluations, this
    one's 3,362 (scipy's RK45 at 1e-9).
    """
    layers = orthogonal_weights(2)
    # Two inputs to 200 units leave tanh almost linear; stronger first weights give
    # features from which smaller last weights make the same field.
    layers[0] = (3 * layers[0][0], layers[0][1])
    (w1, b1), (w2, b2), _ = layers
    x = np.random.default_rng(seed).uniform(-1.2, 1.2, (samples, 2))
    a1 = np.tanh(x @ w1.T + b1)
    a2 = np.tanh(a1 @ w2.T + b2)
    # Row (sample, i) of the design matrix: d a2 / d x_i; the target is dH/dx_i.
    hidden = np.einsum("nj,jk,nk,ki->nij", 1 - a2**2, w2, 1 - a1**2, w1, optimize=True)
    ridge = 1e-2 * np.eye(hidden.shape[-1])  # norm 18; the field is within 2e-3 of the spring's
    design = np.concatenate([hidden.reshape(2 * samples, -1), ridge])
    target = np.concatenate([2 * x.ravel(), np.zeros(len(ridge))])
    layers[-1] = (np.linalg.lstsq(design, target)[0][None], None)
    return layers


def hamiltonian_layers(args):
    """The two-dimensional network of the field and rollout cases."""
    layers = load_weights(args.weights) if args.weights else spring_weights()
    if layers[0][0].shape[1] != 2:
        sys.exit(f"{args.weights}: needs a network of a two-dimensional system (q, p)")
    return layers


def parser(description):
    """The options that every peer takes."""
    p = argparse.ArgumentParser(description=description)
    p.add_argument("--threads", type=int, default=2, help="cores to use (default 2)")
    p.add_argument(
        "--case", action="append", default=[], metavar="NAME[:PRECISION[:VARIANT]]",
        help=f"run this only; may be repeated. Names: {', '.join(CASES)}",
    )
    p.add_argument("--repeat", type=int, default=15, help="samples a timing at most; the median is reported (default 15)")
    p.add_argument("--weights", help="weights for field and rollout, .npz or .safetensors")
    p.add_argument("--x0", default="0.6,0.4", help="initial state q,p of the rollout (default 0.6,0.4)")
    p.add_argument("--rtol", type=float, default=1e-9, help="relative tolerance of the rollout (default 1e-9)")
    p.add_argument("--atol", type=float, default=1e-9, help="absolute tolerance of the rollout (default 1e-9)")
    return p


def initial_state(args):
    try:
        q, p = (float(v) for v in args.x0.split(","))
    except ValueError:
        sys.exit(f"--x0 {args.x0}: give two numbers, q,p")
    return np.array([q, p])


SAMPLE_SECONDS = 0.02  # a sample lasts at least so long
TIMING_SECONDS = 2.0  # and a timing ends after so long, with MIN_SAMPLES at the least
MIN_SAMPLES = 3


def measure(call, repeat, work=1):
    """Median and fastest time over samples of one or more calls each, divided by
    the amount of work (steps, evaluations) in one call.

    The calls before the samples are not counted: they fill caches and start
    thread pools.
    """
    start = time.perf_counter()
    call()
    end = time.perf_counter()
    inner = max(1, int(SAMPLE_SECONDS / (end - start)))
    samples = []
    deadline = end + TIMING_SECONDS
    while len(samples) < repeat and (len(samples) < MIN_SAMPLES or end < deadline):
        start = time.perf_counter()
        for _ in range(inner):
            call()
        end = time.perf_counter()
        samples.append((end - start) / (inner * work))
    return {"seconds": statistics.median(samples), "fastest": min(samples), "samples": len(samples)}


class Report:
    """Collects timings and prints them as one JSON object."""

    def __init__(self, peer, args):
        for case in args.case:
            if case.partition(":")[0] not in CASES:
                sys.exit(f"--case {case}: there is no such case; choose from {', '.join(CASES)}")
        self.args = args
        self.out = {
            "peer": peer,
            "threads": args.threads,
            "environment": {
                name: os.environ[name]
                for name in sorted(os.environ)
                if re.match(r"(OMP|MKL|OPENBLAS|KMP|GOMP|XLA)_", name)
            },
            "versions": {"python": platform.python_version(), "numpy": np.__version__},
            "blas": [],
            "cases": [],
            "skipped": [],
        }

    def wants(self, case, precision, variant):
        wanted = (case, precision, variant)
        return not self.args.case or any(wanted[: len(w)] == w for w in (tuple(c.split(":")) for c in self.args.case))

    def run(self, case, precision, variant, build, *, plain=False, work=1):
        """Builds, checks and times one variant.

        build() returns (call, check). One call does the work of `work` steps or
        evaluations. check() returns {"check": numbers that must agree between
        variants and peers, ...}. plain marks the variant that most users would
        write. A variant that the framework cannot do is skipped with its reason,
        and the others go on.
        """
        if not self.wants(case, precision, variant):
            return
        start = time.perf_counter()
        try:
            call, check = build()
            facts = check()
        except Exception as error:  # whatever a compiler raises is its reason
            reason = str(error).strip().splitlines()
            self.skip(case, precision, variant, f"{type(error).__name__}: {reason[0] if reason else ''}"[:300])
            return
        prepared = time.perf_counter() - start
        self.out["cases"].append({
            "name": case, "precision": precision, "threads": self.args.threads,
            "variant": variant, "plain": plain, **facts,
            "prepare_seconds": prepared, **measure(call, self.args.repeat, work),
        })

    def skip(self, case, precision, variant, reason):
        """Notes a case that a peer does not do."""
        if self.wants(case, precision, variant):
            self.out["skipped"].append({"name": case, "precision": precision, "variant": variant, "reason": reason})

    def print(self):
        if not self.out["cases"] and not self.out["skipped"]:
            sys.exit("nothing to run: no variant is named so")
        try:
            from threadpoolctl import threadpool_info

            self.out["blas"] = [
                {key: pool.get(key) for key in ("user_api", "internal_api", "version", "architecture", "num_threads", "threading_layer")}
                for pool in threadpool_info()
            ]
        except ImportError:
            self.out["blas"] = "unknown: threadpoolctl is not installed"
        json.dump(self.out, sys.stdout, indent=1)
        print()
