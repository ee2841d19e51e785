"""Kernels over the event log: load of work centres, shortages, suppliers, stock."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.events import Event
from e2esim.domain.lean import lean_njit

Array = npt.NDArray[Any]

_DONE, _OPENED = int(Event.OPERATION_DONE), int(Event.CAPACITY_OPENED)
_SHORT, _RECEIVED, _COMPLETED = int(Event.MATERIAL_SHORT), int(Event.SUPPLY_RECEIVED), int(Event.LOT_COMPLETED)


@lean_njit
def weekly_load(t: Array, kind: Array, place: Array, quantity: Array, value: Array, used: Array, opened: Array) -> None:
    """Machine hours used and opened by week of 168 h and work centre.

    Event columns each (n,). ``used``, ``opened``: (n_weeks, n_work_centres) zeros, overwritten [h]; opened = regular
    hours +
    overtime hours. Events beyond the arrays are left out.
    """
    for i in range(t.shape[0]):
        if kind[i] != _DONE and kind[i] != _OPENED:
            continue
        week, centre = int(t[i] / 168.0), place[i]
        if t[i] < 0.0 or week >= used.shape[0] or centre < 0 or centre >= used.shape[1]:
            continue
        if kind[i] == _DONE:
            used[week, centre] += value[i]
        else:
            opened[week, centre] += quantity[i] + value[i]


@lean_njit
def shortage_spells(
    t: Array, kind: Array, item: Array, quantity: Array, start: float, end: float, since: Array
) -> tuple[int, int, float]:
    """Count shortage spells that begin in [start, end), those cleared, and their hours.

    A spell of an item begins with its first MATERIAL_SHORT and ends with the next receipt or completed lot of it; a
    spell still open lasts to ``end``, a lower bound. Events (n,) in order of time; ``since``: (n_items,) filled with
    NaN, overwritten. Returns spells, spells cleared, hours.
    """
    spells, cleared, hours = 0, 0, 0.0
    for i in range(t.shape[0]):
        if item[i] < 0 or item[i] >= since.shape[0] or t[i] >= end:
            continue
        begun = since[item[i]]
        if kind[i] == _SHORT and begun != begun:
            since[item[i]] = t[i]
        elif (kind[i] == _RECEIVED or kind[i] == _COMPLETED) and quantity[i] > 0.0 and begun == begun:
            if begun >= start:
                spells += 1
                cleared += 1
                hours += t[i] - begun
            since[item[i]] = np.nan
    for k in range(since.shape[0]):
        if since[k] == since[k] and since[k] >= start:
            spells += 1
            hours += end - since[k]
    return spells, cleared, hours
