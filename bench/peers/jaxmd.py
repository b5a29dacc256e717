"""Time a step of a Lennard-Jones liquid in JAX-MD, jitted, with neighbour lists, beside hnn particles simulate.

    python jaxmd.py [particles] [format] [float64|float32]

pip install jax-md. The state, density 0.8442 and temperature 0.72, is that of the README's liquid; format is OrderedSparse (the default,
each pair once), Sparse or Dense. Prints milliseconds a step, wall and CPU, of blocks of 100 steps; compilation is not in them.
"""
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np
from jax_md import energy, partition, simulate, space

n = int(sys.argv[1]) if len(sys.argv) > 1 else 4096
layout = sys.argv[2] if len(sys.argv) > 2 else "OrderedSparse"
jax.config.update("jax_enable_x64", (sys.argv[3:] or ["float64"])[0] == "float64")

side = (n / 0.8442) ** (1 / 3)
k = round((n / 4) ** (1 / 3) + 0.499)
corners = np.array([(a, b, c) for a in range(k) for b in range(k) for c in range(k)], float)
basis = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
x = ((corners[:, None] + basis[None] + 0.25).reshape(-1, 3))[np.random.RandomState(0).permutation(4 * len(corners))[:n]] * side / k
displacement, shift = space.periodic(side)
lists, potential = energy.lennard_jones_neighbor_list(
    displacement, side, r_onset=2.0, r_cutoff=2.5, dr_threshold=0.3, format=getattr(partition, layout))
init, step = simulate.nve(potential, shift, dt=0.002)
near = lists.allocate(jnp.array(x))
state = init(jax.random.PRNGKey(0), jnp.array(x), kT=1.44, neighbor=near)  # half of it goes to the potential as the lattice melts


@jax.jit
def run(state, near):
    def body(_, both):
        state, near = both
        near = near.update(state.position)
        return step(state, neighbor=near), near

    return jax.lax.fori_loop(0, 100, body, (state, near))


block = 0
while block < 8:
    wall, cpu = time.perf_counter(), time.process_time()
    moved, lists_after = run(state, near)
    jax.block_until_ready(moved.position)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    if lists_after.did_buffer_overflow:
        near = lists.allocate(state.position, extra_capacity=20)
        continue
    state, near = moved, lists_after
    if block > 1:  # the first is compiled and the lattice melts
        print(f"{n} {layout} wall {wall * 10:.2f} cpu {cpu * 10:.2f} ms a step", flush=True)
    block += 1
