"""The order book and its sisters: growing tables of plain numpy columns, one row an order line, a contact, a consumer.

Times are hours since the start of the run (negative = before it), NaN = not happened. A stage writes only its own columns.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Any

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[Any]


class OrderKind(IntEnum):
    """Who orders from whom."""

    DIRECT = 0  # a consumer from the firm, served from the plant
    SELL_OUT = 1  # a consumer from an account, served from the account's stock
    REPLENISH = 2  # an account (or own branch) from the firm, served from the plant


class OrderState(IntEnum):
    """Where a line stands; every line ends in exactly one state."""

    OPEN = 0
    ALLOCATED = 1
    PICKED = 2
    SHIPPED = 3
    DELIVERED = 4
    CANCELLED = 5


class LineProblem(IntFlag):
    """Problems of an order line, a bit each."""

    DAMAGED = 1
    INCOMPLETE = 2
    INSTALL_FAILED = 4
    DEFECT = 8
    INTEGRATION = 16
    TOUCHPOINT = 32
    CHANGE_REFUSED = 64  # its customer wanted it changed and was refused


class Service(IntFlag):
    """Services used on an order line, a bit each."""

    FINANCING = 1
    NEEDS_ANALYSIS = 2
    INSTALLATION = 4
    USED_COLLECTION = 8
    USE_FOLLOWUP = 16
    DELAY_TOLD = 32
    GUIDED = 64  # an answer has helped the customer to his next step
    SIMPLE = 128  # bought again as before: nobody else decides, nothing is asked or looked at first


class ReturnCause(IntEnum):
    """Why goods come back."""

    NONE = 0
    DEFECT = 1
    SECOND_THOUGHTS = 2
    UNSOLD = 3
    DAMAGE = 4
    USED_PRODUCT = 5


class Reason(IntEnum):
    """Why a customer contacts the firm."""

    INFORMATION = 0  # before buying
    WHERE_IS_MY_ORDER = 1  # promised date passed, or delay told
    COMPLAINT = 2  # damaged, incomplete, installation failed
    CLAIM = 3  # defect in use
    USE_HELP = 4  # question in use
    BILL = 5  # a bill is wrong
    CALL_BACK = 6  # the firm calls: an unhappy answer to a survey


class LateCause(IntEnum):
    """The one binding reason of a line that is late; ``place`` is a work centre, supplier, lane or -1, by cause."""

    MATERIAL = 0  # a part was not there and nobody had ordered it in time
    WORK_CENTRE = 1  # no hours: full in the plan, or a queue in front of it
    SUPPLIER = 2  # a part was on order and had not come
    LEAD_TIME = 3  # wanted sooner than it can be made or carried; nothing else was in the way
    PRECEDENCE = 4  # there were goods for it, and they went to lines due later
    WAREHOUSE = 5  # allocated in time, picked too late
    TRANSPORT = 6  # left in time, arrived too late


LATE_COLUMNS: dict[str, tuple[type, float]] = {
    "row": (np.int32, -1),  # order line
    "cause": (np.uint8, 0),
    "place": (np.int16, -1),
    "item": (np.int16, -1),  # what was missing: a part, or the item itself
    "pieces": (np.int32, 0),
    "due": (np.float32, np.nan),  # [h] end of the day that was missed
    "late_d": (np.float32, 0),  # [days] until delivery or the end of the run
    "open": (np.uint8, 0),  # 1 = not delivered when the run ended
    "promise": (np.uint8, 1),  # 1 = the promised day was missed, 0 = only the day asked for
}

class WaitCause(IntEnum):
    """Why an open line waits: the causes of lateness (`LateCause`, same codes), or that its day has not come."""

    MATERIAL = 0
    WORK_CENTRE = 1
    SUPPLIER = 2
    LEAD_TIME = 3
    PRECEDENCE = 4
    WAREHOUSE = 5
    TRANSPORT = 6
    NOT_DUE = 7  # it can still leave in time for the day that its customer wants


class FreedBy(IntEnum):
    """What will free an open line."""

    NOTHING = 0  # no supply in sight reaches it
    STOCK = 1  # on hand: the next wave
    SHIP_DAY = 2  # its goods are there before it may ship
    LOT = 3  # an open production lot
    LAID_OUT = 4  # a lot with a day of release
    PLAN = 5  # a quantity of the master schedule


WAITING_COLUMNS: dict[str, tuple[type, float]] = {
    "row": (np.int32, -1),  # order line
    "cause": (np.uint8, 0),
    "place": (np.int16, -1),  # work centre, supplier, lane or -1, by cause
    "item": (np.int16, -1),  # what is missing: a part, or the item itself
    "pieces": (np.int32, 0),
    "due": (np.float32, np.nan),  # [h] end of the promised day
    "freed_by": (np.uint8, 0),
    "freed": (np.float32, np.nan),  # [h] planned time of that event
}

LOT_COLUMNS: dict[str, tuple[type, float]] = {
    "item": (np.int16, 0),
    "quantity": (np.float64, 0),
    "due": (np.float64, np.nan),
    "released": (np.float64, np.nan),
    "issued": (np.float64, np.nan),  # [h] its material was there
    "completed": (np.float64, np.nan),
    "missing": (np.int16, -1),  # the component it waited for last
    "queue_h": (np.float64, 0),  # [h] longest wait in front of one work centre
    "queue": (np.int16, -1),  # that work centre
}

CALL_COLUMNS: dict[str, tuple[type, float]] = {
    "item": (np.int16, 0),
    "supplier": (np.int16, 0),
    "quantity": (np.float64, 0),
    "called": (np.float64, np.nan),
    "due": (np.float64, np.nan),
    "arrived": (np.float64, np.nan),
    "rejected": (np.float64, 0),
}

ORDER_COLUMNS: dict[str, tuple[type, float]] = {
    # name: (dtype, value at birth)
    "address": (np.int64, 0),  # of the line's random draws: stable whoever else orders
    "kind": (np.uint8, 0),
    "order_no": (np.int32, 0),
    "consumer": (np.int32, -1),
    "account": (np.int16, -1),
    "item": (np.int16, 0),
    "quantity": (np.int32, 1),
    "channel": (np.uint8, 0),
    "market": (np.uint8, 0),
    "way": (np.uint8, 0),  # which lane of its channel and market brings it, by priority: 0 = that of the site which serves them
    "segment": (np.uint8, 0),
    "node": (np.int16, 0),
    "state": (np.uint8, 0),
    "problems": (np.uint8, 0),
    "services": (np.uint8, 0),
    "contacts": (np.uint8, 0),
    "return_cause": (np.uint8, 0),
    "repeat": (np.uint8, 0),  # 1 = bought by a customer who had bought before
    "placed": (np.float32, np.nan),
    "requested": (np.float32, np.nan),
    "promised": (np.float32, np.nan),
    "allocated": (np.float32, np.nan),
    "picked": (np.float32, np.nan),
    "shipped": (np.float32, np.nan),
    "delivered": (np.float32, np.nan),
    "returned": (np.float32, np.nan),
    "cancelled": (np.float32, np.nan),
    "revenue_eur": (np.float32, 0),
    "cost_eur": (np.float32, 0),
    "freight_eur": (np.float32, 0),
    "service_eur": (np.float32, 0),
    "penalty_eur": (np.float32, 0),
    "picking_eur": (np.float32, 0),
    "commission_eur": (np.float32, 0),
    "fee_eur": (np.float32, 0),  # services that the customer pays
    "disputed_d": (np.float32, 0),  # [days] by which it is paid later than agreed, since its bill was wrong
    "credit_eur": (np.float32, 0),  # credit given at return, resale recovered subtracted
    "price_ratio": (np.float32, 1),  # price paid by the consumer over the reference price
    "satisfaction": (np.float32, np.nan),  # S of the experience, filled at delivery, lowered or repaid by later contacts
    "csat_true": (np.int8, 0),
    "nps_true": (np.int8, -1),
    "ces_true": (np.int8, 0),  # what everybody would answer; 0 / -1 / 0 = no experience yet
    "answered": (np.uint8, 0),  # 1 = the survey was answered, so csat_true, nps_true, ces_true are also in the surveyed KPIs
    "spoke": (np.int8, 0),  # +1 good word, -1 bad word, 0 silent: the last thing told about this line
    "complained": (np.uint8, 0),  # 1 = its customer complained, at the firm or at the shop
    "trouble": (np.int16, -1),  # touchpoint of the first problem that its customer met at one
    # what the line has shown its customer so far [satisfaction], written by customers.experience_kernels only
    "needs_loss": (np.float32, 0),  # lateness, damage, incompleteness, defect
    "ease_loss": (np.float32, 0),  # effort: installation, answers, breaks between channels
    "squares": (np.float32, 0),  # sum of squared losses
    "gain": (np.float32, 0),
    "joy": (np.float32, 0),  # enjoyment at the touchpoints met
}

CONTACT_COLUMNS: dict[str, tuple[type, float]] = {
    "address": (np.int64, 0),  # of the contact's random draws
    "t": (np.float32, np.nan),
    "consumer": (np.int32, -1),
    "account": (np.int16, -1),
    "row": (np.int32, -1),
    "reason": (np.uint8, 0),
    "channel": (np.uint8, 0),
    "market": (np.uint8, 0),
    "segment": (np.uint8, 0),
    "heard": (np.uint8, 0),  # earlier attempts that an agent took
    "attempt": (np.uint8, 1),
    "first": (np.float32, np.nan),  # [h] of the first attempt
    "handoffs": (np.uint8, 0),
    "started": (np.float32, np.nan),  # an agent answers
    "answered": (np.float32, np.nan),  # the customer has the answer (relay included)
    "handle_h": (np.float32, 0),  # agent hours used
    "queued": (np.float32, np.nan),  # [h] of open desk until an agent answers; NaN = nobody did, or asked while the desk was closed
    "written": (np.uint8, 0),  # 1 = asked while the desk was closed, or written by choice
    "resolved": (np.uint8, 0),
    "abandoned": (np.uint8, 0),
    "lost": (np.uint8, 0),  # lost = information lost at a hand-over
    "blind": (np.uint8, 0),  # 1 = the agent did not see orders, payments and complaints: the customer told it all again
    "gave_up": (np.float32, np.nan),  # [h] stopped waiting
    "final": (np.uint8, 0),  # 1 = the customer does not ask again: resolved, or never
    "csat_true": (np.int8, 0),  # what everybody would answer about the service when it is over; 0 / -1 / 0 = not asked
    "nps_true": (np.int8, -1),
    "ces_true": (np.int8, 0),
    "said": (np.uint8, 0),  # 1 = the survey was answered
}

CONSUMER_COLUMNS: dict[str, tuple[type, float]] = {
    "address": (np.int64, 0),  # of the consumer's random draws
    "segment": (np.uint8, 0),
    "channel": (np.uint8, 0),
    "market": (np.uint8, 0),
    "cell": (np.int16, 0),
    "account": (np.int16, -1),
    "rate": (np.float32, 0),  # purchases per product life
    "drop": (np.float32, 0),  # base drop-out probability
    "memory": (np.float32, 1),
    "memory_t": (np.float32, 0),
    "scar": (np.float32, 0),  # [logit] of leaving: trust lost by what was not put right
    "first": (np.float32, 0),
    "last": (np.float32, 0),
    "next": (np.float32, np.inf),  # [h]
    "purchases": (np.uint16, 0),
    "alive": (np.uint8, 1),  # 0 = left for good (found out at the next need)
    "left": (np.float32, np.nan),  # [h] when it abandoned
    "category": (np.uint8, 0),
    "brand": (np.int8, -1),  # of the last purchase
    "value_eur": (np.float32, 0),  # contribution earned in the run
}


_AHEAD = 4096  # rows that get their values of birth before they are opened


@dataclass
class Columns:
    """A growing table of numpy columns.

    ``n`` rows are filled; ``take`` opens new rows and returns the index of the first. Columns are attributes of ``c``,
    each a full-capacity array: kernels write into them, so fetch them anew after ``take``.

    Examples
    --------
    >>> book = Columns(ORDER_COLUMNS, capacity=2)
    >>> book.take(3)
    0
    >>> book.n, book["item"][:3].tolist()
    (3, [0, 0, 0])
    """

    spec: dict[str, tuple[type, float]]
    capacity: int = 1024
    n: int = 0
    born: int = 0  # rows that hold their values of birth: they are written many at a time, ahead of being opened
    data: dict[str, Column] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (dtype, _) in self.spec.items():
            self.data[name] = np.empty(self.capacity, dtype=dtype)

    def __getitem__(self, name: str) -> Column:
        return self.data[name]

    def settle(self) -> None:
        """Clear the rows that hold nothing yet, so that a table is written down the same every time."""
        for column in self.data.values():
            column[self.born :] = 0

    @classmethod
    def of(cls, spec: dict[str, tuple[type, float]], columns: dict[str, Column]) -> Columns:
        """A table of finished columns (n,); those not given keep their value of birth.

        >>> Columns.of(CALL_COLUMNS, {"quantity": np.array([2.0, 3.0])}).filled("item").tolist()
        [0, 0]
        """
        n = len(next(iter(columns.values())))
        table = cls(spec, capacity=max(1, n))
        table.take(n)
        for name, values in columns.items():
            table[name][:n] = values
        return table

    def take(self, rows: int) -> int:
        """Open ``rows`` new rows with the values of birth; return the index of the first."""
        first = self.n
        if first + rows > self.capacity:
            self._grow(first + rows)
        self.n = first + rows
        if self.n > self.born:
            self._bear(min(self.capacity, self.n + _AHEAD))
        return first

    def reserve(self, rows: int) -> None:
        """Make room for ``rows`` new rows without opening any: their cells hold nothing until they are written."""
        if self.n + rows > self.capacity:
            self._grow(self.n + rows)

    def take_written(self, rows: int, written: Collection[str]) -> int:
        """Open ``rows`` new rows whose columns ``written`` were filled in already, after `reserve`; the other columns get their values of birth.

        >>> book = Columns(ORDER_COLUMNS, capacity=1)
        >>> book.reserve(2)
        >>> book["item"][:2] = 7
        >>> book.take_written(2, {"item"}), book["item"][:2].tolist(), book["quantity"][:2].tolist()
        (0, [7, 7], [1, 1])
        """
        first, self.n = self.n, self.n + rows
        for name, (_, birth) in self.spec.items():
            if name not in written:
                self.data[name][first : self.n] = birth
        self.born = self.n
        return first

    def filled(self, name: str) -> Column:
        """Return the filled part of column ``name``, (n,)."""
        return self.data[name][: self.n]

    def _bear(self, last: int) -> None:
        for name, (_, birth) in self.spec.items():
            self.data[name][self.born : last] = birth
        self.born = last

    def _grow(self, least: int) -> None:
        self.capacity = max(least, int(self.capacity * 1.5) + 1024)
        for name, (dtype, _) in self.spec.items():
            wider: Column = np.empty(self.capacity, dtype=dtype)
            wider[: self.n] = self.data[name][: self.n]
            self.data[name] = wider
        self.born = self.n
