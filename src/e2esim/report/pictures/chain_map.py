"""The chain on one picture: suppliers, plant with its work centres, warehouse, channels, markets, and what returns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from e2esim.domain.book import ReturnCause
from e2esim.report.flows import Flows
from e2esim.report.pictures.boxes import band, cut, frame, write
from e2esim.report.pictures.heat import STEPS
from e2esim.report.pictures.ink import HEAT, ORANGE, SOFT, canvas, inked, svg
from e2esim.report.pictures.map_layout import COLUMNS, TOP, WIDTH, MapLayout, Placed, Titles, lay_out, pieces
from e2esim.report.weekly import WeeklyLoad
from e2esim.report.words import Words

_FOOT = 92.0  # [px] below the boxes, for what comes back


@inked
def draw_chain_map(flows: Flows, load: WeeklyLoad, titles: Titles, words: Words, title: str) -> str:
    """Draw the map; widths of bands are pieces, those of suppliers the value called off scaled to the same height."""
    plan = lay_out(flows, titles, words)
    figure, axes = canvas(WIDTH, plan.height + TOP + _FOOT)
    for (left, width), key in zip(COLUMNS, ("suppliers", "plant", "store", "channels", "markets"), strict=True):
        write(axes, left + width / 2, 22, words(f"map_{key}"), color=SOFT, fontsize=12, fontweight="bold")
    _bands_in(axes, flows, plan)
    _bands_out(axes, flows, plan)
    for placed in (*plan.suppliers, *plan.channels, *plan.markets):
        _draw_box(axes, placed)
    _draw_plant(axes, plan.plant, load, titles.centres, words)
    _draw_store(axes, plan.store, flows, words)
    _draw_returns(axes, flows, plan, words)
    return svg(figure, "map", title)


def _bands_in(axes: Axes, flows: Flows, plan: MapLayout) -> None:
    """Suppliers to plant, plant to warehouse."""
    y = plan.plant.centred(sum(placed.band for placed in plan.suppliers))
    for placed in plan.suppliers:
        band(axes, placed.right, placed.centred(placed.band), plan.plant.left, y, placed.band)
        y += placed.band
    made = plan.scale * flows.made
    band(axes, plan.plant.right, plan.plant.centred(made), plan.store.left, plan.store.centred(made), made)


def _bands_out(axes: Axes, flows: Flows, plan: MapLayout) -> None:
    """Warehouse to channels, channels to markets."""
    y = plan.store.centred(plan.scale * float(flows.shipped.sum()))
    arrive = [placed.centred(placed.band) for placed in plan.markets]
    for placed in plan.channels:
        channel = _code(placed)
        wide = plan.scale * float(flows.shipped[channel])
        band(axes, plan.store.right, y, placed.left, placed.centred(wide), wide)
        y += wide
        leave = placed.centred(plan.scale * float(flows.sold[channel].sum()))
        for k, market in enumerate(plan.markets):
            wide = plan.scale * float(flows.sold[channel, _code(market)])
            if wide > 0:
                band(axes, placed.right, leave, market.left, arrive[k], wide)
                leave, arrive[k] = leave + wide, arrive[k] + wide


def _code(placed: Placed) -> int:
    return -1 if placed.box is None else placed.box.code


def _draw_box(axes: Axes, placed: Placed) -> None:
    if placed.box is None:
        return
    frame(axes, placed)
    x, y = placed.left + placed.width / 2, placed.top + placed.height / 2
    write(axes, x, y - 7.5, cut(placed.box.name, placed.width), fontsize=11)
    write(axes, x, y + 8, cut(placed.box.note, placed.width), color=SOFT, fontsize=10)


def _draw_plant(axes: Axes, plant: Placed, load: WeeklyLoad, centres: Sequence[str], words: Words) -> None:
    """The plant: one bar of load a work centre, coloured as in the load picture."""
    frame(axes, plant)
    step = min(52.0, (plant.height - 24.0) / max(1, len(centres)))
    top = plant.centred(step * len(centres))
    wide = plant.width - 66.0
    for c, name in enumerate(centres):
        share, bar = float(load.mean[c]), top + step * (c + 0.58)
        write(axes, plant.left + 12, bar - 0.28 * step, cut(name, plant.width - 16), ha="left", fontsize=10.5)
        corner = (plant.left + 12, bar)
        axes.add_patch(Rectangle(corner, wide, 7, facecolor="none", edgecolor=SOFT, linewidth=0.6))
        if not np.isnan(share):
            colour = HEAT[max(1, int(np.searchsorted(STEPS, share)))]
            length = wide * min(1.0, share)
            axes.add_patch(Rectangle(corner, length, 7, facecolor=colour, edgecolor=SOFT, linewidth=0.6))
        write(axes, plant.right - 10, bar + 3.5, words.told(share, "share"), ha="right", fontsize=10)


def _draw_store(axes: Axes, store: Placed, flows: Flows, words: Words) -> None:
    frame(axes, store)
    x, y = store.left + store.width / 2, store.top + store.height / 2
    shipped = pieces(float(flows.shipped.sum()), words)
    lines = (("made", pieces(flows.made, words)), ("shipped", shipped), ("stock", words.told(flows.stock, "pcs")))
    for k, (key, text) in enumerate(lines):
        write(axes, x, y - 52 + 44 * k, words(f"map_{key}"), color=SOFT, fontsize=10)
        write(axes, x, y - 37 + 44 * k, text, fontsize=11)


def _draw_returns(axes: Axes, flows: Flows, plan: MapLayout, words: Words) -> None:
    """What comes back: one band along the bottom as wide as its pieces, its causes in words."""
    wide = max(2.5, plan.scale * flows.back)
    edge = TOP + plan.height
    floor, r = edge + 34.0, 16.0
    x0, x1 = COLUMNS[4][0] + COLUMNS[4][1] / 2, plan.store.left + plan.store.width / 2
    foot = max((placed.top + placed.height for placed in plan.markets), default=edge)
    turns = [(x0, foot), (x0, floor - r), (x0, floor), (x0 - r, floor)]
    turns += [(x1 + r, floor), (x1, floor), (x1, floor - r), (x1, edge + 8)]
    codes = [Curve.MOVETO, Curve.LINETO, *[Curve.CURVE3] * 2, Curve.LINETO, *[Curve.CURVE3] * 2, Curve.LINETO]
    axes.add_patch(PathPatch(Curve(turns, codes), facecolor="none", edgecolor=ORANGE, linewidth=wide, alpha=0.75))
    axes.plot([x1], [edge + 7], marker="^", color=ORANGE, markersize=max(9.0, wide + 7.0))
    y, middle = floor + wide / 2 + 15, (x0 + x1) / 2
    write(axes, middle, y, _returned(flows, words), fontsize=11)
    used = float(flows.returned[ReturnCause.USED_PRODUCT])
    if used > 0:
        write(axes, middle, y + 18, words("map_used", pieces=pieces(used, words)), color=SOFT, fontsize=10)


def _returned(flows: Flows, words: Words) -> str:
    """Pieces returned and their causes, the most frequent first."""
    causes = [c for c in ReturnCause if c not in (ReturnCause.NONE, ReturnCause.USED_PRODUCT) and flows.returned[c] > 0]
    causes.sort(key=lambda cause: -float(flows.returned[cause]))
    text = words("map_returns", pieces=pieces(flows.back, words))
    told = [f"{words(f'cause_{c.name.lower()}')} {words.number(float(flows.returned[c]))}" for c in causes]
    return f"{text}: {', '.join(told)}" if told else text
