"""The training step, the field evaluation and the rollout in JAX.

Usable alone:

    python jax_peer.py --threads 2 --case train-step/spring

Everything is jitted; compile time is not in the timings but reported beside
them. "in a loop" variants put many steps into one compiled loop, so that no time
goes into calls from Python. The rollout is one compiled call of diffrax.
"""

import os
import sys

import workload


def set_threads(threads):
    """XLA sizes its thread pool by the processors the process may use, when JAX
    is imported. Without such a limit in the system two cores are all there are."""
    if not hasattr(os, "sched_setaffinity"):
        return "not limited: this system has no processor affinity"
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    return "sched_setaffinity"


def main():
    parser = workload.parser(__doc__.splitlines()[0])
    args = parser.parse_args()
    how = set_threads(args.threads)

    import jax_cases  # imports jax, which must come after the threads are set

    report = workload.Report("jax", args)
    report.out["threads_set_by"] = how
    report.out["versions"] |= jax_cases.versions()
    layers = workload.hamiltonian_layers(args)
    x0 = workload.initial_state(args)
    jax_cases.run_training(report)
    report.skip(workload.PIXELS, "float32", "jit", "not written for JAX")
    jax_cases.run_field(report, layers, x0)
    jax_cases.run_rollout(report, layers, x0, args)
    report.print()


if __name__ == "__main__":
    sys.exit(main())
