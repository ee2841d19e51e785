"""Differences as a share of the base, each with its interval, one line a KPI."""

from __future__ import annotations

from collections.abc import Sequence

from e2esim.report.comparison import Gap, label, word
from e2esim.report.pictures.palette import BLUE, INK, ORANGE, SOFT
from e2esim.report.pictures.paper import Paper, Pen, px
from e2esim.report.pictures.plot import GRID, ROOM_BELOW, Area, Plot, left_room, shown, steps

_COLOUR = {"better": BLUE, "worse": ORANGE, "changed": INK}
_WIDTH = 720.0
_WIDEST = 100.0  # [%] what lies further out is drawn at the edge


def draw_forest(gaps: Sequence[Gap], title: str) -> str:
    """Difference and interval in per cent of the base; grey where no difference is seen."""
    told = [gap for gap in gaps if gap.base != 0.0]
    spans = [tuple(max(-_WIDEST, min(_WIDEST, 100.0 * v / abs(gap.base))) for v in (gap.ci_low, gap.difference, gap.ci_high)) for gap in told]
    low, high = min((min(span) for span in spans), default=-1.0), max((max(span) for span in spans), default=1.0)
    room = max(0.05 * (high - low), 0.05)
    ends, names = (min(low, 0.0) - room, max(high, 0.0) + room), [label(gap.kpi) for gap in told]
    rows, left = max(1, len(told)), left_room(names)
    paper = Paper(_WIDTH, 26.0 + ROOM_BELOW + 20.0 * rows)
    plot = Plot(paper, Area(left, 6.0, _WIDTH - left - 8.0, 20.0 * rows), ends, (rows - 0.5, -0.5))
    ticks = shown(steps(*ends, most=8), lambda value: f"{value:g}".replace("-", "−"))
    plot.bottom_axis(ticks, title="difference, % of the base")
    plot.side()
    for at, _ in ticks:
        plot.post(at, GRID)
    plot.post(0.0, Pen(SOFT, 0.9))
    for row, (gap, name, (start, middle, end)) in enumerate(zip(told, names, spans, strict=True)):
        colour = _COLOUR.get(word(gap), SOFT)
        plot.curve((start, end), (row, row), Pen(colour, 1.6))
        if colour == SOFT:
            x, y = px(plot.across(middle)), px(plot.up(row) - 3.0)
            paper.path(f"M{x} {y}v6", pen=Pen(colour, 1.4))
        else:
            plot.dots((middle,), (row,), colour, 6.0)
        paper.text(left - 4.0, plot.up(row), name, colour=SOFT, ha="right")
    return paper.svg(title)
