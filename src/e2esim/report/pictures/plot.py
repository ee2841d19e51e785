"""A plot on a paper: an area with two scales, its axes, and marks told in the units of the scales."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.report.pictures.lettering import wide
from e2esim.report.pictures.palette import LINE, SOFT
from e2esim.report.pictures.paper import Paper, Pen, px, way

Floats = npt.NDArray[np.floating[Any]]
Tick = tuple[float, str]  # where, and what is written there

AXIS = Pen(LINE, 0.8)
GRID = Pen(LINE, 0.6)
_TICK = 3.0  # [px] length of a mark on the horizontal axis
ROOM_BELOW = 18.0  # [px] for the names of a horizontal axis


class Area(NamedTuple):
    """Where a plot stands on its paper [px]."""

    left: float
    top: float
    width: float
    height: float


class Plot(NamedTuple):
    """An area with the values at its edges: ``x`` from left to right, ``y`` from the bottom to the top."""

    paper: Paper
    area: Area
    x: tuple[float, float]
    y: tuple[float, float]

    def across(self, value: float) -> float:
        """Where a value of the horizontal scale stands [px]."""
        low, high = self.x
        return self.area.left + self.area.width * (value - low) / (high - low)

    def up(self, value: float) -> float:
        """Where a value of the vertical scale stands [px]."""
        low, high = self.y
        return self.area.top + self.area.height * (high - value) / (high - low)

    # --- axes ------------------------------------------------------------------------------------------------------
    def bottom_axis(self, ticks: Iterable[Tick], *, line: bool = True, named: bool = True, title: str = "") -> None:
        """The horizontal axis with its marks; their names where ``named``."""
        area = self.area
        floor, end = area.top + area.height, area.left + area.width
        marks = [(self.across(at), text) for at, text in ticks]
        d = (way([(area.left, floor), (end, floor)]) if line else "") + "".join(f"M{px(x)} {px(floor)}v{_TICK:g}" for x, _ in marks)
        if d:
            self.paper.path(d, pen=AXIS)
        if named:
            for x, text in marks:
                self.paper.text(x, floor + 10.5, text, colour=SOFT, ha="center")
        if title:
            self.paper.text(area.left + area.width / 2, floor + 26.0, title, colour=SOFT, ha="center")

    def left_axis(self, ticks: Iterable[Tick]) -> None:
        """The vertical axis, the numbers beside it and a thin line across the plot at each."""
        area, ticks = self.area, list(ticks)
        for at, text in ticks:
            self.paper.text(area.left - 4.0, self.up(at), text, colour=SOFT, ha="right")
        lines = "".join(f"M{px(area.left)} {px(self.up(at))}h{px(area.width)}" for at, _ in ticks)
        if lines:
            self.paper.path(lines, pen=GRID)
        self.side()

    def side(self) -> None:
        """The line of the vertical axis alone."""
        self.paper.path(f"M{px(self.area.left)} {px(self.area.top)}v{px(self.area.height)}", pen=AXIS)

    def title(self, text: str) -> None:
        """Write the name of the plot above its area."""
        self.paper.text(self.area.left, self.area.top - 8.0, text, size=10.5, colour=SOFT)

    # --- marks -----------------------------------------------------------------------------------------------------
    def wash(self, start: float, end: float, colour: str) -> None:
        """Fill the plot from one value of the horizontal scale to another."""
        x = self.across(start)
        self.paper.rect(x, self.area.top, self.across(end) - x, self.area.height, fill=colour)

    def curve(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats, pen: Pen) -> None:
        """A line through points, broken where a value is missing (nan)."""
        d = "".join(way([(self.across(a), self.up(b)) for a, b in piece]) for piece in _pieces(x, y))
        if d:
            self.paper.path(d, pen=pen)

    def dots(self, x: Sequence[float] | Floats, y: Sequence[float] | Floats, colour: str, size: float = 3.0, *, cap: str = "round") -> None:
        """A dot of ``size`` px at every point; ``cap`` square makes squares of them."""
        d = "".join(f"M{px(self.across(a))} {px(self.up(b))}h.01" for piece in _pieces(x, y) for a, b in piece)
        if d:
            self.paper.path(d, pen=Pen(colour, size, cap=cap))

    def filled(self, x: Floats, y: Floats, colour: str, opacity: float = 0.85) -> None:
        """The area between a line and zero."""
        shapes = []
        for piece in _pieces(x, y):
            points = [(self.across(a), self.up(b)) for a, b in piece]
            shapes.append(way([(points[0][0], self.up(0.0)), *points, (points[-1][0], self.up(0.0))]) + "Z")
        if shapes:
            self.paper.path("".join(shapes), fill=colour, opacity=opacity)

    def post(self, at: float, pen: Pen) -> None:
        """An upright line across the plot."""
        self.paper.path(f"M{px(self.across(at))} {px(self.area.top)}v{px(self.area.height)}", pen=pen)

    def level(self, at: float, pen: Pen) -> None:
        """A level line across the plot."""
        self.paper.path(f"M{px(self.area.left)} {px(self.up(at))}h{px(self.area.width)}", pen=pen)

    def bars(self, spans: Iterable[tuple[float, float, float, float]], *, fill: str, edge: Pen | None = None) -> None:
        """Rectangles from (x0, y0) to (x1, y1) of one colour, as one mark."""
        d = ""
        for x0, y0, x1, y1 in spans:
            left, right, low, high = self.across(x0), self.across(x1), self.up(y0), self.up(y1)
            d += f"M{px(left)} {px(low)}V{px(high)}H{px(right)}V{px(low)}Z"
        if d:
            self.paper.path(d, pen=edge, fill=fill)


def _pieces(x: Sequence[float] | Floats, y: Sequence[float] | Floats) -> list[list[tuple[float, float]]]:
    """The runs of points that have a value."""
    pieces: list[list[tuple[float, float]]] = [[]]
    for a, b in zip(x, y, strict=True):
        if math.isnan(b):
            pieces.append([])
        else:
            pieces[-1].append((float(a), float(b)))
    return [piece for piece in pieces if piece]


def steps(low: float, high: float, *, most: int = 5, whole: bool = False) -> list[float]:
    """Round values from ``low`` to ``high`` in steps of 1, 2 or 5 times a power of ten, at most ``most`` steps; whole numbers if asked for.

    >>> steps(0.0, 2300.0), steps(0.71, 0.89), steps(0.0, 0.4, whole=True)
    ([0.0, 500.0, 1000.0, 1500.0, 2000.0], [0.75, 0.8, 0.85], [0.0])
    """
    if not high > low:
        return [low]
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(nice * power for nice in (1.0, 2.0, 5.0, 10.0) if nice * power >= rough * (1.0 - 1e-9))
    if whole:
        step = max(1.0, step)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def shown(values: Iterable[float], write: Callable[[float], str]) -> list[Tick]:
    """Ticks of values as ``write`` writes them."""
    return [(value, write(value)) for value in values]


def left_room(texts: Iterable[str]) -> float:
    """Pixels that the texts of a vertical axis need to its left."""
    return 6.0 + max((wide(text) for text in texts), default=0.0)
