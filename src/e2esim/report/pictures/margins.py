"""Margins of a picture from the texts beside its plots: one measurement a text, where matplotlib's layouts draw everything to find them."""

from __future__ import annotations

from functools import cache

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Annotation, Text
from matplotlib.textpath import text_to_path

_EDGE = 6.0  # [px] around all
_TICK_LINE = 17.0  # [px] of the names below a horizontal axis
_TITLE = 19.0  # [px] of a title or an axis label, with the room around it


@cache
def wide(text: str, size: float = 10.0) -> float:
    """Return how many px a text of ``size`` px is wide, in the widest of the fonts that a page may use.

    >>> wide("iii") < wide("mmm")
    True
    """
    font = FontProperties(family="DejaVu Sans", size=size)
    return 1.06 * max(float(text_to_path.get_text_width_height_descent(line or " ", font, False)[0]) for line in text.split("\n"))


def fit(figure: Figure) -> None:
    """Give the plots of ``figure``, one below the other, the room that names of ticks, titles and texts beside them leave."""
    width, height = figure.get_size_inches() * figure.dpi
    left = _EDGE + max(_names_px(axes.yaxis) for axes in figure.axes)
    right = max((_right_px(axes, width, left) for axes in figure.axes), default=_EDGE)
    last = figure.axes[-1]
    foot = _EDGE + (_TICK_LINE if len(last.xaxis.get_major_locator()()) else 0.0) + (_TITLE if last.get_xlabel() else 0.0)
    head = _TITLE if any(axes.get_title(loc="left") for axes in figure.axes) else _EDGE
    rows = len(figure.axes)
    plot = max(10.0, (height - foot - head - (rows - 1) * (head + _EDGE)) / rows)
    for row, axes in enumerate(figure.axes):
        top = head + row * (plot + head + _EDGE)
        axes.set_position((left / width, 1.0 - (top + plot) / height, (width - left - right) / width, plot / height))


def _names_px(axis: Axis) -> float:
    """Width of the names beside a vertical axis."""
    names = axis.get_major_formatter().format_ticks(list(axis.get_major_locator()()))
    return max((wide(name) for name in names if name), default=0.0)


def _right_px(axes: Axes, width: float, left: float) -> float:
    """Room to the right of a plot so that its texts, which begin at a place of its horizontal axis, end on the paper."""
    low, high = axes.get_xlim()
    room = _EDGE
    for text in axes.texts:
        if text.get_horizontalalignment() != "left":
            continue
        share = (_begins(text) - low) / (high - low)
        needed = wide(text.get_text(), float(text.get_fontsize())) + (4.0 if isinstance(text, Annotation) else 0.0) + _EDGE
        if share > 0.0:
            room = max(room, width - left - (width - needed - left) / share)
    return min(room, 0.5 * width)


def _begins(text: Text) -> float:
    return float(text.xy[0] if isinstance(text, Annotation) else text.get_position()[0])
