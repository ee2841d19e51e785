"""The load of every work centre in every week, as a grid of colours; full weeks stand out in another hue."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from e2esim.report.pictures.lines import TimeAxis
from e2esim.report.pictures.palette import HEAT, LINE, SOFT
from e2esim.report.pictures.paper import Paper, Pen
from e2esim.report.pictures.plot import ROOM_BELOW, Area, Plot, left_room
from e2esim.report.weekly import FULL, WeeklyLoad

STEPS = (0.5, 0.7, 0.85, FULL)  # [share] upper bounds of the first four colours
_MOST_COLUMNS = 106
_WIDTH = 1160.0


def draw_load(load: WeeklyLoad, names: Sequence[str], frame: TimeAxis, title: str) -> str:
    """One row a work centre, one column a week (several weeks a column in long runs: the fullest is shown), mean load
    at the right.
    """
    weeks, centres = load.weekly.shape
    step = max(1, math.ceil(weeks / _MOST_COLUMNS))
    paper = Paper(_WIDTH, 10.0 + ROOM_BELOW + 26.0 * max(1, centres))
    texts = [frame.words("mean_load", share=frame.words.told(float(load.mean[c]), "share")) for c in range(centres)]
    left = left_room(names)
    area = Area(left, 4.0, _WIDTH - left - left_room(texts) - 6.0, 26.0 * max(1, centres))
    plot = Plot(paper, area, (0.0, float(frame.count)), (max(1, centres) - 0.5, -0.5))
    for colour, cells in zip(HEAT, _cells(load, step), strict=True):
        plot.bars(cells, fill=colour, edge=Pen(LINE, 0.4))
    plot.bottom_axis(zip(*frame.months(), strict=True), line=False)
    for c, (name, text) in enumerate(zip(names, texts, strict=True)):
        paper.text(left - 4.0, plot.up(c), name, ha="right")
        paper.text(area.left + area.width + 6.0, plot.up(c), text)
    if frame.warmup > 0:
        plot.post(frame.warmup, Pen(SOFT, 1.0, (3.0, 2.0)))
    return paper.svg(title)


def _cells(load: WeeklyLoad, step: int) -> list[list[tuple[float, float, float, float]]]:
    """Rectangles by colour."""
    cells: list[list[tuple[float, float, float, float]]] = [[] for _ in HEAT]
    weeks, centres = load.weekly.shape
    for first in range(0, weeks, step):
        block, last = load.weekly[first : first + step], min(first + step, weeks)
        for c in range(centres):
            if np.isnan(block[:, c]).all():
                continue
            colour = int(np.searchsorted(STEPS, np.nanmax(block[:, c]), side="left"))
            cells[colour].append((first + 0.06, c - 0.42, last - 0.06, c + 0.42))
    return cells
