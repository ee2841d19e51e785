"""What is said while kernels are compiled: the first run after installation, or after a change of the package, waits for them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

EVERY_S = 10.0  # seconds between two words


@contextmanager
def told_compiling(say: Callable[[str], None]) -> Iterator[None]:
    """Call ``say`` every few seconds while numba compiles (not while it loads what was compiled before), with how many kernels it is by now."""
    from numba.core import event

    class Heard(event.Listener):
        """Counts kernels, those that are compiled as part of others too."""

        def __init__(self) -> None:
            self.kernels, self.next = 0, time.monotonic() + EVERY_S

        def on_start(self, event: Any) -> None:
            self.kernels += 1
            if self.kernels > 1 and time.monotonic() >= self.next:
                self.next = time.monotonic() + EVERY_S
                say(f"compiling, once after installation or a change: {self.kernels} kernels so far")

        def on_end(self, event: Any) -> None:
            pass

    heard = Heard()
    event.register("numba:compile", heard)  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        event.unregister("numba:compile", heard)  # type: ignore[no-untyped-call]
