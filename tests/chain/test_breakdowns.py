"""Breakdowns against machine repair: availability, machines up at a moment binomial; a run loses what the calendar loses."""

from __future__ import annotations

from dataclasses import replace
from math import comb
from pathlib import Path

import numpy as np
import pytest

from e2esim.chain.breakdowns import break_down, share_down, spells_down
from e2esim.config import load
from e2esim.domain.build import build_world
from e2esim.domain.events import Event
from e2esim.domain.world import World
from e2esim.simulate.replication import Replication
from e2esim.streams import Streams
from worlds import tiny_world

UP, DOWN, MACHINES = 40.0, 10.0, 3
AVAILABLE = UP / (UP + DOWN)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    centres = lambda rows: [{**row, "mtbf_h": UP, "mttr_h": DOWN} if row["work_centre"] == "sewing" else row for row in rows]  # noqa: E731
    return build_world(load([f"scenario={tiny_world(tmp_path_factory.mktemp('w') / 'tiny', work_centres=centres)}", "horizon.days=63"]))


def test_machines_up_are_binomial() -> None:
    """Share of the time with k of three machines down, over replications, within 3 standard errors."""
    total, runs = 3000.0, 60
    time = np.zeros((runs, MACHINES + 1))
    for run in range(runs):
        key = Streams(3, run).key("breakdowns")
        for a, b, share in share_down([spells_down(key, machine, UP, DOWN, total) for machine in range(MACHINES)]):
            time[run, round(share * MACHINES)] += b - a
    time[:, 0] = total - time.sum(axis=1)
    seen = time / total
    for k in range(MACHINES + 1):
        theory = comb(MACHINES, k) * (1 - AVAILABLE) ** k * AVAILABLE ** (MACHINES - k)
        assert abs(seen[:, k].mean() - theory) < 3 * seen[:, k].std(ddof=1) / np.sqrt(runs) + 2 * UP / total * 0.01


def test_working_time_left_is_the_availability(world: World) -> None:
    sewing, foaming = (world.centres.ids.index(name) for name in ("sewing", "foaming"))
    left = []
    for number in range(100):
        broken = break_down(world, Streams(1, number)).centres
        assert broken.calendar[foaming] is world.centres.calendar[foaming]
        left.append(broken.calendar[sewing].hours(0.0, world.hours) / world.centres.calendar[sewing].hours(0.0, world.hours))
    begins_up = (1 - AVAILABLE) * (UP * DOWN / (UP + DOWN)) / world.centres.calendar[sewing].hours(0.0, world.hours)
    assert abs(np.mean(left) - AVAILABLE - begins_up) < 3 * np.std(left, ddof=1) / 10
    assert world.centres.availability.tolist() == pytest.approx([1.0 if k == foaming else AVAILABLE for k in range(2)])


def test_no_breakdowns_leave_the_world_as_it_is(tmp_path: Path) -> None:
    world = build_world(load([f"scenario={tiny_world(tmp_path / 'tiny')}"]))
    assert break_down(world, Streams(1, 0)) is world
    assert world.centres.availability.tolist() == [1.0, 1.0]


def test_a_run_loses_the_hours_pays_them_and_plans_with_fewer(world: World) -> None:
    run = Replication(world, 0)
    events = run.run().events
    sewing = world.centres.ids.index("sewing")
    lost = events["quantity"][(events["kind"] == Event.HOURS_LOST) & (events["place"] == sewing)].sum()
    opened = events["quantity"][(events["kind"] == Event.CAPACITY_OPENED) & (events["place"] == sewing)].sum()
    assert lost > 0
    assert lost + opened == pytest.approx(world.centres.calendar[sewing].hours(0.0, world.hours))
    never = Replication(replace(world, centres=replace(world.centres, mtbf_h=np.full(2, np.inf))), 0)
    assert run.planner._hours[sewing].sum() == pytest.approx(AVAILABLE * never.planner._hours[sewing].sum())
