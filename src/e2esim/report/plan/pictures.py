"""The load of every work centre by week as a picture, planned and wished; what the pictures of a plan share."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.result import PegKind
from e2esim.report.pictures.ink import CARD, HEAT, INK, LINE, SOFT, blank, inked
from e2esim.report.plan.view import PlanView

FULL = 0.95  # a week with a larger share of its hours planned is full
STEPS = (0.5, 0.7, 0.85, 1.0)  # [share] upper bounds of the first four colours
MOST_CENTRES = 30
MOST_WEEKS = 60


def draw_load(view: PlanView, path: Path) -> list[Path]:
    """Planned and wished load beside each other, one row a work centre, one column a week; beyond 100 % in orange."""
    return _load(view, path)


@inked
def _load_text(view: PlanView, path: str) -> str:
    rows = busiest(view)
    weeks = min(view.weeks, MOST_WEEKS)
    capacity = view.facts.capacity_h[rows, :weeks]
    safe = np.where(capacity > 0, capacity, np.nan)
    height = 150.0 + 22.0 * len(rows)
    figure, axes = blank(1400.0, height, 1, 2, sharey=True)
    parts = (("Wished: all made just in time, no limits", view.wished), ("Planned", view.load))
    for place, (title, hours) in zip(axes, parts, strict=True):
        share = hours[rows, :weeks] / safe
        _heat(place, share, view, weeks)
        over = int(np.nansum(share > 1.0 + 1e-6))
        told = f"{title} — {over} week{'' if over == 1 else 's'} beyond the hours" if over else title
        place.set_title(told, loc="left", fontsize=12, color=INK)
    axes[0].set_yticks(range(len(rows)), [view.facts.centres[c] for c in rows])
    words = ["to 50 %", "to 70 %", "to 85 %", "to 100 %", "beyond the hours there are"]
    figure.legend(
        handles=[Patch(facecolor=c, edgecolor=LINE, label=w) for c, w in zip(HEAT, words, strict=True)],
        loc="outside lower left", ncols=5, frameon=False, title="Load of the week", alignment="left",
    )  # fmt: skip
    return saved(figure, path)


def _load(view: PlanView, path: Path) -> list[Path]:
    return [Path(name) for name in _load_text(view, str(path)).split("\n")]


def feeds_late(view: PlanView) -> set[int]:
    """Lots (rows of `view.lots`) that some late delivery is made from, directly or through other lots."""
    r = view.result
    late = r.delivery_day > view.facts.order_due[r.delivery_order]
    pegged = (r.peg_kind == PegKind.LOT) & late[r.peg_delivery]
    stack, seen = np.unique(r.peg_row[pegged]).tolist(), set()
    inputs: dict[int, list[int]] = {}
    fed = r.feed_kind == PegKind.LOT
    for lot, row in zip(r.feed_lot[fed].tolist(), r.feed_row[fed].tolist(), strict=True):
        inputs.setdefault(lot, []).append(row)
    while stack:
        lot = stack.pop()
        if lot not in seen:
            seen.add(lot)
            stack += inputs.get(lot, [])
    return {view.lots.released + lot for lot in seen}


def busiest(view: PlanView) -> Ints:
    """Work centres to show, in the order of the data: all, or those with the most hours planned."""
    hours = view.load.sum(axis=1)
    if hours.size <= MOST_CENTRES:
        return np.arange(hours.size)
    return np.sort(np.argsort(-hours, kind="stable")[:MOST_CENTRES])


def _heat(axes: Axes, share: Floats, view: PlanView, weeks: int) -> None:
    colour = np.searchsorted(STEPS, np.nan_to_num(share) - 1e-6, side="left")
    image = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in HEAT], dtype=np.uint8)[colour]
    image[np.isnan(share)] = 255
    axes.imshow(image, aspect="auto", interpolation="nearest")
    axes.set_xticks(np.arange(-0.5, weeks), minor=True)
    axes.set_yticks(np.arange(-0.5, share.shape[0]), minor=True)
    axes.grid(False)
    axes.grid(True, which="minor", color=CARD, linewidth=1.0)
    axes.tick_params(which="both", length=0, labelcolor=INK)
    every = max(1, weeks // 8)
    ticks = np.arange(0, weeks, every)
    axes.set_xticks(ticks, [f"{view.facts.today + dt.timedelta(weeks=int(w)):%d %b}" for w in ticks], color=SOFT)
    for spine in axes.spines.values():
        spine.set_visible(False)


def saved(figure: Figure, path: str) -> str:
    """Save as SVG and PNG; returns their paths, one a line."""
    figure.set_facecolor(CARD)
    figure.savefig(f"{path}.svg", facecolor=CARD, metadata={"Date": None})
    figure.savefig(f"{path}.png", dpi=144, facecolor=CARD)
    return f"{path}.svg\n{path}.png"
