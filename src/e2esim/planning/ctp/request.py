"""What is asked: an order line before it is promised, and the order in which demands are answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, kw_only=True)
class Request:
    """A quantity of a buffer, wanted at a time.

    Parameters
    ----------
    name
        Order line.
    buffer
        Where it is served from (`model.Buffer.name`).
    quantity
        Wanted [units of the shipment, else pcs].
    due
        When it is wanted [s]; a due date that has passed is wanted now.
    priority
        1 goes first.
    ship_by
        Shipping operation (`model.ship`) that brings it; '' hands it over at the buffer.
    min_shipment
        Smallest partial shipment [units]; `partial=False` is the whole quantity at once.
    partial
        Whether it may come in parts.
    max_lateness
        Nothing is delivered later than this after due [s]; None: whenever possible.
    batch
        Batch (order, attribute) that make-to-order goods must belong to.
    sites
        Other buffers that may serve it, in order: free stock of all sites goes before making or buying anything.

    Raises
    ------
    ValueError
        If the quantity is not above zero or a bound is below zero.
    """

    name: str
    buffer: str
    quantity: float
    due: int
    priority: int = 1
    ship_by: str = ""
    min_shipment: float = 0.0
    partial: bool = True
    max_lateness: int | None = None
    batch: str = ""
    sites: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 < self.quantity < inf:
            raise ValueError(f"request {self.name}: quantity {self.quantity} is not above zero")
        if self.min_shipment < 0 or (self.max_lateness is not None and self.max_lateness < 0):
            raise ValueError(f"request {self.name}: smallest shipment or largest lateness is below zero")
        if self.ship_by and self.sites:
            raise ValueError(f"request {self.name}: a shipping operation leaves from one buffer, so other sites cannot serve it")

    @property
    def smallest(self) -> float:
        """Smallest shipment [units]."""
        return min(self.quantity, self.min_shipment) if self.partial else self.quantity


def precedence(request: Request) -> tuple[int, int]:
    """Who goes first: priority, then due date; equals keep the order in which they are stated."""
    return (request.priority, request.due)


def in_precedence(requests: Iterable[Request]) -> list[Request]:
    """Requests in the order in which they are answered.

    >>> early, late = (Request(name=n, buffer="b", quantity=1, due=d) for n, d in (("a", 5), ("z", 9)))
    >>> [r.name for r in in_precedence([late, early])]
    ['a', 'z']
    """
    return sorted(requests, key=precedence)
