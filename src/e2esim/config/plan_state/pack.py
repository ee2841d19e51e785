"""Frozen dataclasses of arrays, names and numbers to one npz file without pickle, and back."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import numpy as np

T = TypeVar("T")
_PLAIN = "_plain"  # what is no array: names, numbers and dates, as JSON text


def save_packed(path: Path, thing: Any) -> None:
    """Write a dataclass; its fields are arrays, names, numbers, dates, None, or dataclasses of the same.

    Raises
    ------
    TypeError
        For a field of another kind.
    """
    arrays: dict[str, np.ndarray[Any, Any]] = {}
    plain = _taken_apart(thing, "", arrays)
    text = json.dumps(plain, ensure_ascii=False, allow_nan=False)
    arrays[_PLAIN] = np.frombuffer(text.encode("utf-8"), dtype=np.uint8)
    with path.open("wb") as out:
        np.savez_compressed(out, **arrays)  # type: ignore[arg-type]


def load_packed(path: Path, kind: type[T]) -> T:
    """Read what :func:`save_packed` wrote.

    Raises
    ------
    OSError, ValueError, KeyError
        If the file is not there, damaged, or of another kind.
    """
    with np.load(path, allow_pickle=False) as found:
        arrays = {name: found[name] for name in found.files}
    plain = json.loads(arrays.pop(_PLAIN).tobytes().decode("utf-8"))
    return _put_together(kind, plain, "", arrays)


def _taken_apart(thing: Any, prefix: str, arrays: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in fields(thing):
        value, name = getattr(thing, field.name), f"{prefix}{field.name}"
        if isinstance(value, np.ndarray):
            if value.dtype.hasobject:
                raise TypeError(f"{name}: an array of objects cannot be kept")
            arrays[name] = value
        elif is_dataclass(value):
            plain[field.name] = _taken_apart(value, f"{name}.", arrays)
        elif isinstance(value, dt.date):
            plain[field.name] = value.isoformat()
        elif isinstance(value, tuple):
            plain[field.name] = list(value)
        elif isinstance(value, Enum):
            plain[field.name] = value.value
        elif value is None or isinstance(value, (str, int, float, bool)):
            plain[field.name] = value
        else:
            raise TypeError(f"{name}: {type(value).__name__} cannot be kept")
    return plain


def _put_together(kind: type[T], plain: Mapping[str, Any], prefix: str, arrays: Mapping[str, Any]) -> T:
    values: dict[str, Any] = {}
    hints = get_type_hints(kind)
    for field in fields(kind):  # type: ignore[arg-type]
        hint, name = hints[field.name], f"{prefix}{field.name}"
        if name in arrays:
            values[field.name] = arrays[name]
        elif (inner := _dataclass_of(hint)) is not None and plain[field.name] is not None:
            values[field.name] = _put_together(inner, plain[field.name], f"{name}.", arrays)
        elif hint is dt.date:
            values[field.name] = dt.date.fromisoformat(plain[field.name])
        elif isinstance(hint, type) and issubclass(hint, Enum):
            values[field.name] = hint(plain[field.name])
        else:
            value = plain[field.name]
            values[field.name] = tuple(value) if isinstance(value, list) else value
    return kind(**values)


def _dataclass_of(hint: Any) -> type[Any] | None:
    """The dataclass of a hint, alone or with None; None for another kind."""
    kinds = [kind for kind in (hint, *get_args(hint)) if isinstance(kind, type) and is_dataclass(kind)]
    return kinds[0] if kinds else None
