"""The Gantt chart of a plan: all lots by work centre over the whole horizon, closed days shaded."""

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

WEEK_PX, LEAST_PX, MOST_PX = 180.0, 1400.0, 6000.0  # width of a week, of the picture at least and at most
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
    width = min(max(LEAST_PX, WEEK_PX * view.weeks), MOST_PX)
    late = feeds_late(view)
    figure, (axes,) = blank(width, 130.0 + 30.0 * len(rows))
    closed = closed_days(f, days)[rows]
    for at, first, after in zip(*(x.tolist() for x in spans(closed)), strict=True):
        axes.broken_barh([(first, after - first)], (at - 0.5, 1.0), facecolors=LINE, linewidth=0.0, alpha=0.6)
    for at, centre in enumerate(rows.tolist()):
        mine = np.flatnonzero((f.step_centre[lots.step] == centre) & (lots.ends > 0) & (lots.start < days))
        begin, length = _bars(view, mine, centre)
        low, height = _lanes(view, mine, centre)
        kinds = np.array(["released" if k < lots.released else "late" if k in late else "planned" for k in mine.tolist()], dtype=str)
        for y, kind in sorted(set(zip(low.tolist(), kinds.tolist(), strict=True))):
            own = (low == y) & (kinds == kind)
            bars = list(zip(begin[own].tolist(), length[own].tolist(), strict=True))
            axes.broken_barh(bars, (at + y, height), facecolors=_COLOURS[kind], edgecolor=CARD, linewidth=0.5)
        for lot, x, w, y in zip(mine.tolist(), begin.tolist(), length.tolist(), low.tolist(), strict=True):
            text = f.items[f.step_item[lots.step[lot]]]
            if w * (width - 250.0) / days > 7.0 * len(text) + 6 and height > LEAST_TEXT:
                axes.text(x + w / 2, at + y + height / 2, text, ha="center", va="center", color=CARD, fontsize=8.5, clip_on=True)
    _axes(axes, view, rows, days)
    used = [k for k in _COLOURS if k != "released" or lots.released]
    handles = [Patch(facecolor=_COLOURS[k], label=_WORDS[k]) for k in used]
    if closed.any():
        handles.append(Patch(facecolor=LINE, alpha=0.6, label="closed"))
    figure.legend(handles=handles, loc="outside lower left", ncols=4, frameon=False)
    return saved(figure, path)


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


def _axes(axes: Axes, view: PlanView, rows: Ints, days: int) -> None:
    axes.set_xlim(0, days)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)), [view.facts.centres[c] for c in rows])
    axes.tick_params(axis="y", labelcolor=INK)
    mondays = np.arange(-view.facts.today.weekday() % 7, days, 7)
    axes.set_xticks(mondays, [f"{view.facts.today + dt.timedelta(days=int(d)):%d %b}" for d in mondays], ha="left")
    axes.set_xticks(np.arange(days), minor=True)
    axes.grid(False, axis="y")
    axes.set_title("Lots by work centre", loc="left", fontsize=12, color=INK)


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
