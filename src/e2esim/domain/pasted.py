"""`pasted_njit`: a lean kernel that stands whole in the machine code of the kernels that call it.

A call copies seven machine words for each array of the named tuples that it hands on, used or not: weighing one purchase took three hundred
copies, feeling one experience a hundred and fifty. For kernels that are called row by row with named tuples of arrays; not where kernels
call each other in many places, since the machine code grows with each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

from e2esim.domain.shared_code import shared

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def pasted_njit(kernel: _Kernel) -> _Kernel:
    """Compile ``kernel`` as `lean.lean_njit` does, and let the processor's code of its callers hold it."""
    return cast(_Kernel, shared(njit(cache=True, _nrt=False, forceinline=True)(kernel)))  # type: ignore[call-overload]
