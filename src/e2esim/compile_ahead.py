"""The second core of a first run: processes that compile what the run will need, from the end of its list, while it compiles from the beginning.

A first run compiles some 350 kernels. ``ask`` is called for the first one that has no machine code yet; it begins up to three helpers, as many as there
are idle processors, once for all processes that share a place for machine code. Run and helpers take turns (`e2esim.turns`): none compiles what another
is compiling. A helper ends with the process that began it, killed or not: it ends when its standard input does. ``E2ESIM_HELPERS`` is the number of
helpers; 0 for none.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from contextlib import suppress
from functools import cache

from e2esim import turns

_MOST = 3


_begun: list[subprocess.Popen[bytes]] = []
_asked: list[str] = []


def ask(kernel: str) -> None:
    """Begin helpers for a run whose first kernel without machine code is ``kernel``; nothing happens where it cannot be, or the second time."""
    if _asked or kernel not in _listed():
        return
    _asked.append(kernel)
    for _ in range(_helpers()):
        with suppress(OSError):
            helper = subprocess.Popen(
                [sys.executable, "-m", "e2esim.compile_ahead", kernel],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=os.environ | {"E2ESIM_HELPERS": "0"},
            )
            _begun.append(helper)
    if _begun:
        atexit.register(_end)


@cache
def _listed() -> frozenset[str]:
    from e2esim import compile_list

    return compile_list.names()


def _helpers() -> int:
    """How many are of use: none without another processor, or a place that all share."""
    if "E2ESIM_MACHINE_CODE" not in os.environ or not sys.executable or turns.without():
        return 0
    said = os.environ.get("E2ESIM_HELPERS", "")
    if said.isdigit():
        return int(said)
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(processors - 1, _MOST)


def _end() -> None:
    for helper in _begun:
        if helper.stdin is not None:
            helper.stdin.close()
        try:
            helper.wait(timeout=2.0)
        except subprocess.TimeoutExpired:
            helper.kill()
            helper.wait()


def _end_with_the_run() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


def main(first: str) -> None:
    """Compile what a run compiles that begins with the kernel ``first``, the last first; whatever cannot be compiled is left to the run."""
    threading.Thread(target=_end_with_the_run, daemon=True).start()
    if not any(turns.take(f"helper {k}", 0.0) for k in range(max(1, (os.cpu_count() or 1) - 1))):
        return  # others are at it
    from e2esim import compile_list

    for kernel, words in reversed(compile_list.kernels(first)):
        try:
            one = compile_list.found(kernel)
            kinds = tuple(compile_list.read(word) for word in words)
            if turns.take(one.turn, 0.0):
                one.compile(kinds)
        except Exception:
            continue


if __name__ == "__main__":
    main(sys.argv[1])
