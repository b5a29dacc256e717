"""A Hamiltonian graph network by Adam in JAX beside hnn's lattice, on the same rows and by the same measure.

    python graph.py --hnn PROGRAM [--cases chain-8,lattice-2x2,lattice-3x3] [--steps 5000] [FOLDER]

Springs of a chain of 8 masses and of lattices of 2 x 2 and 3 x 3 bodies in a plane, the sizes of A. Rahma and others, arXiv
2506.06558. Both learn from 20 trajectories of 100 rows over a time of 10 with exact time derivatives, and run 4,096 (of bodies in a
plane 63 x 63) from a state that neither has seen; the error is that of positions or of momenta, the larger, relative to their root mean square, over
a time of 10. Of the network the best of KINDS, RATES and --widths is taken, as the test rows have it, which is more than a user has.

The network sees what hnn's lattice sees: the difference (in a plane the distance) along every bond and the momentum (its square) of every
node. "messages" encodes nodes and bonds, sends one message a bond each way and sums a function of every node over the nodes;
"separable" is a network of the momenta and one of the bonds, which is the form of the answer.
"""
import argparse, json, os, shutil, subprocess, tempfile, time
import numpy as np
import jax, jax.numpy as jnp, optax
from scipy.integrate import solve_ivp

jax.config.update("jax_enable_x64", True)

KINDS, RATES = ("messages", "separable"), (3e-3, 1e-2)
TRIALS, ROWS, HORIZON, BATCH = 20, 100, 10.0, 100
LARGE, SIDE = 4096, 63  # a file has at most 16,384 columns, which 64 x 64 bodies in a plane pass by two


class System:
    """Springs of one between masses of one: of length zero on a line, of length one in a plane."""

    def __init__(self, space, side):
        self.space, self.nodes = space, side**space
        if space == 1:
            self.bonds = np.array([(i, i + 1) for i in range(side - 1)])
        else:
            at = lambda r, c: r * side + c
            self.bonds = np.array([(at(r, c), at(r, c + 1)) for r in range(side) for c in range(side - 1)]
                                  + [(at(r, c), at(r + 1, c)) for r in range(side - 1) for c in range(side)])
        self.side, self.half = side, self.nodes * space

    def sample(self, rng):
        if self.space == 1:
            return 0.5 * rng.standard_normal(2 * self.half)
        x = 0.1 * rng.standard_normal(2 * self.half)
        row, column = np.divmod(np.arange(self.nodes), self.side)
        x[: self.half] += np.stack([column, row], axis=1).ravel()
        return x

    def field(self, x):
        q, p = x[: self.half].reshape(self.nodes, -1), x[self.half :]
        i, j = self.bonds.T
        d = q[j] - q[i]
        if self.space == 2:
            d = d * (1 - 1 / np.linalg.norm(d, axis=1, keepdims=True))
        f = np.zeros_like(q)
        np.add.at(f, i, d)
        np.add.at(f, j, -d)
        return np.concatenate([p, f.ravel()])

    def rollout(self, x0, times):
        return solve_ivp(lambda t, x: self.field(x), (times[0], times[-1]), x0, "DOP853", times, rtol=1e-11, atol=1e-11).y.T

    def names(self):
        axes = "q" if self.space == 1 else "xy"
        q = [f"{a}{i + 1}" for i in range(self.nodes) for a in axes]
        return q + ["p" + (c[1:] if self.space == 1 else c) for c in q]


def dense(key, sizes):
    keys = jax.random.split(key, len(sizes) - 1)
    return [(jax.random.normal(k, (n, m), jnp.float32) / np.sqrt(n), jnp.zeros(m, jnp.float32)) for k, n, m in zip(keys, sizes, sizes[1:])]


def apply(layers, x):
    for w, b in layers[:-1]:
        x = jnp.tanh(x @ w + b)
    w, b = layers[-1]
    return x @ w + b


