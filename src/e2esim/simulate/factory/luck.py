"""The draws of a planned run, each addressed by the name of what it befalls: nobody's luck depends on who else exists."""

from __future__ import annotations

import datetime as dt
import hashlib
import math

from e2esim.streams import Streams
from e2esim.streams.draws import normal, uniform


def address_of(name: str) -> int:
    """Address of a named thing: 63 bits of a hash of its name.

    >>> address_of("order 4711") == address_of("order 4711") != address_of("order 4712")
    True
    """
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little") >> 1


class RunLuck:
    """How things go in one replication.

    Examples
    --------
    >>> luck = RunLuck(1, 0)
    >>> luck.late_days(address_of("purchase 1"), 0.0, 11.0, 1.2), luck.factor("flow", address_of("lot 1"), 0.0)
    (0.0, 1.0)
    """

    def __init__(self, seed: int, replication: int) -> None:
        streams = Streams(seed, replication)
        self._late, self._spread = streams.key("planned.late"), streams.key("planned.late_days")
        self._factor = {"hours": streams.key("planned.hours"), "flow": streams.key("planned.flow")}
        self._demand = streams.key("planned.demand")

    def late_days(self, address: int, share: float, median: float, sigma: float) -> float:
        """Days by which a purchase comes late: 0, or with probability ``share`` lognormal around ``median`` [d]."""
        if uniform(self._late, address, 0) >= share:
            return 0.0
        return float(median * math.exp(sigma * normal(self._spread, address, 0)))

    def factor(self, what: str, address: int, cv: float) -> float:
        """Lognormal factor of mean 1 and coefficient of variation ``cv``; `what` is 'hours' or 'flow'."""
        if cv <= 0.0:
            return 1.0
        sigma = math.sqrt(math.log1p(cv * cv))
        return math.exp(sigma * float(normal(self._factor[what], address, 0)) - sigma * sigma / 2.0)

    def uniform(self, address: int, number: int) -> float:
        """Uniform draw of demand in (0, 1)."""
        return float(uniform(self._demand, address, number))


def week_address(centre: str, day: dt.date) -> int:
    """Address of the hours of a work centre in the week that begins on a day."""
    return address_of(f"hours {centre} {day.isoformat()}")
