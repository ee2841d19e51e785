"""The chain on one picture: suppliers, plant with its work centres, warehouse, channels, markets, and what comes
back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path as Curve

from e2esim.domain.book import ReturnCause
from e2esim.report.flows import Flows
from e2esim.report.pictures.heat import STEPS
from e2esim.report.pictures.ink import BLUE, BOX, HEAT, INK, LINE, ORANGE, SOFT, canvas, inked, svg
from e2esim.report.weekly import Load
from e2esim.report.words import Words

WIDTH = 1180.0
_TOP, _GAP, _LEAST = 44.0, 9.0, 34.0  # [px] head of the columns, between boxes, smallest box
_COLUMNS = ((10.0, 150.0), (240.0, 205.0), (525.0, 120.0), (725.0, 190.0), (1010.0, 160.0))  # (left, width) [px]
_SUPPLIERS = 6  # named apart; the rest is one box


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box of a column: what it is called, a line below, and how wide its flow is [pcs/year]."""

    name: str
    note: str
    flow: float


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A box with its place [px]."""

    left: float
    top: float
    width: float
    height: float
    band: float  # height of its flow

    @property
    def first(self) -> float:
        """Where its flow begins, from the top."""
        return self.top + (self.height - self.band) / 2


@inked
def draw_chain_map(
    flows: Flows,
    load: Load,
    *,
    suppliers: Sequence[str],
    centres: Sequence[str],
    channels: Sequence[str],
    channel_notes: Sequence[str],
    markets: Sequence[str],
    words: Words,
    title: str,
) -> str:
    """Draw the map; widths of bands are pieces, those of suppliers the value called off scaled to the same height."""
    supply = _supply(flows, suppliers, words)
    used_channels = [
        int(c) for c in np.argsort(-flows.sold.sum(axis=1)) if flows.shipped[c] > 0 or flows.sold[c].sum() > 0
    ]
    used_markets = [int(m) for m in np.argsort(-flows.sold.sum(axis=0)) if flows.sold[:, m].sum() > 0]
    shop = [
        Box(name=channels[c], note=channel_notes[c], flow=max(flows.shipped[c], flows.sold[c].sum()))
        for c in used_channels
    ]
    where = [
        Box(name=markets[m], note=_pieces(flows.sold[:, m].sum(), words), flow=float(flows.sold[:, m].sum()))
        for m in used_markets
    ]
    columns = [supply, [], [], shop, where]
    height = max(300.0, 30.0 + 25.0 * len(centres), *(len(boxes) * (_LEAST + _GAP) * 1.12 for boxes in columns))
    total = max(flows.made, float(flows.shipped.sum()), float(flows.sold.sum()), 1e-9)
    scale = min(_scale(boxes, height) for boxes in columns if boxes) if shop else height / total
    scale = min(scale, 0.9 * height / total)
    figure, axes = canvas(WIDTH, height + _TOP + 92.0)
    placed = [_stack(boxes, column, height, scale) for boxes, column in zip(columns, _COLUMNS, strict=True)]
    plant, store = (Placed(left=x, top=_TOP, width=w, height=height, band=scale * total) for x, w in _COLUMNS[1:3])
    _heads(axes, words)
    _bands(axes, flows, placed, plant, store, used_channels, used_markets, scale)
    for boxes, places in zip(columns, placed, strict=True):
        for box, place in zip(boxes, places, strict=True):
            _draw_box(axes, place, box.name, box.note)
    _draw_plant(axes, plant, load, centres, words)
    _draw_store(axes, store, flows, words)
    _draw_returns(axes, flows, store, placed[4], height, scale, words)
    return svg(figure, "map", title)


def _supply(flows: Flows, names: Sequence[str], words: Words) -> list[Box]:
    """Boxes of the largest suppliers and of the rest; flows scaled from value so that they fill the plant's band."""
    eur = flows.supplied_eur
    if eur.sum() <= 0:
        return []
    order = [int(k) for k in np.argsort(-eur) if eur[k] > 0]
    named, rest = (order, []) if len(order) <= _SUPPLIERS + 1 else (order[:_SUPPLIERS], order[_SUPPLIERS:])
    pieces = flows.made / float(eur.sum())
    boxes = [Box(name=names[k], note=words.told(float(eur[k]), "EUR/year"), flow=float(eur[k]) * pieces) for k in named]
    if rest:
        total = float(eur[rest].sum())
        boxes.append(
            Box(name=words("other_suppliers", n=len(rest)), note=words.told(total, "EUR/year"), flow=total * pieces)
        )
    return boxes


def _pieces(value: float, words: Words) -> str:
    return words.told(float(value), "pcs/year")


