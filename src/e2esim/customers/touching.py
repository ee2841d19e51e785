"""What touchpoints do to a journey: where others speak, where people stand, and what is lost on the way from one channel to another.

Levers act here at different places: *culture* where people of the firm stand, *platform* where the firm is met online, *integration* and
*platform* together where a journey crosses from the one to the other. Sizes are assumed; the signs are those of the case (channels that do
not talk with each other, staff without skill or will). At the levers' defaults the table of touchpoints is felt as it is written.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.settings import Organisation
from e2esim.domain.world import PHASES, Touch, World

F = npt.NDArray[np.float64]

HEARD_ANYWAY = 0.5  # [share] of the consumers who hear of the firm from others outside of every touchpoint, assumed
LEVER = 0.5  # [share] by which enjoyment and trouble of a touchpoint move where its lever goes from its default to 0, assumed
BREAKS = 0.5  # [share] of journeys that cross between online and physical in which a missing integration shows, assumed
GIVES_UP = 0.1  # [share] of those who meet a break who buy elsewhere or not, assumed
REPEATS = 0.3  # [share] of those who meet a break or a problem at a touchpoint, and buy, who ask the firm once more, assumed
BEFORE = slice(0, PHASES.index("receive"))
_SEARCH = slice(0, PHASES.index("buy"))
_USUAL = Organisation()


def heard(world: World) -> F:
    """Share of the consumers of each channel who hear what others say: touchpoints neither direct nor controlled, (channels,)."""
    t, silent = world.touch, np.ones((len(world.channels.ids), len(PHASES)))
    for place, p in rows_by_place(t):
        if not (t.direct[p] or t.controlled[p]):
            silent.flat[place] *= 1.0 - t.reach[p]
    return np.asarray(1.0 - (1.0 - HEARD_ANYWAY) * silent[:, BEFORE].prod(axis=1))


def crossing(world: World) -> F:
    """Share of the touchpoints met before buying that are of the other kind (online or not) than the channel, (channels,)."""
    t, shape = world.touch, (len(world.channels.ids), len(PHASES))
    every, other = np.zeros(shape), np.zeros(shape)
    for place, p in rows_by_place(t):
        every.flat[place] += t.reach[p]
        other.flat[place] += t.reach[p] * (t.online[p] != world.channels.online[place // len(PHASES)])
    met = every[:, _SEARCH].sum(axis=1)
    return np.asarray(other[:, _SEARCH].sum(axis=1) / np.maximum(met, 1e-9))


def breaks(world: World) -> F:
    """Probability that a purchase of each channel lost what the customer had said, seen or been promised before, (channels,)."""
    platform, together = world.settings.organisation.platform, world.settings.channels.integration
    integration = world.channels.integration if together is None else together
    return np.asarray(BREAKS * crossing(world) * (1.0 - integration) * (1.0 - platform))


def led(world: World, now: float | None = None) -> tuple[F, F]:
    """Enjoyment and probability of a problem of each touchpoint as the firm leads it, aligned with ``Touch.code``; ``now``: culture, if not as set.

    Where a controlled touchpoint has a person, culture makes it warmer and surer; where it is online, the platform does. What a controlled touchpoint
    adds to feeling and belonging follows culture, what it adds to thinking and acting (what fits the customer) the platform, person or screen.
    """
    t, o = world.touch, world.settings.organisation
    culture, platform = (o.culture if now is None else now) / _USUAL.culture - 1.0, o.platform / _USUAL.platform - 1.0
    push = LEVER * np.where(t.controlled, t.human * culture + t.online * platform, 0.0)
    people, content = (np.maximum(0.0, 1.0 + LEVER * np.where(t.controlled, lever, 0.0)) for lever in (culture, platform))
    modules = t.joy_people * people + t.joy_content * content
    return np.asarray(t.joy * np.maximum(0.0, 1.0 + push) + modules), np.asarray(np.clip(t.trouble * np.maximum(0.0, 1.0 - push), 0.0, 1.0))


def analysed(world: World, use: float) -> F:
    """Share of the purchases of each channel in which what the consumer needs is found out, (channels,): of ``use``, in shops what ``alone_share`` says."""
    return np.where(world.channels.stockist, use * world.services.alone[1], use)


def rows_by_place(t: Touch) -> list[tuple[int, int]]:
    """(place, row) of each touchpoint met: place = 6 channel + phase."""
    return [(place, p) for place in range(len(t.start) - 1) for p in range(int(t.start[place]), int(t.start[place + 1]))]