def network(kind, width, system, scale):
    """The parameters' maker and the energy of one state; scale standardises what nodes and bonds have."""
    i, j = system.bonds.T

    def init(key):
        k = jax.random.split(key, 4)
        if kind == "separable":
            return [dense(k[0], [1, width, width, 1]), dense(k[1], [1, width, width, 1])]
        return [dense(k[0], [1, width, width]), dense(k[1], [1, width, width]), dense(k[2], [3 * width, width, width]), dense(k[3], [2 * width, width, 1])]

    def energy(params, x):
        q, p = x[: system.half].reshape(-1, system.space), x[system.half :].reshape(-1, system.space)
        d = q[j] - q[i]
        if system.space == 1:
            node, bond = p, d
        else:
            node, bond = (p**2).sum(1, keepdims=True), jnp.sqrt((d**2).sum(1, keepdims=True))
        node, bond = (node - scale[0]) / scale[1], (bond - scale[2]) / scale[3]
        if kind == "separable":
            return apply(params[0], node).sum() + apply(params[1], bond).sum()
        h, e = apply(params[0], node), apply(params[1], bond)
        # The bond of a line has a direction: the end that it leaves sees it with the other sign.
        back = e if system.space == 2 else apply(params[1], -bond)
        m = jnp.zeros_like(h)
        m = m.at[j].add(apply(params[2], jnp.concatenate([h[j], h[i], e], 1)))
        m = m.at[i].add(apply(params[2], jnp.concatenate([h[i], h[j], back], 1)))
        return apply(params[3], jnp.concatenate([h, m], 1)).sum()

    return init, energy


def field_of(energy, system):
    def field(params, x):
        g = jax.grad(energy, 1)(params, x)
        return jnp.concatenate([g[system.half :], -g[: system.half]])

    return field


