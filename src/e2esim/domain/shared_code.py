"""One machine code of a kernel for all constants that other kernels call it with.

Numba gives a whole number that stands in the source a type of its own: ``uniform(key, who, 3)`` and ``uniform(key, who, 4)`` were compiled as two
functions (one kernel was, thirty-one times), and all that such a function calls as well. Here a constant has the type of its kind. Where a kernel
becomes part of its caller the processor's code knows the constant all the same.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.core.dispatcher import Dispatcher
from numba.core.registry import CPUDispatcher


class SharedCode(CPUDispatcher):
    """A compiled kernel that does not tell constants of its callers from other numbers."""

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """What numba asks when another kernel calls this one: the types of the arguments, without the values of constants."""
        plain: Any = types.unliteral
        return super().get_call_template(tuple(map(plain, args)), {name: plain(kind) for name, kind in dict(kws).items()})


def shared(compiled: Any, kind: type[SharedCode] = SharedCode) -> Any:
    """The compiled kernel as one of ``kind``; what is not compiled, since the user has switched that off, stays as it is."""
    if isinstance(compiled, Dispatcher):
        compiled.__class__ = kind
    return compiled
