"""Kernels over order rows: money, returns, pieces by category, emissions."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy.typing as npt

from e2esim.domain.book import OrderKind, ReturnCause, Service
from e2esim.domain.lean import lean_njit

Array = npt.NDArray[Any]

_SELL_OUT, _REPLENISH = int(OrderKind.SELL_OUT), int(OrderKind.REPLENISH)
_USED = int(ReturnCause.USED_PRODUCT)
_COLLECTION = int(Service.USED_COLLECTION)
_CAUSES = len(ReturnCause)

MONEY = 6  # columns of the sums, in this order
LINES, REVENUE, RECEIVABLE, DISCOUNTED, CO2_KG, CO2_PCS = range(6)

# out of `returns`: pieces to consumers, pieces to trade accounts, consumer lines, used products taken, then pieces back
# from consumers by cause and pieces back from accounts by cause
TO_CONSUMER, TO_TRADE, CONSUMER_LINES, COLLECTED, BACK = 0, 1, 2, 3, 4
BACK_TRADE = BACK + _CAUSES
RETURNS = BACK_TRADE + _CAUSES


class SoldLines(NamedTuple):
    """Columns of the order rows, each (n,), money in EUR; ``cell`` of a row, ``contribution`` that of the whole life of a line."""

    cell: Array
    kind: Array
    quantity: Array
    item: Array
    account: Array
    channel: Array
    market: Array
    delivered: Array
    revenue: Array
    contribution: Array
    disputed_d: Array
    way: Array


class LineTerms(NamedTuple):
    """``payment_d`` (n_channels,) [days], ``weight_kg``, ``item_category`` (n_items,), ``co2_kg_t`` (ways, n_channels, n_markets), ``rate_y`` continuous
    discount rate [1/year] to the window's start.
    """

    payment_d: Array
    weight_kg: Array
    co2_kg_t: Array
    item_category: Array
    rate_y: float


class MoneySums(NamedTuple):
    """What is added up: ``by_account`` (n_accounts,) contribution [EUR]; ``by_category`` (n_channels, n_categories, 3) contribution [EUR], consumer lines,
    pieces to consumers; ``by_cell`` (n_cells, MONEY).
    """

    by_account: Array
    by_category: Array
    by_cell: Array


@lean_njit
def money(lines: SoldLines, terms: LineTerms, start: float, end: float, sums: MoneySums) -> None:
    """Add up the money of rows delivered in [start, end) [h]; a row brings all its money, later credits included."""
    for i in range(lines.cell.shape[0]):
        if not (lines.delivered[i] >= start and lines.delivered[i] < end):
            continue
        o = sums.by_cell[lines.cell[i]]
        gain, channel, item = lines.contribution[i], lines.channel[i], lines.item[i]
        o[LINES] += 1.0
        o[REVENUE] += lines.revenue[i]
        o[RECEIVABLE] += float(lines.revenue[i]) * (terms.payment_d[channel] + lines.disputed_d[i])
        o[DISCOUNTED] += gain * math.exp(-terms.rate_y * (lines.delivered[i] - start) / 8760.0)
        if lines.kind[i] != _SELL_OUT:
            emission = terms.co2_kg_t[lines.way[i], channel, lines.market[i]]
            if not math.isnan(emission):
                o[CO2_KG] += lines.quantity[i] * terms.weight_kg[item] * emission / 1000.0
                o[CO2_PCS] += lines.quantity[i]
        if lines.account[i] >= 0:
            sums.by_account[lines.account[i]] += gain
        category = terms.item_category[item]
        if category >= 0:
            sums.by_category[channel, category, 0] += gain
            if lines.kind[i] != _REPLENISH:
                sums.by_category[channel, category, 1] += 1.0
                sums.by_category[channel, category, 2] += lines.quantity[i]


@lean_njit
def returns(
    cell: Array,
    kind: Array,
    quantity: Array,
    services: Array,
    cause: Array,
    delivered: Array,
    returned: Array,
    start: float,
    end: float,
    out: Array,
) -> None:
    """Count pieces delivered, and pieces sent back by cause, in [start, end) [h], by cell; columns each (n,).

    ``out``: (n_cells, RETURNS), see `BACK`, `BACK_TRADE`. The used product taken from a consumer is no return of
    goods sold.
    """
    for i in range(cell.shape[0]):
        o = out[cell[i]]
        if delivered[i] >= start and delivered[i] < end:
            if kind[i] == _REPLENISH:
                o[TO_TRADE] += quantity[i]
            else:
                o[TO_CONSUMER] += quantity[i]
                o[CONSUMER_LINES] += 1.0
                o[COLLECTED] += (services[i] & _COLLECTION) != 0
        if returned[i] >= start and returned[i] < end and cause[i] > 0 and cause[i] != _USED:
            o[(BACK_TRADE if kind[i] == _REPLENISH else BACK) + cause[i]] += quantity[i]
