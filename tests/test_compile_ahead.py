"""A first run is compiled by several processes: each kernel once, by whoever comes first, and no helper outlives the run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from e2esim import compile_ahead, compile_list, turns
from listed_kernels import RUNS, asked_for

_SETTLED = ("E2ESIM_MACHINE_CODE", "NUMBA_CACHE_LOCATOR_CLASSES", "E2ESIM_HELPERS")
_FIRST = "e2esim.customers.loyalty_kernels:installed_base"
_ASK = f"import e2esim\nfrom e2esim import compile_ahead\ncompile_ahead.ask({_FIRST!r})\nprint(compile_ahead._begun[0].pid, flush=True)"
_CALL = "from e2esim.streams.draws import normal\nimport numpy as np\nnormal(np.uint64(1), 2, 3)\nprint(sum(normal.stats.cache_misses.values()))"
_HELP = (
    "from e2esim import compile_ahead, compile_list\n"
    "compile_list.kernels = lambda first: [('e2esim.streams.draws:gone', []), ('e2esim.streams.draws:normal', ['uint64', 'int64', 'int64'])]\n"
    "compile_ahead.main('')"
)


def _python(code: str, place: Path, **more: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name not in _SETTLED} | {"NUMBA_CACHE_DIR": str(place)} | more
    return subprocess.Popen([sys.executable, "-c", code], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_two_processes_compile_a_kernel_once(tmp_path: Path) -> None:
    both = [_python(_CALL, tmp_path, E2ESIM_HELPERS="0") for _ in range(2)]
    assert sorted(one.communicate()[0].strip() for one in both) == ["0", "1"]


def test_what_a_helper_has_compiled_is_loaded(tmp_path: Path) -> None:
    helper = _python(_HELP, tmp_path)
    assert helper.stdin is not None
    helper.wait()  # with its input open: it ends since it is done
    helper.stdin.close()
    call = _python(_CALL, tmp_path, E2ESIM_HELPERS="0")
    assert call.communicate()[0].strip() == "0"


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_no_helper_outlives_a_killed_run(tmp_path: Path) -> None:
    code = _ASK + "\nimport time\ntime.sleep(60)"
    run = _python(code, tmp_path, E2ESIM_HELPERS="1")
    assert run.stdout is not None
    helper = int(run.stdout.readline())
    time.sleep(1.0)
    assert _alive(helper)
    run.send_signal(signal.SIGKILL)
    run.wait()
    until = time.monotonic() + 20.0
    while _alive(helper) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _alive(helper)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_that_ends_ends_its_helper(tmp_path: Path) -> None:
    code = _ASK
    said, _ = _python(code, tmp_path, E2ESIM_HELPERS="1").communicate()
    assert not _alive(int(said))


def test_a_turn_ends_with_its_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2ESIM_MACHINE_CODE", str(tmp_path / "e2esim-kernels"))
    code = "import e2esim, time\nfrom e2esim import turns\nprint(turns.take('x'), flush=True)\ntime.sleep(60)"
    other = _python(code, tmp_path)
    assert other.stdout is not None
    assert other.stdout.readline().strip() == "True"
    assert not turns.take("x", 0.05)
    assert turns.take("y", 0.0)
    turns.leave("y")
    other.kill()
    other.wait()
    assert turns.take("x", 5.0)
    turns.leave("x")


def test_no_helper_without_a_place_that_all_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("E2ESIM_MACHINE_CODE", raising=False)
    monkeypatch.setenv("E2ESIM_HELPERS", "1")
    assert compile_ahead._helpers() == 0
    assert turns.take("x", 0.0)
    turns.leave("x")


@pytest.mark.parametrize("name", RUNS)
def test_the_list_is_what_a_run_compiles(name: str) -> None:
    """Nearly: a kernel with new arguments is compiled by the run itself until `make docs` has been called."""
    listed = compile_list.kernels(_first(name))
    asked = asked_for(RUNS[name]) or asked_for(RUNS[name])
    assert len(asked) > 40
    assert sum(entry in listed for entry in asked) >= 0.9 * len(asked), "make docs writes the list anew"
    assert sum(_true(*entry) for entry in listed) >= 0.9 * len(listed), "make docs writes the list anew"


def _first(name: str) -> str:
    return compile_list.lists()[name][0][0]


def _true(kernel: str, words: list[Any]) -> bool:
    """Whether the kernel is there, and its types are what they were."""
    try:
        return hasattr(compile_list.found(kernel), "turn") and [compile_list.written(compile_list.read(word)) for word in words] == words
    except (AttributeError, ValueError):
        return False


def test_a_list_that_nobody_has_helps_nobody() -> None:
    assert compile_list.kernels("e2esim.no:such") == []
