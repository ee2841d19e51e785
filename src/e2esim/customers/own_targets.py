"""Departments that work to targets of their own (requirement J8): what each gains by it, and what the customer pays.

As far as `organisation.own_targets` says, silos are paid by what each can count: customer service by the length of an answer, so that it hurries
and fewer hard requests are solved; sales by the contracts signed, so that sellers press, and more is sent back within the withdrawal period. One team
has one set of targets. That such targets set departments against each other is the case's; sizes are assumed.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from e2esim.domain.settings import Organisation
from e2esim.domain.world import World

F = npt.NDArray[np.float64]

HURRY = 0.25  # [share] by which an answer is shorter where its length is the target, assumed
CARELESS = 0.3  # [share] of the agents with skill and will who let a hard request go for it, assumed
PRESSED = 0.15  # [utility] by which a seller who is paid by contracts sways a buyer, assumed
REGRET = 1.0  # [share] by which more of what a pressed buyer took is sent back, assumed


def apart(organisation: Organisation) -> float:
    """How far departments work to targets of their own, 0 to 1.

    >>> apart(Organisation(own_targets=0.5)), apart(Organisation(own_targets=0.5, mode="one_team"))
    (0.5, 0.0)
    """
    return organisation.own_targets if organisation.mode == "silos" else 0.0


def pressing(world: World) -> F:
    """What pressing sellers add to the choice, (channels,) [utility]: where the firm's sellers stand."""
    return np.where(world.channels.sellers > 0, PRESSED * apart(world.settings.organisation), 0.0)


def regretted(world: World) -> F:
    """Share of the purchases of each channel that are sent back within the withdrawal period, (channels,)."""
    more = np.where(world.channels.sellers > 0, REGRET * apart(world.settings.organisation), 0.0)
    return np.asarray(np.minimum(world.channels.second_thoughts * (1.0 + more), 1.0))
