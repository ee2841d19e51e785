"""The experience log of a run: takes what stages emit, lets it be felt, adds it up, and keeps some journeys whole."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import (
    ContactFacts,
    Felt,
    Law,
    Mind,
    Minds,
    OrderFacts,
    ServiceVoice,
    SpeechBook,
    Touchpoints,
    contact_facts,
    felt,
    order_facts,
    service_voice,
    touchpoints,
)
from e2esim.customers.circles import STREAM
from e2esim.customers.emission_kernels import ROWS
from e2esim.customers.experience_kernels import feel
from e2esim.customers.experience_sums import add_cells, concerns, keep
from e2esim.customers.people import People
from e2esim.domain.book import Columns
from e2esim.domain.experience import EXPERIENCE, SERVICE, Lived
from e2esim.domain.world import ATTRIBUTES, World
from e2esim.streams import Streams

_LOOK = 512  # experiences
LINE_WEIGHT = 0.04  # of a line of a trade order against a consumer's purchase in memory, assumed


class ColumnsNow(NamedTuple):
    """Columns of the order book, the contacts and the consumers by who reads them, valid while the tables have this capacity."""

    capacity: tuple[int, int, int]
    facts: OrderFacts
    felt: Felt
    minds: Minds
    voice: ServiceVoice
    answers: ContactFacts


class Experiences:
    """What customers live through.

    Attributes
    ----------
    sums
        (kinds, attributes, channels, segments, 5) inside the reporting window: number, feelings, losses alone [satisfaction], and what was
        shown and expected [unit of the attribute].
    word_sum, word_count
        (markets x circles,) words spoken, as differences to the best alternative [satisfaction], and their number; they fade.
    """

    def __init__(self, world: World, people: People, orders: Columns, contacts: Columns, streams: Streams) -> None:
        self.world, self.people, self.orders, self.contacts = world, people, orders, contacts
        self._keys = np.array([streams.key(k) for k in ("journey.quality", "journey.survey", "journey.word")], dtype=np.uint64)
        self.touch_key, self._keep_key = streams.key("journey.touch"), streams.key("journey.kept")
        self._circle_key = streams.key(STREAM)
        self.points: Touchpoints = touchpoints(world)
        steps = np.diff(self.points.start).reshape(-1, 6).sum(axis=1) if len(self.points.start) > 1 else np.zeros(1)
        self._most = ROWS + 2 * int(steps.max())
        self._batch = np.zeros(1024 * self._most, dtype=EXPERIENCE)
        self.word_sum, self.word_count = (np.zeros(len(world.markets) * world.settings.market.word_circles) for _ in range(2))
        self._law, self._mind = law(world, people), mind(world, people)
        self.sums = np.zeros((len(Lived), SERVICE + 1, len(world.channels.ids), len(world.segments.ids), 5))
        self._share = kept_share(world, people)
        self._columns: ColumnsNow | None = None
        self.waiting = 0  # experiences in the buffer that are still to be felt: many at once, since a call takes longer than to feel
        people.settle, people.settle_for = self.settle, self.settle_for
        self._kept: list[npt.NDArray[np.void]] = []

    def room(self, moments: int) -> npt.NDArray[np.void]:
        """The buffer into which a stage emits up to ``moments`` moments, behind those that are still to be felt."""
        if self.waiting + moments * self._most > len(self._batch):
            self.settle()
        if moments * self._most > len(self._batch):
            self._batch = np.zeros(int(1.5 * moments) * self._most, dtype=EXPERIENCE)
        return self._batch[self.waiting :]

    def facts(self) -> OrderFacts:
        """What emitters read of the order book."""
        return self._now().facts

    def answers(self) -> ContactFacts:
        """What emitters read of the contacts."""
        return self._now().answers

    def _now(self) -> ColumnsNow:
        """The columns as they are now: fetched anew only where a table has grown out of them."""
        at = (self.orders.capacity, self.contacts.capacity, self.people.consumers.capacity)
        if self._columns is None or self._columns.capacity != at:
            c, p = self.people.consumers, self.people
            minds = Minds(c["address"], c["memory"], c["memory_t"], c["scar"], self.world.accounts.code, p.account_memory)
            voice, answers = service_voice(self.contacts), contact_facts(self.contacts)
            self._columns = ColumnsNow(at, order_facts(self.orders), felt(self.orders), minds, voice, answers)
        return self._columns

    def feel(self, n: int) -> None:
        """Let the first ``n`` experiences of the room be felt, in their order: before anybody reads what customers remember."""
        self.waiting += n

    def settle(self) -> None:
        """Let all be felt that still waits."""
        n, self.waiting = self.waiting, 0
        if n == 0:
            return
        now, m = self._now(), self.world.settings.market
        o, address = now.facts, now.minds.address
        answered = self.world.settings.feedback.reviews_answered
        speech = SpeechBook(
            m.speak_good, m.speak_bad, m.competitor_satisfaction, self.word_sum, self.word_count, answered, m.rival_gain_y, m.word_circles, self._circle_key
        )  # fmt: skip
        feel(self._batch, n, self._keys, o, now.felt, now.minds, now.voice, self._law, self._mind, speech)
        add_cells(self._batch, n, 24.0 * self.world.settings.horizon.warmup_days, o.channel, o.segment, self.sums, self.points.seen)
        if self._share > 0.0:
            some = keep(self._batch, n, self._keep_key, o.consumer, address, self._share)
            if len(some):
                self._kept.append(self._batch[some])

    def settle_for(self, who: npt.NDArray[np.int32]) -> None:
        """Let all be felt if one of the consumers ``who`` (rows) lived some of what waits, or if so much waits that looking takes as long."""
        if self.waiting > _LOOK or (self.waiting and concerns(self._batch, self.waiting, self.orders["consumer"], np.sort(who))):
            self.settle()

    def kept(self) -> npt.NDArray[np.void]:
        """Experiences of the customers that are kept whole, in order of feeling, (n,)."""
        return np.concatenate(self._kept) if self._kept else np.zeros(0, dtype=EXPERIENCE)


def law(world: World, people: People) -> Law:
    """How attributes are felt in this world."""
    a, s, seg = world.attributes, world.settings.satisfaction, world.segments
    quality = np.where(world.items.brand >= 0, world.quality[world.items.brand], 1.0)
    weights = (seg.w_punctuality, seg.w_lead, seg.w_ease, seg.w_experience)
    cut = s.unfelt.split()
    loss = np.where([name in cut or "all" in cut for name in ATTRIBUTES], 0.0, a.loss)
    return Law(a.gain, loss, a.tolerance, a.shape, *weights, quality, s.kappa, s.model == "product_only")


def mind(world: World, people: People) -> Mind:
    """How this world's customers remember and answer."""
    s = world.settings.satisfaction
    return Mind(
        base=people.base,
        half_life_h=24.0 * s.half_life_d,
        eta=s.eta,
        eta_extreme=s.eta_extreme,
        scar=s.scar,
        line_weight=LINE_WEIGHT,
        slope=s.answer_slope,
        style_sd=s.style_sd,
        shared=s.shared_noise,
        response=world.segments.response,
        bias=s.response_bias,
        csat_cuts=people.csat_cuts,
        nps_cuts=people.nps_cuts,
        ces_cuts=people.ces_cuts,
    )


def kept_share(world: World, people: People) -> float:
    """Share of the consumers whose journeys are kept whole, for about ``horizon.journeys`` of them."""
    wanted = world.settings.horizon.journeys
    if wanted == 0:
        return 0.0
    expected = people.opening_customers + float(people.purchases_y.sum()) * world.hours / 8760.0
    return min(1.0, wanted / max(1.0, expected))
