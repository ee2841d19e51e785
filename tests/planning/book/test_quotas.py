"""Nested quotas: shares, pots, who may take from whom, and the books of it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from e2esim.planning.book.quotas import QuotaTree, consumption, pots, quotas, sources, take


def chain_tree():
    """All > web (1), shops (2), trade (3); shops > north (1), south (2); trade > big (1), small (1)."""
    return QuotaTree(
        name=("all", "web", "shops", "trade", "north", "south", "big", "small"), parent=np.array([-1, 0, 0, 0, 2, 2, 3, 3]),
        share=np.array([1, 0.3, 0.4, 0.2, 0.5, 0.25, 0.5, 0.5]), priority=np.array([1, 1, 2, 3, 1, 2, 1, 1]),
    )  # fmt: skip


@st.composite
def trees(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n = draw(st.integers(1, 9))
    parent = np.array([-1, *(rng.integers(0, k) for k in range(1, n))])
    share = rng.random(n)
    for node in range(n):
        mine = parent == node
        share[mine] /= max(share[mine].sum(), 1e-9) / rng.uniform(0, 1)
    return QuotaTree(name=tuple(f"n{k}" for k in range(n)), parent=parent, share=share, priority=rng.integers(1, 4, n)), rng


@settings(max_examples=150, deadline=None)
@given(trees())
def test_pots_add_up_to_the_supply_and_are_never_overdrawn(world):
    tree, rng = world
    supply = np.cumsum(rng.integers(0, 20, 6)).astype(float)
    left = pots(tree, supply)
    np.testing.assert_allclose(left.sum(axis=0), supply)
    assert (left >= -1e-9).all()
    assert (np.diff(left, axis=1) >= -1e-9).all()
    taken, shipped = [], np.zeros(6)
    for _ in range(12):
        node, day = int(rng.integers(0, len(tree.name))), int(rng.integers(0, 6))
        for pot, pieces in take(left, sources(tree, node), float(rng.integers(1, 9)), day):
            taken.append((node, pot, pieces))
            shipped[day] += pieces
    assert (left >= -1e-6).all()
    assert (np.cumsum(shipped) <= supply + 1e-6).all()
    view = consumption(tree, supply, taken)
    assert sum(row.consumed for row in view) == pytest.approx(shipped.sum(), abs=1e-4)
    assert sum(row.left for row in view) == pytest.approx(supply[-1] - shipped.sum(), abs=1e-4)
    assert sum(row.stolen for row in view) == pytest.approx(sum(row.stolen_from for row in view), abs=1e-4)


@settings(max_examples=150, deadline=None)
@given(trees())
def test_stealing_goes_downward_only(world):
    """Below the nearest common ancestor the thief's branch is of higher priority than the robbed one's; never own children."""
    tree, _ = world

    def line(node):
        return [node] if tree.parent[node] < 0 else [*line(int(tree.parent[node])), node]

    for node in range(len(tree.name)):
        found = sources(tree, node)
        assert len(set(found)) == len(found)
        assert found[: len(line(node))] == line(node)[::-1]  # own pot, then pools upward
        for pot in range(len(tree.name)):
            mine, theirs = line(node), line(pot)
            depth = next((d for d, (a, b) in enumerate(zip(mine, theirs, strict=False)) if a != b), None)
            allowed = pot in mine if depth is None else tree.priority[mine[depth]] < tree.priority[theirs[depth]]
            assert (pot in found) == allowed


def test_the_order_of_the_sources():
    tree = chain_tree()
    names = [[tree.name[k] for k in sources(tree, node)] for node in (1, 4, 5, 6)]
    assert names[0] == ["web", "all", "big", "small", "trade", "south", "north", "shops"]
    assert names[1] == ["north", "shops", "all", "south", "big", "small", "trade"]
    assert names[2] == ["south", "shops", "all", "big", "small", "trade"]
    assert names[3] == ["big", "trade", "all"]


def test_quotas_by_hand_and_a_stolen_piece_in_the_view():
    tree, supply = chain_tree(), np.array([100.0])
    assert quotas(tree, supply)[:, 0].tolist() == pytest.approx([100, 30, 40, 20, 20, 10, 10, 10])
    assert pots(tree, supply)[:, 0].tolist() == pytest.approx([10, 30, 10, 0, 20, 10, 10, 10])
    left = pots(tree, supply)
    north = [(4, pot, pieces) for pot, pieces in take(left, sources(tree, 4), 47.0, 0)]
    assert [(tree.name[pot], pieces) for _, pot, pieces in north] == [
        ("north", pytest.approx(20)),
        ("shops", pytest.approx(10)),
        ("all", pytest.approx(10)),
        ("south", pytest.approx(7)),
    ]
    view = {row.name: row for row in consumption(tree, supply, north)}
    assert (view["north"].consumed, view["north"].from_pools, view["north"].stolen) == (47, 20, 7)
    assert (view["south"].stolen_from, view["south"].left) == (7, 3)


def test_more_than_all_is_refused():
    with pytest.raises(ValueError, match=r"children of all have 1.1 of it"):
        QuotaTree(name=("all", "a", "b"), parent=np.array([-1, 0, 0]), share=np.array([1, 0.6, 0.5]), priority=np.ones(3, dtype=int))
