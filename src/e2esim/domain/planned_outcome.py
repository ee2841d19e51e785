"""What a planned run of a factory leaves: lines, lots, purchases, deliveries and nights as columns.

Days are whole days from the start of the run, -1 = not happened; quantities are in the item's unit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from e2esim.domain.book import Columns

Floats = npt.NDArray[np.float64]


class LineSource(IntEnum):
    """Where an order line comes from."""

    BOOK = 0  # it stood in the data
    NEW = 1  # it was drawn from the forecast during the run
    FORECAST = 2  # the forecast itself, asked for as it was forecast (draws of demand switched off)


class Stage(IntEnum):
    """Where a lot, purchase or planned delivery stands."""

    PLANNED = 0
    BEGUN = 1  # a lot is on the floor, a purchase is placed
    DONE = 2
    DROPPED = 3  # a later plan took its place before it had begun


LINE_COLUMNS: dict[str, tuple[type, float]] = {
    "address": (np.int64, 0),  # of the line's random draws
    "template": (np.int32, -1),  # row of the opening book that says customer, channel, price
    "source": (np.uint8, 0),
    "item": (np.int32, 0),
    "qty": (np.float64, 0),
    "due": (np.int64, 0),
    "priority": (np.int64, 0),
    "turn": (np.int64, 0),  # of its order class: lower is served first
    "placed": (np.int64, 0),
    "promised": (np.int64, -1),  # day first told to the customer
    "planned": (np.int64, -1),  # day of its last piece in the first plan that knew it
    "open": (np.float64, 0),
    "in_time": (np.float64, 0),  # pieces delivered on or before the due day
    "by_promise": (np.float64, 0),  # pieces delivered on or before the promised day
    "late_piece_d": (np.float64, 0),  # pieces times days after the due day
    "delivered": (np.int64, -1),  # day of the last delivery so far
}

LOT_COLUMNS: dict[str, tuple[type, float]] = {
    "address": (np.int64, 0),
    "step": (np.int32, 0),
    "qty": (np.float64, 0),
    "hours": (np.float64, 0),
    "plan_start": (np.int64, 0),
    "plan_end": (np.int64, 0),  # day on which its goods are there
    "plan_from": (np.float64, 0),  # start and end of the work [h from the start of the run]
    "plan_to": (np.float64, 0),
    "machine": (np.int64, -1),  # row of `Shifts`; -1 where hours are by week, or no machine is chosen yet
    "from": (np.float64, np.nan),
    "to": (np.float64, np.nan),
    "start": (np.int64, -1),
    "end": (np.int64, -1),  # once begun: the day on which it is or will be done
    "firm": (np.int32, -1),  # row of the firm works orders of the company; -1 = the plan's own
    "stage": (np.uint8, 0),
}

PURCHASE_COLUMNS: dict[str, tuple[type, float]] = {
    "address": (np.int64, 0),
    "source": (np.int32, -1),  # row of the supply table; -1 = an open order of the data without one
    "receipt": (np.int32, -1),  # row of the opening receipts; -1 = ordered in the run
    "node": (np.int32, 0),  # item, or n_items + step for work in process
    "qty": (np.float64, 0),
    "ordered": (np.int64, -1),  # planned or real day of the order
    "due": (np.int64, 0),  # day on which it should be in stock
    "arrives": (np.int64, -1),  # once placed: the day on which it is in stock
    "stage": (np.uint8, 0),
}

SHIPMENT_COLUMNS: dict[str, tuple[type, float]] = {
    "line": (np.int32, 0),
    "plan_day": (np.int64, 0),
    "qty": (np.float64, 0),
    "day": (np.int64, -1),
    "stage": (np.uint8, 0),
}


@dataclass(frozen=True, kw_only=True)
class TooOld:
    """Pieces of an item, by its row, that were taken out of stock on a day of the run."""

    day: int
    item: int
    qty: float


@dataclass(frozen=True, kw_only=True)
class NightLog:
    """One planning night: whether the plan was kept or made anew, and what had happened otherwise than planned."""

    day: int
    replanned: bool
    late_supplies: int
    late_lots: int
    late_shipments: int
    new_lines: int
    objective: float
    bound: float
    wall_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class PlannedOutcome:
    """A planned run when it has ended.

    Parameters
    ----------
    start, days
        First day of the run, and how many days it took.
    lines, lots, purchases, shipments
        See the columns above.
    line_name, lot_name, purchase_name
        Their names, row by row.
    stock : (days, n_items)
        Goods on hand at the end of each day [unit].
    hours, room : (n_centres, n_weeks)
        Hours used, and hours there were, by week of seven days from the start [h].
    calendar : (n_centres, n_weeks)
        Hours that were planned to be there [h].
    nights
        Every planning night.
    expired
        What was too old and taken out of stock.
    """

    start: dt.date
    days: int
    lines: Columns
    lots: Columns
    purchases: Columns
    shipments: Columns
    line_name: tuple[str, ...]
    lot_name: tuple[str, ...]
    purchase_name: tuple[str, ...]
    stock: Floats
    hours: Floats
    room: Floats
    calendar: Floats
    nights: tuple[NightLog, ...]
    expired: tuple[TooOld, ...] = ()
    wall_s: float
