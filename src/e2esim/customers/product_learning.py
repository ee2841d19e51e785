"""Products that get better because the firm listens to how they are used (requirements D5, C9).

Whoever asks for help in use, claims a defect or is asked how the product does tells something about it. Enough of that about one item lets the firm
change it: after a while fewer of the new ones show a defect. What is at the customers' homes stays as it was. How many reports it takes, how long, how
much better and at what cost are assumed; that a tenth of the consumers is asked at all is the case's (GfK 2019).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.experiences import Experiences
from e2esim.customers.journey import Journey
from e2esim.domain.book import Columns, Reason, Service
from e2esim.domain.events import Event, EventLog
from e2esim.domain.settings import Feedback
from e2esim.domain.world import World

Rows = npt.NDArray[np.int32]

_USE = (Reason.USE_HELP, Reason.CLAIM)
_FOLLOWED = int(Service.USE_FOLLOWUP)


class ProductLearning:
    """Reports from use, and what becomes of them.

    Attributes
    ----------
    reports
        (items,) reports about each item since it was changed last.
    ready
        (items,) [h] when a better one is made; infinite = nothing is under way.
    """

    def __init__(self, world: World, experiences: Experiences, journey: Journey, orders: Columns, log: EventLog) -> None:
        self.world, self.experiences, self.journey, self.orders, self.log = world, experiences, journey, orders, log
        self.reports, self.ready = np.zeros(world.items.n), np.full(world.items.n, np.inf)
        self._contacts = 0  # contacts before this one have been read

    @property
    def rules(self) -> Feedback:
        """What the firm does with what it hears."""
        return self.world.settings.feedback

    def delivered(self, rows: Rows) -> None:
        """Lines just delivered: some of their customers will be asked how the product does."""
        if self.rules.learn_after > 0.0:
            asked = rows[(self.orders["services"][rows] & _FOLLOWED) != 0]
            np.add.at(self.reports, self.orders["item"][asked], 1.0)

    def week(self, now: float) -> None:
        """Count who told of the use of what, and change the items whose day has come."""
        r = self.rules
        if r.learn_after <= 0.0:
            return
        c, first = self.experiences.contacts, self._contacts
        self._contacts = c.n
        new = np.arange(first, c.n)
        told = new[(c["attempt"][new] == 1) & (c["row"][new] >= 0) & np.isin(c["reason"][new], _USE)]
        np.add.at(self.reports, self.orders["item"][c["row"][told]], 1.0)
        begun = np.isinf(self.ready) & (self.reports > 0) & (self.reports >= r.learn_after * self.world.settings.scale)
        self.ready[begun] = now + 24.0 * r.learn_d
        for item in np.flatnonzero(self.ready <= now):
            self.journey.defect[item] *= 1.0 - r.learn_share
            self.log.emit(now, Event.PRODUCT_IMPROVED, item=int(item), quantity=float(self.reports[item]), value=r.learn_eur * self.world.settings.scale)
            self.reports[item], self.ready[item] = 0.0, np.inf
