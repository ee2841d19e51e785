"""S&OP by month: what was planned for demand, production and stock, and the extra shifts opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes

from e2esim.report.pictures.ink import BLUE, INK, ORANGE, PURPLE, SOFT, TEAL, blank, inked, svg
from e2esim.report.pictures.lines import number
from e2esim.report.sop_facts import SopMonth, hours_by_month
from e2esim.report.words import Words

WIDTH = 960.0
_COLOURS = (ORANGE, PURPLE, TEAL, BLUE, SOFT)


@inked
def draw_sop(months: Sequence[SopMonth], centre_name: Callable[[str], str], words: Words, title: str) -> str:
    """Above: production planned as bars, demand and stock as lines. Below: hours of extra shifts, one bar a work centre."""
    hours = hours_by_month(list(months))
    figure, panels = blank(WIDTH, 380.0 if hours else 235.0, rows=2 if hours else 1, sharex=True, height_ratios=[1.5, 1.0] if hours else [1.0])
    _plan(panels[0], months, words)
    if hours:
        _shifts(panels[1], hours, centre_name, words)
    panels[-1].set_xticks(range(len(months)), [m.month for m in months])
    panels[-1].set_xlim(-0.6, len(months) - 0.4)
    return svg(figure, "sop", title)


def _plan(axes: Axes, months: Sequence[SopMonth], words: Words) -> None:
    x = np.arange(len(months))
    axes.bar(x, [m.production for m in months], 0.56, color=BLUE, label=words("sop_production"))
    axes.plot(x, [m.demand for m in months], color=INK, linewidth=1.8, marker="o", markersize=3.5, label=words("sop_demand"))
    axes.plot(x, [m.stock for m in months], color=TEAL, linewidth=1.6, linestyle=(0, (5, 2)), label=words("sop_stock"))
    if max((m.waiting for m in months), default=0.0) > 0.5:
        axes.plot(x, [m.waiting for m in months], color=ORANGE, linewidth=1.6, linestyle=(0, (1.5, 1.5)), label=words("sop_waiting"))
    axes.set_ylim(bottom=0)
    axes.grid(False, axis="x")
    number(axes, words)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=4, frameon=False)


def _shifts(axes: Axes, hours: dict[str, np.ndarray[tuple[int], np.dtype[np.float64]]], centre_name: Callable[[str], str], words: Words) -> None:
    width = 0.7 / len(hours)
    for k, (name, values) in enumerate(hours.items()):
        x = np.arange(values.size) + (k - (len(hours) - 1) / 2) * width
        axes.bar(x, values, width * 0.92, color=_COLOURS[k % len(_COLOURS)], label=centre_name(name))
    axes.set_title(words("sop_hours"), loc="left", fontsize=10.5, color=SOFT)
    axes.set_ylim(bottom=0)
    axes.grid(False, axis="x")
    number(axes, words)
    axes.legend(loc="upper right", ncols=len(hours), frameon=False, bbox_to_anchor=(1.0, 1.22))
