"""Daily series of replications of a simulated market, from which its warm-up is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from e2esim.domain.scenario import Scenario
    from e2esim.kpi.daily import Daily


def daily_runs(scenario: Scenario, replications: int, tell: Callable[[float, str], object]) -> list[list[Daily]]:
    """Run and measure day by day; ``tell`` hears the share that is done."""
    from e2esim.domain.build import build_world
    from e2esim.kpi.daily import daily
    from e2esim.simulate import simulate

    world, runs = build_world(scenario), []
    for k in range(replications):
        runs.append(daily(simulate(world, replication=k)))
        tell((k + 1) / replications, f"replication {k + 1}")
    return runs
