"""The training step, the field evaluation and the rollout in PyTorch.

Usable alone:

    python torch_peer.py --threads 2 --case train-step/spring

The variant "eager" is what the authors' code does and most users write. The
others are what PyTorch can do beyond it: a fused or foreach optimizer,
torch.func, the network's gradient written out by hand, torch.compile. All
compute the same numbers, which is checked here through the loss after ten steps.
"""

import sys

import numpy as np
import scipy
import scipy.integrate
import torch
from torch.func import functional_call, grad, vmap

import workload


def set_threads(openmp, blas):
    """Sets the threads of PyTorch's own loops and of its BLAS apart, where it can.

    MKL, the BLAS of the packages on PyPI, runs in PyTorch's own OpenMP pool, and
    PyTorch resets its count to OpenMP's whenever it is set otherwise: with those
    there is one number only. A BLAS with threads of its own (OpenBLAS, in
    distributions' builds) is set through threadpoolctl. Returns the BLAS's
    threads, or None where they follow.
    """
    torch.set_num_threads(openmp)
    if torch.backends.mkl.is_available():
        return None
    from threadpoolctl import threadpool_limits

    threadpool_limits(blas, user_api="blas")
    return blas


class MLP(torch.nn.Module):
    """A tanh network with the given layers; no bias where it is None."""

    def __init__(self, layers, dtype):
        super().__init__()
        self.layers = torch.nn.ModuleList()
        for weight, bias in layers:
            linear = torch.nn.Linear(*weight.T.shape, bias=bias is not None, dtype=dtype)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weight))
                if bias is not None:
                    linear.bias.copy_(torch.from_numpy(bias))
            self.layers.append(linear)

    def forward(self, x):
        for linear in self.layers[:-1]:
            x = torch.tanh(linear(x))
        return self.layers[-1](x)


def symplectic(gradient):
    """(dH/dp, -dH/dq) from (dH/dq, dH/dp), along the last axis."""
    dq, dp = gradient.chunk(2, dim=-1)
    return torch.cat([dp, -dq], dim=-1)


def field_by_autograd(model, x, create_graph=False):
    """x must require its gradient."""
    (gradient,) = torch.autograd.grad(model(x).sum(), x, create_graph=create_graph)
    return symplectic(gradient)


def field_by_func(model, x):
    return symplectic(vmap(grad(lambda row: model(row).squeeze()))(x))


def field_by_hand(model, x):
    """The reverse pass written out, so that training needs one backward pass."""
    activations = []
    for linear in model.layers[:-1]:
        x = torch.tanh(linear(x))
        activations.append(x)
    gradient = model.layers[-1].weight
    for linear, a in zip(reversed(model.layers[:-1]), reversed(activations)):
        gradient = (gradient * (1 - a * a)) @ linear.weight
    return symplectic(gradient)


def functional_adam(case):
    """A whole training step as one function of tensors, for torch.compile.

    The gradient of the loss and the gradient inside it are both torch.func's,
    so that the compiler sees one graph without a double backward pass.
    """
    beta1, beta2, eps = 0.9, 0.999, 1e-8

    def step(model, params, mean, square, count, x, y):
        def loss_of(params):
            def hamiltonian(row):
                return functional_call(model, params, (row,)).squeeze()

            if case.model == "baseline":
                predicted = functional_call(model, params, (x,))
            else:
                predicted = symplectic(vmap(grad(hamiltonian))(x))
            return torch.nn.functional.mse_loss(predicted, y)

        gradients, loss = torch.func.grad_and_value(loss_of)(params)
        count += 1
        with torch.no_grad():
            for name, p in params.items():
                g = gradients[name] + case.weight_decay * p
                mean[name].lerp_(g, 1 - beta1)
                square[name].mul_(beta2).addcmul_(g, g, value=1 - beta2)
                denominator = (square[name] / (1 - beta2**count)).sqrt_().add_(eps)
                p.sub_(workload.LEARNING_RATE * (mean[name] / (1 - beta1**count)) / denominator)
        return loss

    return step


def descent(optimizer, loss_of):
    """One step of an optimizer."""

    def step():
        loss = loss_of()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        return loss

    return step


def checked(step):
    """A step, and the check that takes the first steps before the timing."""

    def check():
        for _ in range(workload.CHECK_STEPS):
            loss = step()
        return {"check": [loss.item()]}

    return step, check


