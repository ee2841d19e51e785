"""Mailings: the kernel against its slow twin, and a run that is written to."""

from __future__ import annotations

import math

import numpy as np

from e2esim.customers.mailing import MORE, WINDOW_D
from e2esim.customers.mailing_kernels import woken
from e2esim.streams import Streams
from e2esim.streams.draws import uniform


def test_woken_twin_and_share() -> None:
    """Customer by customer; of many alike, the share is 1 - exp(-more x needs of the window)."""
    rng, n, key = np.random.default_rng(4), 20_000, Streams(4).key("mail")
    address, alive = rng.integers(1, 1 << 50, n), (rng.random(n) < 0.9).astype(np.uint8)
    rate, category = rng.uniform(0.5, 3.0, n).astype(np.float32), rng.integers(0, 2, n).astype(np.uint8)
    due, life = rng.uniform(0.0, 9_000.0, n).astype(np.float32), np.array([8_760.0, 4_000.0])
    now, window = 1_000.0, 336.0
    rows, when = woken(key, 3, now, window, MORE, address, alive, rate, category, due, life)
    twin = []
    for c in range(n):
        if alive[c] and due[c] > now:
            chance = 1.0 - math.exp(-MORE * window * float(rate[c]) / life[category[c]])
            t = now + window * uniform(key, int(address[c]), 7)
            if uniform(key, int(address[c]), 6) < chance and t < due[c]:
                twin.append((c, t))
    assert rows.tolist() == [c for c, _ in twin]
    assert np.allclose(when, [t for _, t in twin])
    late = np.full(n, 1e9, dtype=np.float32)
    rows, when = woken(key, 1, now, window, MORE, address, np.ones(n, dtype=np.uint8), np.ones(n, dtype=np.float32), np.zeros(n, dtype=np.uint8), late, life)
    share = 1.0 - math.exp(-MORE * window / 8_760.0)
    assert abs(len(rows) / n - share) < 3.0 * math.sqrt(share * (1.0 - share) / n)
    assert (when >= now).all()
    assert (when < now + 24.0 * WINDOW_D).all()
