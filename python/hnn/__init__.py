"""Hamiltonian neural networks: learn dynamics that conserve energy.

The work is done by the program ``hnn``; this package starts it and reads what it writes.
``load`` opens a run that was trained before, ``train`` trains one from arrays or a DataFrame.
"""

from .model import Model, Rollout, load
from .executable import HnnError, program, run
from .training import train

__all__ = ["HnnError", "Model", "Rollout", "load", "program", "run", "train"]
