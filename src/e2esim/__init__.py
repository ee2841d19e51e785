"""e2esim: the end-to-end chain and the customers it serves, simulated and optimised."""

__version__ = "0.1.0"
