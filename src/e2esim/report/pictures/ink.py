"""Pictures by matplotlib, for files that are opened by themselves (PNG, SVG): the style and a blank figure.

The pictures of a page are written as SVG by ``paper`` and ``plot``; drawing them here took most of the time of a report.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from e2esim.report.pictures.palette import INK, LINE, SOFT

STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "e2esim",
    "text.parse_math": False,
    "font.family": "sans-serif",
    "font.size": 10.5,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.linewidth": 0.8,
    "xtick.labelsize": 10,
    "ytick.labelsize": 10,
    "axes.labelsize": 10,
    "axes.grid": True,
    "grid.color": LINE,
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "savefig.facecolor": "none",
    "axes.formatter.useoffset": False,
    "path.simplify": True,
}
_DPI = 72.0  # a point is a pixel of the drawing

P = ParamSpec("P")


def inked(draw: Callable[P, str]) -> Callable[P, str]:
    """Run a drawing in the style of the report; the defaults stay untouched."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> str:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn


def blank(width: float, height: float, rows: int = 1, columns: int = 1, **kw: Any) -> tuple[Figure, list[Axes]]:
    """Return a figure of ``width`` x ``height`` [px] and its axes, row by row; never pyplot, which keeps figures
    alive.
    """
    figure = Figure(figsize=(width / _DPI, height / _DPI), dpi=_DPI, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, **kw)
    return figure, list(axes.flat)