def _scale(boxes: Sequence[Box], height: float) -> float:
    """Largest pixels a piece at which the column fits into ``height``."""

    def needed(scale: float) -> float:
        return sum(max(_LEAST, scale * box.flow) for box in boxes) + _GAP * (len(boxes) - 1)

    low, high = 0.0, height / max(1e-9, max(box.flow for box in boxes))
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) <= height else (low, middle)
    return low


def _stack(boxes: Sequence[Box], column: tuple[float, float], height: float, scale: float) -> list[Placed]:
    """Places of the boxes of a column, spread over its height."""
    heights = [max(_LEAST, scale * box.flow) for box in boxes]
    gap = (height - sum(heights)) / max(1, len(boxes) - 1) if len(boxes) > 1 else 0.0
    gap = min(gap, 3 * _GAP)
    top = _TOP + (height - sum(heights) - gap * max(0, len(boxes) - 1)) / 2
    placed = []
    for box, size in zip(boxes, heights, strict=True):
        placed.append(Placed(left=column[0], top=top, width=column[1], height=size, band=scale * box.flow))
        top += size + gap
    return placed


def _heads(axes: Axes, words: Words) -> None:
    for (left, width), key in zip(
        _COLUMNS, ("map_suppliers", "map_plant", "map_store", "map_channels", "map_markets"), strict=True
    ):
        axes.text(
            left + width / 2, 22, words(key), ha="center", va="center", color=SOFT, fontsize=12, fontweight="bold"
        )


def _bands(
    axes: Axes,
    flows: Flows,
    placed: list[list[Placed]],
    plant: Placed,
    store: Placed,
    channels: Sequence[int],
    markets: Sequence[int],
    scale: float,
) -> None:
    """Suppliers to plant, plant to warehouse, warehouse to channels, channels to markets."""
    supply, _, _, shop, where = placed
    y = plant.top + (plant.height - sum(p.band for p in supply)) / 2
    for place in supply:
        _band(axes, place.left + place.width, place.first, plant.left, y, place.band)
        y += place.band
    made = scale * flows.made
    _band(
        axes,
        plant.left + plant.width,
        plant.top + (plant.height - made) / 2,
        store.left,
        store.top + (store.height - made) / 2,
        made,
    )
    shipped = scale * float(flows.shipped.sum())
    y = store.top + (store.height - shipped) / 2
    for place, c in zip(shop, channels, strict=True):
        wide = scale * float(flows.shipped[c])
        _band(axes, store.left + store.width, y, place.left, place.top + (place.height - wide) / 2, wide)
        y += wide
    arrive = [place.first for place in where]
    for place, c in zip(shop, channels, strict=True):
        y = place.top + (place.height - scale * float(flows.sold[c].sum())) / 2
        for j, m in enumerate(markets):
            wide = scale * float(flows.sold[c, m])
            if wide <= 0:
                continue
            _band(axes, place.left + place.width, y, where[j].left, arrive[j], wide)
            y += wide
            arrive[j] += wide


def _band(axes: Axes, x0: float, y0: float, x1: float, y1: float, wide: float, colour: str = BLUE) -> None:
    """One flow from (x0, y0) to (x1, y1), measured at its upper edge; never thinner than a hair."""
    wide = max(wide, 0.8)
    half = (x0 + x1) / 2
    points = [
        (x0, y0),
        (half, y0),
        (half, y1),
        (x1, y1),
        (x1, y1 + wide),
        (half, y1 + wide),
        (half, y0 + wide),
        (x0, y0 + wide),
        (x0, y0),
    ]
    codes = [Curve.MOVETO, *[Curve.CURVE4] * 3, Curve.LINETO, *[Curve.CURVE4] * 3, Curve.CLOSEPOLY]
    axes.add_patch(PathPatch(Curve(points, codes), facecolor=colour, edgecolor="none", alpha=0.38))


def _draw_box(axes: Axes, place: Placed, name: str, note: str) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (place.left, place.top),
            place.width,
            place.height,
            boxstyle="round,pad=0,rounding_size=5",
            facecolor=BOX,
            edgecolor=LINE,
            linewidth=1,
        )
    )
    middle = place.top + place.height / 2
    axes.text(
        place.left + place.width / 2,
        middle - 7.5,
        _cut(name, place.width),
        ha="center",
        va="center",
        color=INK,
        fontsize=11,
    )
    axes.text(
        place.left + place.width / 2,
        middle + 8,
        _cut(note, place.width),
        ha="center",
        va="center",
        color=SOFT,
        fontsize=10,
    )


