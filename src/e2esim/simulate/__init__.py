"""One replication: wires chain, customers and planning on one SimPy clock and states the order of events at equal times.

Order at one moment: receipts and ends of operations (chain phases), the weekly plan, the nightly plan, the tick, truck
departures, material issue, machine starts. Inside a tick: pick, deliver, take back, feel, ask and answer, buy, promise,
allocate. See :mod:`e2esim.chain` and :class:`e2esim.simulate.replication.Replication`.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import cache

from e2esim.domain.outcome import Outcome
from e2esim.domain.world import World

__all__ = ["simulate"]


def simulate(world: World, *, replication: int = 0, progress: Callable[[float], None] | None = None) -> Outcome:
    """Run one replication of ``world`` from its opening to its horizon.

    ``progress`` is called about once a simulated day with the share done. Replications of one seed and number share all
    random numbers, whatever else differs between the scenarios.

    Raises
    ------
    SimulationError
        If goods or orders are not conserved; names scenario, replication, time, stage and rows.
    """
    from e2esim.simulate.replication import Replication

    _keep_modules()
    return Replication(world, replication).run(progress)


@cache
def _keep_modules() -> None:
    """Before the first run: what is there by now, above all modules, stays; the collection before each run need not look at it."""
    gc.freeze()
