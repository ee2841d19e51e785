"""A waterfall: what stands before, the step of each lever with its interval, what stands after."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from e2esim.report.pictures.ink import BLUE, INK, LINE, ORANGE, SOFT, TEAL, blank, inked, svg
from e2esim.report.words import Words

_WIDTH = 900.0


@inked
def draw_waterfall(steps: Sequence[tuple[str, float, float, float, bool]], words: Words, title: str) -> str:
    """Steps are name, amount, interval of the amount [EUR/year], and whether it stands on the ground; the axis leaves out what all share."""
    figure, (axes,) = blank(_WIDTH, 46.0 + 40.0 * len(steps))
    ends, left = [], 0.0
    for _, amount, low, high, total in steps:
        start = 0.0 if total else left
        left = amount if total else left + amount
        ends.append((start, left, start + low, start + high))
    spots = [v for (start, end, low, high), step in zip(ends, steps, strict=True) for v in ((end,) if step[4] else (start, end, low, high))]
    span = max(max(spots) - min(spots), 1.0)
    floor = min(spots) - 0.12 * span if min(spots) > 0.4 * span else min(0.0, min(spots))
    for k, ((start, end, low, high), (_, amount, _, _, total)) in enumerate(zip(ends, steps, strict=True)):
        bottom = floor if total else start
        axes.barh(k, end - bottom, left=bottom, height=0.56, color=TEAL if total else BLUE if amount >= 0.0 else ORANGE)
        if high > low:
            axes.plot([low, high], [k, k], color=INK, linewidth=1.4)
            axes.plot([low, high], [k, k], color=INK, marker="|", markersize=8, linestyle="none")
        if k + 1 < len(steps):
            axes.plot([end, end], [k - 0.28, k + 1.28], color=LINE, linewidth=1.0)
        sign = "+" if amount > 0.0 and not total else ""
        axes.text(max(start if not total else floor, end, high if high > low else floor) + 0.012 * span, k, f"{sign}{words.told(amount, 'EUR/year')}",
                  va="center", color=INK, fontsize=10, fontweight="bold" if total else "normal")  # fmt: skip
    axes.set_yticks(range(len(steps)), ["\n".join(textwrap.wrap(name, 38)[:3]) for name, *_ in steps])
    axes.tick_params(axis="y", labelcolor=INK, length=0)
    axes.set_xlim(floor, max(spots) + 0.24 * span)
    if floor > 0.0:
        axes.set_xlabel(f"← {words.told(floor, 'EUR/year')}", loc="left")
    else:
        axes.axvline(0.0, color=SOFT, linewidth=0.8)
    axes.set_xticks([])
    axes.invert_yaxis()
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.grid(False)
    return svg(figure, "waterfall", title)
