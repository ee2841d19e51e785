"""Differences as a share of the base, each with its interval, one line a KPI."""

from __future__ import annotations

from collections.abc import Sequence

from e2esim.report.comparison import Gap, label, word
from e2esim.report.pictures.ink import BLUE, INK, ORANGE, SOFT, blank, inked, svg

_COLOUR = {"better": BLUE, "worse": ORANGE, "changed": INK}
_WIDEST = 100.0  # [%] what lies further out is drawn at the edge


@inked
def draw_forest(gaps: Sequence[Gap], title: str) -> str:
    """Difference and interval in per cent of the base; grey where no difference is seen."""
    shown = [gap for gap in gaps if gap.base != 0.0]
    figure, (axes, *_) = blank(720.0, 60.0 + 20.0 * max(1, len(shown)))
    for row, gap in enumerate(reversed(shown)):
        low, middle, high = (max(-_WIDEST, min(_WIDEST, 100.0 * v / abs(gap.base))) for v in (gap.ci_low, gap.difference, gap.ci_high))
        colour = _COLOUR.get(word(gap), SOFT)
        axes.plot([low, high], [row, row], color=colour, linewidth=1.6, solid_capstyle="butt")
        axes.plot([middle], [row], marker="o" if colour != SOFT else "|", color=colour, markersize=5)
    axes.axvline(0.0, color=SOFT, linewidth=0.9)
    axes.set_yticks(range(len(shown)), [label(gap.kpi) for gap in reversed(shown)])
    axes.set_xlabel("difference, % of the base")
    axes.grid(False, axis="y")
    return svg(figure, "forest-" + "".join(c if c.isalnum() else "-" for c in title), title)
