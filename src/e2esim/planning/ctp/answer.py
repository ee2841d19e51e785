"""What is answered: deliveries, the work they need, what stays open, and the limits that were met on the way."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from e2esim.planning.ctp.model import OperationKind
from e2esim.planning.ctp.request import Request


class WhyNotEarlier(StrEnum):
    """Why something is not earlier."""

    MATERIAL = "material"  # no stock, and no way to get more of it in time
    WORK_CENTRE = "work_centre"  # no free hours of a resource
    SUPPLIER = "supplier"  # lead time or capacity of a supplier
    LEAD_TIME = "lead_time"  # making it takes longer than there is time
    TRANSPORT = "transport"  # moving or shipping it takes longer than there is time
    HORIZON = "horizon"  # beyond the calendar


@dataclass(frozen=True, kw_only=True)
class MetLimit:
    """One limit that was met.

    Parameters
    ----------
    kind, name
        What it is: a resource, supplier's operation, operation or buffer, by kind.
    wanted
        When its goods were wanted [s].
    possible
        When it can give more [s]; `model.NEVER` if never.
    """

    kind: WhyNotEarlier
    name: str
    wanted: int
    possible: int


@dataclass(frozen=True, kw_only=True)
class Work:
    """One lot of an operation that the answer would create [s, units].

    `resources` are the chosen ones, a load each; `takes` and `gives` are ``(buffer, batch, pcs)``.
    """

    operation: str
    kind: OperationKind
    quantity: float
    start: int
    end: int
    resources: tuple[str, ...] = ()
    takes: tuple[tuple[str, str, float], ...] = ()
    gives: tuple[tuple[str, str, float], ...] = ()
    available: int = 0  # end plus hard safety time [s]


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A quantity that reaches the customer [s, units], from a buffer."""

    time: int
    quantity: float
    buffer: str
    left_at: int  # when it leaves the buffer [s]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """The answer to one request; nothing is booked until `commit`.

    Parameters
    ----------
    request
        What was asked.
    deliveries
        In time order; their quantities add up to ``request.quantity - short``.
    work
        Lots, purchases and transfers that it would create, shipments included.
    short
        What cannot be delivered inside the stated lateness and the horizon [units].
    limits
        Why it is not earlier: the limits met, the one that decided the last delivery last; empty when on time.
    asked
        How many times the network was asked, a measure of effort.
    """

    request: Request
    deliveries: tuple[Delivery, ...]
    work: tuple[Work, ...]
    short: float
    limits: tuple[MetLimit, ...]
    asked: int = 1

    @property
    def promised(self) -> float:
        """Quantity promised [units]."""
        return sum(d.quantity for d in self.deliveries)

    @property
    def last(self) -> int | None:
        """When the last delivery arrives [s]; None without any."""
        return max((d.time for d in self.deliveries), default=None)

    @property
    def on_time(self) -> bool:
        """Whether everything arrives at or before the due date."""
        return self.short <= 1e-6 and all(d.time <= self.request.due for d in self.deliveries)

    def by(self, time: int) -> float:
        """Quantity delivered at or before a time [units]."""
        return sum(d.quantity for d in self.deliveries if d.time <= time)