def train_variant(case, loss_kind, adam, compiled):
    """Builds one training step. adam: the keyword of torch.optim.Adam."""

    def build():
        torch._dynamo.reset()
        outputs = 1 if case.model == "hnn" else case.dim
        model = MLP(workload.orthogonal_weights(case.dim, outputs), torch.float32)
        x, y = (torch.from_numpy(a).float() for a in workload.training_batch(case))
        x.requires_grad_(case.model == "hnn" and loss_kind == "autograd")

        if adam == "functional":
            params = {name: p.detach().clone() for name, p in model.named_parameters()}
            mean = {name: torch.zeros_like(p) for name, p in params.items()}
            square = {name: torch.zeros_like(p) for name, p in params.items()}
            count = torch.zeros(())
            whole = torch.compile(functional_adam(case))

            def step():
                return whole(model, params, mean, square, count, x, y)

        else:
            optimizer = torch.optim.Adam(
                model.parameters(), workload.LEARNING_RATE, weight_decay=case.weight_decay, **adam
            )

            def loss_of(x, y):
                if case.model == "baseline":
                    predicted = model(x)
                elif loss_kind == "autograd":
                    predicted = field_by_autograd(model, x, create_graph=True)
                elif loss_kind == "func":
                    predicted = field_by_func(model, x)
                else:
                    predicted = field_by_hand(model, x)
                return torch.nn.functional.mse_loss(predicted, y)

            loss_function = torch.compile(loss_of) if compiled else loss_of

            step = descent(optimizer, lambda: loss_function(x, y))

        return checked(step)

    return build


TRAIN_VARIANTS = {
    # variant: (gradient inside the loss, Adam, compiled)
    "eager": ("autograd", {}, False),
    "eager, foreach Adam": ("autograd", {"foreach": True}, False),
    "eager, fused Adam": ("autograd", {"fused": True}, False),
    "torch.func, fused Adam": ("func", {"fused": True}, False),
    "by hand, fused Adam": ("by hand", {"fused": True}, False),
    "compile autograd, fused Adam": ("autograd", {"fused": True}, True),
    "compile torch.func, fused Adam": ("func", {"fused": True}, True),
    "compile by hand, fused Adam": ("by hand", {"fused": True}, True),
    "compile whole step": ("func", "functional", True),
}
# A baseline has no gradient inside its loss, so there is less to vary.
BASELINE_VARIANTS = ["eager", "eager, foreach Adam", "eager, fused Adam", "compile by hand, fused Adam", "compile whole step"]


def run_training(report):
    for name, case in workload.TRAIN_STEPS.items():
        variants = TRAIN_VARIANTS if case.model == "hnn" else BASELINE_VARIANTS
        for variant in variants:
            report.run(name, "float32", variant, train_variant(case, *TRAIN_VARIANTS[variant]), plain=variant == "eager")


class Autoencoder(torch.nn.Module):
    """The authors' MLPAutoencoder: relu, residual where layers are equally wide."""

    def __init__(self):
        super().__init__()
        sizes = workload.PIXEL_LAYERS
        widths = [*zip(sizes, sizes[1:]), *zip(sizes[::-1], sizes[::-1][1:])]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(a, b) for a, b in widths)
        for linear in self.layers:
            torch.nn.init.orthogonal_(linear.weight)

    @staticmethod
    def half(layers, x):
        h = torch.relu(layers[0](x))
        h = h + torch.relu(layers[1](h))
        h = h + torch.relu(layers[2](h))
        return layers[3](h)

    def encode(self, x):
        return self.half(self.layers[:4], x)

    def decode(self, z):
        return self.half(self.layers[4:], z)


def pixel_variant(adam):
    """One step of the authors' pixel pendulum (experiment-pixels/train.py)."""

    def build():
        torch.manual_seed(0)
        pictures, hnn = Autoencoder(), MLP(workload.orthogonal_weights(2), torch.float32)
        optimizer = torch.optim.Adam(
            [*pictures.parameters(), *hnn.parameters()], workload.LEARNING_RATE, weight_decay=workload.PIXEL_WEIGHT_DECAY, **adam
        )
        x, x_next = (torch.from_numpy(a) for a in workload.pixel_batch())

        def loss_of():
            z = pictures.encode(x)
            loss = ((x - pictures.decode(z)) ** 2).mean()
            z_next = pictures.encode(x_next)
            q, p = z.chunk(2, dim=1)
            q_next, _ = z_next.chunk(2, dim=1)
            loss = loss + ((p - (q_next - q)) ** 2).mean()
            return loss + 0.1 * ((z_next - z - field_by_autograd(hnn, z, create_graph=True)) ** 2).mean()

        return checked(descent(optimizer, loss_of))

    return build


