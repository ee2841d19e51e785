"""e2esim: the end-to-end chain and the customers it serves, simulated and optimised."""

from e2esim import machine_code

__version__ = "0.1.0"

machine_code.settle()  # before numba is imported
