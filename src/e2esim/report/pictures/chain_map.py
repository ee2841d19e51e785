"""The chain on one picture: suppliers, plant with its work centres, warehouse, channels, markets, and what returns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from e2esim.domain.book import ReturnCause
from e2esim.report.flows import Flows
from e2esim.report.pictures.heat import STEPS
from e2esim.report.pictures.map_layout import COLUMNS, TOP, WIDTH, MapLayout, Placed, Titles, lay_out, pieces
from e2esim.report.pictures.palette import BLUE, BOX, HEAT, LINE, ORANGE, SOFT
from e2esim.report.pictures.paper import NONE, Paper, Pen, px
from e2esim.report.weekly import WeeklyLoad
from e2esim.report.words import Words

_FOOT = 92.0  # [px] below the boxes, for what comes back
_CHARACTER = 6.0  # [px] width of a character


def draw_chain_map(flows: Flows, load: WeeklyLoad, titles: Titles, words: Words, title: str) -> str:
    """Draw the map; widths of bands are pieces, those of suppliers the value called off scaled to the same height."""
    plan = lay_out(flows, titles, words)
    paper = Paper(WIDTH, plan.height + TOP + _FOOT)
    for (left, width), key in zip(COLUMNS, ("suppliers", "plant", "store", "channels", "markets"), strict=True):
        paper.text(left + width / 2, 22, words(f"map_{key}"), colour=SOFT, size=12, ha="center", bold=True)
    _bands_in(paper, flows, plan)
    _bands_out(paper, flows, plan)
    for placed in (*plan.suppliers, *plan.channels, *plan.markets):
        _draw_box(paper, placed)
    _draw_plant(paper, plan.plant, load, titles.centres, words)
    _draw_store(paper, plan.store, flows, words)
    _draw_returns(paper, flows, plan, words)
    return paper.svg(title)


def _bands_in(paper: Paper, flows: Flows, plan: MapLayout) -> None:
    """Suppliers to plant, plant to warehouse."""
    y = plan.plant.centred(sum(placed.band for placed in plan.suppliers))
    for placed in plan.suppliers:
        _band(paper, placed.right, placed.centred(placed.band), plan.plant.left, y, placed.band)
        y += placed.band
    made = plan.scale * flows.made
    _band(paper, plan.plant.right, plan.plant.centred(made), plan.store.left, plan.store.centred(made), made)


def _bands_out(paper: Paper, flows: Flows, plan: MapLayout) -> None:
    """Warehouse to channels, channels to markets."""
    y = plan.store.centred(plan.scale * float(flows.shipped.sum()))
    arrive = [placed.centred(placed.band) for placed in plan.markets]
    for placed in plan.channels:
        channel = _code(placed)
        wide = plan.scale * float(flows.shipped[channel])
        _band(paper, plan.store.right, y, placed.left, placed.centred(wide), wide)
        y += wide
        leave = placed.centred(plan.scale * float(flows.sold[channel].sum()))
        for k, market in enumerate(plan.markets):
            wide = plan.scale * float(flows.sold[channel, _code(market)])
            if wide > 0:
                _band(paper, placed.right, leave, market.left, arrive[k], wide)
                leave, arrive[k] = leave + wide, arrive[k] + wide


def _code(placed: Placed) -> int:
    return -1 if placed.box is None else placed.box.code


def _band(paper: Paper, x0: float, y0: float, x1: float, y1: float, wide: float) -> None:
    """One flow from (x0, y0) to (x1, y1), measured at its upper edge; never thinner than a hair."""
    low, half = max(wide, 0.8), (x0 + x1) / 2
    d = (
        f"M{px(x0)} {px(y0)}C{px(half)} {px(y0)} {px(half)} {px(y1)} {px(x1)} {px(y1)}"
        f"V{px(y1 + low)}C{px(half)} {px(y1 + low)} {px(half)} {px(y0 + low)} {px(x0)} {px(y0 + low)}Z"
    )
    paper.path(d, fill=BLUE, opacity=0.38)


def _frame(paper: Paper, placed: Placed) -> None:
    paper.rect(placed.left, placed.top, placed.width, placed.height, fill=BOX, edge=Pen(LINE), corner=5.0)


def _draw_box(paper: Paper, placed: Placed) -> None:
    if placed.box is None:
        return
    _frame(paper, placed)
    x, y = placed.left + placed.width / 2, placed.top + placed.height / 2
    paper.text(x, y - 7.5, _cut(placed.box.name, placed.width), size=11, ha="center")
    paper.text(x, y + 8, _cut(placed.box.note, placed.width), colour=SOFT, size=10, ha="center")


def _cut(text: str, width: float) -> str:
    """Shorten ``text`` so that it fits a box of ``width`` [px]."""
    most = int(width / _CHARACTER)
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _draw_plant(paper: Paper, plant: Placed, load: WeeklyLoad, centres: Sequence[str], words: Words) -> None:
    """The plant: one bar of load a work centre, coloured as in the load picture."""
    _frame(paper, plant)
    step = min(52.0, (plant.height - 24.0) / max(1, len(centres)))
    top = plant.centred(step * len(centres))
    wide = plant.width - 66.0
    for c, name in enumerate(centres):
        share, bar = float(load.mean[c]), top + step * (c + 0.58)
        paper.text(plant.left + 12, bar - 0.28 * step, _cut(name, plant.width - 16), ha="left", size=10.5)
        paper.rect(plant.left + 12, bar, wide, 7, fill=NONE, edge=Pen(SOFT, 0.6))
        if not np.isnan(share):
            colour = HEAT[max(1, int(np.searchsorted(STEPS, share)))]
            paper.rect(plant.left + 12, bar, wide * min(1.0, share), 7, fill=colour, edge=Pen(SOFT, 0.6))
        paper.text(plant.right - 10, bar + 3.5, words.told(share, "share"), ha="right", size=10)


def _draw_store(paper: Paper, store: Placed, flows: Flows, words: Words) -> None:
    _frame(paper, store)
    x, y = store.left + store.width / 2, store.top + store.height / 2
    shipped = pieces(float(flows.shipped.sum()), words)
    lines = (("made", pieces(flows.made, words)), ("shipped", shipped), ("stock", words.told(flows.stock, "pcs")))
    for k, (key, text) in enumerate(lines):
        paper.text(x, y - 52 + 44 * k, words(f"map_{key}"), colour=SOFT, size=10, ha="center")
        paper.text(x, y - 37 + 44 * k, text, size=11, ha="center")


def _draw_returns(paper: Paper, flows: Flows, plan: MapLayout, words: Words) -> None:
    """What comes back: one band along the bottom as wide as its pieces, its causes in words."""
    wide = max(2.5, plan.scale * flows.back)
    edge = TOP + plan.height
    floor, r = edge + 34.0, 16.0
    x0, x1 = COLUMNS[4][0] + COLUMNS[4][1] / 2, plan.store.left + plan.store.width / 2
    foot = max((placed.top + placed.height for placed in plan.markets), default=edge)
    d = f"M{px(x0)} {px(foot)}V{px(floor - r)}Q{px(x0)} {px(floor)} {px(x0 - r)} {px(floor)}H{px(x1 + r)}Q{px(x1)} {px(floor)} {px(x1)} {px(floor - r)}"
    paper.path(f"{d}V{px(edge + 8)}", pen=Pen(ORANGE, wide, opacity=0.75))
    half = max(9.0, wide + 7.0) / 2
    paper.path(f"M{px(x1)} {px(edge + 7 - half)}L{px(x1 + half)} {px(edge + 7 + half)}H{px(x1 - half)}Z", fill=ORANGE)
    y, middle = floor + wide / 2 + 15, (x0 + x1) / 2
    paper.text(middle, y, _returned(flows, words), size=11, ha="center")
    used = float(flows.returned[ReturnCause.USED_PRODUCT])
    if used > 0:
        paper.text(middle, y + 18, words("map_used", pieces=pieces(used, words)), colour=SOFT, size=10, ha="center")


def _returned(flows: Flows, words: Words) -> str:
    """Pieces returned and their causes, the most frequent first."""
    causes = [c for c in ReturnCause if c not in (ReturnCause.NONE, ReturnCause.USED_PRODUCT) and flows.returned[c] > 0]
    causes.sort(key=lambda cause: -float(flows.returned[cause]))
    text = words("map_returns", pieces=pieces(flows.back, words))
    told = [f"{words(f'cause_{c.name.lower()}')} {words.number(float(flows.returned[c]))}" for c in causes]
    return f"{text}: {', '.join(told)}" if told else text
