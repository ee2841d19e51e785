"""Trade accounts whose sellers the firm trains (requirement E8): who knows a product sells more of it, until it is forgotten.

Each module that an account has been given adds 1.8 % to what its consumers buy (Fisher, Gallino and Netessine 2021, 50,000 sellers), as a shift of
the log odds of their choice; knowledge halves in a year (assumed). Modules are spread evenly over the year and over the accounts, and are paid for.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from e2esim.customers import emission_kernels as emit
from e2esim.customers.experiences import Experiences
from e2esim.customers.people import People
from e2esim.domain.book import Columns
from e2esim.domain.events import Event, EventLog
from e2esim.domain.experience import Lived
from e2esim.domain.world import ATTRIBUTES, PHASES, World
from e2esim.streams import Streams
from e2esim.streams.draws import uniform

Rows = npt.NDArray[np.int32]
F = npt.NDArray[np.float64]

A_MODULE = 0.018  # [share] more sold after a module (Fisher, Gallino and Netessine 2021)
FORGOTTEN_D = 365.0  # [days] by which half of what was learnt is forgotten, assumed
_WEEKS_Y = 365.0 / 7.0
_EFFORT, _EVALUATE = ATTRIBUTES.index("effort"), PHASES.index("evaluate")


class Training:
    """Modules given, and what is left of them.

    Attributes
    ----------
    known
        (accounts,) modules that the sellers of each account still know.
    """

    def __init__(self, world: World, people: People, experiences: Experiences, orders: Columns, streams: Streams, log: EventLog) -> None:
        self.world, self.people, self.experiences, self.orders, self.log = world, people, experiences, orders, log
        a, key = world.accounts, streams.key("training.week")
        self.known = np.zeros(a.n)
        self._a_week = np.where(world.channels.buyer[a.channel] == 1, world.settings.organisation.training_modules, 0.0) / _WEEKS_Y
        self._begun = np.array([uniform(key, int(code), 0) for code in a.code])  # of a module, so that not all are trained in one week
        self._line = np.full(a.n, -1, dtype=np.int32)  # the last line that each account has ordered

    @property
    def active(self) -> bool:
        """True if anybody is trained."""
        return bool(self._a_week.any())

    def ordered(self, rows: Rows) -> None:
        """Lines just ordered by accounts."""
        self._line[self.orders["account"][rows]] = rows

    def week(self, now: float) -> None:
        """Give the modules of the week, and let be forgotten."""
        if not self.active:
            return
        self.known *= 0.5 ** (7.0 / FORGOTTEN_D)
        self._begun += self._a_week
        given = np.floor(self._begun)
        self._begun -= given
        self.known += given
        w, of = self.world, self.world.accounts.channel
        for channel in np.unique(of[given > 0]):
            modules = float(given[of == channel].sum())
            eur = modules * w.settings.organisation.training_eur
            self.log.emit(now, Event.TRAINED, place=int(channel), quantity=modules, value=eur)
        told = self._line[(given > 0) & (self._line >= 0) & (self.people.wallet > 0)]
        one = np.ones(len(told))
        if len(told):
            e = self.experiences
            e.feel(emit.told(e.room(len(told)), told, int(Lived.TRAINED), _EFFORT, now * one, one, 0.0 * one))
        self.people.selling[:] = np.exp(self.known * math.log1p(A_MODULE) / (1.0 - w.settings.market.conversion))
