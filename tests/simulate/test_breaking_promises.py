"""Does breaking promises pay? One plant, two fifths more demand than it can make: once it quotes its usual days, once those it can keep."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.kpi import measure
from e2esim.kpi.years import years
from e2esim.simulate import simulate

BUSY = ("scenario=mattress_maker/as_is", "scale=0.04", "horizon.tick_h=3", "horizon.days=730", "market.demand_factor=1.4")
PAIRS = 3


@pytest.mark.long
def test_breaking_promises_costs_contribution_within_two_years_and_customers_at_once() -> None:
    """Pairs on common random numbers, three standard errors: whoever quotes the truth earns more in both years and has the worthier customers after one."""
    found: dict[str, list[list[float]]] = {"promise=quoted": [], "promise=atp": []}
    for rule, rows in found.items():
        for replication in range(PAIRS):
            outcome = simulate(build_world(load([*BUSY, rule])), replication=replication)
            told = [measure(part).headline for _, part in years(outcome)]
            rows.append([told[year][name][0] for name, year in (("otif", 0), ("customer_value", 0), ("contribution", 0), ("contribution", 1))])
    less = np.array(found["promise=atp"]) - np.array(found["promise=quoted"])
    error = less.std(axis=0, ddof=1) / np.sqrt(PAIRS)
    assert (less.mean(axis=0) > 3.0 * error).all(), (less.mean(axis=0), error)
