"""What a customer wishes, and the goods that may serve it: where they lie and how many can be delivered by which day."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np

from e2esim.planning.factory.problem import Floats, Ints

EPS = 1e-6
TENTH = 0.1  # of an order: smaller parts are offered to nobody who has not asked for them


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What is asked for.

    Parameters
    ----------
    qty
        Pieces wanted [pcs].
    day
        Day on which they are wanted [d from today].
    min_shipment
        Smallest part that may be delivered alone [pcs]; None if the customer has said nothing: parts are an alternative, not the answer.
    max_late
        Days after `day` on which the customer still takes the goods [d]; None = any.
    """

    qty: float
    day: int
    min_shipment: float | None = None
    max_late: int | None = None

    def __post_init__(self) -> None:
        if not self.qty > 0 or self.day < 0:
            raise ValueError(f"wish: quantity must be above 0 and day at least 0, got {self.qty} and {self.day}")

    @property
    def least(self) -> float:
        """Smallest part of an alternative [pcs]; where the customer states none, a tenth of the order.

        Examples
        --------
        >>> Wish(qty=60, day=0).least, Wish(qty=6, day=0).least, Wish(qty=60, day=0, min_shipment=2).least
        (6.0, 1.0, 2)
        """
        return max(1.0, float(ceil(TENTH * self.qty - EPS))) if self.min_shipment is None else self.min_shipment

    @property
    def last(self) -> float:
        """Last day on which the goods are taken."""
        return np.inf if self.max_late is None else self.day + self.max_late


@dataclass(frozen=True, kw_only=True, eq=False)
class SiteGoods:
    """Goods of one item at one site.

    Parameters
    ----------
    item, site
        What, and where ('' = our own plant).
    substitute
        Whether the item is another one than the customer asked for.
    rank
        Order of preference among equal offers, 0 = the item itself from our own plant.
    extra_cost
        What a piece from here costs more [EUR/pc].
    day, pieces : (n,)
        Pieces that can be with the customer by each day, cumulative and ascending [d from today, pcs].
    at_once
        Day on which all wanted pieces can come in one delivery where that is sooner than `pieces` say: making them in one
        lot saves set-ups. None: as `pieces` say [d from today].
    """

    item: str
    site: str = ""
    substitute: bool = False
    rank: int = 0
    extra_cost: float = 0.0
    day: Ints
    pieces: Floats
    at_once: int | None = None

    def __post_init__(self) -> None:
        if np.any(np.diff(self.day) <= 0) or np.any(np.diff(self.pieces) < 0):
            raise ValueError(f"source {self.item} {self.site}: days and pieces must ascend")

    @property
    def total(self) -> float:
        """All pieces it ever has [pcs]."""
        return float(self.pieces[-1]) if self.pieces.size else 0.0

    def whole(self, qty: float, not_before: int) -> int | None:
        """First day on which `qty`, all that is wanted, can come in one delivery; None if never."""
        days = [day for day in (self.first(qty, not_before), self.at_once) if day is not None]
        return max(min(days), not_before) if days else None

    def first(self, qty: float, not_before: int) -> int | None:
        """First day on which `qty` can be delivered, None if never.

        Examples
        --------
        >>> shelf = SiteGoods(item="A", day=np.array([0, 9]), pieces=np.array([5.0, 20.0]))
        >>> shelf.first(5.0, 3), shelf.first(6.0, 3), shelf.first(21.0, 3)
        (3, 9, None)
        """
        k = int(np.searchsorted(self.pieces, qty - EPS))
        return None if k >= self.day.size else max(int(self.day[k]), not_before)

    def steps(self, not_before: int) -> list[tuple[int, float]]:
        """Days from `not_before` on which more can be delivered than before, with all pieces by then.

        Examples
        --------
        >>> SiteGoods(item="A", day=np.array([0, 2, 9]), pieces=np.array([5.0, 7.0, 20.0])).steps(3)
        [(3, 7.0), (9, 20.0)]
        """
        found: dict[int, float] = {}
        for day, pieces in zip(self.day.tolist(), self.pieces.tolist(), strict=True):
            if pieces > EPS:
                found[max(day, not_before)] = pieces
        return list(found.items())


def stepwise(day: Ints, qty: Floats, most: float = np.inf) -> tuple[Ints, Floats]:
    """Arrivals to cumulative pieces by day, ascending, cut at `most`.

    Examples
    --------
    >>> day, pieces = stepwise(np.array([4, 0, 4]), np.array([2.0, 3.0, 1.0]), 5.0)
    >>> day.tolist(), pieces.tolist()
    ([0, 4], [3.0, 5.0])
    """
    days, at = np.unique(np.asarray(day, dtype=np.int64), return_inverse=True)
    total = np.minimum(np.cumsum(np.bincount(at.ravel(), weights=qty, minlength=days.size)), most)
    return days, np.asarray(total, dtype=np.float64)
