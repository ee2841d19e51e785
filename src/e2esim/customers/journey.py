"""Receive, use, get assistance, return, promote: the journey after the order, and the reputation that words make."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from e2esim.customers import emission_kernels as emit
from e2esim.customers.believing import MISSED, believed, claimed, told
from e2esim.customers.books import WordsRead
from e2esim.customers.circles import heard_where
from e2esim.customers.expecting import Expectation
from e2esim.customers.experiences import Experiences
from e2esim.customers.journey_kernels import Habits, after_delivery, next_steps, overdue, stand, stirred
from e2esim.customers.own_targets import regretted
from e2esim.customers.people import People
from e2esim.customers.recalling import Recall, called_back
from e2esim.customers.requests import NO_REQUESTS, Requests
from e2esim.customers.sold_before import sold_before
from e2esim.customers.touching import heard
from e2esim.domain.book import Columns, Reason, ReturnCause, Service
from e2esim.domain.calendar import DueCalendar
from e2esim.domain.experience import Lived
from e2esim.domain.world import ATTRIBUTES, World
from e2esim.streams import Streams

F = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int32]

ASK_SHARE = 0.6  # of customers whose order is overdue ask where it is, assumed
SHOP_RECOVERY = 0.6  # [share] of the loss that a shop makes good, assumed
REFUND_SHARE = 0.3  # [share] of the loss that the credit for a returned product repays, assumed
FOLLOW_UP_GAIN = 0.04  # [satisfaction] of being asked how the product does, assumed
_ASKS_WHERE = int(Reason.WHERE_IS_MY_ORDER)
_LEAD_TIME, _PUNCTUALITY, _EFFORT = (ATTRIBUTES.index(name) for name in ("lead_time", "punctuality", "effort"))
_PRIOR_WORDS = 200.0  # neutral words that a market has heard before, at scale 1, assumed
_CONTACT_SD = 0.33  # lognormal over-dispersion: variance/mean about 2-3 at the day's counts (bank call centre)


def _day_over(promised: npt.NDArray[np.floating]) -> F:
    """End of the promised day, (n,) [h]."""
    return np.asarray((np.floor(promised.astype(np.float64) / 24.0) + 1.0) * 24.0)


def _in_the_run(requests: Requests) -> Requests:
    """Those of ``requests`` that come after the opening."""
    rows, times, what = requests
    some = times > 0.0
    return rows[some], times[some], what[some]


class Journey:
    """Everything a customer lives through once the order is placed."""

    def __init__(self, world: World, experiences: Experiences, orders: Columns, streams: Streams, ticks: int) -> None:
        self.world, self.experiences, self.orders = world, experiences, orders
        w = world
        self._read_key, self._heard = streams.key("journey.read"), heard(w)
        self._told, self._claim = told(w), claimed(w)
        self._after_key, self._overdue_key, self._stir_key = streams.key("journey.after"), streams.key("journey.overdue"), streams.key("journey.stir")
        self._room = next_steps(256)
        self._others: WordsRead | None = None  # what buyers read, the same until reputations move
        self.set_right: Callable[[Rows, F], None] | None = None  # lets who was told before expect what he was told
        self.news = 0.0  # share of the delays told first while the firm speaks about an event
        self._promises = DueCalendar(ticks, 1024, tick_h=w.settings.horizon.tick_h)
        self._later = DueCalendar(ticks, 1024, tick_h=w.settings.horizon.tick_h)
        transit = np.where(w.lanes.of >= 0, w.lanes.transit_d[w.lanes.of], 0.0).max(axis=1)
        self.expectation = Expectation(w, orders, w.channels.reference_d + np.where(w.channels.stockist, transit, 0.0))
        self.defect = w.items.defect.copy()  # share of the new ones of each item that show a defect: what is learnt from use lowers it
        self._habits = Habits(
            self.defect, regretted(w), w.settings.market.complaint_share, w.settings.organisation.usage_share, float(w.services.effect[4])
        )

    def watch(self, rows: Rows, tick: int) -> None:
        """Remember the promised day of new rows, so that late ones make the customer ask."""
        if len(rows) == 0:
            return
        e, over = self.experiences, np.empty(len(rows))
        e.feel(emit.promised(e.room(len(rows)), rows, e.facts(), self.expectation.known, over))
        self._promises.push(rows, over)

    def _lead(self, rows: Rows, promised: F | None = None) -> F:
        """Days from order to promise, (n,)."""
        o = self.orders
        return np.asarray(((o["promised"][rows] if promised is None else promised) - o["placed"][rows]) / 24.0, dtype=np.float64)

    def _tell(self, rows: Rows, kind: Lived, attribute: int, t: F, shown: F, expected: F) -> None:
        """The firm says something about the deliveries of ``rows``."""
        if len(rows):
            e = self.experiences
            e.feel(emit.told(e.room(len(rows)), rows, int(kind), attribute, t, shown, expected))

    def watch_anew(self, rows: Rows, was: F, now: float) -> None:
        """Watch the new promised day of ``rows``, given at ``now`` [h], and no longer the old one, ``was`` (n,) [h]."""
        h = self._promises.tick_h
        self._promises.withdraw_ticks(rows, np.floor(_day_over(was) / h).astype(np.int64))
        self._promises.push(rows, _day_over(self.orders["promised"][rows]))
        self._tell(rows, Lived.PROMISE_CHANGED, _LEAD_TIME, np.full(len(rows), now), self._lead(rows), self._lead(rows, was))

    def ask(self, tick: int, now: float) -> Requests:
        """Requests "where is my order" of rows whose promised day has just passed; telling first spares most of them."""
        rows = self._promises.pop(tick)
        if len(rows) == 0:
            return NO_REQUESTS
        out, times = np.empty(len(rows), dtype=np.int32), np.empty(len(rows))
        told = max(self.world.settings.organisation.proactive, self.news)
        m = overdue(rows, now, self._overdue_key, self.experiences.facts(), ASK_SHARE, told, out, times)
        if told > 0.0:
            o = self.orders
            late = rows[((o["services"][rows] & int(Service.DELAY_TOLD)) != 0) & ~(o["delivered"][rows] <= now)]
            nothing = np.zeros(len(late))
            self._tell(late, Lived.DELAY_TOLD, _PUNCTUALITY, nothing + now, (now - o["promised"][late].astype(np.float64)) / 24.0, nothing)
        return out[:m], times[:m], np.full(m, _ASKS_WHERE, dtype=np.uint8)

    def bought(self, rows: Rows, reputation: F) -> None:
        """Purchases just made: what the customers met before, and read of others (``reputation`` of each market)."""
        e, needs = self.experiences, float(self.world.services.effect[1])
        if self._others is None or self._others.reputation is not reputation:
            missed = MISSED * believed(self._claim, reputation)
            self._others = WordsRead(self._read_key, self._heard, reputation, self.world.settings.satisfaction.word_expected, self._told, missed)
        e.feel(emit.bought(e.room(len(rows)), rows, e.touch_key, e.facts(), e.points, needs, self._others))

    def open_past(self, people: People, streams: Streams) -> tuple[Requests, Requests]:
        """Purchases before the run of which something is still to come; returns the contacts and the returns to come."""
        rows = sold_before(self.world, people, self.orders, streams, self._habits)
        contacts, returns, (codes, times) = self._what_follows(rows)
        self._later.push(codes[times > 0.0], times[times > 0.0])
        return _in_the_run(contacts), _in_the_run(returns)

    def receive(self, rows: Rows) -> tuple[Requests, Requests]:
        """A batch has been delivered and is felt; returns the contacts and the returns to come."""
        e, expected = self.experiences, self.expectation.of(rows, self.experiences.facts())
        if self.set_right is not None:
            self.set_right(rows, expected)
        collect = float(self.world.services.effect[3])
        e.feel(emit.received(e.room(len(rows)), rows, e.touch_key, e.facts(), e.points, expected, collect))
        self.expectation.learn(rows, float(self.orders["delivered"][rows].max()) if self.expectation.learnt else 0.0)
        contacts, returns, later = self._what_follows(rows)
        self._later.push(later[0], later[1])
        return contacts, returns

    def _what_follows(self, rows: Rows) -> tuple[Requests, Requests, tuple[Rows, F]]:
        """What follows the delivery of ``rows``: contacts, returns, and what comes later; it stands in the room until the next delivery."""
        if len(self._room.return_row) < len(rows):
            self._room = next_steps(2 * len(rows))
        out = self._room
        a, b, d = after_delivery(rows, self._after_key, self.experiences.facts(), self._habits, out)
        contacts = (out.contact_row[:a], out.contact_t[:a], out.contact_reason[:a]) if a else NO_REQUESTS
        returns = (out.return_row[:b], out.return_t[:b], out.return_cause[:b]) if b else NO_REQUESTS
        return contacts, returns, (out.later_code[:d], out.later_t[:d])

    def later(self, tick: int, now: float) -> None:
        """What comes weeks after a delivery: touchpoints of use, defects, what shops make good."""
        codes = self._later.pop(tick)
        if len(codes):
            e = self.experiences
            e.feel(emit.come_later(e.room(len(codes)), codes, now, e.touch_key, e.facts(), e.points, FOLLOW_UP_GAIN, SHOP_RECOVERY))

    def recalled(self, rows: Rows, key: np.uint64, recall: Recall) -> tuple[Requests, Requests]:
        """Owners of ``rows`` learn that some of them are called back, by a letter or in the news; returns the contacts and the returns to come."""
        e = self.experiences
        to_come = called_back(rows, key, e.facts(), recall)
        mine, letter = rows[to_come.mine], rows[to_come.letter]
        nothing = np.zeros(len(letter))
        self._tell(letter, Lived.RECALLED, _EFFORT, nothing + recall.now, nothing, nothing)
        e.feel(emit.defects(e.room(len(mine)), mine, recall.now, e.facts()))
        calls = ~np.isnan(to_come.calls)
        back = np.full(len(mine), int(ReturnCause.DEFECT), dtype=np.uint8)
        return (rows[calls], to_come.calls[calls], to_come.reason[calls]), (mine, to_come.back[to_come.mine], back)

    def given_up(self, rows: Rows, now: float) -> None:
        """Lines whose customers would not wait any longer."""
        e = self.experiences
        e.feel(emit.given_up(e.room(len(rows)), rows, now))

    def change_refused(self, rows: Rows, now: float) -> None:
        """Accounts whose wish to change an open line was refused."""
        if len(rows):
            e = self.experiences
            e.feel(emit.change_refused(e.room(len(rows)), rows, now))

    def refunded(self, rows: Rows, now: float) -> None:
        """Returned goods are credited: those who sent back what was broken feel it."""
        if len(rows) == 0:
            return
        e, effort = self.experiences, self.world.settings.satisfaction.return_effort
        e.feel(emit.refunded(e.room(len(rows)), rows, now, self.orders["return_cause"], effort, REFUND_SHARE, e.facts()))

    def information_share(self, tick: int) -> float:
        """Share of the purchases of this hour that asked first: over-dispersed around its mean."""
        t = tick * self.world.settings.horizon.tick_h
        return self.world.settings.organisation.info_share * float(stirred(_CONTACT_SD, self._stir_key, int(t // 24), int(t % 24)))

    def reputation(self, hours: float, out: F) -> None:
        """Let old words fade and write the reputation of each circle of each market, against the words that it is used to, into ``out``."""
        m = self.world.settings.market
        self.experiences.settle()
        factor = 0.5 ** (hours / (24.0 * m.reputation_half_life_d))
        e, prior = self.experiences, _PRIOR_WORDS * self.world.settings.scale / m.word_circles
        e.word_sum *= factor
        e.word_count *= factor
        stand(heard_where(e.word_sum, m), heard_where(e.word_count, m), prior, m.usual_word, out)
        if not m.word_of_mouth:
            out[:] = 0.0
        self._others = None
