"""What the kernels of the planner are given: steps and stock, machines, orders, as tuples of arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.planning.factory.problem import Floats, Ints
from e2esim.planning.factory.shifts import Shifts


class Steps(NamedTuple):
    """Steps of routings, (n_steps,): node filled, inputs (`in_*` at `in_start`), work centre, set-up [h/lot], run [h/pc],
    flow time [d], lot sizes [pcs].
    """

    output: Ints
    in_start: Ints
    in_node: Ints
    in_qty: Floats
    centre: Ints
    setup: Floats
    run: Floats
    flow: Ints
    lot_min: Floats
    lot_multiple: Floats
    lot_max: Floats


class Stores(NamedTuple):
    """Stock of every node on day 0, (n_nodes,), receipts, (n_days, n_nodes) [pcs], the day from which purchases cover
    everything, (n_nodes,), and which items are sold, (n_items,).
    """

    stock: Floats
    receipts: Floats
    free_from: Ints
    sold: Ints


class Machines(NamedTuple):
    """Hours by week of work centres, (n_centres, n_weeks) [h], and the machines of those by the hour; see `Shifts`."""

    capacity: Floats
    by_hour: npt.NDArray[np.bool_]
    first_machine: Ints
    speed: Floats
    first_open: Ints
    opens: Floats
    closes: Floats
    block: Ints


class Demanded(NamedTuple):
    """Orders grouped by item at `item_start` and sorted by (tier, due day) inside; `least` is the smallest part, `weight` the price of a late piece.
    An order is `wanted` before its due day where it has a claim for that day (`first_claims`).
    """

    item_start: Ints
    order_item: Ints
    due: Ints
    wanted: Ints
    qty: Floats
    least: Floats
    tier: Ints
    weight: Floats


class Prices(NamedTuple):
    """What lateness costs in late pieces: a piece and day, an order that is late; and an hour of work at a second choice (twice that of a third ...)."""

    delay: float
    order: float
    second: float


class Trees(NamedTuple):
    """First choices behind every item with the days from their start to the end of the item, and the steps of every work centre;
    `main` is the first choice of every step, `choices` the number of ways to do it (0 for what is no first choice).
    """

    tree_start: Ints
    tree_step: Ints
    tree_lead: Ints
    mate_start: Ints
    mate_step: Ints
    main: Ints
    choices: Ints


def machines_of(capacity: Floats, shifts: Shifts | None) -> Machines:
    """Hours of all work centres for the kernels."""
    if shifts is None:
        none, zero = np.zeros(0, dtype=np.int64), np.zeros(0)
        n = len(capacity)
        return Machines(capacity, np.zeros(n, dtype=np.bool_), np.zeros(n + 1, dtype=np.int64), zero, np.zeros(1, dtype=np.int64), zero, zero, none)
    s = shifts
    return Machines(capacity, s.by_hour, s.first_machine, s.speed, s.first_open, s.opens, s.closes, s.block)
