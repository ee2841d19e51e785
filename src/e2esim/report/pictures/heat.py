"""The load of every work centre in every week, as a grid of colours; full weeks stand out in another hue."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from e2esim.report.pictures.ink import HEAT, INK, LINE, SOFT, boxes, framed, inked, svg
from e2esim.report.pictures.lines import TimeAxis
from e2esim.report.weekly import FULL, WeeklyLoad

STEPS = (0.5, 0.7, 0.85, FULL)  # [share] upper bounds of the first four colours
_MOST_COLUMNS = 106


@inked
def draw_load(load: WeeklyLoad, names: Sequence[str], frame: TimeAxis, title: str) -> str:
    """One row a work centre, one column a week (several weeks a column in long runs: the fullest is shown), mean load
    at the right.
    """
    weeks, centres = load.weekly.shape
    step = max(1, math.ceil(weeks / _MOST_COLUMNS))
    figure, (axes,) = framed(1160.0, 34.0 + 26.0 * max(1, centres))
    for colour, cells in zip(HEAT, _cells(load, step), strict=True):
        boxes(axes, cells, colour, LINE, 0.4)
    for c in range(centres):
        text = frame.words("mean_load", share=frame.words.told(float(load.mean[c]), "share"))
        axes.text(frame.count + 0.6, c, text, va="center", color=INK, fontsize=10)
    positions, months = frame.months()
    axes.set_xlim(0, frame.count)
    axes.set_ylim(centres - 0.5, -0.5)
    axes.set_xticks(positions, months)
    axes.set_yticks(range(centres), names)
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if frame.warmup > 0:
        axes.axvline(frame.warmup, color=SOFT, linewidth=1.0, linestyle=(0, (3, 2)))
    return svg(figure, "load", title)


def _cells(load: WeeklyLoad, step: int) -> list[list[tuple[float, float, float, float]]]:
    """Rectangles by colour."""
    cells: list[list[tuple[float, float, float, float]]] = [[] for _ in HEAT]
    weeks, centres = load.weekly.shape
    for first in range(0, weeks, step):
        block = load.weekly[first : first + step]
        for c in range(centres):
            if np.isnan(block[:, c]).all():
                continue
            colour = int(np.searchsorted(STEPS, np.nanmax(block[:, c]), side="left"))
            cells[colour].append((first + 0.06, c - 0.42, min(first + step, weeks) - 0.06, c + 0.42))
    return cells
