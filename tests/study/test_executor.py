"""Worker processes: no second run of the caller's script, no orphans, one dead worker takes only its own job along."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from e2esim.study.executor import Local, WorkerDied
from study_jobs import Fragile

SCRIPT = """
from e2esim.study.executor import Local
print("ran as", __name__)
print(sorted(ended.value() for ended in Local(workers=2).each(abs, [-3, -2, -1])))
"""
SLEEPING = """
import sys, time
from e2esim.study.executor import Local
for ended in Local(workers=2).each(time.sleep, [0.0, 60.0, 60.0, 60.0]):
    print("under way", flush=True)
"""


def children(pid: int) -> set[int]:
    """Processes below a process, as Linux tells them."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text().rpartition(")")
        except OSError:
            continue
        if int(rest.split()[1]) == pid:
            child = int(name.split()[0])
            found |= {child} | children(child)
    return found


def gone(pids: set[int], within_s: float = 20.0) -> bool:
    """True as soon as none of the processes lives (a zombie does not)."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        alive = [pid for pid in pids if Path(f"/proc/{pid}/stat").exists() and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"]
        if not alive:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.parametrize("how", ["script", "standard input", "-c"])
def test_a_study_runs_from_anywhere_and_the_script_runs_once(tmp_path: Path, how: str) -> None:
    path = tmp_path / "study.py"
    path.write_text(SCRIPT)
    words, text = {"script": ([str(path)], None), "standard input": ([], SCRIPT), "-c": (["-c", SCRIPT], None)}[how]
    done = subprocess.run([sys.executable, *words], input=text, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == ("ran as __main__\n[1, 2, 3]\n", "", 0)


def test_here_and_apart_end_alike() -> None:
    found = [{e.job: (e.result, str(e.error)) for e in Local(workers=w).each(Fragile(), range(6))} for w in (1, 2)]
    assert found[0] == found[1]
    assert found[0][3] == (None, "odd 3")
    assert found[0][4] == (16, "None")


def test_a_deadly_job_takes_nothing_else_along() -> None:
    ended = {e.job: e for e in Local(workers=2).each(Fragile(deadly=(4, 10)), range(0, 24, 2))}
    assert {job for job, e in ended.items() if isinstance(e.error, WorkerDied)} == {4, 10}
    assert {job: e.result for job, e in ended.items() if e.error is None} == {k: k * k for k in range(0, 24, 2) if k not in (4, 10)}


def test_where_every_worker_dies_there_is_an_end() -> None:
    with pytest.raises(WorkerDied, match="memory"):
        list(Local(workers=2).each(Fragile(deadly=tuple(range(1000))), range(1000)))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the process table of Linux")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_workers_end_with_their_parent(number: signal.Signals) -> None:
    parent = subprocess.Popen([sys.executable, "-c", SLEEPING], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True)
    assert parent.stdout is not None
    assert parent.stdout.readline() == "under way\n"
    workers = children(parent.pid)
    assert len(workers) >= 2
    started = time.monotonic()
    parent.send_signal(number)
    parent.communicate(timeout=20)
    assert gone(workers)
    assert time.monotonic() - started < 10.0  # not the sixty seconds that the work takes


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the process table of Linux")
def test_closing_ends_what_is_under_way() -> None:
    started = time.monotonic()
    with closing(Local(workers=2).each(time.sleep, [0.0, 60.0, 60.0, 60.0])) as ended:
        next(ended)
        workers = {pid for pid in children(os.getpid()) if "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text(errors="replace")}
        assert len(workers) >= 2
    assert time.monotonic() - started < 30.0
    assert gone(workers)
