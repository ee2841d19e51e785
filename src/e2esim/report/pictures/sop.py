"""S&OP by month: what was planned for demand, production and stock, and the extra shifts opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from e2esim.report.pictures.lettering import wide
from e2esim.report.pictures.lines import Trace, from_zero
from e2esim.report.pictures.palette import BLUE, INK, ORANGE, PURPLE, SOFT, TEAL
from e2esim.report.pictures.paper import Paper, Pen
from e2esim.report.pictures.plot import ROOM_BELOW, Area, Plot, left_room
from e2esim.report.sop_facts import SopMonth, hours_by_month
from e2esim.report.words import Words

WIDTH = 960.0
_COLOURS = (ORANGE, PURPLE, TEAL, BLUE, SOFT)


def draw_sop(months: Sequence[SopMonth], centre_name: Callable[[str], str], words: Words, title: str) -> str:
    """Above: production planned as bars, demand and stock as lines. Below: hours of extra shifts, one bar a work centre."""
    hours = hours_by_month(list(months))
    traces = _traces(months, words)
    shifts = [Trace(values, centre_name(name), Pen(_COLOURS[k % len(_COLOURS)])) for k, (name, values) in enumerate(hours.items())]
    scales = [from_zero(words, [trace.values for trace in group]) for group in (traces, shifts) if group]
    left = left_room(text for scale in scales for _, text in scale.ticks)
    paper = Paper(WIDTH, 380.0 if hours else 235.0)
    bands = ((24.0, 190.0), (246.0, 112.0)) if hours else ((24.0, 235.0 - 24.0 - ROOM_BELOW),)
    areas, ends = [Area(left, top, WIDTH - left - 6.0, height) for top, height in bands], (-0.6, len(months) - 0.4)
    plots = [Plot(paper, area, ends, scale.ends) for area, scale in zip(areas, scales, strict=True)]
    for plot, scale in zip(plots, scales, strict=True):
        plot.left_axis(scale.ticks)
    _plan(plots[0], traces)
    if hours:
        _shifts(plots[1], shifts, words)
    for plot in plots:
        plot.bottom_axis(((float(k), month.month) for k, month in enumerate(months)), named=plot is plots[-1])
    return paper.svg(title)


def _traces(months: Sequence[SopMonth], words: Words) -> list[Trace]:
    """Production, demand, stock, and what waits where anything does."""
    told = [
        Trace(np.array([m.production for m in months]), words("sop_production"), Pen(BLUE)),
        Trace(np.array([m.demand for m in months]), words("sop_demand"), Pen(INK, 1.8)),
        Trace(np.array([m.stock for m in months]), words("sop_stock"), Pen(TEAL, 1.6, (5.0, 2.0))),
    ]
    if max((m.waiting for m in months), default=0.0) > 0.5:
        told.append(Trace(np.array([m.waiting for m in months]), words("sop_waiting"), Pen(ORANGE, 1.6, (1.5, 1.5))))
    return told


def _plan(plot: Plot, traces: Sequence[Trace]) -> None:
    bars, *lines = traces
    x = np.arange(bars.values.size, dtype=np.float64)
    plot.bars([(k - 0.28, 0.0, k + 0.28, v) for k, v in zip(x, bars.values, strict=True)], fill=bars.pen.colour)
    for trace in lines:
        plot.curve(x, trace.values, trace.pen)
    plot.dots(x, lines[0].values, lines[0].pen.colour, 4.5)
    _legend(plot, bars, lines)


def _shifts(plot: Plot, traces: Sequence[Trace], words: Words) -> None:
    width = 0.7 / len(traces)
    for k, trace in enumerate(traces):
        x = np.arange(trace.values.size) + (k - len(traces) / 2 + 0.04) * width
        plot.bars([(a, 0.0, a + 0.92 * width, v) for a, v in zip(x, trace.values, strict=True)], fill=trace.pen.colour)
    plot.title(words("sop_hours"))
    x_px = plot.area.left + plot.area.width - sum(_key_px(trace) for trace in traces)
    for trace in traces:
        _key(plot.paper, trace, x_px, plot.area.top - 8.0, filled=True)
        x_px += _key_px(trace)


def _legend(plot: Plot, bars: Trace, lines: Sequence[Trace]) -> None:
    """Names of bars and lines above the plot, in its middle."""
    x = plot.area.left + (plot.area.width - sum(_key_px(trace) for trace in (bars, *lines))) / 2
    for trace in (bars, *lines):
        _key(plot.paper, trace, x, plot.area.top - 12.0, filled=trace is bars)
        x += _key_px(trace)


def _key(paper: Paper, trace: Trace, x: float, y: float, *, filled: bool) -> None:
    if filled:
        paper.rect(x, y - 4.0, 20.0, 8.0, fill=trace.pen.colour)
    else:
        paper.path(f"M{x:.1f} {y:.1f}h20", pen=trace.pen)
    paper.text(x + 26.0, y, trace.name)


def _key_px(trace: Trace) -> float:
    return 26.0 + wide(trace.name) + 18.0
