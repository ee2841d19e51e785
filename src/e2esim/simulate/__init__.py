"""One replication: wires chain, customers and planning on one SimPy clock and states the order of events at equal times.

Order at one moment: receipts and ends of operations (chain phases), the weekly plan, the nightly plan, the tick, truck
departures, material issue, machine starts. Inside a tick: pick, deliver, take back, feel, ask and answer, buy, promise,
allocate. See :mod:`e2esim.chain` and :class:`e2esim.simulate.replication.Replication`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World

if TYPE_CHECKING:
    from e2esim.simulate.replication import Replication
    from e2esim.simulate.saved.state import SavedState

__all__ = ["simulate", "stop_at"]


def simulate(
    world: World, *, replication: int = 0, progress: Callable[[float], None] | None = None, since: SavedState | None = None
) -> Outcome:
    """Run one replication of ``world`` to its horizon, from its opening or from where `stop_at` has left it (``since``).

    ``progress`` is called about once a simulated day with the share done. Replications of one seed and number share all
    random numbers, whatever else differs between the scenarios.

    Raises
    ------
    SimulationError
        If goods or orders are not conserved; names scenario, replication, time, stage and rows.
    """
    return _opened(world, replication, since).run(progress)


def stop_at(
    day: int, world: World, *, replication: int = 0, progress: Callable[[float], None] | None = None, since: SavedState | None = None
) -> SavedState:
    """Run one replication to the morning of ``day`` and return its state: `simulate` from there ends as if it had never stopped.

    Raises
    ------
    SimulationError
        As `simulate`.
    ValueError
        If the day is not inside what is still to run.
    """
    first, last = since.day if since is not None else 0, world.settings.horizon.days
    if not first < day < last:
        raise ValueError(f"a run from day {first} to day {last} does not stop on day {day}")
    return _opened(world, replication, since).stop(day, progress)


def _opened(world: World, replication: int, since: SavedState | None) -> Replication:
    from e2esim.simulate.replication import Replication

    _keep_modules()
    opened = Replication(world, replication)
    if since is not None:
        opened.take_up(since)
    return opened


@cache
def _keep_modules() -> None:
    """Before the first run: what is there by now, above all modules, stays; the collection before each run need not look at it."""
    gc.freeze()
