"""Worker processes that never run the caller's script, end with their parent and can be ended at once.

They are spawned, not forked: a fork of a process with polars threads can hang. Python's own spawned processes first run the caller's
``__main__`` again, so that a plain script without a guard, a notebook or standard input starts endless children or none at all; these do not.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import parent_process
from multiprocessing.context import SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

_STARTING = threading.Lock()
_GRACE_S = 5.0  # a killed process is gone long before


class _Worker(SpawnProcess):
    """A spawned process that knows nothing of the caller's ``__main__`` and does not hear Ctrl-C: its parent does."""

    @staticmethod
    def _Popen(process_obj: Any) -> Any:
        with _STARTING, _no_main(), _deaf():
            return SpawnProcess._Popen(process_obj)


@contextmanager
def _no_main() -> Iterator[None]:
    """Put an empty module in place of ``__main__`` while a process is started: what it would run again is nothing."""
    own = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = own


@contextmanager
def _deaf() -> Iterator[None]:
    """Block Ctrl-C in this thread: a process started meanwhile inherits the block and keeps it."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class Crew(SpawnContext):
    """A context for ``ProcessPoolExecutor`` that remembers the processes it starts, so that they can be ended at once."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[SpawnProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> SpawnProcess:  # type: ignore[override]  # multiprocessing's name
        worker = _Worker(*args, **kwargs)
        self.started.append(worker)
        return worker

    def end(self) -> None:
        """End every process now, whatever it is doing."""
        for worker in self.started:
            if worker.pid is not None and worker.is_alive():
                worker.kill()
        for worker in self.started:
            if worker.pid is not None:
                worker.join(_GRACE_S)


def end_with_parent() -> None:
    """Called in a worker: end this process as soon as its parent is gone, even if that was killed."""
    parent = parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), name="follow the parent", daemon=True).start()


def _follow(parent: Any) -> None:
    parent.join()
    os._exit(1)
