"""What happened week by week: load, stock, promises, backlog, satisfaction, demand. Weeks of 168 h from the start of
the run.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.events import Event
from e2esim.domain.outcome import Buyer, Outcome
from e2esim.kpi.operations import load_by_week

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.floating[Any]]

WEEK_H = 168.0
FULL = 0.95  # [share] a work centre above this load is called full
CLASSES = ("direct", "trade", "own", "shop")  # who was promised a date
_SETTLED = 0.97  # [share] of a week's lines that must have arrived before their mean real lead time is shown


@dataclass(frozen=True, kw_only=True, eq=False)
class WeeklyLoad:
    """Load of work centres by week, (n_weeks, n_centres) [share], NaN where nothing was open; part weeks at the end
    are left out.
    """

    weekly: Floats
    mean: Floats  # (n_centres,) over the reporting window
    first: int  # first whole week of the reporting window

    def full_weeks(self, centre: int) -> list[int]:
        """Weeks of the reporting window in which ``centre`` was loaded above FULL."""
        return [int(w) for w in np.flatnonzero(np.nan_to_num(self.weekly[:, centre]) > FULL) if w >= self.first]

    def binding(self) -> int:
        """Work centre of the highest mean load among those ever full, among all if none was; -1 if none was open."""
        if self.mean.size == 0 or np.isnan(self.mean).all():
            return -1
        return max(range(self.mean.size), key=lambda c: (bool(self.full_weeks(c)), float(np.nan_to_num(self.mean[c]))))


def weeks_of(outcome: Outcome) -> int:
    """Number of weeks of the run, a part week counted."""
    return math.ceil(outcome.horizon_h / WEEK_H)


def read_load(outcome: Outcome) -> WeeklyLoad:
    """Load of work centres by week, from hours used and hours open (overtime included)."""
    used, opened = load_by_week(outcome)
    whole = int(outcome.horizon_h // WEEK_H)
    used, opened = used[:whole], opened[:whole]
    first = min(math.ceil(outcome.warmup_h / WEEK_H), max(0, whole - 1))
    mean = _ratio(used[first:].sum(axis=0), opened[first:].sum(axis=0))
    return WeeklyLoad(weekly=_ratio(used, opened), mean=mean, first=first)


def order_class(outcome: Outcome) -> npt.NDArray[np.int8]:
    """Index into CLASSES of each order line, (n,): consumers of the firm, trade accounts, own branches, consumers in
    shops.
    """
    o = outcome.orders
    table = np.zeros((len(OrderKind), len(outcome.labels.channels)), dtype=np.int8)
    table[OrderKind.SELL_OUT] = 3
    table[OrderKind.REPLENISH] = np.where(outcome.terms.channel_buyer == Buyer.OWN, 2, 1)
    return np.asarray(table[o.filled("kind"), o.filled("channel")])


@dataclass(frozen=True, kw_only=True, eq=False)
class Leads:
    """Promised and real lead time by week of the order and class, (n_weeks, n_classes) [days], NaN where too few have
    arrived.
    """

    promised: Floats
    real: Floats
    lines: Floats


def read_leads(outcome: Outcome, classes: Array) -> Leads:
    """Mean days from order to promise and to delivery by week of placing.

    The real one is shown only for weeks of which nearly all lines have arrived: early arrivals alone would flatter it.
    """
    o, weeks = outcome.orders, weeks_of(outcome)
    placed, promised, delivered = o.filled("placed"), o.filled("promised"), o.filled("delivered")
    known = (placed >= 0) & ~np.isnan(promised) & (o.filled("state") != OrderState.CANCELLED)
    cell = _cell(placed[known], classes[known], weeks)
    lead, wait = (promised[known] - placed[known]) / 24.0, (delivered[known] - placed[known]) / 24.0
    lines = _fold(cell, None, weeks)
    arrived = ~np.isnan(wait)
    came = _fold(cell[arrived], None, weeks)
    real = _ratio(_fold(cell[arrived], wait[arrived], weeks), came)
    real[came < _SETTLED * lines] = np.nan
    return Leads(promised=_ratio(_fold(cell, lead, weeks), lines), real=real, lines=lines)


def read_backlog(outcome: Outcome) -> tuple[Floats, Floats]:
    """Pieces ordered from the firm and not delivered, and those of them past their promised date, at the end of each
    week, (n_weeks,).

    The last week may be a part week: its end is then the end of the run.
    """
    o, weeks, end = outcome.orders, weeks_of(outcome), outcome.horizon_h
    mine = np.flatnonzero((o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("state") != OrderState.CANCELLED))
    quantity = o.filled("quantity")[mine].astype(np.float64)
    placed, promised, delivered = (o.filled(name)[mine] for name in ("placed", "promised", "delivered"))
    waiting = _running(placed, quantity, weeks, end) - _running(delivered, quantity, weeks, end)
    late = ~(delivered <= promised) & ~np.isnan(promised)
    past_due = _running(promised[late], quantity[late], weeks, end) - _running(
        delivered[late], quantity[late], weeks, end
    )
    return waiting, past_due


def read_held_up(outcome: Outcome) -> Floats:
    """Of the pieces past their promised date, those that have not left the firm at the end of each week, (n_weeks,); the others are on the way."""
    o, weeks, end = outcome.orders, weeks_of(outcome), outcome.horizon_h
    mine = np.flatnonzero((o.filled("kind") != OrderKind.SELL_OUT) & (o.filled("state") != OrderState.CANCELLED))
    quantity, promised, shipped = (o.filled(name)[mine].astype(np.float64) for name in ("quantity", "promised", "shipped"))
    late = ~(shipped <= promised) & ~np.isnan(promised)
    return _running(promised[late], quantity[late], weeks, end) - _running(shipped[late], quantity[late], weeks, end)


def read_stock(outcome: Outcome) -> dict[int, Floats]:
    """Pieces of sold items on hand by node class (0 plant, 1 own branches, 2 trade accounts), weekly means,
    (n_weeks,).
    """
    e, weeks = outcome.events, weeks_of(outcome)
    counted = e["kind"] == Event.STOCK_COUNTED
    found = {}
    for place in np.unique(e["place"][counted]):
        mine = counted & (e["place"] == place)
        week = np.minimum((e["t"][mine] / WEEK_H).astype(np.int64), weeks - 1)
        total, n = (np.bincount(week, weights=w, minlength=weeks) for w in (e["quantity"][mine], None))
        found[int(place)] = _ratio(total.astype(np.float64), n.astype(np.float64))
    return found


def read_feelings(outcome: Outcome) -> Floats:
    """Share of consumers who would answer 4 or 5, by week of delivery, (n_weeks,); NaN under 30 deliveries."""
    o, weeks = outcome.orders, weeks_of(outcome)
    csat, delivered = o.filled("csat_true"), o.filled("delivered")
    felt = np.flatnonzero((csat > 0) & (delivered >= 0) & (delivered < outcome.horizon_h))
    week = (delivered[felt] / WEEK_H).astype(np.int64)
    n = np.bincount(week, minlength=weeks).astype(np.float64)
    share = _ratio(np.bincount(week, weights=csat[felt] >= 4, minlength=weeks), n)
    share[n < 30] = np.nan
    return share


def read_demand(outcome: Outcome) -> tuple[Floats, Floats]:
    """Forecast and demand of all items by whole week, (n_weeks,) [pcs]."""
    whole = int(outcome.horizon_h // WEEK_H)
    return outcome.forecast_weekly[:whole].sum(axis=1), outcome.actual_weekly[:whole].sum(axis=1)


def _ratio(above: Array, below: Array) -> Floats:
    out = np.full(np.shape(below), np.nan)
    np.divide(above, below, out=out, where=np.asarray(below) != 0)
    return out


def _cell(t: Array, classes: Array, weeks: int) -> Array:
    return np.minimum((t / WEEK_H).astype(np.int64), weeks - 1) * len(CLASSES) + classes


def _fold(cell: Array, weights: Array | None, weeks: int) -> Floats:
    size = weeks * len(CLASSES)
    return np.bincount(cell, weights=weights, minlength=size).astype(np.float64).reshape(weeks, len(CLASSES))


def _running(t: Array, weights: Array, weeks: int, end: float) -> Floats:
    """Sum of ``weights`` with a time before the end of each week, (weeks,); what lies before the run counts from the
    start.
    """
    there = t < end  # NaN compares false
    week = np.maximum(0, np.floor(t[there] / WEEK_H)).astype(np.int64)
    return np.asarray(np.cumsum(np.bincount(week, weights=weights[there], minlength=weeks)), dtype=np.float64)
