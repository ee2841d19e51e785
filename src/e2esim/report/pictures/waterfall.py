"""A waterfall: what stands before, the step of each lever with its interval, what stands after."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from e2esim.report.pictures.palette import BLUE, INK, LINE, ORANGE, SOFT, TEAL
from e2esim.report.pictures.paper import Paper, Pen, px
from e2esim.report.pictures.plot import Area, Plot, left_room
from e2esim.report.words import Words

_WIDTH = 900.0


def draw_waterfall(steps: Sequence[tuple[str, float, float, float, bool]], words: Words, title: str) -> str:
    """Steps are name, amount, interval of the amount [EUR/year], and whether it stands on the ground; the axis leaves out what all share."""
    ends, left = [], 0.0
    for _, amount, low, high, total in steps:
        start = 0.0 if total else left
        left = amount if total else left + amount
        ends.append((start, left, start + low, start + high))
    spots = [v for (start, end, low, high), step in zip(ends, steps, strict=True) for v in ((end,) if step[4] else (start, end, low, high))]
    span = max(max(spots) - min(spots), 1.0)
    floor = min(spots) - 0.12 * span if min(spots) > 0.4 * span else min(0.0, min(spots))
    names = [textwrap.wrap(name, 38)[:3] for name, *_ in steps]
    left = left_room(line for lines in names for line in lines)
    paper = Paper(_WIDTH, 30.0 + 40.0 * len(steps))
    plot = Plot(paper, Area(left, 4.0, _WIDTH - left - 6.0, 40.0 * len(steps)), (floor, max(spots) + 0.24 * span), (len(steps) - 0.5, -0.5))
    for k, ((start, end, low, high), (_, amount, _, _, total)) in enumerate(zip(ends, steps, strict=True)):
        bottom = floor if total else start
        plot.bars([(bottom, k - 0.28, end, k + 0.28)], fill=TEAL if total else BLUE if amount >= 0.0 else ORANGE)
        if high > low:
            x0, x1, y = px(plot.across(low)), px(plot.across(high)), plot.up(k)
            paper.path(f"M{x0} {px(y)}H{x1}M{x0} {px(y - 4.0)}v8M{x1} {px(y - 4.0)}v8", pen=Pen(INK, 1.4))
        if k + 1 < len(steps):
            plot.curve((end, end), (k - 0.28, k + 1.28), Pen(LINE))
        sign = "+" if amount > 0.0 and not total else ""
        x = plot.across(max(start if not total else floor, end, high if high > low else floor)) + 6.0
        paper.text(x, plot.up(k), f"{sign}{words.told(amount, 'EUR/year')}", bold=total)
        for line, text in enumerate(names[k]):
            paper.text(left - 4.0, plot.up(k) + 12.0 * (line - (len(names[k]) - 1) / 2), text, ha="right")
    if floor > 0.0:
        paper.text(left, 40.0 * len(steps) + 16.0, f"← {words.told(floor, 'EUR/year')}", colour=SOFT)
    else:
        plot.post(0.0, Pen(SOFT, 0.8))
    return paper.svg(title)
