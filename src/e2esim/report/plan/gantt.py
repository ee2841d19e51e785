"""The Gantt chart of a plan: all lots by work centre over the whole horizon, closed days shaded, a page wide: some weeks below the others."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shifts import DAY_H
from e2esim.report.pictures.ink import BLUE, CARD, INK, LINE, ORANGE, TEAL, blank, inked
from e2esim.report.plan.closed import closed_days, spans
from e2esim.report.plan.pictures import busiest, feeds_late, saved
from e2esim.report.plan.view import PlanView

PAGE_PX, MARGIN_PX = 1700.0, 250.0  # width of the picture, and of what is beside the bars
STRIP_WEEKS, MOST_STRIPS = 6, 12  # weeks beside each other, more where else there were too many strips
ROW = 0.72  # height of a work centre, of the distance between two
LEAST_TEXT = 0.3  # height of a bar that has room for a name
_COLOURS = {"late": ORANGE, "released": TEAL, "planned": BLUE}
_WORDS = {"late": "feeds a late order", "released": "released before, or firm", "planned": "on time"}


def draw_gantt(view: PlanView, path: Path) -> list[Path]:
    """All lots by work centre and machine, from when their work starts to when it ends; closed days in grey.

    Where hours are by the week, lots stand one after the other at the pace of each week's hours. SVG and PNG.
    """
    return [Path(name) for name in _gantt_text(view, str(path)).split("\n")]


@inked
def _gantt_text(view: PlanView, path: str) -> str:
    f, lots, rows = view.facts, view.lots, busiest(view)
    days = 7 * view.weeks
    edges = strips(view.weeks)
    figure, plots = blank(PAGE_PX, 90.0 + (40.0 + 30.0 * len(rows)) * (len(edges) - 1), len(edges) - 1)
    closed = closed_days(f, days)[rows]
    for axes, first, last in zip(plots, edges, edges[1:], strict=False):
        for at, shut, after in zip(*(x.tolist() for x in spans(closed)), strict=True):
            if shut < last and after > first:
                axes.broken_barh([(shut, after - shut)], (at - 0.5, 1.0), facecolors=LINE, linewidth=0.0, alpha=0.6)
        _axes(axes, view, rows, first, edges[1] + first)
    plots[0].set_title("Lots by work centre", loc="left", fontsize=12, color=INK)
    late = feeds_late(view)
    for at, centre in enumerate(rows.tolist()):
        mine = np.flatnonzero((f.step_centre[lots.step] == centre) & (lots.ends > 0) & (lots.start < days))
        begin, length = _bars(view, mine, centre)
        low, height = _lanes(view, mine, centre)
        kinds = np.array(["released" if k < lots.released else "late" if k in late else "planned" for k in mine.tolist()], dtype=str)
        names = [f.items[k] for k in f.step_item[lots.step[mine]].tolist()]
        for axes, first, last in zip(plots, edges, edges[1:], strict=False):
            here = (begin < last) & (begin + length > first)
            for y, kind in sorted(set(zip(low[here].tolist(), kinds[here].tolist(), strict=True))):
                own = here & (low == y) & (kinds == kind)
                bars = list(zip(begin[own].tolist(), length[own].tolist(), strict=True))
                drawn = axes.broken_barh(bars, (at + y, height), facecolors=_COLOURS[kind], edgecolor=CARD, linewidth=0.5)
                drawn.set_in_layout(False)
            for k in np.flatnonzero(here).tolist() if height > LEAST_TEXT else ():
                x, end = max(float(begin[k]), first), min(float(begin[k] + length[k]), last)
                if (end - x) * (PAGE_PX - MARGIN_PX) / edges[1] > 7.0 * len(names[k]) + 6:
                    name = axes.text((x + end) / 2, at + low[k] + height / 2, names[k], ha="center", va="center", color=CARD, fontsize=8.5, clip_on=True)
                    name.set_in_layout(False)  # it lies inside; the layout would measure thousands of names
    used = [k for k in _COLOURS if k != "released" or lots.released]
    handles = [Patch(facecolor=_COLOURS[k], label=_WORDS[k]) for k in used]
    if closed.any():
        handles.append(Patch(facecolor=LINE, alpha=0.6, label="closed"))
    figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False)
    return saved(figure, path)


def strips(weeks: int) -> list[int]:
    """Days on which the strips of a picture begin, and the day after the last one [d].

    >>> strips(13), strips(4)
    ([0, 42, 84, 91], [0, 28])
    """
    step = min(max(STRIP_WEEKS, -(-weeks // MOST_STRIPS)), max(weeks, 1))
    return [7 * week for week in (*range(0, weeks, step), max(weeks, 1))]


def _bars(view: PlanView, mine: Ints, centre: int) -> tuple[Floats, Floats]:
    """Begin and length of the bars of some lots of a work centre [d]."""
    f, lots = view.facts, view.lots
    if f.shifts is not None and f.shifts.by_hour[centre]:
        begin = np.maximum(lots.begins[mine], 0.0) / DAY_H
        return begin, np.maximum(lots.ends[mine] / DAY_H - begin, 0.0)
    return paced(np.maximum(lots.start[mine], 0), lots.hours[mine], f.capacity_h[centre])


def _lanes(view: PlanView, mine: Ints, centre: int) -> tuple[Floats, float]:
    """Edge of each bar and height of all: machines of a work centre stand below each other."""
    shifts = view.facts.shifts
    count = len(shifts.machines(centre)) if shifts is not None and shifts.by_hour[centre] else 1
    if view.facts.is_outside[centre]:
        count = int(view.machine_number[mine].max(initial=1))  # so many lots are there at a time
    height = ROW / max(count, 1)
    return np.asarray(-ROW / 2 + height * np.maximum(view.machine_number[mine] - 1, 0)), height


def _axes(axes: Axes, view: PlanView, rows: Ints, first: int, last: int) -> None:
    axes.set_xlim(first, last)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [view.facts.centres[c] for c in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    mondays = np.arange(first + -view.facts.today.weekday() % 7, last, 7)
    axes.set_xticks(mondays, [f"{view.facts.today + dt.timedelta(days=int(d)):%d %b}" for d in mondays], ha="left")
    axes.set_xticks(np.arange(first, last), minor=True)
    axes.grid(False, axis="y")


def paced(start: Ints, hours: Floats, capacity: Floats) -> tuple[Floats, Floats]:
    """Begin and width of bars [d]: each lot takes its hours at the pace of its week, none before the last has ended.

    Examples
    --------
    >>> begin, width = paced(np.array([0, 0, 7]), np.array([7.0, 14.0, 3.0]), np.array([28.0, 21.0]))
    >>> begin.tolist(), width.tolist()
    ([0.0, 1.75, 7.0], [1.75, 3.5, 1.0])
    """
    order = np.argsort(start, kind="stable")
    begin, width, free = np.zeros(start.size), np.zeros(start.size), 0.0
    for k in order:
        pace = max(float(capacity[min(int(start[k]) // 7, capacity.size - 1)]), 1e-9) / 7.0
        begin[k], width[k] = max(free, float(start[k])), hours[k] / pace
        free = begin[k] + width[k]
    return begin, width
