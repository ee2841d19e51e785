"""What failures cost: feeling a run anew is the run with that failure unfelt, bit for bit; links can be cut; sums and signs by hand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.config import load
from e2esim.customers.reliving import Reliving, word_worth
from e2esim.domain.build import build_world
from e2esim.domain.outcome import Outcome
from e2esim.domain.scenario import Scenario
from e2esim.domain.world import ATTRIBUTES, World
from e2esim.simulate import simulate
from e2esim.study.failures import FAILURES, _each_one, cost_of_failures, failures_of, whole_journeys
from worlds import tiny_world

OPEN = ("market.loyalty_loop=false", "market.word_of_mouth=false")
DEMAND = ("address", "consumer", "account", "item", "quantity", "placed", "requested", "promised", "delivered", "problems", "services")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny world with many failures, for 40 days."""
    return tiny_world(
        tmp_path_factory.mktemp("failures") / "tiny",
        settings={"horizon": {"days": 40, "warmup_days": 7, "tick_h": 6.0}},
        items=lambda rows: [row | {"defect_share": 0.2 if row["sold"] == "true" else 0} for row in rows],
    )


def scenario(folder: Path, *overrides: str) -> Scenario:
    """The scenario with every journey kept."""
    return whole_journeys(load([f"scenario={folder}/silo", *overrides]))


def run(folder: Path, *overrides: str) -> tuple[World, Outcome]:
    """One finished replication of it."""
    world = build_world(scenario(folder, *overrides))
    return world, simulate(world, replication=0)


@pytest.fixture(scope="module")
def open_loop(folder: Path) -> tuple[World, Outcome]:
    """Failures are felt, but neither staying nor speaking follows."""
    return run(folder, *OPEN)


def test_feeling_a_run_anew_gives_what_it_left(open_loop: tuple[World, Outcome]) -> None:
    world, outcome = open_loop
    relived = Reliving(world, outcome, 0).without()
    for name in ("memory", "memory_t", "scar"):
        assert np.array_equal(getattr(relived, name), outcome.consumers.filled(name)), name


@pytest.mark.parametrize("attribute", ["defect", "punctuality", "all"])
def test_without_a_failure_is_the_run_with_that_failure_unfelt(folder: Path, open_loop: tuple[World, Outcome], attribute: str) -> None:
    """With the other links cut the same things happen, so what is felt must be the same to the last bit, and the order book is the open loop's."""
    world, outcome = open_loop
    _, other = run(folder, *OPEN, f"satisfaction.unfelt={attribute}")
    for name in DEMAND:
        assert np.array_equal(outcome.orders.filled(name), other.orders.filled(name), equal_nan=outcome.orders.filled(name).dtype.kind == "f"), name
    cut = [k for k, name in enumerate(ATTRIBUTES) if attribute in (name, "all")]
    spared = Reliving(world, outcome, 0).without(*cut)
    for name in ("memory", "scar"):
        assert np.array_equal(getattr(spared, name), other.consumers.filled(name)), name
    assert not np.array_equal(spared.memory, outcome.consumers.filled("memory"))


def test_costs_by_kind_and_segment(folder: Path) -> None:
    """Every failure that happens costs something; segments add up; defects are rarer and dearer than repeats."""
    asked = scenario(folder)
    costs = cost_of_failures(asked, replications=2)
    every = {one.failure: one for one in costs if one.segment == "all"}
    assert set(every) == {failure.name for failure in FAILURES}
    for name in ("late", "damage", "defect", "effort"):
        one = every[name]
        assert one.number_y > 0
        low, high = one.staying_eur[1:]
        assert low is None or high is None or low <= one.staying_eur[0] <= high
        assert one.staying_eur[0] > 0.0, name
        parts = [part for part in costs if part.failure == name and part.segment != "all"]
        assert sum(part.number_y for part in parts) == pytest.approx(one.number_y)
    assert every["defect"].staying_eur[0] > every["effort"].staying_eur[0]


def test_no_word_no_cost_of_words(folder: Path, open_loop: tuple[World, Outcome]) -> None:
    world, outcome = open_loop
    sums = failures_of(world, outcome, 0)
    assert (sums.speaking == 0.0).all()
    assert (sums.staying == 0.0).all()  # nobody leaves for what he feels
    talking = replace(world, settings=replace(world.settings, market=replace(world.settings.market, word_of_mouth=True)))
    assert (failures_of(talking, outcome, 0).speaking[[f.name for f in FAILURES].index("defect")]) > 0.0


def test_a_ratio_and_its_interval_by_hand() -> None:
    """Ratio of sums; equal ratios leave no doubt."""
    assert _each_one([100.0, 300.0], [10.0, 30.0]) == pytest.approx((10.0, 10.0, 10.0))
    ratio, low, high = _each_one([100.0, 200.0], [10.0, 10.0])
    assert low is not None
    assert high is not None
    assert (ratio, low < ratio < high) == (15.0, True)
    assert _each_one([400.0, 0.0], [1.0, 0.0]) == (400.0, None, None)  # one case says nothing of the next


@pytest.mark.long
def test_the_estimate_is_the_run_without_the_failure(folder: Path) -> None:
    """All links on: memory and scars that the run without the failure leaves, among those who live through both, within three errors."""
    gaps: list[float] = []
    code = ATTRIBUTES.index("defect")
    for k in range(6):
        worlds: list[Any] = [build_world(scenario(folder, *more)) for more in ((), ("satisfaction.unfelt=defect",))]
        felt, other = (simulate(world, replication=k) for world in worlds)
        estimate = Reliving(worlds[0], felt, k).without(code)
        scar = felt.consumers.filled("scar")
        told = float(scar.sum() - estimate.scar.sum())
        shown = float(scar.sum() - other.consumers.filled("scar").sum())
        gaps.append(told - shown)
    error = float(np.std(gaps, ddof=1) / np.sqrt(len(gaps)))
    assert abs(float(np.mean(gaps))) < 3.0 * error + 0.05 * told
    assert word_worth(worlds[0], np.ones(len(worlds[0].cells.channel))).min() >= 0.0
