"""Dispatch by load: the kernel against its slow twin, waits and freight against arithmetic, signs and goods in a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from e2esim.chain.truck_kernels import waiting_load
from e2esim.config import load
from e2esim.config.problems import InputErrors
from e2esim.domain.book import OrderKind, OrderState
from e2esim.domain.build import build_world
from e2esim.domain.dispatch import charged_m3, usual_wait_d
from e2esim.domain.outcome import Outcome
from e2esim.simulate import simulate
from worlds import tiny_world

from .conftest import CALM, Chain, make_world, with_cells

MATTRESS, DAYS = 0, 30


def slow_twin(m3: list[float], picked: list[float], size: float) -> tuple[int, float, int, int, float, float, float]:
    """Lines into trucks, one list a truck."""
    trucks: list[list[int]] = []
    for k, volume in enumerate(m3):
        if not trucks or sum(m3[j] for j in trucks[-1]) + volume > size + 1e-9:
            trucks.append([])
        trucks[-1].append(k)
    count = sum(max(1, int(np.ceil(sum(m3[j] for j in truck) / size - 1e-9))) for truck in trucks)
    closed = [k for truck in trucks[:-1] for k in truck]
    last = trucks[-1] if trucks else []
    return len(m3), sum(m3), count, len(closed), sum(m3[k] for k in closed), sum(m3[k] for k in last), picked[last[0]] if last else 0.0


def test_the_kernel_is_its_slow_twin() -> None:
    rng = np.random.default_rng(5)
    for n in (0, 1, 2, 9, 40):
        quantity = rng.integers(1, 8, n).astype(np.int32)
        picked = np.sort(rng.uniform(0, 50, n)).astype(np.float32)
        ready = int((picked <= 30.0).sum())
        link = np.arange(1, n + 1, dtype=np.int32)
        if n:
            link[-1] = -1
        found = waiting_load(0 if n else -1, 30.0, 5.0, picked, link, np.zeros(n, dtype=np.int16), quantity, np.array([0.75]))
        assert found == pytest.approx(slow_twin((0.75 * quantity[:ready]).tolist(), picked[:ready].tolist(), 5.0))


def one_line_a_day(**lane: Any) -> tuple[np.ndarray, np.ndarray]:
    """Days from picking to departure, and freight, of a line of one mattress a day on a lane with trucks for five of them."""
    plain = make_world()
    volume = float(plain.items.volume_m3[MATTRESS])
    own = {"departures": "1234567", "truck_m3": 5.0 * volume, "truck_eur": 100.0, "cost_eur_m3": 0.0, "cost_eur_line": 0.0}
    own |= {"transit_sigma": 0.0, "damage_share": 0.0}
    c = Chain(make_world(**(CALM | {"lanes": with_cells(**(own | lane))})))
    rows = np.array([c.order(OrderKind.DIRECT, MATTRESS, 1, channel=0) for _ in range(DAYS)], dtype=np.int32)
    c.book["picked"][rows] = 24.0 * np.arange(DAYS) + 10.0
    c.book["state"][rows] = OrderState.PICKED
    c.stock.links.fit(c.book.capacity)
    c.deliver.push(rows)
    c.deliver.start()
    c.env.run(until=24.0 * DAYS + 1.0)
    left = ~np.isnan(c.book["shipped"][rows])
    return ((c.book["shipped"][rows] - c.book["picked"][rows]) / 24.0)[left], c.book["freight_eur"][rows][left]


def test_full_trucks_make_goods_wait_as_the_arithmetic_says() -> None:
    """Five lines a truck: the mean wait is (5 - 1) / 2 days after the cut-off of the day, the freight a fifth of a truck."""
    wait, freight = one_line_a_day(truck_fill=1.0, hold_d=30.0)
    to_the_cutoff = 7.0 / 24.0
    assert wait.mean() - to_the_cutoff == pytest.approx(2.0, abs=1e-3)
    assert freight == pytest.approx(20.0)


@pytest.mark.parametrize(("fill", "hold_d", "lines"), [(0.0, 30.0, 1), (0.6, 30.0, 3), (1.0, 2.0, 3), (1.0, 0.0, 1)])
def test_a_truck_leaves_when_it_is_full_enough_or_its_goods_have_waited(fill: float, hold_d: float, lines: int) -> None:
    wait, freight = one_line_a_day(truck_fill=fill, hold_d=hold_d)
    assert freight == pytest.approx(100.0 / lines)
    assert wait.max() == pytest.approx(lines - 1 + 7.0 / 24.0, abs=1e-3)


def test_a_line_larger_than_a_truck_takes_several() -> None:
    assert waiting_load(0, 9.0, 5.0, np.zeros(1, np.float32), np.array([-1], np.int32), np.zeros(1, np.int16), np.array([11], np.int32), np.ones(1))[2] == 3


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Outcome]:
    """Trucks that leave every departure, and trucks that wait to be full."""
    home = tmp_path_factory.mktemp("trucks")
    found = {}
    for name, fill in (("every", 0.0), ("full", 1.0)):
        lanes = lambda rows, fill=fill: [{**row, "truck_m3": 20.0, "truck_eur": 300.0, "truck_fill": fill, "hold_d": 4.0} for row in rows]  # noqa: E731
        words = [f"scenario={tiny_world(home / name, lanes=lanes)}", "horizon.days=63", "market.loyalty_loop=false", "market.word_of_mouth=false"]
        found[name] = simulate(build_world(load(words)))  # the run checks that no line is lost
    return found


def freight_eur(outcome: Outcome) -> float:
    """Freight of a delivered piece."""
    o = outcome.orders
    left = (o.filled("node") == 0) & (o.filled("shipped") > 0)
    return float(o.filled("freight_eur")[left].sum() / o.filled("quantity")[left].sum())


def lead_h(outcome: Outcome) -> float:
    o = outcome.orders
    there = (o.filled("kind") == OrderKind.DIRECT) & (o.filled("state") == OrderState.DELIVERED)
    return float((o.filled("delivered") - o.filled("picked"))[there].mean())


def test_full_trucks_are_cheaper_and_slower_and_the_promise_counts_with_them(runs: dict[str, Outcome]) -> None:
    every, full = runs["every"], runs["full"]
    assert freight_eur(full) < 0.9 * freight_eur(every)
    assert lead_h(full) > lead_h(every) + 4.0
    late = {}
    for name, outcome in runs.items():
        o = outcome.orders
        there = (o.filled("kind") == OrderKind.DIRECT) & (o.filled("state") == OrderState.DELIVERED)
        late[name] = float((o.filled("delivered") > o.filled("promised"))[there].mean())
    assert late["full"] < late["every"] + 0.1


def test_what_the_firm_counts_on(tmp_path: Path) -> None:
    world = make_world(lanes=with_cells(truck_m3=1e9, truck_fill=1.0, hold_d=4.0))
    assert (usual_wait_d(world) == 4.0).all()
    assert not usual_wait_d(make_world()).any()


def test_heavy_goods_fill_a_truck_by_their_weight() -> None:
    """Room for five mattresses, load for two: two go on a truck, each pays half of it; a load for ten changes nothing to the last bit."""
    weight = float(make_world().items.weight_kg[MATTRESS])
    wait, freight = one_line_a_day(truck_fill=1.0, hold_d=30.0, truck_kg=2.0 * weight)
    assert freight == pytest.approx(50.0)
    assert wait.max() == pytest.approx(1.0 + 7.0 / 24.0, abs=1e-3)
    light, plain = one_line_a_day(truck_fill=1.0, hold_d=30.0, truck_kg=10.0 * weight), one_line_a_day(truck_fill=1.0, hold_d=30.0)
    assert light[0].tobytes() == plain[0].tobytes()
    assert light[1].tobytes() == plain[1].tobytes()


def test_room_charged_is_that_of_weight_where_it_is_more_and_freight_by_volume_counts_it_so() -> None:
    world = make_world(lanes=with_cells(truck_m3=80.0, truck_kg=800.0))
    items = world.items
    expected = np.maximum(items.volume_m3, items.weight_kg / 10.0)  # 10 kg a m3 may be carried
    assert (expected > items.volume_m3).any()
    assert all(room == pytest.approx(expected) for room in charged_m3(world))
    plain = one_line_a_day(truck_eur=0.0, cost_eur_m3=30.0)[1]
    heavy = one_line_a_day(truck_eur=0.0, cost_eur_m3=30.0, truck_kg=0.5 * float(items.weight_kg[MATTRESS]))[1]
    assert heavy == pytest.approx(10.0 * plain)  # a mattress fills two trucks by weight, a fifth of one by volume


def test_the_firm_counts_on_trucks_that_are_full_sooner() -> None:
    light, heavy = (make_world(lanes=with_cells(truck_m3=500.0, truck_fill=1.0, hold_d=400.0, truck_kg=kg)) for kg in (1e9, 500.0))
    assert (usual_wait_d(heavy) <= usual_wait_d(light)).all()
    assert usual_wait_d(heavy).max() < 0.5 * usual_wait_d(light).max()


def test_a_load_limit_without_room_is_named_at_the_door(tmp_path: Path) -> None:
    lanes = lambda rows: [{**row, "truck_kg": 900.0} for row in rows]  # noqa: E731
    with pytest.raises(InputErrors, match="trucks without a size"):
        load([f"scenario={tiny_world(tmp_path / 'tiny', lanes=lanes)}"])
