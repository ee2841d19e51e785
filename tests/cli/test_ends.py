"""Signals end a command cleanly wherever they strike, also where libraries lose or change the exception."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

LOST = """
class Last:
    def __del__(self):
        os.kill(os.getpid(), {number})
        for _ in range(1000): pass
Last()
time.sleep(20.0)
"""
CHANGED = """
try:
    os.kill(os.getpid(), {number})
    time.sleep(20.0)
finally:
    raise AttributeError("half made")
"""
SWALLOWED_BY_C = """
import ctypes
called = ctypes.CFUNCTYPE(None)(lambda: os.kill(os.getpid(), {number}))
called()
time.sleep(20.0)
"""
COMPLAINS_LATER = """
class Half:
    def __del__(self): raise AttributeError("half made")
kept.append(Half())
os.kill(os.getpid(), {number})
time.sleep(20.0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
@pytest.mark.parametrize(("number", "ends_with", "words"), [(signal.SIGINT, 130, "interrupted\n"), (signal.SIGTERM, 143, "terminated\n")])
@pytest.mark.parametrize("body", [LOST, CHANGED, SWALLOWED_BY_C, COMPLAINS_LATER], ids=["finaliser", "changed", "callback", "later"])
def test_a_signal_ends_a_command_wherever_it_strikes(number: signal.Signals, ends_with: int, words: str, body: str) -> None:
    lines = [f"    {line}" for line in body.format(number=int(number)).splitlines()]
    code = "\n".join(
        ["import os, signal, sys, time, typer", "from e2esim.cli.ends import clean_end", "signal.signal(signal.SIGINT, signal.default_int_handler)",
         "kept = []", "try:", "  with clean_end():", *lines, "except typer.Exit as end:", "  sys.exit(end.exit_code)"]
    )  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=15.0, check=False)
    assert (done.returncode, done.stderr) == (ends_with, words)
