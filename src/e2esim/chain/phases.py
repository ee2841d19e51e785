"""The order of events at equal times: a moment of the timeline with a stated phase."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any

import simpy
from simpy.events import EventPriority

from e2esim.domain.members import at_hand


@at_hand
class Phase(IntEnum):
    """Who comes first at one moment; weeks, nights and ticks have phase ``TICK``."""

    ARRIVE = 0
    TICK = 1
    DEPART = 2
    ISSUE = 3
    START = 4


_PRIORITY = tuple(EventPriority(int(phase)) for phase in Phase)


class At(simpy.Event):
    """Calls ``act(*args)`` at clock time ``t`` [h] in ``phase``; at once if ``t`` has passed.

    ``act`` is a method of a stage and ``args`` are numbers, so that what is still to come can be written down and taken up again
    (`e2esim.simulate.saved`): no stage keeps its state in a suspended function.

    Examples
    --------
    >>> env = simpy.Environment()
    >>> seen: list[str] = []
    >>> for phase in (Phase.START, Phase.ARRIVE, Phase.DEPART):
    ...     _ = At(env, 2.0, phase, seen.append, phase.name)
    >>> env.run()
    >>> seen
    ['ARRIVE', 'DEPART', 'START']
    """

    def __init__(self, env: simpy.Environment, t: float, phase: Phase, act: Callable[..., None], *args: Any) -> None:
        self.act, self.args = act, args
        env.schedule(self, _PRIORITY[phase], max(0.0, t - env.now))

    def _happen(self) -> None:
        self.act(*self.args)

    # what SimPy asks an event for, the same for every moment (a run has some fifty thousand)
    callbacks = (_happen,)  # type: ignore[assignment]
    _ok = True
    _value = None
