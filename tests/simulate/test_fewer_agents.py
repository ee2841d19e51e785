"""Fewer agents: customers are hurt first, money later, in the order of what is cut."""

from __future__ import annotations

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.kpi import measure
from e2esim.kpi.years import years
from e2esim.simulate import simulate

AS_IS = ("scenario=mattress_maker/as_is", "scale=0.05", "horizon.tick_h=3", "horizon.days=1095")
FELT = ("csat", "csat_service", "nps", "crr_due")


@pytest.mark.long
@pytest.mark.parametrize("replication", [0, 1])
def test_half_and_a_quarter_of_the_agents_lower_what_customers_say_what_they_do_and_contribution_in_this_order(replication: int) -> None:
    """24, 12 and 6 on common random numbers, three years: satisfaction, recommendation, staying of those with a need, contribution of every year and
    what customers are worth at the end fall; the result of the third year does not gain from sending three quarters home.
    """
    found, results = [], []
    for agents in (24, 12, 6):
        outcome = simulate(build_world(load([*AS_IS, f"organisation.agents={agents}"])), replication=replication)
        whole = measure(outcome).headline
        by_year = [measure(part).headline for _, part in years(outcome)]
        found.append([whole[name][0] for name in (*FELT, "customer_value")] + [year["contribution"][0] for year in by_year])
        results.append(by_year[-1]["operating_result"][0])
    assert (np.diff(np.array(found), axis=0) < 0.0).all(), found
    assert results[2] < results[0], results
