"""Where everything stands on the chain map: boxes of suppliers, channels and markets, and pixels a piece."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from e2esim.report.flows import Flows
from e2esim.report.words import Words

WIDTH = 1180.0
TOP = 44.0  # [px] head of the columns
GAP, LEAST = 9.0, 34.0  # [px] between boxes, smallest box
# (left, width) [px] of suppliers, plant, warehouse, channels, markets
COLUMNS = ((10.0, 150.0), (240.0, 205.0), (525.0, 120.0), (725.0, 190.0), (1010.0, 160.0))
_SUPPLIERS = 6  # named apart; the rest is one box
_MOST_BAND = 0.9  # [share] of the height that the widest flow may fill


@dataclass(frozen=True, kw_only=True)
class Titles:
    """Readable names in the order of the labels; ``channel_notes`` stand below the channels."""

    suppliers: Sequence[str]
    centres: Sequence[str]
    channels: Sequence[str]
    channel_notes: Sequence[str]
    markets: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box of a column: its name, a line below, how wide its flow is [pcs/year], and the code it stands for."""

    name: str
    note: str
    flow: float
    code: int


@dataclass(frozen=True, kw_only=True)
class Placed:
    """A box with its place [px]; ``box`` None = the plant or the warehouse."""

    box: Box | None
    left: float
    top: float
    width: float
    height: float
    band: float = 0.0  # height of its flow

    @property
    def right(self) -> float:
        """Right edge [px]."""
        return self.left + self.width

    def centred(self, band: float) -> float:
        """Upper edge of a band of this height that enters or leaves in the middle [px]."""
        return self.top + (self.height - band) / 2


@dataclass(frozen=True, kw_only=True)
class MapLayout:
    """The laid-out map: ``scale`` in pixels a piece a year."""

    suppliers: list[Placed]
    plant: Placed
    store: Placed
    channels: list[Placed]
    markets: list[Placed]
    height: float
    scale: float


def lay_out(flows: Flows, titles: Titles, words: Words) -> MapLayout:
    """Place the boxes; one scale for all columns, so that bands can be compared across the map."""
    columns = [_suppliers(flows, titles, words), _channels(flows, titles), _markets(flows, titles, words)]
    most = max(len(boxes) for boxes in columns)
    height = max(300.0, 30.0 + 25.0 * len(titles.centres), 1.12 * most * (LEAST + GAP))
    total = max(flows.made, float(flows.shipped.sum()), float(flows.sold.sum()), 1e-9)
    scale = min([_MOST_BAND * height / total, *(fitting_scale(boxes, height) for boxes in columns if boxes)])
    left, middle, right = (
        _stack(boxes, COLUMNS[k], height, scale) for boxes, k in zip(columns, (0, 3, 4), strict=True)
    )
    plant, store = (Placed(box=None, left=x, top=TOP, width=width, height=height) for x, width in COLUMNS[1:3])
    return MapLayout(suppliers=left, plant=plant, store=store, channels=middle, markets=right, height=height, scale=scale)


def fitting_scale(boxes: Sequence[Box], height: float) -> float:
    """Largest pixels a piece at which a column fits into ``height`` [px]."""

    def needed(scale: float) -> float:
        return sum(max(LEAST, scale * box.flow) for box in boxes) + GAP * (len(boxes) - 1)

    low, high = 0.0, height / max(1e-9, max(box.flow for box in boxes))
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) <= height else (low, middle)
    return low


def pieces(value: float, words: Words) -> str:
    """A yearly flow of pieces in words."""
    return words.told(float(value), "pcs/year")


def _suppliers(flows: Flows, titles: Titles, words: Words) -> list[Box]:
    """The largest suppliers and the rest; flows scaled from value so that together they are what the plant made."""
    eur = flows.supplied_eur
    if eur.sum() <= 0:
        return []
    order = [int(k) for k in np.argsort(-eur) if eur[k] > 0]
    named, rest = (order, []) if len(order) <= _SUPPLIERS + 1 else (order[:_SUPPLIERS], order[_SUPPLIERS:])
    shown = [(titles.suppliers[k], float(eur[k]), k) for k in named]
    if rest:
        shown.append((words("other_suppliers", n=len(rest)), float(eur[rest].sum()), -1))
    a_piece = flows.made / float(eur.sum())
    return [
        Box(name=name, note=words.told(worth, "EUR/year"), flow=worth * a_piece, code=k) for name, worth, k in shown
    ]


def _channels(flows: Flows, titles: Titles) -> list[Box]:
    """Channels that moved anything, the largest seller first."""
    sold = flows.sold.sum(axis=1)
    moved = [float(max(flows.shipped[c], sold[c])) for c in range(len(sold))]
    order = [int(c) for c in np.argsort(-sold, kind="stable") if moved[c] > 0]
    return [Box(name=titles.channels[c], note=titles.channel_notes[c], flow=moved[c], code=c) for c in order]


def _markets(flows: Flows, titles: Titles, words: Words) -> list[Box]:
    """Markets that got anything, the largest first."""
    got = flows.sold.sum(axis=0)
    order = [int(m) for m in np.argsort(-got, kind="stable") if got[m] > 0]
    return [Box(name=titles.markets[m], note=pieces(got[m], words), flow=float(got[m]), code=m) for m in order]


def _stack(boxes: Sequence[Box], column: tuple[float, float], height: float, scale: float) -> list[Placed]:
    """Places of the boxes of a column, spread over its height and centred."""
    heights = [max(LEAST, scale * box.flow) for box in boxes]
    free, between = height - sum(heights), max(1, len(boxes) - 1)
    gap = min(free / between, 3 * GAP)
    top = TOP + (free - gap * (len(boxes) - 1)) / 2
    placed = []
    for box, size in zip(boxes, heights, strict=True):
        placed.append(Placed(box=box, left=column[0], top=top, width=column[1], height=size, band=scale * box.flow))
        top += size + gap
    return placed
