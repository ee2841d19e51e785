"""How kernels that only other kernels call are compiled: without the doors to Python, which take a third of the time."""

from __future__ import annotations

from numba import njit

inner = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # type: ignore[call-overload]
