"""Flows of the whole chain in one year: suppliers, plant, warehouse, channels, markets, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import OrderKind, ReturnCause
from e2esim.domain.events import Event
from e2esim.domain.outcome import Outcome

Floats = npt.NDArray[np.floating[Any]]
Array = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Flows:
    """Pieces a year of sold items, unless said otherwise; arrays follow the labels.

    ``supplied_eur``: (n_suppliers,) called off [EUR/year]. ``made``: good pieces completed. ``shipped``:
    (n_channels,) out of the plant warehouse. ``sold``: (n_channels, n_markets) delivered to consumers. ``returned``:
    pieces back by `ReturnCause`, of consumers and trade. ``stock``: mean pieces in the plant warehouse, NaN if never
    counted.
    """

    supplied_eur: Floats
    made: float
    shipped: Floats
    sold: Floats
    returned: Floats
    stock: float

    @property
    def back(self) -> float:
        """Pieces that came back as returns; used products taken away are not returns."""
        return float(self.returned.sum() - self.returned[ReturnCause.NONE] - self.returned[ReturnCause.USED_PRODUCT])


def read_flows(outcome: Outcome) -> Flows:
    """Add up the flows of the reporting window, as yearly rates."""
    o, e, labels = outcome.orders, outcome.events, outcome.labels
    start, end, a_year = outcome.warmup_h, outcome.horizon_h, 1.0 / outcome.window_y
    inside = (e["t"] >= start) & (e["t"] < end)
    called = inside & (e["kind"] == Event.CALLED_OFF) & (e["place"] >= 0)
    supplied = np.bincount(e["place"][called], weights=e["value"][called], minlength=len(labels.suppliers))
    sold_item = outcome.terms.item_brand >= 0
    lots = inside & (e["kind"] == Event.LOT_COMPLETED)
    made = e["quantity"][lots][sold_item[e["item"][lots]]].sum() if lots.any() else 0.0
    counted = inside & (e["kind"] == Event.STOCK_COUNTED) & (e["place"] == 0)
    stock = float(e["quantity"][counted].mean()) if counted.any() else float("nan")
    quantity, kind, channel = (
        o.filled("quantity").astype(np.float64),
        o.filled("kind"),
        o.filled("channel").astype(np.int64),
    )
    left = (kind != OrderKind.SELL_OUT) & _within(o.filled("shipped"), start, end)
    shipped = np.bincount(channel[left], weights=quantity[left], minlength=len(labels.channels))
    got = (kind != OrderKind.REPLENISH) & _within(o.filled("delivered"), start, end)
    markets = len(labels.markets)
    cell = channel[got] * markets + o.filled("market")[got]
    sold = np.bincount(cell, weights=quantity[got], minlength=len(labels.channels) * markets).reshape(-1, markets)
    back = np.flatnonzero((o.filled("return_cause") > 0) & _within(o.filled("returned"), start, end))
    returned = np.bincount(o.filled("return_cause")[back], weights=quantity[back], minlength=len(ReturnCause))
    return Flows(
        supplied_eur=supplied * a_year,
        made=float(made) * a_year,
        shipped=shipped * a_year,
        sold=sold * a_year,
        returned=returned * a_year,
        stock=stock,
    )


def _within(t: Array, start: float, end: float) -> Array:
    return np.asarray((t >= start) & (t < end))
