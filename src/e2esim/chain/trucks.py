"""Dispatch by load: what waits for a lane, how many trucks it fills, and which of them leave.

Lines are loaded in order of picking and are not split between trucks (next fit), but for a line larger than a truck. A lane that waits for
full trucks lets those leave that are closed, and the last one when it is full enough or its goods have waited long enough. A truck costs the
same whatever it carries, so freight a piece falls with the load while goods wait longer: of one line a day, full trucks of n lines make each wait
(n - 1) / 2 days on average, the batch arithmetic behind the economic order quantity (Harris 1913).
"""

from __future__ import annotations

from typing import NamedTuple

from e2esim.domain.world import World


class Load(NamedTuple):
    """What waits for a lane at a cut-off."""

    rows: int
    m3: float
    trucks: int  # that it takes
    closed_rows: int  # in trucks that no more fits into
    closed_m3: float
    last_m3: float  # load of the last truck
    oldest: float  # [h] when the first line of the last truck was picked


class Dispatch(NamedTuple):
    """What leaves."""

    rows: int
    trucks: int
    m3: float
    eur: float  # cost of a truck

    @property
    def eur_m3(self) -> float:
        """Cost of the trucks by volume."""
        return self.eur * self.trucks / self.m3 if self.m3 > 0 else 0.0


class Trucks:
    """Lanes whose trucks have a size and a price."""

    def __init__(self, world: World) -> None:
        self.lanes = world.lanes

    def dispatch(self, lane: int, t: float, load: Load) -> Dispatch:
        """Which of the waiting lines leave at ``t`` [h], and what their trucks cost a m3."""
        lanes = self.lanes
        size, cost = float(lanes.truck_m3[lane]), float(lanes.truck_eur[lane])
        full_enough = load.last_m3 >= float(lanes.fill[lane]) * size - 1e-9
        if load.rows and not full_enough and t - load.oldest < 24.0 * float(lanes.hold_d[lane]) - 1e-9:
            return Dispatch(load.closed_rows, load.trucks - 1, load.closed_m3, cost)
        return Dispatch(load.rows, load.trucks, load.m3, cost)
