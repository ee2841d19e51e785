"""Delivered orders by the thousand through the public kernel: consumers who receive, feel and answer a survey."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from e2esim.customers.books import Law, Mind, Minds, SpeechBook, Touchpoints, felt, order_facts, service_voice
from e2esim.customers.emission_kernels import ROWS, received
from e2esim.customers.experience_kernels import feel
from e2esim.customers.satisfaction_kernels import CES_SHARES, CSAT_SHARES, NPS_SHARES, cut_points
from e2esim.domain.book import CONSUMER_COLUMNS, CONTACT_COLUMNS, ORDER_COLUMNS, Columns
from e2esim.domain.experience import EXPERIENCE
from e2esim.domain.settings import Market, Satisfaction
from e2esim.domain.world import Attributes
from e2esim.streams import Streams

F = npt.NDArray[np.float64]
REFERENCE_D = 12.0  # [days] expected lead time of the only channel


@dataclass(frozen=True)
class Answers:
    """What the receivers answer, (n,)."""

    satisfaction: F
    csat: npt.NDArray[Any]
    nps: npt.NDArray[Any]
    ces: npt.NDArray[Any]
    answered: npt.NDArray[Any]
    spoke: npt.NDArray[Any]
    memory: F

    @property
    def mean(self) -> float:
        """Mean score, 1-5."""
        return float(self.csat.mean())

    @property
    def one_star(self) -> float:
        """Share of the lowest score."""
        return float((self.csat == 1).mean())


def no_touchpoints(channels: int = 1) -> Touchpoints:
    """A world in which nobody meets a touchpoint."""
    none = np.zeros(0)
    return Touchpoints(np.zeros(6 * channels + 1, dtype=np.int64), none.astype(np.int64), none.reshape(1, 0), none, none, np.zeros((0, channels, 1, 4)), 0.0)


def plain_law(attributes: Attributes, kappa: float, product_only: bool = False) -> Law:
    """How one item of benefit 1 is felt by one segment whose weights are 1."""
    one = np.ones(1)
    return Law(attributes.gain, attributes.loss, attributes.tolerance, attributes.shape, one, one, one, one, one, kappa, product_only)


def survey(
    attributes: Attributes,
    *,
    late_d: F,
    lead_over_d: F,
    price_ratio: float = 1.0,
    problems: int = 0,
    services: int = 0,
    seed: int = 1,
    first: int = 0,
    response: float = 0.2,
    memory: float = 1.0,
    **changes: Any,
) -> Answers:
    """Survey of consumers whose delivery was ``late_d`` days past the start of the promised day, (n,).

    ``lead_over_d``: lead time beyond the expected one [days]; ``first``: first address; ``changes``: keys of Satisfaction.
    One brand of quality 1, one segment whose weights are 1, no enjoyment.
    """
    n = len(late_d)
    s = Satisfaction(**changes)
    orders, people = Columns(ORDER_COLUMNS, n), Columns(CONSUMER_COLUMNS, n)
    orders.take(n)
    people.take(n)
    delivered = 24.0 * (400.0 + late_d)
    orders["delivered"][:] = delivered
    orders["promised"][:] = 24.0 * 400.0 + 18.0
    orders["placed"][:] = delivered - 24.0 * (REFERENCE_D + lead_over_d)
    orders["consumer"][:] = np.arange(n)
    orders["address"][:] = 64 * (first + np.arange(n)) + 1
    orders["price_ratio"][:], orders["problems"][:], orders["services"][:] = price_ratio, problems, services
    people["address"][:] = first + np.arange(n)
    people["memory"][:], people["memory_t"][:] = memory, delivered
    keys = np.array([Streams(seed).key(k) for k in ("journey.quality", "journey.survey", "journey.word")], dtype=np.uint64)
    cuts = [cut_points(x, s.answer_slope * s.style_sd) for x in (CSAT_SHARES, NPS_SHARES, CES_SHARES)]
    m = Market()
    batch = np.zeros(ROWS * n, dtype=EXPERIENCE)
    count = received(batch, np.arange(n, dtype=np.int32), keys[2], order_facts(orders), no_touchpoints(), np.full(n, REFERENCE_D), 0.03)
    law = plain_law(attributes, s.kappa, s.model == "product_only")
    mind = Mind(1.0, 24.0 * s.half_life_d, s.eta, s.eta_extreme, s.scar, 0.04, s.answer_slope, s.style_sd, s.shared_noise, np.array([response]), *cuts)
    minds = Minds(people["address"], people["memory"], people["memory_t"], people["scar"], np.zeros(1, dtype=np.int64), np.zeros(1))
    speech = SpeechBook(m.speak_good, m.speak_bad, m.competitor_satisfaction, np.zeros(1), np.zeros(1))
    voice = service_voice(Columns(CONTACT_COLUMNS, 1))
    feel(batch, count, keys, order_facts(orders), felt(orders), minds, voice, law, mind, speech)
    assert speech.word_count[0] == np.count_nonzero(orders["spoke"])
    return Answers(
        satisfaction=orders["satisfaction"].astype(np.float64),
        csat=orders["csat_true"],
        nps=orders["nps_true"],
        ces=orders["ces_true"],
        answered=orders["answered"],
        spoke=orders["spoke"],
        memory=people["memory"].astype(np.float64),
    )
