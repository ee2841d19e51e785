"""What numba asks for the place of a kernel's machine code (its setting NUMBA_CACHE_LOCATOR_CLASSES names the class here)."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Self

from numba.core.caching import _CacheLocator

from e2esim.machine_code import place_of, source_hash

_KEPT = 6  # folders of other states of one file that are kept, newest first: other checkouts, branches


class KernelPlace(_CacheLocator):
    """The place of the machine code of one function: the folder of its file's present sources."""

    def __init__(self, py_func: Any, place: Path) -> None:
        self._line = py_func.__code__.co_firstlineno
        self._py_file = py_func.__code__.co_filename
        self._place = place

    def get_cache_path(self) -> str:
        """Return the folder."""
        return str(self._place)

    def get_source_stamp(self) -> str:
        """Return the hash of all sources that the code depends on."""
        return _stamp(self._py_file)

    def get_disambiguator(self) -> str:
        """Return what tells functions of one name apart: the line."""
        return str(self._line)

    def ensure_cache_path(self) -> None:
        """Make the folder; the oldest folders of former states of the file go."""
        if not self._place.exists():
            self._place.mkdir(parents=True, exist_ok=True)
            _forget_old(self._place)

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> Self | None:
        """Return the place of a function of this package, None for others."""
        place = _place_in_use(py_file)
        return None if place is None else cls(py_func, place)


@cache
def _stamp(py_file: str) -> str:
    return source_hash(Path(py_file).resolve())


@cache
def _place_in_use(py_file: str) -> Path | None:
    """The folder of a file of this package, marked as in use: once for all its kernels."""
    place = place_of(Path(py_file).resolve())
    if place is not None:
        with suppress(OSError):  # not compiled yet
            os.utime(place)
    return place


def _forget_old(place: Path) -> None:
    name = place.name.rsplit("-", 1)[0]
    others = sorted((path for path in place.parent.glob(f"{name}-*") if path != place), key=_age)
    for path in others[_KEPT:]:
        shutil.rmtree(path, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return -path.stat().st_mtime
    except OSError:
        return 0.0