def _cut(text: str, width: float) -> str:
    """Shorten ``text`` so that it fits a box of ``width`` [px]."""
    most = int(width / 6.0)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _draw_plant(axes: Axes, plant: Placed, load: Load, centres: Sequence[str], words: Words) -> None:
    """The plant: one bar of load a work centre, coloured as in the load picture."""
    axes.add_patch(
        FancyBboxPatch(
            (plant.left, plant.top),
            plant.width,
            plant.height,
            boxstyle="round,pad=0,rounding_size=5",
            facecolor=BOX,
            edgecolor=LINE,
            linewidth=1,
        )
    )
    n = max(1, len(centres))
    step = min(52.0, (plant.height - 24.0) / n)
    top = plant.top + (plant.height - step * n) / 2
    wide = plant.width - 66.0
    for c, name in enumerate(centres):
        share = float(load.mean[c])
        y = top + step * c
        axes.text(plant.left + 12, y + step * 0.30, _cut(name, plant.width - 16), va="center", color=INK, fontsize=10.5)
        bar = y + step * 0.58
        axes.add_patch(Rectangle((plant.left + 12, bar), wide, 7, facecolor="none", edgecolor=SOFT, linewidth=0.6))
        if not np.isnan(share):
            colour = HEAT[max(1, int(np.searchsorted(STEPS, share)))]
            axes.add_patch(
                Rectangle(
                    (plant.left + 12, bar), wide * min(1.0, share), 7, facecolor=colour, edgecolor=SOFT, linewidth=0.6
                )
            )
        axes.text(
            plant.left + plant.width - 10,
            bar + 3.5,
            words.told(share, "share"),
            va="center",
            ha="right",
            color=INK,
            fontsize=10,
        )


def _draw_store(axes: Axes, store: Placed, flows: Flows, words: Words) -> None:
    axes.add_patch(
        FancyBboxPatch(
            (store.left, store.top),
            store.width,
            store.height,
            boxstyle="round,pad=0,rounding_size=5",
            facecolor=BOX,
            edgecolor=LINE,
            linewidth=1,
        )
    )
    x, y = store.left + store.width / 2, store.top + store.height / 2
    lines = (
        (words("map_made"), _pieces(flows.made, words)),
        (words("map_shipped"), _pieces(float(flows.shipped.sum()), words)),
        (words("map_stock"), words.told(flows.stock, "pcs")),
    )
    for k, (head, text) in enumerate(lines):
        axes.text(x, y - 56 + 44 * k, head, ha="center", va="center", color=SOFT, fontsize=10)
        axes.text(x, y - 41 + 44 * k, text, ha="center", va="center", color=INK, fontsize=11)


def _draw_returns(
    axes: Axes, flows: Flows, store: Placed, markets: list[Placed], height: float, scale: float, words: Words
) -> None:
    """What comes back: one band along the bottom, its causes in words."""
    wide = max(2.5, scale * flows.back)
    floor = _TOP + height + 34.0
    x0 = markets[0].left + markets[0].width / 2 if markets else WIDTH - 90
    x1 = store.left + store.width / 2
    foot = max((place.top + place.height for place in markets), default=_TOP + height)
    r = 16.0
    path = [
        (x0, foot),
        (x0, floor - r),
        (x0, floor),
        (x0 - r, floor),
        (x1 + r, floor),
        (x1, floor),
        (x1, floor - r),
        (x1, _TOP + height + 5),
    ]
    codes = [
        Curve.MOVETO,
        Curve.LINETO,
        Curve.CURVE3,
        Curve.CURVE3,
        Curve.LINETO,
        Curve.CURVE3,
        Curve.CURVE3,
        Curve.LINETO,
    ]
    axes.add_patch(
        PathPatch(Curve(path, codes), facecolor="none", edgecolor=ORANGE, linewidth=wide, alpha=0.75, capstyle="butt")
    )
    axes.plot([x1], [_TOP + height + 6], marker="^", color=ORANGE, markersize=max(9.0, wide + 7.0))

    def told(cause: ReturnCause) -> str:
        return f"{words(f'cause_{cause.name.lower()}')} {words.number(float(flows.returned[cause]))}"

    causes = [
        cause
        for cause in ReturnCause
        if cause not in (ReturnCause.NONE, ReturnCause.USED_PRODUCT) and flows.returned[cause] > 0
    ]
    text = words("map_returns", pieces=_pieces(flows.back, words)) + (
        ": " + ", ".join(told(cause) for cause in causes) if causes else ""
    )
    y = floor + wide / 2 + 15
    axes.text((x0 + x1) / 2, y, text, ha="center", va="center", color=INK, fontsize=11)
    if flows.returned[ReturnCause.USED_PRODUCT] > 0:
        used = words("map_used", pieces=_pieces(float(flows.returned[ReturnCause.USED_PRODUCT]), words))
        axes.text((x0 + x1) / 2, y + 18, used, ha="center", va="center", color=SOFT, fontsize=10)
