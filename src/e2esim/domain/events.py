"""Event kinds and the event log: one entry a batch, the only trace of operations that a run leaves beside its order book."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.domain.members import at_hand


@at_hand
class Event(IntEnum):
    """What happened to a batch. ``place`` is a node, work centre, supplier or lane number, by kind."""

    MPS_PLANNED = 1  # place -1; quantity = pieces planned in the horizon; value = pieces it expects to owe after the first week
    PROMISES_MADE = 2  # rows promised in a promise run; quantity = pieces; value = mean promised lead [days]
    CALLED_OFF = 3  # place = supplier, item, quantity, value = EUR
    SUPPLY_RECEIVED = 4  # place = supplier, item, quantity accepted, value = days late
    SUPPLY_REJECTED = 5  # place = supplier, item, quantity rejected
    LOT_RELEASED = 6  # place = first work centre, item, quantity
    OPERATION_DONE = 7  # place = work centre, item, quantity, value = machine hours used (set-up included); rows = 1: pieces put right, 2: at a second choice
    LOT_COMPLETED = 8  # item, quantity good, value = quantity scrapped
    MATERIAL_SHORT = 9  # item = component missing, quantity missing, place = first work centre of the lot
    ORDERS_PLACED = 10  # rows, quantity, value = EUR
    ORDERS_ALLOCATED = 11  # rows, quantity
    WAVE_PICKED = 12  # rows, quantity, value = hours that the crew worked
    TRUCK_LEFT = 13  # place = lane, rows, quantity, value = m3
    DELIVERED = 14  # rows, quantity
    RETURNED = 15  # rows, quantity, place = cause, value = standard cost of what is as new [EUR]
    CONTACTS_ANSWERED = 16  # rows, value = mean wait [h]
    STOCK_COUNTED = 17  # place = node class (0 plant), item = -1, quantity = pieces of sold items on hand, value = EUR of all stock
    CAPACITY_OPENED = 18  # place = work centre, quantity = machine hours open in the week, overtime in value
    CHANGED_OVER = 19  # place = work centre, item = of the lot after it, value = machine hours; they lie inside OPERATION_DONE
    EXTRA_PAID = 20  # place = work centre, quantity = machine hours of overtime and extra shifts, value = their extra cost in EUR
    PROMISES_PULLED_IN = 21  # rows whose promised day has been moved forward; quantity = pieces, value = mean days gained
    # the dearest week of a limit that binds in a new master plan: rows = weeks ahead, value = EUR by which a unit more lowers the cost of the
    # plan, quantity = units more for which that holds (0: for none, the price is one of several)
    HOUR_PRICED = 22  # place = work centre; [EUR/h, h]
    SUPPLY_EXPEDITED = 25  # place = supplier, item, quantity of an overdue call-off bought elsewhere or flown in, value = its extra cost in EUR
    LINES_CANCELLED = 24  # rows given up by customers who waited too long; quantity = pieces
    SHELVES_SEEN = 26  # place = channel, rows = consumers who looked for an item on a shop's shelf, quantity = found none, value = were lost there
    STRUCK = 30  # place = event of table events that begins; quantity = its size, value = when it ends [h]
    DETECTED = 31  # place = event; the firm knows it and plans with it from now on; value = when it begins [h]
    REPLANNED = 32  # place = event; the first master plan that counts with it
    REACTION_PAID = 33  # place = event, value = EUR of what was brought another way, of the one-off cost
    SURCHARGED = 34  # place = supplier, item, quantity called off, value = EUR above the agreed price
    HOURS_LOST = 35  # place = work centre; quantity = machine hours lost in the week to events, and paid
    TRANSFER_LEFT = 40  # place = lane between sites, rows = items, quantity = pieces, value = freight in EUR
    TRANSFER_CAME = 41  # place = lane between sites, rows = items, quantity = pieces, value = days late
    SITE_COUNTED = 42  # place = site (0 plant), quantity = pieces of sold items on hand there, value = EUR of all stock there
    PUT_RIGHT = 36  # item; quantity = faulty pieces of a lot that pass operations again, value = EUR of material for them
    RETURN_INSPECTED = 37  # rows; quantity = pieces, value = mean days that they waited for it
    RETURN_SORTED = 38  # place = what becomes of returned pieces (domain.returning.SORTED_AS), quantity = pieces
    SUPPLY_HELD = 39  # place = supplier, item, quantity = received goods that may not be used until they are tested, value = days
    RECORD_COUNTED = 43  # place = site, item; rows = 1 where the book was right, quantity = units by which it was too high (below zero: low), value = EUR
    STOCK_LOST = 44  # place = site, item; quantity that nobody noticed, value = its standard cost [EUR]
    TRUCKS_TAKEN = 46  # place = fleet; rows = its trucks that leave, quantity = hired ones, value = hours that its own are away, all together
    CREW_OPENED = 48  # place = site; quantity = hours in which its picking crew works in the week, value = what these are paid [EUR]
    TRUCK_WAITED = 47  # place = fleet; a departure left late for want of a truck, value = by how many hours
    MADE_TO_ORDER = 49  # item; rows = 1 line whose own goods are there, quantity = pieces, value = days since it was placed
    UNCLAIMED = 54  # item; quantity of goods made to order that nobody takes, thrown away, value = their standard cost [EUR]
    PUT_AWAY = 68  # place = supplier, item; quantity received that waits for the crew that puts it away, value = hours until it may be used
    INBOUND_PAID = 60  # place = supplier, item, quantity that came, value = its freight in EUR
    TOUCHPOINT_MENDED = 50  # place = touchpoint, quantity = answers that named it, value = EUR
    REVIEWS_ANSWERED = 51  # quantity = words of customers answered in public, value = EUR
    TRAINED = 52  # place = channel, quantity = modules given to the sellers of its accounts, value = EUR
    MAILED = 53  # place = channel, rows = customers written to, quantity = needs brought forward, value = EUR
    PORTAL_ANSWERED = 65  # rows = requests that the portal answered, without an agent; value = EUR
    STAFF_TRAINED = 61  # quantity = days of training of agents, value = EUR with the hours paid
    PRODUCT_IMPROVED = 62  # item; quantity = reports of its use, value = EUR
    LOOKED_AROUND = 63  # quantity = prospects who look around at the end of a week, value = who decided in it, both as expected
    EXPECTATION_ASKED = 64  # place = segment, rows = buyers asked, quantity = days that they expect, value = days promised, sums each
    PRICE_BROKEN = 45  # place = supplier, item, quantity received at a lower price for its large purchase, value = EUR below the usual one
    MATERIAL_PRICED = 23  # item = material; [EUR/unit, unit]


_COLUMNS: dict[str, type[np.number[Any]]] = {
    "t": np.float64, "kind": np.int8, "place": np.int32, "item": np.int32, "rows": np.int32, "quantity": np.float64, "value": np.float64,
}  # fmt: skip


@dataclass
class EventLog:
    """Growing columns of the log, one row a batch.

    Examples
    --------
    >>> log = EventLog()
    >>> log.emit(24.0, Event.WAVE_PICKED, rows=3, quantity=5.0)
    >>> len(log)
    1
    """

    told: array[float] = field(default_factory=lambda: array("d"))  # one event after the other, its `_COLUMNS` in a row

    def emit(self, t: float, kind: Event, *, place: int = -1, item: int = -1, rows: int = 0, quantity: float = 0.0, value: float = 0.0) -> None:
        """Append one event at time ``t`` [h since start]."""
        self.told.extend((t, kind, place, item, rows, quantity, value))

    def __len__(self) -> int:
        return len(self.told) // len(_COLUMNS)

    def columns(self) -> dict[str, npt.NDArray[np.generic]]:
        """Return the log as numpy columns."""
        table = np.array(self.told).reshape(-1, len(_COLUMNS))
        return {name: table[:, k].astype(dtype) for k, (name, dtype) in enumerate(_COLUMNS.items())}