def run_pixels(report):
    for variant, adam in {"eager": {}, "eager, foreach Adam": {"foreach": True}, "eager, fused Adam": {"fused": True}}.items():
        report.run(workload.PIXELS, "float32", variant, pixel_variant(adam), plain=variant == "eager")


def compiled_by_hand(model):
    """The field as one compiled graph without autograd."""
    torch._dynamo.reset()
    compiled = torch.compile(field_by_hand)

    def field(x):
        with torch.inference_mode():
            return compiled(model, x)

    return field


def by_hand(model):
    def field(x):
        with torch.inference_mode():
            return field_by_hand(model, x)

    return field


def by_autograd(model):
    def field(x):
        return field_by_autograd(model, x)

    return field


def by_func(model):
    def field(x):
        return field_by_func(model, x).detach()

    return field


FIELD_VARIANTS = {"eager": by_autograd, "torch.func": by_func, "by hand": by_hand, "compile by hand": compiled_by_hand}


def run_field(report, layers, x0):
    """One state in, one derivative out, both tensors."""
    for dtype in (torch.float32, torch.float64):
        precision = str(dtype).removeprefix("torch.")
        for variant, make in FIELD_VARIANTS.items():

            def build():
                field = make(MLP(layers, dtype))
                x = torch.tensor(x0[None], dtype=dtype, requires_grad=variant == "eager")
                return lambda: field(x), lambda: {"check": field(x)[0].tolist(), "evaluations": 1}

            report.run(workload.FIELD, precision, variant, build, plain=variant == "eager")


def run_rollout(report, layers, x0, args):
    """scipy's RK45 drives the field; states are float64 in scipy.

    "float32" is the precision of the network, as the authors run it. Its
    rounding is far above a tolerance of 1e-9, so the step control works against
    noise and takes more evaluations. torch.func is left out: it takes two
    to four times as long for a field as the eager variant.
    """
    variants = {name: make for name, make in FIELD_VARIANTS.items() if name != "torch.func"}
    times = np.linspace(*workload.ROLLOUT_SPAN, workload.ROLLOUT_POINTS)
    for dtype in (torch.float64, torch.float32):
        precision = str(dtype).removeprefix("torch.")
        for variant, make in variants.items():

            def build():
                field = make(MLP(layers, dtype))

                def derivative(_, state):
                    x = torch.tensor(state[None], dtype=dtype, requires_grad=variant == "eager")
                    return field(x)[0].numpy()

                def rollout():
                    return scipy.integrate.solve_ivp(
                        derivative, workload.ROLLOUT_SPAN, x0, method="RK45",
                        t_eval=times, rtol=args.rtol, atol=args.atol,
                    )

                def check():
                    solution = rollout()
                    if not solution.success:
                        raise RuntimeError(solution.message)
                    return {"check": solution.y[:, -1].tolist(), "evaluations": solution.nfev}

                return rollout, check

            report.run(workload.ROLLOUT, precision, variant, build, plain=variant == "eager")


def main():
    parser = workload.parser(__doc__.splitlines()[0])
    parser.add_argument("--blas-threads", type=int, help="threads of a BLAS with its own, if not as --threads")
    args = parser.parse_args()
    blas_threads = set_threads(args.threads, args.blas_threads or args.threads)

    report = workload.Report("torch", args)
    report.out["versions"] |= {"torch": torch.__version__, "scipy": scipy.__version__}
    report.out["blas_threads"] = blas_threads  # null: MKL, in the pool of --threads
    report.out["build"] = [
        line.strip(" -") for line in torch.__config__.show().splitlines() if line.startswith(("  - Intel", "  - CPU capability")) or "OpenBLAS" in line.partition(":")[0]
    ]
    layers = workload.hamiltonian_layers(args)
    x0 = workload.initial_state(args)
    run_training(report)
    run_pixels(report)
    run_field(report, layers, x0)
    run_rollout(report, layers, x0, args)
    report.print()


if __name__ == "__main__":
    sys.exit(main())
