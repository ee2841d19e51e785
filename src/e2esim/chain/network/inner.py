"""How kernels that only other kernels call are compiled: without the doors to Python, which take a third of the time.

``inner`` functions become part of their caller: handing on the state of 28 arrays would take longer than what they do (measured: 4 us an event, 60 ns
when they are part). ``called`` ones take few arrays and are called from many places; they stay functions, which saves compiling.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

from e2esim.domain.shared_code import shared

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])

pasted = njit(inline="always")  # taken over by its one caller before either is compiled


def inner(kernel: _Kernel) -> _Kernel:
    """Compile ``kernel`` as part of its callers."""
    return cast(_Kernel, shared(njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=True)(kernel)))  # type: ignore[call-overload]


def called(kernel: _Kernel) -> _Kernel:
    """Compile ``kernel`` as a function that other kernels call."""
    return cast(_Kernel, shared(njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(kernel)))  # type: ignore[call-overload]
