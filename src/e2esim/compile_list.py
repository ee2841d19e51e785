"""What the first run of each kind compiles, in its order: ``compile_list.json``, kernels and the types that they are called with.

``e2esim.compile_ahead`` compiles from it while a first run is on its way. A line that is no longer true costs time, never a result: numba looks for
machine code by the types of a call. Written anew by ``make docs``; a test holds it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_suffix(".json")


def names() -> frozenset[str]:
    """Return the names of all kernels that are on a list."""
    return frozenset(kernel for those in lists().values() for kernel, _ in those)


def kernels(first: str) -> list[tuple[str, list[Any]]]:
    """Return what a run compiles that begins with the kernel ``first``, as (name, words for its types); nothing if none does."""
    known = lists()
    places = {name: [kernel for kernel, _ in those].index(first) for name, those in known.items() if first in (kernel for kernel, _ in those)}
    return known[min(places, key=lambda name: places[name])] if places else []


def lists() -> dict[str, list[tuple[str, list[Any]]]]:
    """Return the lists by name: kernels in the order in which a run asks for them, and words for the types of their arguments."""
    try:
        kept: dict[str, list[tuple[str, list[Any]]]] = json.loads(FILE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return kept


def found(kernel: str) -> Any:
    """Return the kernel of that name (``e2esim.streams.draws:uniform``)."""
    module, name = kernel.split(":")
    return getattr(import_module(module), name)


def written(kind: Any) -> Any:
    """Return a type of numba as words of JSON."""
    types = _types()

    if isinstance(kind, types.Omitted):
        return {"omitted": kind.value}
    if isinstance(kind, types.BaseNamedTuple):
        return {"bundle": f"{kind.instance_class.__module__}:{kind.instance_class.__qualname__}", "of": [written(part) for part in kind.types]}
    if isinstance(kind, types.BaseTuple):
        return {"tuple": [written(part) for part in kind.types]}
    if isinstance(kind, types.Array):
        how = f"{kind.ndim}{kind.layout}{'' if kind.mutable else ' read'}{'' if kind.aligned else ' packed'}"
        return {"records": _columns(kind.dtype), "array": how} if isinstance(kind.dtype, types.Record) else f"{kind.dtype} {how}"
    return str(kind)


def read(words: Any) -> Any:
    """Return the type of numba that `written` made ``words`` of.

    >>> import numpy as np
    >>> from numba import typeof
    >>> words = written(typeof((np.zeros((2, 3)), 4)))
    >>> words, read(words) == typeof((np.zeros((2, 3)), 4))
    ({'tuple': ['float64 2C', 'int64']}, True)
    """
    types = _types()

    if isinstance(words, str):
        kind, _, how = words.partition(" ")
        return _array(getattr(types, kind), how) if how else getattr(types, kind)
    if "omitted" in words:
        return types.Omitted(words["omitted"])
    if "bundle" in words:
        parts, kind = [read(part) for part in words["of"]], found(words["bundle"])
        if len(kind._fields) != len(parts):
            raise ValueError(f"{words['bundle']} has other fields now")
        return types.NamedUniTuple(parts[0], len(parts), kind) if len(set(parts)) == 1 else types.NamedTuple(parts, kind)
    if "tuple" in words:
        parts = [read(part) for part in words["tuple"]]
        return types.UniTuple(parts[0], len(parts)) if len(set(parts)) == 1 else types.Tuple(parts)
    import numpy as np
    from numba.np.numpy_support import from_dtype

    return _array(from_dtype(np.dtype(words["records"])), words["array"])


def lines(known: dict[str, list[tuple[str, list[Any]]]]) -> Iterator[str]:
    """Give the lines of the file, one a kernel."""
    for name, those in known.items():
        head = "{" if name == next(iter(known)) else ","
        yield f'{head}"{name}": ['
        for k, entry in enumerate(those):
            yield json.dumps(entry, separators=(",", ":")) + ("," if k + 1 < len(those) else "")
        yield "]"
    yield "}"


def _types() -> Any:
    from numba.core import types

    return types


def _array(kind: Any, how: str) -> Any:
    types = _types()

    shape, *also = how.split()
    return types.Array(kind, int(shape[:-1]), shape[-1], readonly="read" in also, aligned="packed" not in also)


def _columns(record: Any) -> dict[str, Any]:
    names = list(record.fields)
    formats = [str(record.typeof(name)) for name in names]
    return {"names": names, "formats": formats, "offsets": [record.offset(name) for name in names], "itemsize": record.size}
