"""The law of orders: every line is in exactly one state and its times are in order; what waits is what is owed."""

from __future__ import annotations

import numpy as np

from e2esim.chain.stock import Stock
from e2esim.domain.book import Columns, OrderState

_STEPS = ("allocated", "picked", "shipped", "delivered")


def check_under_way(orders: Columns, under_way: int) -> None:
    """Check that what has left and not arrived is still on its way: a line lost between two stages is missed here.

    ``under_way``: rows that the stage of delivery expects, those due after the end included.

    Raises
    ------
    ValueError
        With the number of rows lost and the first that have been away longest.
    """
    away = np.flatnonzero(orders.filled("state") == OrderState.SHIPPED)
    if len(away) != under_way:
        oldest = away[np.argsort(orders.filled("shipped")[away], kind="stable")][:5]
        raise ValueError(f"stage deliver: {len(away)} rows have left and not arrived, {under_way} are under way; away longest {oldest.tolist()}")


def check_orders(orders: Columns, stock: Stock) -> None:
    """Check states against times, and open pieces against the backlog of the stock.

    Raises
    ------
    ValueError
        Naming the stage and the first rows that break the law.
    """
    state = orders.filled("state")
    for rank, name in enumerate(_STEPS, start=int(OrderState.ALLOCATED)):
        happened = ~np.isnan(orders.filled(name))
        expected = (state >= rank) & (state != OrderState.CANCELLED)
        if name == "picked":  # rows served from a shelf are not picked by the plant
            at_plant = orders.filled("node") == 0
            happened, expected = happened & at_plant, expected & at_plant
        wrong = np.nonzero(happened != expected)[0]
        if len(wrong):
            raise ValueError(f"stage {name}: state and time disagree in {len(wrong)} rows, first {wrong[:5].tolist()}")
    for earlier, later in (("allocated", "picked"), ("picked", "shipped"), ("allocated", "shipped"), ("shipped", "delivered")):
        wrong = np.nonzero(orders.filled(later) < orders.filled(earlier))[0]  # what has not happened compares false
        if len(wrong):
            raise ValueError(f"stage {later}: before {earlier} in {len(wrong)} rows, first {wrong[:5].tolist()}")
    waiting = state == OrderState.OPEN
    owed = np.zeros_like(stock.backlog)
    np.add.at(owed, (orders.filled("node")[waiting], orders.filled("item")[waiting]), orders.filled("quantity")[waiting])
    gap = np.abs(owed - stock.backlog)
    if gap.max() > 1e-6:
        node, item = (int(k) for k in np.argwhere(gap > 1e-6)[0])
        raise ValueError(f"stage stock: node {node}, item {item}: {owed[node, item]:g} pieces wait, backlog says {stock.backlog[node, item]:g}")
