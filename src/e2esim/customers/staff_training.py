"""Culture that grows by training and fades without it (requirement J7).

A day of training gives an agent a tenth of the skill and will that he still lacks (assumed); half of what was learnt is gone in a year, with
those who leave (assumed). Culture acts where it always does: at the desk and at the touchpoints with people (`touching.led`). The days are paid on
top of the hours of work, with the trainer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers.desk import Desk
from e2esim.customers.experiences import Experiences
from e2esim.customers.touching import led
from e2esim.domain.events import Event, EventLog
from e2esim.domain.world import World

F = npt.NDArray[np.float64]

A_DAY = 0.1  # [share] of what an agent lacks that a day of training gives, assumed
FORGOTTEN_D = 365.0  # [days] in which half of what was learnt is gone, assumed
DAY_H = 8.0  # [h]
_WEEKS_Y = 365.0 / 7.0


class StaffTraining:
    """Days of training, and the culture that comes of them.

    Attributes
    ----------
    known
        days of training an agent that are still known.
    """

    def __init__(self, world: World, experiences: Experiences, desk: Desk, log: EventLog) -> None:
        self.world, self.experiences, self.desk, self.log = world, experiences, desk, log
        self.known = 0.0

    @property
    def culture(self) -> float:
        """Share of the agents with the skill and the will to solve a hard request."""
        start = self.world.settings.organisation.culture
        return 1.0 - (1.0 - start) * float((1.0 - A_DAY) ** self.known)

    def week(self, now: float) -> None:
        """Give the training of the week, and let be forgotten."""
        o = self.world.settings.organisation
        if o.staff_training_d <= 0.0:
            return
        before = self._led()
        a_week = o.staff_training_d / _WEEKS_Y
        self.known = self.known * 0.5 ** (7.0 / FORGOTTEN_D) + a_week
        days = a_week * o.agents * self.world.settings.scale
        self.log.emit(now, Event.STAFF_TRAINED, quantity=days, value=days * (DAY_H * o.cost_eur_h + o.staff_training_eur))
        self.desk.grow(self.culture)
        (joy, trouble), points = self._led(), self.experiences.points
        points.enjoyment[:] = joy
        points.problem[:] *= np.where(before[1] > 0.0, trouble / np.maximum(before[1], 1e-12), 1.0)

    def _led(self) -> tuple[F, F]:
        """Enjoyment and trouble of the touchpoints at the culture of now."""
        return led(self.world, self.culture)
