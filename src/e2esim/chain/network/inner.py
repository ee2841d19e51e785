"""How kernels that only other kernels call are compiled: without the doors to Python, which take a third of the time.

``inner`` functions become part of their caller: handing on the state of 28 arrays would take longer than what they do (measured: 4 us an event, 60 ns
when they are part). ``called`` ones take few arrays and are called from many places; they stay functions, which saves compiling.
"""

from __future__ import annotations

from numba import njit

inner = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)  # type: ignore[call-overload]
pasted = njit(inline="always")  # taken over by its one caller before either is compiled
called = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)  # type: ignore[call-overload]
