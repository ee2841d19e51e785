"""The order of events at equal times: a moment of the timeline with a stated phase."""

from __future__ import annotations

from enum import IntEnum

import simpy
from simpy.events import EventPriority


class Phase(IntEnum):
    """Who comes first at one moment; plain SimPy timeouts have phase ``TICK``."""

    ARRIVE = 0
    TICK = 1
    DEPART = 2
    ISSUE = 3
    START = 4


class At(simpy.Event):
    """Happens at clock time ``t`` [h] in ``phase``; at once if ``t`` has passed.

    Examples
    --------
    >>> env = simpy.Environment()
    >>> seen: list[str] = []
    >>> for phase in (Phase.START, Phase.ARRIVE, Phase.DEPART):
    ...     At(env, 2.0, phase).callbacks.append(lambda event, name=phase.name: seen.append(name))
    >>> env.run()
    >>> seen
    ['ARRIVE', 'DEPART', 'START']
    """

    def __init__(self, env: simpy.Environment, t: float, phase: Phase) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        env.schedule(self, EventPriority(int(phase)), max(0.0, t - env.now))
