"""Lines over the weeks of the run and over the months since purchase."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.report.pictures.lettering import spread, wide
from e2esim.report.pictures.palette import BLUE, BOX, ORANGE, PURPLE, SOFT, TEAL
from e2esim.report.pictures.paper import Paper, Pen
from e2esim.report.pictures.plot import ROOM_BELOW, Area, Plot, Tick, left_room, shown, steps
from e2esim.report.since_purchase import SincePurchase
from e2esim.report.weekly import Leads
from e2esim.report.words import Weeks, Words

Floats = npt.NDArray[np.floating[Any]]

WIDTH, HEIGHT = 470.0, 225.0
_LINE_PX = 13.0  # height of a line of text
_DASHED, _DOTTED = (5.0, 2.0), (1.5, 1.5)
_TOP = 6.0  # [px] above a plot


class Trace(NamedTuple):
    """A line of a picture: its values, its name and its pen."""

    values: Floats
    name: str
    pen: Pen


class Scale(NamedTuple):
    """A vertical scale: its ends and what is written beside it."""

    ends: tuple[float, float]
    ticks: list[Tick]


@dataclass(frozen=True, kw_only=True)
class TimeAxis:
    """The time axis of a run: its weeks, where the warm-up ends, the words."""

    weeks: Weeks
    count: int
    warmup: float  # [weeks]
    words: Words

    def months(self) -> tuple[list[float], list[str]]:
        """Tick positions [weeks] and names of months, thinned so that they fit."""
        months = max(1, round(self.weeks.days / 30.4))
        step = next(s for s in (1, 2, 3, 6, 12, 24, 60) if months / s <= 13 or s == 60)
        positions, names = [], []
        date = self.weeks.start.replace(day=1)
        end = self.weeks.start + dt.timedelta(days=self.weeks.days)
        while date < end:
            if (
                date >= self.weeks.start - dt.timedelta(days=6)
                and (date.month - 1) % min(step, 12) == 0
                and (step <= 12 or date.year % (step // 12) == 0)
            ):
                positions.append(max(0.0, (date - self.weeks.start).days / 7.0))
                names.append(
                    self.words.month(date)
                    if self.weeks.days <= 372
                    else f"{self.words.month(date)} {date.year}"
                    if step < 12
                    else str(date.year)
                )
            date = (date + dt.timedelta(days=32)).replace(day=1)
        return positions, names

    def plot(self, paper: Paper, scale: Scale, room: tuple[float, float], band: tuple[float, float] | None = None, *, named: bool = True) -> Plot:
        """Open a plot over the weeks: ``room`` [px] left and right of it, ``band`` its top and height, a wash over the warm-up."""
        top, height = band if band is not None else (_TOP, paper.height - _TOP - ROOM_BELOW)
        plot = Plot(paper, Area(room[0], top, paper.width - room[0] - room[1], height), (0.0, float(self.count)), scale.ends)
        if self.warmup > 0:
            plot.wash(0.0, min(self.warmup, self.count), BOX)
        plot.left_axis(scale.ticks)
        plot.bottom_axis(zip(*self.months(), strict=True), named=named)
        return plot


def written(words: Words, *, digits: int = 0, percent: bool = False) -> Callable[[float], str]:
    """How the numbers of a vertical axis are written in the language of the report."""

    def write(value: float) -> str:
        if percent:
            return f"{words.number(100 * value, digits)} %"
        if abs(value) >= 10_000:
            return f"{words.number(value / 1000, 0)}k"
        return words.number(value, digits)

    return write


def from_zero(words: Words, values: Sequence[Floats], *, most: int = 5) -> Scale:
    """A scale of whole numbers from zero to the highest of all values."""
    high = 1.05 * max((float(np.nanmax(v)) for v in values if not np.isnan(v).all()), default=0.0)
    ends = (0.0, high if high > 0.0 else 1.0)
    return Scale(ends, shown(steps(*ends, most=most, whole=True), written(words)))


def around(words: Words, low: float, high: float, *, digits: int = 0, percent: bool = False) -> Scale:
    """A scale between two values."""
    return Scale((low, high), shown(steps(low, high), written(words, digits=digits, percent=percent)))


def middles(values: Floats) -> Floats:
    """Middle of each week [weeks]."""
    return np.arange(values.shape[0]) + 0.5


def name_room(names: Sequence[str]) -> float:
    """Pixels that names at the right ends of lines need."""
    return 6.0 + max((wide(name) for name in names), default=0.0)


def name_ends(plot: Plot, traces: Sequence[Trace]) -> None:
    """Write the name of each line at its height beside the right end of the plot, in its colour, without overlap."""
    told = [(plot.up(float(t.values[~np.isnan(t.values)][-1])), t) for t in traces if not np.isnan(t.values).all()]
    x = plot.area.left + plot.area.width + 4.0
    for y, (_, trace) in zip(spread([entry[0] for entry in told], _LINE_PX), told, strict=True):
        plot.paper.text(x, y, trace.name, colour=trace.pen.colour)


def _over_weeks(frame: TimeAxis, traces: Sequence[Trace], title: str, filled: Trace | None = None) -> str:
    """Lines over the weeks from zero on, named at their ends; one may be filled down to zero."""
    all_traces = [*traces, *(() if filled is None else (filled,))]
    scale = from_zero(frame.words, [trace.values for trace in all_traces])
    paper = Paper(WIDTH, HEIGHT)
    plot = frame.plot(paper, scale, (left_room(text for _, text in scale.ticks), name_room([trace.name for trace in all_traces])))
    if filled is not None:
        plot.filled(middles(filled.values), filled.values, filled.pen.colour)
    for trace in traces:
        plot.curve(middles(trace.values), trace.values, trace.pen)
    name_ends(plot, all_traces)
    return paper.svg(title)


def draw_leads(leads: Leads, names: Sequence[str], classes: Sequence[int], frame: TimeAxis, title: str) -> str:
    """Promised (dashed) against real lead time (solid) by week of the order, one panel a class of ``classes``."""
    rows = [
        (
            Trace(leads.promised[:, k], frame.words("promised"), Pen(ORANGE, 1.8, _DASHED)),
            Trace(leads.real[:, k], frame.words("real"), Pen(BLUE, 1.8)),
        )
        for k in classes
    ]
    scales = [from_zero(frame.words, [trace.values for trace in row]) for row in rows]
    left = left_room(text for scale in scales for _, text in scale.ticks)
    right = name_room([frame.words("promised"), frame.words("real")])
    paper = Paper(WIDTH, 98.0 * max(1, len(rows)) + ROOM_BELOW)
    for row, (k, traces, scale) in enumerate(zip(classes, rows, scales, strict=True)):
        plot = frame.plot(paper, scale, (left, right), (20.0 + 98.0 * row, 74.0), named=row + 1 == len(rows))
        plot.title(names[k])
        for trace in traces:
            plot.curve(middles(trace.values), trace.values, trace.pen)
        name_ends(plot, traces)
    return paper.svg(title)


def draw_backlog(waiting: Floats, past_due: Floats, frame: TimeAxis, title: str) -> str:
    """Pieces ordered and not delivered at the end of each week; the part past its promise filled."""
    late = Trace(past_due, frame.words("past_due"), Pen(ORANGE))
    return _over_weeks(frame, [Trace(waiting, frame.words("waiting"), Pen(BLUE, 1.8))], title, filled=late)


def draw_stock(stock: dict[int, Floats], frame: TimeAxis, title: str) -> str:
    """Pieces of sold items on hand by week: plant, own branches, trade accounts."""
    pens = (Pen(BLUE, 1.8), Pen(TEAL, 1.8, _DASHED), Pen(PURPLE, 1.8, _DOTTED))
    traces = [
        Trace(stock[place], frame.words(f"stock_{place}"), pen)
        for place, pen in enumerate(pens)
        if place in stock and not np.isnan(stock[place]).all() and np.nanmax(stock[place]) > 0
    ]
    return _over_weeks(frame, traces, title)


def draw_feelings(share: Floats, frame: TimeAxis, title: str) -> str:
    """Share of satisfied consumers by week of delivery."""
    low, high = 0.0, 1.0
    if not np.isnan(share).all():
        low, high = float(np.nanmin(share)), float(np.nanmax(share))
        room = max(0.04, 0.25 * (high - low))
        low, high = max(0.0, low - room), min(1.0, high + room)
    scale = around(frame.words, low, high, percent=True)
    paper = Paper(WIDTH, HEIGHT)
    plot = frame.plot(paper, scale, (left_room(text for _, text in scale.ticks), 6.0))
    plot.curve(middles(share), share, Pen(BLUE, 1.8))
    plot.dots(middles(share), share, BLUE, 3.5)
    return paper.svg(title)


def draw_since_purchase(found: SincePurchase, words: Words, title: str, product_only_run: bool) -> str:
    """Satisfaction remembered by months since purchase; the product-only judgement of the same purchases dashed."""
    traces = [Trace(found.remembered, words("regime_product" if product_only_run else "regime_service"), Pen(BLUE, 1.8))]
    if found.product_only is not None:
        traces.append(Trace(found.product_only, words("regime_product"), Pen(ORANGE, 1.8, _DASHED)))
    told = np.concatenate([trace.values[~np.isnan(trace.values)] for trace in traces] + [np.array([1.0])])
    room = max(0.02, 0.2 * float(np.ptp(told)))
    scale = around(words, float(told.min()) - room, float(told.max()) + room, digits=2)
    left, right = left_room(text for _, text in scale.ticks), name_room([t.name for t in traces]) if len(traces) > 1 else 6.0
    paper, ends = Paper(WIDTH, HEIGHT), (0.0, float(found.months[-1]) + 0.5)
    plot = Plot(paper, Area(left, _TOP, WIDTH - left - right, HEIGHT - _TOP - ROOM_BELOW - 16.0), ends, scale.ends)
    plot.left_axis(scale.ticks)
    plot.bottom_axis(shown(steps(*ends, most=13, whole=True), lambda month: f"{month:g}"), title=words("months_since"))
    plot.level(1.0, Pen(SOFT, 1.0, (1.5, 2.0)))
    for trace, cap in zip(traces, ("round", "square"), strict=False):
        plot.curve(found.months, trace.values, trace.pen)
        plot.dots(found.months, trace.values, trace.pen.colour, 4.0, cap=cap)
    if len(traces) > 1:
        name_ends(plot, traces)
    return paper.svg(title)


def draw_demand(forecast: Floats, actual: Floats, frame: TimeAxis, title: str) -> str:
    """Demand of the week against the forecast made before it."""
    traces = [Trace(forecast, frame.words("forecast"), Pen(ORANGE, 1.6, _DASHED)), Trace(actual, frame.words("demand"), Pen(BLUE, 1.8))]
    return _over_weeks(frame, traces, title)
