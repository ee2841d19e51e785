"""Columns and facts as named tuples of arrays, so that kernels take a few of them and not forty arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from e2esim.customers.touching import led
from e2esim.domain.book import Columns
from e2esim.domain.liking import reached
from e2esim.domain.world import World

F = npt.NDArray[np.float64]
A = npt.NDArray[Any]


class OrderFacts(NamedTuple):
    """Columns of the order book that emitters read, each (capacity,)."""

    address: A
    kind: A
    consumer: A
    account: A
    item: A
    channel: A
    market: A
    segment: A
    problems: A
    services: A
    complained: A
    trouble: A
    placed: A
    promised: A
    delivered: A
    price_ratio: A


class Felt(NamedTuple):
    """Columns of the order book that only the experience kernel writes, each (capacity,)."""

    needs_loss: A
    ease_loss: A
    squares: A
    gain: A
    joy: A
    satisfaction: A
    csat: A
    nps: A
    ces: A
    answered: A
    spoke: A


class Minds(NamedTuple):
    """What consumers and accounts remember."""

    address: A
    memory: A
    memory_t: A
    scar: A
    account_code: A
    account_memory: A


class ServiceVoice(NamedTuple):
    """Address and survey columns of the contacts, each (capacity,)."""

    address: A
    csat: A
    nps: A
    ces: A
    answered: A


class ContactFacts(NamedTuple):
    """Columns of the contacts that the emitter of answers reads, each (capacity,)."""

    row: A
    reason: A
    t: A
    first: A
    answered: A
    gave_up: A
    attempt: A
    handoffs: A
    resolved: A
    abandoned: A
    blind: A
    lost: A


class Law(NamedTuple):
    """How attributes are felt: `domain.world.Attributes`, weights by segment, (segments,), and benefit by item, (items,)."""

    gain: F
    loss: F
    tolerance: F
    shape: F
    w_punctuality: F
    w_lead: F
    w_ease: F
    w_experience: F
    quality: F
    kappa: float
    product_only: bool


class Mind(NamedTuple):
    """How memory moves and surveys are answered (settings ``satisfaction``); ``response`` (segments,)."""

    base: float
    half_life_h: float
    eta: float
    eta_extreme: float
    scar: float
    line_weight: float
    slope: float
    style_sd: float
    shared: float
    response: F
    csat_cuts: F
    nps_cuts: F
    ces_cuts: F
    bias: float = 1.0  # by which the extraordinary is answered more often


class SpeechBook(NamedTuple):
    """Who speaks, and what it adds up to, (markets x circles,)."""

    good: float
    bad: float
    competitor: float
    word_sum: F
    word_count: F
    answered: float = 0.0  # [share] of the words that the firm answers in public
    rival_gain_y: float = 0.0  # [satisfaction/year] by which the best alternative becomes better
    circles: int = 1  # of households in a market
    circle_key: np.uint64 = np.uint64(0)


class WordsRead(NamedTuple):
    """What buyers read of others: who reads it (stream and share by channel, (channels,)), what they say, (markets,), and how much of it is expected.

    ``told`` (channels,): share whom the firm tells what it claims; ``missed`` (markets, items): what of that they miss [satisfaction].
    """

    key: np.uint64
    heard: F
    reputation: F
    expected: float
    told: F
    missed: F


class Touchpoints(NamedTuple):
    """Touchpoints by channel and phase: those of (c, p) are start[6 c + p] .. start[6 c + p + 1].

    ``seen`` (touchpoints, channels, segments, 4): how often each was met from ``from_h`` [h] on, problems there, and what it was felt like
    (feelings, losses alone) [satisfaction]. ``reach`` (segments, rows of ``code``).
    """

    start: npt.NDArray[np.int64]
    code: npt.NDArray[np.int64]
    reach: F
    enjoyment: F
    problem: F
    seen: F
    from_h: float


def order_facts(orders: Columns) -> OrderFacts:
    """The columns as they are now: fetch anew after rows were opened."""
    return OrderFacts(*(orders[name] for name in OrderFacts._fields))


def felt(orders: Columns) -> Felt:
    """The columns as they are now: fetch anew after rows were opened."""
    names = ("needs_loss", "ease_loss", "squares", "gain", "joy", "satisfaction", "csat_true", "nps_true", "ces_true", "answered", "spoke")
    return Felt(*(orders[name] for name in names))


def contact_facts(contacts: Columns) -> ContactFacts:
    """The columns as they are now: fetch anew after rows were opened."""
    return ContactFacts(*(contacts[name] for name in ContactFacts._fields))


def service_voice(contacts: Columns) -> ServiceVoice:
    """The columns as they are now: fetch anew after rows were opened."""
    return ServiceVoice(*(contacts[name] for name in ("address", "csat_true", "nps_true", "ces_true", "said")))


def touchpoints(world: World) -> Touchpoints:
    """The touchpoints of the world in the layout of the kernels, as the firm leads them."""
    t, (joy, trouble) = world.touch, led(world)
    seen = np.zeros((len(t.ids), len(world.channels.ids), len(world.segments.ids), 4))
    from_h = 24.0 * world.settings.horizon.warmup_days
    return Touchpoints(start=t.start, code=t.code, reach=reached(world), enjoyment=joy, problem=trouble, seen=seen, from_h=from_h)
