"""Boxes with names and bands of flow between them, as every map of the report draws them."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch
from matplotlib.path import Path as Curve

from e2esim.report.pictures.ink import BLUE, BOX, INK, LINE
from e2esim.report.pictures.map_layout import Placed

_CHARACTER = 6.0  # [px] width of a character


def band(axes: Axes, x0: float, y0: float, x1: float, y1: float, wide: float, ink: str = BLUE, alpha: float = 0.38) -> None:
    """One flow from (x0, y0) to (x1, y1), measured at its upper edge; never thinner than a hair."""
    low, half = max(wide, 0.8), (x0 + x1) / 2
    upper = [(x0, y0), (half, y0), (half, y1), (x1, y1)]
    lower = [(x1, y1 + low), (half, y1 + low), (half, y0 + low), (x0, y0 + low)]
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    shape = Curve([*upper, *lower, upper[0]], codes)
    axes.add_patch(PathPatch(shape, facecolor=ink, edgecolor="none", alpha=alpha))


def frame(axes: Axes, placed: Placed) -> None:
    """The empty box of something placed."""
    corner, style = (placed.left, placed.top), "round,pad=0,rounding_size=5"
    axes.add_patch(
        FancyBboxPatch(corner, placed.width, placed.height, boxstyle=style, facecolor=BOX, edgecolor=LINE, linewidth=1)
    )


def write(axes: Axes, x: float, y: float, text: str, **kw: Any) -> None:
    """A text around (x, y)."""
    axes.text(x, y, text, **{"ha": "center", "va": "center", "color": INK, **kw})


def cut(text: str, width: float) -> str:
    """Shorten ``text`` so that it fits a box of ``width`` [px]."""
    most = int(width / _CHARACTER)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
