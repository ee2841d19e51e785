"""Enter what was bought: what each customer bought last, and the order lines of a tick."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.market_kernels import Buyers
from e2esim.domain.book import Service
from e2esim.domain.pasted import pasted_njit
from e2esim.streams.draws import child, uniform

_SIMPLE = int(Service.SIMPLE)

F = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]


class GoodsBought(NamedTuple):
    """Category, brand and life [h] of the items, (items,) each."""

    category: I64
    brand: I64
    life_h: F


class LastBought(NamedTuple):
    """Columns of the consumers that say what they bought last, each (capacity,)."""

    last: F32
    category: U8
    brand: npt.NDArray[np.int8]
    purchases: npt.NDArray[np.uint16]


@pasted_njit
def note_purchases(buyers: Buyers, consumer: I32, goods: GoodsBought, who: LastBought, life_h: F) -> None:
    """Note when and what each buyer bought, and as which purchase; writes the life of the item into ``life_h`` [h], (n,)."""
    for k in range(consumer.shape[0]):
        x, c = buyers[k], consumer[k]
        item = x["item"]
        who.last[c], who.category[c], who.brand[c], who.purchases[c] = x["t"], goods.category[item], goods.brand[item], x["purchase"]
        life_h[k] = goods.life_h[item]


class SoldHow(NamedTuple):
    """Facts of selling: channel and market of a cell, kind of each channel, prices and costs, services used, and P(break) between channels."""

    channel: I64
    market: I64
    stockist: npt.NDArray[np.bool_]
    own: npt.NDArray[np.bool_]
    price: F
    cost: F
    install: F
    needs: F
    collect: float
    alone: float
    follow: float
    breaks: F


class LinesBorn(NamedTuple):
    """Columns of the order book that a purchase fills, each (capacity,)."""

    address: I64
    kind: U8
    order_no: I32
    consumer: I32
    account: npt.NDArray[np.int16]
    item: npt.NDArray[np.int16]
    quantity: I32
    channel: U8
    market: U8
    segment: U8
    node: npt.NDArray[np.int16]
    problems: U8
    services: U8
    repeat: U8
    placed: F32
    requested: F32
    promised: F32
    revenue_eur: F32
    cost_eur: F32
    price_ratio: F32


@pasted_njit
def write_purchases(
    buyers: Buyers, m: int, row0: int, days: tuple[int, int], consumer: I32, keys: npt.NDArray[np.uint64], of: SoldHow, lines: LinesBorn
) -> None:
    """Write ``m`` buyers as order lines from ``row0``; ``promised`` holds what was shown, the promise rule may move it.

    ``days``: added to the lead time shown, and weekday on which the run starts; ``keys``: services, breaks between channels. What the
    customer said before is lost with ``of.breaks``, which leaves a problem.
    """
    for k in range(m):
        b = buyers[k]
        r = row0 + k
        cell = b["cell"]
        c = of.channel[cell]
        line = child(b["address"], b["purchase"])
        lines.address[r], lines.order_no[r], lines.consumer[r], lines.account[r] = line, r, consumer[k], b["account"]
        lines.item[r], lines.quantity[r], lines.channel[r], lines.market[r], lines.segment[r] = b["item"], b["quantity"], c, of.market[cell], b["segment"]
        lines.kind[r] = 1 if of.stockist[c] else 0
        lines.node[r] = 1 + b["account"] if of.stockist[c] else 0
        lines.repeat[r] = 1 if b["purchase"] > 1 else 0
        lines.placed[r] = b["t"]
        lines.requested[r] = b["t"]
        day = math.floor((b["t"] / 24.0) + b["lead_d"]) + days[0]
        if (day + days[1]) % 7 == 6:  # nobody delivers on Sundays
            day += 1
        lines.promised[r] = (day + 0.75) * 24.0
        if of.own[c] or not of.stockist[c]:  # what a trade account sells earned its money when the firm sold it
            lines.revenue_eur[r] = of.price[b["item"], c] * b["quantity"] * (1.0 - b["reward"])
            lines.cost_eur[r] = of.cost[b["item"]] * b["quantity"]
        lines.price_ratio[r] = b["price_ratio"]
        bits = (1 if b["financed"] else 0) | (_SIMPLE if b["simple"] else 0)
        if uniform(keys[0], line, 0) < of.needs[c]:
            bits |= 2
        if uniform(keys[0], line, 1) < of.install[c]:
            bits |= 4
            if uniform(keys[0], line, 2) < of.collect:
                bits |= 8
        elif uniform(keys[0], line, 2) < of.collect * of.alone:
            bits |= 8
        if uniform(keys[0], line, 3) < of.follow:
            bits |= 16
        lines.services[r] = bits
        lines.problems[r] = 16 if uniform(keys[1], line, 0) < of.breaks[c] else 0
