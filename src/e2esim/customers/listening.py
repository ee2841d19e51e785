"""What the firm does with what its customers say: it calls who was unhappy, mends what they name, and tells them.

Collect, analyse, act, return (requirements K1, K3, I13): answers to surveys are read once a week. Who answered badly and did not complain is called
by an agent, who has less time for others meanwhile; what a call makes good halves in 130 days, as with the car owners of Dillard and Bates. A
touchpoint of the firm that enough answers name is mended after a while and at a cost; agents may report what they hear, and managers what they see in shops.
Whoever has a low rate
of response, or hears the extremes alone, learns less. How many answers it takes, how long, how well and at what cost are assumed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.customers import emission_kernels as emit
from e2esim.customers.experience_kernels import ANSWERED_MORE
from e2esim.customers.experiences import Experiences
from e2esim.customers.loyalty_kernels import chosen
from e2esim.customers.requests import Requests
from e2esim.domain.book import Columns, Reason
from e2esim.domain.events import Event, EventLog
from e2esim.domain.experience import SERVICE, Lived
from e2esim.domain.settings import Feedback
from e2esim.domain.world import PHASES, World
from e2esim.streams import Streams

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

UNHAPPY = 2  # [of 5] answers up to this one are unhappy
REVIEW_EUR = 2.0  # [EUR] an answered review: some five minutes of an agent, assumed


class Listening:
    """Reads the answers of the week.

    Attributes
    ----------
    named
        (touchpoints,) answers that name each since it was mended last.
    ready
        (touchpoints,) [h] when it will be mended; infinite = nothing is under way.
    """

    def __init__(self, world: World, experiences: Experiences, orders: Columns, streams: Streams, log: EventLog) -> None:
        self.world, self.experiences, self.orders, self.log = world, experiences, orders, log
        self._key, self._staff_key, self._manager_key = (streams.key(f"feedback.{k}") for k in ("call", "staff", "manager"))
        self._contacts = 0  # contacts before this one have been read
        n, t = len(world.touch.ids), world.touch
        self.named, self.ready = np.zeros(n), np.full(n, np.inf)
        self._mine = np.zeros(n, dtype=np.bool_)
        self._mine[t.code] = t.controlled
        self._delivered: list[Rows] = []
        self._who = np.empty(0, dtype=np.int32)  # lines whose answers have named a touchpoint that is not mended yet
        self._words = 0.0  # words of the past that have not faded when they were counted last

    @property
    def rules(self) -> Feedback:
        """What the firm does with what it hears."""
        return self.world.settings.feedback

    @property
    def asks(self) -> bool:
        """True if anybody reads the answers."""
        return self.rules.callback_share > 0.0 or self.rules.mend_after > 0.0

    def delivered(self, rows: Rows) -> None:
        """Lines just delivered: their customers are asked."""
        if self.asks:
            self._delivered.append(rows)

    def week(self, now: float) -> Requests:
        """Read the answers of the week, mend what is due; returns the calls to be made: rows, times [h], reasons."""
        e, o = self.experiences, self.orders
        e.settle()
        self._answer_reviews(now)
        if not self.asks:
            return _calls(np.empty(0, dtype=np.int32), np.empty(0))
        rows = np.concatenate([*self._delivered, np.empty(0, dtype=np.int32)])
        self._delivered = []
        said = rows[o["answered"][rows] == 1]
        self._name(np.concatenate([said, self._reported(), self._seen(rows)]), now)
        self._mend(now)
        if not self.world.settings.organisation.after_sale:
            said = said[:0]  # a firm that sells products only calls nobody
        unhappy = said[(o["csat_true"][said] <= UNHAPPY) & (o["complained"][said] == 0)]
        called = once(unhappy[chosen(self._key, o["address"], unhappy, self.rules.callback_share)] if len(unhappy) else unhappy, o)
        return _calls(called, np.maximum(now, o["delivered"][called].astype(np.float64) + 24.0 * self.rules.callback_d))

    def faded(self) -> None:
        """The words of the past have faded: what is spoken from now on is new."""
        self._words = float(self.experiences.word_count.sum())

    def _answer_reviews(self, now: float) -> None:
        """Pay for the answers to what was said in the week."""
        share = self.rules.reviews_answered
        if share > 0.0:
            spoken = (float(self.experiences.word_count.sum()) - self._words) / (1.0 + ANSWERED_MORE * share)
            self.log.emit(now, Event.REVIEWS_ANSWERED, quantity=share * spoken, value=REVIEW_EUR * share * spoken)

    def _reported(self) -> Rows:
        """Lines that agents speak of after requests made since they were read last."""
        c, share, first = self.experiences.contacts, self.rules.staff_share, self._contacts
        self._contacts = c.n
        if share <= 0.0 or c.n == first:
            return np.empty(0, dtype=np.int32)
        new = np.arange(first, c.n, dtype=np.int32)
        new = new[(c["attempt"][new] == 1) & (c["row"][new] >= 0) & (c["reason"][new] != Reason.CALL_BACK)]
        return np.asarray(c["row"][new[chosen(self._staff_key, c["address"], new, share)]], dtype=np.int32)

    def _seen(self, rows: Rows) -> Rows:
        """Lines of shops, delivered in the week, of which a manager who visits them hears."""
        share = self.rules.manager_share
        shops = rows[self.orders["account"][rows] >= 0] if share > 0.0 else rows[:0]
        return shops[chosen(self._manager_key, self.orders["address"], shops, share)] if len(shops) else shops

    def _name(self, said: Rows, now: float) -> None:
        """Count which touchpoints are named; those named often enough will be mended."""
        r = self.rules
        if r.mend_after <= 0.0:
            return
        some = said[self.orders["trouble"][said] >= 0]
        code = self.orders["trouble"][some].astype(np.int64)
        some, code = some[self._mine[code]], code[self._mine[code]]
        np.add.at(self.named, code, 1.0)
        self._who = np.concatenate([self._who, some])
        begun = np.isinf(self.ready) & (self.named >= r.mend_after * self.world.settings.scale) & (self.named > 0)
        self.ready[begun] = now + 24.0 * r.mend_d

    def _mend(self, now: float) -> None:
        """Mend the touchpoints whose day has come, and tell who named them."""
        r, points, e = self.rules, self.experiences.points, self.experiences
        for code in np.flatnonzero(self.ready <= now):
            points.problem[points.code == code] *= 1.0 - r.mend_share
            self.log.emit(now, Event.TOUCHPOINT_MENDED, place=int(code), quantity=float(self.named[code]), value=r.mend_eur * self.world.settings.scale)
            self.named[code], self.ready[code] = 0.0, np.inf
            mine = self.orders["trouble"][self._who] == code
            if r.returned and mine.any():
                who = self._who[mine]
                e.feel(emit.alone(e.room(len(who)), who, now, int(Lived.FEEDBACK_RETURNED), PHASES.index("use"), SERVICE, emit.LISTENED_GAIN))
            self._who = self._who[~mine]


def once(rows: Rows, orders: Columns) -> Rows:
    """``rows`` of consumers, and one of each trade account: whoever answers badly about several lines is called once."""
    account = np.where(orders["consumer"][rows] < 0, orders["account"][rows].astype(np.int64), -1 - np.arange(len(rows)))
    return rows[np.sort(np.unique(account, return_index=True)[1])]


def _calls(rows: Rows, times: F) -> Requests:
    """Calls to be made for ``rows`` at ``times`` [h]."""
    return rows, times, np.full(len(rows), Reason.CALL_BACK, dtype=np.uint8)
