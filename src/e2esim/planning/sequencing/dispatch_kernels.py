"""Kernel of the dispatching rule: build a schedule operation by operation, always where a start is earliest."""

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@njit(cache=True, nogil=True)
def dispatch(
    first_operation: Ints, first_mode: Ints, mode_machine: Ints, mode_duration: Ints, release: Ints, family: Ints,
    changeover: Ints, urgency: Floats, latest: Floats, patience: float, setup_patience: float, active: bool,
    machine: Ints, start: Ints, end: Ints,
) -> None:
    """List scheduling with an index; writes ``machine, start, end`` (n_operations,).

    Every round takes the next operation of each job on the alternate where it ends first. ``active``: among those that
    could start before the earliest end of all on the machine of that end (Giffler and Thompson); else among those that
    can start earliest of all. The highest index wins: ``urgency`` less the slack to the ``latest`` start over
    ``patience`` (both (n_operations,)) less the changeover over ``setup_patience``.
    """
    n_jobs, n_machines = release.shape[0], changeover.shape[0]
    following = first_operation[:n_jobs].copy()
    ready = release.copy()
    free, last = np.zeros(n_machines, np.int64), np.full(n_machines, -1, np.int64)
    begin, finish, mode = np.zeros(n_jobs, np.int64), np.zeros(n_jobs, np.int64), np.zeros(n_jobs, np.int64)
    change = np.zeros(n_jobs, np.int64)
    for _ in range(machine.shape[0]):
        earliest, first_end, target, first_begin = np.int64(2**62), np.int64(2**62), -1, np.int64(0)
        for j in range(n_jobs):
            o = following[j]
            if o >= first_operation[j + 1]:
                continue
            finish[j] = 2**62
            for k in range(first_mode[o], first_mode[o + 1]):
                m = mode_machine[k]
                setup = changeover[m, family[last[m]], family[o]] if last[m] >= 0 else 0
                at = max(ready[j], free[m] + setup)
                if at + mode_duration[k] < finish[j]:
                    begin[j], finish[j], mode[j], change[j] = at, at + mode_duration[k], k, setup
            earliest = min(earliest, begin[j])
            if finish[j] < first_end:
                first_end, target, first_begin = finish[j], mode_machine[mode[j]], begin[j]
        best, chosen = -1e300, -1
        for j in range(n_jobs):
            o = following[j]
            if o >= first_operation[j + 1]:
                continue
            if active:
                if mode_machine[mode[j]] != target or begin[j] >= max(first_end, first_begin + 1):  # it may take no time
                    continue
            elif begin[j] > earliest:
                continue
            slack = max(latest[o] - begin[j], 0.0)
            index = urgency[o] - slack / patience - change[j] / setup_patience
            if index > best:
                best, chosen = index, j
        o, m = following[chosen], mode_machine[mode[chosen]]
        machine[o], start[o], end[o] = m, begin[chosen], finish[chosen]
        free[m], last[m], ready[chosen] = finish[chosen], o, finish[chosen]
        following[chosen] = o + 1
