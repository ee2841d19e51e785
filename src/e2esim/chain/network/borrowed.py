"""Arrays lent to a kernel: without an owner they are not counted at every access, which takes three quarters of the time of small kernels."""

from __future__ import annotations

from typing import Any

from numba import config
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def _lent(typingctx: Any, array: Any) -> Any:
    """The same array without an owner, for use while the caller holds the array. Only inside kernels."""

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = cgutils.create_struct_proxy(signature.args[0])(context, builder, arguments[0])  # type: ignore[no-untyped-call]
        view.meminfo = cgutils.get_null_value(view.meminfo.type)  # type: ignore[no-untyped-call]
        view.parent = cgutils.get_null_value(view.parent.type)  # type: ignore[no-untyped-call]
        return view._getvalue()

    return array(array), code


lent: Any = _lent if not getattr(config, "DISABLE_JIT", 0) else lambda array: array  # without compilation nothing is counted
