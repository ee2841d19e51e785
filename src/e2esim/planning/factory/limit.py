"""What a limit of the plan is worth: facts that `limits` finds and reports show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class LimitKind(IntEnum):
    """What is scarce: hours of a work centre in a week, pieces of an item on a day, days of a supplier or of a step."""

    HOURS = 0
    MATERIAL = 1
    SUPPLIER_DAYS = 2
    STEP_DAYS = 3


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The price of one limit and the range in which it holds.

    Parameters
    ----------
    kind, place, day
        `LimitKind`; row of the work centre, item, source or step; first day of the week, or day on which the pieces are
        needed at the latest, or 0 for lead times.
    price
        Weighted late pieces saved by one unit more (hour, piece) or one day less.
    least, most
        The price holds for that many units more; a negative `least` says that taking away costs the same. Days: for
        `least` to `most` days less, and nothing is gained by fewer.
    open_end
        `most` is where the search ended, not where the price ends.
    now
        Hours of the week, pieces at hand until the day, or days of the lead time, as the facts state them.
    on_time : (n_tiers,)
        Pieces more on time by priority, highest first, when `most` is given (days: `least`).
    eur
        EUR that these are worth, by the worth of the orders; 0 where no order states one.
    """

    kind: LimitKind
    place: int
    day: int
    price: float
    least: float
    most: float
    open_end: bool
    now: float
    on_time: tuple[float, ...]
    eur: float

    @property
    def amount(self) -> float:
        """Units that `on_time`, `eur` and `gain` speak of."""
        return self.least if self.kind >= LimitKind.SUPPLIER_DAYS else self.most

    @property
    def gain(self) -> float:
        """Weighted late pieces saved by `amount`."""
        return self.price * self.amount


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Prices of limits, dearest first by what they save, and how complete they are.

    Parameters
    ----------
    rows
        One a limit that is worth something.
    late
        Weighted late pieces of the fractional plan; orders due before day 0, late whatever is done, are not in it.
    days
        Orders due before this day are looked at [d].
    unpriced
        Limits that may have a price and were not reached in time.
    solved
        Whether the fractional plan itself was solved in time.
    """

    rows: tuple[Limit, ...]
    late: float
    days: int
    unpriced: int
    solved: bool
    wall_s: float
