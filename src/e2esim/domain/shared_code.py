"""One machine code of a kernel for all constants that other kernels call it with.

Numba gives a whole number that stands in the source a type of its own: ``uniform(key, who, 3)`` and ``uniform(key, who, 4)`` were compiled as two
functions (one kernel was, thirty-one times), and all that such a function calls as well. Here a constant has the type of its kind. Where a kernel
becomes part of its caller the processor's code knows the constant all the same.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.core.caching import FunctionCache
from numba.core.dispatcher import Dispatcher
from numba.core.registry import CPUDispatcher

import e2esim.compile_ahead as compile_ahead  # not by `from`, which `e2esim.machine_code` follows: who compiles does not change machine code
import e2esim.turns as turns


class _KeptInTurns(FunctionCache):
    """The kept machine code of a kernel. What is not there is compiled by one process; others wait for it."""

    turn: str

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What numba asks before it compiles."""
        load: Any = super().load_overload
        code = load(sig, target_context)
        if code is None and turns.take(self.turn):
            compile_ahead.ask(self.turn)
            code = load(sig, target_context)
        return code


class SharedCode(CPUDispatcher):
    """A compiled kernel that does not tell constants of its callers from other numbers."""

    @property
    def turn(self) -> str:
        """The kernel's name, as processes call it whose turn it is to compile it."""
        return f"{self.py_func.__module__}:{self.py_func.__qualname__}"

    def compile(self, sig: Any) -> Any:
        """What numba asks for machine code for the types ``sig``."""
        try:
            return super().compile(sig)
        finally:
            turns.leave(self.turn)

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """What numba asks when another kernel calls this one: the types of the arguments, without the values of constants."""
        plain: Any = types.unliteral
        return super().get_call_template(tuple(map(plain, args)), {name: plain(kind) for name, kind in dict(kws).items()})


def shared(compiled: Any, kind: type[SharedCode] = SharedCode) -> Any:
    """The compiled kernel as one of ``kind``; what is not compiled, since the user has switched that off, stays as it is."""
    if isinstance(compiled, Dispatcher):
        compiled.__class__ = kind
        _take_turns(compiled)
    return compiled


def _take_turns(kernel: Any) -> None:
    if type(kernel._cache) is FunctionCache:  # another one keeps nothing
        keeper: Any = kernel._cache
        keeper.__class__ = _KeptInTurns
        keeper.turn = kernel.turn
