"""Curves over the weeks of a run, each named at its end; long runs are drawn as means of neighbouring periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.report.pictures.lettering import wide
from e2esim.report.pictures.lines import Scale, TimeAxis, Trace, name_ends, name_room, written
from e2esim.report.pictures.palette import BLUE, ORANGE, PURPLE, SOFT, TEAL
from e2esim.report.pictures.paper import Paper, Pen
from e2esim.report.pictures.plot import left_room, shown, steps

Floats = npt.NDArray[np.floating[Any]]

WIDTH, HEIGHT = 470.0, 240.0
MOST_POINTS = 240  # of a curve
STROKES: tuple[Pen, ...] = (
    Pen(SOFT, 1.6, (1.0, 1.5)), Pen(BLUE, 1.7), Pen(ORANGE, 1.7, (4.0, 1.6)), Pen(TEAL, 1.7, (1.5, 1.5)), Pen(PURPLE, 1.7, (6.0, 2.0)),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Values at the middles of equal periods, their name, and the place of their pen in `STROKES`."""

    name: str
    values: Floats
    stroke: int


def thinned(values: Floats, most: int = MOST_POINTS) -> tuple[Floats, int]:
    """Means of so many neighbouring periods that at most ``most`` are left, and how many a mean holds.

    >>> thinned(np.arange(6.0), 3)
    (array([0.5, 2.5, 4.5]), 2)
    """
    step = -(-values.size // most)
    whole = values.size // step * step if step > 1 else values.size
    return (values[:whole].reshape(-1, step).mean(axis=1), step) if step > 1 else (values, 1)


def draw_curves(curves: Sequence[Curve], period_weeks: float, frame: TimeAxis, title: str) -> str:
    """Draw curves whose periods last ``period_weeks``, from zero, or from the lowest of their values where that lies below."""
    drawn = [(thinned(np.asarray(curve.values, dtype=np.float64)), curve) for curve in curves]
    traces = [Trace(values, _cut(curve.name), STROKES[curve.stroke % len(STROKES)]) for (values, _), curve in drawn]
    scale = _scale(frame, [trace.values for trace in traces])
    paper = Paper(WIDTH, HEIGHT)
    plot = frame.plot(paper, scale, (left_room(text for _, text in scale.ticks), name_room([trace.name for trace in traces])))
    for ((values, step), _), trace in zip(drawn, traces, strict=True):
        plot.curve((np.arange(values.size) + 0.5) * step * period_weeks, values, trace.pen)
    name_ends(plot, traces)
    return paper.svg(title)


def _scale(frame: TimeAxis, values: Sequence[Floats]) -> Scale:
    """From zero or the lowest value to the highest; decimals where all are small."""
    told = [v for v in values if v.size and not np.isnan(v).all()]
    low, high = min((float(np.nanmin(v)) for v in told), default=0.0), max((float(np.nanmax(v)) for v in told), default=1.0)
    ends = (1.05 * min(0.0, low), 1.05 * max(high, 0.0) if max(high, -low) > 0.0 else 1.0)
    small = ends[1] - ends[0] < 5.0
    return Scale(ends, shown(steps(*ends, whole=not small), written(frame.words, digits=1 if small else 0)))


def _cut(text: str, px: float = 110.0) -> str:
    """A name that leaves room for its curve."""
    return text if wide(text) <= px else _cut(text.rstrip("…")[:-1].rstrip() + "…", px)
