"""The plan: lots, purchases, deliveries, pegging and the ledger of what is late and why. Facts only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from e2esim.planning.factory.problem import Floats, Ints


class PlanStatus(Enum):
    """What the plan achieves: every order on time, some late, or some never delivered inside the calendar."""

    ON_TIME = "on_time"
    LATE = "late"
    SHORT = "short"


class Cause(IntEnum):
    """The one binding reason of a late quantity."""

    MATERIAL = 0
    WORK_CENTRE = 1
    SUPPLIER = 2
    LEAD_TIME = 3
    PRECEDENCE = 4


class PegKind(IntEnum):
    """What a peg points at: opening stock, a scheduled receipt, a purchase or a lot."""

    STOCK = 0
    RECEIPT = 1
    PURCHASE = 2
    LOT = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class PlanResult:
    """A plan of `PlanProblem` that keeps every rule, with its explanation.

    Parameters
    ----------
    status
        `PlanStatus`; a plan always exists.
    lot_step, lot_qty, lot_start, lot_end : (n_lots,)
        One row a lot and routing step; quantity [pcs], days on which it starts and its goods are there [d from today].
    lot_from, lot_to, lot_ready, lot_machine : (n_lots,)
        Start and end of the work and when the goods are there [h from day 0], and the machine (`Shifts`); -1 where hours are
        by week, and the lot takes its flow time.
    purchase_source, purchase_qty, purchase_ordered, purchase_received : (n_purchases,)
        Purchase orders [pcs, d].
    delivery_order, delivery_day, delivery_qty : (n_deliveries,)
        Deliveries [d, pcs].
    peg_delivery, peg_kind, peg_row, peg_qty : (n_pegs,)
        Where each delivery comes from: `PegKind` and its row [pcs].
    feed_lot, feed_kind, feed_row, feed_qty : (n_feeds,)
        Where the inputs of each lot come from, in pieces of the input.
    late_order, late_cause, late_place, late_day, late_qty : (n_late,)
        The why-late ledger: `Cause`; place is a work centre, a source row, an item or a step, by cause; day on which
        the limit bound; quantities add up to the order's late quantity [pcs].
    objective
        Weighted pieces not on time.
    bound
        Proven lower bound of the relaxation behind it (nan when no relaxation was solved).
    wall_s
        Wall time of `plan` [s].
    """

    status: PlanStatus
    lot_step: Ints
    lot_qty: Floats
    lot_start: Ints
    lot_end: Ints
    lot_from: Floats
    lot_to: Floats
    lot_ready: Floats
    lot_machine: Ints
    purchase_source: Ints
    purchase_qty: Floats
    purchase_ordered: Ints
    purchase_received: Ints
    delivery_order: Ints
    delivery_day: Ints
    delivery_qty: Floats
    peg_delivery: Ints
    peg_kind: Ints
    peg_row: Ints
    peg_qty: Floats
    feed_lot: Ints
    feed_kind: Ints
    feed_row: Ints
    feed_qty: Floats
    late_order: Ints
    late_cause: Ints
    late_place: Ints
    late_day: Ints
    late_qty: Floats
    objective: float
    bound: float
    wall_s: float
