"""Calls of a kernel from Python that takes bundles (named tuples of arrays), at a tenth of their price.

Before it calls, numba works out the type of every argument anew. For an array that takes 20 ns, for a named tuple of sixteen arrays 2.7 us,
since the names of its fields belong to its type: most of the time of the kernels of a tick with few customers. A bundle cannot change, so
one that was handed to the same kernel before has the type that it had; a new one of the same class is looked at without its names. What has
been seen goes straight to the compiled code, anything else through numba. Kernels that call kernels are not concerned.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Any, TypeVar

from numba._dispatcher import compute_fingerprint

from e2esim.domain.shared_code import SharedCode

_Bundle = TypeVar("_Bundle", bound=tuple[Any, ...])

_KEPT = 3  # sets of types of a kernel that are remembered: numbers of numpy and of Python are different types


class _Types:
    """The types of a tuple of arguments, or of a bundle: its class, its bundles, and the others as numba writes their types down."""

    __slots__ = ("inner", "kind", "last", "mark", "plain")

    def __init__(self, own: tuple[Any, ...]) -> None:
        inner = [k for k, part in enumerate(own) if _is_bundle(part)]
        others = [k for k in range(len(own)) if k not in inner]
        self.kind, self.last = type(own), None if type(own) is tuple else own
        self.inner = [(k, _Types(own[k])) for k in inner]
        self.plain: Callable[[Any], Any] = (itemgetter(*others) if others else _nothing) if inner else tuple
        self.mark = compute_fingerprint(self.plain(own))

    def takes(self, own: Any) -> bool:
        """Whether the bundle ``own`` has these types; then it is known from now on."""
        if type(own) is not self.kind or compute_fingerprint(self.plain(own)) != self.mark:
            return False
        for place, form in self.inner:
            part = own[place]
            if part is not form.last and not form.takes(part):
                return False
        self.last = own
        return True


class Bundled(SharedCode):
    """A compiled kernel of which some arguments are bundles."""

    _seen: tuple[tuple[int, _Types, Callable[..., Any]], ...] = ()  # number of arguments, their types, compiled code

    def __call__(self, *args: Any, **named: Any) -> Any:
        """Call the compiled code; what has not been seen before is typed, and compiled where need be, by numba."""
        for many, form, code in self._seen:
            if len(args) == many and compute_fingerprint(form.plain(args)) == form.mark:
                for place, inner in form.inner:
                    part = args[place]
                    if part is not inner.last and not inner.takes(part):
                        break
                else:
                    if not named:
                        return code(*args)
        result = super().__call__(*args, **named)
        compiled: Any = None if named else self.overloads.get(tuple(map(self.typeof_pyval, args)))
        if compiled is not None:
            self._seen = ((len(args), _Types(args), compiled.entry_point), *self._seen[: _KEPT - 1])
        return result


def kept(last: _Bundle | None, kind: Callable[..., _Bundle], *parts: Any) -> _Bundle:
    """``last`` while it holds these very ``parts``, else a new bundle of them: a kernel that is handed the same one need not look at it.

    >>> from typing import NamedTuple
    >>> Pair = NamedTuple("Pair", [("left", object), ("right", object)])
    >>> left, right = [], []
    >>> first = kept(None, Pair, left, right)
    >>> kept(first, Pair, left, right) is first, kept(first, Pair, left, []) is first
    (True, False)
    """
    if last is not None:
        for old, new in zip(last, parts, strict=True):
            if old is not new:
                break
        else:
            return last
    return kind(*parts)


def _is_bundle(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _nothing(_: Any) -> tuple[()]:
    return ()


def has_bundles(kernel: Callable[..., Any]) -> bool:
    """Whether a parameter of ``kernel`` is annotated with a named tuple known where the kernel is written."""
    known = getattr(kernel, "__globals__", {})
    return any(hasattr(known.get(hint) if isinstance(hint, str) else hint, "_fields") for hint in kernel.__annotations__.values())
