"""The picture of an S&OP cycle: demand and what is delivered, stock against its target, load of every work centre, by month."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from e2esim.planning.sop.cycle import Cycle
from e2esim.report.pictures.ink import BLUE, CARD, HEAT, INK, LINE, ORANGE, SOFT, TEAL, blank, inked

STEPS = (0.5, 0.7, 0.85, 1.0)  # [share] upper bounds of the first four colours
MOST_CENTRES = 24


def draw_cycle(cycle: Cycle, path: Path) -> list[Path]:
    """Write ``path``.svg and .png."""
    return [Path(name) for name in _draw(cycle, str(path)).split("\n")]


@inked
def _draw(cycle: Cycle, path: str) -> str:
    p = cycle.base.problem
    centres = min(p.n_centres, MOST_CENTRES)
    height = 520.0 + 26.0 * centres
    ratio = [1.25, 0.9, max(0.35, 26.0 * centres / 190.0)]
    figure, (pieces, stock, load) = blank(1100.0, height, 3, 1, height_ratios=ratio)
    _pieces(pieces, cycle)
    _stock(stock, cycle)
    _load(load, cycle, centres)
    words = ["to 50 %", "to 70 %", "to 85 %", "to 100 %", "beyond today's hours"]
    figure.legend(
        handles=[Patch(facecolor=c, edgecolor=LINE, label=w) for c, w in zip(HEAT, words, strict=True)],
        loc="outside lower left", ncols=5, frameon=False, title="Hours planned over hours of today's shifts", alignment="left",
    )  # fmt: skip
    figure.set_facecolor(CARD)
    figure.savefig(f"{path}.svg", facecolor=CARD, metadata={"Date": None})
    figure.savefig(f"{path}.png", dpi=144, facecolor=CARD)
    return f"{path}.svg\n{path}.png"


def _pieces(axes: Axes, cycle: Cycle) -> None:
    """Delivered as bars, waiting and lost above them, demand and budget as lines."""
    v, p = cycle.base.views, cycle.base.problem
    x = np.arange(p.n_months)
    delivered, short = v.delivered.sum(axis=1), (v.backlog + v.lost).sum(axis=1)
    axes.bar(x, delivered, 0.62, color=BLUE, label="delivered")
    if short.max(initial=0.0) > 0.5:
        axes.bar(x, short, 0.62, bottom=delivered, color=ORANGE, label="waiting or lost at the end of the month")
    axes.plot(x, v.consensus.sum(axis=1), color=INK, linewidth=1.8, marker="o", markersize=4, label="demand (consensus)")
    if np.isfinite(v.budget).any():
        axes.plot(x, np.where(np.isfinite(v.budget).any(axis=1), np.nansum(v.budget, axis=1), np.nan), color=SOFT, linestyle=(0, (5, 2)), label="budget")
    axes.set_title("Demand and what is delivered [pieces a month]", loc="left", fontsize=12, color=INK)
    _dress(axes, cycle)
    _legend(axes)


def _stock(axes: Axes, cycle: Cycle) -> None:
    v, p = cycle.base.views, cycle.base.problem
    x = np.arange(p.n_months)
    axes.bar(x, v.stock.sum(axis=1), 0.62, color=TEAL, label="stock at the end of the month")
    axes.plot(x, p.safety.sum(axis=1), color=INK, linewidth=1.6, linestyle=(0, (5, 2)), label="safety target")
    axes.set_title("Stock of products [pieces]", loc="left", fontsize=12, color=INK)
    _dress(axes, cycle)
    _legend(axes)


def _legend(axes: Axes) -> None:
    """Names above the curves, in room made for them."""
    axes.set_ylim(0, 1.22 * axes.get_ylim()[1])
    axes.legend(loc="upper left", ncols=4, frameon=False)


def _dress(axes: Axes, cycle: Cycle) -> None:
    names = cycle.months.names
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.set_xticks(range(len(names)), names)
    axes.set_ylim(bottom=0)
    axes.grid(False, axis="x")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _load(axes: Axes, cycle: Cycle, centres: int) -> None:
    """Load by work centre and month, in per cent of the hours of today's shifts."""
    v, p = cycle.base.views, cycle.base.problem
    rows = np.sort(np.argsort(-np.nan_to_num(v.load_share).max(axis=1), kind="stable")[:centres])
    share = np.nan_to_num(v.load_share[rows])
    colour = np.searchsorted(STEPS, share - 1e-6, side="left")
    image = np.array([[int(c[k : k + 2], 16) for k in (1, 3, 5)] for c in HEAT], dtype=np.uint8)[colour]
    axes.imshow(image, aspect="auto", interpolation="nearest")
    for row in range(len(rows)):
        for month in range(p.n_months):
            axes.text(month, row, f"{100 * share[row, month]:.0f}", ha="center", va="center", fontsize=9, color=CARD if colour[row, month] >= 4 else INK)
    axes.set_yticks(range(len(rows)), [p.centres[c] for c in rows])
    axes.set_xticks(range(p.n_months), p.months)
    axes.tick_params(length=0, labelcolor=INK)
    axes.grid(False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title("Load of each work centre [%]", loc="left", fontsize=12, color=INK)
