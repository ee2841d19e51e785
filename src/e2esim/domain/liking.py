"""Which touchpoints the segments prefer, phase by phase: online ones or the others.

A segment with ``online`` = f in a phase meets online touchpoints f times as often as the table says, and the others 2 - f times as often: 1 is
the table, 2 never meets anything but screens, 0 never a screen. Choice, experience and cost follow what is met.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.world import PHASES, World

F = npt.NDArray[np.float64]


def reached(world: World) -> F:
    """Share of the journeys of each segment that meet each touchpoint, (segments, rows of ``Touch.code``)."""
    t = world.touch
    like = world.segments.online[:, _place(world) % len(PHASES)]
    return np.asarray(np.minimum(1.0, t.reach * np.where(t.online, like, 2.0 - like)))


def by_segment(world: World, amount: F) -> F:
    """What touchpoints move or cost in the mean, ``amount`` (rows,) at the reach of the table, for who likes as each segment does.

    Returns (channels, phases, segments).
    """
    t = world.touch
    share = reached(world) / np.where(t.reach > 0.0, t.reach, 1.0)
    out = np.zeros((len(world.channels.ids) * len(PHASES), len(world.segments.ids)))
    np.add.at(out, _place(world), (share * amount).T)
    return out.reshape(len(world.channels.ids), len(PHASES), -1)


def of_mix(world: World, amount: F) -> F:
    """``amount`` (rows,) of each touchpoint as the consumers of its channel meet it, (rows,)."""
    t = world.touch
    share = reached(world) / np.where(t.reach > 0.0, t.reach, 1.0)
    mix = np.diff(world.mix_cdf, axis=1, prepend=0.0)[_place(world) // len(PHASES)]
    total = mix.sum(axis=1)
    return np.asarray(amount * np.where(total > 0.0, (mix * share.T).sum(axis=1) / np.where(total > 0.0, total, 1.0), 1.0))


def _place(world: World) -> npt.NDArray[np.int64]:
    """6 channel + phase of each row."""
    t = world.touch
    return np.repeat(np.arange(len(t.start) - 1), np.diff(t.start))
