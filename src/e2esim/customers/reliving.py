"""Feel a finished run's experiences anew, as if some failures had not been felt: the same moments, the same customers, another law."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import Felt, Minds, SpeechBook, order_facts, service_voice
from e2esim.customers.experience_kernels import feel
from e2esim.customers.experiences import law, mind
from e2esim.customers.people import People
from e2esim.customers.touching import heard
from e2esim.domain.book import CONTACT_COLUMNS, Columns
from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World
from e2esim.streams import Streams

F = npt.NDArray[np.float64]
_FELT = ("needs_loss", "ease_loss", "squares", "gain", "joy", "satisfaction", "csat_true", "nps_true", "ces_true", "answered", "spoke")


@dataclass(frozen=True)
class Relived:
    """What a run would have left: memory, when it last moved [h] and scar of each consumer, (n,), and words by market, (markets,)."""

    memory: npt.NDArray[np.float32]
    memory_t: npt.NDArray[np.float32]
    scar: npt.NDArray[np.float32]
    words: F  # sum of words, as differences to the best alternative [satisfaction]; none has faded


class Reliving:
    """The experiences of one finished replication whose journeys were all kept, ready to be felt under other laws."""

    def __init__(self, world: World, outcome: Outcome, replication: int) -> None:
        streams = Streams(world.settings.seed, replication)
        self.world, self.outcome = world, outcome
        self._people = People(world, streams, math.ceil(world.hours / world.settings.horizon.tick_h) + 2)
        self._keys = np.array([streams.key(k) for k in ("journey.quality", "journey.survey", "journey.word")], dtype=np.uint64)
        self._law, self._mind = law(world, self._people), mind(world, self._people)

    def without(self, *attributes: int) -> Relived:
        """Feel everything but losses of ``attributes`` (indices into ``domain.world.ATTRIBUTES``); none = as it was."""
        market, loss = self.world.settings.market, self._law.loss.copy()
        loss[list(attributes)] = 0.0
        spoken, words = np.zeros(len(self.world.markets)), np.zeros(len(self.world.markets))
        answered = self.world.settings.feedback.reviews_answered
        rival = market.competitor_satisfaction
        minds, speech = self._opening(), SpeechBook(market.speak_good, market.speak_bad, rival, spoken, words, answered, market.rival_gain_y)
        log, orders = self.outcome.journeys.copy(), self.outcome.orders
        contacts = Columns(CONTACT_COLUMNS, capacity=max(1, self.outcome.contacts.n))
        contacts.take(self.outcome.contacts.n)
        contacts["address"][: contacts.n] = self.outcome.contacts.filled("address")
        blank = Felt(*(_blank(orders, name) for name in _FELT))
        feel(log, len(log), self._keys, order_facts(orders), blank, minds, service_voice(contacts), self._law._replace(loss=loss), self._mind, speech)
        return Relived(minds.memory, minds.memory_t, minds.scar, speech.word_sum)

    def _opening(self) -> Minds:
        """Consumers as they opened or joined: nothing lived yet."""
        c, base, n = self.outcome.consumers, self._people.consumers, self._people.opening_customers
        memory, since = np.full(c.n, self._people.base, dtype=np.float32), c.filled("first").copy()
        memory[:n], since[:n] = base["memory"][:n], 0.0
        accounts = self.world.accounts.code
        return Minds(c.filled("address"), memory, since, np.zeros(c.n, dtype=np.float32), accounts, np.full(len(accounts), self._people.base))


def _blank(orders: Columns, name: str) -> npt.NDArray[np.generic]:
    """A column of the order book as it is when nothing has been felt."""
    dtype, empty = orders.spec[name]
    return np.full(orders.n, empty, dtype=dtype)


def word_worth(world: World, gain_y: F) -> F:
    """Margin that a word moves, by market, (markets,) [EUR/satisfaction]; ``gain_y`` (cells,) margin a year of the history [EUR/year].

    A word moves the reputation by its share of the words remembered, and the reputation moves the prospects of those channels
    where others are heard, until it is forgotten.
    """
    m, cells = world.settings.market, world.cells
    heard_gain = gain_y * heard(world)[cells.channel]
    yearly = np.bincount(cells.market, weights=heard_gain, minlength=len(world.markets)) * m.demand_factor
    buys = np.bincount(cells.market, weights=cells.yearly.sum(axis=1), minlength=len(world.markets)) * m.demand_factor
    remembered_y = m.reputation_half_life_d / math.log(2.0) / 365.0
    often = 1.0 / (1.0 - m.word_passed_on)  # that a word is heard
    words = often * m.speak_good * buys * remembered_y + 200.0 * world.settings.scale
    return np.asarray(often * m.reputation_weight * (1.0 - m.conversion) * yearly * remembered_y / np.maximum(words, 1.0))