def train(init, energy, system, x, dx, rate, steps, seed=0):
    """Adam with a cosine schedule; the seconds do not have compilation in them."""
    field = jax.vmap(field_of(energy, system), (None, 0))
    schedule = optax.cosine_decay_schedule(rate, steps)
    adam = optax.adam(schedule)
    size = dx.std(0)

    def loss(params, x, dx):
        return ((field(params, x) - dx) ** 2 / size**2).mean()

    @jax.jit
    def chunk(params, state, keys, x, dx):
        def step(carry, key):
            params, state = carry
            rows = jax.random.randint(key, (BATCH,), 0, len(x))
            value, g = jax.value_and_grad(loss)(params, x[rows], dx[rows])
            updates, state = adam.update(g, state)
            return (optax.apply_updates(params, updates), state), value

        return jax.lax.scan(step, (params, state), keys)

    params = init(jax.random.PRNGKey(seed))
    state = adam.init(params)
    keys = jax.random.split(jax.random.PRNGKey(seed + 1), steps).reshape(10, steps // 10, -1)
    x, dx, size = jnp.asarray(x, jnp.float32), jnp.asarray(dx, jnp.float32), jnp.asarray(size, jnp.float32)
    compiled = chunk.lower(params, state, keys[0], x, dx).compile()
    wall, cpu = time.perf_counter(), time.process_time()
    for k in keys:
        (params, state), value = compiled(params, state, k, x, dx)
    value = float(value[-1])
    return params, time.perf_counter() - wall, time.process_time() - cpu


def off(got, want, half):
    with np.errstate(all="ignore"):
        e = [np.sqrt(((got[:, s] - want[:, s]) ** 2).mean() / (want[:, s] ** 2).mean()) for s in (slice(0, half), slice(half, None))]
    return float(max(e)) if np.isfinite(e).all() else float("inf")


def roll(energy, params, system, x0, times, inner):
    """The network's path by RK4 in float64; inner steps an interval."""
    params = jax.tree.map(lambda a: a.astype(jnp.float64), params)
    f = lambda x: field_of(energy, system)(params, x)
    h = (times[1] - times[0]) / inner

    def step(x, _):
        a = f(x)
        b = f(x + h / 2 * a)
        c = f(x + h / 2 * b)
        return x + h / 6 * (a + 2 * b + 2 * c + f(x + h * c)), None

    @jax.jit
    def path(x0):
        def interval(x, _):
            x, _ = jax.lax.scan(step, x, None, inner)
            return x, x

        return jnp.concatenate([x0[None], jax.lax.scan(interval, x0, None, len(times) - 1)[1]])

    return np.asarray(path(jnp.asarray(x0)))


def write(path, system, trials):
    """trials: (time, states, derivatives or None) of each."""
    names = system.names()
    with open(path, "w") as f:
        f.write(",".join(["trial", "t"] + names + (["d" + n for n in names] if trials[0][2] is not None else [])) + "\n")
        for k, (t, x, dx) in enumerate(trials):
            for r in range(len(t)):
                f.write(",".join([str(k)] + [repr(float(v)) for v in np.concatenate([[t[r]], x[r]] + ([] if dx is None else [dx[r]]))]) + "\n")


def by_hnn(hnn, folder, case, shape, rows, large, start, times, alone):
    """hnn's error at the large system, the seconds of its fit and the user seconds of the whole command."""
    train = os.path.join(folder, case + ("-states" if alone else "") + ".csv")
    write(train, rows[0], [(t, x, None if alone else dx) for t, x, dx in rows[1]])
    run = os.path.join(folder, case + ("-states" if alone else "") + "-run")
    out = os.path.join(folder, case + "-large.npz")
    shutil.rmtree(run, ignore_errors=True)
    begin = os.times()
    subprocess.run([hnn, "train", "--data", train, "--lattice", shape, "--out", run], check=True, capture_output=True)
    user = os.times().children_user - begin.children_user
    with open(os.path.join(folder, case + "-start.csv"), "w") as f:
        f.write("trial,t," + ",".join(large.names()) + "\n")
        for t in times.tolist():  # the rows after the first say the times alone
            f.write(f"0,{t!r}," + ",".join("%.10g" % v for v in start) + "\n")  # a line has at most 262,144 bytes
    subprocess.run([hnn, "simulate", run, "--from-data", f.name, "--method", "dop853", "--rtol", "1e-11", "--out", out], check=True, capture_output=True)
    a = np.load(out)["x"]
    with open(os.path.join(run, "results.json")) as f:
        return a, json.load(f)["fit_seconds"], user


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--hnn", required=True)
    parser.add_argument("--cases", default="chain-8,lattice-2x2,lattice-3x3")
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--widths", default="32,64")
    parser.add_argument("folder", nargs="?")
    a = parser.parse_args()
    folder = a.folder or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    for case in a.cases.split(","):
        space, side = (1, 8) if case == "chain-8" else (2, int(case[-1]))
        system, large = System(space, side), System(space, LARGE if space == 1 else SIDE)
        rng = np.random.default_rng(0)
        times = np.linspace(0, HORIZON, ROWS)
        paths = [system.rollout(system.sample(rng), times) for _ in range(TRIALS)]
        rows = [(times, x, np.array([system.field(v) for v in x])) for x in paths]
        x, dx = np.concatenate([r[1] for r in rows]), np.concatenate([r[2] for r in rows])
        points = np.linspace(0, HORIZON, 51)
        start, tests = np.round(large.sample(rng), 8), [system.sample(rng) for _ in range(5)]
        truth, test_truth = large.rollout(start, points), [system.rollout(s, points) for s in tests]
        for alone in (False, True):
            got, fit, user = by_hnn(a.hnn, folder, case, "chain" if space == 1 else f"grid:{side}x{side}", (system, rows), large, start, points, alone)

            print(f"{case}, hnn, {'states alone' if alone else 'derivatives given'}: {large.nodes} off by {off(got, truth, large.half):.2g}; fit {fit:.3f} s, whole command {user:.2f} s user", flush=True)
        i, j = system.bonds.T
        q, p = x[:, : system.half].reshape(len(x), -1, space), x[:, system.half :].reshape(len(x), -1, space)
        d = q[:, j] - q[:, i]
        node, bond = (p, d) if space == 1 else ((p**2).sum(2), np.linalg.norm(d, axis=2))
        scale = (node.mean(), node.std(), bond.mean(), bond.std()) if space == 2 else (0, node.std(), 0, bond.std())
        found = []
        for kind, width, rate in [(k, int(w), r) for k in KINDS for w in a.widths.split(",") for r in RATES]:
            init, energy = network(kind, width, system, scale)
            params, wall, cpu = train(init, energy, system, x, dx, rate, a.steps)
            error = np.mean([off(roll(energy, params, system, s, points, 20), t, system.half) for s, t in zip(tests, test_truth)])
            found.append((error, kind, width, rate, wall, cpu, params))
            print(f"{case}, {kind}, width {width}, rate {rate}: {system.nodes} nodes off by {error:.2g}; {wall:.1f} s, {cpu:.1f} s of CPU", flush=True)
        for kind in ("messages", "separable"):
            error, kind, width, rate, wall, cpu, params = min((f for f in found if f[1] == kind), key=lambda f: f[0])
            _, energy = network(kind, width, large, scale)
            print(f"{case}, best {kind}, width {width}, rate {rate}: {system.nodes} nodes off by {error:.2g}, {large.nodes} by {off(roll(energy, params, large, start, points, 20), truth, large.half):.2g}; {wall:.1f} s, {cpu:.1f} s of CPU", flush=True)


if __name__ == "__main__":
    main()
