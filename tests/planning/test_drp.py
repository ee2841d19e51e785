"""Distribution requirements planning against a published worksheet, by hand, and against slow twins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.drp import DrpNetwork, deployed, drp, equal_cover

Table = list[list[list[float]]]


def network(source: list[int], transit: list[int], safety: list[float], lot: list[float], items: int = 1) -> DrpNetwork:
    """Locations whose items all follow the same rule, a fixed order quantity or multiples of it."""
    wide = np.ones((len(source), items))
    lots = np.array(lot)[:, None] * wide
    return DrpNetwork(source=np.array(source), transit=np.array(transit), safety=np.array(safety)[:, None] * wide, minimum=lots, multiple=lots)


def test_the_published_worksheet_of_item_4682() -> None:
    """Two distribution centres of a public DRP worksheet (scribd.com/document/638118694), week by week; the centre behind
    them gets the sum of their planned orders, the one that should have been placed before week 1 included.
    """
    net = network([-1, 0, 0], [0, 2, 1], [0, 10, 32], [1, 100, 200])
    demand = np.array([[[0.0] * 5], [[25.0, 30, 55, 50, 30]], [[95.0, 85, 100, 300, 300]]])
    plan = drp(net, demand, np.array([[0.0], [50.0], [130.0]]), np.zeros((3, 1, 5)))
    assert plan.projected[1:, 0].tolist() == [[25, 95, 40, 90, 60], [35, 150, 50, 150, 50]]
    assert plan.receipts[1:, 0].tolist() == [[0, 100, 0, 100, 0], [0, 200, 0, 400, 200]]
    assert plan.shipments[1:, 0].tolist() == [[0, 100, 0, 0, 0], [200, 0, 400, 200, 0]]
    assert plan.overdue[1:, 0].tolist() == [100, 0]
    assert plan.gross[0, 0].tolist() == [300, 100, 400, 200, 0]


def test_needs_climb_through_two_levels_by_their_transits() -> None:
    """One branch behind one centre: 10 a week from week 3 on; the centre ships a week before, the plant two weeks."""
    net = network([-1, 0, 1], [0, 1, 1], [0, 0, 0], [1, 1, 1])
    demand = np.zeros((3, 1, 6))
    demand[2, 0, 3:] = 10.0
    plan = drp(net, demand, np.zeros((3, 1)), np.zeros((3, 1, 6)))
    assert plan.shipments[:, 0].tolist() == [[0, 10, 10, 10, 0, 0], [0, 10, 10, 10, 0, 0], [0, 0, 10, 10, 10, 0]]
    assert plan.gross[0, 0].tolist() == [0, 10, 10, 10, 0, 0]


def twin(net: DrpNetwork, demand: Table, on_hand: list[list[float]], in_transit: Table, feasible: bool) -> dict[str, Table]:
    """One location, item and period after the other, the last location first."""
    n, items, periods = len(demand), len(demand[0]), len(demand[0][0])
    gross = [[list(row) for row in place] for place in demand]
    blank = [[[0.0] * periods for _ in range(items)] for _ in range(n)]
    projected, receipts, shipments = ([[list(row) for row in place] for place in blank] for _ in range(3))
    for k in range(n - 1, -1, -1):
        for i in range(items):
            stock = on_hand[k][i]
            for t in range(periods):
                stock += in_transit[k][i][t] - gross[k][i][t]
                short = net.safety[k, i] - stock
                if short > 1e-9 and not (feasible and t < net.transit[k]):
                    lots = 1
                    while lots * net.multiple[k, i] < max(short, net.minimum[k, i]) - 1e-9:
                        lots += 1
                    quantity = lots * float(net.multiple[k, i])
                    stock += quantity
                    receipts[k][i][t] = quantity
                    leaves = t - int(net.transit[k])
                    if leaves >= 0:
                        shipments[k][i][leaves] += quantity
                    if net.source[k] >= 0:
                        gross[net.source[k]][i][max(leaves, 0)] += quantity
                projected[k][i][t] = stock
    return {"gross": gross, "projected": projected, "receipts": receipts, "shipments": shipments}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 3), st.integers(1, 8), st.booleans())
def test_drp_is_its_slow_twin(seed: int, n: int, items: int, periods: int, feasible: bool) -> None:
    rng = np.random.default_rng(seed)
    shape = (n, items, periods)
    net = DrpNetwork(
        source=np.array([rng.integers(-1, k) if k else -1 for k in range(n)]),
        transit=rng.integers(0, 4, n),
        safety=rng.integers(0, 20, (n, items)).astype(float),
        minimum=rng.integers(0, 30, (n, items)).astype(float),
        multiple=rng.choice([1.0, 6.0, 25.0], (n, items)),
    )
    demand, coming = rng.integers(0, 30, shape).astype(float), rng.integers(0, 2, shape) * 20.0
    on_hand = rng.integers(-10, 60, (n, items)).astype(float)
    plan = drp(net, demand, on_hand, coming, feasible=feasible)
    slow = twin(net, demand.tolist(), on_hand.tolist(), coming.tolist(), feasible)
    for name, table in slow.items():
        assert getattr(plan, name) == pytest.approx(np.array(table), abs=1e-9), name
    assert plan.overdue + plan.shipments.sum(axis=2) == pytest.approx(plan.receipts.sum(axis=2))
    assert not (feasible and plan.overdue.any())
    supply = rng.integers(0, 60, shape).astype(float)
    _nothing_out_of_nothing(net, plan.shipments, plan.overdue, deployed(net, plan, on_hand, coming, supply), on_hand, coming, supply)


def _nothing_out_of_nothing(
    net: DrpNetwork, wanted: np.ndarray, overdue: np.ndarray, sent: np.ndarray, on_hand: np.ndarray, coming: np.ndarray, made: np.ndarray
) -> None:
    """What leaves a place was there, and nobody is sent more by any period than was wanted by then."""
    arrived = coming.copy()
    for k in range(len(on_hand)):
        transit = int(net.transit[k])
        arrived[k][:, transit if net.source[k] >= 0 else 0 :] += sent[k][:, : max(sent.shape[2] - transit, 0)] if net.source[k] >= 0 else made[k]
    for k in range(len(on_hand)):
        fed = net.source == k
        out = np.cumsum(sent[fed].sum(axis=0), axis=1)
        there = np.maximum.accumulate(np.maximum(on_hand[k][:, None] + np.cumsum(arrived[k], axis=1), 0.0), axis=1)
        assert np.all(out <= there + 1e-6)
        assert np.all(np.cumsum(sent[fed], axis=2) <= np.cumsum(wanted[fed], axis=2) + overdue[fed][:, :, None] + 1e-6)


def test_with_enough_made_everything_leaves_as_planned() -> None:
    net = network([-1, 0, 0], [0, 1, 2], [5, 5, 5], [1, 10, 10])
    rng = np.random.default_rng(2)
    demand = rng.integers(0, 9, (3, 1, 8)).astype(float)
    stock, none = np.full((3, 1), 12.0), np.zeros((3, 1, 8))
    plan = drp(net, demand, stock, none)
    sent = deployed(net, plan, stock, none, plan.receipts)
    want = plan.shipments.copy()
    want[:, :, 0] += plan.overdue
    assert sent[1:] == pytest.approx(want[1:])


def cover_twin(position: list[float], rate: list[float], supply: int, want: list[float]) -> list[int]:
    """Piece by piece to whom has the least cover among those who still want one."""
    given = [0] * len(position)
    for _ in range(supply):
        open_ = [k for k in range(len(position)) if given[k] < want[k]]
        if not open_:
            break
        given[min(open_, key=lambda k: (position[k] + given[k]) / rate[k])] += 1
    return given


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(0, 80))
def test_equal_cover_is_its_greedy_twin_to_the_piece(seed: int, n: int, supply: int) -> None:
    rng = np.random.default_rng(seed)
    position, rate, want = rng.integers(-5, 30, n).astype(float), rng.uniform(0.5, 3.0, n), rng.integers(0, 40, n).astype(float)
    share = equal_cover(position[:, None], rate[:, None], np.array([float(supply)]), want[:, None])[:, 0]
    assert share.sum() == pytest.approx(min(supply, want.sum()), abs=1e-6)
    assert np.abs(share - cover_twin(position.tolist(), rate.tolist(), supply, want.tolist())).max() <= 1.0 + rate.max() / rate.min()


def test_push_sends_all_and_pull_what_is_wanted() -> None:
    position, rate, supply = np.array([[0.0], [10.0]]), np.array([[1.0], [1.0]]), np.array([40.0])
    assert equal_cover(position, rate, supply).ravel().tolist() == pytest.approx([25.0, 15.0])
    assert equal_cover(position, rate, supply, np.array([[8.0], [4.0]])).ravel().tolist() == [8.0, 4.0]


@pytest.mark.parametrize(("source", "transit"), [([0], [1]), ([-1, 2, 0], [1, 1, 1]), ([-1], [-1]), ([-2], [0])])
def test_a_network_is_checked_at_birth(source: list[int], transit: list[int]) -> None:
    with pytest.raises(ValueError, match="DRP network"):
        network(source, transit, [0.0] * len(source), [1.0] * len(source))
