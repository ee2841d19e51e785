"""Cheapest paths with skipped tests give what the plain algorithm gives, to the last bit."""

import numpy as np

from e2esim.planning import flow_kernels
from e2esim.planning.allocation_kernels import serve_alone


def plain_augment(tail, head, room, cost, nodes, source, sink):
    """Twin: Bellman and Ford, every arc in every pass."""
    while True:
        distance, by = np.full(nodes, np.inf), np.zeros(nodes, dtype=int)
        distance[source] = 0.0
        moved = True
        while moved:
            moved = False
            for a in range(len(tail)):
                if room[a] > 1e-9 and distance[tail[a]] + cost[a] < distance[head[a]] - 1e-7:
                    distance[head[a]], by[head[a]], moved = distance[tail[a]] + cost[a], a, True
        if distance[sink] >= 0.0:
            return
        path, node = [], sink
        while node != source:
            path.append(by[node])
            node = tail[by[node]]
        most = min(room[a] for a in path)
        for a in path:
            room[a] -= most
            room[a ^ 1] += most


def network(rng, nodes, pairs):
    """Arcs in pairs from a lower to a higher node, costs with many ties."""
    ends = np.sort(np.array([rng.choice(nodes, 2, replace=False) for _ in range(pairs)]), axis=1)
    tail, head = np.empty(2 * pairs, dtype=np.int64), np.empty(2 * pairs, dtype=np.int64)
    tail[::2], head[::2], tail[1::2], head[1::2] = ends[:, 0], ends[:, 1], ends[:, 1], ends[:, 0]
    room, cost = np.zeros(2 * pairs), np.zeros(2 * pairs)
    room[::2], cost[::2] = rng.uniform(0.0, 5.0, pairs), rng.integers(-3, 2, pairs)
    cost[1::2] = -cost[::2]
    return tail, head, room, cost


def test_skipped_tests_change_no_path():
    flowed = 0
    for seed in range(12):
        rng = np.random.default_rng(seed)
        nodes, pairs = int(rng.integers(4, 30)), int(rng.integers(20, 120))
        tail, head, room, cost = network(rng, nodes, pairs)
        expected = room.copy()
        plain_augment(tail, head, expected, cost, nodes, 0, nodes - 1)
        flow_kernels.augment(tail, head, room, cost, nodes, 0, nodes - 1)
        assert room.tolist() == expected.tolist()
        flowed += int((expected[1::2] > 0.0).sum())
    assert flowed > 50


def test_bits_are_found_by_their_place():
    for bit in range(64):
        assert flow_kernels.lowest_bit(np.uint64((1 << bit) | (1 << 63))) == bit


def test_an_item_is_served_the_dearest_class_first():
    total, floor = np.array([[4.0, 8.0], [4.0, 8.0]]), np.zeros((2, 2))
    supply, value = np.array([5.0, 9.0]), np.array([90.0, 40.0])
    served, extra = serve_alone(total, floor, supply, value, np.ones((2, 2)), 1.0, np.zeros(2))
    assert served.tolist() == [[4.0, 8.0], [1.0, 1.0]]
    assert extra.sum() == 0.0
