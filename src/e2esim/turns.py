"""Turns of processes that compile the same kernels: whoever comes second waits, and loads what the first has made.

One file beside the machine code, one byte of it for each kernel: such a lock ends with its process, however that ends. Where files cannot be locked
(Windows, some network drives) everybody goes on at once, and two processes may compile the same kernel, as numba has it.
"""

from __future__ import annotations

import hashlib
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

_PATIENCE_S = 120.0  # a process that was stopped (Ctrl-Z) while it compiles is not waited for longer
_LOOK_S = 0.01
_held: set[str] = set()


def take(what: str, patience_s: float = _PATIENCE_S) -> bool:
    """Return whether it is our turn at ``what``; within ``patience_s`` seconds it is, unless another process is at it."""
    file = _file()
    if file is None or what in _held:
        return True
    fcntl, until = file[0], time.monotonic() + patience_s
    while True:
        try:
            fcntl.lockf(file[1], fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _byte(what))
        except (BlockingIOError, PermissionError):
            if time.monotonic() >= until:
                return False
            time.sleep(_LOOK_S)
        except OSError:  # a drive without locks
            return True
        else:
            _held.add(what)
            return True


def leave(what: str) -> None:
    """Let others have their turn at ``what``; nothing happens where we do not have it."""
    file = _file() if what in _held else None
    _held.discard(what)
    if file is not None:
        file[0].lockf(file[1], file[0].LOCK_UN, 1, _byte(what))


def without() -> bool:
    """Return whether there are no turns here, and everybody goes on at once."""
    return _file() is None


def _byte(what: str) -> int:
    return int.from_bytes(hashlib.sha256(what.encode()).digest()[:4]) & 0x7FFFFFFF


def _file() -> tuple[Any, int] | None:
    """The module that locks files, and the file; None without one."""
    folder = os.environ.get("E2ESIM_MACHINE_CODE")
    return None if folder is None else _opened(folder, os.getpid())  # a forked process has no part in its parent's locks


@cache
def _opened(folder: str, process: int) -> tuple[Any, int] | None:
    _held.clear()
    try:
        import fcntl

        return fcntl, os.open(Path(folder) / "turns", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except (ImportError, OSError):
        return None
