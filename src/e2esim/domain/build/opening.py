"""From tables to numbers: stock, receipts under way and open orders at the start of a run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from e2esim.domain import world as w
from e2esim.domain.build.columns import floats, ids_in, index_of


def lay_out_opening(t: Mapping[str, pl.DataFrame], items: w.Items, supply: w.Supply, stand_in: w.I, start: dt.date, scale: float) -> w.Opening:
    """What is there and under way at the start, scaled."""
    stock, receipts, orders = t["stock"], t["receipts"], t["orders"]
    on_hand = np.zeros(items.n)
    np.add.at(on_hand, index_of(stock, "item", items.ids), floats(stock, "on_hand") * scale)
    on_hand[items.sold] = np.round(on_hand[items.sold])
    on_hand = np.maximum(on_hand, 0.0)  # an item that was booked out before it came in begins with none
    safety = np.zeros(items.n)
    np.add.at(safety, index_of(stock, "item", items.ids), floats(stock, "safety_stock") * scale)
    due = _due_h(receipts, start)
    item, quantity = index_of(receipts, "item", items.ids), floats(receipts, "qty") * scale
    kind = np.array(receipts["kind"].to_list(), dtype=object)
    buy, make = (np.nonzero((kind == k) & (quantity > 0))[0] for k in ("purchase", "production"))
    pieces = _whole(floats(orders, "qty") * scale)
    keep = pieces > 0
    suppliers = index_of(receipts, "supplier", supply.suppliers)
    return w.Opening(
        on_hand=on_hand,
        safety=safety,
        purchase_item=item[buy],
        purchase_row=np.array([_term(supply, int(item[k]), int(suppliers[k])) for k in buy], dtype=np.int64),
        purchase_quantity=quantity[buy],
        purchase_due_h=due[buy],
        production_item=item[make],
        production_quantity=np.maximum(1.0, np.round(quantity[make])),
        production_due_h=due[make],
        sales_item=index_of(orders, "item", items.ids)[keep],
        sales_account=stand_in[index_of(orders, "customer", ids_in(t["customers"], "customer"))[keep]],
        sales_quantity=pieces[keep],
        sales_due_h=_due_h(orders, start)[keep],
    )


def _due_h(frame: pl.DataFrame, start: dt.date) -> w.F:
    """Due times from the start [h]."""
    return np.array([24.0 * (day - start).days for day in frame["due"].to_list()], dtype=np.float64)


def _whole(quantity: w.F) -> w.F:
    """Whole pieces with the same running total (carries the rounding)."""
    return np.diff(np.round(np.concatenate(([0.0], np.cumsum(quantity)))))


def _term(supply: w.Supply, item: int, supplier: int) -> int:
    """Row of the supply terms of a (supplier, item); the preferred one where no supplier is named."""
    rows = np.arange(supply.start[item], supply.start[item + 1])
    same = rows[supply.supplier[rows] == supplier]
    return int(same[0] if len(same) else rows[0])
