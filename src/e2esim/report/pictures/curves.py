"""Curves over the weeks of a run, each named at its end; long runs are drawn as means of neighbouring periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.report.pictures.ink import BLUE, ORANGE, PURPLE, SOFT, TEAL, framed, inked, svg
from e2esim.report.pictures.lines import TimeAxis, end_labels
from e2esim.report.pictures.margins import wide

Floats = npt.NDArray[np.floating[Any]]

WIDTH, HEIGHT = 470.0, 240.0
MOST_POINTS = 240  # of a curve
STROKES: tuple[tuple[str, Any], ...] = (
    (SOFT, (0, (1, 1.5))), (BLUE, "-"), (ORANGE, (0, (5, 2))), (TEAL, (0, (1.5, 1.5))), (PURPLE, (0, (6, 1.5, 1.5, 1.5))),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Curve:
    """Values at the middles of equal periods, their name, and the place of colour and dash in `STROKES`."""

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


@inked
def draw_curves(curves: Sequence[Curve], period_weeks: float, frame: TimeAxis, name: str, title: str) -> str:
    """Draw curves whose periods last ``period_weeks``."""
    figure, (axes,) = framed(WIDTH, HEIGHT)
    named: list[tuple[Floats, str, str]] = []
    x: Floats = np.zeros(1)
    for curve in curves:
        values, step = thinned(np.asarray(curve.values, dtype=np.float64))
        x = (np.arange(values.size) + 0.5) * step * period_weeks
        colour, dash = STROKES[curve.stroke % len(STROKES)]
        axes.plot(x, values, color=colour, linestyle=dash, linewidth=1.7)
        named.append((values, _cut(curve.name), colour))
    low = min((float(np.nanmin(values)) for values, _, _ in named if values.size), default=0.0)
    frame.dress(axes, zero=low >= 0.0, digits=0 if max((float(np.nanmax(np.abs(v))) for v, _, _ in named if v.size), default=0.0) >= 5.0 else 1)
    end_labels(axes, named, x)
    return svg(figure, name, title)


def _cut(text: str, px: float = 110.0) -> str:
    """A name that leaves room for its curve."""
    return text if wide(text) <= px else _cut(text.rstrip("…")[:-1].rstrip() + "…", px)
