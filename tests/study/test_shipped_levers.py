"""Every lever that is shipped (cases I9, I10, L1 to L6) moves the figure that it is pulled for, on common random numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.levers import levers_of
from e2esim.kpi import measure
from e2esim.simulate import simulate

SMALL = ("scenario=mattress_maker/as_is", "scale=0.02", "horizon.days=90", "horizon.warmup_days=28", "horizon.tick_h=3")
RUNS = 3
FOR = {
    "one_plan": ("late_pieces", -1.0), "true_dates": ("otif", 1.0), "one_team": ("handoffs", -1.0), "training": ("first_contact_resolution", 1.0),
    "crm": ("answer_time", -1.0), "portal": ("touchpoint_cost", 0.0), "journey": ("problem_share", -1.0), "service": ("followed_up", 1.0),
    "commercial": ("purchases", 1.0), "concierge": ("channel_breaks", -1.0), "feedback": ("response_rate", 1.0), "regional_warehouse": ("transport_co2", 0.0),
}  # fmt: skip


def runs(levers: str, kpi: str) -> np.ndarray:
    world = build_world(load([*SMALL, f"levers={levers}"]))
    values = [measure(simulate(world, replication=k)).headline[kpi][0] for k in range(RUNS)]
    return np.array(values, dtype=np.float64)


def test_the_list_is_that_of_the_company() -> None:
    assert set(FOR) == set(levers_of(load([*SMALL]).tables))


@pytest.mark.parametrize(("lever", "kpi", "sign"), [(lever, *what) for lever, what in FOR.items()], ids=list(FOR))
@pytest.mark.long
def test_a_lever_moves_the_figure_that_it_is_pulled_for(lever: str, kpi: str, sign: float) -> None:
    """With what it needs beside it on both sides; where the sign is not known, that it moves."""
    needs = levers_of(load([*SMALL]).tables)[lever].needs
    before, after = runs("+".join(needs) or "none", kpi), runs("+".join((*needs, lever)), kpi)
    gap = after - before
    if sign == 0.0:
        assert np.abs(gap).max() > 1e-6, (before, after)
    else:
        assert sign * gap.mean() > 3.0 * gap.std(ddof=1) / math.sqrt(RUNS), (before, after)
