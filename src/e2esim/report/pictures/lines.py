"""Lines over the weeks of the run and over the months since purchase."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from e2esim.report.pictures.ink import BLUE, BOX, ORANGE, PURPLE, SOFT, TEAL, direct_label, framed, inked, spread, svg
from e2esim.report.since_purchase import SincePurchase
from e2esim.report.weekly import Leads
from e2esim.report.words import Weeks, Words

Floats = npt.NDArray[np.floating[Any]]

WIDTH, HEIGHT = 470.0, 225.0
_LINE_PX = 13.0  # height of a line of text


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

    def dress(self, axes: Axes, *, digits: int = 0, percent: bool = False, zero: bool = True, named: bool = True) -> None:
        """Give ``axes`` months where they are ``named``, numbers in the language, and a wash over the warm-up."""
        axes.set_xlim(0, self.count)
        axes.set_xticks(*(self.months() if named else ([], [])))
        axes.grid(False, axis="x")
        if zero:
            axes.set_ylim(bottom=0)
        number(axes, self.words, digits=digits, percent=percent)
        if self.warmup > 0:
            axes.axvspan(0, self.warmup, facecolor=BOX, edgecolor="none", zorder=0)


def number(axes: Axes, words: Words, *, digits: int = 0, percent: bool = False) -> None:
    """Write the numbers of the vertical axis in the language of the report."""

    def shown(value: float, _: int) -> str:
        if percent:
            return f"{words.number(100 * value, digits)} %"
        if abs(value) >= 10_000:
            return f"{words.number(value / 1000, 0)}k"
        return words.number(value, digits)

    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 5, 10], integer=digits == 0 and not percent))
    axes.yaxis.set_major_formatter(FuncFormatter(shown))


def middles(values: Floats) -> Floats:
    """Middle of each week [weeks]."""
    return np.arange(values.shape[0]) + 0.5


def end_labels(axes: Axes, curves: Sequence[tuple[Floats, str, str]], x: Floats, *, height: float = 200.0) -> None:
    """Write the name of each curve at the right end of axes ``height`` [px] high, in its colour, without overlap."""
    told = [(float(y[~np.isnan(y)][-1]), name, colour) for y, name, colour in curves if not np.isnan(y).all()]
    if not told:
        return
    low, high = axes.get_ylim()
    places = spread([entry[0] for entry in told], _LINE_PX * (high - low) / height)
    for (_, name, colour), y in zip(told, places, strict=True):
        direct_label(axes, float(x[-1]), y, name, colour)


@inked
def draw_leads(leads: Leads, names: Sequence[str], shown: Sequence[int], frame: TimeAxis, title: str) -> str:
    """Promised (dashed) against real lead time (solid) by week of the order, one panel a class of ``shown``."""
    figure, panels = framed(WIDTH, 24.0 + 98.0 * max(1, len(shown)), rows=max(1, len(shown)))
    for axes, k in zip(panels, shown, strict=False):
        x = middles(leads.promised)
        axes.plot(x, leads.promised[:, k], color=ORANGE, linestyle=(0, (5, 2)), linewidth=1.8)
        axes.plot(x, leads.real[:, k], color=BLUE, linewidth=1.8)
        axes.set_title(names[k], loc="left", fontsize=10.5, color=SOFT)
        frame.dress(axes, named=axes is panels[-1])
        end_labels(
            axes,
            [(leads.promised[:, k], frame.words("promised"), ORANGE), (leads.real[:, k], frame.words("real"), BLUE)],
            x,
            height=72.0,
        )
    return svg(figure, "leads", title)


@inked
def draw_backlog(waiting: Floats, past_due: Floats, frame: TimeAxis, title: str) -> str:
    """Pieces ordered and not delivered at the end of each week; the part past its promise filled."""
    figure, (axes,) = framed(WIDTH, HEIGHT)
    x = middles(waiting)
    axes.plot(x, waiting, color=BLUE, linewidth=1.8)
    axes.fill_between(x, 0, past_due, facecolor=ORANGE, edgecolor="none", alpha=0.85)
    frame.dress(axes)
    end_labels(axes, [(waiting, frame.words("waiting"), BLUE), (past_due, frame.words("past_due"), ORANGE)], x)
    return svg(figure, "backlog", title)


@inked
def draw_stock(stock: dict[int, Floats], frame: TimeAxis, title: str) -> str:
    """Pieces of sold items on hand by week: plant, own branches, trade accounts."""
    figure, (axes,) = framed(WIDTH, HEIGHT)
    curves = []
    for place, style, colour in ((0, "-", BLUE), (1, (0, (5, 2)), TEAL), (2, (0, (1.5, 1.5)), PURPLE)):
        if place in stock and not np.isnan(stock[place]).all() and np.nanmax(stock[place]) > 0:
            axes.plot(middles(stock[place]), stock[place], color=colour, linestyle=style, linewidth=1.8)
            curves.append((stock[place], frame.words(f"stock_{place}"), colour))
    frame.dress(axes)
    end_labels(axes, curves, np.arange(frame.count) + 0.5)
    return svg(figure, "stock", title)


@inked
def draw_feelings(share: Floats, frame: TimeAxis, title: str) -> str:
    """Share of satisfied consumers by week of delivery."""
    figure, (axes,) = framed(WIDTH, HEIGHT)
    axes.plot(middles(share), share, color=BLUE, linewidth=1.8, marker="o", markersize=2.5)
    frame.dress(axes, percent=True, zero=False)
    if not np.isnan(share).all():
        low, high = float(np.nanmin(share)), float(np.nanmax(share))
        room = max(0.04, 0.25 * (high - low))
        axes.set_ylim(max(0.0, low - room), min(1.0, high + room))
    return svg(figure, "feelings", title)


@inked
def draw_since_purchase(found: SincePurchase, words: Words, title: str, product_only_run: bool) -> str:
    """Satisfaction remembered by months since purchase; the product-only judgement of the same purchases dashed."""
    figure, (axes,) = framed(WIDTH, HEIGHT)
    curves = [(found.remembered, words("regime_product" if product_only_run else "regime_service"), BLUE)]
    axes.plot(found.months, found.remembered, color=BLUE, linewidth=1.8, marker="o", markersize=3)
    if found.product_only is not None:
        axes.plot(
            found.months,
            found.product_only,
            color=ORANGE,
            linewidth=1.8,
            linestyle=(0, (5, 2)),
            marker="s",
            markersize=3,
        )
        curves.append((found.product_only, words("regime_product"), ORANGE))
    axes.axhline(1.0, color=SOFT, linewidth=1.0, linestyle=(0, (1.5, 2)))
    axes.set_xlim(0, float(found.months[-1]) + 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=13))
    axes.set_xlabel(words("months_since"))
    axes.grid(False, axis="x")
    number(axes, words, digits=2)
    told = np.concatenate([curve[0][~np.isnan(curve[0])] for curve in curves] + [np.array([1.0])])
    room = max(0.02, 0.2 * float(np.ptp(told)))
    axes.set_ylim(float(told.min()) - room, float(told.max()) + room)
    if len(curves) > 1:
        end_labels(axes, curves, found.months)
    return svg(figure, "since", title)


@inked
def draw_demand(forecast: Floats, actual: Floats, frame: TimeAxis, title: str) -> str:
    """Demand of the week against the forecast made before it."""
    figure, (axes,) = framed(WIDTH, HEIGHT)
    x = middles(actual)
    axes.plot(x, forecast, color=ORANGE, linewidth=1.6, linestyle=(0, (5, 2)))
    axes.plot(x, actual, color=BLUE, linewidth=1.8)
    frame.dress(axes)
    end_labels(axes, [(forecast, frame.words("forecast"), ORANGE), (actual, frame.words("demand"), BLUE)], x)
    return svg(figure, "demand", title)
