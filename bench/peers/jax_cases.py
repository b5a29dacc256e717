"""The cases of jax_peer.py; import it only after the threads are set."""

import diffrax
import jax
import jax.numpy as jnp
import numpy as np
import optax

import workload

# The rollout needs float64; every array below states its own precision.
jax.config.update("jax_enable_x64", True)

TRAIN_LOOP = 100  # steps in one compiled loop
FIELD_LOOP = 1000  # evaluations in one compiled loop
PLAIN = "grad"  # what most users write: one jitted call, the weights its argument


def versions():
    return {name: module.__version__ for name, module in
            {"jax": jax, "jaxlib": jax.lib, "diffrax": diffrax, "optax": optax}.items()}


def to_jax(layers, dtype):
    return [(jnp.asarray(w, dtype), None if b is None else jnp.asarray(b, dtype)) for w, b in layers]


def mlp(layers, x):
    """x is [dim] or [batch, dim]."""
    for weight, bias in layers[:-1]:
        x = jnp.tanh(x @ weight.T + bias)
    return x @ layers[-1][0].T


def symplectic(gradient):
    dq, dp = jnp.split(gradient, 2, axis=-1)
    return jnp.concatenate([dp, -dq], axis=-1)


def field_by_grad(layers, x):
    """x is one state, [dim]."""
    return symplectic(jax.grad(lambda x: mlp(layers, x)[0])(x))


def field_by_sum(layers, x):
    """x is [batch, dim]; one gradient of the sum of H over the batch."""
    return symplectic(jax.grad(lambda x: mlp(layers, x).sum())(x))


def field_by_hand(layers, x):
    """x is [dim] or [batch, dim]; the reverse pass written out."""
    activations = []
    for weight, bias in layers[:-1]:
        x = jnp.tanh(x @ weight.T + bias)
        activations.append(x)
    gradient = layers[-1][0][0]
    for (weight, _), a in zip(reversed(layers[:-1]), reversed(activations)):
        gradient = (gradient * (1 - a * a)) @ weight
    return symplectic(gradient)


# Of a batch of states, [batch, dim].
TRAIN_FIELDS = {
    "grad": lambda layers, x: jax.vmap(field_by_grad, (None, 0))(layers, x),
    "grad of sum": field_by_sum,
    "by hand": field_by_hand,
}


def train_variant(case, field, loop):
    def build():
        outputs = 1 if case.model == "hnn" else case.dim
        params = to_jax(workload.orthogonal_weights(case.dim, outputs), jnp.float32)
        x, y = (jnp.asarray(a, jnp.float32) for a in workload.training_batch(case))
        optimizer = optax.chain(
            optax.add_decayed_weights(case.weight_decay),  # L2 in the gradient, as torch.optim.Adam has it
            optax.adam(workload.LEARNING_RATE),
        )

        def loss_of(params):
            predicted = mlp(params, x) if case.model == "baseline" else field(params, x)
            return jnp.mean((predicted - y) ** 2)

        def step(params, state):
            loss, gradients = jax.value_and_grad(loss_of)(params)
            updates, state = optimizer.update(gradients, state, params)
            return optax.apply_updates(params, updates), state, loss

        def many(params, state):
            def body(carry, _):
                params, state, loss = step(*carry)
                return (params, state), loss

            (params, state), losses = jax.lax.scan(body, (params, state), length=loop)
            return params, state, losses[workload.CHECK_STEPS - 1]

        run = jax.jit(many if loop else step, donate_argnums=(0, 1))
        carry = [params, optimizer.init(params)]

        def call():
            carry[0], carry[1], loss = run(*carry)
            return loss.block_until_ready()

        def check():
            for _ in range(1 if loop else workload.CHECK_STEPS):
                loss = call()
            return {"check": [float(loss)]}

        return call, check

    return build


def run_training(report):
    for name, case in workload.TRAIN_STEPS.items():
        fields = TRAIN_FIELDS if case.model == "hnn" else {"baseline": None}
        for label, field in fields.items():
            for loop in (0, TRAIN_LOOP):
                variant = f"{label}, in a loop" if loop else label
                report.run(
                    name, "float32", variant, train_variant(case, field, loop),
                    plain=variant in (PLAIN, "baseline"), work=loop or 1,
                )


# The gradient inside the field, and whether the weights are the compiled
# function's arguments or constants that XLA may lay out as it likes.
FIELD_VARIANTS = {
    "grad": (field_by_grad, False),
    "grad, constant weights": (field_by_grad, True),
    "by hand": (field_by_hand, False),
    "by hand, constant weights": (field_by_hand, True),
}


def jit(function, params, constant):
    """Compiles function(params, x) and gives a function of x."""
    if constant:
        return jax.jit(lambda x: function(params, x))
    compiled = jax.jit(function)
    return lambda x: compiled(params, x)


def run_field(report, layers, x0):
    """One state in, one derivative out. The loop feeds each derivative, scaled,
    back into the next state, so that no evaluation can be left out."""
    for dtype in (jnp.float32, jnp.float64):
        for label, (field, constant) in FIELD_VARIANTS.items():
            for loop in (0, FIELD_LOOP):

                def build():
                    params = to_jax(layers, dtype)
                    x = jnp.asarray(x0, dtype)

                    def many(params, x):
                        return jax.lax.fori_loop(0, loop, lambda _, x: x + 1e-3 * field(params, x), x)

                    run = jit(many if loop else field, params, constant)
                    single = jit(field, params, constant)
                    return (
                        lambda: run(x).block_until_ready(),
                        lambda: {"check": single(x).tolist(), "evaluations": 1},
                    )

                variant = f"{label}, in a loop" if loop else label
                report.run(workload.FIELD, dtype.__name__, variant, build, plain=variant == PLAIN, work=loop or 1)


def run_rollout(report, layers, x0, args):
    """diffrax's Dopri5, the pair that scipy's RK45 is, whole in one jitted call.

    Its step control is diffrax's default, an I controller, as scipy's is; the PI
    controller of its documentation took a quarter more evaluations here. Leaving
    out the check for failure (throw=False) made no difference.
    """
    times = jnp.linspace(*workload.ROLLOUT_SPAN, workload.ROLLOUT_POINTS)
    params = to_jax(layers, jnp.float64)
    initial = jnp.asarray(x0)
    for variant, (field, constant) in FIELD_VARIANTS.items():

        def build():
            def solve(params, x):
                return diffrax.diffeqsolve(
                    diffrax.ODETerm(lambda _, x, params: field(params, x)),
                    diffrax.Dopri5(),
                    *workload.ROLLOUT_SPAN,
                    dt0=None,
                    y0=x,
                    args=params,
                    saveat=diffrax.SaveAt(ts=times),
                    stepsize_controller=diffrax.PIDController(rtol=args.rtol, atol=args.atol),
                )

            run = jit(solve, params, constant)

            def check():
                solution = run(initial)
                # Seven stages, of which a step reuses one; and two for the first step's size.
                evaluations = 6 * int(solution.stats["num_steps"]) + 3
                return {"check": solution.ys[-1].tolist(), "evaluations": evaluations}

            return lambda: run(initial).ys.block_until_ready(), check

        report.run(workload.ROLLOUT, "float64", variant, build, plain=variant == PLAIN)
