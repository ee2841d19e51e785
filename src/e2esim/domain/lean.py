"""`lean_njit`: compile a kernel that takes arrays and allocates none, without counting who still needs them.

Numba counts the references to each array. A named tuple of ten arrays handed to a small function inside a loop is ten atomic additions and
ten subtractions a row, which took two thirds of the time of the kernels of a market run. A kernel that only reads and writes what it was
given needs none of it. Numba refuses to compile one that allocates; one must not return an array either, and may call lean kernels only
(``tests/domain/test_lean.py`` looks at all of them). Kernels that allocate or return arrays take ``njit(cache=True)``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

import e2esim.domain.bundled as bundled  # not by `from`, which `e2esim.machine_code` follows: how a kernel is called does not change its machine code
from e2esim.domain.shared_code import SharedCode, shared

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def lean_njit(kernel: _Kernel) -> _Kernel:
    """Compile ``kernel`` on its first call, without counting references, and keep its machine code."""
    return _called(kernel, njit(cache=True, _nrt=False)(kernel))  # type: ignore[call-overload]


def counting_njit(kernel: _Kernel) -> _Kernel:
    """Compile ``kernel`` on its first call, and keep its machine code: for kernels that allocate or return arrays."""
    return _called(kernel, njit(cache=True)(kernel))


def _called(kernel: _Kernel, compiled: Any) -> _Kernel:
    """The compiled kernel, one for all constants (`shared_code`); one that takes bundles is called the short way (`e2esim.domain.bundled`)."""
    return cast(_Kernel, shared(compiled, bundled.Bundled if bundled.has_bundles(kernel) else SharedCode))
