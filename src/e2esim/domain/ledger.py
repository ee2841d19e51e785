"""The chart of accounts: where every euro of a run is posted, once, at the event that causes it.

Order lines carry their own money in columns of the order book (`ROW_ACCOUNTS`): goods when they are delivered, credits
when goods come back. Everything else stands in the journal (`Journal`): hours paid, overtime, touchpoints, overhead.
Amounts are in the sense of the result: what is earned is positive, what is spent negative. Posted in whole cents, so that
the parts of a profit and loss account add up exactly. `Balance` holds the other side: goods made and bought, and what is owed.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]


class Posted(IntEnum):
    """Accounts in the order of the profit and loss account."""

    SALES = 0  # goods, at the price invoiced
    FEES = 1  # services that the customer pays
    CREDITS = 2  # given for goods that came back, less what they are still worth
    PENALTIES = 3  # of contracts, for days late
    COMMISSIONS = 4  # of marketplaces and agents
    MATERIAL = 5  # in the goods sold, at standard cost
    CONVERSION = 6  # labour and machine hours in the goods sold, at standard cost
    FREIGHT = 7  # outbound
    WAREHOUSE = 8  # picking and packing
    SERVICES = 9  # installation, collection and the like, where the firm owes them
    TOUCHPOINTS = 10  # contacts of customers and prospects with touchpoints that cost
    TALK = 11  # agents, hours in which they answered
    STANDBY = 12  # agents, hours paid and not used
    SELLERS = 13  # by the hour paid
    SET_UP = 14  # machine hours of set-ups and changeovers
    IDLE = 15  # machine hours open and not used
    OVERTIME = 16  # extra cost of overtime and extra shifts
    SCRAP = 17  # hours spent on pieces that were scrapped or put right, what went into these, and goods lost from the stock
    PRICE_VARIANCE = 18  # paid to suppliers above the standard price, for expediting and for inbound freight
    OVERHEAD = 19
    CARRYING = 20  # cost of holding stock
    REACTION = 21  # to events: goods brought by another way, one-off costs, surcharges of suppliers; paid when posted


class Balance(IntEnum):
    """Postings that change what the firm holds or owes and no result; amounts positive. With the accounts of `Posted` they make the cash."""

    MADE = 40  # hours that went into goods, at standard cost: into the stock
    BACK = 41  # goods returned as new, at standard cost: into the stock
    BOUGHT = 42  # suppliers' invoices for what was accepted: owed until the supplier's terms are over
    INVOICED = 43  # customers' invoices of the days before the run: due within it


class PnlLine(IntEnum):
    """Subtotals of the profit and loss account."""

    NET_SALES = 0
    GROSS_MARGIN = 1
    CONTRIBUTION = 2  # what orders leave after all that they cause; the same in run and S&OP
    RESULT = 3  # operating result


LAST: dict[PnlLine, Posted] = {
    PnlLine.NET_SALES: Posted.COMMISSIONS,
    PnlLine.GROSS_MARGIN: Posted.CONVERSION,
    PnlLine.CONTRIBUTION: Posted.TOUCHPOINTS,
    PnlLine.RESULT: Posted.REACTION,
}  # each subtotal is the sum of the accounts up to this one

COST_CENTRES: dict[Posted, str] = {
    **dict.fromkeys((Posted.SALES, Posted.FEES, Posted.CREDITS, Posted.PENALTIES, Posted.COMMISSIONS, Posted.SELLERS), "sales"),
    **dict.fromkeys((Posted.MATERIAL, Posted.PRICE_VARIANCE), "purchasing"),
    **dict.fromkeys((Posted.CONVERSION, Posted.SET_UP, Posted.IDLE, Posted.OVERTIME, Posted.SCRAP), "plant"),
    **dict.fromkeys((Posted.FREIGHT, Posted.WAREHOUSE, Posted.CARRYING), "logistics"),
    **dict.fromkeys((Posted.SERVICES, Posted.TALK, Posted.STANDBY), "customer service"),
    Posted.TOUCHPOINTS: "marketing",
    Posted.OVERHEAD: "firm",
    Posted.REACTION: "firm",
}

ROW_COSTS = ("cost_eur", "freight_eur", "picking_eur", "service_eur", "penalty_eur", "commission_eur", "credit_eur")
ROW_EARNINGS = ("revenue_eur", "fee_eur")


def row_contribution(columns: dict[str, Array]) -> npt.NDArray[np.float64]:
    """Contribution of order lines with all that they ever cause, (n,) [EUR]; ``columns`` those of the order book.

    >>> one = {name: np.array([10.0]) for name in ROW_COSTS} | {name: np.array([100.0]) for name in ROW_EARNINGS}
    >>> row_contribution(one).tolist()
    [130.0]
    """
    gain = np.zeros(len(columns[ROW_EARNINGS[0]]))
    for name in ROW_EARNINGS:
        gain += columns[name]
    for name in ROW_COSTS:
        gain -= columns[name]
    return gain


def subtotal(cents: Array, line: PnlLine) -> Array:
    """Sum of the accounts of a subtotal along the last axis of ``cents`` (..., accounts).

    >>> subtotal(np.arange(len(Posted)), PnlLine.NET_SALES).tolist()
    10
    """
    return np.asarray(cents[..., : int(LAST[line]) + 1].sum(axis=-1))


@dataclass
class Journal:
    """Growing columns of what is posted beside the order lines; codes of -1 = none: common to the firm.

    Examples
    --------
    >>> journal = Journal()
    >>> journal.post(24.0, Posted.OVERHEAD, -1250.004)
    >>> journal.columns()["cents"].tolist()
    [-125000]
    """

    t: array[float] = field(default_factory=lambda: array("d"))
    account: array[int] = field(default_factory=lambda: array("b"))
    place: array[int] = field(default_factory=lambda: array("i"))  # work centre or supplier, by account
    channel: array[int] = field(default_factory=lambda: array("i"))
    segment: array[int] = field(default_factory=lambda: array("i"))
    market: array[int] = field(default_factory=lambda: array("i"))
    brand: array[int] = field(default_factory=lambda: array("i"))
    cents: array[int] = field(default_factory=lambda: array("q"))

    def post(self, t: float, account: Posted | Balance, eur: float, *, place: int = -1, channel: int = -1, segment: int = -1, market: int = -1) -> None:
        """Post one amount [EUR] at ``t`` [h]."""
        self.post_many(np.array([t]), account, np.array([eur]), place=place, channel=channel, segment=segment, market=market)

    def post_many(
        self,
        t: Array,
        account: Posted | Balance,
        eur: Array,
        *,
        place: Array | int = -1,
        channel: Array | int = -1,
        segment: Array | int = -1,
        market: Array | int = -1,
    ) -> None:
        """Post amounts (n,) [EUR] at times (n,) [h], whole cents; nothing is posted where an amount rounds to none."""
        cents = np.round(100.0 * np.asarray(eur, dtype=np.float64)).astype(np.int64)
        some = np.flatnonzero(cents)
        self.t.extend(np.asarray(t, dtype=np.float64)[some].tolist())
        self.account.extend([int(account)] * len(some))
        for own, codes in ((self.place, place), (self.channel, channel), (self.segment, segment), (self.market, market), (self.brand, -1)):
            own.extend(np.broadcast_to(np.asarray(codes, dtype=np.int64), cents.shape)[some].tolist())
        self.cents.extend(cents[some].tolist())

    def columns(self) -> dict[str, Array]:
        """The journal as numpy columns."""
        kinds = {"t": np.float64, "account": np.int8, "cents": np.int64}
        names = ("t", "account", "place", "channel", "segment", "market", "brand", "cents")
        return {name: np.asarray(getattr(self, name), dtype=kinds.get(name, np.int32)) for name in names}
