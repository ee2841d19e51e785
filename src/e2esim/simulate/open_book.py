"""The open order book at the end of a run: why each line of the plant waits, and what will free it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import WAITING_COLUMNS, Columns, FreedBy, OrderState, WaitCause
from e2esim.planning.waiting import freeing
from e2esim.simulate.planner import Planner
from e2esim.simulate.promise import PromiseDesk

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Explain = Callable[[Rows, F, Flags], Sequence[Any]]  # (rows, day that counts, whether it was promised) -> cause, place, item of each


def open_book(orders: Columns, promise: PromiseDesk, planner: Planner, *, now: float, explain: Explain) -> Columns:
    """Every open line of the plant, `WAITING_COLUMNS`; their pieces add up to the backlog of the plant.

    A line is not yet due while the day on which its customer wants it can still be met, or has not been missed; the others are
    explained by ``explain``. What frees a line is the receipt that reaches it when all lines take the supply of their
    item in the order of their ship days.
    """
    o, today = orders, int(now // 24.0)
    rows = np.flatnonzero((o.filled("state") == OrderState.OPEN) & (o.filled("node") == 0))
    n = len(rows)
    item, pieces = o.filled("item")[rows].astype(np.int64), o.filled("quantity")[rows].astype(np.float64)
    ship = promise.ship_day[rows].astype(np.float64)
    counts, promised = _day_that_counts(o, rows)
    last_ship = np.floor(counts - promise.transit_of(rows.astype(np.int32)) - promise.margin_d)
    cause, place, missing = np.full(n, int(WaitCause.NOT_DUE)), np.full(n, -1), item.copy()
    late = np.flatnonzero(last_ship < today)
    for k, found in zip(late, explain(rows[late], counts[late], promised[late]), strict=True):
        cause[k], place[k] = found.cause, found.place
        missing[k] = found.item if found.item >= 0 else item[k]
    s_item, s_day, s_pieces, s_kind = planner.supply(today)
    reached = freeing(item, pieces, ship, supply_item=s_item, supply_day=s_day, supply=s_pieces)
    known = reached >= 0
    kind, day = np.full(n, int(FreedBy.NOTHING)), np.full(n, np.nan)
    kind[known], day[known] = s_kind[reached[known]], s_day[reached[known]]
    early = known & (day < promise.eligible_day(rows.astype(np.int32)))  # its goods are there first: it waits for its ship day
    kind[early], day[early] = int(FreedBy.SHIP_DAY), promise.eligible_day(rows[early].astype(np.int32))
    table = Columns(WAITING_COLUMNS, capacity=max(1, n))
    table.take(n)
    columns = {
        "row": rows,
        "cause": cause,
        "place": place,
        "item": missing,
        "pieces": pieces,
        "due": 24.0 * (np.floor(o.filled("promised")[rows] / 24.0) + 1.0),
        "freed_by": kind,
        "freed": 24.0 * day,
    }
    for name, values in columns.items():
        table[name][:n] = values
    return table


def _day_that_counts(orders: Columns, rows: Rows) -> tuple[F, Flags]:
    """Day on which each line should come, and whether it is the promised one: the day asked for counts where it is sooner."""
    placed, wish, promised = (orders.filled(name)[rows].astype(np.float64) for name in ("placed", "requested", "promised"))
    asked, given = np.where(wish > placed + 1.0, np.floor(wish / 24.0), np.inf), np.floor(promised / 24.0)
    return np.minimum(asked, given), given <= asked
