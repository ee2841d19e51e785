"""Netting: conservation, lots, lead times, and a slow twin that explodes piece by piece."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.netting import bill, net_requirements, roll_up


def world(seed):
    """Three levels: items 0-1 finished (given), 2-4 made, 5-7 bought; edges point upwards, then all is shuffled."""
    rng = np.random.default_rng(seed)
    n, buckets = 8, int(rng.integers(3, 15))
    edges = [(p, c) for p in range(5) for c in range(max(p + 1, 2), n) if rng.random() < 0.5]
    name = rng.permutation(n)
    parent = np.array([name[p] for p, _ in edges], dtype=np.int64)
    component = np.array([name[c] for _, c in edges], dtype=np.int64)
    given_items = np.zeros(n, dtype=bool)
    given_items[name[:2]] = True
    lots = np.where(
        given_items[:, None], rng.integers(0, 20, (n, buckets)) * (rng.random((n, buckets)) < 0.5), 0
    ).astype(float)
    return {
        "bom": bill(n, parent, component, rng.integers(1, 4, parent.size).astype(float)),
        "lots": lots,
        "given": given_items,
        "independent": (rng.integers(0, 5, (n, buckets)) * (rng.random((n, buckets)) < 0.2)).astype(float),
        "receipts": (rng.integers(0, 9, (n, buckets)) * (rng.random((n, buckets)) < 0.2)).astype(float),
        "on_hand": rng.integers(0, 40, n).astype(float),
        "safety": rng.integers(0, 10, n).astype(float),
        "lead": rng.integers(0, 4, n),
        "lot_min": rng.integers(0, 15, n).astype(float),
        "lot_multiple": rng.integers(0, 4, n).astype(float),
    }


def net_slowly(w):
    """Twin: one item at a time from the top, one bucket at a time, dictionaries of lists."""
    bom, buckets = w["bom"], w["lots"].shape[1]
    gross, release = w["independent"].copy(), w["lots"].copy()
    todo = set(range(8))
    parents = {
        i: {p for p in range(8) for r in range(bom.start[p], bom.start[p + 1]) if bom.component[r] == i}
        for i in range(8)
    }
    while todo:
        i = next(i for i in sorted(todo) if not parents[i] & todo)
        todo.remove(i)
        if not w["given"][i]:
            ordered = 0.0
            for t in range(buckets):
                have = w["on_hand"][i] + w["receipts"][i, : t + 1].sum() + ordered - gross[i, : t + 1].sum()
                if have < w["safety"][i]:
                    q = max(w["safety"][i] - have, w["lot_min"][i])
                    m = w["lot_multiple"][i]
                    q = q if m == 0 else m * -(-q // m)
                    ordered += q
                    release[i, max(t - w["lead"][i], 0)] += q
        for r in range(bom.start[i], bom.start[i + 1]):
            gross[bom.component[r]] += bom.per_unit[r] * release[i]
    return gross, release


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_netting_equals_the_slow_twin_and_conserves(seed):
    w = world(seed)
    gross, release = net_slowly(w)
    n = net_requirements(**w)
    np.testing.assert_allclose(n.gross, gross)
    np.testing.assert_allclose(n.release, release)
    # every unit is somewhere: opening + received + planned = used + closing
    np.testing.assert_allclose(w["on_hand"] + (w["receipts"] + n.planned - n.gross).sum(axis=1), n.projected[:, -1])
    # dependent needs are exactly what the releases of the parents take
    need = w["independent"].sum(axis=1)
    for p in range(8):
        for r in range(w["bom"].start[p], w["bom"].start[p + 1]):
            need[w["bom"].component[r]] += w["bom"].per_unit[r] * n.release[p].sum()
    np.testing.assert_allclose(n.gross.sum(axis=1), need)


@settings(max_examples=120, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_stock_keeps_its_cover_once_an_order_can_arrive_and_lots_keep_their_rules(seed):
    w = world(seed)
    n = net_requirements(**w)
    free = ~w["given"]
    for i in np.flatnonzero(free):
        after = n.projected[i, w["lead"][i] :]
        assert (after >= w["safety"][i] - 1e-6).all()
        started = n.release[i][n.release[i] > 0]
        if w["lot_multiple"][i] > 0:
            np.testing.assert_allclose(started % w["lot_multiple"][i], 0.0)
        assert (started >= w["lot_min"][i] - 1e-6).all()
        late = n.past_due[i]
        assert late <= n.release[i, 0] + 1e-6


def test_lot_for_lot_makes_no_more_than_needed():
    b = bill(2, np.array([0]), np.array([1]), np.array([3.0]))
    n = net_requirements(
        b,
        lots=np.array([[4.0, 0.0, 4.0, 0.0], [0.0] * 4]),
        given=np.array([True, False]),
        independent=np.zeros((2, 4)),
        receipts=np.zeros((2, 4)),
        on_hand=np.array([0.0, 5.0]),
        safety=np.zeros(2),
        lead=np.array([1, 2]),
        lot_min=np.zeros(2),
        lot_multiple=np.zeros(2),
    )
    assert n.release[1].tolist() == [19.0, 0.0, 0.0, 0.0]  # 7 for bucket 0, too late by two, and 12 for bucket 2
    assert n.past_due.tolist() == [0.0, 7.0]
    assert n.projected[1].tolist() == [-7.0, -7.0, 0.0, 0.0]
    assert n.planned[0].tolist() == [0.0, 4.0, 0.0, 4.0]


def test_a_circular_bill_is_refused():
    with pytest.raises(ValueError, match="circular"):
        bill(3, np.array([0, 1, 2]), np.array([1, 2, 0]), np.ones(3))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_roll_up_equals_the_explosion_of_one_piece(seed):
    w = world(seed)
    bom = w["bom"]
    own = np.random.default_rng(seed).random((2, 8))

    def content(i):
        return own[:, i] + sum(
            (bom.per_unit[r] * content(bom.component[r]) for r in range(bom.start[i], bom.start[i + 1])), np.zeros(2)
        )

    np.testing.assert_allclose(roll_up(bom, own), np.array([content(i) for i in range(8)]).T)


def test_scrap_raises_what_a_good_piece_needs():
    b = bill(2, np.array([0]), np.array([1]), np.array([2.0]), scrap_share=np.array([0.2, 0.0]))
    assert b.per_unit.tolist() == [2.5]
